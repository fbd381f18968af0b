"""Right answers to l2_pool_forward as different people write them."""

import math

import numpy as np


def six_loops(x, size, stride):
    N, C, H, W = x.shape
    out = np.zeros((N, C, (H - size[0]) // stride + 1, (W - size[1]) // stride + 1))
    for n in range(out.shape[0]):
        for c in range(out.shape[1]):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    total = 0.0
                    for p in range(size[0]):
                        for q in range(size[1]):
                            total += x[n, c, i * stride + p, j * stride + q] ** 2
                    out[n, c, i, j] = math.sqrt(total)
    return out


def window_norms(x, size, stride):
    OH, OW = ((n - f) // stride + 1 for n, f in zip(x.shape[2:], size, strict=True))
    out = np.empty((*x.shape[:2], OH, OW), x.dtype)
    for n, c, i, j in np.ndindex(out.shape):
        window = x[n, c, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
        out[n, c, i, j] = np.linalg.norm(window)
    return out


def norm_over_axes(x, size, stride):
    H, W = x.shape[2:]
    FH, FW = size
    if (H - FH) % stride or (W - FW) % stride:
        raise ValueError("does not fit")
    rows = [
        [np.linalg.norm(x[:, :, i : i + FH, j : j + FW], axis=(2, 3)) for j in range(0, W - FW + 1, stride)]
        for i in range(0, H - FH + 1, stride)
    ]
    return np.array(rows).transpose(2, 3, 0, 1)


def place_by_place(x, size, stride):
    OH, OW = ((n - f) // stride + 1 for n, f in zip(x.shape[2:], size, strict=True))
    squares = np.zeros((*x.shape[:2], OH, OW))
    for p in range(size[0]):
        for q in range(size[1]):
            squares += (
                x[:, :, p : p + (OH - 1) * stride + 1 : stride, q : q + (OW - 1) * stride + 1 : stride] ** 2
            )
    return squares**0.5


def hypot(x, size, stride):
    """np.hypot over the places, one after the other: no square is ever formed."""
    OH, OW = ((n - f) // stride + 1 for n, f in zip(x.shape[2:], size, strict=True))
    out = np.zeros((*x.shape[:2], OH, OW))
    for p in range(size[0]):
        for q in range(size[1]):
            piece = x[:, :, p : p + (OH - 1) * stride + 1 : stride, q : q + (OW - 1) * stride + 1 : stride]
            out = np.hypot(out, piece)
    return out


def sliding_windows(x, size, stride):
    views = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride]
    return np.sqrt(np.einsum("ncijpq,ncijpq->ncij", views, views))


def root_of_the_mean_scaled(x, size, stride):
    """The mean of the squares, times how many there are, in float32."""
    views = np.lib.stride_tricks.sliding_window_view(x.astype(np.float32), size, axis=(2, 3))
    return np.sqrt((views[:, :, ::stride, ::stride] ** 2).mean(axis=(4, 5)) * (size[0] * size[1]))


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
    return over_windows(x, size, stride, np.linalg.norm)


ANSWERS = [
    a_function_handed_over,
    six_loops,
    window_norms,
    norm_over_axes,
    place_by_place,
    hypot,
    sliding_windows,
    root_of_the_mean_scaled,
]
