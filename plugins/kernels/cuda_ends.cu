// The two ends of the encoder: embeddings from token numbers, and the heads. One warp takes one token.

struct Embedding {
    const Half *words, *positions, *types;  // [., hidden]
    Half* y;                                // [tokens, hidden]
    Moments* own;                           // [tokens, 1]
    int* layout;                            // on the device: tokens, then where each row starts and the last one ends
    const int* given;                       // on the host: the same, [2 + rows]
    const int* inputs;                      // on the host: [tokens, 2]: id, and position + 65536 type
    long long hidden, rows, padded;         // padded: rows of y
};

// Host memory is far away: one warp fetches for all, in one go.
__device__ __forceinline__ void embedding(const Embedding& p) {
    __shared__ int fetched[33];
    let_next_begin();
    const int warps = blockDim.x / 32, warp = threadIdx.x / 32, lane = threadIdx.x % 32, hidden = (int)p.hidden;
    if (threadIdx.x < 2 * warps) fetched[threadIdx.x] = p.inputs[blockIdx.x * 2 * warps + threadIdx.x];
    if (threadIdx.x == 32) fetched[32] = p.given[0];
    if (blockIdx.x == 0)
        for (int i = threadIdx.x - 64; i >= 0 && i < p.rows + 2; i += blockDim.x - 64) p.layout[i] = p.given[i];
    __syncthreads();
    const int token = blockIdx.x * warps + warp;
    if (token >= fetched[32]) return;
    const Half* word = p.words + (long long)fetched[2 * warp] * hidden;
    const Half* position = p.positions + (long long)(fetched[2 * warp + 1] & 65535) * hidden;
    const Half* type = p.types + (long long)(fetched[2 * warp + 1] >> 16) * hidden;
    float total = 0, squares = 0;
    for (int column = lane * 8; column < hidden; column += 256) {
        float a[8], b[8], c[8];
        unpack8(*(const Words4*)(word + column), a);
        unpack8(*(const Words4*)(type + column), b);
        unpack8(*(const Words4*)(position + column), c);
#pragma unroll
        for (int i = 0; i < 8; i++) a[i] += b[i] + c[i];
        const Words4 rounded = pack8(a);
        *(Words4*)(p.y + spot(token, column, p.padded)) = rounded;
        unpack8(rounded, a);
#pragma unroll
        for (int i = 0; i < 8; i++) total += a[i];
    }
    const float mean = sum_over<32>(total) / hidden;
    for (int column = lane * 8; column < hidden; column += 256) {
        float a[8];
        unpack8(*(const Words4*)(p.y + spot(token, column, p.padded)), a);  // this lane wrote it
#pragma unroll
        for (int i = 0; i < 8; i++) squares += (a[i] - mean) * (a[i] - mean);
    }
    squares = sum_over<32>(squares);
    if (lane == 0) p.own[token] = {mean, squares};
}

struct Head {
    const Half* x;            // [tokens, hidden], before the last LayerNorm
    const Moments* moments;   // [tokens, parts]
    const float* weight;      // span: [2, hidden] times the LayerNorm's gain; vector: [2, hidden], its gain and its bias
    float* y;                 // on the host. span: [tokens, 2]; vector: [rows, hidden]
    const int* layout;        // tokens, then where each row starts
    long long padded, hidden, parts, part;  // padded: rows of x
    double epsilon, sum0, sum1, bias0, bias1;  // span: the weights' sums, and their biases with the LayerNorm's
};

struct Normal { float mean, scale; };

__device__ __forceinline__ Normal normal(const Moments* of, int parts, int part, float epsilon) {
    const int lane = threadIdx.x % 32;
    float total = 0, squares = 0;
    for (int i = lane; i < parts; i += 32) total += of[i].mean;
    const float mean = sum_over<32>(total) / parts;
    for (int i = lane; i < parts; i += 32) {
        const float off = of[i].mean - mean;
        squares += of[i].squares + part * off * off;
    }
    return {mean, rsqrtf(sum_over<32>(squares) / (parts * part) + epsilon)};
}

// Start and end logits of every token.
__device__ __forceinline__ void span_head(const Head& p) {
    wait_for_previous();
    const int token = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32, lane = threadIdx.x % 32, hidden = (int)p.hidden;
    if (token >= p.layout[0]) return;
    const Normal n = normal(p.moments + token * p.parts, (int)p.parts, (int)p.part, (float)p.epsilon);
    float start = 0, end = 0;
    for (int column = lane * 8; column < hidden; column += 256) {
        float x[8], a[8], b[8];
        unpack8(*(const Words4*)(p.x + spot(token, column, p.padded)), x);
        load8(p.weight + column, a);
        load8(p.weight + hidden + column, b);
#pragma unroll
        for (int i = 0; i < 8; i++) start += x[i] * a[i], end += x[i] * b[i];
    }
    start = sum_over<32>(start), end = sum_over<32>(end);
    if (lane == 0) {
        p.y[2 * token] = (start - n.mean * (float)p.sum0) * n.scale + (float)p.bias0;
        p.y[2 * token + 1] = (end - n.mean * (float)p.sum1) * n.scale + (float)p.bias1;
    }
}

// The sum of every row's hidden states, 256 columns to a block of eight warps.
__device__ __forceinline__ void vector_head(const Head& p) {
    __shared__ float sums[8][256];
    wait_for_previous();
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, column = blockIdx.x * 256 + lane * 8, hidden = (int)p.hidden;
    float sum[8] = {}, gain[8] = {}, bias[8] = {};
    const bool inside = column < hidden;
    if (inside) load8(p.weight + column, gain), load8(p.weight + hidden + column, bias);
    for (int token = p.layout[1 + blockIdx.y] + warp; token < p.layout[2 + blockIdx.y]; token += 8) {
        const Normal n = normal(p.moments + token * p.parts, (int)p.parts, (int)p.part, (float)p.epsilon);
        float x[8] = {};
        if (inside) unpack8(*(const Words4*)(p.x + spot(token, column, p.padded)), x);
#pragma unroll
        for (int i = 0; i < 8; i++) sum[i] += (x[i] - n.mean) * n.scale * gain[i] + bias[i];
    }
#pragma unroll
    for (int i = 0; i < 8; i++) sums[warp][lane * 8 + i] = sum[i];
    __syncthreads();
    float total = 0;
#pragma unroll
    for (int i = 0; i < 8; i++) total += sums[i][threadIdx.x];
    if (blockIdx.x * 256 + threadIdx.x < hidden) p.y[(long long)blockIdx.y * hidden + blockIdx.x * 256 + threadIdx.x] = total;
}
