// A layer's three products, for whichever `product` was defined above. THREADS threads a block; the grid has
// a block for each tile of the result, columns along x and rows along y.

extern "C" __global__ void __launch_bounds__(THREADS)
conv_forward(int N, const real *x, const real *w, const real *b, real *out) {
    product(Filters{w}, Windows{x}, Outputs{b, out}, K, N * OH * OW, 0, C * FH * FW);
}

extern "C" __global__ void __launch_bounds__(THREADS)
conv_backward_images(int N, const real *dout, const real *w, real *dx) {
    product(TurnedFilters{w}, Gradients{dout}, Pixels{dx}, C, N * H * W, 0, K * FH * FW);
}

// Layer z of the grid takes the places from z * share on, and writes its own part of the sum.
extern "C" __global__ void __launch_bounds__(THREADS)
conv_backward_filters(int N, int share, const real *dout, const real *x, real *parts) {
    int first = blockIdx.z * share, last = min(first + share, N * OH * OW);
    product(Douts{dout}, TurnedWindows{{x}}, Weights{parts}, K, C * FH * FW, first, last);
}
