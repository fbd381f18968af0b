"""Right answers to conv_slices as different people write them."""

import numpy as np


def pieces(x, w, stride, pad):
    """Every place of the filter with its slice; raises what does not fit."""
    (H, W), (FH, FW) = x.shape[2:], w.shape[2:]
    if (H + 2 * pad - FH) % stride or (W + 2 * pad - FW) % stride:
        raise ValueError("does not fit")
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    for p in range(FH):
        for q in range(FW):
            yield (
                p,
                q,
                x_pad[:, :, p : p + (OH - 1) * stride + 1 : stride, q : q + (OW - 1) * stride + 1 : stride],
            )


def einsum_by_taps(x, w, b, stride=1, pad=0):
    parts = [np.einsum("ncij,kc->nkij", piece, w[:, :, p, q]) for p, q, piece in pieces(x, w, stride, pad)]
    return np.sum(parts, axis=0) + b[None, :, None, None]


def tensordot_by_taps(x, w, b, stride=1, pad=0):
    out = 0
    for p, q, piece in pieces(x, w, stride, pad):
        out = out + np.tensordot(w[:, :, p, q], piece, axes=(1, 1))  # (K, N, OH, OW)
    return out.transpose(1, 0, 2, 3) + b[:, None, None]


def matrices_by_taps(x, w, b, stride=1, pad=0):
    """A batch of matrix products, (K, C) @ (N, C, OH * OW); rounds down."""
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    OH = (H + 2 * pad - FH) // stride + 1
    OW = (W + 2 * pad - FW) // stride + 1
    x_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad), x.dtype)
    x_pad[:, :, pad : pad + H, pad : pad + W] = x
    out = np.tile(b.reshape(1, K, 1), (N, 1, OH * OW)).astype(x.dtype)
    for p in range(FH):
        for q in range(FW):
            piece = x_pad[:, :, p:, q:][:, :, ::stride, ::stride][:, :, :OH, :OW]
            out += w[:, :, p, q] @ piece.reshape(N, C, OH * OW)
    return out.reshape(N, K, OH, OW)


def broadcast_by_taps(x, w, b, stride=1, pad=0):
    out = 0
    for p, q, piece in pieces(x, w, stride, pad):
        out = out + (piece[:, np.newaxis] * w[:, :, p, q, np.newaxis, np.newaxis]).sum(axis=2)
    return out + b.reshape(1, -1, 1, 1)


def image_by_image(x, w, b, stride=1, pad=0):
    """Loops over the images as well, and over the filter's places with one counter."""
    return np.stack([tensordot_by_taps(image[np.newaxis], w, b, stride, pad)[0] for image in x])


def windows_with_channels_last(x, w, b, stride=1, pad=0):
    out = sum(
        np.moveaxis(piece, 1, -1) @ w[:, :, p, q].T for p, q, piece in pieces(x, w, stride, pad)
    )  # (N, OH, OW, K)
    return np.moveaxis(out + b, -1, 1)


def whole_rows_of_the_image(x, w, b, stride=1, pad=0):
    """Multiplies the whole padded image by the weights of each place, then cuts out what is needed."""
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    x_pad = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    out = np.zeros((N, K, OH, OW)) + b[:, None, None]
    for p, q in [(p, q) for p in range(FH) for q in range(FW)]:
        everywhere = np.tensordot(x_pad, w[:, :, p, q], ((1,), (1,)))  # (N, H, W, K)
        cut = everywhere[:, p : p + OH * stride : stride, q : q + OW * stride : stride]
        out += cut[:, :OH, :OW].transpose(0, 3, 1, 2)
    return out


ANSWERS = [
    einsum_by_taps,
    tensordot_by_taps,
    matrices_by_taps,
    broadcast_by_taps,
    image_by_image,
    windows_with_channels_last,
    whole_rows_of_the_image,
]
