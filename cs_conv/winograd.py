"""Convolution by Winograd's minimal filtering: 36 multiplications in place of 144.

A 3x3 filter makes a tile of 4x4 outputs from a window of 6x6 pixels. Done directly, that is 16 times 9
multiplications for each channel and filter. Instead, the window and the filter are each transformed into 6x6
numbers, by adding multiples of their pixels. These are multiplied number by number, 36 times, and the
products are transformed into the 4x4 outputs. Each channel and each filter is transformed only once, for all
pairs of them; so this pays for many channels and many filters.

Every step is a matrix product, and the step in the middle is 36 products at once:

    input   (36, 36) @ (36, T * C)      T tiles, C channels
    product (36, K, C) @ (36, C, T)     K filters
    output  (16, 36) @ (36, K * T)

The matrices hold numbers from 1/24 to 25 whose rounding errors do not cancel: in float32 the largest error is
about 6e-6 of the largest output, and up to 2e-5 of the largest gradient, ten times that of `cs_conv.im2col`
and more; a NaN or an infinity in a window makes all 16 outputs NaN. This module computes 3x3 filters at
stride 1 with any dilation: a filter that sees every second pixel is a dense filter on every second pixel.
Other filters, groups, few channels, outputs that fill their tiles badly, and pooling are left to
`cs_conv.im2col`.

Interface, shapes, dtypes and errors are those of `cs_conv.im2col`.
Source: Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016, F(4x4, 3x3).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cs_conv import im2col
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

# Lavin and Gray's matrices: the products of a filter's G g and a row's B^T d, number by number, give through
# A^T the 4 outputs of a 3-tap filter on 6 pixels. They come from polynomials at the points 0, 1, -1, 2, -2.
B_T = np.array(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ]
)
G = np.array([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]) / 24
A_T = np.array([[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]])

# First along the columns of a tile, then along its rows: as one matrix for the flattened tile.
INPUT, FILTER, OUTPUT = (np.kron(matrix, matrix) for matrix in (B_T, G, A_T))  # (36, 36), (36, 9), (16, 36)
FEWEST_CHANNELS = 32  # of images and of filters, or the turning costs more than it saves
LEAST_FILLED = 1 / 2  # of whole tiles by outputs: the rest is computed for nothing
BAND_TILES = 128  # tiles turned at a time: many enough for the products to be fast, few enough for the caches
FILTER_VALUES = 2**21  # of turned filters at a time, if they are used only once: 8 MB in float32


def conv_forward(
    x: Array, w: Array, b: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> Array:
    """Transform tiles and filters to 36 numbers each, multiply, and transform the products to outputs.

    x: (N, C, H, W). w: (K, C / groups, FH, FW). b: (K,). Returns out: (N, K, OH, OW).
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    if not _serves(g):
        return im2col.conv_forward(x, w, b, stride, pad, dilation, groups)
    check_bias(b, g, x.dtype)
    out = np.empty((g.N, g.K, *_whole_tiles(g)), x.dtype)
    filters = _filters_in_parts(w, g)
    for images, rows, inputs in _inputs(x, g):
        for some, turned in filters:
            products = turned @ inputs.transpose(0, 2, 1)  # (36, K, T)
            values = OUTPUT.astype(x.dtype) @ products.reshape(36, -1)  # (16, K * T)
            tiles = _tiles_of(out, g)[:, :, some, images, rows]
            np.add(values.reshape(tiles.shape), b[some].reshape(-1, 1, 1, 1, 1, 1), out=tiles)
    return np.ascontiguousarray(out[:, :, : g.OH, : g.OW])


def conv_backward(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> tuple[Array, Array, Array]:
    """Compute dx as a convolution, too: of dout, with the filters turned by 180 degrees.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (K, C / groups, FH, FW).
    Returns dx, dw, db in the shapes of x, w and b.
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    if not _serves(g):
        return im2col.conv_backward(dout, x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    turned = w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)  # (C, K, 3, 3)
    (DH, DW), ((top, bottom), (left, right)) = g.dilation, g.pad
    reach = (2 * DH - top, 2 * DH - bottom), (2 * DW - left, 2 * DW - right)
    dx = conv_forward(dout, turned, np.zeros(g.C, x.dtype), pad=reach, dilation=dilation)
    return dx, *conv_filter_gradients(dout, x, w, stride, pad, dilation, groups)


def conv_filter_gradients(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> tuple[Array, Array]:
    """Return dw and db only: the first layer of a network needs no dx.

    The steps are done in reverse order; each is linear, so its matrix is transposed.
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    if not _serves(g):
        return im2col.conv_filter_gradients(dout, x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    below, beside = (whole - size for whole, size in zip(_whole_tiles(g), (g.OH, g.OW), strict=True))
    padded = np.pad(dout, ((0, 0), (0, 0), (0, below), (0, beside))) if below or beside else dout
    dfilters = np.zeros((36, g.K, g.C), x.dtype)
    for images, rows, inputs in _inputs(x, g):
        dvalues = _tiles_of(padded, g)[:, :, :, images, rows].reshape(16, -1)  # (16, K * T)
        dproducts = (OUTPUT.T.astype(x.dtype) @ dvalues).reshape(36, g.K, -1)  # (36, K, T)
        dfilters += dproducts @ inputs
    dw = FILTER.T.astype(x.dtype) @ dfilters.reshape(36, -1)  # (9, K * C)
    return dw.T.reshape(w.shape).copy(), np.asarray(dout).sum(axis=(0, 2, 3))


def pays(g: Geometry) -> bool:
    """Return whether a forward pass takes less time here than by exact variants.

    There must be many channels, many outputs for which filters are turned, and hardly any tile in vain.
    """
    filled = 0.9 * math.prod(_whole_tiles(g)) <= g.OH * g.OW
    return _serves(g) and filled and min(g.C, g.K) >= 64 and g.N * g.OH * g.OW >= 512


def _serves(g: Geometry) -> bool:
    """Return whether this module computes such a layer; not with more padding than a filter can bridge."""
    bridged = all(max(pads) <= 2 * step for pads, step in zip(g.pad, g.dilation, strict=True))
    filled = LEAST_FILLED * math.prod(_whole_tiles(g)) <= g.OH * g.OW
    worthwhile = filled and min(g.C, g.K) >= FEWEST_CHANNELS
    return (g.FH, g.FW, g.stride, g.groups) == (3, 3, (1, 1), 1) and bridged and worthwhile


def _tile_counts(g: Geometry) -> tuple[int, int]:
    """How many tiles, (TH, TW), stand below and beside each other for each of the dilation's phases."""
    DH, DW = g.dilation
    return -(-g.OH // (4 * DH)), -(-g.OW // (4 * DW))


def _whole_tiles(g: Geometry) -> tuple[int, int]:
    """The height and the width of the outputs, enlarged to whole tiles."""
    (TH, TW), (DH, DW) = _tile_counts(g), g.dilation
    return 4 * TH * DH, 4 * TW * DW


def _tiles_of(out: Array, g: Geometry) -> Array:
    """A view of outputs in whole tiles by their place in a tile: (4, 4, K, N, TH, DH, DW, TW)."""
    (TH, TW), (DH, DW) = _tile_counts(g), g.dilation
    return out.reshape(g.N, g.K, TH, 4, DH, TW, 4, DW).transpose(3, 6, 1, 0, 2, 4, 7, 5)


def _filters_in_parts(w: Array, g: Geometry) -> Iterable[tuple[slice, Array]]:
    """Filters turned into (36, K, C): all of them, or, if they are used only once, some at a time."""
    used_once = g.N * math.prod(_whole_tiles(g)) <= 16 * BAND_TILES
    step = max(FEWEST_CHANNELS, FILTER_VALUES // (36 * g.C)) if used_once else g.K
    parts = (slice(first, first + step) for first in range(0, g.K, step))
    turned = ((some, _filters(w[some])) for some in parts)
    return turned if used_once else list(turned)


def _filters(w: Array) -> Array:
    """Filters (K, C, 3, 3) turned into (36, K, C)."""
    K, C = w.shape[:2]
    return (FILTER.astype(w.dtype) @ w.reshape(K * C, 9).T).reshape(36, K, C)


def _inputs(x: Array, g: Geometry) -> Iterator[tuple[slice, slice, Array]]:
    """The pixels of all tiles, turned, about BAND_TILES at a time: images, rows of tiles, (36, T, C)."""
    (TH, TW), (DH, DW) = _tile_counts(g), g.dilation
    height = min(-(-BAND_TILES // (DH * DW * TW)), TH)
    images = max(BAND_TILES // (height * DH * DW * TW), 1)
    for n in range(0, g.N, images):
        for top in range(0, TH, height):
            rows = slice(top, min(top + height, TH))
            yield slice(n, n + images), rows, _turned(_windows(x[n : n + images], g, rows))


def _turned(windows: Array) -> Array:
    """Windows (n, C, 6, 6, th, DH, DW, TW) turned into (36, T, C): a copy and a product."""
    pixels = windows.transpose(2, 3, 0, 4, 5, 6, 7, 1).reshape(36, -1)  # (36, T * C)
    return (INPUT.astype(windows.dtype) @ pixels).reshape(36, -1, windows.shape[1])


def _windows(x: Array, g: Geometry, rows: slice) -> Array:
    """The pixels of some rows of tiles as a view of padded images: (N, C, 6, 6, rows, DH, DW, TW).

    With dilation 2, a tile takes every second row and begins at an even or at an odd one: its phase, in DH.
    """
    (_, TW), (DH, DW), ((top, _), (left, _)) = _tile_counts(g), g.dilation, g.pad
    count = rows.stop - rows.start
    padded = np.zeros((*x.shape[:2], (4 * count + 2) * DH, (4 * TW + 2) * DW), x.dtype)
    above = 4 * DH * rows.start - top  # the image's row that is the first here
    seen = x[:, :, max(above, 0) : max(above + padded.shape[2], 0)]
    below = max(-above, 0)
    padded[:, :, below : below + seen.shape[2], left : left + g.W] = seen
    n, c, row, column = padded.strides
    strides = (n, c, DH * row, DW * column, 4 * DH * row, row, column, 4 * DW * column)
    return as_strided(padded, (*x.shape[:2], 6, 6, count, DH, DW, TW), strides, writeable=False)
