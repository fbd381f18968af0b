"""Convolution by 1x1 filters: the matrix product alone, without columns.

A 1x1 filter sees one pixel of all channels. So the images themselves are the columns, and nothing is copied:

    (K, C) @ (C, H W)  ->  (K, H W)

The bias is added while an image's outputs are still in the cache. Small images are joined, so that several
share one product. With a stride, the pixels that filters meet are copied first. Each group has its own
product. Larger filters, padding and pooling are left to `cs_conv.im2col`.

Interface, shapes, dtypes and errors are those of `cs_conv.im2col`.
Source: Lin, Chen and Yan, "Network in network", 2014.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cs_conv import im2col
from cs_conv._row_by_row import row_by_row
from cs_conv.geometry import Array, Geometry, Pad, Pair, check_bias, check_dout, conv_geometry
from cs_conv.im2col import (
    average_pool_backward,
    average_pool_forward,
    l2_pool_backward,
    l2_pool_forward,
    max_pool_backward,
    max_pool_forward,
)

__all__ = [
    "average_pool_backward",
    "average_pool_forward",
    "conv_backward",
    "conv_filter_gradients",
    "conv_forward",
    "l2_pool_backward",
    "l2_pool_forward",
    "max_pool_backward",
    "max_pool_forward",
]

ENOUGH_PLACES = 512  # places of small images that share a product: fewer would make it thin
FEW_PLACES = 128  # images with fewer places are small


@row_by_row
def conv_forward(
    x: Array, w: Array, b: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> Array:
    """Multiply the filters, as rows, with the pixels, as columns.

    x: (N, C, H, W). w: (K, C / groups, FH, FW). b: (K,). Returns out: (N, K, OH, OW).

    >>> x = np.array([[[[1.0, 2]], [[10.0, 20]]]])  # two channels of 1x2
    >>> conv_forward(x, w=np.ones((1, 2, 1, 1)), b=np.array([0.5]))
    array([[[[11.5, 22.5]]]])
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    if not serves(g):
        return im2col.conv_forward(x, w, b, stride, pad, dilation, groups)
    check_bias(b, g, x.dtype)
    pixels, w_rows = _pixels(x, g), _rows(w, g)
    out = np.empty((g.N, g.groups, g.K // g.groups, g.OH * g.OW), x.dtype)
    for images in _bands(g):
        _multiply(w_rows, pixels[images], out[images])
        out[images] += b.reshape(g.groups, -1, 1)
    return out.reshape(g.N, g.K, g.OH, g.OW)


@row_by_row
def conv_backward(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> tuple[Array, Array, Array]:
    """Multiply the transposed filters with the gradient for dx, and the gradient with the pixels for dw.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (K, C / groups, FH, FW).
    Returns dx, dw, db in the shapes of x, w and b.
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    if not serves(g):
        return im2col.conv_backward(dout, x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    gradients, w_col = _grouped(dout, g), _rows(w, g).swapaxes(1, 2)
    dpixels = np.empty((g.N, g.groups, g.C // g.groups, g.OH * g.OW), x.dtype)
    for images in _bands(g):
        _multiply(w_col, gradients[images], dpixels[images])
    return _images(dpixels, g), *_filter_gradients(dout, x, g)


@row_by_row
def conv_filter_gradients(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> tuple[Array, Array]:
    """Return dw and db only: the first layer of a network needs no dx."""
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    if not serves(g):
        return im2col.conv_filter_gradients(dout, x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    return _filter_gradients(dout, x, g)


def serves(g: Geometry) -> bool:
    """Return whether filters are 1x1 and nothing is padded."""
    return (g.FH, g.FW, g.pad) == (1, 1, ((0, 0), (0, 0)))


def _filter_gradients(dout: Array, x: Array, g: Geometry) -> tuple[Array, Array]:
    """dw (K, C / groups, 1, 1) and db (K,)."""
    pixels, gradients = _pixels(x, g), _grouped(dout, g)
    dw = np.zeros((g.groups, g.K // g.groups, g.C // g.groups), x.dtype)
    for images in _bands(g):
        dw += _side_by_side(gradients[images]) @ _side_by_side(pixels[images]).swapaxes(1, 2)
    return dw.reshape(g.K, -1, 1, 1), np.asarray(dout).sum(axis=(0, 2, 3))


def _rows(w: Array, g: Geometry) -> Array:
    """Each group's filters as the rows of a matrix: (G, K, C)."""
    return w.reshape(g.groups, g.K // g.groups, g.C // g.groups)


def _grouped(array: Array, g: Geometry) -> Array:
    """Channels by group, places in one row: (N, G, channels, OH * OW)."""
    return array.reshape(g.N, g.groups, array.shape[1] // g.groups, g.OH * g.OW)


def _pixels(x: Array, g: Geometry) -> Array:
    """Return the pixels that filters meet: (N, G, C, OH * OW)."""
    return _grouped(x[:, :, :: g.stride[0], :: g.stride[1]], g)


def _images(dpixels: Array, g: Geometry) -> Array:
    """Do the adjoint of _pixels: (N, C, H, W), with 0 for the pixels that a stride passes over."""
    dpixels = dpixels.reshape(g.N, g.C, g.OH, g.OW)
    if g.stride == (1, 1):
        return dpixels
    dx = np.zeros((g.N, g.C, g.H, g.W), dpixels.dtype)
    dx[:, :, :: g.stride[0], :: g.stride[1]] = dpixels
    return dx


def _bands(g: Geometry) -> Iterator[slice]:
    """Yield one image at a time, or as many small images as have ENOUGH_PLACES together."""
    places = g.OH * g.OW
    images = -(-ENOUGH_PLACES // places) if places < FEW_PLACES else 1
    for n in range(0, g.N, images):
        yield slice(n, n + images)


def _multiply(matrix: Array, band: Array, out: Array) -> None:
    """Multiply a matrix (G, R, C) with a band (n, G, C, places), into out (n, G, R, places)."""
    if len(band) == 1:
        np.matmul(matrix, band[0], out=out[0])
    else:
        n, G, R, places = out.shape
        product = matrix @ _side_by_side(band)
        out[...] = product.reshape(G, R, n, places).transpose(2, 0, 1, 3)


def _side_by_side(band: Array) -> Array:
    """The images of a band (n, G, R, places), joined: (G, R, n * places)."""
    n, G, R, places = band.shape
    return band[0] if n == 1 else band.transpose(1, 2, 0, 3).reshape(G, R, n * places)
