/* What stands between the matrix products, sixteen numbers at a time. */

#pragma once

#include <immintrin.h>
#include <math.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 32")

typedef struct {
    const float *gain, *bias;
} Norm;

/* GELU(x) = max(x, 0) - h(|x|) with h(a) = a (1 - Phi(a)); h is a parabola for each quarter of [0, 4) here, and off by
   1.4e-4 at most. */
INLINE __m512 gelu(__m512 x, const float table[3][16]) {
    __m512 a = _mm512_min_ps(_mm512_abs_ps(x), _mm512_set1_ps(3.9999f));
    __m512i which = _mm512_cvttps_epi32(_mm512_mul_ps(a, _mm512_set1_ps(4)));
    __m512 h = _mm512_permutexvar_ps(which, _mm512_loadu_ps(table[2]));
    h = _mm512_fmadd_ps(h, a, _mm512_permutexvar_ps(which, _mm512_loadu_ps(table[1])));
    h = _mm512_fmadd_ps(h, a, _mm512_permutexvar_ps(which, _mm512_loadu_ps(table[0])));
    return _mm512_sub_ps(_mm512_max_ps(x, _mm512_setzero_ps()), h);
}

static void fit_gelu(float table[3][16]) {
    for (int part = 0; part < 16; part++) {
        double a[3], h[3]; /* through the three Chebyshev nodes of the quarter */
        for (int i = 0; i < 3; i++) {
            a[i] = 0.25 * part + 0.125 * (1 + cos((2 * i + 1) * M_PI / 6));
            h[i] = a[i] * 0.5 * erfc(a[i] / sqrt(2));
        }
        double slope = (h[1] - h[0]) / (a[1] - a[0]);
        double bend = ((h[2] - h[1]) / (a[2] - a[1]) - slope) / (a[2] - a[0]);
        table[2][part] = bend;
        table[1][part] = slope - bend * (a[0] + a[1]);
        table[0][part] = h[0] - slope * a[0] + bend * a[0] * a[1];
    }
}

/* 2^x for x <= 0, off by 1e-4 of itself at most. */
INLINE __m512 exp2_below(__m512 x) {
    x = _mm512_max_ps(x, _mm512_set1_ps(-126));
    __m512 whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m512 part = _mm512_sub_ps(x, whole);
    __m512 y = _mm512_fmadd_ps(part, _mm512_set1_ps(0.0558016f), _mm512_set1_ps(0.2402265f));
    y = _mm512_fmadd_ps(y, part, _mm512_set1_ps(0.6931472f));
    y = _mm512_fmadd_ps(y, part, _mm512_set1_ps(1));
    return _mm512_scalef_ps(y, whole);
}

INLINE void to_codes(uint8_t *codes, __m512 x, float per_step, float low) {
    __m512 code = _mm512_mul_ps(_mm512_sub_ps(x, _mm512_set1_ps(low)), _mm512_set1_ps(per_step));
    _mm_storeu_si128((void *)codes, _mm512_cvtusepi32_epi8(_mm512_cvtps_epi32(code)));
}

static const float STEPS = 255, SMALLEST_RANGE = 1e-12f;

/* Quantise one token's float32 row. */
static void quantise(const float *x, int size, uint8_t *codes, float *step, float *base) {
    __m512 low = _mm512_loadu_ps(x), high = low;
    for (int k = 16; k < size; k += 16) {
        __m512 v = _mm512_loadu_ps(x + k);
        low = _mm512_min_ps(low, v);
        high = _mm512_max_ps(high, v);
    }
    float least = _mm512_reduce_min_ps(low), range = _mm512_reduce_max_ps(high) - least + SMALLEST_RANGE;
    *step = range / STEPS;
    *base = least;
    for (int k = 0; k < size; k += 16) to_codes(codes + k, _mm512_loadu_ps(x + k), STEPS / range, least);
}

static void normalise(float *x, int size, Norm norm, float epsilon) {
    __m512 total = _mm512_setzero_ps(), square = total;
    for (int k = 0; k < size; k += 16) total = _mm512_add_ps(total, _mm512_loadu_ps(x + k));
    __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(total) / size);
    for (int k = 0; k < size; k += 16) {
        __m512 off = _mm512_sub_ps(_mm512_loadu_ps(x + k), mean);
        square = _mm512_fmadd_ps(off, off, square);
    }
    __m512 rate = _mm512_set1_ps(1 / sqrtf(_mm512_reduce_add_ps(square) / size + epsilon));
    for (int k = 0; k < size; k += 16) {
        __m512 off = _mm512_mul_ps(_mm512_sub_ps(_mm512_loadu_ps(x + k), mean), rate);
        _mm512_storeu_ps(x + k, _mm512_fmadd_ps(off, _mm512_loadu_ps(norm.gain + k), _mm512_loadu_ps(norm.bias + k)));
    }
}
