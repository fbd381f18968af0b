"""Right answers to conv_gpu as different people write them, on the stand-in for a GPU."""

import numpy as np

from cs_conv.gpu.standin import standin as xp


def output_size(x, w, stride, pad):
    (H, W), (FH, FW) = x.shape[2:], w.shape[2:]
    if (H + 2 * pad - FH) % stride or (W + 2 * pad - FW) % stride:
        raise ValueError("does not fit")
    return (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1


def einsum_by_taps(x, w, b, stride=1, pad=0):
    OH, OW = output_size(x, w, stride, pad)
    x, w, b = xp.asarray(x), xp.asarray(w), xp.asarray(b)
    x_pad = xp.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = xp.zeros((len(x), len(w), OH, OW), x.dtype)
    for p in range(w.shape[2]):
        for q in range(w.shape[3]):
            piece = x_pad[:, :, p : p + stride * OH : stride, q : q + stride * OW : stride][:, :, :OH, :OW]
            out += xp.einsum("ncij,kc->nkij", piece, w[:, :, p, q])
    return xp.asnumpy(out + b[:, None, None])


def one_product(x, w, b, stride=1, pad=0):
    (N, C, _, _), (K, _, FH, FW) = x.shape, w.shape
    OH, OW = output_size(x, w, stride, pad)
    x_there, w_there, b_there = map(xp.array, (x, w, b))
    x_pad = xp.pad(x_there, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    cols = xp.empty((N, C, FH, FW, OH, OW), x.dtype)
    for p, q in np.ndindex(FH, FW):
        cols[:, :, p, q] = x_pad[
            :, :, p : p + (OH - 1) * stride + 1 : stride, q : q + (OW - 1) * stride + 1 : stride
        ]
    out = w_there.reshape(K, -1) @ cols.reshape(N, C * FH * FW, OH * OW)
    out += b_there[:, xp.newaxis]
    return xp.asnumpy(out).reshape(N, K, OH, OW)


def tensordot_on_windows(x, w, b, stride=1, pad=0):
    output_size(x, w, stride, pad)
    x_pad = xp.asarray(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))  # padded before the trip
    seen = xp.lib.stride_tricks.sliding_window_view(x_pad, w.shape[2:], axis=(2, 3))
    out = xp.tensordot(seen[:, :, ::stride, ::stride], xp.asarray(w), ((1, 4, 5), (1, 2, 3)))
    return xp.asnumpy((out + xp.asarray(b)).transpose(0, 3, 1, 2))


def image_by_image(x, w, b, stride=1, pad=0):
    """Goes through the images there, and stacks what comes out."""
    OH, OW = output_size(x, w, stride, pad)
    there, filters, bias = xp.asarray(x), xp.asarray(w), xp.asarray(b)
    outs = []
    for image in there:
        padded = xp.zeros((image.shape[0], image.shape[1] + 2 * pad, image.shape[2] + 2 * pad), x.dtype)
        padded[:, pad : pad + image.shape[1], pad : pad + image.shape[2]] = image
        out = 0
        for p, q in np.ndindex(w.shape[2:]):
            piece = padded[:, p:, q:][:, ::stride, ::stride][:, :OH, :OW]
            out = out + xp.tensordot(filters[:, :, p, q], piece, axes=1)
        outs.append(out + bias.reshape(-1, 1, 1))
    return xp.asnumpy(xp.stack(outs))


def window_by_window(x, w, b, stride=1, pad=0):
    """Loops over the places: right, and the slowest that one can do on a GPU."""
    OH, OW = output_size(x, w, stride, pad)
    x, w, b = xp.asarray(x), xp.asarray(w), xp.asarray(b)
    x_pad = xp.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = xp.zeros((len(x), len(w), OH, OW))
    for n, k, i, j in np.ndindex(out.shape):
        rows = slice(i * stride, i * stride + w.shape[2])
        columns = slice(j * stride, j * stride + w.shape[3])
        out[n, k, i, j] = xp.sum(x_pad[n, :, rows, columns] * w[k]) + b[k]
    return xp.asnumpy(out)


def broadcast_by_taps(x, w, b, stride=1, pad=0):
    """Rounds down, as the libraries do."""
    OH = (x.shape[2] + 2 * pad - w.shape[2]) // stride + 1
    OW = (x.shape[3] + 2 * pad - w.shape[3]) // stride + 1
    there, filters = xp.asarray(x), xp.asarray(w)
    x_pad = xp.pad(there, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    pieces = (
        (x_pad[:, None, :, p:, q:][..., ::stride, ::stride][..., :OH, :OW], filters[:, :, p, q])
        for p, q in np.ndindex(w.shape[2:])
    )
    out = sum((piece * taps[..., None, None]).sum(axis=2) for piece, taps in pieces)
    return xp.asnumpy(xp.asarray(b)[None, :, None, None] + out)


ANSWERS = [
    einsum_by_taps,
    one_product,
    tensordot_on_windows,
    image_by_image,
    window_by_window,
    broadcast_by_taps,
]
