"""Right answers to depth_slice as different people write them."""

import numpy as np


def by_loops(x, d):
    _, H, W = x.shape
    out = np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            out[i, j] = x[d, i, j]
    return out


ANSWERS = [
    by_loops,
    lambda x, d: x[d, :, :],
    lambda x, d: x[d, ...].copy(),
    lambda x, d: np.take(x, d, axis=0),
    lambda x, d: np.moveaxis(x, 0, -1)[:, :, d],
    lambda x, d: x[d : d + 1].reshape(x.shape[1:]),
    lambda x, d: np.einsum("chw,c->hw", x, np.eye(len(x))[d]),
]
