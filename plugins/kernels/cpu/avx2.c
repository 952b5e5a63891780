/* AVX2 without dot products: `vpmaddubsw` sums two products of bytes in 16 bits, and adding up NARROW of these sums
   before they are widened to 32 bits saves most of the widening.

   Nothing saturates or wraps: inputs are 0 to LEVELS, and the launcher packs each output channel's weights so coarsely
   that no sum of 2 NARROW of them, the positive or the negative ones alone, times LEVELS leaves 16 bits. Results are
   exact for the weights as packed. What LEVELS and NARROW cost is in docs/benchmarks.md. */

#if defined(__x86_64__)
#pragma GCC target("avx2,fma,f16c")

#include <cpuid.h>

#include "vector_avx2.h"

enum {
    LEVELS = 127,
    TILE = 6,
    VECTORS = 2, /* 12 of the 16 registers hold 16-bit sums; the 32-bit ones lie in the first cache */
    PANEL = VECTORS * LANES,
    NARROW = 16,
};

/* In assembly and in this order, because a compiler that moves products about runs out of registers. */
INLINE void begin_sums(Ints *one, Ints *other, Ints codes, Ints w0, Ints w1) {
    __asm__ volatile("vpmaddubsw %3, %2, %0\n\tvpmaddubsw %4, %2, %1"
                     : "=&x"(*one), "=&x"(*other)
                     : "x"(codes), "x"(w0), "x"(w1));
}

INLINE void add_to_sums(Ints *one, Ints *other, Ints codes, Ints w0, Ints w1) {
    Ints product;
    __asm__ volatile("vpmaddubsw %4, %2, %3\n\tvpmaddubsw %5, %2, %2\n\tvpaddw %3, %0, %0\n\tvpaddw %2, %1, %1"
                     : "+x"(*one), "+x"(*other), "+x"(codes), "=&x"(product)
                     : "x"(w0), "x"(w1));
}

/* Made where they are needed: held during the products, they would take a register too many. */
INLINE Ints sixteen_ones(void) {
    Ints ones;
    __asm__ volatile("vpcmpeqw %0, %0, %0\n\tvpabsw %0, %0" : "=x"(ones));
    return ones;
}

INLINE void widen(Ints *sum, Ints narrow, Ints ones) {
    __asm__ volatile("vpmaddwd %2, %0, %0\n\tvpaddd %1, %0, %0\n\tvmovdqu %0, %1"
                     : "+x"(narrow), "+m"(*sum)
                     : "x"(ones));
}

/* Of `count` tokens and the PANEL outputs of `w`: sums[token][VECTORS]. */
INLINE void sum_products(const uint8_t *codes, int in, const int8_t *w, int count, Ints *sums) {
    for (int i = 0; i < count * VECTORS; i++) sums[i] = no_sum();
    for (int k = 0; k < in; k += 4 * NARROW) {
        Ints narrow[TILE * VECTORS];
        UNROLL
        for (int step = 0; step < NARROW; step++, w += 4 * PANEL) {
            const Ints w0 = load_weights(w), w1 = load_weights(w + 4 * LANES);
            UNROLL
            for (int t = 0; t < count; t++) {
                const Ints four = all_codes(codes + t * in + k + 4 * step);
                if (step)
                    add_to_sums(&narrow[2 * t], &narrow[2 * t + 1], four, w0, w1);
                else
                    begin_sums(&narrow[2 * t], &narrow[2 * t + 1], four, w0, w1);
            }
        }
        const Ints ones = sixteen_ones();
        UNROLL
        for (int i = 0; i < count * VECTORS; i++) widen(&sums[i], narrow[i], ones);
    }
}

/* Two sums, each of pairs of products of 16 bits. */
INLINE void add_pairs(Ints *one, Ints *other, Ints pair, Ints w0, Ints w1) {
    Ints product;
    __asm__ volatile("vpmaddwd %4, %2, %3\n\tvpmaddwd %5, %2, %2\n\tvpaddd %3, %0, %0\n\tvpaddd %2, %1, %1"
                     : "+x"(*one), "+x"(*other), "+x"(pair), "=&x"(product)
                     : "x"(w0), "x"(w1));
}

#include "attention_i16.h"
#include "stages.h"

static int supported(void) {
    unsigned a, b, c, d;
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __get_cpuid_count(1, 0, &a, &b, &c, &d) &&
           (c & bit_F16C);
}

const Isa repartee_avx2 = {.traits = {"avx2", PANEL, 4, LEVELS, 2 * NARROW}, .supported = supported, STAGES};

#endif
