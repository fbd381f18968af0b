"""Right answers to conv_matrix as different people write them."""

import numpy as np


def all_loops(w, x_shape, stride=1, pad=0):
    (C, H, W), (K, _, FH, FW) = x_shape, w.shape
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    M = np.zeros((K * OH * OW, C * H * W))
    for k, i, j in np.ndindex(K, OH, OW):
        for c, p, q in np.ndindex(C, FH, FW):
            y, z = i * stride + p - pad, j * stride + q - pad
            if y in range(H) and z in range(W):
                M[(k * OH + i) * OW + j, (c * H + y) * W + z] = w[k, c, p, q]
    return M


def padded_then_cut(w, x_shape, stride=1, pad=0):
    C, H, W = x_shape
    K, _, FH, FW = w.shape
    Hp, Wp = H + 2 * pad, W + 2 * pad
    OH, OW = (Hp - FH) // stride + 1, (Wp - FW) // stride + 1
    M = np.zeros((K, OH, OW, C, Hp, Wp))
    for i in range(OH):
        for j in range(OW):
            M[:, i, j, :, i * stride : i * stride + FH, j * stride : j * stride + FW] = w
    return M[..., pad : pad + H, pad : pad + W].reshape(K * OH * OW, -1)


def one_hot_images(w, x_shape, stride=1, pad=0):
    """Sends every pixel through the layer by itself."""
    D = int(np.prod(x_shape))
    pixels = np.eye(D).reshape(D, *x_shape)
    pixels = np.pad(pixels, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(pixels, w.shape[2:], axis=(2, 3))
    out = np.einsum("ncijpq,kcpq->nkij", windows[:, :, ::stride, ::stride], w)
    return out.reshape(D, -1).T


def row_after_row(w, x_shape, stride=1, pad=0):
    (C, H, W), (FH, FW) = x_shape, w.shape[2:]
    rows = []
    for f in w:
        for top in range(0, H + 2 * pad - FH + 1, stride):
            for left in range(0, W + 2 * pad - FW + 1, stride):
                image = np.zeros((C, H + 2 * pad, W + 2 * pad), w.dtype)
                image[:, top : top + FH, left : left + FW] = f
                rows.append(image[:, pad : H + pad, pad : W + pad].ravel())
    return np.array(rows)


def blocks(w, x_shape, stride=1, pad=0):
    """A block for each filter and channel, put together by np.block."""
    (_, H, W), (K, C, FH, FW) = x_shape, w.shape
    OH, OW = 1 + (H + 2 * pad - FH) // stride, 1 + (W + 2 * pad - FW) // stride

    def block(f):
        b = np.zeros((OH, OW, H, W))
        for i, j, p, q in np.ndindex(OH, OW, FH, FW):
            y, z = stride * i + p - pad, stride * j + q - pad
            if y >= 0 and z >= 0 and y < H and z < W:
                b[i, j, y, z] += f[p, q]
        return b.reshape(OH * OW, H * W)

    return np.block([[block(w[k, c]) for c in range(C)] for k in range(K)])


ANSWERS = [all_loops, padded_then_cut, one_hot_images, row_after_row, blocks]
