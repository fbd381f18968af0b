"""Right answers to average_pool_forward as different people write them."""

import numpy as np


def six_loops(x, size, stride):
    N, C, H, W = x.shape
    FH, FW = size
    OH = (H - FH) // stride + 1
    OW = (W - FW) // stride + 1
    out = np.zeros((N, C, OH, OW))
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    total = 0
                    for p in range(FH):
                        for q in range(FW):
                            total += x[n, c, i * stride + p, j * stride + q]
                    out[n, c, i, j] = total / (FH * FW)
    return out


def window_means(x, size, stride):
    N, C, H, W = x.shape
    if (H - size[0]) % stride or (W - size[1]) % stride:
        raise ValueError("does not fit")
    out = np.zeros((N, C, (H - size[0]) // stride + 1, (W - size[1]) // stride + 1), dtype=x.dtype)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            window = x[:, :, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
            out[:, :, i, j] = window.mean(axis=(2, 3))
    return out


def place_by_place(x, size, stride):
    OH, OW = ((n - f) // stride + 1 for n, f in zip(x.shape[2:], size, strict=True))
    return sum(
        x[:, :, p : p + (OH - 1) * stride + 1 : stride, q : q + (OW - 1) * stride + 1 : stride]
        / (size[0] * size[1])
        for p in range(size[0])
        for q in range(size[1])
    )


def sliding_windows(x, size, stride):
    views = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    return views[:, :, ::stride, ::stride].mean(axis=(-2, -1))


def summed_area(x, size, stride):
    """A table of running sums: each window is four of its corners."""
    table = np.pad(x, ((0, 0), (0, 0), (1, 0), (1, 0))).cumsum(axis=2).cumsum(axis=3)
    FH, FW = size
    total = table[:, :, FH:, FW:] - table[:, :, :-FH, FW:] - table[:, :, FH:, :-FW] + table[:, :, :-FH, :-FW]
    return total[:, :, ::stride, ::stride] / (FH * FW)


def as_convolution(x, size, stride):
    """A filter of equal weights, for each channel by itself, in float32."""
    w = np.full(size, 1 / (size[0] * size[1]), np.float32)
    views = np.lib.stride_tricks.sliding_window_view(x.astype(np.float32), size, axis=(2, 3))
    return np.einsum("ncijpq,pq->ncij", views[:, :, ::stride, ::stride], w)


def two_matrices(x, size, stride):
    """Means are separable: average the rows with one matrix, the columns with another."""

    def averaging(n, f):
        return np.array(
            [[1 / f if i <= r < i + f else 0 for r in range(n)] for i in range(0, n - f + 1, stride)]
        )

    return averaging(x.shape[2], size[0]) @ x @ averaging(x.shape[3], size[1]).T


def over_windows(x, size, stride, f):
    """f of each window."""
    rows, columns = (range(0, n - s + 1, stride) for n, s in zip(x.shape[2:], size, strict=True))
    return np.array(
        [
            [[[f(plane[i : i + size[0], j : j + size[1]]) for j in columns] for i in rows] for plane in image]
            for image in x
        ]
    )


def a_function_handed_over(x, size, stride):
    return over_windows(x, size, stride, lambda window: window.sum() / window.size)


ANSWERS = [
    a_function_handed_over,
    six_loops,
    window_means,
    place_by_place,
    sliding_windows,
    summed_area,
    as_convolution,
    two_matrices,
]
