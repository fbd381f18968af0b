"""Right answers to tiled_product as different people write them."""

import numpy as np

from cs_conv.threads import launch


def padded_first(a, b):
    """No edge inside the kernel."""
    (M, D), N = a.shape, b.shape[1]
    up = [-(-size // 4) * 4 for size in (M, D, N)]
    ap, bp = np.zeros((up[0], up[1])), np.zeros((up[1], up[2]))
    ap[:M, :D], bp[:D, :N] = a, b
    out = np.zeros((up[0], up[2]))

    def kernel(block, thread, near_a, near_b):
        (p, q), (y, x) = block, thread
        for d in range(0, up[1], 4):
            near_a[y, x] = ap[4 * p + y, d + x]
            near_b[y, x] = bp[d + y, 4 * q + x]
            yield
            out[4 * p + y, 4 * q + x] += near_a[y] @ near_b[:, x]
            yield

    launch(kernel, (up[0] // 4, up[2] // 4), (4, 4), near_a=(4, 4), near_b=(4, 4))
    return out[:M, :N]


def two_pairs_of_tiles(a, b):
    """One barrier a step: while one pair is used the other is filled."""
    (M, D), N = a.shape, b.shape[1]
    out = np.zeros((M, N))

    def kernel(block, thread, ta, tb):
        y, x = thread
        row, column = block[0] * 4 + y, block[1] * 4 + x
        total = 0.0
        for step in range((D + 3) // 4):
            pair = step % 2
            ta[pair, y, x] = a[row, step * 4 + x] if row < M and step * 4 + x < D else 0
            tb[pair, y, x] = b[step * 4 + y, column] if step * 4 + y < D and column < N else 0
            yield
            total += sum(ta[pair, y, s] * tb[pair, s, x] for s in range(4))
        if row < M and column < N:
            out[row, column] = total

    launch(kernel, ((M + 3) // 4, (N + 3) // 4), (4, 4), ta=(2, 4, 4), tb=(2, 4, 4))
    return out


def flat_threads(a, b):
    """16 threads in a row; b's tile is kept turned over."""
    (M, D), N = a.shape, b.shape[1]
    out = np.zeros((M, N))
    across = -(-N // 4)

    def kernel(block, thread, tile_a, tile_b):
        y, x = divmod(thread, 4)
        row, column = block // across * 4 + y, block % across * 4 + x
        total = 0.0
        for d in range(0, D, 4):
            tile_a[thread] = a[row, d + x] if row < M and d + x < D else 0
            tile_b[x * 4 + y] = b[d + y, column] if d + y < D and column < N else 0
            yield
            total += np.dot(tile_a[4 * y : 4 * y + 4], tile_b[4 * x : 4 * x + 4])
            yield
        if row < M and column < N:
            out[row, column] = total

    launch(kernel, -(-M // 4) * across, 16, tile_a=(16,), tile_b=(16,))
    return out


def larger_tiles(a, b):
    (M, D), N = a.shape, b.shape[1]
    out = np.zeros((M, N))

    def kernel(block, thread, at, bt):
        y, x = thread
        row, column = block[0] * 8 + y, block[1] * 8 + x
        for d in range(0, D, 8):
            at[thread] = bt[thread] = 0
            if row < M and d + x < D:
                at[thread] = a[row, d + x]
            if d + y < D and column < N:
                bt[thread] = b[d + y, column]
            yield
            if row < M and column < N:
                out[row, column] += at[y] @ bt[:, x]
            yield

    launch(kernel, (-(-M // 8), -(-N // 8)), (8, 8), at=(8, 8), bt=(8, 8))
    return out


def without_threads(a, b):
    return a @ b


ANSWERS = [padded_first, two_pairs_of_tiles, flat_threads, larger_tiles, without_threads]
