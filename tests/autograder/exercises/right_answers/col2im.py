"""Right answers to col2im as different people write them."""

import numpy as np


def tap_by_tap(cols, x_shape, size, stride=1, pad=0):
    N, C, H, W = x_shape
    FH, FW = size
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), cols.dtype)
    OH, OW = (xp.shape[2] - FH) // stride + 1, (xp.shape[3] - FW) // stride + 1
    six = cols.reshape(C, FH, FW, N, OH, OW).transpose(3, 0, 1, 2, 4, 5)
    for p in range(FH):
        for q in range(FW):
            xp[:, :, p : p + stride * OH : stride, q : q + stride * OW : stride][:, :, :OH, :OW] += six[
                :, :, p, q
            ]
    return xp[:, :, pad : xp.shape[2] - pad, pad : xp.shape[3] - pad]


def add_at(cols, x_shape, size, stride=1, pad=0):
    """Index arrays and np.add.at, in the manner of the Stanford course."""
    N, C, H, W = x_shape
    FH, FW = size
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    i = np.tile(np.repeat(np.arange(FH), FW), C)[:, None] + stride * np.repeat(np.arange(OH), OW)[None]
    j = np.tile(np.arange(FW), FH * C)[:, None] + stride * np.tile(np.arange(OW), OH)[None]
    k = np.repeat(np.arange(C), FH * FW)[:, None]
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    np.add.at(padded, (slice(None), k, i, j), cols.reshape(C * FH * FW, N, -1).transpose(1, 0, 2))
    if pad == 0:
        return padded
    return padded[:, :, pad:-pad, pad:-pad]


def bincount(cols, x_shape, size, stride=1, pad=0):
    """The pixel number of every entry of cols, then one weighted count."""
    N, C, H, W = x_shape
    HP, WP = H + 2 * pad, W + 2 * pad
    numbers = np.arange(N * C * HP * WP).reshape(N, C, HP, WP)
    views = np.lib.stride_tricks.sliding_window_view(numbers, size, axis=(2, 3))[:, :, ::stride, ::stride]
    which = views.transpose(1, 4, 5, 0, 2, 3).ravel()
    total = np.bincount(which, weights=np.ravel(cols), minlength=numbers.size)
    return total.reshape(N, C, HP, WP)[:, :, pad : pad + H, pad : pad + W]


def transposed_matrix(cols, x_shape, size, stride=1, pad=0):
    """The adjoint taken literally: the matrix of im2col, one unit image after the other, transposed."""
    N, C, H, W = x_shape
    columns = []
    for k in range(C * H * W):
        unit = np.zeros(C * H * W)
        unit[k] = 1
        one = np.pad(unit.reshape(C, H, W), ((0, 0), (pad, pad), (pad, pad)))
        v = np.lib.stride_tricks.sliding_window_view(one, size, axis=(1, 2))[:, ::stride, ::stride]
        columns.append(v.transpose(0, 3, 4, 1, 2).ravel())
    matrix = np.array(columns)  # (C * H * W, rows of cols times windows of an image)
    per_image = cols.reshape(cols.shape[0], N, -1).transpose(1, 0, 2).reshape(N, -1)
    return (per_image @ matrix.T).reshape(x_shape)


def writable_view(cols, x_shape, size, stride=1, pad=0):
    """A loop over the window of a writable view, in float32."""
    N, C, H, W = x_shape
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad), np.float32)
    v = np.lib.stride_tricks.sliding_window_view(xp, size, axis=(2, 3), writeable=True)[
        :, :, ::stride, ::stride
    ]
    values = cols.reshape(C, size[0], size[1], N, v.shape[2], v.shape[3])
    for p, q in np.ndindex(*size):
        v[..., p, q] += values[:, p, q].swapaxes(0, 1)
    return xp[:, :, pad : pad + H, pad : pad + W]


def value_by_value(cols, x_shape, size, stride=1, pad=0):
    """No padded image: what would land in the padding is dropped."""
    N, C, H, W = x_shape
    OH, OW = (int((n + 2 * pad - f) / stride) + 1 for n, f in zip((H, W), size, strict=True))
    dx = np.zeros(x_shape)
    for r, (c, p, q) in enumerate(np.ndindex(C, *size)):
        for m, (n, i, j) in enumerate(np.ndindex(N, OH, OW)):
            h, w = i * stride + p - pad, j * stride + q - pad
            if h in range(H) and w in range(W):
                dx[n, c, h, w] += cols[r, m]
    return dx


ANSWERS = [tap_by_tap, add_at, bincount, transposed_matrix, writable_view, value_by_value]
