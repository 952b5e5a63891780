// The linear layer of cuda_linear.cu for many rows, on Hopper. Large tiles fetch fewer bytes for the same product: a block
// multiplies 128 rows and many columns, and two blocks of a cluster, one below the other, fetch half of their weights each,
// for both. One thread fetches, STAGES pieces ahead, while two groups of warps multiply 64
// rows each and finish them in their registers. Blocks stay and take tile after tile, so that the pieces of the next one
// arrive while one is finished. Where there are few tiles, SPLIT such pairs take a part of the columns of x each, and finish
// a part of the columns of y.

#if defined(HOPPER)
template <int REGISTERS>
__device__ __forceinline__ void shrink_to() { asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(REGISTERS)); }
template <int REGISTERS>
__device__ __forceinline__ void grow_to() { asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(REGISTERS)); }

// To the same place in several blocks of a cluster, bits of `blocks`; each one's barrier counts what arrives there.
__device__ __forceinline__ void copy_bulk_to(int blocks, Word to, const void* from, int bytes, Word barrier) {
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster [%0], [%1], %2, [%3], %4;"
                 ::"r"(to), "l"(from), "r"(bytes), "r"(barrier), "h"((unsigned short)blocks) : "memory");
}

__device__ __forceinline__ void arrive_in(int block, Word barrier) {
    asm volatile("mbarrier.arrive.shared::cluster.b64 _, [%0];" ::"r"(in_block(barrier, block)) : "memory");
}

__device__ __forceinline__ void store_in_cluster(Word address, const float (&v)[4]) {
    asm volatile("st.shared::cluster.v4.f32 [%0], {%1, %2, %3, %4};" ::"r"(address), "f"(v[0]), "f"(v[1]), "f"(v[2]), "f"(v[3])
                 : "memory");
}

// Rows that lie as wgmma wants them, 64 x 64 halves, from shared to global memory in the background.
__device__ __forceinline__ void store_bulk(Half* to, Word from, int bytes) {
    asm volatile("cp.async.bulk.global.shared::cta.bulk_group [%0], [%1], %2;" ::"l"(to), "r"(from), "r"(bytes) : "memory");
}
__device__ __forceinline__ void commit_stores() { asm volatile("cp.async.bulk.commit_group;" ::: "memory"); }
__device__ __forceinline__ void wait_until_stores_have_read() { asm volatile("cp.async.bulk.wait_group.read 0;" ::: "memory"); }
__device__ __forceinline__ void wait_for_stores() { asm volatile("cp.async.bulk.wait_group 0;" ::: "memory"); }

__device__ __forceinline__ void wait_for_group(int group) { asm volatile("bar.sync %0, 128;" ::"r"(group + 1) : "memory"); }

// What becomes of the sums of two rows, eight apart, and BN columns; see cuda_linear.cu. Four lanes share the rows. `place`:
// where in shared memory the residual's two rows lie, and then the result's, in blocks of 64 columns; `columns`: bias, factor
// and shift. Gives the moments of what is stored.
template <int KIND, int BN>
__device__ __forceinline__ void finish(float (&sum)[BN / 8][4], unsigned char* place, const float* columns,
                                       const float (&middle)[2], const float (&stretch)[2], Moments (&own)[2]) {
    const int lane = threadIdx.x % 32, quarter = lane % 4;
    float total[2] = {0, 0};
#pragma unroll
    for (int j = 0; j < BN / 8; j++) {
        const float* at = columns + j * 8 + quarter * 2;
        const Floats2 bias = *(const Floats2*)at, factor = *(const Floats2*)(at + BN);
        Floats2 shift = {0, 0};
        if (KIND == RESIDUAL) shift = *(const Floats2*)(at + 2 * BN);
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float &a = sum[j][half * 2], &b = sum[j][half * 2 + 1];
            Word* word = (Word*)(place + j / 8 * 8192 + half * 1024 + (j % 8 ^ lane / 4) * 16);
            if (KIND == RESIDUAL) {
                a += bias.x + (low(*word) - middle[half]) * stretch[half] * factor.x + shift.x;
                b += bias.y + (high(*word) - middle[half]) * stretch[half] * factor.y + shift.y;
            } else {
                a = (a - middle[half] * factor.x) * stretch[half] + bias.x;
                b = (b - middle[half] * factor.y) * stretch[half] + bias.y;
                if (KIND == GELU) a = gelu(a), b = gelu(b);
            }
            const Word rounded = *word = pack(a, b);
            if (KIND == RESIDUAL) a = low(rounded), b = high(rounded), total[half] += a + b;
        }
    }
    if (KIND == RESIDUAL)
#pragma unroll
        for (int half = 0; half < 2; half++) {
            const float average = sum_over<4>(total[half]) / BN;
            float squares = 0;
#pragma unroll
            for (int j = 0; j < BN / 8; j++)
#pragma unroll
                for (int i = 0; i < 2; i++) {
                    const float off = sum[j][half * 2 + i] - average;
                    squares += off * off;
                }
            own[half] = {average, sum_over<4>(squares)};
        }
}

template <int BN, int STAGES, int SPLIT>
__device__ __forceinline__ void wide(const Linear& p) {
    constexpr int BM = 128, X_BYTES = BM * 128, W_BYTES = BN * 128, STAGE = X_BYTES + W_BYTES, WARPS = 8, PARTS = 8;
    constexpr int OWN = BN / SPLIT, BLOCKS = OWN / 64, RESULT = BLOCKS * 8192, COLUMNS = 3 * OWN * 4;  // of a group of warps
    static_assert(OWN % 64 == 0 && STAGES * STAGE >= BM * BN * 4, "tile");
    extern __shared__ __align__(1024) unsigned char memory[];
    __shared__ unsigned long long barriers[2 * STAGES + 2];
    let_next_begin();
    const int thread = threadIdx.x, lane = thread % 32, warp = thread / 32;
    const int rank = blockIdx.x % 2, split = blockIdx.x / 2 % SPLIT, first = blockIdx.x / (2 * SPLIT), apart = gridDim.x / (2 * SPLIT);
    const int out = (int)p.out, steps = (int)p.in / 64 / SPLIT, tokens = *p.tokens;  // settled before the first linear layer began
    const int down = (tokens + 2 * BM - 1) / (2 * BM), tiles = down * (out / BN);
    const Word base = shared_address(memory), full = shared_address(barriers), empty = full + 8 * STAGES, there = empty + 8 * STAGES;
    if (thread == 0) {
        for (int s = 0; s < STAGES; s++) open_barrier(full + 8 * s, 1), open_barrier(empty + 8 * s, 2 * WARPS);
        open_barrier(there, 1), open_barrier(there + 8, 1);
        publish_barriers();
    }
    __syncthreads();
    arrive_in_cluster(), wait_for_cluster();

    if (warp >= WARPS) {
        shrink_to<40>();
        int piece = 0;
        for (int tile = first; tile < tiles; tile += apart) {
            if (thread == WARPS * 32) {
                const Half* x = p.x + ((long long)split * steps * p.rows + (tile % down * 2 + rank) * BM) * 64;
                const Half* weight = p.weight + ((long long)split * steps * out + tile / down * BN + rank * (BN / 2)) * 64;
                auto copy_weight = [&](int step, int s) {
                    expect_bytes(full + 8 * s, STAGE);
                    copy_bulk_to(3 << 2 * split, base + s * STAGE + X_BYTES + rank * (W_BYTES / 2), weight + (long long)step * out * 64,
                                 W_BYTES / 2, full + 8 * s);
                };
                const int ahead = piece ? 0 : min(STAGES, steps);  // weights depend on nothing
                for (int s = 0; s < ahead; s++) copy_weight(s, s);
                if (piece == 0) wait_for_previous();
                for (int step = 0; step < steps; step++, piece++) {
                    const int s = piece % STAGES;
                    if (piece >= STAGES) wait_for_barrier(empty + 8 * s, piece / STAGES - 1 & 1);
                    if (step >= ahead) copy_weight(step, s);
                    copy_bulk(base + s * STAGE, x + (long long)step * p.rows * 64, X_BYTES, full + 8 * s);
                }
            }
            __syncwarp();
            if (SPLIT > 1)
                for (int i = 0; i < 3; i++) arrive_in_cluster(), wait_for_cluster();
        }
    } else {
        grow_to<232>();
        wait_for_previous();
        const int parts = (int)p.parts, part = (int)p.part, group = warp / 4;
        unsigned char* result = memory + STAGES * STAGE + group * RESULT;
        float* columns = (float*)(memory + STAGES * STAGE + 2 * RESULT + group * COLUMNS);
        int piece = 0, turn = 0;
        for (int tile = first; tile < tiles; tile += apart, turn++) {
            const int row0 = (tile % down * 2 + rank) * BM + group * 64, row = row0 + warp % 4 * 16 + lane / 4;
            const int column0 = tile / down * BN + split * OWN;
            const Word fetched = there + 8 * group;
            if (thread % 128 == 0) {  // what the end needs
                wait_until_stores_have_read();
                expect_bytes(fetched, p.kind == RESIDUAL ? COLUMNS + RESULT : COLUMNS / 3 * 2);
                copy_bulk(shared_address(columns), p.bias + column0, OWN * 4, fetched);
                copy_bulk(shared_address(columns + OWN), p.factor + column0, OWN * 4, fetched);
                if (p.kind == RESIDUAL) {
                    copy_bulk(shared_address(columns + 2 * OWN), p.shift + column0, OWN * 4, fetched);
                    for (int b = 0; b < BLOCKS; b++)
                        copy_bulk(shared_address(result) + b * 8192, p.residual + spot(row0, column0 + b * 64, p.rows), 8192, fetched);
                }
            }
            __syncwarp();
            Moments moments[2][PARTS];
#pragma unroll
            for (int half = 0; half < 2; half++)
#pragma unroll
                for (int i = 0; i < PARTS; i++) {
                    const int which = i * 4 + lane % 4;
                    moments[half][i] = which < parts ? p.moments[(long long)(row + half * 8) * parts + which] : Moments{0, 0};
                }
            float middle[2], stretch[2];
            auto end = [&](float (&sums)[OWN / 8][4]) {
                unsigned char* place = result + warp % 4 * 2048 + lane / 4 * 128 + lane % 4 * 4;
                Moments own[2];
                wait_for_barrier(fetched, turn & 1);
                if (p.kind == RESIDUAL) finish<RESIDUAL, OWN>(sums, place, columns, middle, stretch, own);
                else if (p.kind == GELU) finish<GELU, OWN>(sums, place, columns, middle, stretch, own);
                else finish<PLAIN, OWN>(sums, place, columns, middle, stretch, own);
                show_to_copies();
                wait_for_group(group);
                if (thread % 128 == 0 && row0 < tokens) {
                    for (int b = 0; b < BLOCKS; b++)
                        store_bulk(p.y + spot(row0, column0 + b * 64, p.rows), shared_address(result) + b * 8192, 8192);
                    commit_stores();
                }
                __syncwarp();
#pragma unroll
                for (int half = 0; half < 2; half++)
                    if (const int token = row + half * 8; p.kind == RESIDUAL && lane % 4 == 0 && token < tokens)
                        p.own[(long long)token * (out / OWN) + column0 / OWN] = own[half];
            };
            float sum[BN / 8][4];
            auto release = [&](int s) {
                if (lane < 2) arrive_in(2 * split + lane, empty + 8 * s);
                __syncwarp();
            };
            for (int step = 0; step < steps; step++, piece++) {
                const int s = piece % STAGES;
                const Word xs = base + s * STAGE + warp / 4 * 8192, ws = base + s * STAGE + X_BYTES;
                wait_for_barrier(full + 8 * s, piece / STAGES & 1);
                begin_products();
#pragma unroll
                for (int k = 0; k < 4; k++) multiply_add(sum, described(xs + k * 32), described(ws + k * 32), step + k);
                commit_products();
                wait_for_products<1>();
                if (step > 0) release((piece - 1) % STAGES);
            }
            wait_for_products<0>();
            release((piece - 1) % STAGES);
#pragma unroll
            for (int half = 0; half < 2; half++) {
                float total = 0, squares = 0;
#pragma unroll
                for (int i = 0; i < PARTS; i++) total += moments[half][i].mean;
                middle[half] = sum_over<4>(total) / parts;
#pragma unroll
                for (int i = 0; i < PARTS; i++) {
                    const float off = moments[half][i].mean - middle[half];
                    squares += moments[half][i].squares + (i * 4 + lane % 4 < parts ? part * off * off : 0);
                }
                stretch[half] = rsqrtf(sum_over<4>(squares) / (parts * part) + (float)p.epsilon);
            }
            if constexpr (SPLIT > 1) {  // every block gets the sums of its columns from those that took other parts of x
                arrive_in_cluster(), wait_for_cluster();  // nobody reads the stages any more
#pragma unroll
                for (int j = 0; j < BN / 8; j++) {
                    const Word to = base + ((split * (OWN / 8) + j % (OWN / 8)) * WARPS * 32 + thread) * 16;
                    store_in_cluster(in_block(to, j / (OWN / 8) * 2 + rank), sum[j]);
                }
                arrive_in_cluster(), wait_for_cluster();
                float whole[OWN / 8][4];
#pragma unroll
                for (int j = 0; j < OWN / 8; j++) {
                    Floats4 total = {0, 0, 0, 0};
#pragma unroll
                    for (int from = 0; from < SPLIT; from++) {
                        const Floats4 add = ((const Floats4*)memory)[(from * (OWN / 8) + j) * WARPS * 32 + thread];
                        total.x += add.x, total.y += add.y, total.z += add.z, total.w += add.w;
                    }
                    whole[j][0] = total.x, whole[j][1] = total.y, whole[j][2] = total.z, whole[j][3] = total.w;
                }
                show_to_copies();
                arrive_in_cluster(), wait_for_cluster();
                end(whole);
            } else {
                end(sum);
            }
        }
        if (thread % 128 == 0) wait_for_stores();
        __syncwarp();
    }
    arrive_in_cluster(), wait_for_cluster();  // nobody leaves while another may still reach its memory
}
#endif
