"""Right answers to choose_step as different people write them."""

import numpy as np


def in_one_line(x):
    return np.cbrt(np.finfo(x.dtype).eps) * max(1.0, abs(x).max())


def two_dtypes(x):
    h = 2.0 ** (-23 / 3) if x.dtype == np.float32 else 2.0 ** (-52 / 3)
    return h * np.maximum(np.abs(x).max(), 1)


def by_if(x):
    largest = max(x.max(), -x.min())
    h = float(np.finfo(x.dtype).eps) ** (1 / 3)
    if largest > 1:
        h = h * largest
    return h


def by_spacing(x):
    gap = np.spacing(x.dtype.type(1))
    return np.power(gap, 1 / 3) * np.max([1, *np.abs(x).ravel()])


def by_logarithm(x):
    return np.exp(np.log(np.finfo(x.dtype).eps) / 3) * np.clip(np.abs(x), 1, None).max()


def entry_by_entry(x):
    scale = 1
    for value in x.flat:
        scale = max(scale, value, -value)
    return scale * np.finfo(x.dtype).eps ** 0.3333333333333333


ANSWERS = [in_one_line, two_dtypes, by_if, by_spacing, by_logarithm, entry_by_entry]
