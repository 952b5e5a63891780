/* The CPU kernels as a program of their own, for processors that only an emulator has here.

   Without arguments: a line for each instruction set, with its traits and whether this processor has it. Else
   `run_bert NUMBER THREADS INPUT OUTPUT [LAYERS]`: INPUT holds, as int32 and float32 in the order read below, a model with its
   weights packed for that instruction set, and a batch, of which the lowest LAYERS are run by themselves first. */

#include "bert.c"

#include <stdio.h>

static FILE *input;

static void *take_bytes(size_t bytes) {
    void *here = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
    if (!here || fread(here, 1, bytes, input) != bytes) exit(3);
    return here;
}

static int32_t take_number(void) {
    int32_t *one = take_bytes(4), number = *one;
    free(one);
    return number;
}

static float *take_floats(size_t count) { return take_bytes(count * 4); }

static Norm take_norm(int hidden) {
    Norm norm = {.gain = take_floats(hidden)};
    norm.bias = take_floats(hidden);
    return norm;
}

static Linear take_linear(int out, int in) {
    Linear linear = {.codes = take_bytes((size_t)out * in)};
    linear.scale = take_floats(out);
    linear.sum = take_floats(out);
    linear.bias = take_floats(out);
    return linear;
}

int main(int count, char **argument) {
    if (count == 1) {
        const Traits *traits;
        for (int number = 0; (traits = repartee_bert_isa(number)); number++)
            printf("%d %s %d %d %d %d %d\n", number, traits->name, traits->panel, traits->depth, traits->levels,
                   traits->narrow, repartee_bert_supported(number));
        return 0;
    }
    const int number = atoi(argument[1]), threads = atoi(argument[2]);
    if (!repartee_bert_supported(number) || !(input = fopen(argument[3], "rb"))) return 2;
    Model model = {.shape = {.hidden = take_number()}};
    const int hidden = model.shape.hidden, inner = model.shape.inner = take_number();
    model.shape.heads = take_number();
    const int layers = model.shape.layers = take_number();
    model.shape.epsilon = *take_floats(1);
    model.words = take_floats((size_t)take_number() * hidden);
    model.positions = take_floats((size_t)take_number() * hidden);
    model.types = take_floats((size_t)take_number() * hidden);
    model.embedded = take_norm(hidden);
    Layer *layer = calloc(layers, sizeof *layer);
    model.layers = layer;
    for (int i = 0; i < layers; i++) {
        layer[i].qkv = take_linear(3 * hidden, hidden);
        layer[i].out = take_linear(hidden, hidden);
        layer[i].up = take_linear(inner, hidden);
        layer[i].down = take_linear(hidden, inner);
        layer[i].attended = take_norm(hidden);
        layer[i].output = take_norm(hidden);
    }
    model.span = take_floats((size_t)2 * hidden);
    model.span_bias = take_floats(2);
    Call call = {.rows = take_number()};
    call.begins = take_bytes((call.rows + 1) * 4);
    const size_t tokens = call.begins[call.rows];
    call.ids = take_bytes(tokens * 4);
    call.types = take_bytes(tokens * 4);
    call.positions = take_bytes(tokens * 4);
    call.result = calloc(tokens, 8);
    call.last = layers;
    Engine *engine = repartee_bert_open(number, &model, threads, NULL, 0);
    if (!engine) return 4;
    if (count > 5) {
        Call lower = call;
        lower.last = call.first = atoi(argument[5]);
        call.given = lower.result = calloc(tokens, hidden * sizeof(float));
        if (repartee_bert_run(engine, &lower)) return 4;
    }
    if (repartee_bert_run(engine, &call)) return 4;
    repartee_bert_close(engine);
    FILE *output = fopen(argument[4], "wb");
    return !output || fwrite(call.result, 8, tokens, output) != tokens || fclose(output) ? 5 : 0;
}
