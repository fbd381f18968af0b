// The same tiles on tensor cores: units that multiply small matrices, a whole warp working together.
//
// A warp holds a 16x8 piece of the left matrix and an 8x8 piece of the right one, some entries in each
// thread, and one instruction adds their product to a 16x8 piece of the result. The price is accuracy: the
// units read TF32, a float whose mantissa is cut to 10 bits. A product is right to about 1 part in 1,000;
// sums are kept in float32.
#include "slabs.cuh"
#include "tf32.cuh"

const int WARP_M = TILE_M / 2, WARP_N = TILE_N / 4;  // 8 warps share the tile: 2 down, 4 across
const int PIECES_M = WARP_M / 16, PIECES_N = WARP_N / 8;
const int PAD = 8;  // a warp reads 4 depths of 8 places at once: with this, from 32 different banks

template <int TILE> __device__ void round_all(tf32 *rounded, const real *held) {
    for (int s = 0; s < TILE * TILE_K / THREADS; s++) rounded[s] = to_tf32(held[s]);
}

template <class Left, class Right, class Result>
__device__ void product(Left left, Right right, Result result, int rows, int columns, int first, int last) {
    __shared__ tf32 left_slab[TILE_K][TILE_M + PAD], right_slab[TILE_K][TILE_N + PAD];
    real left_held[TILE_M * TILE_K / THREADS], right_held[TILE_N * TILE_K / THREADS];
    tf32 left_rounded[TILE_M * TILE_K / THREADS], right_rounded[TILE_N * TILE_K / THREADS];
    float sums[PIECES_M][PIECES_N][4] = {};
    int row = blockIdx.y * TILE_M, column = blockIdx.x * TILE_N;
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    int top = warp / 4 * WARP_M, side = warp % 4 * WARP_N;  // where this warp's piece of the tile begins
    int group = lane / 4, member = lane % 4;                // how the instruction deals a piece out to a warp

    fetch_left<TILE_M>(left_held, left, row, rows, first, last);
    fetch_right<TILE_N>(right_held, right, column, columns, first, last);
    for (int depth = first; depth < last; depth += TILE_K) {
        round_all<TILE_M>(left_rounded, left_held);
        round_all<TILE_N>(right_rounded, right_held);
        keep<TILE_M, true, PAD>(left_slab, left_rounded);
        keep<TILE_N, Right::along_depth, PAD>(right_slab, right_rounded);
        __syncthreads();
        fetch_left<TILE_M>(left_held, left, row, rows, depth + TILE_K, last);
        fetch_right<TILE_N>(right_held, right, column, columns, depth + TILE_K, last);

        for (int d = member; d < TILE_K; d += 8) {
            tf32 a[PIECES_M][4], b[PIECES_N][2];
            for (int m = 0; m < PIECES_M; m++)  // 16 rows x 8 deep: of these, rows group and group + 8
                for (int s = 0; s < 4; s++)
                    a[m][s] = left_slab[d + s / 2 * 4][top + m * 16 + group + s % 2 * 8];
            for (int n = 0; n < PIECES_N; n++)  // 8 deep x 8 columns
                for (int s = 0; s < 2; s++) b[n][s] = right_slab[d + s * 4][side + n * 8 + group];
            for (int m = 0; m < PIECES_M; m++)
                for (int n = 0; n < PIECES_N; n++) multiply_add(sums[m][n], a[m], b[n]);
        }
        __syncthreads();
    }
    for (int m = 0; m < PIECES_M; m++)
        for (int n = 0; n < PIECES_N; n++)
            for (int s = 0; s < 4; s++) {
                int r = row + top + m * 16 + group + s / 2 * 8;
                int c = column + side + n * 8 + member * 2 + s % 2;
                if (r < rows && c < columns) result.put(r, c, sums[m][n][s]);
            }
}

#include "convolution.cuh"
