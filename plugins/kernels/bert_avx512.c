/* A whole BERT encoder on CPU cores with AVX-512 VNNI and BF16: int8 matrix products, everything between them fused.

   One call runs a batch of rows of any lengths; their tokens lie one after the other, so nothing is padded. Weights are
   int8 with one scale per output channel. The input of each matrix product is quantised as it comes, per token, to
   uint8 over the token's own range: x = step * code + low, hence
       y[n] = scale[n] * (step * sum_k(code[k] * w[n][k]) + low * sum_k(w[n][k])) + bias[n]    exactly.
   Attention computes in bfloat16 with float32 sums; LayerNorm, residuals and softmax in float32.

   Threads claim pieces of each phase and wait for the phase's pieces, not for each other: a thread that the system does
   not let run in time delays nothing but the piece it holds. */

#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "avx512_attention.h"

enum {
    PIECES = 2,          /* a thread's share of a phase, in pieces, */
    SHORTEST_PIECE = 16, /* unless these had fewer tokens than this; */
    LONGEST_PIECE = 64,  /* with more than this, their inner layer would not stay in a core's cache */
    MOST_THREADS = 64,
    SPINS = 4000, /* pauses before a waiting thread yields its core */
    RUNS = 4,     /* batches whose progress is kept: a thread may still be on its way out of the last ones */
};

typedef struct {
    int32_t hidden, inner, heads, layers;
    float epsilon;
} Shape;

typedef struct {
    Linear qkv, out, up, down;
    Norm attended, output;
} Layer;

typedef struct {
    Shape shape;
    const float *words, *positions, *types; /* embedding tables, float32 [rows][hidden] */
    Norm embedded;
    const Layer *layers;
    const float *span, *span_bias; /* float32 [2][hidden], [2]; NULL: the hidden states are the output */
} Model;

/* What one thread works with. */
typedef struct {
    uint16_t *inner;    /* float16 [LONGEST_PIECE][inner] */
    uint8_t *codes;     /* [LONGEST_PIECE][inner or hidden] */
    float *low, *high;  /* [LONGEST_PIECE][16]: the range of each token's inner layer, by lane */
    float *step, *base; /* [LONGEST_PIECE] */
    HeadScratch head;
} Scratch;

typedef struct {
    const int32_t *ids, *types, *positions;
    const int32_t *begins; /* [rows + 1]: where each row's tokens begin */
    int rows, tokens, pieces;
    float *x;      /* float32 [tokens][hidden]: residual stream */
    uint16_t *qkv; /* bf16 [tokens][3 hidden] */
    float *mix;    /* float32 [tokens][hidden]: what attention gives */
    float *result; /* [tokens][2], or NULL */
} Batch;

typedef struct {
    _Alignas(64) atomic_int claimed, done; /* pieces; a cache line for each phase */
} Phase;

typedef struct {
    Batch batch;
    Phase *phases;
    int inside; /* workers that may still look at the two above */
} Run;

typedef struct Engine {
    Model model;
    int threads;
    pthread_t workers[MOST_THREADS];
    Scratch scratch[MOST_THREADS];
    void *activations;
    int room_tokens, room_keys;
    float *x, *mix;
    uint16_t *qkv;
    int home;                     /* the CPU of the caller that the workers were last placed for */
    int32_t core_of[CPU_SETSIZE]; /* CPU -> its core, named by one of the core's CPUs */
    float gelu[3][16];
    Phase *phases;
    Run runs[RUNS];
    pthread_mutex_t lock; /* guards what follows, and `inside` */
    pthread_cond_t wake, left;
    unsigned run; /* the number of the newest batch */
    int open, closing;
} Engine;

/* One head of one row. */
static void attention(const Engine *e, const Batch *b, const Scratch *s, int row, int head) {
    const int hidden = e->model.shape.hidden, size = hidden / e->model.shape.heads;
    const int first = b->begins[row], keys = b->begins[row + 1] - first, room = (keys + 63) & ~63;
    const uint16_t *qkv = b->qkv + (size_t)first * 3 * hidden + head * size;
    float *mix = b->mix + (size_t)first * hidden + head * size;
    pack(qkv + hidden, qkv + 2 * hidden, 3 * hidden, keys, room, size, &s->head);
    if (size == 32)
        attend_all(qkv, 3 * hidden, keys, room, 2, mix, hidden, &s->head);
    else
        attend_all(qkv, 3 * hidden, keys, room, 4, mix, hidden, &s->head);
}

/* ---- the phases ---- */

static void project(const Engine *e, const Batch *b, const Scratch *s, int first, int count, int layer) {
    const int hidden = e->model.shape.hidden;
    for (int t = 0; t < count; t++)
        quantise(b->x + (size_t)(first + t) * hidden, hidden, s->codes + (size_t)t * hidden, s->step + t, s->base + t);
    multiply_to_bf16(&(Product){.tokens = count,
                                .in = hidden,
                                .out = 3 * hidden,
                                .codes = s->codes,
                                .step = s->step,
                                .base = s->base,
                                .linear = e->model.layers[layer].qkv,
                                .half = b->qkv + (size_t)first * 3 * hidden});
}

static void embed(const Engine *e, const Batch *b, int first, int count) {
    const Model *m = &e->model;
    const size_t hidden = m->shape.hidden;
    for (int t = first; t < first + count; t++) {
        float *x = b->x + t * hidden;
        const float *word = m->words + b->ids[t] * hidden, *type = m->types + b->types[t] * hidden;
        const float *position = m->positions + b->positions[t] * hidden;
        for (size_t k = 0; k < hidden; k++) x[k] = word[k] + type[k] + position[k];
        normalise(x, hidden, m->embedded, m->shape.epsilon);
    }
}

static void finish(const Engine *e, const Batch *b, int first, int count) {
    const size_t hidden = e->model.shape.hidden;
    if (!b->result) return;
    for (int t = first; t < first + count; t++)
        for (int side = 0; side < 2; side++) {
            __m512 sum = _mm512_setzero_ps();
            for (size_t k = 0; k < hidden; k += 16)
                sum = _mm512_fmadd_ps(_mm512_loadu_ps(b->x + t * hidden + k),
                                      _mm512_loadu_ps(e->model.span + side * hidden + k), sum);
            b->result[2 * t + side] = _mm512_reduce_add_ps(sum) + e->model.span_bias[side];
        }
}

/* All of a layer behind its attention. */
static void transform(const Engine *e, const Batch *b, const Scratch *s, int first, int count, const Layer *layer) {
    const Shape *shape = &e->model.shape;
    const int hidden = shape->hidden, inner = shape->inner;
    float *x = b->x + (size_t)first * hidden;
    for (int t = 0; t < count; t++)
        quantise(b->mix + (size_t)(first + t) * hidden, hidden, s->codes + (size_t)t * hidden, s->step + t,
                 s->base + t);
    Product product = {.tokens = count,
                       .in = hidden,
                       .out = hidden,
                       .codes = s->codes,
                       .step = s->step,
                       .base = s->base,
                       .linear = layer->out,
                       .sum = x,
                       .half = s->inner,
                       .low = s->low,
                       .high = s->high,
                       .gelu = e->gelu};
    multiply_to_sum(&product);
    for (int t = 0; t < count; t++) {
        normalise(x + (size_t)t * hidden, hidden, layer->attended, shape->epsilon);
        quantise(x + (size_t)t * hidden, hidden, s->codes + (size_t)t * hidden, s->step + t, s->base + t);
        _mm512_storeu_ps(s->low + 16 * t, _mm512_set1_ps(INFINITY));
        _mm512_storeu_ps(s->high + 16 * t, _mm512_set1_ps(-INFINITY));
    }
    product.out = inner, product.linear = layer->up;
    multiply_to_gelu(&product);
    for (int t = 0; t < count; t++) {
        const float low = _mm512_reduce_min_ps(_mm512_loadu_ps(s->low + 16 * t));
        const float range = _mm512_reduce_max_ps(_mm512_loadu_ps(s->high + 16 * t)) - low + SMALLEST_RANGE;
        s->step[t] = range / STEPS;
        s->base[t] = low;
        for (int k = 0; k < inner; k += 16) {
            const size_t at = (size_t)t * inner + k;
            to_codes(s->codes + at, _mm512_cvtph_ps(_mm256_loadu_si256((const void *)(s->inner + at))), STEPS / range,
                     low);
        }
    }
    product.in = inner, product.out = hidden, product.linear = layer->down;
    multiply_to_sum(&product);
    for (int t = 0; t < count; t++) normalise(x + (size_t)t * hidden, hidden, layer->output, shape->epsilon);
}

static void wait_for(Phase *phase, int pieces) {
    for (int spin = 0; atomic_load_explicit(&phase->done, memory_order_acquire) < pieces; spin++)
        if (spin < SPINS)
            _mm_pause();
        else
            sched_yield();
}

static void work(const Engine *e, Run *run, const Scratch *s) {
    const Batch *b = &run->batch;
    const int layers = e->model.shape.layers, heads = e->model.shape.heads;
    for (int step = 0; step <= 2 * layers; step++) {
        Phase *phase = &run->phases[step];
        const int attends = step & 1, pieces = attends ? b->rows * heads : b->pieces;
        int piece;
        while ((piece = atomic_fetch_add(&phase->claimed, 1)) < pieces) {
            if (attends) {
                attention(e, b, s, piece / heads, piece % heads);
            } else {
                const int first = (int64_t)b->tokens * piece / b->pieces,
                          count = (int64_t)b->tokens * (piece + 1) / b->pieces - first;
                if (step)
                    transform(e, b, s, first, count, &e->model.layers[step / 2 - 1]);
                else
                    embed(e, b, first, count);
                if (step < 2 * layers)
                    project(e, b, s, first, count, step / 2);
                else
                    finish(e, b, first, count);
            }
            atomic_fetch_add_explicit(&phase->done, 1, memory_order_release);
        }
        wait_for(phase, pieces);
    }
}

/* ---- threads ---- */

typedef struct {
    Engine *engine;
    int number;
} Worker;

/* The next CPU after `cpu` that may be used and whose core is not taken yet; -1 if there is none. */
static int free_cpu(const Engine *e, int cpu, const cpu_set_t *usable, const cpu_set_t *taken) {
    for (int i = 1; i < CPU_SETSIZE; i++) {
        const int next = (cpu + i) % CPU_SETSIZE;
        if (CPU_ISSET(next, usable) && !CPU_ISSET(e->core_of[next], taken)) return next;
    }
    return -1;
}

/* Keep the caller on its CPU for this call, and the workers on other cores: woken on the caller's, or joined there by
   it, a worker would wait until the caller is done. `before`: where the caller may run; 0 if nothing was held. */
static int hold_cores(Engine *e, cpu_set_t *before) {
    const int here = sched_getcpu();
    if (e->threads == 1 || here < 0 || sched_getaffinity(0, sizeof *before, before)) return 0;
    cpu_set_t one, taken;
    CPU_ZERO(&one);
    CPU_SET(here, &one);
    if (CPU_COUNT(before) == 1 || sched_setaffinity(0, sizeof one, &one)) return 0;
    CPU_ZERO(&taken);
    CPU_SET(e->core_of[here], &taken);
    for (int i = 1, cpu = here; i < e->threads && here != e->home; i++) {
        if ((cpu = free_cpu(e, cpu, before, &taken)) < 0) break;
        CPU_SET(e->core_of[cpu], &taken);
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        pthread_setaffinity_np(e->workers[i], sizeof one, &one);
    }
    e->home = here;
    return 1;
}

static void *worker(void *argument) {
    Worker me = *(Worker *)argument;
    Engine *e = me.engine;
    free(argument);
    unsigned seen = 0;
    pthread_mutex_lock(&e->lock);
    for (;;) {
        while (!e->closing && !(e->open && e->run != seen)) pthread_cond_wait(&e->wake, &e->lock);
        if (e->closing) break;
        seen = e->run;
        Run *run = &e->runs[seen % RUNS];
        run->inside++;
        pthread_mutex_unlock(&e->lock);
        work(e, run, &e->scratch[me.number]);
        pthread_mutex_lock(&e->lock);
        if (--run->inside == 0) pthread_cond_signal(&e->left);
    }
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

/* ---- memory ---- */

static size_t round_up(size_t bytes) { return (bytes + 127) & ~(size_t)127; }

static void *take(char **at, size_t bytes) {
    void *here = *at;
    *at += round_up(bytes);
    return here;
}

/* Make room for a batch; 0, or -1 where there is no memory. */
static int make_room(Engine *e, int tokens, int keys) {
    if (tokens <= e->room_tokens && keys <= e->room_keys) return 0;
    tokens = tokens > e->room_tokens ? tokens : e->room_tokens;
    keys = keys > e->room_keys ? keys : e->room_keys;
    const Shape *shape = &e->model.shape;
    const size_t hidden = shape->hidden, inner = shape->inner, widest = inner > hidden ? inner : hidden,
                 size = hidden / shape->heads;
    const size_t own = round_up(LONGEST_PIECE * inner * 2) + round_up(LONGEST_PIECE * widest) +
                       2 * round_up(LONGEST_PIECE * 64) + 2 * round_up(LONGEST_PIECE * 4) +
                       2 * round_up(size / 2 * keys * 4) + round_up(TILE * keys * 4) + round_up(TILE * keys * 2);
    const size_t shared = 2 * round_up(tokens * hidden * 4) + round_up(tokens * 3 * hidden * 2);
    char *fresh = NULL;
    if (posix_memalign((void **)&fresh, 1 << 21, shared + own * e->threads)) return -1;
    madvise(fresh, shared + own * e->threads, MADV_HUGEPAGE);
    free(e->activations);
    e->activations = fresh;
    e->x = take(&fresh, tokens * hidden * 4);
    e->mix = take(&fresh, tokens * hidden * 4);
    e->qkv = take(&fresh, tokens * 3 * hidden * 2);
    for (int i = 0; i < e->threads; i++)
        e->scratch[i] = (Scratch){.inner = take(&fresh, LONGEST_PIECE * inner * 2),
                                  .codes = take(&fresh, LONGEST_PIECE * widest),
                                  .low = take(&fresh, LONGEST_PIECE * 64),
                                  .high = take(&fresh, LONGEST_PIECE * 64),
                                  .step = take(&fresh, LONGEST_PIECE * 4),
                                  .base = take(&fresh, LONGEST_PIECE * 4),
                                  .head.keys = take(&fresh, size / 2 * keys * 4),
                                  .head.values = take(&fresh, size / 2 * keys * 4),
                                  .head.scores = take(&fresh, TILE * keys * 4),
                                  .head.weights = take(&fresh, TILE * keys * 2)};
    e->room_tokens = tokens;
    e->room_keys = keys;
    return 0;
}

/* ---- what Python calls ---- */

/* What the launcher was written for; raised when a structure or function above changes. */
int repartee_bert_interface(void) { return 1; }

/* Whether this CPU has what the kernels need. */
int repartee_bert_supported(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16");
}

typedef struct {
    int32_t rows;
    const int32_t *begins, *ids, *types,
        *positions; /* [rows + 1]; [begins[rows]] each, valid numbers of their tables */
    float *result;  /* span head: [tokens][2]; none: hidden states [tokens][hidden] */
} Call;

void repartee_bert_close(Engine *e) {
    if (!e) return;
    pthread_mutex_lock(&e->lock);
    e->closing = 1;
    pthread_cond_broadcast(&e->wake);
    pthread_mutex_unlock(&e->lock);
    for (int i = 1; i < e->threads; i++) pthread_join(e->workers[i], NULL);
    free(e->activations);
    free(e->phases);
    free(e);
}

/* NULL where there is no memory or no thread. The model's arrays must live as long as the engine. `core_of` [cpus]: the
   core of each CPU, named by one of its CPUs. */
Engine *repartee_bert_open(const Model *model, int threads, const int32_t *core_of, int cpus) {
    Engine *e = calloc(1, sizeof *e);
    if (!e) return NULL;
    e->model = *model;
    e->threads = 1;
    e->home = -1;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) e->core_of[cpu] = cpu < cpus ? core_of[cpu] : cpu;
    fit_gelu(e->gelu);
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->wake, NULL);
    pthread_cond_init(&e->left, NULL);
    const size_t phases = 2 * model->shape.layers + 1;
    if (posix_memalign((void **)&e->phases, 64, RUNS * phases * sizeof(Phase))) {
        free(e);
        return NULL;
    }
    for (int i = 0; i < RUNS; i++) e->runs[i].phases = e->phases + i * phases;
    sigset_t every, before; /* signals are for the caller's threads */
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    threads = threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : threads;
    for (int i = 1; i < threads; i++) {
        Worker *argument = malloc(sizeof *argument);
        if (argument) *argument = (Worker){e, i};
        if (!argument || pthread_create(&e->workers[i], NULL, worker, argument)) {
            free(argument);
            repartee_bert_close(e);
            e = NULL;
            break;
        }
        e->threads = i + 1;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return e;
}

/* 0, or -1 where there is no memory. One call at a time. */
int repartee_bert_run(Engine *e, const Call *call) {
    const int tokens = call->begins[call->rows];
    int longest = 1;
    for (int row = 0; row < call->rows; row++) {
        const int keys = call->begins[row + 1] - call->begins[row];
        longest = keys > longest ? keys : longest;
    }
    if (make_room(e, tokens, (longest + 63) & ~63)) return -1;
    int pieces = e->threads * PIECES;
    while (pieces > e->threads && tokens / pieces < SHORTEST_PIECE) pieces -= e->threads;
    while ((tokens + pieces - 1) / pieces > LONGEST_PIECE) pieces += e->threads;

    cpu_set_t before;
    const int held = hold_cores(e, &before);
    pthread_mutex_lock(&e->lock);
    Run *run = &e->runs[(e->run + 1) % RUNS];
    while (run->inside) pthread_cond_wait(&e->left, &e->lock);
    run->batch = (Batch){.ids = call->ids,
                         .types = call->types,
                         .positions = call->positions,
                         .begins = call->begins,
                         .rows = call->rows,
                         .tokens = tokens,
                         .pieces = pieces,
                         .x = e->x,
                         .qkv = e->qkv,
                         .mix = e->mix,
                         .result = e->model.span ? call->result : NULL};
    for (int step = 0; step <= 2 * e->model.shape.layers; step++) {
        atomic_store_explicit(&run->phases[step].claimed, 0, memory_order_relaxed);
        atomic_store_explicit(&run->phases[step].done, 0, memory_order_relaxed);
    }
    e->run++;
    e->open = 1;
    pthread_mutex_unlock(&e->lock);
    pthread_cond_broadcast(&e->wake);
    work(e, run, &e->scratch[0]);
    pthread_mutex_lock(&e->lock);
    e->open = 0;
    pthread_mutex_unlock(&e->lock);
    if (held) sched_setaffinity(0, sizeof before, &before);
    if (!e->model.span) memcpy(call->result, e->x, (size_t)tokens * e->model.shape.hidden * 4);
    return 0;
}
