"""Right answers to conv_dw as different people write them."""

import numpy as np


def every_loop(dout, x, w, stride=1, pad=0):
    """No padded array: products that would read outside the image are left out."""
    (N, K, OH, OW), (_, C, H, W), (FH, FW) = dout.shape, x.shape, w.shape[2:]
    dw = np.zeros((K, C, FH, FW))
    for k in range(K):
        for c in range(C):
            for p in range(FH):
                for q in range(FW):
                    for n in range(N):
                        for i in range(OH):
                            for j in range(OW):
                                y, z = i * stride + p - pad, j * stride + q - pad
                                if 0 <= y < H and 0 <= z < W:
                                    dw[k, c, p, q] += dout[n, k, i, j] * x[n, c, y, z]
    return dw


def a_slice_a_weight(dout, x, w, stride=1, pad=0):
    """Each weight gathers: the pixels on which it lies, times dout."""
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH, OW = dout.shape[2:]
    dw = np.empty(w.shape)
    for k, c, p, q in np.ndindex(w.shape):
        met = xp[:, c, p : p + stride * (OH - 1) + 1 : stride, q : q + stride * (OW - 1) + 1 : stride]
        dw[k, c, p, q] = (dout[:, k] * met).sum()
    return dw


def sliding_windows(dout, x, w, stride=1, pad=0):
    xp = np.pad(x, [(0, 0)] * 2 + [(pad, pad)] * 2)
    view = np.lib.stride_tricks.sliding_window_view(xp, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nkij,ncijpq->kcpq", dout, view)


def slides_dilated_dout(dout, x, w, stride=1, pad=0):
    """dout with zeros between its values is the filter that slides over x, unturned."""
    (N, K, OH, OW), C = dout.shape, x.shape[1]
    spread = np.zeros((N, K, stride * (OH - 1) + 1, stride * (OW - 1) + 1))
    spread[:, :, ::stride, ::stride] = dout
    xp = np.zeros((N, C, x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    xp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]] = x
    dw = np.zeros(w.shape)
    for p in range(w.shape[2]):
        for q in range(w.shape[3]):
            under = xp[:, :, p : p + spread.shape[2], q : q + spread.shape[3]]
            dw[:, :, p, q] = np.tensordot(spread, under, ((0, 2, 3), (0, 2, 3)))
    return dw


def all_filters_at_once(dout, x, w, stride=1, pad=0):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dw = 0 * w
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            y, z = i * stride, j * stride
            dw = dw + np.tensordot(
                dout[:, :, i, j], xp[:, :, y : y + w.shape[2], z : z + w.shape[3]], axes=(0, 0)
            )
    return dw


def a_filter_a_place_first(dout, x, w, stride=1, pad=0):
    """As if every place had a filter of its own; then the places are added up."""
    xp = np.pad(x, ((0, 0), (0, 0), (pad,) * 2, (pad,) * 2))
    own = np.zeros((*dout.shape, *w.shape[1:]))  # (N, K, OH, OW, C, FH, FW)
    for n, k, i, j in np.ndindex(dout.shape):
        y, z = i * stride, j * stride
        own[n, k, i, j] = dout[n, k, i, j] * xp[n, :, y : y + w.shape[2], z : z + w.shape[3]]
    return own.sum(axis=(0, 2, 3))


def columns(dout, x, w, stride=1, pad=0):
    """A matrix of windows and one product."""
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    (N, K, OH, OW), (_, C, FH, FW) = dout.shape, w.shape
    windows = [
        xp[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW].ravel()
        for n in range(N)
        for i in range(OH)
        for j in range(OW)
    ]
    return (dout.transpose(1, 0, 2, 3).reshape(K, -1) @ np.array(windows)).reshape(K, C, FH, FW)


ANSWERS = [
    every_loop,
    a_slice_a_weight,
    sliding_windows,
    slides_dilated_dout,
    all_filters_at_once,
    a_filter_a_place_first,
    columns,
]
