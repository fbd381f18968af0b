// Slabs: how a block of threads brings TILE rows (or columns) of a matrix, TILE_K deep, into shared memory.
//
// The way has two steps. `fetch_*` reads far memory into registers; `keep` writes the registers to shared
// memory. Between the two a block can do other work, while the numbers are on their way.
#include "operands.cuh"

const int THREADS = 256;

// Entry e of a slab stands at a depth and a place. Threads take neighbouring entries, and a warp is quick
// when these lie side by side in memory: along the depth for one matrix, along the places for another.
template <int TILE, bool ALONG_DEPTH> __device__ int depth_of(int e) {
    return ALONG_DEPTH ? e % TILE_K : e / TILE;
}
template <int TILE, bool ALONG_DEPTH> __device__ int place_of(int e) {
    return ALONG_DEPTH ? e / TILE_K : e % TILE;
}

// Beyond the edge of a matrix stand zeros: they add nothing, and ragged sizes need no other care.
template <int TILE, class Left>
__device__ void fetch_left(real *held, Left left, int row, int rows, int depth, int last) {
    for (int s = 0; s < TILE * TILE_K / THREADS; s++) {
        int e = threadIdx.x + s * THREADS;
        int m = row + place_of<TILE, true>(e);
        int d = depth + depth_of<TILE, true>(e);
        held[s] = m < rows && d < last ? left.at(m, d) : real(0);
    }
}

template <int TILE, class Right>
__device__ void fetch_right(real *held, Right right, int column, int columns, int depth, int last) {
    for (int s = 0; s < TILE * TILE_K / THREADS; s++) {
        int e = threadIdx.x + s * THREADS;
        int n = column + place_of<TILE, Right::along_depth>(e);
        int d = depth + depth_of<TILE, Right::along_depth>(e);
        held[s] = n < columns && d < last ? right.at(d, n) : real(0);
    }
}

// slab[depth][place]; PAD shifts each row to other memory banks, so that a warp's writes do not queue at one.
template <int TILE, bool ALONG_DEPTH, int PAD, class Number>
__device__ void keep(Number (*slab)[TILE + PAD], const Number *held) {
    for (int s = 0; s < TILE * TILE_K / THREADS; s++) {
        int e = threadIdx.x + s * THREADS;
        slab[depth_of<TILE, ALONG_DEPTH>(e)][place_of<TILE, ALONG_DEPTH>(e)] = held[s];
    }
}
