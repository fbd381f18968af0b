"""Right answers to dilated_conv as different people write them."""

import numpy as np


def loops(x, w, b, stride=1, pad=0, dilation=1):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = (H + 2 * pad - dilation * (FH - 1) - 1) // stride + 1
    OW = (W + 2 * pad - dilation * (FW - 1) - 1) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n, k, i, j in np.ndindex(*out.shape):
        out[n, k, i, j] = b[k]
        for p in range(FH):
            for q in range(FW):
                pixel = xp[n, :, i * stride + p * dilation, j * stride + q * dilation]
                out[n, k, i, j] += pixel @ w[k, :, p, q]
    return out


def spread_filter(x, w, b, stride=1, pad=0, dilation=1):
    """Puts zeros between the weights, and is then an ordinary convolution."""
    K, C, FH, FW = w.shape
    wide = np.zeros((K, C, dilation * (FH - 1) + 1, dilation * (FW - 1) + 1))
    wide[:, :, ::dilation, ::dilation] = w
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(xp, wide.shape[2:], axis=(2, 3))
    return np.einsum("ncijpq,kcpq->nkij", windows[:, :, ::stride, ::stride], wide) + b[:, None, None]


def tap_by_tap(x, w, b, stride=1, pad=0, dilation=1):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    (K, _, FH, FW), (Hp, Wp) = w.shape, xp.shape[2:]
    OH, OW = (Hp - dilation * (FH - 1) - 1) // stride + 1, (Wp - dilation * (FW - 1) - 1) // stride + 1
    out = np.zeros((len(x), K, OH, OW)) + b.reshape(1, K, 1, 1)
    for p in range(FH):
        for q in range(FW):
            rows = slice(p * dilation, p * dilation + (OH - 1) * stride + 1, stride)
            columns = slice(q * dilation, q * dilation + (OW - 1) * stride + 1, stride)
            out += np.einsum("ncij,kc->nkij", xp[:, :, rows, columns], w[:, :, p, q])
    return out


def index_arrays(x, w, b, stride=1, pad=0, dilation=1):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    FH, FW = w.shape[2:]
    rows = np.arange(0, xp.shape[2] - dilation * (FH - 1), stride)[:, None] + dilation * np.arange(FH)
    columns = np.arange(0, xp.shape[3] - dilation * (FW - 1), stride)[:, None] + dilation * np.arange(FW)
    seen = xp[:, :, rows[:, None, :, None], columns[None, :, None, :]]  # (N, C, OH, OW, FH, FW)
    return np.tensordot(seen, w, ((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2) + b[:, None, None]


def refuses(x, w, b, stride=1, pad=0, dilation=1):
    (H, W), (FH, FW) = x.shape[2:], w.shape[2:]
    room = [H + 2 * pad - dilation * (FH - 1) - 1, W + 2 * pad - dilation * (FW - 1) - 1]
    if any(r % stride for r in room):
        raise ValueError("does not fit")
    return loops(x, w, b, stride, pad, dilation)


def strided_view(x, w, b, stride=1, pad=0, dilation=1):
    x = np.ascontiguousarray(np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)]))
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    OH, OW = 1 + (H - 1 - dilation * (FH - 1)) // stride, 1 + (W - 1 - dilation * (FW - 1)) // stride
    n, c, h, v = x.strides
    view = np.lib.stride_tricks.as_strided(
        x, (N, OH, OW, C, FH, FW), (n, h * stride, v * stride, c, h * dilation, v * dilation)
    )
    out = view.reshape(N * OH * OW, -1) @ w.reshape(K, -1).T + b
    return out.reshape(N, OH, OW, K).transpose(0, 3, 1, 2)


def single_precision(x, w, b, stride=1, pad=0, dilation=1):
    return tap_by_tap(*(a.astype(np.float32) for a in (x, w, b)), stride, pad, dilation).astype(np.float32)


ANSWERS = [loops, spread_filter, tap_by_tap, index_arrays, refuses, strided_view, single_precision]
