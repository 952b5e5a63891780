/* Matrix products of uint8 activations and int8 weights, and what is done to their sums while these are in registers.
 */

#pragma once

#include <stddef.h>
#include <string.h>

#include "avx512_arithmetic.h"

enum {
    TILE = 6,    /* tokens a tile of accumulators covers */
    VECTORS = 4, /* vectors of 16 outputs it covers: 24 of the 32 registers accumulate */
    PANEL = 64,  /* outputs of a tile */
};

/* y = x W^T + b: codes [out / 64][in / 4][64][4]; scale, bias, and sum = scale * sum of the channel's codes: [out]. */
typedef struct {
    const int8_t *codes;
    const float *scale, *sum, *bias;
} Linear;

typedef enum {
    TO_BF16,
    TO_GELU,
    TO_SUM
} Ending;

typedef struct {
    int tokens, in, out;
    const uint8_t *codes;
    const float *step, *base;
    Linear linear;
    uint16_t *half;    /* TO_BF16: bf16 [tokens][out]; TO_GELU: float16 [tokens][out] */
    float *low, *high; /* TO_GELU: [tokens][16] */
    float *sum;        /* TO_SUM: float32 [tokens][out], added to */
    const float (*gelu)[16];
} Product;

/* Said in assembly, a compiler has no reason to copy the accumulator. */
INLINE void add_products(__m512i *sum, __m512i unsigned_bytes, __m512i signed_bytes) {
    __asm__("vpdpbusd %2, %1, %0" : "+v"(*sum) : "v"(unsigned_bytes), "v"(signed_bytes));
}

/* Sixteen outputs of `count` tokens, from their integer sums. */
INLINE void end(const Product *p, int token, int count, int n, const __m512i *sums, Ending ending) {
    const __m512 scale = _mm512_loadu_ps(p->linear.scale + n), sum = _mm512_loadu_ps(p->linear.sum + n);
    const __m512 bias = _mm512_loadu_ps(p->linear.bias + n);
    UNROLL
    for (int t = 0; t < count; t++) {
        const int row = token + t;
        __m512 y = _mm512_fmadd_ps(_mm512_set1_ps(p->base[row]), sum, bias);
        __m512 rate = _mm512_mul_ps(scale, _mm512_set1_ps(p->step[row]));
        y = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[t * VECTORS]), rate, y);
        const size_t at = (size_t)row * p->out + n;
        if (ending == TO_BF16) {
            _mm256_storeu_si256((void *)(p->half + at), (__m256i)_mm512_cvtneps_pbh(y));
        } else if (ending == TO_GELU) {
            y = gelu(y, p->gelu);
            _mm256_storeu_si256((void *)(p->half + at), _mm512_cvtps_ph(y, _MM_FROUND_TO_NEAREST_INT));
            float *low = p->low + 16 * row, *high = p->high + 16 * row;
            _mm512_storeu_ps(low, _mm512_min_ps(_mm512_loadu_ps(low), y));
            _mm512_storeu_ps(high, _mm512_max_ps(_mm512_loadu_ps(high), y));
        } else {
            _mm512_storeu_ps(p->sum + at, _mm512_add_ps(_mm512_loadu_ps(p->sum + at), y));
        }
    }
}

/* `count` tokens from `token` on, by the 64 outputs of `panel`. */
INLINE void tile(const Product *p, int token, int count, int panel, Ending ending) {
    const int in = p->in;
    const uint8_t *codes = p->codes + (size_t)token * in;
    const int8_t *w = p->linear.codes + (size_t)panel * PANEL * in;
    __m512i sums[TILE * VECTORS];
    UNROLL
    for (int i = 0; i < count * VECTORS; i++) sums[i] = _mm512_setzero_si512();
    for (int k = 0; k < in; k += 4, w += 4 * PANEL) {
        const __m512i w0 = _mm512_loadu_si512(w), w1 = _mm512_loadu_si512(w + 64);
        const __m512i w2 = _mm512_loadu_si512(w + 128), w3 = _mm512_loadu_si512(w + 192);
        UNROLL
        for (int t = 0; t < count; t++) {
            int32_t four;
            memcpy(&four, codes + t * in + k, 4);
            const __m512i code = _mm512_set1_epi32(four);
            add_products(&sums[t * VECTORS], code, w0);
            add_products(&sums[t * VECTORS + 1], code, w1);
            add_products(&sums[t * VECTORS + 2], code, w2);
            add_products(&sums[t * VECTORS + 3], code, w3);
        }
    }
    end(p, token, count, panel * PANEL, sums, ending);
    end(p, token, count, panel * PANEL + 16, sums + 1, ending);
    end(p, token, count, panel * PANEL + 32, sums + 2, ending);
    end(p, token, count, panel * PANEL + 48, sums + 3, ending);
}

INLINE void multiply(const Product *p, Ending ending) {
    const int blocks = (p->tokens + TILE - 1) / TILE;
    for (int panel = 0; panel < p->out / PANEL; panel++) /* a panel's weights stay in the cache for all tokens */
        for (int block = 0; block < blocks; block++) {
            const int token = p->tokens * block / blocks, count = p->tokens * (block + 1) / blocks - token;
            switch (count) {
            case 1: tile(p, token, 1, panel, ending); break;
            case 2: tile(p, token, 2, panel, ending); break;
            case 3: tile(p, token, 3, panel, ending); break;
            case 4: tile(p, token, 4, panel, ending); break;
            case 5: tile(p, token, 5, panel, ending); break;
            case 6: tile(p, token, 6, panel, ending); break;
            }
        }
}

static void multiply_to_bf16(const Product *p) { multiply(p, TO_BF16); }
static void multiply_to_gelu(const Product *p) { multiply(p, TO_GELU); }
static void multiply_to_sum(const Product *p) { multiply(p, TO_SUM); }
