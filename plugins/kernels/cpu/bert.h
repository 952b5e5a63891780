/* What the neutral half (bert.c) and the kernels of each instruction set know of each other. */

#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    GROUP = 64, /* outputs of a matrix product that a thread takes at a time: a whole number of panels for every
                   instruction set, and what they read of 384 channels stays in the first cache */
};

/* What is done of a layer, each behind all of the one before. */
typedef enum {
    EMBED,     /* tokens: embeddings, unless states are given, as bytes */
    PROJECT,   /* outputs: queries, keys and values */
    ATTEND,    /* heads of rows */
    COLLECT,   /* tokens: what the heads gave, as bytes */
    RETURN,    /* outputs: added to the residual stream */
    NORMALISE, /* tokens: LayerNorm, as bytes */
    EXPAND,    /* outputs: the inner layer, behind GELU */
    ACTIVATE,  /* tokens: the inner layer as bytes */
    CONTRACT,  /* outputs: added to the residual stream */
    LEAVE,     /* tokens: LayerNorm, as bytes for the layer above, or through the span head */
} Stage;

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

/* What a thread takes of a stage: `count` tokens from number `first` of the batch on, whose inputs stand from `row` on;
   of a product the `outputs` from `output` on, and likely those from `next` on after them. */
typedef struct {
    int layer, first, row, count, output, outputs, next;
} Part;

/* The inputs of a product, made ready for it. */
typedef struct {
    uint8_t *codes;     /* [rows][inner or hidden]: */
    float *step, *base; /* [rows]: an input is step * code + base */
    uint16_t *inner;    /* float16 [rows][inner] */
} Inputs;

typedef struct {
    const int32_t *ids, *types, *positions;
    const int32_t *begins; /* [rows + 1]: where each row's tokens begin */
    int rows, tokens;
    int first, last; /* the layers that are run, without the last */
    int from;        /* behind the last attention the tokens from number `from` on are run */
    int together;    /* whether threads take parts of stages together, or each its own tokens through all of them */
    float *x;        /* float32 [tokens][hidden]: residual stream */
    int given;       /* whether x holds what the layer before `first` gave; if not, tokens are embedded */
    void *qkv;       /* [tokens][3 hidden], in the precision of the instruction set's attention */
    float *mix;      /* float32 [tokens][hidden]: what attention gives */
    float *result;   /* [tokens][2], or NULL */
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

/* The kernels of an instruction set. */
typedef struct {
    Traits traits;
    int (*supported)(void);
    int projected_bytes;                        /* of a number in Batch.qkv */
    size_t (*head_bytes)(int size, int keys);   /* of what attention needs for one head, `keys` a multiple of 64 */
    void (*attend)(const Context *, const Batch *, void *scratch, int row, int head);
    void (*run_tokens)(const Context *, const Batch *, const Inputs *, Stage, Part);
    void (*run_outputs)(const Context *, const Batch *, const Inputs *, Stage, Part);
} Isa;

extern const Isa repartee_avx512, repartee_avx512_vnni, repartee_avx_vnni, repartee_avx2;
extern const Isa repartee_neon_i8mm, repartee_neon;

static inline size_t round_up(size_t bytes) { return (bytes + 127) & ~(size_t)127; }
