/* What the neutral half (bert.c) and the kernels of each instruction set know of each other. */

#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    LONGEST_PIECE = 64, /* tokens a thread takes at a time at most; of more, the inner layer would not stay in a core's
                           cache */
    MOST_LANES = 16,    /* float32 numbers in the widest vector there is */
};

typedef struct {
    int32_t hidden, inner, heads, layers;
    float epsilon;
} Shape;

typedef struct {
    const float *gain, *bias;
} Norm;

/* y = x W^T + b: codes [out / panel][in / depth][panel][depth]; scale, bias, and sum = scale * sum of the channel's
   codes: [out]. */
typedef struct {
    const int8_t *codes;
    const float *scale, *sum, *bias;
} Linear;

typedef struct {
    Linear qkv, out, up, down;
    Norm attended, output;
} Layer;

typedef struct {
    Shape shape;
    const float *words, *positions, *types; /* embedding tables, float32 [rows][hidden] */
    Norm embedded;
    const Layer *layers;
    const float *span, *span_bias; /* float32 [2][hidden], [2]; NULL: the hidden states are the output */
} Model;

/* What one thread works with. */
typedef struct {
    uint16_t *inner;    /* float16 [LONGEST_PIECE][inner] */
    uint8_t *codes;     /* [LONGEST_PIECE][inner or hidden] */
    float *low, *high;  /* [LONGEST_PIECE][MOST_LANES]: the range of each token's inner layer, by lane */
    float *step, *base; /* [LONGEST_PIECE] */
    void *head;         /* what attention needs for one head */
} Scratch;

typedef struct {
    const int32_t *ids, *types, *positions;
    const int32_t *begins; /* [rows + 1]: where each row's tokens begin */
    int rows, tokens, pieces;
    int first, last; /* the layers that are run, without the last */
    int from, ends;  /* behind the last attention the tokens from number `from` on are run, in `ends` pieces */
    float *x;      /* float32 [tokens][hidden]: residual stream */
    int given;     /* whether x holds what the layer before `first` gave; if not, tokens are embedded */
    void *qkv;     /* [tokens][3 hidden], in the precision of the instruction set's attention */
    float *mix;    /* float32 [tokens][hidden]: what attention gives */
    float *result; /* [tokens][2], or NULL */
} Batch;

/* h of GELU(x) = max(x, 0) - h(|x|): a parabola for each quarter of [0, 4), by power and part; see bert.c. */
typedef float GeluTable[3][16];

typedef struct {
    Model model;
    GeluTable gelu;
} Context;

/* How weights are packed, and inputs of products quantised, for an instruction set: what the launcher must know. */
typedef struct {
    const char *name;
    int32_t panel, depth; /* of `Linear.codes` */
    int32_t levels;       /* the largest code of an input */
    int32_t narrow;       /* how many products a 16-bit lane sums up before it is widened; 0: none does */
} Traits;

/* The kernels of an instruction set. A phase works on `count` tokens from `first` on. */
typedef struct {
    Traits traits;
    int (*supported)(void);
    int projected_bytes;                        /* of a number in Batch.qkv */
    size_t (*head_bytes)(int size, int keys);   /* of Scratch.head, `keys` a multiple of 64 */
    void (*embed)(const Context *, const Batch *, int first, int count);
    void (*project)(const Context *, const Batch *, const Scratch *, int first, int count, int layer);
    void (*attend)(const Context *, const Batch *, const Scratch *, int row, int head);
    void (*transform)(const Context *, const Batch *, const Scratch *, int first, int count, int layer);
    void (*finish)(const Context *, const Batch *, int first, int count);
} Isa;

extern const Isa repartee_avx512, repartee_avx512_vnni, repartee_avx_vnni, repartee_avx2;
extern const Isa repartee_neon_i8mm, repartee_neon;

static inline size_t round_up(size_t bytes) { return (bytes + 127) & ~(size_t)127; }
