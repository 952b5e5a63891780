/* A whole BERT encoder on CPU cores: int8 matrix products, everything between them fused. This half knows no
   instruction set: threads, memory, the order of the stages, and what Python calls.

   One call runs a batch of rows of any lengths; their tokens lie one after the other, so nothing is padded. Weights are
   int8 with one scale per output channel. The input of each matrix product is quantised as it comes, per token, to
   bytes over the token's own range: x = step * code + base, hence
       y[n] = scale[n] * (step * sum_k(code[k] * w[n][k]) + base * sum_k(w[n][k])) + bias[n]    exactly.
   Attention is in float32, bfloat16 or 16-bit integers, by instruction set; LayerNorm, residuals and softmax are in float32.

   Few tokens go through a stage at a time: threads part the tokens where each needs all of its numbers, and the outputs
   where each needs all of its weights, so that a core fetches only its share of these. Of many tokens each thread takes
   some through all stages between two attentions: what they give stays in its core's cache.

   Threads claim parts and wait for these, not for each other: a thread that the system does not let run in time delays
   nothing but the part it holds. There are several parts for each, and tokens are parted into smaller ones towards the
   end, so that cores of different speed end together (guided self-scheduling: Polychronopoulos and Kuck 1987); a core
   beside a busy one, or a busy guest, is easily a quarter slower than the next. */

#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bert.h"

enum {
    TOGETHER = 64, /* tokens for each thread up to which a stage is run at a time, */
    MOST_TOGETHER = 512,
    LONGEST_PIECE = 64,  /* and that a thread takes through all of them at most, */
    LONGEST_ALONE = 192, /* or where there is no other: each piece takes all weights from further away */
    WHOLE = 6,     /* a part has a multiple of so many tokens, which fills tiles, */
    SHORTEST = 12, /* and of a product at least so many; */
    PRODUCTS = 3,  /* so many parts of a product run together there are for each thread, or more, */
    OTHERS = 4,    /* and of what is between them */
    MOST_THREADS = 64,
    SPINS = 4000, /* pauses before a waiting thread yields its core */
    RUNS = 4,     /* batches whose progress is kept: a thread may still be on its way out of the last ones */
};

/* Best first. */
static const Isa *const ISAS[] = {
#if defined(__x86_64__)
    &repartee_avx512, &repartee_avx512_vnni, &repartee_avx_vnni, &repartee_avx2,
#elif defined(__aarch64__)
    &repartee_neon_i8mm, &repartee_neon,
#endif
};
enum { ISA_COUNT = sizeof ISAS / sizeof *ISAS };

typedef struct {
    _Alignas(64) atomic_int claimed, done; /* parts; a cache line for each step */
} Progress;

typedef struct {
    Batch batch;
    Progress *steps;
    int inside; /* workers that may still look at the two above */
} Run;

/* What one thread works with. */
typedef struct {
    Inputs inputs; /* of a piece */
    void *head;    /* what attention needs for one head of a row */
} Scratch;

typedef struct Engine {
    const Isa *isa;
    Context context;
    int threads;
    pthread_t workers[MOST_THREADS];
    Scratch scratch[MOST_THREADS];
    Inputs inputs; /* of tokens that are run together */
    void *activations;
    int room_tokens, room_keys;
    float *x, *mix;
    void *qkv;
    int home;                     /* the CPU of the caller that the workers were last placed for */
    int32_t core_of[CPU_SETSIZE]; /* CPU -> its core, named by one of the core's CPUs */
    Progress *steps;
    Run runs[RUNS];
    pthread_mutex_t lock; /* guards what follows, and `inside` */
    pthread_cond_t wake, left;
    unsigned run; /* the number of the newest batch */
    int open, closing;
} Engine;

static void breathe(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb"); /* `yield` is over at once on most cores */
#endif
}

static void wait_for(Progress *step, int parts) {
    for (int spin = 0; atomic_load_explicit(&step->done, memory_order_acquire) < parts; spin++)
        if (spin < SPINS)
            breathe();
        else
            sched_yield();
}

static int ratio_up(int a, int b) { return (a + b - 1) / b; }

/* Behind each attention, and before the next. */
enum { BEHIND = 8 };
static const Stage STAGES_BEHIND[BEHIND] = {COLLECT, RETURN, NORMALISE, EXPAND, ACTIVATE, CONTRACT, LEAVE, PROJECT};

/* What all threads wait for the end of: a stage of a layer or, where each thread takes its own tokens, all stages from
   this one to the next attention. Tokens from number `from` on. */
typedef struct {
    Stage stage;
    int layer, from;
} Step;

static int count_steps(int layers, int together) { return together ? 2 + layers * (1 + BEHIND) : 1 + 2 * layers; }

static Step step_number(const Batch *b, int number) {
    const int before = b->together ? 2 : 1, each = b->together ? 1 + BEHIND : 2;
    if (number < before) return (Step){number ? PROJECT : EMBED, b->first, 0};
    const int layer = b->first + (number - before) / each, at = (number - before) % each - 1;
    if (at < 0) return (Step){ATTEND, layer, 0};
    const Stage stage = STAGES_BEHIND[at];
    if (layer + 1 < b->last) return (Step){stage, layer + (stage == PROJECT), 0};
    return (Step){stage, layer, stage == PROJECT ? b->tokens : b->from};
}

static int takes_outputs(Stage stage) {
    return stage == PROJECT || stage == RETURN || stage == EXPAND || stage == CONTRACT;
}

static int count_outputs(const Shape *shape, Stage stage) {
    return stage == PROJECT ? 3 * shape->hidden : stage == EXPAND ? shape->inner : shape->hidden;
}

/* ---- tokens that are run together ---- */

/* How many of so many tokens a part of a stage has. */
static int part_tokens(const Engine *e, Stage stage, int tokens) {
    if (!takes_outputs(stage)) return ratio_up(tokens, OTHERS * e->threads);
    const int groups = count_outputs(&e->context.model.shape, stage) / GROUP;
    const int size = ratio_up(ratio_up(tokens, ratio_up(PRODUCTS * e->threads, groups)), WHOLE) * WHOLE;
    return size < SHORTEST ? SHORTEST : size;
}

static int count_parts(const Engine *e, Stage stage, int tokens) {
    if (!tokens) return 0;
    const int parts = ratio_up(tokens, part_tokens(e, stage, tokens));
    return takes_outputs(stage) ? parts * (count_outputs(&e->context.model.shape, stage) / GROUP) : parts;
}

static void run_part(const Engine *e, const Batch *b, Step s, int number) {
    Part part = {.layer = s.layer};
    const int tokens = b->tokens - s.from, size = part_tokens(e, s.stage, tokens), by_outputs = takes_outputs(s.stage);
    if (by_outputs) {
        const int outputs = count_outputs(&e->context.model.shape, s.stage), groups = outputs / GROUP;
        part.output = number % groups * GROUP;
        part.outputs = GROUP;
        part.next = (part.output + e->threads * GROUP) % outputs; /* where all threads are equally fast */
        number /= groups;
    }
    part.row = number * size;
    part.first = s.from + part.row;
    part.count = tokens - part.row < size ? tokens - part.row : size;
    (by_outputs ? e->isa->run_outputs : e->isa->run_tokens)(&e->context, b, &e->inputs, s.stage, part);
}

/* ---- tokens that each thread takes through all stages ---- */

/* How many of the `left` tokens the next piece takes: three quarters of a thread's share of them. */
static int next_piece(int left, int threads) {
    const int share = ratio_up(3 * left, 4 * threads), longest = threads > 1 ? LONGEST_PIECE : LONGEST_ALONE;
    int size = threads == 1 ? left : share < SHORTEST ? SHORTEST : ratio_up(share, WHOLE) * WHOLE;
    if (size > longest) size = longest / WHOLE * WHOLE;
    return left < size + WHOLE && left <= longest ? left : size;
}

static int count_pieces(int tokens, int threads) {
    int pieces = 0;
    for (int at = 0; at < tokens; pieces++) at += next_piece(tokens - at, threads);
    return pieces;
}

/* A stage of all outputs. */
static void run_whole(const Engine *e, const Batch *b, const Inputs *inputs, Stage stage, Part part) {
    part.outputs = count_outputs(&e->context.model.shape, stage);
    (takes_outputs(stage) ? e->isa->run_outputs : e->isa->run_tokens)(&e->context, b, inputs, stage, part);
}

static void run_piece(const Engine *e, const Batch *b, Step s, int number, const Inputs *inputs) {
    Part part = {.layer = s.layer, .first = s.from};
    while (number--) part.first += next_piece(b->tokens - part.first, e->threads);
    part.count = next_piece(b->tokens - part.first, e->threads);
    if (s.stage == EMBED) {
        run_whole(e, b, inputs, EMBED, part);
        run_whole(e, b, inputs, PROJECT, part);
        return;
    }
    for (int i = 0; i < BEHIND; i++) {
        if (STAGES_BEHIND[i] == PROJECT && ++part.layer == b->last) return;
        run_whole(e, b, inputs, STAGES_BEHIND[i], part);
    }
}

/* ---- threads ---- */

/* `scratch` is read with a part in hand alone: then no other run makes room. */
static void work(const Engine *e, Run *run, const Scratch *scratch) {
    const Batch *b = &run->batch;
    const int heads = e->context.model.shape.heads, steps = count_steps(b->last - b->first, b->together);
    for (int number = 0; number < steps; number++) {
        const Step s = step_number(b, number);
        const int parts = s.stage == ATTEND ? b->rows * heads
                          : b->together     ? count_parts(e, s.stage, b->tokens - s.from)
                                            : count_pieces(b->tokens - s.from, e->threads);
        Progress *progress = &run->steps[number];
        int part;
        while (parts && (part = atomic_fetch_add(&progress->claimed, 1)) < parts) {
            if (s.stage == ATTEND)
                e->isa->attend(&e->context, b, scratch->head, part / heads, part % heads);
            else if (b->together)
                run_part(e, b, s, part);
            else
                run_piece(e, b, s, part, &scratch->inputs);
            atomic_fetch_add_explicit(&progress->done, 1, memory_order_release);
        }
        wait_for(progress, parts);
    }
}

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

static void *take(char **at, size_t bytes) {
    void *here = *at;
    *at += round_up(bytes);
    return here;
}

static size_t inputs_bytes(const Shape *shape, size_t rows) {
    const size_t widest = shape->inner > shape->hidden ? shape->inner : shape->hidden;
    return round_up(rows * widest) + round_up(rows * shape->inner * 2) + 2 * round_up(rows * 4);
}

static Inputs take_inputs(char **at, const Shape *shape, size_t rows) {
    return (Inputs){.codes = take(at, rows * (shape->inner > shape->hidden ? shape->inner : shape->hidden)),
                    .inner = take(at, rows * shape->inner * 2),
                    .step = take(at, rows * 4),
                    .base = take(at, rows * 4)};
}

/* Up to so many tokens are run together. */
static int most_together(const Engine *e) {
    const int tokens = e->threads > 1 ? TOGETHER * e->threads : 0;
    return tokens < MOST_TOGETHER ? tokens : MOST_TOGETHER;
}

/* Make room for a batch; 0, or -1 where there is no memory. */
static int make_room(Engine *e, int tokens, int keys) {
    if (tokens <= e->room_tokens && keys <= e->room_keys) return 0;
    tokens = tokens > e->room_tokens ? tokens : e->room_tokens;
    keys = keys > e->room_keys ? keys : e->room_keys;
    const Shape *shape = &e->context.model.shape;
    const size_t hidden = shape->hidden, qkv = tokens * 3 * hidden * e->isa->projected_bytes,
                 head = e->isa->head_bytes(hidden / shape->heads, keys),
                 piece = e->threads > 1 ? LONGEST_PIECE : LONGEST_ALONE;
    const size_t own = inputs_bytes(shape, piece) + round_up(head);
    const size_t shared = 2 * round_up(tokens * hidden * 4) + round_up(qkv) + inputs_bytes(shape, most_together(e));
    char *fresh = NULL;
    if (posix_memalign((void **)&fresh, 1 << 21, shared + own * e->threads)) return -1;
    madvise(fresh, shared + own * e->threads, MADV_HUGEPAGE);
    free(e->activations);
    e->activations = fresh;
    e->x = take(&fresh, tokens * hidden * 4);
    e->mix = take(&fresh, tokens * hidden * 4);
    e->qkv = take(&fresh, qkv);
    e->inputs = take_inputs(&fresh, shape, most_together(e));
    for (int i = 0; i < e->threads; i++) {
        e->scratch[i].inputs = take_inputs(&fresh, shape, piece);
        e->scratch[i].head = take(&fresh, head);
    }
    e->room_tokens = tokens;
    e->room_keys = keys;
    return 0;
}

/* ---- what Python calls ---- */

/* What the launcher was written for; raised when a structure or function above changes. */
int repartee_bert_interface(void) { return 4; }

/* What there is for instruction set `number`, best first; NULL behind the last. */
const Traits *repartee_bert_isa(int number) { return number < ISA_COUNT ? &ISAS[number]->traits : NULL; }

/* Whether this CPU has it. */
int repartee_bert_supported(int number) { return ISAS[number]->supported(); }

typedef struct {
    int32_t rows;
    int32_t first, last; /* of the layers, the ones from `first` up to, without, `last` are run: at least one */
    int32_t from; /* the results of the tokens before this one are not wanted: nothing is done for them that others do not
                     need, and nothing of use stands there */
    const int32_t *begins, *ids, *types,
        *positions;     /* [rows + 1]; [begins[rows]] each, valid numbers of their tables */
    float *given;  /* NULL, or instead of the three above what the layer before `first` gave, [tokens][hidden]; it is
                      worked on in place */
    float *result; /* span head behind the very last layer: [tokens][2]; else hidden states [tokens][hidden], which may
                      be `given` */
} Call;

void repartee_bert_close(Engine *e) {
    if (!e) return;
    pthread_mutex_lock(&e->lock);
    e->closing = 1;
    pthread_cond_broadcast(&e->wake);
    pthread_mutex_unlock(&e->lock);
    for (int i = 1; i < e->threads; i++) pthread_join(e->workers[i], NULL);
    free(e->activations);
    free(e->steps);
    free(e);
}

/* The largest sum of weights of one sign that a 16-bit lane adds up, or the first one that is larger than `enough`: a
   lane takes two of four channels, `narrow` in all. */
static int largest_sum(const int8_t *codes, int in, int narrow, int enough) {
    int largest = 0;
    for (int k = 0; k < in; k += 2 * narrow)
        for (int lane = 0; lane < 4; lane += 2) {
            int above = 0, below = 0;
            for (int i = k + lane; i < k + 2 * narrow; i += 4) {
                const int one = codes[i], other = codes[i + 1];
                above += (one > 0 ? one : 0) + (other > 0 ? other : 0);
                below -= (one < 0 ? one : 0) + (other < 0 ? other : 0);
            }
            largest = above > largest ? above : largest;
            largest = below > largest ? below : largest;
            if (largest > enough) return largest;
        }
    return largest;
}

/* Make the steps of each output channel of `codes` [out][in] as much coarser as it takes for no sum of `narrow`
   products in 16 bits to overflow, whatever the inputs, which are 0 to `levels`; `factor` [out]: new codes are the old
   ones times it. Sums lie between those of the negative and of the positive weights alone, times `levels`: for most
   channels that leaves finer steps than a bound by the largest weight would. */
void repartee_bert_narrow(int8_t *codes, float *factor, int out, int in, int narrow, int levels) {
    const int most = INT16_MAX / levels;
    for (int n = 0; n < out; n++) {
        int8_t *row = codes + (size_t)n * in, coarser[in];
        const int largest = largest_sum(row, in, narrow, INT32_MAX);
        factor[n] = 1;
        if (largest <= most) continue;
        for (factor[n] = (float)most / largest;; factor[n] *= 0.997f) {
            for (int k = 0; k < in; k++) coarser[k] = rintf(row[k] * factor[n]);
            if (largest_sum(coarser, in, narrow, most) <= most) break;
        }
        memcpy(row, coarser, in);
    }
}

static void fit_gelu(GeluTable table) {
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

/* An engine for instruction set `number`, which this CPU has; NULL where there is no memory or no thread. The model's
   arrays must live as long as the engine. `core_of` [cpus]: the core of each CPU, named by one of its CPUs. */
Engine *repartee_bert_open(int number, const Model *model, int threads, const int32_t *core_of, int cpus) {
    Engine *e = calloc(1, sizeof *e);
    if (!e) return NULL;
    e->isa = ISAS[number];
    e->context.model = *model;
    e->threads = 1;
    e->home = -1;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) e->core_of[cpu] = cpu < cpus ? core_of[cpu] : cpu;
    fit_gelu(e->context.gelu);
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->wake, NULL);
    pthread_cond_init(&e->left, NULL);
    const size_t steps = count_steps(model->shape.layers, 1);
    if (posix_memalign((void **)&e->steps, 64, RUNS * steps * sizeof(Progress))) {
        free(e);
        return NULL;
    }
    for (int i = 0; i < RUNS; i++) e->runs[i].steps = e->steps + i * steps;
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

    cpu_set_t before;
    const int held = hold_cores(e, &before);
    pthread_mutex_lock(&e->lock);
    Run *run = &e->runs[(e->run + 1) % RUNS];
    while (run->inside) pthread_cond_wait(&e->left, &e->lock);
    const Shape *shape = &e->context.model.shape;
    const int answers = e->context.model.span && call->last == shape->layers;
    run->batch = (Batch){.ids = call->ids,
                         .types = call->types,
                         .positions = call->positions,
                         .begins = call->begins,
                         .given = call->given != NULL,
                         .first = call->first,
                         .last = call->last,
                         .rows = call->rows,
                         .tokens = tokens,
                         .from = call->from,
                         .together = tokens <= most_together(e),
                         .x = call->given ? call->given : e->x,
                         .qkv = e->qkv,
                         .mix = e->mix,
                         .result = answers ? call->result : NULL};
    for (int step = 0; step < count_steps(call->last - call->first, run->batch.together); step++) {
        atomic_store_explicit(&run->steps[step].claimed, 0, memory_order_relaxed);
        atomic_store_explicit(&run->steps[step].done, 0, memory_order_relaxed);
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
    if (!answers && call->result != call->given)
        memcpy(call->result, run->batch.x, (size_t)tokens * shape->hidden * 4);
    return 0;
}
