// A convolution is a matrix product whose matrices are never written down. Each struct here is one such
// matrix: asked for the entry (row, column), it finds the number in the arrays that exist. tiled.cu and
// tensor.cu multiply them; neither knows what a convolution is.
//
//                       left (rows, depth)       right (depth, columns)          result (rows, columns)
//     forward           filters  (k, c fh fw)    windows    (c fh fw, n i j)     outputs  (k, n i j)
//     to the images     turned   (c, k fh fw)    gradients  (k fh fw, n h w)     pixels   (c, n h w)
//     to the filters    douts    (k, n i j)      windows^T  (n i j, c fh fw)     weights  (k, c fh fw)
#include "common.cuh"

struct Filters {
    const real *w;
    __device__ real at(int k, int tap) const { return w[k * (C * FH * FW) + tap]; }
};

struct Windows {
    static const bool along_depth = false;  // the numbers that lie side by side in memory: see slabs.cuh
    const real *x;
    __device__ real at(int tap, int place) const {
        int fw = tap % FW, fh = tap / FW % FH, c = tap / (FW * FH);
        int j = place % OW, i = place / OW % OH, n = place / (OW * OH);
        return pixel(x, n, c, pixel_row(i, fh), pixel_column(j, fw));
    }
};

struct Outputs {
    const real *b;
    real *out;
    __device__ void put(int k, int place, real value) const {
        int n = place / (OH * OW);
        out[(n * K + k) * (OH * OW) + place % (OH * OW)] = value + b[k];
    }
};

struct TurnedFilters {
    const real *w;
    __device__ real at(int c, int tap) const {
        int k = tap / (FH * FW);
        return w[(k * C + c) * (FH * FW) + tap % (FH * FW)];
    }
};

struct Gradients {
    static const bool along_depth = false;
    const real *dout;
    __device__ real at(int tap, int place) const {
        int fw = tap % FW, fh = tap / FW % FH, k = tap / (FW * FH);
        int column = place % W, row = place / W % H, n = place / (W * H);
        int i = output_row(row, fh), j = output_column(column, fw);
        return i >= 0 && j >= 0 ? dout[((n * K + k) * OH + i) * OW + j] : real(0);
    }
};

struct Pixels {
    real *dx;
    __device__ void put(int c, int place, real value) const {
        int n = place / (H * W);
        dx[(n * C + c) * (H * W) + place % (H * W)] = value;
    }
};

struct Douts {
    const real *dout;
    __device__ real at(int k, int place) const {
        int n = place / (OH * OW);
        return dout[(n * K + k) * (OH * OW) + place % (OH * OW)];
    }
};

struct TurnedWindows {
    static const bool along_depth = true;
    Windows windows;
    __device__ real at(int place, int tap) const { return windows.at(tap, place); }
};

// The way to the filters is long (n i j) and its result small, so it is cut into parts, one a layer of the
// grid, to keep the whole GPU busy. Each part writes a sum of its own; they are added afterwards, always in
// the same order, so that the same inputs give the same bits.
struct Weights {
    real *parts;
    __device__ void put(int k, int tap, real value) const {
        parts[(blockIdx.z * K + k) * (C * FH * FW) + tap] = value;
    }
};
