// Attention of one head over one row of tokens, for 16 QW queries: softmax(q kᵀ) v, block of keys after block of keys with
// a running maximum (Milakov and Gimelshein 2018; Dao et al. 2022). The query projection holds the scale and log2(e).

struct Attention {
    const Half* qkv;     // [tokens, 3 hidden]
    Half* y;             // [tokens, hidden]
    const int* starts;   // [rows + 1]: first token of each row
    long long rows, hidden;  // rows: of the arrays
};

// The softmax over one more block of keys: scores become weights, and what was found before, if anything, shrinks with the
// running maximum `most`. In four lanes that lie side by side are two rows of scores and of `sum`.
template <int KEYS, int CHANNELS>
__device__ __forceinline__ void soften(float (&score)[KEYS][4], float (&sum)[CHANNELS][4], bool found, float (&most)[2],
                                       float (&weight)[2]) {
    float top[2] = {most[0], most[1]};
#pragma unroll
    for (int j = 0; j < KEYS; j++)
#pragma unroll
        for (int i = 0; i < 4; i++) top[i / 2] = fmaxf(top[i / 2], score[j][i]);
#pragma unroll
    for (int half = 0; half < 2; half++) {
        top[half] = fmaxf(top[half], __shfl_xor_sync(0xffffffffu, top[half], 1));
        top[half] = fmaxf(top[half], __shfl_xor_sync(0xffffffffu, top[half], 2));
        const float shrink = power_of_2(most[half] - top[half]);
        most[half] = top[half], weight[half] *= shrink;
        if (found)
#pragma unroll
            for (int d = 0; d < CHANNELS; d++) sum[d][half * 2] *= shrink, sum[d][half * 2 + 1] *= shrink;
    }
#pragma unroll
    for (int j = 0; j < KEYS; j++)
#pragma unroll
        for (int i = 0; i < 4; i++) {
            score[j][i] = power_of_2(score[j][i] - most[i / 2]);
            weight[i / 2] += score[j][i];
        }
}

// QW x KW warps: 16 queries each; a block of keys is KW times KEYS, and each group of warps takes KEYS of them.
template <int D, int QW, int KW, int KEYS>
__device__ __forceinline__ void attention(const Attention& p) {
    constexpr int THREADS = QW * KW * 32, BLOCK = KW * KEYS, CHUNKS = D / 8, TILE = BLOCK * D * 2;
    constexpr float LOWEST = -1e30f;
    extern __shared__ __align__(1024) unsigned char memory[];
    let_next_begin();
    const int first = p.starts[blockIdx.z], tokens = p.starts[blockIdx.z + 1] - first, query0 = blockIdx.x * 16 * QW;
    if (query0 >= tokens) return;
    wait_for_previous();
    const int thread = threadIdx.x, lane = thread % 32, warp = thread / 32, qw = warp % QW, kw = warp / QW;
    const int hidden = (int)p.hidden, blocks = (tokens + BLOCK - 1) / BLOCK;
    const int q = blockIdx.y * D, k = q + hidden, v = k + hidden;  // first columns
    const Word qs = shared_address(memory), ks = qs + 16 * QW * D * 2;  // then [2][k, v][BLOCK, D]

    // Chunks of 16 bytes change places so that eight rows of a block lie in different banks.
    auto place = [](int row, int chunk) { return (Word)(row * D * 2 + (chunk ^ (D == 64 ? row & 7 : row / 2 & 3)) * 16); };
    auto copy = [&](int column, Word to, int row0, int rows) {
        for (int at = thread; at < rows * CHUNKS; at += THREADS) {
            const int row = at / CHUNKS, chunk = at % CHUNKS;
            const bool there = row0 + row < tokens;
            copy16(to + place(row, chunk), p.qkv + spot(first + (there ? row0 + row : 0), column + chunk * 8, p.rows), there);
        }
    };
    copy(q, qs, query0, 16 * QW);
    copy(k, ks, 0, BLOCK);
    copy(v, ks + TILE, 0, BLOCK);
    commit_copies();

    Word query[D / 16][4];
    float sum[D / 8][4] = {}, most[2] = {LOWEST, LOWEST}, weight[2] = {0, 0};
    for (int block = 0; block < blocks; block++) {
        const Word keys = ks + block % 2 * 2 * TILE, values = keys + TILE;
        wait_for_copies<0>();
        __syncthreads();  // and nobody reads the block before this one any more
        if (block + 1 < blocks) {
            const Word to = ks + (block + 1) % 2 * 2 * TILE;
            copy(k, to, (block + 1) * BLOCK, BLOCK);
            copy(v, to + TILE, (block + 1) * BLOCK, BLOCK);
        }
        commit_copies();
        if (block == 0)
#pragma unroll
            for (int d = 0; d < D / 16; d++) load_blocks(query[d], qs + place(qw * 16 + lane % 16, d * 2 + lane / 16));
        const int key0 = block * BLOCK + kw * KEYS;
        if (key0 < tokens) {
            float score[KEYS / 8][4] = {};
#pragma unroll
            for (int j = 0; j < KEYS / 16; j++)
#pragma unroll
                for (int d = 0; d < D / 16; d++) {
                    Word b[4];
                    load_blocks(b, keys + place(kw * KEYS + j * 16 + lane % 8 + lane / 16 * 8, d * 2 + lane / 8 % 2));
                    multiply_add(score[2 * j], query[d], b[0], b[1]);
                    multiply_add(score[2 * j + 1], query[d], b[2], b[3]);
                }
            if (key0 + KEYS > tokens)
#pragma unroll
                for (int j = 0; j < KEYS / 8; j++)
#pragma unroll
                    for (int i = 0; i < 4; i++)
                        if (key0 + j * 8 + lane % 4 * 2 + i % 2 >= tokens) score[j][i] = LOWEST;
            soften(score, sum, true, most, weight);
#pragma unroll
            for (int j = 0; j < KEYS / 16; j++) {
                const Word a[4] = {pack(score[2 * j][0], score[2 * j][1]), pack(score[2 * j][2], score[2 * j][3]),
                                   pack(score[2 * j + 1][0], score[2 * j + 1][1]), pack(score[2 * j + 1][2], score[2 * j + 1][3])};
#pragma unroll
                for (int d = 0; d < D / 16; d++) {
                    Word b[4];
                    load_blocks_transposed(b, values + place(kw * KEYS + j * 16 + lane % 16, d * 2 + lane / 16));
                    multiply_add(sum[2 * d], a, b[0], b[1]);
                    multiply_add(sum[2 * d + 1], a, b[2], b[3]);
                }
            }
        }
    }
#pragma unroll
    for (int half = 0; half < 2; half++) weight[half] = sum_over<4>(weight[half]);

    if constexpr (KW == 1) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            const int row = query0 + qw * 16 + half * 8 + lane / 4;
            if (row < tokens)
#pragma unroll
                for (int d = 0; d < D / 8; d++)
                    *(Word*)(p.y + spot(first + row, q + d * 8, p.rows) + lane % 4 * 2) =
                        pack(sum[d][half * 2] / weight[half], sum[d][half * 2 + 1] / weight[half]);
        }
    } else {  // what the groups found over their keys is put together
        __syncthreads();
        constexpr int PITCH = D + 8;
        float* found = (float*)memory;                      // [KW, 16 QW, PITCH]
        float* tops = found + KW * 16 * QW * PITCH;         // [KW, 16 QW], and as many weights
        float* weights = tops + KW * 16 * QW;
#pragma unroll
        for (int half = 0; half < 2; half++) {
            const int row = kw * 16 * QW + qw * 16 + half * 8 + lane / 4;
#pragma unroll
            for (int d = 0; d < D / 8; d++) {
                found[row * PITCH + d * 8 + lane % 4 * 2] = sum[d][half * 2];
                found[row * PITCH + d * 8 + lane % 4 * 2 + 1] = sum[d][half * 2 + 1];
            }
            if (lane % 4 == 0) tops[row] = most[half], weights[row] = weight[half];
        }
        __syncthreads();
        for (int at = thread; at < 16 * QW * CHUNKS; at += THREADS) {
            const int row = at / CHUNKS, column = at % CHUNKS * 8;
            float top = LOWEST, all = 0, out[8] = {};
#pragma unroll
            for (int g = 0; g < KW; g++) top = fmaxf(top, tops[g * 16 * QW + row]);
#pragma unroll
            for (int g = 0; g < KW; g++) {
                const int from = g * 16 * QW + row;
                const float share = power_of_2(tops[from] - top);
                float part[8];
                load8(found + from * PITCH + column, part);
                all += share * weights[from];
#pragma unroll
                for (int i = 0; i < 8; i++) out[i] += share * part[i];
            }
#pragma unroll
            for (int i = 0; i < 8; i++) out[i] /= all;
            if (query0 + row < tokens) *(Words4*)(p.y + spot(first + query0 + row, q + column, p.rows)) = pack8(out);
        }
    }
}
