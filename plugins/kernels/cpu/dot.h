/* Sums of products where an instruction adds four products of bytes to each 32-bit lane. */

#pragma once

/* Of `count` tokens and the PANEL outputs of `w`: sums[token][VECTORS]. */
INLINE void sum_products(const uint8_t *codes, int in, const int8_t *w, int count, Ints *sums) {
    Ints own[TILE * VECTORS];
    UNROLL
    for (int i = 0; i < count * VECTORS; i++) own[i] = no_sum();
    for (int k = 0; k < in; k += 4, w += 4 * PANEL) {
        Ints weights[VECTORS];
        UNROLL
        for (int v = 0; v < VECTORS; v++) weights[v] = load_weights(w + 4 * LANES * v);
        UNROLL
        for (int t = 0; t < count; t++) {
            const Ints four = all_codes(codes + t * in + k);
            UNROLL
            for (int v = 0; v < VECTORS; v++) add_products(&own[t * VECTORS + v], four, weights[v]);
        }
    }
    UNROLL
    for (int i = 0; i < count * VECTORS; i++) sums[i] = own[i];
}
