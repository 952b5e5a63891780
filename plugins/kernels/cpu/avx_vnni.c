/* AVX-VNNI: 32-byte `vpdpbusd` for linear layers, attention by 32-byte `vpdpwssd` in 16 bits. */

#if defined(__x86_64__)
#pragma GCC target("avx2,fma,f16c")

#include <cpuid.h>

#include "vector_avx2.h"

enum {
    LEVELS = 255,
    TILE = 6,    /* tokens a tile of accumulators covers */
    VECTORS = 2, /* vectors of outputs it covers: 12 of the 16 registers accumulate */
    PANEL = VECTORS * LANES,
};

/* Said in assembly, a compiler need not know the instruction. */
INLINE void add_products(Ints *sum, Ints unsigned_bytes, Ints signed_bytes) {
    __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(*sum) : "x"(unsigned_bytes), "x"(signed_bytes));
}

/* Two sums, each of pairs of products of 16 bits. */
INLINE void add_pairs(Ints *one, Ints *other, Ints pair, Ints w0, Ints w1) {
    __asm__("%{vex%} vpdpwssd %2, %1, %0" : "+x"(*one) : "x"(pair), "x"(w0));
    __asm__("%{vex%} vpdpwssd %2, %1, %0" : "+x"(*other) : "x"(pair), "x"(w1));
}

#include "attention_i16.h"
#include "dot.h"
#include "stages.h"

static int supported(void) {
    unsigned a, b, c, d;
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __get_cpuid_count(1, 0, &a, &b, &c, &d) &&
           (c & bit_F16C) && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & 1 << 4);
}

const Isa repartee_avx_vnni = {.traits = {"avx-vnni", PANEL, 4, LEVELS, 0}, .supported = supported, STAGES};

#endif
