"""Right answers to input_gradient as different people write them."""

import numpy as np


def correlate(x, w):
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("ncijpq,kcpq->nkij", windows, w)


def one_padded_array(dout, w, stride=1, pad=0):
    """Writes dout straight into its padded, dilated place."""
    (N, K, OH, OW), (_, C, FH, FW) = dout.shape, w.shape
    H, W = (OH - 1) * stride + FH - 2 * pad, (OW - 1) * stride + FW - 2 * pad
    big = np.zeros((N, K, H + 2 * pad + FH - 1, W + 2 * pad + FW - 1))
    for i in range(OH):
        for j in range(OW):
            big[:, :, FH - 1 + i * stride, FW - 1 + j * stride] = dout[:, :, i, j]
    dx = np.zeros((N, C, H, W))
    for y in range(H):
        for z in range(W):
            window = big[:, :, y + pad : y + pad + FH, z + pad : z + pad + FW]
            dx[:, :, y, z] = np.tensordot(window, np.flip(w, (2, 3)), axes=((1, 2, 3), (0, 2, 3)))
    return dx


def scatter(dout, w, stride=1, pad=0):
    """No convolution at all: every output sends its gradient to its window."""
    N, K, OH, OW = dout.shape
    FH, FW = w.shape[2:]
    dx = np.zeros((N, w.shape[1], (OH - 1) * stride + FH, (OW - 1) * stride + FW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    dx[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW] += (
                        dout[n, k, i, j] * w[k]
                    )
    return dx[:, :, pad : dx.shape[2] - pad, pad : dx.shape[3] - pad]


def padding_and_cropping_in_one(dout, w, stride=1, pad=0):
    """Pads by F - 1 - pad, and crops where that is negative."""
    OH, OW = dout.shape[2:]
    FH, FW = w.shape[2:]
    rows = np.insert(dout, np.repeat(np.arange(1, OH), stride - 1), 0, axis=2)
    spread = np.insert(rows, np.repeat(np.arange(1, OW), stride - 1), 0, axis=3)
    high, wide = FH - 1 - pad, FW - 1 - pad
    if high < 0:
        spread, high = spread[:, :, -high:high], 0
    if wide < 0:
        spread, wide = spread[:, :, :, -wide:wide], 0
    spread = np.pad(spread, [(0, 0), (0, 0), (high, high), (wide, wide)])
    return correlate(spread, np.rot90(w, 2, axes=(2, 3)).swapaxes(0, 1))


def weight_by_weight(dout, w, stride=1, pad=0):
    (N, _, OH, OW), (_, C, FH, FW) = dout.shape, w.shape
    dx = np.zeros((N, C, stride * (OH - 1) + FH, stride * (OW - 1) + FW))
    for p in range(FH):
        for q in range(FW):
            share = np.einsum("nkij,kc->ncij", dout, w[:, :, p, q])
            dx[:, :, p : p + stride * (OH - 1) + 1 : stride, q : q + stride * (OW - 1) + 1 : stride] += share
    if pad == 0:
        return dx
    return dx[:, :, pad:-pad, pad:-pad]


def fourier(dout, w, stride=1, pad=0):
    """A full convolution is a product of spectra, and needs no flip."""
    (N, K, OH, OW), (_, _, FH, FW) = dout.shape, w.shape
    size = ((OH - 1) * stride + FH, (OW - 1) * stride + FW)
    spread = np.zeros((N, K, *size))
    spread[:, :, : (OH - 1) * stride + 1 : stride, : (OW - 1) * stride + 1 : stride] = dout
    spectrum = np.einsum("nkyz,kcyz->ncyz", np.fft.rfft2(spread), np.fft.rfft2(w, s=size))
    dx = np.fft.irfft2(spectrum, s=size)
    return dx[..., pad : size[0] - pad, pad : size[1] - pad]


def in_float32(dout, w, stride=1, pad=0):
    return one_padded_array(dout.astype(np.float32), w.astype(np.float32), stride, pad).astype(np.float32)


ANSWERS = [
    one_padded_array,
    scatter,
    padding_and_cropping_in_one,
    weight_by_weight,
    fourier,
    in_float32,
]
