"""Right answers to numeric_gradient as different people write them."""

import numpy as np


def in_place_and_put_back(f, x, dout, h=1e-5):
    gradient = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    for _ in it:
        place = it.multi_index
        before = x[place]
        x[place] = before + h
        above = f(x)
        x[place] = before - h
        below = f(x)
        x[place] = before
        gradient[place] = ((above - below) * dout).sum() / (2 * h)
    return gradient


def with_a_direction(f, x, dout, h=1e-5):
    gradient = np.empty(x.shape)
    for index, _ in np.ndenumerate(x):
        direction = np.zeros_like(x)
        direction[index] = h
        gradient[index] = np.vdot(f(x + direction) - f(x - direction), dout) / h / 2
    return gradient


def by_the_flat_index(f, x, dout, h=1e-5):
    slopes = []
    for i in range(x.size):
        above, below = np.array(x), np.array(x)
        above.flat[i] += h
        below.flat[i] -= h
        slopes.append(np.sum(dout * (f(above) - f(below)) / (2 * h)))
    return np.reshape(slopes, x.shape)


def rows_of_the_identity(f, x, dout, h=1e-5):
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    rows = [np.tensordot(f(x + step) - f(x - step), dout, dout.ndim) for step in steps]
    return np.array(rows).reshape(x.shape) / (2 * h)


def two_losses(f, x, dout, h=1e-5):
    def loss(x):
        return np.sum(f(x) * dout)

    gradient = np.zeros(x.shape)
    for index in np.ndindex(*x.shape):
        above = x.astype(np.float64)
        above[index] = above[index] + h
        below = x.astype(np.float64)
        below[index] = below[index] - h
        gradient[index] = (loss(above) - loss(below)) / (2 * h)
    return gradient


def copy_put_back(f, x, dout, h=1e-5):
    moved, gradient = x.copy(), np.full(x.shape, np.nan)
    for index in zip(*np.unravel_index(range(x.size), x.shape), strict=True):
        moved[index] = x[index] + h
        gradient[index] = np.sum(f(moved) * dout)
        moved[index] = x[index] - h
        gradient[index] -= np.sum(f(moved) * dout)
        moved[index] = x[index]
    return gradient / 2 / h


ANSWERS = [
    in_place_and_put_back,
    with_a_direction,
    by_the_flat_index,
    rows_of_the_identity,
    two_losses,
    copy_put_back,
]
