/* AVX-512 with VNNI and no BF16: 64-byte `vpdpbusd` for linear layers, attention by 64-byte `vpdpwssd` in 16 bits. */

#if defined(__x86_64__)
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")

#include "vector_avx512.h"

enum {
    LEVELS = 255,
    TILE = 6,    /* tokens a tile of accumulators covers */
    VECTORS = 4, /* vectors of outputs it covers: 24 of the 32 registers accumulate */
    PANEL = VECTORS * LANES,
};

/* Two sums, each of pairs of products of 16 bits. */
INLINE void add_pairs(Ints *one, Ints *other, Ints pair, Ints w0, Ints w1) {
    __asm__("vpdpwssd %2, %1, %0" : "+v"(*one) : "v"(pair), "v"(w0));
    __asm__("vpdpwssd %2, %1, %0" : "+v"(*other) : "v"(pair), "v"(w1));
}

#include "attention_i16.h"
#include "dot.h"
#include "stages.h"

static int supported(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vnni");
}

const Isa repartee_avx512_vnni = {.traits = {"avx512-vnni", PANEL, 4, LEVELS, 0}, .supported = supported, STAGES};

#endif
