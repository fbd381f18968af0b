"""Pooling on the GPU: `kernels/pooling.cu`, launched. One thread an output forward, one a pixel backward."""

from __future__ import annotations

import numpy as np

from cs_conv.geometry import Array, Pad, Pair, Shape
from cs_conv.gpu.checks import check_dout, check_images, check_switches, pool_geometry
from cs_conv.gpu.launch import each, empty

FILE = "pooling.cu"


def max_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> tuple[Array, Array]:
    """Keep the largest value of each window, and remember where it stood.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Padding is -inf: it never wins.
    Returns out: (N, C, OH, OW), and switches: the flat index, inside its window, of the first maximum.
    A window that holds a NaN gives NaN, and the switch of the first NaN.
    """
    check_images(x)
    g = pool_geometry(x.shape, size, stride, pad)
    out = empty((g.N, g.C, g.OH, g.OW), x.dtype)
    # The smallest type that holds every index: switches are written and read, and memory is what pooling costs.
    switches = empty(out.shape, np.min_scalar_type(g.FH * g.FW - 1))
    each(out.size, FILE, "max_pool_forward", g, g.N, x, out, switches, real=x.dtype, place=switches.dtype)
    return out, switches


def max_pool_backward(
    dout: Array, switches: Array, x_shape: Shape, size: Pair, stride: Pair, pad: Pad = 0
) -> Array:
    """Let each pixel collect from the windows whose maximum it was.

    dout, switches: (N, C, OH, OW). x_shape: (N, C, H, W). Returns dx: (N, C, H, W).
    A switch that points outside its window gives its gradient to nobody: looking for such would mean waiting.
    """
    g = pool_geometry(x_shape, size, stride, pad)
    check_dout(dout, g)
    check_switches(switches, g)
    dx = empty((g.N, g.C, g.H, g.W), dout.dtype)
    each(dx.size, FILE, "max_pool_backward", g, g.N, dout, switches, dx, real=dout.dtype, place=switches.dtype)
    return dx


def average_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Replace each window by its mean; padding counts as zeros.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Returns out: (N, C, OH, OW).
    """
    check_images(x)
    g = pool_geometry(x.shape, size, stride, pad)
    out = empty((g.N, g.C, g.OH, g.OW), x.dtype)
    each(out.size, FILE, "average_pool_forward", g, g.N, x, out, real=x.dtype, place=np.dtype(int))
    return out


def average_pool_backward(dout: Array, x_shape: Shape, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Let each pixel collect its equal share from the windows over it.

    dout: (N, C, OH, OW). x_shape: (N, C, H, W). Returns dx: (N, C, H, W).
    """
    g = pool_geometry(x_shape, size, stride, pad)
    check_dout(dout, g)
    dx = empty((g.N, g.C, g.H, g.W), dout.dtype)
    each(dx.size, FILE, "average_pool_backward", g, g.N, dout, dx, real=dout.dtype, place=np.dtype(int))
    return dx


def l2_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Replace each window by its length as a vector: the square root of the sum of its squares.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Returns out: (N, C, OH, OW).
    """
    check_images(x)
    g = pool_geometry(x.shape, size, stride, pad)
    out = empty((g.N, g.C, g.OH, g.OW), x.dtype)
    each(out.size, FILE, "l2_pool_forward", g, g.N, x, out, real=x.dtype, place=np.dtype(int))
    return out


def l2_pool_backward(dout: Array, x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Let each pixel collect its share, its value over the length of the window.

    dout: (N, C, OH, OW). x: (N, C, H, W). Returns dx: (N, C, H, W). The lengths are computed again: one pass over
    the images that saves each pixel from adding up every window over it.
    A window of zeros has no direction (the norm has a kink there) and gets the gradient 0.
    """
    out = l2_pool_forward(x, size, stride, pad)
    g = pool_geometry(x.shape, size, stride, pad)
    check_dout(dout, g, x.dtype)
    dx = empty(x.shape, x.dtype)
    each(dx.size, FILE, "l2_pool_backward", g, g.N, dout, out, x, dx, real=x.dtype, place=np.dtype(int))
    return dx
