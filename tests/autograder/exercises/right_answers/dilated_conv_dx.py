"""Right answers to dilated_conv_dx as different people write them."""

import numpy as np


def loops(dout, w, x_shape, stride=1, pad=0, dilation=1):
    N, C, H, W = x_shape
    dx = np.zeros((N, C, H, W))
    for n, k, i, j in np.ndindex(*dout.shape):
        for c, p, q in np.ndindex(*w.shape[1:]):
            row, column = i * stride + p * dilation - pad, j * stride + q * dilation - pad
            if 0 <= row < H and 0 <= column < W:
                dx[n, c, row, column] += dout[n, k, i, j] * w[k, c, p, q]
    return dx


def tap_by_tap(dout, w, x_shape, stride=1, pad=0, dilation=1):
    N, C, H, W = x_shape
    OH, OW = dout.shape[2:]
    full = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dout.dtype)
    for p, q in np.ndindex(*w.shape[2:]):
        rows = slice(p * dilation, p * dilation + OH * stride, stride)
        columns = slice(q * dilation, q * dilation + OW * stride, stride)
        part = full[:, :, rows, columns][:, :, :OH, :OW]
        part += np.einsum("nkij,kc->ncij", dout, w[:, :, p, q])
    return full[:, :, pad : H + pad, pad : W + pad]


def spread_filter(dout, w, x_shape, stride=1, pad=0, dilation=1):
    """The gradient of a dense convolution with zeros between its weights."""
    N, C, H, W = x_shape
    K, _, FH, FW = w.shape
    wide = np.zeros((K, C, (FH - 1) * dilation + 1, (FW - 1) * dilation + 1))
    wide[:, :, ::dilation, ::dilation] = w
    dx = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = dx[
                :, :, i * stride : i * stride + wide.shape[2], j * stride : j * stride + wide.shape[3]
            ]
            window += np.einsum("nk,kcpq->ncpq", dout[:, :, i, j], wide)
    return dx[:, :, pad : pad + H, pad : pad + W]


def full_convolution(dout, w, x_shape, stride=1, pad=0, dilation=1):
    """Slides turned filters over a dout with zeros between and around its numbers."""
    N, C, H, W = x_shape
    K, _, FH, FW = w.shape
    high, wide = (FH - 1) * dilation, (FW - 1) * dilation
    spread = np.zeros((N, K, H + 2 * pad + high, W + 2 * pad + wide))
    spread[
        :, :, high : high + dout.shape[2] * stride : stride, wide : wide + dout.shape[3] * stride : stride
    ][:, :, : dout.shape[2], : dout.shape[3]] = dout
    dx = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for p, q in np.ndindex(FH, FW):
        top, left = high - p * dilation, wide - q * dilation
        seen = spread[:, :, top : top + H + 2 * pad, left : left + W + 2 * pad]
        dx += np.einsum("nkyz,kc->ncyz", seen, w[:, :, p, q])
    return dx[:, :, pad : pad + H, pad : pad + W]


def add_at(dout, w, x_shape, stride=1, pad=0, dilation=1):
    N, C, H, W = x_shape
    rows = np.arange(dout.shape[2])[:, None] * stride + np.arange(w.shape[2]) * dilation
    columns = np.arange(dout.shape[3])[:, None] * stride + np.arange(w.shape[3]) * dilation
    sent = np.einsum("nkij,kcpq->ncijpq", dout, w)
    dx = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    np.add.at(dx, (slice(None), slice(None), rows[:, None, :, None], columns[None, :, None, :]), sent)
    return dx[:, :, pad : pad + H, pad : pad + W]


def one_image_at_a_time(dout, w, x_shape, stride=1, pad=0, dilation=1):
    return np.stack([loops(d[None], w, (1, *x_shape[1:]), stride, pad, dilation)[0] for d in dout])


def single_precision(dout, w, x_shape, stride=1, pad=0, dilation=1):
    small = dout.astype(np.float32), w.astype(np.float32)
    return tap_by_tap(*small, x_shape, stride=stride, pad=pad, dilation=dilation)


ANSWERS = [
    loops,
    tap_by_tap,
    spread_filter,
    full_convolution,
    add_at,
    one_image_at_a_time,
    single_precision,
]
