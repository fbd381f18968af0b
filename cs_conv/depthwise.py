"""Depthwise convolution as products with banded matrices: many rows of an output at once.

A depthwise filter sees only one channel, so a matrix of the filters would have one row, and such a product is
slow. But the same filter makes all rows of the output. So it is written into a matrix once for each output
row, one image row further each time. This banded matrix makes several rows at once from the image rows that
they meet:

    (made, met FW) @ (met FW, OW)  ->  (made, OW)

As in `cs_conv.shifted`, each image row is copied FW times, shifted, once for each filter column. Most of the
matrix is zero, but multiplying these zeros takes less time than adding rows to rows in memory. The gradient
of the images is the same product from outputs to pixels; strides and dilation only move the band. In an image
of 8x8 or less, every output is one row of weights over all pixels, and nothing needs to be copied:

    (N, H W) @ (H W, OH OW)  ->  (N, OH OW)

The zeros meet pixels outside of the window, and 0 * inf is NaN. So infinite values and NaN are left to
`cs_conv.shifted`, as are all convolutions that are not depthwise. Pooling is left to `cs_conv.im2col`.

Interface, shapes, dtypes and errors are those of `cs_conv.im2col`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import DTypeLike

from cs_conv import shifted
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

BAND_BYTES = (
    2**19
)  # copies or matrices made at a time: with what they are multiplied by, they stay in a cache
TILE_ROWS = 7  # rows made by a product: more would multiply more zeros, fewer copy more rows
SMALL = 64  # pixels of an image that is a row of a matrix


@row_by_row
def conv_forward(
    x: Array, w: Array, b: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> Array:
    """Multiply each channel's banded matrix with its images.

    x: (N, C, H, W). w: (C, 1, FH, FW). b: (C,). groups: C. Returns out: (N, C, OH, OW).

    >>> x = np.array([[[[1.0, 2, 4]], [[1.0, 2, 4]]]])
    >>> conv_forward(x, np.array([[[[1.0, 1]]], [[[-1.0, 1]]]]), b=np.zeros(2), groups=2)
    array([[[[3., 6.]],
    <BLANKLINE>
            [[1., 2.]]]])
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    if not serves(g) or not _finite(x, w):
        return shifted.conv_forward(x, w, b, stride, pad, dilation, groups)
    check_bias(b, g, x.dtype)
    out, bias = np.empty((g.N, g.C, g.OH, g.OW), x.dtype), b[:, np.newaxis, np.newaxis]
    if _is_small(g):
        for channels, matrices in _image_matrices(w, g):
            _multiply(x[:, channels], matrices, out[:, channels])
        out += bias
        return out
    tiles = _output_tiles(g)
    matrices = _banded(w[:, 0], tiles)
    for band, rows in _products(x, matrices, tiles, shifted.columns_met(g), (g.OH, g.OW)):
        np.add(rows, bias[band[1]], out=out[band])
    return out


@row_by_row
def conv_backward(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> tuple[Array, Array, Array]:
    """Do the same products from outputs to pixels for dx, and dot products of pixels and gradient for dw.

    dout: (N, C, OH, OW). x: (N, C, H, W). w: (C, 1, FH, FW). groups: C.
    Returns dx, dw, db in the shapes of x, w and b.
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    if serves(g):
        dw, db = _filter_gradients(dout, x, g)
        if _finite(dw, db, w):
            return _image_gradient(dout, w, g), dw, db
    return shifted.conv_backward(dout, x, w, stride, pad, dilation, groups)


@row_by_row
def conv_filter_gradients(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> tuple[Array, Array]:
    """Return dw and db only: the first layer of a network needs no dx."""
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    if serves(g):
        dw, db = _filter_gradients(dout, x, g)
        if _finite(dw):
            return dw, db
    return shifted.conv_filter_gradients(dout, x, w, stride, pad, dilation, groups)


def serves(g: Geometry) -> bool:
    """Return whether each channel has exactly one filter."""
    return g.C == g.K == g.groups


def _finite(*arrays: Array) -> bool:
    """Return whether no value is infinite or NaN; a sum that overflows counts as infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        return all(np.isfinite(np.sum(array)) for array in arrays)


def _image_gradient(dout: Array, w: Array, g: Geometry) -> Array:
    """dx (N, C, H, W). Every SW-th image column meets the same filter columns: these are made together."""
    dx, SW = np.empty((g.N, g.C, g.H, g.W), dout.dtype), g.stride[1]
    if _is_small(g):
        for channels, matrices in _image_matrices(w, g):
            _multiply(dout[:, channels], matrices.swapaxes(1, 2), dx[:, channels])
        return dx
    tiles = _pixel_tiles(g)
    for phase in range(min(SW, g.W)):
        dpixels = dx[:, :, :, phase::SW]
        back = [(fw, phase + g.pad[1][0] - fw * g.dilation[1]) for fw in range(g.FW)]
        met = [(fw, steps // SW) for fw, steps in back if steps % SW == 0]
        columns = [shifted.meet(dpixels.shape[3], g.OW, 1, shift) for _, shift in met]
        matrices = _banded(w[:, 0][:, :, [fw for fw, _ in met]], tiles)
        for band, rows in _products(dout, matrices, tiles, columns, dpixels.shape[2:]):
            dpixels[band] = rows
    return dx


def _filter_gradients(dout: Array, x: Array, g: Geometry) -> tuple[Array, Array]:
    """dw (C, 1, FH, FW) and db (C,): a weight's gradient is the dot product of the pixels it met and dout."""
    dw, db = np.zeros((g.C, g.FH, g.FW), x.dtype), np.asarray(dout).sum(axis=(0, 2, 3))
    if _is_small(g):
        taps = _taps(g, x.dtype)
        for channels in _blocks(g, taps):
            pixels, gradients = _planes(x[:, channels]), _planes(dout[:, channels])
            met = pixels.transpose(1, 2, 0) @ gradients.swapaxes(0, 1)  # (c, H W, OH OW)
            dw[channels] = (met.reshape(len(met), -1) @ taps.T).reshape(-1, g.FH, g.FW)
        return dw.reshape(g.C, 1, g.FH, g.FW), db
    for phase, rows in shifted.phases(g):
        height = len(range(g.H)[phase])
        for images, channels in _bands(g.N, g.C, g.FW * height * g.OW * x.itemsize):
            copies = shifted.copies_of(x[images, channels, phase], g)  # (n, c, FW, height, OW)
            gradients = dout[images, channels]
            for row in rows:
                met, sent = copies[:, :, :, row.pixels], gradients[:, :, np.newaxis, row.outputs]
                dw[channels, row.number] += np.vecdot(_planes(met), _planes(sent)).sum(axis=0)
    return dw.reshape(g.C, 1, g.FH, g.FW), db


class Tiles(NamedTuple):
    """Tiles of `made` rows. Each meets `met` other rows: from `first` on, `step` further for each tile.

    entries: for each filter row where it stands in the matrix, as indices (made, met).
    """

    made: int
    met: int
    first: int
    step: int
    entries: list[tuple[Array, Array]]


def _output_tiles(g: Geometry) -> Tiles:
    """Of output rows and the image rows that they meet."""
    (SH, DH), made = (g.stride[0], g.dilation[0]), min(TILE_ROWS, g.OH)
    outputs = np.arange(made)
    entries = [(outputs, outputs * SH + fh * DH) for fh in range(g.FH)]
    return Tiles(made, (made - 1) * SH + (g.FH - 1) * DH + 1, -g.pad[0][0], made * SH, entries)


def _pixel_tiles(g: Geometry) -> Tiles:
    """Of image rows and the output rows that they meet: h meets by filter row fh (h + top - fh DH) / SH."""
    (SH, DH), top = (g.stride[0], g.dilation[0]), g.pad[0][0]
    made = -(-min(TILE_ROWS, g.H) // SH) * SH  # whole strides, so that all tiles have one matrix
    first = -(((g.FH - 1) * DH - top) // SH)
    entries = []
    for fh in range(g.FH):
        pixels = np.arange((fh * DH - top) % SH, made, SH)
        entries.append((pixels, (pixels + top - fh * DH) // SH - first))
    return Tiles(made, (made - 1 + top) // SH - first + 1, first, made // SH, entries)


def _banded(w: Array, tiles: Tiles) -> Array:
    """Each channel's filter (C, FH, FW) as a matrix (C, 1, made, met FW): a row further for each row made."""
    C, _, FW = w.shape
    matrices = np.zeros((C, tiles.made, tiles.met, FW), w.dtype)
    for fh, (made, met) in enumerate(tiles.entries):
        matrices[:, made, met] = w[:, np.newaxis, fh]
    return matrices.reshape(C, 1, tiles.made, tiles.met * FW)


def _products(
    x: Array, matrices: Array, tiles: Tiles, columns: list[tuple[slice, slice]], size: tuple[int, ...]
) -> Iterator[tuple[tuple[slice, slice], Array]]:
    """The matrices times the copies of images (N, C, H, W): results of `size`, which is (height, width).

    Yields images and channels, and their results (n, c, height, width), a band at a time.
    """
    (N, C), (height, width), FW = x.shape[:2], size, len(columns)
    count = -(-height // tiles.made)
    rows = tiles.met + (count - 1) * tiles.step
    copies = None
    for images, channels in _bands(N, C, rows * FW * width * x.itemsize):
        pixels = x[images, channels]
        n, c = pixels.shape[:2]
        if copies is None:  # the first band is the largest; what is 0 in one is 0 in all
            copies = np.zeros((n, c, rows, FW, width), x.dtype)
            by_tile = _by_tile(copies, tiles, count)
        _lay_out(pixels, copies[:n, :c], tiles.first, columns)
        products = matrices[channels] @ by_tile[:n, :c]  # (n, c, count, made, width)
        yield (images, channels), products.reshape(n, c, -1, width)[:, :, :height]


def _lay_out(x: Array, copies: Array, first: int, columns: list[tuple[slice, slice]]) -> None:
    """Copy the rows of images (n, c, H, W), from `first` on, into copies (n, c, rows, FW, width)."""
    top, bottom = max(first, 0), min(first + copies.shape[2], x.shape[2])
    for fw, (places, pixels) in enumerate(columns):
        copies[:, :, top - first : bottom - first, fw, places] = x[:, :, top:bottom, pixels]


def _by_tile(copies: Array, tiles: Tiles, count: int) -> Array:
    """The copies (n, c, rows, FW, width) of each tile as a matrix: (n, c, count, met FW, width), a view."""
    n, c, _, FW, width = copies.shape
    image, channel, row, copy, value = copies.strides
    shape = n, c, count, tiles.met * FW, width
    return as_strided(copies, shape, (image, channel, tiles.step * row, copy, value))


def _bands(N: int, C: int, plane_bytes: int) -> Iterator[tuple[slice, slice]]:
    """Images and channels at a time whose planes, of so many bytes, take about BAND_BYTES."""
    planes = max(BAND_BYTES // max(plane_bytes, 1), 1)
    images = max(planes // max(C, 1), 1)
    for c in range(0, C, planes):
        for n in range(0, N, images):
            yield slice(n, min(n + images, N)), slice(c, min(c + planes, C))


def _is_small(g: Geometry) -> bool:
    return g.H * g.W <= SMALL


def _taps(g: Geometry, dtype: DTypeLike) -> Array:
    """For each weight 1 where a pixel meets an output by it: (FH FW, H W * OH OW)."""
    down = _meeting(g.H, g.OH, g.FH, g.stride[0], g.dilation[0], g.pad[0][0])
    across = _meeting(g.W, g.OW, g.FW, g.stride[1], g.dilation[1], g.pad[1][0])
    return np.stack([np.kron(rows, columns).ravel() for rows in down for columns in across]).astype(dtype)


def _meeting(size: int, places: int, taps: int, stride: int, dilation: int, before: int) -> list[Array]:
    """Along one axis, for each tap: whether a pixel meets a place by it, (size, places)."""
    pixels, corners = np.arange(size)[:, np.newaxis], np.arange(places) * stride - before
    return [pixels == corners + tap * dilation for tap in range(taps)]


def _blocks(g: Geometry, taps: Array) -> Iterator[slice]:
    """Channels whose matrices take about BAND_BYTES."""
    channels = max(BAND_BYTES // max(taps[0].nbytes, 1), 1)
    for c in range(0, g.C, channels):
        yield slice(c, c + channels)


def _image_matrices(w: Array, g: Geometry) -> Iterator[tuple[slice, Array]]:
    """Some channels, and their filters as matrices over whole images: (c, H W, OH OW)."""
    taps = _taps(g, w.dtype)
    for channels in _blocks(g, taps):
        matrices = w[channels].reshape(-1, g.FH * g.FW) @ taps
        yield channels, matrices.reshape(-1, g.H * g.W, g.OH * g.OW)


def _multiply(x: Array, matrices: Array, out: Array) -> None:
    """Images (N, c, ., .) as rows times each channel's matrix, into out (N, c, ., .)."""
    np.matmul(_planes(x).swapaxes(0, 1), matrices, out=_planes(out).swapaxes(0, 1))


def _planes(x: Array) -> Array:
    """The last two axes as one."""
    return x.reshape(*x.shape[:-2], x.shape[-2] * x.shape[-1])
