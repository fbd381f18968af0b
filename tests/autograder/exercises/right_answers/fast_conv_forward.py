"""Right answers to fast_conv_forward as different people write them."""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from .conv_slices import einsum_by_taps, matrices_by_taps, tensordot_by_taps


def size(x, w, stride, pad):
    """OH and OW; raises what does not fit."""
    if (x.shape[2] + 2 * pad - w.shape[2]) % stride or (x.shape[3] + 2 * pad - w.shape[3]) % stride:
        raise ValueError("does not fit")
    return tuple((x.shape[a] + 2 * pad - w.shape[a]) // stride + 1 for a in (2, 3))


def columns_by_taps(x, w, b, stride=1, pad=0):
    (N, C), (K, _, FH, FW) = x.shape[:2], w.shape
    OH, OW = size(x, w, stride, pad)
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cols = np.empty((C, FH, FW, N, OH, OW), x.dtype)
    for p in range(FH):
        for q in range(FW):
            piece = x_pad[:, :, p : p + stride * OH : stride, q : q + stride * OW : stride]
            cols[:, p, q] = piece[:, :, :OH, :OW].transpose(1, 0, 2, 3)
    out = w.reshape(K, -1) @ cols.reshape(C * FH * FW, -1) + b[:, np.newaxis]
    return out.reshape(K, N, OH, OW).transpose(1, 0, 2, 3)


def strided_view(x, w, b, stride=1, pad=0):
    """The Stanford course's: as_strided, one copy, one product."""
    (N, C, H, W), (K, _, FH, FW) = x.shape, w.shape
    OH, OW = size(x, w, stride, pad)
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    H, W = H + 2 * pad, W + 2 * pad
    strides = np.array((H * W, W, 1, C * H * W, stride * W, stride)) * x.itemsize
    windows = as_strided(np.ascontiguousarray(x_pad), (C, FH, FW, N, OH, OW), strides)
    cols = np.ascontiguousarray(windows).reshape(C * FH * FW, N * OH * OW)
    res = w.reshape(K, -1).dot(cols) + b.reshape(-1, 1)
    return np.ascontiguousarray(res.reshape(K, N, OH, OW).transpose(1, 0, 2, 3))


def index_arrays(x, w, b, stride=1, pad=0):
    """The Stanford course's first way: fancy indices."""
    (N, C), (K, _, FH, FW) = x.shape[:2], w.shape
    OH, OW = size(x, w, stride, pad)
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    i = np.tile(np.repeat(np.arange(FH), FW), C).reshape(-1, 1) + stride * np.repeat(np.arange(OH), OW)
    j = np.tile(np.arange(FW), FH * C).reshape(-1, 1) + stride * np.tile(np.arange(OW), OH)
    c = np.repeat(np.arange(C), FH * FW).reshape(-1, 1)
    return (w.reshape(K, -1) @ x_pad[:, c, i, j] + b[:, None]).reshape(N, K, OH, OW)


def windows_and_tensordot(x, w, b, stride=1, pad=0):
    x_pad = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    views = sliding_window_view(x_pad, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.tensordot(views, w, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2) + b[:, None, None]


def optimised_einsum(x, w, b, stride=1, pad=0):
    x_pad = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    views = sliding_window_view(x_pad, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijpq,kcpq->nkij", views, w, optimize=True) + b[:, None, None]


def bands_of_rows(x, w, b, stride=1, pad=0):
    """Columns for a few rows of one image at a time: little memory, and loops that are not over places."""
    (N, C), (K, _, FH, FW) = x.shape[:2], w.shape
    OH, OW = size(x, w, stride, pad)
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    views = sliding_window_view(x_pad, (FH, FW), axis=(2, 3))[:, :, ::stride, ::stride]
    out = np.empty((N, K, OH, OW), x.dtype)
    for n in range(N):
        for top in range(0, OH, 8):
            band = views[n, :, top : top + 8].transpose(0, 3, 4, 1, 2)
            cols = band.reshape(C * FH * FW, -1)
            out[n, :, top : top + 8] = (w.reshape(K, -1) @ cols + b[:, None]).reshape(K, -1, OW)
    return out


ANSWERS = [
    columns_by_taps,
    strided_view,
    index_arrays,
    windows_and_tensordot,
    optimised_einsum,
    bands_of_rows,
    einsum_by_taps,
    tensordot_by_taps,
    matrices_by_taps,
]
