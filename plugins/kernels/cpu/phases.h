/* The phases of a run, the same for each instruction set. Included last in its file. */

#pragma once

#include "product.h"

static void embed(const Context *c, const Batch *b, int first, int count) {
    const Model *m = &c->model;
    const size_t hidden = m->shape.hidden;
    for (int t = first; t < first + count; t++) {
        float *x = b->x + t * hidden;
        const float *word = m->words + b->ids[t] * hidden, *type = m->types + b->types[t] * hidden;
        const float *position = m->positions + b->positions[t] * hidden;
        for (size_t k = 0; k < hidden; k++) x[k] = word[k] + type[k] + position[k];
        normalise(x, hidden, m->embedded, m->shape.epsilon);
    }
}

/* Quantise `count` rows of x, [hidden] each. */
static void quantise_rows(const float *x, int hidden, int count, const Scratch *s) {
    for (int t = 0; t < count; t++)
        quantise(x + (size_t)t * hidden, hidden, LEVELS, s->codes + (size_t)t * hidden, s->step + t, s->base + t);
}

static void project(const Context *c, const Batch *b, const Scratch *s, int first, int count, int layer) {
    const int hidden = c->model.shape.hidden;
    quantise_rows(b->x + (size_t)first * hidden, hidden, count, s);
    multiply_to_qkv(&(Product){.tokens = count,
                               .in = hidden,
                               .out = 3 * hidden,
                               .codes = s->codes,
                               .step = s->step,
                               .base = s->base,
                               .linear = c->model.layers[layer].qkv,
                               .projected = (Projected *)b->qkv + (size_t)first * 3 * hidden});
}

/* One head of one row. */
static void attend(const Context *c, const Batch *b, const Scratch *s, int row, int head) {
    const int hidden = c->model.shape.hidden, size = hidden / c->model.shape.heads;
    const int first = b->begins[row], keys = b->begins[row + 1] - first;
    const Projected *qkv = (const Projected *)b->qkv + (size_t)first * 3 * hidden + head * size;
    attend_all(qkv, hidden, keys, size, b->mix + (size_t)first * hidden + head * size, s->head);
}

/* All of a layer behind its attention. */
static void transform(const Context *c, const Batch *b, const Scratch *s, int first, int count, int number) {
    const Shape *shape = &c->model.shape;
    const Layer *layer = &c->model.layers[number];
    const int hidden = shape->hidden, inner = shape->inner;
    float *x = b->x + (size_t)first * hidden;
    quantise_rows(b->mix + (size_t)first * hidden, hidden, count, s);
    Product product = {.tokens = count,
                       .in = hidden,
                       .out = hidden,
                       .codes = s->codes,
                       .step = s->step,
                       .base = s->base,
                       .linear = layer->out,
                       .sum = x,
                       .half = s->inner,
                       .low = s->low,
                       .high = s->high,
                       .gelu = c->gelu};
    multiply_to_sum(&product);
    for (int t = 0; t < count; t++) {
        normalise(x + (size_t)t * hidden, hidden, layer->attended, shape->epsilon);
        store(s->low + MOST_LANES * t, all(INFINITY));
        store(s->high + MOST_LANES * t, all(-INFINITY));
    }
    quantise_rows(x, hidden, count, s);
    product.out = inner, product.linear = layer->up;
    multiply_to_gelu(&product);
    for (int t = 0; t < count; t++)
        quantise_half(s->inner + (size_t)t * inner, inner, load(s->low + MOST_LANES * t),
                      load(s->high + MOST_LANES * t), LEVELS, s->codes + (size_t)t * inner, s->step + t, s->base + t);
    product.in = inner, product.out = hidden, product.linear = layer->down;
    multiply_to_sum(&product);
    for (int t = 0; t < count; t++) normalise(x + (size_t)t * hidden, hidden, layer->output, shape->epsilon);
}

/* The span head. */
static void finish(const Context *c, const Batch *b, int first, int count) {
    const size_t hidden = c->model.shape.hidden;
    if (!b->result) return;
    for (int t = first; t < first + count; t++)
        for (int side = 0; side < 2; side++) {
            Floats sum = all(0);
            for (size_t k = 0; k < hidden; k += LANES)
                sum = fused(load(b->x + t * hidden + k), load(c->model.span + side * hidden + k), sum);
            b->result[2 * t + side] = total(sum) + c->model.span_bias[side];
        }
}

#define PHASES                                                                                                         \
    .projected_bytes = sizeof(Projected), .head_bytes = head_bytes, .embed = embed, .project = project,                 \
    .attend = attend, .transform = transform, .finish = finish
