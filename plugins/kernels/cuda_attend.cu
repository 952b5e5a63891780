// The attention of cuda_attention.cu on Hopper, where bulk copies fetch queries, keys and values as wgmma wants them: in blocks
// of 64 tokens, which begin at a multiple of eight, and 64 columns, one head or two. What a block holds of other rows is masked.

#if defined(HOPPER)
// c[64 x 8 N] = a[64 x 16] b[16 x 8 N] (+ c if there is `more` in it); `a` in registers as the sums of a product lie there.
#define WGMMA_FROM_REGISTERS(n, registers, a0, a1, a2, a3, b, more) \
    "{.reg .pred p; setp.ne.b32 p, %" more ", 0;\n" \
    "wgmma.mma_async.sync.aligned.m64n" n "k16.f32.f16.f16 {" registers "}, {%" a0 ", %" a1 ", %" a2 ", %" a3 "}, %" b ", p, 1, 1, 1;}"

__device__ __forceinline__ void multiply_add(float (&c)[4][4], const Word (&a)[4], unsigned long long b, int more) {
    asm volatile(WGMMA_FROM_REGISTERS("32", R16, "16", "17", "18", "19", "20", "21")
                 : C16(0) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(more));
}
__device__ __forceinline__ void multiply_add(float (&c)[8][4], const Word (&a)[4], unsigned long long b, int more) {
    asm volatile(WGMMA_FROM_REGISTERS("64", R32, "32", "33", "34", "35", "36", "37")
                 : C16(0), C16(4) : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(more));
}

// Of four lanes side by side each has four words; afterwards lane i has the i-th of each.
__device__ __forceinline__ void transpose4(Word (&words)[4]) {
    const bool odd = threadIdx.x & 1, upper = threadIdx.x & 2;
#pragma unroll
    for (int i = 0; i < 4; i += 2) {
        const Word other = __shfl_xor_sync(0xffffffffu, odd ? words[i] : words[i + 1], 1);
        (odd ? words[i] : words[i + 1]) = other;
    }
#pragma unroll
    for (int i = 0; i < 2; i++) {
        const Word other = __shfl_xor_sync(0xffffffffu, upper ? words[i] : words[i + 2], 2);
        (upper ? words[i] : words[i + 2]) = other;
    }
}

// Four warps take 64 queries of one head; STAGES blocks of keys and values are in flight.
template <int D, int STAGES>
__device__ __forceinline__ void attend(const Attention& p) {
    constexpr int BLOCK = 8192, HEADS = 64 / D;  // bytes of 64 tokens and 64 columns
    constexpr float LOWEST = -1e30f;
    extern __shared__ __align__(1024) unsigned char memory[];
    __shared__ unsigned long long barriers[STAGES + 1];
    let_next_begin();
    const int first = p.starts[blockIdx.z], end = p.starts[blockIdx.z + 1], begin = first & ~7;
    const int query0 = begin + blockIdx.x * 64;
    if (query0 >= end || first == end) return;
    const int thread = threadIdx.x, lane = thread % 32, head = thread / 128 * D * 2, hidden = (int)p.hidden;
    const int q = blockIdx.y * 64, blocks = (end - begin + 63) / 64;  // head: bytes within 64 columns
    const Word queries = shared_address(memory), keys = queries + BLOCK, arrived = shared_address(barriers);
    auto fetch = [&](int block) {
        const int s = block % STAGES;
        const Half* from = p.qkv + spot(begin + block * 64, q + hidden, p.rows);
        expect_bytes(arrived + 8 * s, 2 * BLOCK);
        copy_bulk(keys + s * 2 * BLOCK, from, BLOCK, arrived + 8 * s);
        copy_bulk(keys + s * 2 * BLOCK + BLOCK, from + hidden * p.rows, BLOCK, arrived + 8 * s);
    };
    if (thread == 0) {
        for (int s = 0; s <= STAGES; s++) open_barrier(arrived + 8 * s, 1);
        publish_barriers();
    }
    wait_for_previous();
    if (thread == 0) {
        expect_bytes(arrived + 8 * STAGES, BLOCK);
        copy_bulk(queries, p.qkv + spot(query0, q, p.rows), BLOCK, arrived + 8 * STAGES);
        for (int block = 0; block < STAGES && block < blocks; block++) fetch(block);
    }
    __syncthreads();
    wait_for_barrier(arrived + 8 * STAGES, 0);

    float sum[D / 8][4], most[2] = {LOWEST, LOWEST}, weight[2] = {0, 0};
    for (int block = 0; block < blocks; block++) {
        const int s = block % STAGES, key0 = begin + block * 64;
        const Word key = keys + s * 2 * BLOCK, value = key + BLOCK;
        wait_for_barrier(arrived + 8 * s, block / STAGES & 1);
        float score[8][4];
        begin_products();
#pragma unroll
        for (int k = 0; k < D / 16; k++)
            multiply_add(score, described(queries + head + k * 32), described(key + head + k * 32), k);
        commit_products();
        if (key0 + 64 > end) {  // values behind the row may be anything, and even 0 times infinity would be seen
            for (int at = end - key0 + thread / 8; at < 64; at += HEADS * 16)
                *(Words4*)(memory + (value - queries) + at * 128 + thread % 8 * 16) = {0, 0, 0, 0};
            show_to_copies();
            __syncthreads();
        }
        wait_for_products<0>();
        if (key0 < first || key0 + 64 > end)
#pragma unroll
            for (int j = 0; j < 8; j++)
#pragma unroll
                for (int i = 0; i < 4; i++)
                    if (const int token = key0 + j * 8 + lane % 4 * 2 + i % 2; token < first || token >= end) score[j][i] = LOWEST;
        soften(score, sum, block > 0, most, weight);
        Word shares[4][4];
#pragma unroll
        for (int j = 0; j < 8; j++) {
            shares[j / 2][j % 2 * 2] = pack(score[j][0], score[j][1]);
            shares[j / 2][j % 2 * 2 + 1] = pack(score[j][2], score[j][3]);
        }
        begin_products();
#pragma unroll
        for (int k = 0; k < 4; k++) multiply_add(sum, shares[k], described(value + head + k * 2048), block + k);
        commit_products();
        wait_for_products<0>();
        if (block + STAGES < blocks) {
            __syncthreads();
            if (thread == 0) fetch(block + STAGES);
        }
    }
#pragma unroll
    for (int half = 0; half < 2; half++) {
        const float share = 1 / sum_over<4>(weight[half]);
        const int token = query0 + thread / 32 % 4 * 16 + half * 8 + lane / 4;
#pragma unroll
        for (int d = 0; d < D / 8; d += 4) {
            Word words[4];
#pragma unroll
            for (int t = 0; t < 4; t++) words[t] = pack(sum[d + t][half * 2] * share, sum[d + t][half * 2 + 1] * share);
            transpose4(words);
            if (token >= first && token < end)
                *(Words4*)(p.y + spot(token, q + head / 2 + (d + lane % 4) * 8, p.rows)) = {words[0], words[1], words[2], words[3]};
        }
    }
}
#endif
