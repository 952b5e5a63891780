/* Attention of one head of one row in float32. */

#pragma once

#include "arithmetic.h"

typedef float Projected;

enum {
    WIDE = 16,                 /* keys, or channels, of a tile of accumulators */
    ACROSS = WIDE / LANES,     /* in vectors */
    QUERIES = 6,               /* queries of it */
};

INLINE void store_projected(Projected *at, Floats x) { store(at, x); }

static int with_padding(int keys) { return (keys + WIDE - 1) & ~(WIDE - 1); }

/* Keys as [size][keys], then weights [QUERIES][keys]. */
static size_t head_bytes(int size, int keys) { return (size_t)(size + QUERIES) * with_padding(keys) * sizeof(float); }

/* sums[count][WIDE] = left [count][depth] times right [depth][WIDE]. */
INLINE void multiply_floats(const float *left, int left_stride, const float *right, int right_stride, int depth,
                            int count, Floats *sums) {
    UNROLL
    for (int i = 0; i < count * ACROSS; i++) sums[i] = all(0);
    for (int k = 0; k < depth; k++) {
        Floats wide[ACROSS];
        UNROLL
        for (int v = 0; v < ACROSS; v++) wide[v] = load(right + (size_t)k * right_stride + v * LANES);
        UNROLL
        for (int q = 0; q < count; q++) {
            const Floats one = all(left[(size_t)q * left_stride + k]);
            UNROLL
            for (int v = 0; v < ACROSS; v++) sums[q * ACROSS + v] = fused(one, wide[v], sums[q * ACROSS + v]);
        }
    }
}

/* `count` queries against all keys: scores, softmax, weighted sum of values. */
INLINE void attend_some(const float *queries, int stride, int count, const float *turned, const float *values, int keys,
                        int size, float *weights, float *mix, int width) {
    const int room = with_padding(keys);
    for (int first = 0; first < room; first += WIDE) {
        Floats sums[QUERIES * ACROSS];
        multiply_floats(queries, stride, turned + first, room, size, count, sums);
        UNROLL
        for (int i = 0; i < count * ACROSS; i++)
            store(weights + (size_t)(i / ACROSS) * room + first + i % ACROSS * LANES, sums[i]);
    }
    float share[QUERIES];
    for (int q = 0; q < count; q++) {
        float *row = weights + (size_t)q * room;
        for (int key = keys; key < room; key++) row[key] = -1e30f; /* keys that are not there */
        Floats top = load(row), sum = all(0);
        for (int key = LANES; key < room; key += LANES) top = larger(top, load(row + key));
        top = all(most(top));
        for (int key = 0; key < room; key += LANES) {
            const Floats weight = exp2_below(load(row + key) - top);
            sum += weight;
            store(row + key, weight);
        }
        share[q] = 1 / total(sum);
    }
    for (int channel = 0; channel < size; channel += WIDE) {
        Floats sums[QUERIES * ACROSS];
        multiply_floats(weights, room, values + channel, stride, keys, count, sums);
        UNROLL
        for (int i = 0; i < count * ACROSS; i++)
            store(mix + (size_t)(i / ACROSS) * width + channel + i % ACROSS * LANES, sums[i] * all(share[i / ACROSS]));
    }
}

/* `qkv` [keys][3 * hidden]: this head's queries, keys and values, `size` channels each; `mix` [keys][hidden]. */
static void attend_all(const float *qkv, int hidden, int keys, int size, float *mix, void *scratch) {
    const int stride = 3 * hidden, room = with_padding(keys), blocks = (keys + QUERIES - 1) / QUERIES;
    float *turned = scratch, *weights = turned + (size_t)size * room;
    for (int key = 0; key < room; key += LANES)
        for (int channel = 0; channel < size; channel += LANES) {
            Floats rows[LANES];
            UNROLL
            for (int i = 0; i < LANES; i++)
                rows[i] = key + i < keys ? load(qkv + (size_t)(key + i) * stride + hidden + channel) : all(0);
            transpose(rows);
            UNROLL
            for (int i = 0; i < LANES; i++) store(turned + (size_t)(channel + i) * room + key, rows[i]);
        }
    for (int block = 0; block < blocks; block++) {
        const int first = keys * block / blocks, count = keys * (block + 1) / blocks - first;
        const float *some = qkv + (size_t)first * stride, *values = qkv + 2 * hidden;
        float *to = mix + (size_t)first * hidden;
        switch (count) {
        case 1: attend_some(some, stride, 1, turned, values, keys, size, weights, to, hidden); break;
        case 2: attend_some(some, stride, 2, turned, values, keys, size, weights, to, hidden); break;
        case 3: attend_some(some, stride, 3, turned, values, keys, size, weights, to, hidden); break;
        case 4: attend_some(some, stride, 4, turned, values, keys, size, weights, to, hidden); break;
        case 5: attend_some(some, stride, 5, turned, values, keys, size, weights, to, hidden); break;
        case 6: attend_some(some, stride, 6, turned, values, keys, size, weights, to, hidden); break;
        }
    }
}
