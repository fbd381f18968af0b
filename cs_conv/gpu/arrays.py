"""The first step to the GPU: NumPy code with another array module, without a kernel of our own.

CuPy offers NumPy's functions for arrays on the GPU; each call starts a ready-made kernel there. So this code
is written like `cs_conv.im2col`: few operations on large arrays. Loops run over the taps of the filter, never
over pixels. Nothing asks for a value (`if x.any()`, `float(x)`, `x.max() > 0` in Python): that would make
Python wait for the GPU and bring a number back.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cs_conv.geometry import Array, Geometry, Pad, Pair, Shape
from cs_conv.gpu import machine
from cs_conv.gpu.checks import (
    check_bias,
    check_dout,
    check_images,
    check_switches,
    conv_geometry,
    pool_geometry,
)
from cs_conv.gpu.groups import backward_in_groups, forward_in_groups


def conv_forward(
    x: Array,
    w: Array,
    b: Array,
    stride: Pair = 1,
    pad: Pad = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Multiply the filters, as rows, with the windows, as columns.

    x: (N, C, H, W). w: (K, C / groups, FH, FW). b: (K,). Returns out: (N, K, OH, OW).
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_bias(b, g, x.dtype)
    if g.groups > 1:
        return forward_in_groups(conv_forward, g, x, w, b)
    out = w.reshape(g.K, -1) @ _columns(x, g)  # (K, C FH FW) . (N, C FH FW, OH OW) -> (N, K, OH OW)
    out += b[:, None]
    return out.reshape(g.N, g.K, g.OH, g.OW)


def conv_backward(
    dout: Array,
    x: Array,
    w: Array,
    stride: Pair = 1,
    pad: Pad = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Two matrix products: the gradient times the columns for dw, the filters times the gradient for dx.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (K, C / groups, FH, FW).
    Returns dx, dw, db in the shapes of x, w and b.
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    if g.groups > 1:
        return backward_in_groups(conv_backward, g, dout, x, w)
    dout_row = dout.reshape(g.N, g.K, g.OH * g.OW)
    dw = (dout_row @ _columns(x, g).transpose(0, 2, 1)).sum(axis=0)  # (N, K, OH OW) . (N, OH OW, C FH FW)
    dcols = (w.reshape(g.K, -1).T @ dout_row).reshape(g.N, g.C, g.FH, g.FW, g.OH, g.OW)
    dpadded = _zeros_padded(g, x.dtype)
    for fh, fw in np.ndindex(g.FH, g.FW):
        dpadded[_tap(g, fh, fw)] += dcols[:, :, fh, fw]
    return _cut(dpadded, g), dw.reshape(w.shape), dout.sum(axis=(0, 2, 3))


def max_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> tuple[Array, Array]:
    """Go through the taps of the windows, and keep the largest value of each window so far.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Padding is -inf: it never wins.
    Returns out: (N, C, OH, OW), and switches: the flat index, inside its window, of the first maximum.
    A window that holds a NaN gives NaN, and the switch of the first NaN.
    """
    check_images(x)
    g = pool_geometry(x.shape, size, stride, pad)
    xp = machine.current().xp
    padded = _pad(x, g, -np.inf)
    out = xp.full((g.N, g.C, g.OH, g.OW), -np.inf, x.dtype)
    switches = xp.zeros(out.shape, np.min_scalar_type(g.FH * g.FW - 1))
    for index, (fh, fw) in enumerate(np.ndindex(g.FH, g.FW)):
        tap = padded[_tap(g, fh, fw)]  # (N, C, OH, OW)
        wins = (tap > out) | (xp.isnan(tap) & ~xp.isnan(out))  # of equal values, and of NaNs, the first stays
        switches = xp.where(wins, switches.dtype.type(index), switches)
        out = xp.where(wins, tap, out)
    return out, switches


def max_pool_backward(
    dout: Array, switches: Array, x_shape: Shape, size: Pair, stride: Pair, pad: Pad = 0
) -> Array:
    """Add each gradient where its switch points, for one tap of all windows after the other.

    dout, switches: (N, C, OH, OW). x_shape: (N, C, H, W). Returns dx: (N, C, H, W). A switch that points
    outside its window is not an error, and its gradient is lost: to look would be to wait.
    """
    g = pool_geometry(x_shape, size, stride, pad)
    check_dout(dout, g)
    check_switches(switches, g)
    xp = machine.current().xp
    dpadded = _zeros_padded(g, dout.dtype)
    for index, (fh, fw) in enumerate(np.ndindex(g.FH, g.FW)):
        dpadded[_tap(g, fh, fw)] += xp.where(switches == index, dout, dout.dtype.type(0))
    return _cut(dpadded, g)


def average_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Replace each window by its mean; padding counts as zeros.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Returns out: (N, C, OH, OW).
    """
    check_images(x)
    g = pool_geometry(x.shape, size, stride, pad)
    padded = _pad(x, g)
    out = machine.current().xp.zeros((g.N, g.C, g.OH, g.OW), x.dtype)
    for fh, fw in np.ndindex(g.FH, g.FW):
        out += padded[_tap(g, fh, fw)]
    out /= g.FH * g.FW
    return out


def average_pool_backward(dout: Array, x_shape: Shape, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Share each gradient out equally among the pixels of its window.

    dout: (N, C, OH, OW). x_shape: (N, C, H, W). Returns dx: (N, C, H, W).
    """
    g = pool_geometry(x_shape, size, stride, pad)
    check_dout(dout, g)
    dpadded = _zeros_padded(g, dout.dtype)
    share = dout / (g.FH * g.FW)
    for fh, fw in np.ndindex(g.FH, g.FW):
        dpadded[_tap(g, fh, fw)] += share
    return _cut(dpadded, g)


def l2_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Replace each window by its length as a vector: the square root of the sum of its squares.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Returns out: (N, C, OH, OW).
    Values are squared: those beyond 1e19 (float64: 1e154) become inf, those below 1e-23 (1e-162) become 0.
    """
    check_images(x)
    g = pool_geometry(x.shape, size, stride, pad)
    return _norms(_pad(x, g), g)


def l2_pool_backward(dout: Array, x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Share each gradient out in proportion: a pixel gets its value over the length of its window.

    dout: (N, C, OH, OW). x: (N, C, H, W). Returns dx: (N, C, H, W).
    A window of zeros has no direction (the norm has a kink there) and gets the gradient 0.
    """
    check_images(x)
    g = pool_geometry(x.shape, size, stride, pad)
    check_dout(dout, g, x.dtype)
    xp = machine.current().xp
    padded = _pad(x, g)
    norms = _norms(padded, g)
    one, zero = x.dtype.type(1), x.dtype.type(0)
    scale = xp.where(norms == 0, zero, dout / xp.where(norms == 0, one, norms))
    dpadded = _zeros_padded(g, x.dtype)
    for fh, fw in np.ndindex(g.FH, g.FW):
        dpadded[_tap(g, fh, fw)] += scale * padded[_tap(g, fh, fw)]
    return _cut(dpadded, g)


def _tap(g: Geometry, fh: int, fw: int) -> tuple[slice, ...]:
    """Return the place of tap (fh, fw) of all windows in padded images, as slices: (N, C, OH, OW)."""
    top, left = fh * g.dilation[0], fw * g.dilation[1]
    rows = slice(top, top + (g.OH - 1) * g.stride[0] + 1, g.stride[0])
    columns = slice(left, left + (g.OW - 1) * g.stride[1] + 1, g.stride[1])
    return slice(None), slice(None), rows, columns


def _columns(x: Array, g: Geometry) -> Array:
    """Return every window as a column, copied one tap at a time: (N, C * FH * FW, OH * OW)."""
    padded = _pad(x, g)
    cols = machine.current().empty((g.N, g.C, g.FH, g.FW, g.OH, g.OW), x.dtype)
    for fh, fw in np.ndindex(g.FH, g.FW):
        cols[:, :, fh, fw] = padded[_tap(g, fh, fw)]
    return cols.reshape(g.N, g.C * g.FH * g.FW, g.OH * g.OW)


def _norms(padded: Array, g: Geometry) -> Array:
    """The length of each window: (N, C, OH, OW)."""
    xp = machine.current().xp
    squares = xp.zeros((g.N, g.C, g.OH, g.OW), padded.dtype)
    for fh, fw in np.ndindex(g.FH, g.FW):
        squares += padded[_tap(g, fh, fw)] ** 2
    return xp.sqrt(squares)


def _pad(x: Array, g: Geometry, value: float = 0.0) -> Array:
    return machine.current().xp.pad(x, ((0, 0), (0, 0), *g.pad), constant_values=value)


def _zeros_padded(g: Geometry, dtype: np.dtype[Any]) -> Array:
    (top, bottom), (left, right) = g.pad
    return machine.current().xp.zeros((g.N, g.C, top + g.H + bottom, left + g.W + right), dtype)


def _cut(padded: Array, g: Geometry) -> Array:
    (top, _), (left, _) = g.pad
    return machine.current().xp.ascontiguousarray(padded[:, :, top : top + g.H, left : left + g.W])
