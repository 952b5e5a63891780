/* Vectors of 8 float32 or int32 numbers, by AVX2 and FMA. */

#pragma once

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#include "gelu.h"
#include "inline.h"

enum { LANES = 8 };
typedef __m256 Floats;
typedef __m256i Ints;

INLINE Floats load(const float *at) { return _mm256_loadu_ps(at); }
INLINE void store(float *at, Floats x) { _mm256_storeu_ps(at, x); }
INLINE Floats all(float x) { return _mm256_set1_ps(x); }
INLINE Floats fused(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
INLINE Floats smaller(Floats a, Floats b) { return _mm256_min_ps(a, b); }
INLINE Floats larger(Floats a, Floats b) { return _mm256_max_ps(a, b); }
INLINE Floats to_floats(Ints x) { return _mm256_cvtepi32_ps(x); }
INLINE Floats nearest(Floats x) { return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
INLINE Floats times_power_of_two(Floats x, Floats whole) {
    return _mm256_castsi256_ps(
        _mm256_add_epi32(_mm256_castps_si256(x), _mm256_slli_epi32(_mm256_cvtps_epi32(whole), 23)));
}

INLINE float least(Floats x) {
    __m128 y = _mm_min_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    y = _mm_min_ps(y, _mm_movehl_ps(y, y));
    return _mm_cvtss_f32(_mm_min_ss(y, _mm_movehdup_ps(y)));
}
INLINE float most(Floats x) {
    __m128 y = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    y = _mm_max_ps(y, _mm_movehl_ps(y, y));
    return _mm_cvtss_f32(_mm_max_ss(y, _mm_movehdup_ps(y)));
}
INLINE float total(Floats x) {
    __m128 y = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    y = _mm_add_ps(y, _mm_movehl_ps(y, y));
    return _mm_cvtss_f32(_mm_add_ss(y, _mm_movehdup_ps(y)));
}

/* Rows to columns. */
INLINE void transpose(Floats r[LANES]) {
    Floats t[LANES], u[LANES];
    UNROLL
    for (int i = 0; i < LANES; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
    UNROLL
    for (int i = 0; i < LANES; i += 4) UNROLL
    for (int j = 0; j < 2; j++) {
        u[i + 2 * j] = _mm256_shuffle_ps(t[i + j], t[i + 2 + j], 0x44);
        u[i + 2 * j + 1] = _mm256_shuffle_ps(t[i + j], t[i + 2 + j], 0xee);
    }
    UNROLL
    for (int i = 0; i < LANES / 2; i++) {
        r[i] = _mm256_permute2f128_ps(u[i], u[i + 4], 0x20);
        r[i + 4] = _mm256_permute2f128_ps(u[i], u[i + 4], 0x31);
    }
}

INLINE void store_half(uint16_t *at, Floats x) {
    _mm_storeu_si128((void *)at, _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
}
INLINE Floats load_half(const uint16_t *at) { return _mm256_cvtph_ps(_mm_loadu_si128((const void *)at)); }

INLINE float base_of(float bottom, float step) {
    (void)step;
    return bottom;
}

/* Numbers rounded, as bytes of 0 to `levels`. */
INLINE void store_codes(uint8_t *at, Floats x, int levels) {
    __m256i wide = _mm256_cvtps_epi32(x);
    __m128i codes = _mm_packs_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
    codes = _mm_packus_epi16(codes, codes);
    if (levels < 255) codes = _mm_min_epu8(codes, _mm_set1_epi8(levels));
    _mm_storel_epi64((void *)at, codes);
}

INLINE Floats gelu(Floats x, const float table[3][16]) {
    (void)table;
    Floats a = smaller(larger(x, -x), all(4)), h = all(GELU[7]);
    UNROLL
    for (int power = 6; power >= 0; power--) h = fused(h, a, all(GELU[power]));
    return larger(x, all(0)) - h;
}

/* ---- eight-bit products ---- */

INLINE Ints no_sum(void) { return _mm256_setzero_si256(); }
INLINE Ints load_weights(const int8_t *at) { return _mm256_loadu_si256((const void *)at); }
INLINE Ints all_codes(const uint8_t *four) {
    int32_t both;
    memcpy(&both, four, 4);
    return _mm256_set1_epi32(both);
}

/* ---- sixteen-bit products ---- */

/* Numbers rounded to 16 bits: those of `even` and `odd` in turn, and those of `one` before those of `other`. */
INLINE void store_pairs(int32_t *at, Floats even, Floats odd) {
    const Ints high = _mm256_slli_epi32(_mm256_cvtps_epi32(odd), 16);
    _mm256_storeu_si256((void *)at, _mm256_blend_epi16(_mm256_cvtps_epi32(even), high, 0xaa));
}
INLINE void store_words(int16_t *at, Floats one, Floats other) {
    const Ints words = _mm256_packs_epi32(_mm256_cvtps_epi32(one), _mm256_cvtps_epi32(other));
    _mm256_storeu_si256((void *)at, _mm256_permute4x64_epi64(words, 0xd8));
}
