/* The stages of a run, the same for each instruction set. Included last in its file. */

#pragma once

#include "product.h"

static void embed(const Context *c, const Batch *b, int token) {
    const Model *m = &c->model;
    const size_t hidden = m->shape.hidden;
    float *x = b->x + token * hidden;
    const float *word = m->words + b->ids[token] * hidden, *type = m->types + b->types[token] * hidden;
    const float *position = m->positions + b->positions[token] * hidden;
    for (size_t k = 0; k < hidden; k++) x[k] = word[k] + type[k] + position[k];
    normalise(x, hidden, m->embedded, m->shape.epsilon);
}

/* The span head. */
static void finish(const Context *c, const Batch *b, int token) {
    const size_t hidden = c->model.shape.hidden;
    if (!b->result) return;
    for (int side = 0; side < 2; side++) {
        Floats sum = all(0);
        for (size_t k = 0; k < hidden; k += LANES)
            sum = fused(load(b->x + token * hidden + k), load(c->model.span + side * hidden + k), sum);
        b->result[2 * token + side] = total(sum) + c->model.span_bias[side];
    }
}

/* A stage of which threads may take tokens: the inputs of the product behind it. */
static void run_tokens(const Context *c, const Batch *b, const Inputs *in, Stage stage, Part part) {
    const Shape *shape = &c->model.shape;
    const Layer *layer = &c->model.layers[part.layer];
    const size_t hidden = shape->hidden, inner = shape->inner, size = stage == ACTIVATE ? inner : hidden;
    for (int i = 0; i < part.count; i++) {
        const int token = part.first + i, row = part.row + i;
        float *x = b->x + token * hidden, *step = in->step + row, *base = in->base + row;
        uint8_t *codes = in->codes + row * size;
        switch (stage) {
        case EMBED:
            if (!b->given) embed(c, b, token);
            quantise(x, hidden, LEVELS, codes, step, base);
            break;
        case COLLECT: quantise(b->mix + token * hidden, hidden, LEVELS, codes, step, base); break;
        case NORMALISE:
            normalise(x, hidden, layer->attended, shape->epsilon);
            quantise(x, hidden, LEVELS, codes, step, base);
            break;
        case ACTIVATE: quantise_half(in->inner + row * inner, inner, LEVELS, codes, step, base); break;
        default:
            normalise(x, hidden, layer->output, shape->epsilon);
            if (part.layer + 1 < b->last)
                quantise(x, hidden, LEVELS, codes, step, base);
            else
                finish(c, b, token);
        }
    }
}

/* A stage of which threads may take outputs: a matrix product. */
static void run_outputs(const Context *c, const Batch *b, const Inputs *in, Stage stage, Part part) {
    const Shape *shape = &c->model.shape;
    const Layer *layer = &c->model.layers[part.layer];
    const size_t hidden = shape->hidden, inner = shape->inner;
    Product product = {.count = part.count,
                       .in = stage == CONTRACT ? inner : hidden,
                       .output = part.output,
                       .outputs = part.outputs,
                       .next = part.next,
                       .step = in->step + part.row,
                       .base = in->base + part.row,
                       .gelu = c->gelu};
    product.codes = in->codes + (size_t)part.row * product.in;
    switch (stage) {
    case PROJECT:
        product.out = 3 * hidden, product.linear = layer->qkv;
        product.projected = (Projected *)b->qkv + part.first * 3 * hidden;
        multiply_to_qkv(&product);
        break;
    case EXPAND:
        product.out = inner, product.linear = layer->up, product.half = in->inner + part.row * inner;
        multiply_to_gelu(&product);
        break;
    default:
        product.out = hidden, product.linear = stage == RETURN ? layer->out : layer->down;
        product.sum = b->x + part.first * hidden;
        multiply_to_sum(&product);
    }
}

/* One head of one row. */
static void attend(const Context *c, const Batch *b, void *scratch, int row, int head) {
    const int hidden = c->model.shape.hidden, size = hidden / c->model.shape.heads;
    const int first = b->begins[row], keys = b->begins[row + 1] - first;
    const Projected *qkv = (const Projected *)b->qkv + (size_t)first * 3 * hidden + head * size;
    attend_all(qkv, hidden, keys, size, b->mix + (size_t)first * hidden + head * size, scratch);
}

#define STAGES                                                                                                         \
    .projected_bytes = sizeof(Projected), .head_bytes = head_bytes, .attend = attend, .run_tokens = run_tokens,         \
    .run_outputs = run_outputs
