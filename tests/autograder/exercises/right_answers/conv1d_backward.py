"""Right answers to conv1d_backward as different people write them."""

import numpy as np


def windows(dout, x, w):
    F = len(w)
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i, d in enumerate(dout):
        dx[i : i + F] += d * w
        dw += d * x[i : i + F]
    return dx, dw


def numpy_convolve(dout, x, w):
    return np.convolve(dout, w), np.correlate(x, dout, "valid")


def column_by_column(dout, x, w):
    """Gathers: for each input, the outputs that it feeds."""
    dx = []
    for m in range(x.shape[0]):
        total = 0.0
        for i in range(max(0, m - len(w) + 1), min(len(dout) - 1, m) + 1):
            total += dout[i] * w[m - i]
        dx.append(total)
    dw = [sum(dout[i] * x[i + p] for i in range(len(dout))) for p in range(len(w))]
    return np.array(dx), np.array(dw)


def as_a_matrix(dout, x, w):
    """The convolution as a matrix with w along its diagonals; the gradient is its transpose."""
    rows, columns = len(dout), len(x)
    matrix = np.zeros((rows, columns))
    for i in range(rows):
        matrix[i, i : i + len(w)] = w
    seen = np.lib.stride_tricks.sliding_window_view(x, len(w))
    return [matrix.T @ dout, seen.T @ dout]


def padded_and_flipped(dout, x, w):
    F = len(w)
    padded = np.pad(dout, F - 1)
    dx = np.array([np.dot(padded[m : m + F], w[::-1]) for m in range(len(x))])
    dw = np.array([np.dot(x[p : p + len(dout)], dout) for p in range(F)])
    return dx, dw


def add_at(dout, x, w):
    i, p = np.meshgrid(np.arange(len(dout)), np.arange(len(w)), indexing="ij")
    dx = np.zeros(x.size)
    np.add.at(dx, i + p, np.outer(dout, w))
    return dx, np.einsum("i,ip->p", dout, x[i + p])


def in_float32(dout, x, w):
    dout, x, w = (np.float32(a) for a in (dout, x, w))
    return np.convolve(dout, w).astype("float32"), np.array(
        [dout @ x[p:][: len(dout)] for p in range(len(w))]
    )


ANSWERS = [
    windows,
    numpy_convolve,
    column_by_column,
    as_a_matrix,
    padded_and_flipped,
    add_at,
    in_float32,
]
