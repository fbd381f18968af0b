"""Right answers to fc_to_conv as different people write them."""

import numpy as np


def unit_by_unit(w, volume):
    C, H, W = volume
    filters = np.zeros((w.shape[1], C, H, W))
    for k in range(w.shape[1]):
        filters[k] = w[:, k].reshape(C, H, W)
    return filters


def axis_moved(w, volume):
    return np.moveaxis(w.reshape(*volume, w.shape[1]), -1, 0)


def transposed(w, volume):
    return w.reshape((*volume, -1)).transpose(3, 0, 1, 2)


def stacked(w, volume):
    return np.stack([column.reshape(volume) for column in w.T])


def copied(w, volume):
    C, H, W = volume
    return np.ascontiguousarray(np.transpose(w)).reshape((-1, C, H, W))


def by_index(w, volume):
    C, H, W = volume
    numbers = np.arange(C * H * W).reshape(C, H, W)
    return np.array([w[numbers, k] for k in range(w.shape[1])])


ANSWERS = [unit_by_unit, axis_moved, transposed, stacked, copied, by_index]
