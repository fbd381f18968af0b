"""What the catalogues of convolution share: its right parts, computed fast.

A catalogue asks for them some two thousand times for one wrong answer, most often for those of the same
arrays. The strides of rows and columns are apart, so that a mistake can forget one of them.
"""

from __future__ import annotations

from functools import lru_cache, wraps

import numpy as np

from autograder.checks.exercise import Function


def sizes(x_shape, size, stride, pad=0):
    """The output size (OH, OW); rounded down where the window does not fit."""
    return tuple((n + 2 * pad - f) // stride + 1 for n, f in zip(x_shape[-2:], size, strict=True))


def pads(x, pad):
    """x with `pad` zeros on each side of its rows and columns."""
    N, C, H, W = x.shape
    x_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad), x.dtype)
    x_pad[:, :, pad : pad + H, pad : pad + W] = x
    return x_pad


def views(x, OH, OW, FH, FW, rows=1, columns=1):
    """All windows of x at once: (N, C, OH, OW, FH, FW), without a copy."""
    n, c, y, z = x.strides
    shape = (*x.shape[:2], OH, OW, FH, FW)
    return np.lib.stride_tricks.as_strided(x, shape, (n, c, rows * y, columns * z, y, z))


def read_one_by_one(x, OH, OW, FH, FW, stride):
    """Look at every pixel of every window as nested loops do, until one is not there: an IndexError."""
    if (OH - 1) * stride + FH <= x.shape[2] and (OW - 1) * stride + FW <= x.shape[3]:
        return  # all of them are there
    for i, j, p, q in np.ndindex(OH, OW, FH, FW):
        x[0, 0, i * stride + p, j * stride + q]


def remembered(function: Function) -> Function:
    """The same function, quick for arrays that it had lately.

    It gives fresh copies, for a mistake may change what it is given.
    """

    @lru_cache(maxsize=256)
    def known(*given):
        arrays = (np.frombuffer(a[0], a[1]).reshape(a[2]) if type(a) is _Array else a for a in given)
        value = function(*arrays)
        for a in value if type(value) is tuple else (value,):
            a.flags.writeable = False
        return value

    @wraps(function)
    def quick(*args):
        value = known(*(_Array(a) if isinstance(a, np.ndarray) else a for a in args))
        return tuple(a.copy() for a in value) if type(value) is tuple else value.copy()

    return quick


class _Array(tuple[bytes, str, tuple[int, ...]]):
    """An array as something that a dictionary can find: its bytes, dtype and shape."""

    __slots__ = ()

    def __new__(cls, array: np.ndarray) -> _Array:
        return super().__new__(cls, (array.tobytes(), array.dtype.str, array.shape))


@remembered
def convolve(x, w, b, stride=1, pad=0):
    """The right convolution; ValueError for sizes that do not fit."""
    (OH, OW), (FH, FW) = sizes(x.shape, w.shape[2:], stride, pad), w.shape[2:]
    H, W = (n + 2 * pad for n in x.shape[2:])
    if OH < 1 or OW < 1 or (H - FH) % stride or (W - FW) % stride:
        raise ValueError("the filter does not fit")
    if x.shape[1] != w.shape[1] or b.shape != w.shape[:1]:
        raise ValueError("the shapes do not match")
    windows = views(pads(x, pad), OH, OW, FH, FW, stride, stride)
    return np.einsum("ncijpq,kcpq->nkij", windows, w) + b[:, None, None]
