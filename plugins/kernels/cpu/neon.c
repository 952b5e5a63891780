/* ARM's NEON with the dot product (Raspberry Pi 5, Apple's processors, Graviton 2 on), attention in float32. */

#if defined(__aarch64__)
#pragma GCC target("arch=armv8.2-a+dotprod+fp16")

#include <sys/auxv.h>

#include "vector_neon.h"

enum {
    LEVELS = 255,
    TILE = 6,    /* tokens a tile of accumulators covers */
    VECTORS = 4, /* vectors of outputs it covers: 24 of the 32 registers accumulate */
    PANEL = VECTORS * LANES,
};

/* Of `count` tokens and the PANEL outputs of `w`: sums[token][VECTORS]. */
INLINE void sum_products(const uint8_t *codes, int in, const int8_t *w, int count, Ints *sums) {
    Ints own[TILE * VECTORS];
    UNROLL
    for (int i = 0; i < count * VECTORS; i++) own[i] = no_sum();
    for (int k = 0; k < in; k += 16) {
        int8x16_t sixteen[TILE];
        UNROLL
        for (int t = 0; t < count; t++) sixteen[t] = vld1q_s8((const int8_t *)codes + t * in + k);
#define STEP(LANE)                                                                                                     \
    UNROLL                                                                                                             \
    for (int v = 0; v < VECTORS; v++, w += 16) {                                                                       \
        const int8x16_t weights = vld1q_s8(w);                                                                         \
        UNROLL                                                                                                         \
        for (int t = 0; t < count; t++)                                                                                \
            own[t * VECTORS + v] = vdotq_laneq_s32(own[t * VECTORS + v], weights, sixteen[t], LANE);                   \
    }
        STEP(0) STEP(1) STEP(2) STEP(3)
#undef STEP
    }
    UNROLL
    for (int i = 0; i < count * VECTORS; i++) sums[i] = own[i];
}

#include "attention_f32.h"
#include "stages.h"

static int supported(void) { return !!(getauxval(AT_HWCAP) & HWCAP_ASIMDDP); }

const Isa repartee_neon = {.traits = {"neon", PANEL, 4, LEVELS, 0}, .supported = supported, STAGES};

#endif
