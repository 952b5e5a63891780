/* What stands between the matrix products, a vector at a time. Included behind a vector_*.h. */

#pragma once

#include <math.h>

#include "bert.h"

static const float SMALLEST_RANGE = 1e-12f;

/* 2^x for x <= 0, off by 1e-4 of itself at most. */
INLINE Floats exp2_below(Floats x) {
    x = larger(x, all(-126));
    Floats whole = nearest(x);
    Floats part = x - whole;
    Floats y = fused(part, all(0.0558016f), all(0.2402265f));
    y = fused(y, part, all(0.6931472f));
    y = fused(y, part, all(1));
    return times_power_of_two(y, whole);
}

INLINE Floats load_of(const void *x, int k, int is_half) {
    return is_half ? load_half((const uint16_t *)x + k) : load((const float *)x + k);
}

/* Quantise one token's row, float16 or float32: x = step * code + base, codes from 0 to `levels`. */
INLINE void quantise_row(const void *x, int is_half, int size, int levels, uint8_t *codes, float *step, float *base) {
    Floats low = load_of(x, 0, is_half), high = low;
    for (int k = LANES; k < size; k += LANES) {
        Floats v = load_of(x, k, is_half);
        low = smaller(low, v);
        high = larger(high, v);
    }
    const float bottom = least(low), range = most(high) - bottom + SMALLEST_RANGE, per_step = levels / range;
    *step = range / levels;
    *base = base_of(bottom, *step);
    for (int k = 0; k < size; k += LANES)
        store_codes(codes + k, (load_of(x, k, is_half) - all(bottom)) * all(per_step), levels);
}

INLINE void quantise(const float *x, int size, int levels, uint8_t *codes, float *step, float *base) {
    quantise_row(x, 0, size, levels, codes, step, base);
}

INLINE void quantise_half(const uint16_t *x, int size, int levels, uint8_t *codes, float *step, float *base) {
    quantise_row(x, 1, size, levels, codes, step, base);
}

static void normalise(float *x, int size, Norm norm, float epsilon) {
    Floats sum = all(0), square = sum;
    for (int k = 0; k < size; k += LANES) sum += load(x + k);
    const Floats mean = all(total(sum) / size);
    for (int k = 0; k < size; k += LANES) {
        Floats off = load(x + k) - mean;
        square = fused(off, off, square);
    }
    const Floats rate = all(1 / sqrtf(total(square) / size + epsilon));
    for (int k = 0; k < size; k += LANES) {
        Floats off = (load(x + k) - mean) * rate;
        store(x + k, fused(off, load(norm.gain + k), load(norm.bias + k)));
    }
}
