// Image to columns and back: the copies around a matrix product that a library does (columns.py).
//
// cols is (N, C * FH * FW, OH * OW): one matrix an image, rows in the order c, fh, fw, columns in the order
// i, j.
#include "common.cuh"

// One thread an entry of the columns. Neighbours have neighbouring j: reads and writes are coalesced.
extern "C" __global__ void im2col(int N, const real *x, real *cols) {
    int t = thread_number();
    if (t >= N * C * FH * FW * OH * OW) return;
    int j = t % OW, i = t / OW % OH, tap = t / (OW * OH);
    int fw = tap % FW, fh = tap / FW % FH, c = tap / (FW * FH) % C, n = tap / (FW * FH * C);
    cols[t] = pixel(x, n, c, pixel_row(i, fh), pixel_column(j, fw));
}

// One thread a pixel: it collects from every column that holds a copy of it, so no two threads add to one
// place.
extern "C" __global__ void col2im(int N, const real *cols, real *x) {
    int t = thread_number();
    if (t >= N * C * H * W) return;
    int column = t % W, row = t / W % H, image = t / (W * H);  // image = n * C + c

    real sum = 0;
    for (int fh = 0; fh < FH; fh++)
        for (int fw = 0; fw < FW; fw++) {
            int i = output_row(row, fh), j = output_column(column, fw);
            if (i >= 0 && j >= 0) sum += cols[(((image * FH + fh) * FW + fw) * OH + i) * OW + j];
        }
    x[t] = sum;
}
