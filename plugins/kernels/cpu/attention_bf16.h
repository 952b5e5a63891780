/* Attention of one head of one row: products in bfloat16, sums and softmax in float32. */

#pragma once

#include "arithmetic.h"

typedef uint16_t Projected;

enum { QUERIES = 6 };

/* For a head of `size` channels and `keys` tokens, filled up to a multiple of 64. */
typedef struct {
    int32_t *keys;     /* bf16 pairs [size / 2][keys] */
    int32_t *values;   /* bf16 pairs [keys / 2][size] */
    float *scores;     /* [QUERIES][keys] */
    uint16_t *weights; /* bf16 [QUERIES][keys] */
} HeadScratch;

static size_t head_bytes(int size, int keys) {
    return 2 * round_up(size / 2 * keys * 4) + round_up(QUERIES * keys * 4) + round_up(QUERIES * keys * 2);
}

INLINE void store_projected(Projected *at, Floats x) {
    _mm256_storeu_si256((void *)at, (__m256i)_mm512_cvtneps_pbh(x));
}

/* Keys as [pair of channels][key] and values as [pair of keys][channel]: what the products below read. `room`: the
   number of keys, filled up to a multiple of 64 with zeros. */
static void pack(const uint16_t *keys, const uint16_t *values, int stride, int count, int room, int size,
                 const HeadScratch *s) {
    for (int first = 0; first < room; first += 16)
        for (int part = 0; part < size; part += 32) {
            Floats rows[16];
            UNROLL
            for (int i = 0; i < 16; i++)
                rows[i] = first + i < count ? _mm512_loadu_ps(keys + (size_t)(first + i) * stride + part)
                                            : _mm512_setzero_ps();
            transpose(rows);
            UNROLL
            for (int i = 0; i < 16; i++) _mm512_storeu_ps(s->keys + (size_t)(part / 2 + i) * room + first, rows[i]);
        }
    for (int key = 0; key < room; key += 2)
        for (int part = 0; part < size; part += 16) {
            __m512i pair = _mm512_setzero_si512();
            if (key < count)
                pair = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const void *)(values + (size_t)key * stride + part)));
            if (key + 1 < count) {
                __m512i odd = _mm512_cvtepu16_epi32(
                    _mm256_loadu_si256((const void *)(values + (size_t)(key + 1) * stride + part)));
                pair = _mm512_or_si512(pair, _mm512_slli_epi32(odd, 16));
            }
            _mm512_storeu_si512(s->values + (size_t)key / 2 * size + part, pair);
        }
}

INLINE void add_pairs(__m512 *sum, __m512bh left, __m512bh right) {
    __asm__("vdpbf16ps %2, %1, %0" : "+v"(*sum) : "v"(left), "v"(right));
}

INLINE __m512bh pair_of(const uint16_t *two) {
    int32_t both;
    memcpy(&both, two, 4);
    return (__m512bh)_mm512_set1_epi32(both);
}

/* `count` queries against all keys: scores, softmax, weighted sum of values; `vectors` = size / 16. */
INLINE void attend_some(const uint16_t *queries, int stride, int count, int keys, int room, int vectors, float *mix,
                        int width, const HeadScratch *s) {
    const int size = 16 * vectors;
    for (int first = 0; first < room; first += 64) {
        __m512 sums[QUERIES][4];
        UNROLL
        for (int q = 0; q < count; q++) UNROLL
        for (int v = 0; v < 4; v++) sums[q][v] = _mm512_setzero_ps();
        for (int c = 0; c < size; c += 2) {
            __m512bh key[4];
            UNROLL
            for (int v = 0; v < 4; v++)
                key[v] = (__m512bh)_mm512_loadu_si512(s->keys + (size_t)c / 2 * room + first + 16 * v);
            UNROLL
            for (int q = 0; q < count; q++) {
                __m512bh query = pair_of(queries + (size_t)q * stride + c);
                UNROLL
                for (int v = 0; v < 4; v++) add_pairs(&sums[q][v], query, key[v]);
            }
        }
        UNROLL
        for (int q = 0; q < count; q++) UNROLL
        for (int v = 0; v < 4; v++) _mm512_storeu_ps(s->scores + (size_t)q * room + first + 16 * v, sums[q][v]);
    }
    float share[QUERIES];
    for (int q = 0; q < count; q++) {
        float *scores = s->scores + (size_t)q * room;
        for (int key = keys & ~15; key < room; key += 16) /* keys that are not there */
            _mm512_mask_storeu_ps(scores + key, key < keys ? (__mmask16)(0xffff << (keys - key)) : 0xffff,
                                  _mm512_set1_ps(-1e30f));
        __m512 top = _mm512_loadu_ps(scores);
        for (int key = 16; key < room; key += 16) top = _mm512_max_ps(top, _mm512_loadu_ps(scores + key));
        top = _mm512_set1_ps(_mm512_reduce_max_ps(top));
        __m512 total = _mm512_setzero_ps();
        for (int key = 0; key < room; key += 32) {
            __m512 one = exp2_below(_mm512_sub_ps(_mm512_loadu_ps(scores + key), top));
            __m512 two = exp2_below(_mm512_sub_ps(_mm512_loadu_ps(scores + key + 16), top));
            total = _mm512_add_ps(total, _mm512_add_ps(one, two));
            _mm512_storeu_si512(s->weights + (size_t)q * room + key, (__m512i)_mm512_cvtne2ps_pbh(two, one));
        }
        share[q] = 1 / _mm512_reduce_add_ps(total);
    }
    __m512 sums[QUERIES][4];
    UNROLL
    for (int q = 0; q < count; q++) UNROLL
    for (int v = 0; v < vectors; v++) sums[q][v] = _mm512_setzero_ps();
    for (int key = 0; key < ((keys + 1) & ~1); key += 2) {
        __m512bh value[4];
        UNROLL
        for (int v = 0; v < vectors; v++)
            value[v] = (__m512bh)_mm512_loadu_si512(s->values + (size_t)key / 2 * size + 16 * v);
        UNROLL
        for (int q = 0; q < count; q++) {
            __m512bh weight = pair_of(s->weights + (size_t)q * room + key);
            UNROLL
            for (int v = 0; v < vectors; v++) add_pairs(&sums[q][v], weight, value[v]);
        }
    }
    UNROLL
    for (int q = 0; q < count; q++) UNROLL
    for (int v = 0; v < vectors; v++)
        _mm512_storeu_ps(mix + (size_t)q * width + 16 * v, _mm512_mul_ps(sums[q][v], _mm512_set1_ps(share[q])));
}

INLINE void attend_rows(const uint16_t *queries, int stride, int keys, int room, int vectors, float *mix, int width,
                        const HeadScratch *s) {
    const int blocks = (keys + QUERIES - 1) / QUERIES;
    for (int block = 0; block < blocks; block++) {
        const int first = keys * block / blocks, count = keys * (block + 1) / blocks - first;
        const uint16_t *some = queries + (size_t)first * stride;
        float *to = mix + (size_t)first * width;
        switch (count) {
        case 1: attend_some(some, stride, 1, keys, room, vectors, to, width, s); break;
        case 2: attend_some(some, stride, 2, keys, room, vectors, to, width, s); break;
        case 3: attend_some(some, stride, 3, keys, room, vectors, to, width, s); break;
        case 4: attend_some(some, stride, 4, keys, room, vectors, to, width, s); break;
        case 5: attend_some(some, stride, 5, keys, room, vectors, to, width, s); break;
        case 6: attend_some(some, stride, 6, keys, room, vectors, to, width, s); break;
        }
    }
}

/* `qkv` [keys][3 * hidden]: this head's queries, keys and values, `size` channels each; `mix` [keys][hidden]. */
static void attend_all(const uint16_t *qkv, int hidden, int keys, int size, float *mix, void *scratch) {
    const int stride = 3 * hidden, room = (keys + 63) & ~63;
    char *at = scratch;
    const size_t pairs = round_up(size / 2 * room * 4), scores = round_up(QUERIES * room * 4);
    const HeadScratch s = {.keys = (int32_t *)at,
                           .values = (int32_t *)(at + pairs),
                           .scores = (float *)(at + 2 * pairs),
                           .weights = (uint16_t *)(at + 2 * pairs + scores)};
    pack(qkv + hidden, qkv + 2 * hidden, stride, keys, room, size, &s);
    if (size == 32)
        attend_rows(qkv, stride, keys, room, 2, mix, hidden, &s);
    else
        attend_rows(qkv, stride, keys, room, 4, mix, hidden, &s);
}
