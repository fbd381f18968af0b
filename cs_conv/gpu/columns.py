"""Convolution as columns and a matrix product: our kernels copy (`kernels/columns.cu`), a library multiplies.

The library is cuBLAS, through CuPy. Its matrix product is as fast as the machine allows. The columns need
memory, FH * FW times that of the images at stride 1, and time to be written and read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cs_conv.geometry import Array, Geometry, Pad, Pair
from cs_conv.gpu import machine
from cs_conv.gpu.checks import LARGEST, check_bias, check_dout, conv_geometry
from cs_conv.gpu.groups import backward_in_groups, forward_in_groups
from cs_conv.gpu.launch import each, empty

COLUMN_BYTES = 2**30  # columns are made for so many images at a time that they take about this much memory


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
    w_row = w.reshape(g.K, -1)  # (K, C * FH * FW)
    out = empty((g.N, g.K, g.OH * g.OW), x.dtype)
    for images, part in _batches(g, x.itemsize):
        out[images] = w_row @ _im2col(x[images], part)  # (K, C FH FW) . (n, C FH FW, OH OW) -> (n, K, OH OW)
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
    w_row = w.reshape(g.K, -1)
    dx = empty(x.shape, x.dtype)
    dw_row = machine.current().xp.zeros_like(w_row)
    for images, part in _batches(g, x.itemsize):
        dout_row = dout[images].reshape(part.N, g.K, g.OH * g.OW)
        cols = _im2col(x[images], part)
        dw_row += (dout_row @ cols.transpose(0, 2, 1)).sum(axis=0)  # (n, K, OH OW) . (n, OH OW, C FH FW)
        dcols = w_row.T @ dout_row  # (C FH FW, K) . (n, K, OH OW)
        each(part.N * g.C * g.H * g.W, "columns.cu", "col2im", part, part.N, dcols, dx[images], real=x.dtype)
    return dx, dw_row.reshape(w.shape), dout.sum(axis=(0, 2, 3))


def _im2col(x: Array, g: Geometry) -> Array:
    """x (n, C, H, W) -> (n, C * FH * FW, OH * OW)."""
    cols = empty((g.N, g.C * g.FH * g.FW, g.OH * g.OW), x.dtype)
    each(cols.size, "columns.cu", "im2col", g, g.N, x, cols, real=x.dtype)
    return cols


def _batches(g: Geometry, itemsize: int) -> Iterator[tuple[slice, Geometry]]:
    """Yield the images to compute at a time, and their geometry."""
    one = g.C * g.FH * g.FW * g.OH * g.OW  # numbers in the columns of one image
    if one > LARGEST:
        raise ValueError(
            f"the columns of one image, {g.C * g.FH * g.FW} x {g.OH * g.OW}, are {one} numbers, more than "
            f"the {LARGEST} that a kernel can count: use cs_conv.gpu.tiled, which never writes them"
        )
    count = max(1, min(COLUMN_BYTES // (one * itemsize), LARGEST // one))
    for first in range(0, g.N, count):
        images = slice(first, min(first + count, g.N))
        yield images, replace(g, N=images.stop - first)
