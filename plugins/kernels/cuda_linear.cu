// A linear layer with what lies around it: y = f(LN(x) Wᵀ + b), or y = x Wᵀ + b + LN(r), without a LayerNorm kernel.
//
// Rows are kept as they are before a LayerNorm, with the moments of their parts. The gain of a LayerNorm before a product is
// folded into W, its bias into b; what is left, (x - mean) / deviation, commutes with the product:
//     LN(x) Wᵀ + b = (x W'ᵀ - mean * (row sums of W')) / deviation + b'.
// A LayerNorm of a residual is applied as it is read. Moments of parts are combined as in Chan, Golub and LeVeque 1979.

enum { PLAIN = 0, GELU = 1, RESIDUAL = 2 };

struct Linear {
    const Half* x;            // [rows, in]
    const Half* weight;       // [out, in]
    Half* y;                  // [rows, out]
    const float* bias;        // [out]
    const float* factor;      // [out]: row sums of weight; of a RESIDUAL the gain of its LayerNorm
    const float* shift;       // [out]: of a RESIDUAL the bias of its LayerNorm
    const Half* residual;     // [rows, out]
    const Moments* moments;   // [rows, parts]: of x; of a RESIDUAL of the residual
    Moments* own;             // [rows, out / BN]: of a RESIDUAL's y
    const int* tokens;        // how many rows are real
    long long rows, out, in, parts, part, kind;  // rows: of the arrays; part: columns in one
    double epsilon;
};

// One block computes GROUPS * 64 rows and BN columns of y, 64 columns of x at a time, STAGES of them in flight. A group is
// four warps. Of SPLIT blocks in a cluster each takes its part of the columns of x, and then finishes its part of the rows.
template <int GROUPS, int BN, int STAGES, int SPLIT>
__device__ __forceinline__ void linear(const Linear& p) {
    constexpr int BM = GROUPS * 64, THREADS = GROUPS * 128, WARPS = GROUPS * 4, PITCH = BN + 8, OWN = BM / SPLIT, WIDE = BN / 8;
    constexpr int X_BYTES = BM * 128, W_BYTES = BN * 128, STAGE = X_BYTES + W_BYTES;
    constexpr int ITEMS = (OWN * WIDE + THREADS - 1) / THREADS;  // eights of columns that a thread finishes
    constexpr int TURNS = (OWN * 4 + THREADS - 1) / THREADS, PARTS = 8;  // rows, and parts of a row, per lane for moments
    constexpr bool EARLY = BM * BN <= 4096;  // in small tiles registers are free, and what the end needs is fetched early
#if defined(HOPPER)
    constexpr int WN = 1;
#else
    constexpr int WN = 2;
    static_assert(SPLIT == 1, "no clusters");
#endif
    constexpr int WM = WARPS / WN, TM = BM / WM, TN = BN / WN;
    static_assert(THREADS % WIDE == 0 && OWN * WIDE % 32 == 0 && TN % 16 == 0, "tile");
    extern __shared__ __align__(1024) unsigned char memory[];
    __shared__ float mean[OWN], scale[OWN];

    let_next_begin();
    const int thread = threadIdx.x, lane = thread % 32, warp = thread / 32, wm = warp / WN, wn = warp % WN;
    const int split = blockIdx.x % SPLIT, row0 = blockIdx.x / SPLIT * BM, column0 = blockIdx.y * BN;
    const int out = (int)p.out, steps = (int)p.in / SPLIT / 64;
    const Half* x = p.x + ((long long)split * steps * p.rows + row0) * 64;
    const Half* weight = p.weight + ((long long)split * steps * out + column0) * 64;
    const Word base = shared_address(memory);
    const int tokens = *p.tokens;  // settled before the first linear layer began
    if (row0 >= tokens) return;    // with its whole cluster

#if defined(HOPPER)
    __shared__ unsigned long long barriers[2 * STAGES];
    const Word full = shared_address(barriers), empty = full + 8 * STAGES;
    auto copy_x = [&](int step) {
        const int s = step % STAGES;
        copy_bulk(base + s * STAGE, x + (long long)step * p.rows * 64, X_BYTES, full + 8 * s);
    };
    auto copy_weight = [&](int step) {
        const int s = step % STAGES;
        expect_bytes(full + 8 * s, STAGE);
        copy_bulk(base + s * STAGE + X_BYTES, weight + (long long)step * out * 64, W_BYTES, full + 8 * s);
    };
    if (thread == 0) {
        for (int s = 0; s < STAGES; s++) open_barrier(full + 8 * s, 1), open_barrier(empty + 8 * s, WARPS);
        publish_barriers();
    }
    __syncthreads();
    if constexpr (SPLIT > 1) arrive_in_cluster();
    // Weights depend on nothing: their first stages are fetched while the kernel before still runs.
    if (lane == 0)
        for (int s = warp; s < STAGES && s < steps; s += WARPS) copy_weight(s);
#else
    auto copy = [&](const Half* from, Word to, int bytes) {
        for (int at = thread * 16; at < bytes; at += THREADS * 16) copy16(to + at, (const char*)from + at);
    };
#pragma unroll
    for (int s = 0; s < STAGES - 1; s++)
        if (s < steps) copy(weight + (long long)s * out * 64, base + s * STAGE + X_BYTES, W_BYTES);
#endif
    // What a thread finishes has the same columns every time.
    const int column = column0 + thread % WIDE * 8;
    float bias[8], factor[8], shift[8] = {};
    auto load_columns = [&]() {
        load8(p.bias + column, bias);
        load8(p.factor + column, factor);
        if (p.kind == RESIDUAL) load8(p.shift + column, shift);
    };
    if (EARLY) load_columns();

    wait_for_previous();
#if defined(HOPPER)
    if (lane == 0)
        for (int s = warp; s < STAGES && s < steps; s += WARPS) copy_x(s);
    __syncwarp();
#else
#pragma unroll
    for (int s = 0; s < STAGES - 1; s++) {
        if (s < steps) copy(x + (long long)s * p.rows * 64, base + s * STAGE, X_BYTES);
        commit_copies();
    }
#endif
    // Moments of the rows that this block finishes, four lanes to a row.
    const int parts = (int)p.parts, part = (int)p.part;
    Moments moments[TURNS][PARTS];
    Words4 residual[ITEMS] = {};
    auto load_moments = [&](int turn) {
        const int row = thread / 4 + turn * (THREADS / 4);
        const Moments* of = p.moments + (long long)(row0 + split * OWN + row) * parts;
#pragma unroll
        for (int i = 0; i < PARTS; i++) {
            const bool there = row < OWN && i * 4 + lane % 4 < parts;
            moments[turn][i] = there ? of[i * 4 + lane % 4] : Moments{0, 0};
        }
    };
    auto load_residual = [&](int item) {
        if (const int own = thread / WIDE + item * (THREADS / WIDE); p.kind == RESIDUAL && own < OWN)
            residual[item] = *(const Words4*)(p.residual + spot(row0 + split * OWN + own, column, p.rows));
    };
    if (EARLY) {
#pragma unroll
        for (int turn = 0; turn < TURNS; turn++) load_moments(turn);
#pragma unroll
        for (int item = 0; item < ITEMS; item++) load_residual(item);
    }

#if defined(HOPPER)
    float sum[TM / 16][TN / 8][4];
    for (int step = 0; step < steps; step++) {
        const int stage = step % STAGES;
        const Word xs = base + stage * STAGE + wm / 4 * 8192, ws = base + stage * STAGE + X_BYTES;
        wait_for_barrier(full + 8 * stage, step / STAGES & 1);
        begin_products();
#pragma unroll
        for (int k = 0; k < 4; k++) multiply_add(sum[0], described(xs + k * 32), described(ws + k * 32), step + k);
        commit_products();
        wait_for_products<1>();
        if (const int last = step - 1, next = last + STAGES; step > 0 && next < steps) {  // the stage before this one is free
            const Word barrier = empty + 8 * (last % STAGES);
            if (lane == 0) arrive(barrier);
            if (thread == 0) {
                wait_for_barrier(barrier, last / STAGES & 1);
                copy_weight(next);
                copy_x(next);
            }
            __syncwarp();
        }
    }
    wait_for_products<0>();
#else
    float sum[TM / 16][TN / 8][4] = {};
    for (int step = 0; step < steps; step++) {
        wait_for_copies<STAGES - 2>();
        __syncthreads();
        if (const int next = step + STAGES - 1; next < steps) {
            const Word to = base + next % STAGES * STAGE;
            copy(x + (long long)next * p.rows * 64, to, X_BYTES);
            copy(weight + (long long)next * out * 64, to + X_BYTES, W_BYTES);
        }
        commit_copies();
        const Word xs = base + step % STAGES * STAGE, ws = xs + X_BYTES;
#pragma unroll
        for (int k = 0; k < 4; k++) {
            Word a[TM / 16][4], b[TN / 16][4];
#pragma unroll
            for (int i = 0; i < TM / 16; i++) load_blocks(a[i], xs + 2 * swizzled(wm * TM + i * 16 + lane % 16, k * 2 + lane / 16));
#pragma unroll
            for (int j = 0; j < TN / 16; j++)
                load_blocks(b[j], ws + 2 * swizzled(wn * TN + j * 16 + lane % 8 + lane / 16 * 8, k * 2 + lane / 8 % 2));
#pragma unroll
            for (int i = 0; i < TM / 16; i++)
#pragma unroll
                for (int j = 0; j < TN / 8; j++) multiply_add(sum[i][j], a[i], b[j / 2][j % 2 * 2], b[j / 2][j % 2 * 2 + 1]);
        }
    }
    wait_for_copies<0>();
#endif
    if (!EARLY) load_columns();
#pragma unroll
    for (int turn = 0; turn < TURNS; turn++) {
        if (!EARLY) load_moments(turn);
        float total = 0, squares = 0;
#pragma unroll
        for (int i = 0; i < PARTS; i++) total += moments[turn][i].mean;
        const float middle = sum_over<4>(total) / parts;
#pragma unroll
        for (int i = 0; i < PARTS; i++) {
            const float off = moments[turn][i].mean - middle;
            squares += moments[turn][i].squares + (i * 4 + lane % 4 < parts ? part * off * off : 0);
        }
        const float variance = sum_over<4>(squares) / (parts * part) + (float)p.epsilon;
        if (const int row = thread / 4 + turn * (THREADS / 4); lane % 4 == 0 && row < OWN)
            mean[row] = middle, scale[row] = rsqrtf(variance);
    }

    // Sums of all warps meet in shared memory, where the stages were; those of a cluster behind them, where they are finished.
    float* partial = (float*)memory;  // [OWN, PITCH] of every block of the cluster
    if constexpr (SPLIT == 1) {
        __syncthreads();
    } else {
        partial = (float*)(memory + STAGES * STAGE);
#if defined(HOPPER)
        wait_for_cluster();  // all have begun
#endif
    }
#pragma unroll
    for (int i = 0; i < TM / 16; i++)
#pragma unroll
        for (int j = 0; j < TN / 8; j++)
#pragma unroll
            for (int half = 0; half < 2; half++) {
                const int row = wm * TM + i * 16 + half * 8 + lane / 4, at = wn * TN + j * 8 + lane % 4 * 2;
                const float a = sum[i][j][half * 2], b = sum[i][j][half * 2 + 1];
                if constexpr (SPLIT == 1) {
                    *(Floats2*)(partial + row * PITCH + at) = {a, b};
                } else {
#if defined(HOPPER)
                    store_in_cluster(in_block(shared_address(partial + (split * OWN + row % OWN) * PITCH + at), row / OWN), a, b);
#endif
                }
            }
#if defined(HOPPER)
    if constexpr (SPLIT > 1) arrive_in_cluster(), wait_for_cluster();
#endif
    __syncthreads();
#pragma unroll
    for (int item = 0; item < ITEMS; item++) {
        const int own = thread / WIDE + item * (THREADS / WIDE), token = row0 + split * OWN + own;
        if (own >= OWN) break;  // whole warps
        if (!EARLY) load_residual(item);
        float y[8] = {};
#pragma unroll
        for (int block = 0; block < SPLIT; block++) {
            float v[8];
            load8(partial + (block * OWN + own) * PITCH + thread % WIDE * 8, v);
#pragma unroll
            for (int i = 0; i < 8; i++) y[i] += v[i];
        }
        const float middle = mean[own], stretch = scale[own];
        if (p.kind == RESIDUAL) {
            float r[8];
            unpack8(residual[item], r);
#pragma unroll
            for (int i = 0; i < 8; i++) y[i] += bias[i] + (r[i] - middle) * stretch * factor[i] + shift[i];
        } else {
#pragma unroll
            for (int i = 0; i < 8; i++) y[i] = (y[i] - middle * factor[i]) * stretch + bias[i];
            if (p.kind == GELU)
#pragma unroll
                for (int i = 0; i < 8; i++) y[i] = gelu(y[i]);
        }
        const Words4 rounded = pack8(y);
        if (token < tokens) *(Words4*)(p.y + spot(token, column, p.rows)) = rounded;
        if (p.kind == RESIDUAL) {  // moments of what is stored
            unpack8(rounded, y);
            float total = 0, squares = 0;
#pragma unroll
            for (int i = 0; i < 8; i++) total += y[i];
            const float average = sum_over<WIDE>(total) / BN;
#pragma unroll
            for (int i = 0; i < 8; i++) squares += (y[i] - average) * (y[i] - average);
            squares = sum_over<WIDE>(squares);
            if (thread % WIDE == 0 && token < tokens) p.own[(long long)token * (out / BN) + blockIdx.y] = {average, squares};
        }
    }
}
