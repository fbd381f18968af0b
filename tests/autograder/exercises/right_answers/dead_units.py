"""Right answers to dead_units as different people write them."""

import numpy as np


def loops(out):
    dead = []
    for k in range(out.shape[1]):
        if not np.any(out[:, k]):
            dead.append(k)
    return dead


def with_max(out):
    rows = out.reshape(*out.shape[:2], -1)
    return np.flatnonzero(rows.max(axis=(0, 2)) == 0).tolist()


def with_sum(out):
    axes = tuple(a for a in range(out.ndim) if a != 1)
    return [int(k) for k in np.where(out.sum(axis=axes) == 0)[0]]


def two_cases(out):
    alive = (out > 0).any(axis=0) if out.ndim == 2 else (out > 0).any(axis=(0, 2, 3))
    return (~alive).nonzero()[0]


def swapped(out):
    return [k for k, values in enumerate(out.swapaxes(0, 1)) if values.max() <= 0]


def with_sets(out):
    return sorted(set(range(out.shape[1])) - set(np.nonzero(out)[1].tolist()))


ANSWERS = [loops, with_max, with_sum, two_cases, swapped, with_sets]
