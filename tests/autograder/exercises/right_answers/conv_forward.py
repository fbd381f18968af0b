"""Right answers to conv_forward as different people write them."""

import numpy as np


def seven_loops(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    total = b[k]
                    for c in range(C):
                        for p in range(FH):
                            for q in range(FW):
                                total += xp[n, c, i * stride + p, j * stride + q] * w[k, c, p, q]
                    out[n, k, i, j] = total
    return out


def window_products(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    x_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    x_pad[:, :, pad : pad + H, pad : pad + W] = x
    out = np.zeros((N, K, 1 + (H + 2 * pad - FH) // stride, 1 + (W + 2 * pad - FW) // stride))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            window = x_pad[:, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
            for k in range(K):
                out[:, k, i, j] = (window * w[k]).sum(axis=(1, 2, 3)) + b[k]
    return out


def filter_loops(x, w, b, stride=1, pad=0):
    """Loops over the filter only: each weight times a strided slice of the whole input."""
    (K, _, FH, FW), xp = w.shape, np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    OH, OW = (xp.shape[2] - FH) // stride + 1, (xp.shape[3] - FW) // stride + 1
    out = np.zeros((len(x), K, OH, OW)) + b[:, None, None]
    for p in range(FH):
        for q in range(FW):
            piece = xp[:, :, p : p + (OH - 1) * stride + 1 : stride, q : q + (OW - 1) * stride + 1 : stride]
            out += np.einsum("ncij,kc->nkij", piece, w[:, :, p, q])
    return out


def sliding_windows(x, w, b, stride=1, pad=0):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    views = np.lib.stride_tricks.sliding_window_view(xp, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.tensordot(views, w, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2) + b[None, :, None, None]


def columns(x, w, b, stride=1, pad=0):
    """im2col with index arrays and one matrix product; refuses what does not fit."""
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    if (H + 2 * pad - FH) % stride or (W + 2 * pad - FW) % stride:
        raise ValueError("does not fit")
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    i = np.repeat(np.arange(FH), FW)[:, None] + stride * np.repeat(np.arange(OH), OW)[None]
    j = np.tile(np.arange(FW), FH)[:, None] + stride * np.tile(np.arange(OW), OH)[None]
    cols = xp[:, :, i, j].reshape(N, C * FH * FW, OH * OW)
    return (w.reshape(K, -1) @ cols + b[:, None]).reshape(N, K, OH, OW)


def in_float32(x, w, b, stride=1, pad=0):
    x, w, b = (a.astype(np.float32) for a in (x, w, b))
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    FH, FW = w.shape[2:]
    rows = [
        [
            np.einsum("ncpq,kcpq->nk", xp[:, :, i : i + FH, j : j + FW], w) + b
            for j in range(0, xp.shape[3] - FW + 1, stride)
        ]
        for i in range(0, xp.shape[2] - FH + 1, stride)
    ]
    return np.array(rows).transpose(2, 3, 0, 1)


def flipped_twice(x, w, b, stride=1, pad=0):
    """A true convolution with a flipped filter, through the Fourier transform."""
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    size = xp.shape[2:]
    spectrum = np.fft.rfft2(xp)[:, None] * np.conj(np.fft.rfft2(w, s=size))[None]
    full = np.fft.irfft2(spectrum.sum(axis=2), s=size)
    valid = full[:, :, : size[0] - w.shape[2] + 1 : stride, : size[1] - w.shape[3] + 1 : stride]
    return valid + b.reshape(1, -1, 1, 1)


ANSWERS = [seven_loops, window_products, filter_loops, sliding_windows, columns, in_float32, flipped_twice]
