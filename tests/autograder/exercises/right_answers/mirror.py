"""Right answers to mirror as different people write them."""

import numpy as np


def column_by_column(x):
    out = np.empty_like(x)
    W = x.shape[1]
    for j in range(W):
        out[:, W - 1 - j] = x[:, j]
    return out


def swaps_in_a_copy(x):
    out = x.copy()
    last = x.shape[1] - 1
    for j in range((last + 1) // 2):
        out[:, [j, last - j]] = out[:, [last - j, j]]
    return out


ANSWERS = [
    column_by_column,
    swaps_in_a_copy,
    np.fliplr,
    lambda x: np.flip(x, axis=1),
    lambda x: x[..., ::-1].copy(),
    lambda x: np.array([row[::-1] for row in x]),
    lambda x: x[:, list(range(len(x[0]) - 1, -1, -1))],
    lambda image: image @ np.eye(image.shape[1], dtype=image.dtype)[::-1],
]
