"""Right answers to depth_column as different people write them."""

import numpy as np


def by_a_loop(x, i, j):
    numbers = []
    for channel in x:
        numbers.append(channel[i, j])
    return np.array(numbers)


ANSWERS = [
    by_a_loop,
    lambda x, i, j: x[..., i, j].copy(),
    lambda x, i, j: np.moveaxis(x, 0, -1)[i, j],
    lambda x, i, j: x[:, i][:, j],
    lambda x, i, j: x.reshape(len(x), -1)[:, i * x.shape[2] + j],
    lambda x, i, j: np.array([x[c, i, j] for c in range(x.shape[0])]),
    lambda x, i, j: x[:, i : i + 1, j : j + 1].ravel(),
]
