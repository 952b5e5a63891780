/* GELU(x) = max(x, 0) - h(|x|) with h(a) = a (1 - Phi(a)), where there is no table look-up as quick as a product: one
   polynomial for [0, 4], the best there is of degree 7, by power; GELU is off by 2.0e-4 at most. */

#pragma once

static const float GELU[8] = {-0.000195053319f, 0.501766384f,  -0.393607765f,  -0.0399230197f,
                              0.138376549f,     -0.057082884f, 0.00984570663f, -0.000638041878f};
