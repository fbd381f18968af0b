// A tiled matrix product that never writes the columns: an implicit GEMM.
//
// One thread an output reads every number from far away, once for each output that needs it. But a block of
// TILE_M x TILE_N outputs needs only TILE_M rows of the left matrix and TILE_N columns of the right one. So
// the block brings them into shared memory, close by, a slab of TILE_K at a time: a number fetched once is
// used TILE_N (or TILE_M) times. Each thread keeps SIDE_M x SIDE_N sums in registers, closer still.
#include "slabs.cuh"

const int SIDE = 16;                                       // the block: 16 x 16 threads
const int SIDE_M = TILE_M / SIDE, SIDE_N = TILE_N / SIDE;  // the sums of each
const int PAD = 4;

// Where sum s of thread t lies in the tile: in groups of four, so that four numbers are read at a time.
template <int SUMS> __device__ int spread(int t, int s) {
    const int GROUP = SUMS < 4 ? SUMS : 4;
    return s / GROUP * (SIDE * GROUP) + t * GROUP + s % GROUP;
}

template <class Left, class Right, class Result>
__device__ void product(Left left, Right right, Result result, int rows, int columns, int first, int last) {
    __shared__ __align__(16) real left_slab[TILE_K][TILE_M + PAD], right_slab[TILE_K][TILE_N + PAD];
    real left_held[TILE_M * TILE_K / THREADS], right_held[TILE_N * TILE_K / THREADS];
    real sums[SIDE_M][SIDE_N] = {};
    int row = blockIdx.y * TILE_M, column = blockIdx.x * TILE_N;
    int ty = threadIdx.x / SIDE, tx = threadIdx.x % SIDE;

    fetch_left<TILE_M>(left_held, left, row, rows, first, last);
    fetch_right<TILE_N>(right_held, right, column, columns, first, last);
    for (int depth = first; depth < last; depth += TILE_K) {
        keep<TILE_M, true, PAD>(left_slab, left_held);
        keep<TILE_N, Right::along_depth, PAD>(right_slab, right_held);
        __syncthreads();  // everybody's numbers are in place
        // The next slab sets out now and arrives while this one is multiplied.
        fetch_left<TILE_M>(left_held, left, row, rows, depth + TILE_K, last);
        fetch_right<TILE_N>(right_held, right, column, columns, depth + TILE_K, last);

        for (int d = 0; d < TILE_K; d++)
            for (int m = 0; m < SIDE_M; m++)
                for (int n = 0; n < SIDE_N; n++)
                    sums[m][n] += left_slab[d][spread<SIDE_M>(ty, m)] * right_slab[d][spread<SIDE_N>(tx, n)];
        __syncthreads();  // everybody is done with them: now they may be overwritten
    }
    for (int m = 0; m < SIDE_M; m++)
        for (int n = 0; n < SIDE_N; n++) {
            int r = row + spread<SIDE_M>(ty, m), c = column + spread<SIDE_N>(tx, n);
            if (r < rows && c < columns) result.put(r, c, sums[m][n]);
        }
}

#include "convolution.cuh"
