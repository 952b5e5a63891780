/* AVX-512 with VNNI and BF16: 64-byte `vpdpbusd` for linear layers, attention in bfloat16 with float32 sums. */

#if defined(__x86_64__)
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512bf16,fma,f16c")

#include "vector_avx512.h"

enum {
    LEVELS = 255,
    TILE = 6,    /* tokens a tile of accumulators covers */
    VECTORS = 4, /* vectors of outputs it covers: 24 of the 32 registers accumulate */
    PANEL = VECTORS * LANES,
};

#include "attention_bf16.h"
#include "dot.h"
#include "stages.h"

static int supported(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16");
}

const Isa repartee_avx512 = {.traits = {"avx512", PANEL, 4, LEVELS, 0}, .supported = supported, STAGES};

#endif
