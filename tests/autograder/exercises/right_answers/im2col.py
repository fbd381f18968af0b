"""Right answers to im2col as different people write them."""

import numpy as np


def tap_by_tap(x, size, stride=1, pad=0):
    """Loops over the window only; strict about sizes."""
    (N, C, H, W), (FH, FW) = x.shape, size
    if (H + 2 * pad - FH) % stride or (W + 2 * pad - FW) % stride:
        raise ValueError(f"a {FH}x{FW} window at stride {stride} does not fit {H}x{W} with pad {pad}")
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cols = np.empty((C, FH, FW, N, OH, OW), x.dtype)
    for p in range(FH):
        for q in range(FW):
            taps = xp[:, :, p : p + stride * (OH - 1) + 1 : stride, q : q + stride * (OW - 1) + 1 : stride]
            cols[:, p, q] = taps.transpose(1, 0, 2, 3)
    return cols.reshape(C * FH * FW, -1)


def sliding(x, size, stride=1, pad=0):
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    v = np.lib.stride_tricks.sliding_window_view(xp, size, axis=(2, 3))[:, :, ::stride, ::stride]
    return v.transpose(1, 4, 5, 0, 2, 3).reshape(x.shape[1] * size[0] * size[1], -1)


def index_arrays(x, size, stride=1, pad=0):
    """Index arrays in the manner of the Stanford course, put into this course's order."""
    _, C, H, W = x.shape
    FH, FW = size
    assert (H + 2 * pad - FH) % stride == 0
    assert (W + 2 * pad - FW) % stride == 0
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    i0 = np.tile(np.repeat(np.arange(FH), FW), C)
    i1 = stride * np.repeat(np.arange(OH), OW)
    j0 = np.tile(np.arange(FW), FH * C)
    j1 = stride * np.tile(np.arange(OW), OH)
    i, j = i0.reshape(-1, 1) + i1.reshape(1, -1), j0.reshape(-1, 1) + j1.reshape(1, -1)
    k = np.repeat(np.arange(C), FH * FW).reshape(-1, 1)
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    return xp[:, k, i, j].transpose(1, 0, 2).reshape(FH * FW * C, -1)


def as_strided(x, size, stride=1, pad=0):
    xp = np.ascontiguousarray(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    FH, FW = size
    N, C, H, W = xp.shape
    sn, sc, sh, sw = xp.strides
    shape = (C, FH, FW, N, int((H - FH) / stride + 1), int((W - FW) / stride + 1))
    view = np.lib.stride_tricks.as_strided(xp, shape, (sc, sh, sw, sn, sh * stride, sw * stride))
    return view.reshape(C * FH * FW, -1)


def a_list_of_windows(x, size, stride=1, pad=0):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    columns = [
        image[:, i : i + size[0], j : j + size[1]].flatten()
        for image in xp
        for i in range(0, xp.shape[2] - size[0] + 1, stride)
        for j in range(0, xp.shape[3] - size[1] + 1, stride)
    ]
    return np.array(columns).T


def image_by_image_in_float32(x, size, stride=1, pad=0):
    x = x.astype(np.float32)
    pieces = []
    for n in range(len(x)):
        one = np.pad(x[n], ((0, 0), (pad, pad), (pad, pad)))
        rows = range(0, one.shape[1] - size[0] + 1, stride)
        across = range(0, one.shape[2] - size[1] + 1, stride)
        block = np.stack(
            [one[:, r : r + size[0], s : s + size[1]].ravel() for r in rows for s in across], axis=1
        )
        pieces.append(block)
    return np.hstack(pieces)


def eight_loops(x, size, stride=1, pad=0):
    """Every value by itself; padding is never built, only asked for."""
    N, C, H, W = x.shape
    FH, FW = size
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    cols = np.zeros((C * FH * FW, N * OH * OW))
    for r, (c, p, q) in enumerate(np.ndindex(C, FH, FW)):
        for m, (n, i, j) in enumerate(np.ndindex(N, OH, OW)):
            row, column = i * stride + p - pad, j * stride + q - pad
            if 0 <= row < H and 0 <= column < W:
                cols[r, m] = x[n, c, row, column]
    return cols


ANSWERS = [
    tap_by_tap,
    sliding,
    index_arrays,
    as_strided,
    a_list_of_windows,
    image_by_image_in_float32,
    eight_loops,
]
