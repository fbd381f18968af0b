"""Sizes, padding and windows, for cases and mistakes of several lessons."""

from __future__ import annotations

import numpy as np


def sizes(x_shape, size, stride, pad=0):
    """The output size (OH, OW); rounded down where the window does not fit."""
    return tuple((n + 2 * pad - f) // stride + 1 for n, f in zip(x_shape[-2:], size, strict=True))


def pads(x, pad):
    """x with `pad` zeros on each side of its rows and columns."""
    N, C, H, W = x.shape
    x_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad), x.dtype)
    x_pad[:, :, pad : pad + H, pad : pad + W] = x
    return x_pad


def read_one_by_one(x, OH, OW, FH, FW, stride):
    """Look at every pixel of every window as nested loops do, until one is not there: an IndexError."""
    if (OH - 1) * stride + FH <= x.shape[2] and (OW - 1) * stride + FW <= x.shape[3]:
        return  # all of them are there
    for i, j, p, q in np.ndindex(OH, OW, FH, FW):
        x[0, 0, i * stride + p, j * stride + q]
