"""Right answers to conv_db as different people write them."""

import numpy as np


def loops(dout):
    N, K, OH, OW = dout.shape
    db = np.zeros(K)
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    db[k] += dout[n, k, i, j]
    return db


def axis_by_axis(dout):
    return dout.sum(axis=0).sum(axis=1).sum(axis=1)


def one_filter_at_a_time(dout):
    return np.array([dout[:, k].sum() for k in range(dout.shape[1])])


def einsum(dout):
    return np.einsum("nkij->k", dout)


def filters_first(dout):
    return np.moveaxis(dout, 1, 0).reshape(dout.shape[1], -1).sum(axis=1)


def through_ones(dout):
    """The bias is a 1x1 filter on an image of ones."""
    return np.tensordot(dout, np.ones((len(dout), *dout.shape[2:])), ((0, 2, 3), (0, 1, 2)))


def in_python(dout):
    totals = [0.0] * dout.shape[1]
    for image in dout.tolist():
        for k, rows in enumerate(image):
            totals[k] += sum(map(sum, rows))
    return np.array(totals)


ANSWERS = [loops, axis_by_axis, one_filter_at_a_time, einsum, filters_first, through_ones, in_python]
