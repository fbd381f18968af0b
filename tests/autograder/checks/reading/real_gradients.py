"""Mistakes that people make in a single gradient of a layer, each with all the names that it gets."""

from __future__ import annotations

import numpy as np

REAL = []
"""(exercise, function, names)"""


def real(exercise, *names):
    def add(function):
        REAL.append((exercise, function, names))
        return function

    return add


def padded(x, pad):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


@real("conv_db", "counted twice")
def db_added_again_after_the_loops(dout):
    db = np.zeros(dout.shape[1])
    for n, k, i, j in np.ndindex(*dout.shape):
        db[k] += dout[n, k, i, j]
    for k in range(len(db)):
        db[k] += dout[:, k].sum()
    return db


@real("conv_dw", "step 1 in the rows, where the stride belongs", "divided by the number of images")
def stride_in_the_columns_alone_and_a_mean(dout, x, w, stride=1, pad=0):
    FH, FW = w.shape[2:]
    x_pad, dw = padded(x, pad), np.zeros_like(w)
    for n, k, i, j in np.ndindex(*dout.shape):
        z = j * stride
        dw[k] += dout[n, k, i, j] * x_pad[n, :, i : i + FH, z : z + FW]
    return dw / len(x)


def loops(dout, w, dx_pad, stride, columns):
    """The loops of dx, with another step along the columns."""
    FH, FW = w.shape[2:]
    for n, k, i, j in np.ndindex(*dout.shape):
        y, z = i * stride, j * columns
        dx_pad[n, :, y : y + FH, z : z + FW] += dout[n, k, i, j] * w[k]
    return dx_pad


@real(
    "conv_dx",
    "nothing is left where pad = 0, as with [pad:-pad], in rows and columns",
    "the filters flipped in rows and columns",
)
def flipped_and_cropped_to_nothing(dout, x, w, stride=1, pad=0):
    dx_pad = loops(dout, w[:, :, ::-1, ::-1], np.zeros_like(padded(x, pad)), stride, stride)
    return dx_pad[:, :, pad:-pad, pad:-pad]


@real(
    "conv_dx",
    "the padding is not cut off, in rows and columns",
    "step 1 in the columns, where the stride belongs",
)
def not_cropped_and_the_stride_in_the_rows_alone(dout, x, w, stride=1, pad=0):
    return loops(dout, w, np.zeros_like(padded(x, pad)), stride, 1)


@real(
    "conv_dx",
    "rows of the filters from number stride on are left out",
    "columns of the filters from number stride on are left out",
)
def window_as_long_as_the_stride(dout, x, w, stride=1, pad=0):
    (H, W), (FH, FW) = x.shape[2:], w.shape[2:]
    dx_pad = np.zeros_like(padded(x, pad))
    for n, k, i, j in np.ndindex(*dout.shape):
        for p in range(min(stride, FH)):
            for q in range(min(stride, FW)):
                dx_pad[n, :, i * stride + p, j * stride + q] += dout[n, k, i, j] * w[k, :, p, q]
    return dx_pad[:, :, pad : pad + H, pad : pad + W]
