// One thread an output: the loops of the CPU, without the outer four. The GPU counts those for us.
//
// The grid is one long row of threads. Each finds its place (n, k, i, j) from its number and computes the one
// value that belongs there. Neighbouring threads have neighbouring j, so they read neighbouring pixels and
// write neighbouring outputs: the memory serves 32 of them (a warp) at once. That is coalesced access.
#include "common.cuh"

extern "C" __global__ void conv_forward(int N, const real *x, const real *w, const real *b, real *out) {
    int t = thread_number();
    if (t >= N * K * OH * OW) return;  // the last block is rarely full
    int j = t % OW, i = t / OW % OH, k = t / (OW * OH) % K, n = t / (OW * OH * K);

    real sum = b[k];
    for (int c = 0; c < C; c++)
        for (int fh = 0; fh < FH; fh++)
            for (int fw = 0; fw < FW; fw++) {
                real value = pixel(x, n, c, pixel_row(i, fh), pixel_column(j, fw));
                sum += value * w[((k * C + c) * FH + fh) * FW + fw];
            }
    out[t] = sum;
}

// Backward to the images, one thread a pixel. Sending each output's gradient out to its window would have
// many threads add to one pixel at once. So turn the question round: which outputs saw this pixel? Collect
// from them.
extern "C" __global__ void conv_backward_images(int N, const real *dout, const real *w, real *dx) {
    int t = thread_number();
    if (t >= N * C * H * W) return;
    int column = t % W, row = t / W % H, c = t / (W * H) % C, n = t / (W * H * C);

    real sum = 0;
    for (int fh = 0; fh < FH; fh++)
        for (int fw = 0; fw < FW; fw++) {
            int i = output_row(row, fh), j = output_column(column, fw);
            if (i < 0 || j < 0) continue;
            for (int k = 0; k < K; k++)
                sum += dout[((n * K + k) * OH + i) * OW + j] * w[((k * C + c) * FH + fh) * FW + fw];
        }
    dx[t] = sum;
}

// Backward to the filters, one thread a weight: it meets every output of its filter once. A layer has few
// weights and each has a long way to go, so most of the GPU is idle here: the fault that tiled.cu mends.
extern "C" __global__ void conv_backward_filters(int N, const real *dout, const real *x, real *dw) {
    int t = thread_number();
    if (t >= K * C * FH * FW) return;
    int fw = t % FW, fh = t / FW % FH, c = t / (FW * FH) % C, k = t / (FW * FH * C);

    real sum = 0;
    for (int n = 0; n < N; n++)
        for (int i = 0; i < OH; i++)
            for (int j = 0; j < OW; j++) {
                real value = pixel(x, n, c, pixel_row(i, fh), pixel_column(j, fw));
                sum += value * dout[((n * K + k) * OH + i) * OW + j];
            }
    dw[t] = sum;
}
