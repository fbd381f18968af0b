"""Right answers to max_pool_forward as different people write them."""

import numpy as np


def six_loops(x, size, stride):
    N, C, H, W = x.shape
    FH, FW = size
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    out = np.zeros((N, C, OH, OW))
    switches = np.zeros((N, C, OH, OW), dtype=int)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    best, where = -float("inf"), 0
                    for p in range(FH):
                        for q in range(FW):
                            value = x[n, c, i * stride + p, j * stride + q]
                            if value > best:
                                best, where = value, p * FW + q
                    out[n, c, i, j], switches[n, c, i, j] = best, where
    return out, switches


def window_argmax(x, size, stride):
    N, C, H, W = x.shape
    FH, FW = size
    if (H - FH) % stride != 0 or (W - FW) % stride != 0:
        raise ValueError("does not fit")
    out = np.empty((N, C, (H - FH) // stride + 1, (W - FW) // stride + 1), x.dtype)
    switches = np.empty(out.shape, np.uint8)
    for n, c, i, j in np.ndindex(out.shape):
        window = x[n, c, i * stride : i * stride + FH, j * stride : j * stride + FW]
        switches[n, c, i, j] = np.argmax(window)
        out[n, c, i, j] = window.flat[switches[n, c, i, j]]
    return [out, switches]


def running_maximum(x, size, stride):
    """Loops over the places of the window only; a later value must be strictly larger to win."""
    H, W = x.shape[2:]
    OH, OW = (H - size[0]) // stride + 1, (W - size[1]) // stride + 1
    out = np.full((*x.shape[:2], OH, OW), -np.inf)
    switches = np.full(out.shape, -1)
    for k in range(size[0] * size[1]):
        p, q = divmod(k, size[1])
        values = x[:, :, p : p + (OH - 1) * stride + 1 : stride, q : q + (OW - 1) * stride + 1 : stride]
        larger = values > out
        out[larger] = values[larger]
        switches[larger] = k
    return out, switches


def sliding_windows(x, size, stride):
    views = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride]
    flat = views.reshape(*views.shape[:4], -1)
    switches = flat.argmax(axis=-1)
    return np.take_along_axis(flat, switches[..., None], axis=-1)[..., 0], switches


def columns(x, size, stride):
    """Every channel an image of its own, every window a column."""
    N, C, H, W = x.shape
    FH, FW = size
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    rows = np.repeat(np.arange(FH), FW)[:, None] + stride * np.repeat(np.arange(OH), OW)
    cols = np.tile(np.arange(FW), FH)[:, None] + stride * np.tile(np.arange(OW), OH)
    windows = x.reshape(N * C, H, W)[:, rows, cols]  # (N*C, FH*FW, OH*OW)
    shape = (N, C, OH, OW)
    return windows.max(axis=1).reshape(shape), windows.argmax(axis=1).reshape(shape).astype(np.int32)


def scanned_backwards(x, size, stride):
    """From the last place to the first with >=, so that the first of equal maxima stays."""
    x = x.astype(np.float32)
    OH, OW = ((n - f) // stride + 1 for n, f in zip(x.shape[2:], size, strict=True))
    out = np.zeros((*x.shape[:2], OH, OW), np.float32)
    switches = np.zeros_like(out)  # whole numbers, held as floats
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            best = x[:, :, top + size[0] - 1, left + size[1] - 1].copy()
            where = np.full(best.shape, size[0] * size[1] - 1)
            for k in reversed(range(size[0] * size[1])):
                value = x[:, :, top + k // size[1], left + k % size[1]]
                where = np.where(value >= best, k, where)
                best = np.maximum(value, best)
            out[:, :, i, j], switches[:, :, i, j] = best, where
    return out, switches


def sorted_windows(x, size, stride):
    """A stable sort of the negated window: the first of the largest comes first."""
    N, C, H, W = x.shape
    tops, lefts = range(0, H - size[0] + 1, stride), range(0, W - size[1] + 1, stride)
    out, switches = np.zeros((2, N, C, len(tops), len(lefts)))
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            flat = x[:, :, top : top + size[0], left : left + size[1]].reshape(N, C, -1)
            switches[:, :, i, j] = np.argsort(-flat, axis=-1, kind="stable")[..., 0]
            out[:, :, i, j] = np.sort(flat)[..., -1]
    return out, switches.astype(np.int16)


ANSWERS = [
    six_loops,
    window_argmax,
    running_maximum,
    sliding_windows,
    columns,
    scanned_backwards,
    sorted_windows,
]
