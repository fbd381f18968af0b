"""Pooling on the GPU: launches `kernels/pooling.cu`, a thread per output forward, per pixel backward."""

from __future__ import annotations

from typing import Any

import numpy as np

from cs_conv.geometry import Array, Geometry, Pad, Pair, Shape
from cs_conv.gpu import launch
from cs_conv.gpu.checks import check_dout, check_images, check_switches, pool_geometry
from cs_conv.gpu.launch import empty


def max_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> tuple[Array, Array]:
    """Keep the largest value of each window, and remember where it stood.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Padding is -inf: it never wins.
    Returns out: (N, C, OH, OW), and switches: the flat index, inside its window, of the first maximum.
    A window that holds a NaN gives NaN, and the switch of the first NaN.
    """
    check_images(x)
    g = pool_geometry(x.shape, size, stride, pad)
    out = empty((g.N, g.C, g.OH, g.OW), x.dtype)
    # The smallest type that holds every index: memory is what pooling costs.
    switches = empty(out.shape, np.min_scalar_type(g.FH * g.FW - 1))
    _each(out.size, "max_pool_forward", g, g.N, x, out, switches, real=x.dtype, place=switches.dtype)
    return out, switches


def max_pool_backward(
    dout: Array, switches: Array, x_shape: Shape, size: Pair, stride: Pair, pad: Pad = 0
) -> Array:
    """Let each pixel collect from the windows whose maximum it was.

    dout, switches: (N, C, OH, OW). x_shape: (N, C, H, W). Returns dx: (N, C, H, W). A switch that points
    outside its window is not an error, and its gradient is lost: to look would be to wait.
    """
    g = pool_geometry(x_shape, size, stride, pad)
    check_dout(dout, g)
    check_switches(switches, g)
    dx = empty((g.N, g.C, g.H, g.W), dout.dtype)
    _each(dx.size, "max_pool_backward", g, g.N, dout, switches, dx, real=dout.dtype, place=switches.dtype)
    return dx


def average_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Replace each window by its mean; padding counts as zeros.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Returns out: (N, C, OH, OW).
    """
    check_images(x)
    g = pool_geometry(x.shape, size, stride, pad)
    out = empty((g.N, g.C, g.OH, g.OW), x.dtype)
    _each(out.size, "average_pool_forward", g, g.N, x, out, real=x.dtype)
    return out


def average_pool_backward(dout: Array, x_shape: Shape, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Let each pixel collect its equal share from the windows over it.

    dout: (N, C, OH, OW). x_shape: (N, C, H, W). Returns dx: (N, C, H, W).
    """
    g = pool_geometry(x_shape, size, stride, pad)
    check_dout(dout, g)
    dx = empty((g.N, g.C, g.H, g.W), dout.dtype)
    _each(dx.size, "average_pool_backward", g, g.N, dout, dx, real=dout.dtype)
    return dx


def l2_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Replace each window by its length as a vector: the square root of the sum of its squares.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Returns out: (N, C, OH, OW).
    Values are squared: those beyond 1e19 (float64: 1e154) become inf, those below 1e-23 (1e-162) become 0.
    """
    check_images(x)
    g = pool_geometry(x.shape, size, stride, pad)
    out = empty((g.N, g.C, g.OH, g.OW), x.dtype)
    _each(out.size, "l2_pool_forward", g, g.N, x, out, real=x.dtype)
    return out


def l2_pool_backward(dout: Array, x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Let each pixel collect its share, its value over the length of the window.

    dout: (N, C, OH, OW). x: (N, C, H, W). Returns dx: (N, C, H, W). The lengths are computed first, in one
    pass over the images; otherwise each pixel would add up every window over it. A window of zeros has no
    direction (the norm has a kink there) and gets the gradient 0.
    """
    check_images(x)
    g = pool_geometry(x.shape, size, stride, pad)
    check_dout(dout, g, x.dtype)
    out = l2_pool_forward(x, size, stride, pad)
    dx = empty(x.shape, x.dtype)
    _each(dx.size, "l2_pool_backward", g, g.N, dout, out, x, dx, real=x.dtype)
    return dx


def _each(
    count: int, kernel: str, g: Geometry, *arguments: int | Array, real: Any, place: Any = np.uint8
) -> None:
    """Launch one thread for each of `count` numbers; only max pooling has switches, of some integer dtype."""
    launch.each(count, "pooling.cu", kernel, g, *arguments, real=real, place=place)
