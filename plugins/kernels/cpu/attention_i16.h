/* Attention of one head of one row: products of 16-bit integers in pairs, sums in 32 bits, softmax in float32.

   Queries, keys and values get one step each for the head and row at hand, MOST of which reach their largest number,
   weights as many as the number of keys allows: no sum leaves 31 bits. Included behind `add_pairs`. */

#pragma once

#include "arithmetic.h"

typedef float Projected;

enum {
    WIDE = 2 * LANES, /* keys, or channels, of a tile of sums */
    QUERIES = 6,      /* queries of it */
    MOST = 2047,      /* steps of a query, a key or a value */
};

INLINE void store_projected(Projected *at, Floats x) { store(at, x); }

static int with_padding(int keys) { return (keys + WIDE - 1) & ~(WIDE - 1); }

/* For a head of `size` channels and `room` keys. */
typedef struct {
    int32_t *keys, *values; /* pairs of 16 bits: [size / 2][room], [room / 2][size] */
    int16_t *queries;       /* [room][size] */
    float *scores;          /* [QUERIES][room] */
    int16_t *weights;       /* [QUERIES][room] */
    float steps;            /* in a weight of 1, the largest there is */
} HeadScratch;

/* Where the parts begin, by bytes; the last is the end. */
INLINE void divide(int size, int room, size_t at[6]) {
    const size_t parts[] = {room * size * 2, room * size * 2, room * size * 2, QUERIES * room * 4, QUERIES * room * 2};
    at[0] = 0;
    for (int i = 0; i < 5; i++) at[i + 1] = at[i] + round_up(parts[i]);
}

static size_t head_bytes(int size, int keys) {
    size_t at[6];
    divide(size, with_padding(keys), at);
    return at[5];
}

/* Steps in one unit, so that the largest of `count` rows of `size` numbers takes MOST. */
INLINE float steps_of(const float *x, int stride, int count, int size) {
    Floats top = all(SMALLEST_RANGE);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < size; k += LANES) {
            const Floats v = load(x + (size_t)i * stride + k);
            top = larger(top, larger(v, -v));
        }
    return MOST / most(top);
}

/* Keys and values as the products read them, filled up with zeros. */
static void pack(const float *keys, const float *values, int stride, int count, int room, int size, Floats key_steps,
                 Floats value_steps, const HeadScratch *s) {
    for (int first = 0; first < room; first += LANES)
        for (int channel = 0; channel < size; channel += LANES) {
            Floats rows[LANES];
            UNROLL
            for (int i = 0; i < LANES; i++)
                rows[i] = first + i < count ? load(keys + (size_t)(first + i) * stride + channel) : all(0);
            transpose(rows);
            UNROLL
            for (int i = 0; i < LANES; i += 2)
                store_pairs(s->keys + (size_t)(channel + i) / 2 * room + first, rows[i] * key_steps,
                            rows[i + 1] * key_steps);
        }
    for (int key = 0; key < room; key += 2)
        for (int channel = 0; channel < size; channel += LANES) {
            const float *at = values + (size_t)key * stride + channel;
            const Floats even = key < count ? load(at) : all(0), odd = key + 1 < count ? load(at + stride) : all(0);
            store_pairs(s->values + (size_t)key / 2 * size + channel, even * value_steps, odd * value_steps);
        }
}

/* sums[count][WIDE] = left [count][2 pairs] times right [pairs][WIDE]. */
INLINE void multiply_pairs(const int16_t *left, int left_stride, const int32_t *right, int right_stride, int pairs,
                           int count, Ints *sums) {
    UNROLL
    for (int i = 0; i < 2 * count; i++) sums[i] = no_sum();
    for (int k = 0; k < pairs; k++) {
        const int8_t *at = (const int8_t *)(right + (size_t)k * right_stride);
        const Ints w0 = load_weights(at), w1 = load_weights(at + 4 * LANES);
        UNROLL
        for (int q = 0; q < count; q++)
            add_pairs(&sums[2 * q], &sums[2 * q + 1], all_codes((const uint8_t *)(left + (size_t)q * left_stride + 2 * k)),
                      w0, w1);
    }
}

/* `count` queries against all keys: scores, softmax, weighted sum of values. `score`, `value`: what a unit of the
   products is worth. */
INLINE void attend_some(const HeadScratch *s, int first, int count, int keys, int size, Floats score, float value,
                        float *mix, int width) {
    const int room = with_padding(keys);
    Ints sums[2 * QUERIES];
    for (int key = 0; key < room; key += WIDE) {
        multiply_pairs(s->queries + (size_t)first * size, size, s->keys + key, room, size / 2, count, sums);
        UNROLL
        for (int i = 0; i < 2 * count; i++)
            store(s->scores + (size_t)(i / 2) * room + key + i % 2 * LANES, to_floats(sums[i]) * score);
    }
    float share[QUERIES];
    for (int q = 0; q < count; q++) {
        float *row = s->scores + (size_t)q * room;
        for (int key = keys; key < room; key++) row[key] = -1e30f; /* keys that are not there */
        Floats top = load(row), sum = all(0);
        for (int key = LANES; key < room; key += LANES) top = larger(top, load(row + key));
        top = all(most(top));
        for (int key = 0; key < room; key += WIDE) {
            const Floats one = exp2_below(load(row + key) - top), other = exp2_below(load(row + key + LANES) - top);
            sum += one + other;
            store_words(s->weights + (size_t)q * room + key, one * all(s->steps), other * all(s->steps));
        }
        share[q] = value / (total(sum) * s->steps);
    }
    for (int channel = 0; channel < size; channel += WIDE) {
        multiply_pairs(s->weights, room, s->values + channel, size, (keys + 1) / 2, count, sums);
        UNROLL
        for (int i = 0; i < 2 * count; i++)
            store(mix + (size_t)(i / 2) * width + channel + i % 2 * LANES, to_floats(sums[i]) * all(share[i / 2]));
    }
}

/* `qkv` [keys][3 * hidden]: this head's queries, keys and values, `size` channels each; `mix` [keys][hidden]. */
static void attend_all(const float *qkv, int hidden, int keys, int size, float *mix, void *scratch) {
    const int stride = 3 * hidden, room = with_padding(keys), blocks = (keys + QUERIES - 1) / QUERIES;
    size_t at[6];
    divide(size, room, at);
    char *here = scratch;
    const HeadScratch s = {.keys = (int32_t *)(here + at[0]),
                           .values = (int32_t *)(here + at[1]),
                           .queries = (int16_t *)(here + at[2]),
                           .scores = (float *)(here + at[3]),
                           .weights = (int16_t *)(here + at[4]),
                           .steps = fminf(INT16_MAX, (1 << 30) / MOST / (float)room)};
    const float query_steps = steps_of(qkv, stride, keys, size), key_steps = steps_of(qkv + hidden, stride, keys, size),
                value_steps = steps_of(qkv + 2 * hidden, stride, keys, size);
    pack(qkv + hidden, qkv + 2 * hidden, stride, keys, room, size, all(key_steps), all(value_steps), &s);
    for (int i = 0; i < keys; i++)
        for (int k = 0; k < size; k += WIDE) {
            const float *query = qkv + (size_t)i * stride + k;
            store_words(s.queries + (size_t)i * size + k, load(query) * all(query_steps),
                        load(query + LANES) * all(query_steps));
        }
    const Floats score = all(1 / (query_steps * key_steps));
    for (int block = 0; block < blocks; block++) {
        const int first = keys * block / blocks, count = keys * (block + 1) / blocks - first;
        float *to = mix + (size_t)first * hidden;
        switch (count) {
        case 1: attend_some(&s, first, 1, keys, size, score, 1 / value_steps, to, hidden); break;
        case 2: attend_some(&s, first, 2, keys, size, score, 1 / value_steps, to, hidden); break;
        case 3: attend_some(&s, first, 3, keys, size, score, 1 / value_steps, to, hidden); break;
        case 4: attend_some(&s, first, 4, keys, size, score, 1 / value_steps, to, hidden); break;
        case 5: attend_some(&s, first, 5, keys, size, score, 1 / value_steps, to, hidden); break;
        case 6: attend_some(&s, first, 6, keys, size, score, 1 / value_steps, to, hidden); break;
        }
    }
}
