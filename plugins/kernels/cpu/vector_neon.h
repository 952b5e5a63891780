/* Vectors of 4 float32 or int32 numbers, by NEON. */

#pragma once

#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

#include "gelu.h"
#include "inline.h"

enum { LANES = 4 };
typedef float32x4_t Floats;
typedef int32x4_t Ints;

INLINE Floats load(const float *at) { return vld1q_f32(at); }
INLINE void store(float *at, Floats x) { vst1q_f32(at, x); }
INLINE Floats all(float x) { return vdupq_n_f32(x); }
INLINE Floats fused(Floats a, Floats b, Floats c) { return vfmaq_f32(c, a, b); }
INLINE Floats smaller(Floats a, Floats b) { return vminq_f32(a, b); }
INLINE Floats larger(Floats a, Floats b) { return vmaxq_f32(a, b); }
INLINE float least(Floats x) { return vminvq_f32(x); }
INLINE float most(Floats x) { return vmaxvq_f32(x); }
INLINE float total(Floats x) { return vaddvq_f32(x); }
INLINE Floats to_floats(Ints x) { return vcvtq_f32_s32(x); }
INLINE Floats nearest(Floats x) { return vrndnq_f32(x); }
INLINE Floats times_power_of_two(Floats x, Floats whole) {
    return vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(x), vshlq_n_s32(vcvtq_s32_f32(whole), 23)));
}

/* Rows to columns. */
INLINE void transpose(Floats r[LANES]) {
    const float32x4x2_t one = vtrnq_f32(r[0], r[1]), other = vtrnq_f32(r[2], r[3]);
    r[0] = vcombine_f32(vget_low_f32(one.val[0]), vget_low_f32(other.val[0]));
    r[1] = vcombine_f32(vget_low_f32(one.val[1]), vget_low_f32(other.val[1]));
    r[2] = vcombine_f32(vget_high_f32(one.val[0]), vget_high_f32(other.val[0]));
    r[3] = vcombine_f32(vget_high_f32(one.val[1]), vget_high_f32(other.val[1]));
}

INLINE void store_half(uint16_t *at, Floats x) { vst1_u16(at, vreinterpret_u16_f16(vcvt_f16_f32(x))); }
INLINE Floats load_half(const uint16_t *at) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(at))); }

/* Both factors of `sdot` are signed: the bytes are 128 less than the codes, and the base is that of code 128. */
INLINE float base_of(float bottom, float step) { return bottom + 128 * step; }

/* Numbers rounded, from 0 to `levels`, as bytes less 128. */
INLINE void store_codes(uint8_t *at, Floats x, int levels) {
    int32x4_t codes = vminq_s32(vmaxq_s32(vcvtnq_s32_f32(x), vdupq_n_s32(0)), vdupq_n_s32(levels));
    const int16x4_t half = vmovn_s32(vsubq_s32(codes, vdupq_n_s32(128)));
    const uint32x2_t bytes = vreinterpret_u32_s8(vmovn_s16(vcombine_s16(half, half)));
    memcpy(at, &bytes, 4);
}

INLINE Floats gelu(Floats x, const float table[3][16]) {
    (void)table;
    Floats a = vminq_f32(vabsq_f32(x), all(4)), h = all(GELU[7]);
    UNROLL
    for (int power = 6; power >= 0; power--) h = fused(h, a, all(GELU[power]));
    return larger(x, all(0)) - h;
}

INLINE Ints no_sum(void) { return vdupq_n_s32(0); }
