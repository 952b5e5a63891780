/* One linear layer, as the kernels of one instruction set compute it: compiled with their file as KERNELS and what that
   file exports as KERNELS_ISA.

   Without arguments: how weights are packed and inputs quantised (see Traits). Else `run_linear TOKENS IN OUT`: standard
   input holds float32 inputs [TOKENS][IN], packed weights, and float32 scale, sum and bias [OUT]; standard output gets
   the quantised inputs, bytes [TOKENS][IN], float32 step and base [TOKENS], and the results, float32 [TOKENS][OUT]. */

#include KERNELS

#include <stdio.h>
#include <stdlib.h>

static void *take(size_t bytes) {
    void *here = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
    if (!here || fread(here, 1, bytes, stdin) != bytes) exit(3);
    return here;
}

int main(int count, char **argument) {
    const Traits *traits = &KERNELS_ISA.traits;
    if (count == 1) {
        printf("%d %d %d %d\n", traits->panel, traits->depth, traits->levels, traits->narrow);
        return 0;
    }
    const int tokens = atoi(argument[1]), in = atoi(argument[2]), out = atoi(argument[3]);
    const float *x = take((size_t)tokens * in * 4);
    Linear linear = {.codes = take((size_t)out * in)};
    linear.scale = take(out * 4), linear.sum = take(out * 4), linear.bias = take(out * 4);
    uint8_t *codes = malloc((size_t)tokens * in);
    float *step = malloc(tokens * 4), *base = malloc(tokens * 4), *sum = calloc((size_t)tokens * out, 4);
    if (!codes || !step || !base || !sum) return 4;
    for (int t = 0; t < tokens; t++) quantise(x + t * in, in, LEVELS, codes + t * in, step + t, base + t);
    const Product product = {.count = tokens,
                             .in = in,
                             .out = out,
                             .outputs = out,
                             .codes = codes,
                             .step = step,
                             .base = base,
                             .linear = linear,
                             .sum = sum};
    multiply_to_sum(&product);
    fwrite(codes, 1, (size_t)tokens * in, stdout);
    fwrite(step, 4, tokens, stdout);
    fwrite(base, 4, tokens, stdout);
    fwrite(sum, 4, (size_t)tokens * out, stdout);
    return fclose(stdout) ? 5 : 0;
}
