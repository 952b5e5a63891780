/* Matrix products of quantised activations and int8 weights, and what is done to their sums while these are in
   registers or the nearest cache. Included behind `sum_products`, attention, and the two constants of a tile. */

#pragma once

#include "arithmetic.h"

enum { FETCHING = 5 }; /* blocks of tokens from which on the next weights are fetched beforehand */

typedef enum {
    TO_QKV,
    TO_GELU,
    TO_SUM
} Ending;

/* The products of `count` tokens by the `outputs` of a linear layer from `output` on, after which those from `next` on
   may be wanted; arrays begin with the first token. */
typedef struct {
    int count, in, out, output, outputs, next;
    const uint8_t *codes;
    const float *step, *base;
    Linear linear;
    Projected *projected; /* TO_QKV: [tokens][out] */
    uint16_t *half;       /* TO_GELU: float16 [tokens][out] */
    float *sum;           /* TO_SUM: float32 [tokens][out], added to */
    const float (*gelu)[16];
} Product;

/* A vector of outputs of `count` tokens, from their integer sums. */
INLINE void end(const Product *p, int token, int count, int n, const Ints *sums, Ending ending) {
    const Floats scale = load(p->linear.scale + n), sum = load(p->linear.sum + n), bias = load(p->linear.bias + n);
    UNROLL
    for (int t = 0; t < count; t++) {
        const int row = token + t;
        Floats y = fused(all(p->base[row]), sum, bias);
        Floats rate = scale * all(p->step[row]);
        y = fused(to_floats(sums[t * VECTORS]), rate, y);
        const size_t at = (size_t)row * p->out + n;
        if (ending == TO_QKV) {
            store_projected(p->projected + at, y);
        } else if (ending == TO_GELU) {
            store_half(p->half + at, gelu(y, p->gelu));
        } else {
            store(p->sum + at, load(p->sum + at) + y);
        }
    }
}

/* `count` tokens from `token` on, by the outputs of `panel`. */
INLINE void tile(const Product *p, int token, int count, int panel, Ending ending) {
    Ints sums[TILE * VECTORS];
    sum_products(p->codes + (size_t)token * p->in, p->in, p->linear.codes + (size_t)panel * PANEL * p->in, count, sums);
    UNROLL
    for (int v = 0; v < VECTORS; v++) end(p, token, count, panel * PANEL + v * LANES, sums + v, ending);
}

/* A panel's weights stay in the cache for all tokens. Those of the panel that follows are fetched from further away
   meanwhile, a share for each block of tokens; where there are few blocks, that would only hold them up. */
INLINE void multiply(const Product *p, Ending ending) {
    const int blocks = (p->count + TILE - 1) / TILE, panels = (p->output + p->outputs) / PANEL;
    const int share = blocks < FETCHING ? 0 : PANEL * p->in / blocks;
    for (int panel = p->output / PANEL; panel < panels; panel++) {
        const int after = panel + 1 < panels ? panel + 1 : p->next / PANEL;
        const int8_t *next = p->linear.codes + (size_t)after * PANEL * p->in;
        for (int block = 0; block < blocks; block++) {
            const int token = p->count * block / blocks, count = p->count * (block + 1) / blocks - token;
            for (int at = 0; at < share; at += 64) __builtin_prefetch(next + at, 0, 3);
            next += share;
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
}

static void multiply_to_qkv(const Product *p) { multiply(p, TO_QKV); }
static void multiply_to_gelu(const Product *p) { multiply(p, TO_GELU); }
static void multiply_to_sum(const Product *p) { multiply(p, TO_SUM); }
