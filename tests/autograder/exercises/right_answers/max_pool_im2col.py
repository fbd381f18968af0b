"""Right answers to max_pool_im2col as different people write them, each with columns of its own."""

import numpy as np


def im2col(x, size, stride):
    N, C, H, W = x.shape
    FH, FW = size
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    cols = np.zeros((C, FH, FW, N, OH, OW), x.dtype)
    for p in range(FH):
        for q in range(FW):
            for i in range(OH):
                for j in range(OW):
                    cols[:, p, q, :, i, j] = x[:, :, i * stride + p, j * stride + q].T
    return cols.reshape(C * FH * FW, N * OH * OW)


def out_size(x, size, stride):
    return (x.shape[2] - size[0]) // stride + 1, (x.shape[3] - size[1]) // stride + 1


def channels_as_images(x, size, stride):
    """The Stanford course's trick: every channel of every image is an image of one channel."""
    N, C, H, W = x.shape
    FH, FW = size
    if (H - FH) % stride or (W - FW) % stride:
        raise ValueError("the window does not fit")
    OH, OW = out_size(x, size, stride)
    cols = im2col(x.reshape(N * C, 1, H, W), size, stride)
    best = np.argmax(cols, axis=0)
    out = cols[best, np.arange(best.size)]
    return out.reshape(N, C, OH, OW), best.reshape(N, C, OH, OW)


def channel_by_channel(x, size, stride):
    N, C = x.shape[:2]
    OH, OW = out_size(x, size, stride)
    out, switches = np.zeros((N, C, OH, OW)), np.zeros((N, C, OH, OW), dtype=int)
    for c in range(C):
        cols = im2col(x[:, c : c + 1], size, stride)
        out[:, c] = np.max(cols, axis=0).reshape(N, OH, OW)
        switches[:, c] = np.argmax(cols, axis=0).reshape(N, OH, OW)
    return [out, switches]


def running_maximum(x, size, stride):
    """Row after row of the columns; the switches in a small dtype."""
    N, C = x.shape[:2]
    OH, OW = out_size(x, size, stride)
    rows = im2col(x, size, stride).reshape(C, -1, N * OH * OW)
    best, where = rows[:, 0].copy(), np.zeros(rows[:, 0].shape, np.uint8)
    for k in range(1, rows.shape[1]):
        larger = rows[:, k] > best
        best[larger] = rows[:, k][larger]
        where[larger] = k
    return tuple(np.swapaxes(a.reshape(C, N, OH, OW), 0, 1) for a in (best, where))


def sliding_windows(x, size, stride):
    v = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride]
    flat = v.reshape(*v.shape[:4], -1)
    return flat.max(-1), flat.argmax(-1)


def take_along(x, size, stride):
    """Transposed columns, windows as rows; float32 and int32."""
    N, C = x.shape[:2]
    OH, OW = out_size(x, size, stride)
    windows = im2col(x.astype(np.float32), size, stride).T.reshape(N, OH, OW, C, -1)
    switches = windows.argmax(axis=-1)
    out = np.take_along_axis(windows, switches[..., None], axis=-1)[..., 0]
    return np.moveaxis(out, -1, 1), np.moveaxis(switches, -1, 1).astype(np.int32)


def column_by_column(x, size, stride):
    N, C = x.shape[:2]
    OH, OW = out_size(x, size, stride)
    cols = im2col(x, size, stride)
    F = size[0] * size[1]
    out, switches = np.zeros((N, C, OH, OW)), np.zeros((N, C, OH, OW))
    for m in range(cols.shape[1]):
        n, i, j = np.unravel_index(m, (N, OH, OW))
        for c in range(C):
            piece = list(cols[c * F : (c + 1) * F, m])
            out[n, c, i, j] = max(piece)
            switches[n, c, i, j] = piece.index(max(piece))
    return out, switches


ANSWERS = [
    channels_as_images,
    channel_by_channel,
    running_maximum,
    sliding_windows,
    take_along,
    column_by_column,
]
