// What every kernel knows without being told. The launcher (launch.py) writes these names above this file, as
// constants for one layer, so that the compiler can unroll loops and turn divisions into multiplications:
//
//     real                        float or double
//     C, H, W, K, FH, FW, OH, OW  the sizes that the whole course uses; only N, the batch, is an argument
//     STRIDE_H, STRIDE_W, TOP, LEFT, DILATION_H, DILATION_W

// The number of this thread in the whole grid.
__device__ int thread_number() {
    return blockIdx.x * blockDim.x + threadIdx.x;
}

// The pixel x[n, c, h, w], or 0 where (h, w) lies on the padding: nobody has to write the zeros down.
__device__ real pixel(const real *x, int n, int c, int h, int w) {
    bool inside = 0 <= h && h < H && 0 <= w && w < W;
    return inside ? x[((n * C + c) * H + h) * W + w] : real(0);
}

// The pixel row under tap fh of output row i; the same for columns.
__device__ int pixel_row(int i, int fh) {
    return i * STRIDE_H + fh * DILATION_H - TOP;
}
__device__ int pixel_column(int j, int fw) {
    return j * STRIDE_W + fw * DILATION_W - LEFT;
}

// The way back: the output row whose tap fh stands on pixel row h, or -1 where no output stands there.
__device__ int output_row(int h, int fh) {
    int distance = h + TOP - fh * DILATION_H;
    return distance >= 0 && distance % STRIDE_H == 0 && distance / STRIDE_H < OH ? distance / STRIDE_H : -1;
}
__device__ int output_column(int w, int fw) {
    int distance = w + LEFT - fw * DILATION_W;
    return distance >= 0 && distance % STRIDE_W == 0 && distance / STRIDE_W < OW ? distance / STRIDE_W : -1;
}
