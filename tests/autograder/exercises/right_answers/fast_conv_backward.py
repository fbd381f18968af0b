"""Right answers to fast_conv_backward as different people write them."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def pieces(x_pad, size, outputs, stride):
    """Each place of the filter with the slice of the padded images that it meets: views."""
    for p in range(size[0]):
        for q in range(size[1]):
            bottom, right = p + stride * (outputs[0] - 1) + 1, q + stride * (outputs[1] - 1) + 1
            yield p, q, x_pad[:, :, p:bottom:stride, q:right:stride]


def padded(x, pad):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def inside(sent, x, pad):
    return sent[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]


def one_product_for_the_batch(dout, x, w, stride=1, pad=0):
    """The columns of notebook 06: (C * FH * FW, N * OH * OW)."""
    (N, K, OH, OW), (FH, FW) = dout.shape, w.shape[2:]
    x_pad = padded(x, pad)
    cols = np.empty((x.shape[1], FH, FW, N, OH, OW), x.dtype)
    for p, q, piece in pieces(x_pad, (FH, FW), (OH, OW), stride):
        cols[:, p, q] = piece.swapaxes(0, 1)
    dout_row = dout.transpose(1, 0, 2, 3).reshape(K, -1)
    dw = (dout_row @ cols.reshape(-1, N * OH * OW).T).reshape(w.shape)
    dcols = (w.reshape(K, -1).T @ dout_row).reshape(cols.shape)
    sent = np.zeros_like(x_pad)
    for p, q, target in pieces(sent, (FH, FW), (OH, OW), stride):
        target += dcols[:, p, q].swapaxes(0, 1)
    return inside(sent, x, pad), dw, dout_row.sum(axis=1)


def tensordot_at_each_place(dout, x, w, stride=1, pad=0):
    x_pad, dw = padded(x, pad), np.zeros_like(w)
    sent = np.zeros_like(x_pad)
    for p in range(w.shape[2]):
        for q in range(w.shape[3]):
            rows = slice(p, p + stride * (dout.shape[2] - 1) + 1, stride)
            columns = slice(q, q + stride * (dout.shape[3] - 1) + 1, stride)
            dw[:, :, p, q] = np.tensordot(dout, x_pad[:, :, rows, columns], ((0, 2, 3), (0, 2, 3)))
            sent[:, :, rows, columns] += np.tensordot(w[:, :, p, q], dout, (0, 1)).swapaxes(0, 1)
    return inside(sent, x, pad), dw, dout.sum(axis=(0, 2, 3))


def matrices_at_each_place(dout, x, w, stride=1, pad=0):
    (N, K), C = dout.shape[:2], x.shape[1]
    x_pad, dw = padded(x, pad), np.empty_like(w)
    sent = np.zeros_like(x_pad)
    flat = dout.reshape(N, K, -1)
    for p, q, piece in pieces(x_pad, w.shape[2:], dout.shape[2:], stride):
        dw[:, :, p, q] = (flat @ piece.reshape(N, C, -1).swapaxes(1, 2)).sum(0)
    for p, q, target in pieces(sent, w.shape[2:], dout.shape[2:], stride):
        target += (w[:, :, p, q].T @ flat).reshape(target.shape)
    return inside(sent, x, pad), dw, flat.sum((0, 2))


def a_convolution_with_turned_filters(dout, x, w, stride=1, pad=0):
    """dx as a full convolution of the spread gradient; both sums as one tensordot over a view of windows."""
    (N, K, OH, OW), (FH, FW) = dout.shape, w.shape[2:]
    x_pad = padded(x, pad)
    seen = sliding_window_view(x_pad, (FH, FW), (2, 3))[:, :, ::stride, ::stride]
    dw = np.tensordot(dout, seen, ((0, 2, 3), (0, 2, 3)))
    spread = np.zeros((N, K, x_pad.shape[2] + FH - 1, x_pad.shape[3] + FW - 1), dout.dtype)
    rows = slice(FH - 1, FH - 1 + stride * (OH - 1) + 1, stride)
    spread[:, :, rows, FW - 1 : FW - 1 + stride * (OW - 1) + 1 : stride] = dout
    met = sliding_window_view(spread, (FH, FW), (2, 3))  # (N, K, H, W, FH, FW), padded
    full = np.tensordot(met, w[:, :, ::-1, ::-1], ((1, 4, 5), (0, 2, 3))).transpose(0, 3, 1, 2)
    return inside(full, x, pad), dw, dout.sum(axis=(0, 2, 3))


def optimised_einsum(dout, x, w, stride=1, pad=0):
    x_pad = padded(x, pad)
    seen = sliding_window_view(x_pad, w.shape[2:], (2, 3))[:, :, ::stride, ::stride]
    dw = np.einsum("nkij,ncijpq->kcpq", dout, seen, optimize=True)
    dcols = np.einsum("nkij,kcpq->pqncij", dout, w, optimize=True)
    sent = np.zeros_like(x_pad)
    for p, q, target in pieces(sent, w.shape[2:], dout.shape[2:], stride):
        target += dcols[p, q]
    return inside(sent, x, pad), dw, np.einsum("nkij->k", dout)


def index_arrays(dout, x, w, stride=1, pad=0):
    """The Stanford course's first way forward, and a count with weights for the way back."""
    (N, K, OH, OW), C, (FH, FW) = dout.shape, x.shape[1], w.shape[2:]
    x_pad = padded(x, pad)
    i = np.tile(np.repeat(np.arange(FH), FW), C).reshape(-1, 1) + stride * np.repeat(np.arange(OH), OW)
    j = np.tile(np.arange(FW), FH * C).reshape(-1, 1) + stride * np.tile(np.arange(OW), OH)
    c = np.repeat(np.arange(C), FH * FW).reshape(-1, 1)
    flat = dout.reshape(N, K, -1)
    dw = np.tensordot(flat, x_pad[:, c, i, j], ((0, 2), (0, 2))).reshape(w.shape)
    places = (c * x_pad.shape[2] + i) * x_pad.shape[3] + j
    dcols = w.reshape(K, -1).T @ flat
    size = x_pad[0].size
    sent = [np.bincount(places.ravel(), d.ravel(), size) for d in dcols]
    return inside(np.array(sent).reshape(x_pad.shape), x, pad), dw, flat.sum(axis=(0, 2))


def image_by_image(dout, x, w, stride=1, pad=0):
    """Little memory: the columns of one image are there at a time."""
    parts = [
        one_product_for_the_batch(d[None], image[None], w, stride, pad)
        for d, image in zip(dout, x, strict=True)
    ]
    return (
        np.concatenate([dx for dx, _, _ in parts]),
        sum(dw for _, dw, _ in parts),
        sum(db for *_, db in parts),
    )


ANSWERS = [
    one_product_for_the_batch,
    tensordot_at_each_place,
    matrices_at_each_place,
    a_convolution_with_turned_filters,
    optimised_einsum,
    index_arrays,
    image_by_image,
]
