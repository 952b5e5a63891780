// What the other kernels are made of: instructions that CUDA C++ has no name for, and half precision without headers, so
// that NVRTC needs no toolkit beside it.

typedef unsigned int Word;             // two halves, or an address in shared memory
typedef unsigned short Half;           // the bits of one

struct alignas(16) Words4 { Word x, y, z, w; };
struct alignas(8) Floats2 { float x, y; };
struct alignas(16) Floats4 { float x, y, z, w; };
struct alignas(8) Moments { float mean, squares; };  // of a part of a row: its mean, and the sum of squares around it

__device__ __forceinline__ Word pack(float low, float high) {
    Word packed;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
    return packed;
}

__device__ __forceinline__ float low(Word packed) {
    float value;
    asm("{.reg .f16 l, h; mov.b32 {l, h}, %1; cvt.f32.f16 %0, l;}" : "=f"(value) : "r"(packed));
    return value;
}

__device__ __forceinline__ float high(Word packed) {
    float value;
    asm("{.reg .f16 l, h; mov.b32 {l, h}, %1; cvt.f32.f16 %0, h;}" : "=f"(value) : "r"(packed));
    return value;
}

// Eight halves as floats, and back.
__device__ __forceinline__ void unpack8(Words4 packed, float (&out)[8]) {
    const Word words[4] = {packed.x, packed.y, packed.z, packed.w};
#pragma unroll
    for (int i = 0; i < 4; i++) out[2 * i] = low(words[i]), out[2 * i + 1] = high(words[i]);
}

__device__ __forceinline__ Words4 pack8(const float (&in)[8]) {
    return {pack(in[0], in[1]), pack(in[2], in[3]), pack(in[4], in[5]), pack(in[6], in[7])};
}

__device__ __forceinline__ void load8(const float* from, float (&out)[8]) {
    const Floats4 a = *(const Floats4*)from, b = *(const Floats4*)(from + 4);
    out[0] = a.x, out[1] = a.y, out[2] = a.z, out[3] = a.w, out[4] = b.x, out[5] = b.y, out[6] = b.z, out[7] = b.w;
}

__device__ __forceinline__ float power_of_2(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

// x Φ(x). Φ - 1/2 is odd: here a polynomial that meets its limits at ±4.4. Off by 4e-5 at most, and no division, no power.
__device__ __forceinline__ float gelu(float x) {
    constexpr float FACTORS[] = {3.569244552692474e-11f, -3.753888755397838e-09f, 1.7407896280019486e-07f,
                                 -4.724756763607729e-06f, 8.429176523350179e-05f, -0.0010549842845648527f,
                                 0.009642998687922955f, -0.0660763755440712f, 0.3987615704536438f};
    const float near = fminf(fmaxf(x, -4.4f), 4.4f), square = near * near;
    float sum = FACTORS[0];
#pragma unroll
    for (int i = 1; i < 9; i++) sum = sum * square + FACTORS[i];
    return x * (0.5f + near * sum);
}

// Sum over groups of LANES lanes that lie side by side; every lane gets it.
template <int LANES>
__device__ __forceinline__ float sum_over(float value) {
#pragma unroll
    for (int apart = LANES / 2; apart; apart /= 2) value += __shfl_xor_sync(0xffffffffu, value, apart);
    return value;
}

__device__ __forceinline__ Word shared_address(const void* pointer) { return (Word)__cvta_generic_to_shared(pointer); }

// Copies 16 bytes from global to shared memory in the background; zeros where `there` is false.
__device__ __forceinline__ void copy16(Word to, const void* from, bool there = true) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(there ? 16 : 0) : "memory");
}

__device__ __forceinline__ void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }

template <int PENDING>
__device__ __forceinline__ void wait_for_copies() {
    asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}

// Four 8 x 8 blocks of halves; lane l gives the address of row l % 8 of block l / 8.
__device__ __forceinline__ void load_blocks(Word (&to)[4], Word address) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3]) : "r"(address) : "memory");
}

__device__ __forceinline__ void load_blocks_transposed(Word (&to)[4], Word address) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3]) : "r"(address) : "memory");
}

// c[16 x 8] += a[16 x 16] b[16 x 8].
__device__ __forceinline__ void multiply_add(float (&c)[4], const Word (&a)[4], Word b0, Word b1) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Activations and weights lie in memory as [columns / 64][rows / 8] blocks of 8 x 64 halves, 1 KB each. Within a row of a
// block the eight chunks of 16 bytes change places so that a column of chunks lies in all banks: what is copied as it lies
// is what ldmatrix reads without conflicts, and what wgmma calls K-major with a swizzle of 128 bytes.
__device__ __forceinline__ int swizzled(int row, int chunk) { return row * 64 + (chunk ^ (row & 7)) * 8; }

// Where eight halves from `column` on lie; `rows`: of the whole array.
__device__ __forceinline__ long long spot(int row, int column, long long rows) {
    return column / 64 * (rows * 64) + (row & ~7) * 64 + swizzled(row & 7, column / 8 % 8);
}

// Programmatic dependent launch: a kernel begins while the one before it still runs, and waits here before it touches
// what that one wrote. Every kernel of ours waits before it writes, so what it waits for has waited too.
__device__ __forceinline__ void let_next_begin() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}

__device__ __forceinline__ void wait_for_previous() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

#if defined(HOPPER)
// A barrier in shared memory that counts arrivals and bytes of bulk copies; `phase` is the parity of its round.
__device__ __forceinline__ void open_barrier(Word barrier, int arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
}

__device__ __forceinline__ void publish_barriers() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }

// Blocks of a cluster run together and reach each other's shared memory.
__device__ __forceinline__ void arrive_in_cluster() { asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory"); }
__device__ __forceinline__ void wait_for_cluster() { asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory"); }

// What `address` is in this block, in another one of the cluster.
__device__ __forceinline__ Word in_block(Word address, int block) {
    Word there;
    asm volatile("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(address), "r"(block));
    return there;
}

__device__ __forceinline__ void store_in_cluster(Word address, float a, float b) {
    asm volatile("st.shared::cluster.v2.f32 [%0], {%1, %2};" ::"r"(address), "f"(a), "f"(b) : "memory");
}

__device__ __forceinline__ void arrive(Word barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}

__device__ __forceinline__ void expect_bytes(Word barrier, int bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

__device__ __forceinline__ void wait_for_barrier(Word barrier, int phase) {
    asm volatile(
        "{.reg .pred done;\n"
        "again: mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
        "@!done bra again;}" ::"r"(barrier), "r"(phase) : "memory");
}

__device__ __forceinline__ void copy_bulk(Word to, const void* from, int bytes, Word barrier) {
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(to), "l"(from),
                 "r"(bytes), "r"(barrier) : "memory");
}

// What was written to shared memory is seen by background copies from here on.
__device__ __forceinline__ void show_to_copies() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

// Describes rows of 64 halves in shared memory, in blocks as above, to wgmma.
__device__ __forceinline__ unsigned long long described(Word address) {
    return (1ull << 62) | (64ull << 32) | (1ull << 16) | (address >> 4 & 0x3fff);
}

__device__ __forceinline__ void begin_products() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
__device__ __forceinline__ void commit_products() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

template <int PENDING>
__device__ __forceinline__ void wait_for_products() {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(PENDING) : "memory");
}

// c[64 x 8 N] = a[64 x 16] b[8 N x 16]ᵀ (+ c if there is `more` in it) by four warps; lane l of warp w holds rows 16 w + l / 4 and that + 8.
#define C4(i) "+f"(c[i][0]), "+f"(c[i][1]), "+f"(c[i][2]), "+f"(c[i][3])
#define C16(i) C4(i), C4(i + 1), C4(i + 2), C4(i + 3)
#define R16 "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15"
#define R32 R16 ", %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"
#define R64 R32 ", %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, %51, " \
    "%52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
#define R96 R64 ", %64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, %80, %81, %82, %83, " \
    "%84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95"
#define R128 R96 ", %96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, %112, " \
    "%113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127"
#define WGMMA(n, registers, a, b, more) \
    "{.reg .pred p; setp.ne.b32 p, %" more ", 0;\n" \
    "wgmma.mma_async.sync.aligned.m64n" n "k16.f32.f16.f16 {" registers "}, %" a ", %" b ", p, 1, 1, 0, 0;}"

__device__ __forceinline__ void multiply_add(float (&c)[4][4], unsigned long long a, unsigned long long b, int more) {
    asm volatile(WGMMA("32", R16, "16", "17", "18") : C16(0) : "l"(a), "l"(b), "r"(more));
}
__device__ __forceinline__ void multiply_add(float (&c)[8][4], unsigned long long a, unsigned long long b, int more) {
    asm volatile(WGMMA("64", R32, "32", "33", "34") : C16(0), C16(4) : "l"(a), "l"(b), "r"(more));
}
__device__ __forceinline__ void multiply_add(float (&c)[16][4], unsigned long long a, unsigned long long b, int more) {
    asm volatile(WGMMA("128", R64, "64", "65", "66") : C16(0), C16(4), C16(8), C16(12) : "l"(a), "l"(b), "r"(more));
}
__device__ __forceinline__ void multiply_add(float (&c)[24][4], unsigned long long a, unsigned long long b, int more) {
    asm volatile(WGMMA("192", R96, "96", "97", "98")
                 : C16(0), C16(4), C16(8), C16(12), C16(16), C16(20) : "l"(a), "l"(b), "r"(more));
}
__device__ __forceinline__ void multiply_add(float (&c)[32][4], unsigned long long a, unsigned long long b, int more) {
    asm volatile(WGMMA("256", R128, "128", "129", "130")
                 : C16(0), C16(4), C16(8), C16(12), C16(16), C16(20), C16(24), C16(28) : "l"(a), "l"(b), "r"(more));
}
#endif
