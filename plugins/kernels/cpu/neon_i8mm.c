/* ARM's NEON with matrix products of bytes (Graviton 3 on, Apple's from M2 on): `smmla` multiplies two tokens by two
   outputs, eight channels at a time. */

#if defined(__aarch64__)
#pragma GCC target("arch=armv8.2-a+dotprod+fp16+i8mm")

#include <sys/auxv.h>

#include "vector_neon.h"

enum {
    LEVELS = 255,
    TILE = 6,
    VECTORS = 4, /* 3 pairs of tokens by 8 pairs of outputs: 24 of the 32 registers accumulate */
    PANEL = VECTORS * LANES,
};

INLINE int8x16_t two_tokens(const uint8_t *one, const uint8_t *other) {
    return vcombine_s8(vld1_s8((const int8_t *)one), vld1_s8((const int8_t *)other));
}

/* Of `count` tokens and the PANEL outputs of `w`: sums[token][VECTORS]. An odd last token is its own partner. */
INLINE void sum_products(const uint8_t *codes, int in, const int8_t *w, int count, Ints *sums) {
    const int pairs = (count + 1) / 2;
    Ints own[TILE / 2 * 2 * VECTORS];
    UNROLL
    for (int i = 0; i < pairs * 2 * VECTORS; i++) own[i] = no_sum();
    for (int k = 0; k < in; k += 8) {
        int8x16_t two[TILE / 2];
        UNROLL
        for (int p = 0; p < pairs; p++) {
            const uint8_t *one = codes + 2 * p * in + k;
            two[p] = two_tokens(one, 2 * p + 1 < count ? one + in : one);
        }
        UNROLL
        for (int v = 0; v < 2 * VECTORS; v++, w += 16) {
            const int8x16_t weights = vld1q_s8(w);
            UNROLL
            for (int p = 0; p < pairs; p++)
                own[p * 2 * VECTORS + v] = vmmlaq_s32(own[p * 2 * VECTORS + v], two[p], weights);
        }
    }
    UNROLL
    for (int t = 0; t < count; t++) UNROLL
    for (int v = 0; v < VECTORS; v++) {
        const int64x2_t one = vreinterpretq_s64_s32(own[t / 2 * 2 * VECTORS + 2 * v]);
        const int64x2_t other = vreinterpretq_s64_s32(own[t / 2 * 2 * VECTORS + 2 * v + 1]);
        sums[t * VECTORS + v] = vreinterpretq_s32_s64(t % 2 ? vzip2q_s64(one, other) : vzip1q_s64(one, other));
    }
}

#include "attention_f32.h"
#include "stages.h"

static int supported(void) {
    return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) && (getauxval(AT_HWCAP2) & HWCAP2_I8MM);
}

const Isa repartee_neon_i8mm = {.traits = {"neon-i8mm", PANEL, 8, LEVELS, 0}, .supported = supported, STAGES};

#endif
