// Pooling: little arithmetic, so memory decides. One thread an output forward; backward, one thread a pixel
// that collects from the windows over it, so no two threads ever add to one place and nothing must be zeroed
// first.
//
// Over a pixel stand the windows of every STRIDE-th tap: the loops of the backward kernels visit only those.
// Besides the names of common.cuh: `place` is the integer type of the switches.
#include "common.cuh"

extern "C" __global__ void max_pool_forward(int N, const real *x, real *out, place *switches) {
    int t = thread_number();
    if (t >= N * C * OH * OW) return;
    int j = t % OW, i = t / OW % OH, image = t / (OW * OH);  // image = n * C + c

    real largest = -INFINITY;  // so padding never wins
    int where = 0;
    for (int fh = 0; fh < FH; fh++)
        for (int fw = 0; fw < FW; fw++) {
            int row = pixel_row(i, fh), column = pixel_column(j, fw);
            if (row < 0 || row >= H || column < 0 || column >= W) continue;
            real value = x[(image * H + row) * W + column];
            // Of equal values the first stays; of NaNs too: the first is larger than everything.
            if (value > largest || (isnan(value) && !isnan(largest))) {
                largest = value;
                where = fh * FW + fw;
            }
        }
    out[t] = largest;
    switches[t] = where;
}

extern "C" __global__ void max_pool_backward(int N, const real *dout, const place *switches, real *dx) {
    int t = thread_number();
    if (t >= N * C * H * W) return;
    int column = t % W, row = t / W % H, image = t / (W * H);

    real sum = 0;
    for (int fh = (row + TOP) % STRIDE_H; fh < FH; fh += STRIDE_H)
        for (int fw = (column + LEFT) % STRIDE_W; fw < FW; fw += STRIDE_W) {
            int i = output_row(row, fh), j = output_column(column, fw);
            if (i < 0 || j < 0) continue;
            int output = (image * OH + i) * OW + j;
            if (switches[output] == fh * FW + fw) sum += dout[output];
        }
    dx[t] = sum;
}

extern "C" __global__ void average_pool_forward(int N, const real *x, real *out) {
    int t = thread_number();
    if (t >= N * C * OH * OW) return;
    int j = t % OW, i = t / OW % OH, c = t / (OW * OH) % C, n = t / (OW * OH * C);

    real sum = 0;
    for (int fh = 0; fh < FH; fh++)
        for (int fw = 0; fw < FW; fw++) sum += pixel(x, n, c, pixel_row(i, fh), pixel_column(j, fw));
    out[t] = sum / (FH * FW);
}

extern "C" __global__ void average_pool_backward(int N, const real *dout, real *dx) {
    int t = thread_number();
    if (t >= N * C * H * W) return;
    int column = t % W, row = t / W % H, image = t / (W * H);

    real sum = 0;
    for (int fh = (row + TOP) % STRIDE_H; fh < FH; fh += STRIDE_H)
        for (int fw = (column + LEFT) % STRIDE_W; fw < FW; fw += STRIDE_W) {
            int i = output_row(row, fh), j = output_column(column, fw);
            if (i >= 0 && j >= 0) sum += dout[(image * OH + i) * OW + j];
        }
    dx[t] = sum / (FH * FW);
}

extern "C" __global__ void l2_pool_forward(int N, const real *x, real *out) {
    int t = thread_number();
    if (t >= N * C * OH * OW) return;
    int j = t % OW, i = t / OW % OH, c = t / (OW * OH) % C, n = t / (OW * OH * C);

    real squares = 0;
    for (int fh = 0; fh < FH; fh++)
        for (int fw = 0; fw < FW; fw++) {
            real value = pixel(x, n, c, pixel_row(i, fh), pixel_column(j, fw));
            squares += value * value;
        }
    out[t] = sqrt(squares);
}

// A pixel's share of a gradient is its value over the norm of the window. `out` holds the norms.
extern "C" __global__ void
l2_pool_backward(int N, const real *dout, const real *out, const real *x, real *dx) {
    int t = thread_number();
    if (t >= N * C * H * W) return;
    int column = t % W, row = t / W % H, image = t / (W * H);

    real sum = 0;
    for (int fh = (row + TOP) % STRIDE_H; fh < FH; fh += STRIDE_H)
        for (int fw = (column + LEFT) % STRIDE_W; fw < FW; fw += STRIDE_W) {
            int i = output_row(row, fh), j = output_column(column, fw);
            if (i < 0 || j < 0) continue;
            int output = (image * OH + i) * OW + j;
            // A window of zeros has no direction. (Written so that a norm that is NaN is passed on.)
            if (out[output] != 0) sum += dout[output] / out[output];
        }
    dx[t] = sum * x[t];
}
