/* Vectors of 16 float32 or int32 numbers, by AVX-512. */

#pragma once

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#include "inline.h"

enum { LANES = 16 };
typedef __m512 Floats;
typedef __m512i Ints;

INLINE Floats load(const float *at) { return _mm512_loadu_ps(at); }
INLINE void store(float *at, Floats x) { _mm512_storeu_ps(at, x); }
INLINE Floats all(float x) { return _mm512_set1_ps(x); }
INLINE Floats fused(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
INLINE Floats smaller(Floats a, Floats b) { return _mm512_min_ps(a, b); }
INLINE Floats larger(Floats a, Floats b) { return _mm512_max_ps(a, b); }
INLINE float least(Floats x) { return _mm512_reduce_min_ps(x); }
INLINE float most(Floats x) { return _mm512_reduce_max_ps(x); }
INLINE float total(Floats x) { return _mm512_reduce_add_ps(x); }
INLINE Floats to_floats(Ints x) { return _mm512_cvtepi32_ps(x); }
INLINE Floats nearest(Floats x) {
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
INLINE Floats times_power_of_two(Floats x, Floats whole) { return _mm512_scalef_ps(x, whole); }

/* Rows to columns, of any 32-bit numbers. */
INLINE void transpose(Floats r[LANES]) {
    Floats t[LANES], u[LANES];
    UNROLL
    for (int i = 0; i < LANES; i += 2) {
        t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
    }
    UNROLL
    for (int i = 0; i < LANES; i += 4) UNROLL
    for (int j = 0; j < 2; j++) {
        u[i + 2 * j] = _mm512_shuffle_ps(t[i + j], t[i + 2 + j], 0x44);
        u[i + 2 * j + 1] = _mm512_shuffle_ps(t[i + j], t[i + 2 + j], 0xee);
    }
    UNROLL
    for (int j = 0; j < 4; j++) {
        Floats even1 = _mm512_shuffle_f32x4(u[j], u[4 + j], 0x88), odd1 = _mm512_shuffle_f32x4(u[j], u[4 + j], 0xdd);
        Floats even2 = _mm512_shuffle_f32x4(u[8 + j], u[12 + j], 0x88),
               odd2 = _mm512_shuffle_f32x4(u[8 + j], u[12 + j], 0xdd);
        r[j] = _mm512_shuffle_f32x4(even1, even2, 0x88);
        r[4 + j] = _mm512_shuffle_f32x4(odd1, odd2, 0x88);
        r[8 + j] = _mm512_shuffle_f32x4(even1, even2, 0xdd);
        r[12 + j] = _mm512_shuffle_f32x4(odd1, odd2, 0xdd);
    }
}

INLINE void store_half(uint16_t *at, Floats x) {
    _mm256_storeu_si256((void *)at, _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
}
INLINE Floats load_half(const uint16_t *at) { return _mm512_cvtph_ps(_mm256_loadu_si256((const void *)at)); }

INLINE float base_of(float bottom, float step) {
    (void)step;
    return bottom;
}

/* Numbers rounded, as bytes of 0 to `levels`; with 255 the conversion itself keeps to them. */
INLINE void store_codes(uint8_t *at, Floats x, int levels) {
    __m512i codes = _mm512_cvtps_epi32(x);
    if (levels < 255) codes = _mm512_min_epu32(codes, _mm512_set1_epi32(levels));
    _mm_storeu_si128((void *)at, _mm512_cvtusepi32_epi8(codes));
}

/* GELU with the table's parabolas: off by 1.4e-4 at most. */
INLINE Floats gelu(Floats x, const float table[3][16]) {
    __m512 a = _mm512_min_ps(_mm512_abs_ps(x), _mm512_set1_ps(3.9999f));
    __m512i which = _mm512_cvttps_epi32(_mm512_mul_ps(a, _mm512_set1_ps(4)));
    __m512 h = _mm512_permutexvar_ps(which, _mm512_loadu_ps(table[2]));
    h = _mm512_fmadd_ps(h, a, _mm512_permutexvar_ps(which, _mm512_loadu_ps(table[1])));
    h = _mm512_fmadd_ps(h, a, _mm512_permutexvar_ps(which, _mm512_loadu_ps(table[0])));
    return _mm512_sub_ps(_mm512_max_ps(x, _mm512_setzero_ps()), h);
}

/* ---- eight-bit products ---- */

INLINE Ints no_sum(void) { return _mm512_setzero_si512(); }
INLINE Ints load_weights(const int8_t *at) { return _mm512_loadu_si512(at); }
INLINE Ints all_codes(const uint8_t *four) {
    int32_t both;
    memcpy(&both, four, 4);
    return _mm512_set1_epi32(both);
}

/* Said in assembly, a compiler has no reason to copy the accumulator. */
INLINE void add_products(Ints *sum, Ints unsigned_bytes, Ints signed_bytes) {
    __asm__("vpdpbusd %2, %1, %0" : "+v"(*sum) : "v"(unsigned_bytes), "v"(signed_bytes));
}

/* ---- sixteen-bit products ---- */

/* Numbers rounded to 16 bits: those of `even` and `odd` in turn, and those of `one` before those of `other`. */
INLINE void store_pairs(int32_t *at, Floats even, Floats odd) {
    const Ints high = _mm512_slli_epi32(_mm512_cvtps_epi32(odd), 16);
    _mm512_storeu_si512(at, _mm512_mask_blend_epi16(0xaaaaaaaa, _mm512_cvtps_epi32(even), high));
}
INLINE void store_words(int16_t *at, Floats one, Floats other) {
    _mm256_storeu_si256((void *)at, _mm512_cvtsepi32_epi16(_mm512_cvtps_epi32(one)));
    _mm256_storeu_si256((void *)(at + LANES), _mm512_cvtsepi32_epi16(_mm512_cvtps_epi32(other)));
}
