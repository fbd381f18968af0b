"""Right answers to conv_backward as different people write them."""

import numpy as np


def seven_loops(dout, x, w, stride=1, pad=0):
    """No padded array at all: indices that fall outside the image are left out."""
    dx, dw, db = 0.0 * x, 0.0 * w, dout.sum(axis=0).sum(axis=1).sum(axis=1)
    for n in range(x.shape[0]):
        for k in range(w.shape[0]):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    for p in range(w.shape[2]):
                        for q in range(w.shape[3]):
                            y, z = i * stride + p - pad, j * stride + q - pad
                            if 0 <= y < x.shape[2] and 0 <= z < x.shape[3]:
                                for c in range(x.shape[1]):
                                    dx[n, c, y, z] += dout[n, k, i, j] * w[k, c, p, q]
                                    dw[k, c, p, q] += dout[n, k, i, j] * x[n, c, y, z]
    return dx, dw, db


def filter_loops(dout, x, w, stride=1, pad=0):
    """Loops over the k*k weights only, einsum for the rest."""
    (H, W), (FH, FW), (OH, OW) = x.shape[2:], w.shape[2:], dout.shape[2:]
    xp = np.pad(x, [(0, 0)] * 2 + [(pad, pad)] * 2)
    dxp, dw = np.zeros(xp.shape), np.empty(w.shape)
    for p in range(FH):
        for q in range(FW):
            rows, cols = (
                slice(p, p + stride * (OH - 1) + 1, stride),
                slice(q, q + stride * (OW - 1) + 1, stride),
            )
            dw[:, :, p, q] = np.einsum("nkij,ncij->kc", dout, xp[:, :, rows, cols])
            dxp[:, :, rows, cols] += np.einsum("nkij,kc->ncij", dout, w[:, :, p, q])
    return dxp[:, :, pad : H + pad, pad : W + pad], dw, np.einsum("nkij->k", dout)


def sliding_windows(dout, x, w, stride=1, pad=0):
    """dw from a view of all windows, dx as a full convolution with flipped filters."""
    view = np.lib.stride_tricks.sliding_window_view
    N, K, OH, OW = dout.shape
    FH, FW = w.shape[-2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad,) * 2, (pad,) * 2))
    dw = np.tensordot(dout, view(xp, (FH, FW), (2, 3))[:, :, ::stride, ::stride], ((0, 2, 3), (0, 2, 3)))
    spread = np.zeros((N, K, (OH - 1) * stride + 1, (OW - 1) * stride + 1))
    spread[:, :, ::stride, ::stride] = dout
    spread = np.pad(spread, ((0, 0), (0, 0), (FH - 1, FH - 1), (FW - 1, FW - 1)))
    full = np.einsum("nkijpq,kcpq->ncij", view(spread, (FH, FW), (2, 3)), w[:, :, ::-1, ::-1])
    return full[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dout.sum((0, 2, 3))


def columns(dout, x, w, stride=1, pad=0):
    """im2col with index arrays, np.add.at for the way back."""
    N, C = x.shape[:2]
    K, _, FH, FW = w.shape
    OH, OW = dout.shape[2:]
    c = np.repeat(np.arange(C), FH * FW)[:, None]
    i = np.tile(np.repeat(np.arange(FH), FW), C)[:, None] + stride * np.repeat(np.arange(OH), OW)[None]
    j = np.tile(np.arange(FW), C * FH)[:, None] + stride * np.tile(np.arange(OW), OH)[None]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cols, flat = xp[:, c, i, j], dout.reshape(N, K, -1)
    dw = np.matmul(flat, cols.transpose(0, 2, 1)).sum(axis=0).reshape(w.shape)
    dxp = np.zeros_like(xp)
    np.add.at(dxp, (slice(None), c, i, j), w.reshape(K, -1).T @ flat)
    return [dxp[:, :, pad:-pad, pad:-pad] if pad else dxp, dw, flat.sum(axis=2).sum(axis=0)]


def in_float32(dout, x, w, stride=1, pad=0):
    dout, x, w = np.float32(dout), np.float32(x), np.float32(w)
    FH, FW = w.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            d = dout[:, :, i, j]
            window = np.s_[:, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
            dw += np.tensordot(d.T, xp[window], axes=1)
            dxp[window] += np.tensordot(d, w, axes=1)
    db = dout.transpose(1, 0, 2, 3).reshape(len(w), -1).sum(axis=1)
    return dxp[:, :, pad : dxp.shape[2] - pad, pad : dxp.shape[3] - pad], dw, db


def one_image_at_a_time(dout, x, w, stride=1, pad=0):
    """Gathers: each weight and each pixel asks who used it."""
    dx, dw, db = [], 0, 0
    for image, d in zip(x, dout, strict=True):
        padded = np.pad(image, ((0, 0), (pad, pad), (pad, pad)))
        sent = np.zeros(padded.shape)
        for k, i, j in np.ndindex(d.shape):
            rows, cols = np.arange(w.shape[2]) + i * stride, np.arange(w.shape[3]) + j * stride
            sent[np.ix_(range(len(image)), rows, cols)] += d[k, i, j] * w[k]
        dx.append(sent[:, pad : pad + image.shape[1], pad : pad + image.shape[2]])
        dw = dw + np.array(
            [
                sum(
                    d[k, i, j]
                    * padded[:, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
                    for i, j in np.ndindex(d.shape[1:])
                )
                for k in range(len(w))
            ]
        )
        db = db + d.sum(axis=(1, 2))
    return np.stack(dx), dw, db


def through_a_matrix(dout, x, w, stride=1, pad=0):
    """Builds the linear map column by column and transposes it."""
    view = np.lib.stride_tricks.sliding_window_view

    def forward(x, w):
        xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        windows = view(xp, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
        return np.einsum("ncijpq,kcpq->nkij", windows, w)

    pixels = np.eye(x[0].size).reshape(-1, *x.shape[1:])
    dx = np.tensordot(dout, forward(pixels, w), ((1, 2, 3), (1, 2, 3))).reshape(x.shape)
    weights = np.eye(w[0].size).reshape(-1, *w.shape[1:])
    dw = np.tensordot(dout, forward(x, weights), ((0, 2, 3), (0, 2, 3))).reshape(w.shape)
    return dx, dw, dout.sum(axis=(0, 2, 3))


ANSWERS = [
    seven_loops,
    filter_loops,
    sliding_windows,
    columns,
    in_float32,
    one_image_at_a_time,
    through_a_matrix,
]
