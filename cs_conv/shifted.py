"""Convolution as sums of shifted rows: three copies of the images where im2col makes nine.

A column of im2col holds every pixel of a window, but the windows above and below hold most of them again. So
make only FW copies of the images, one for each column of the filter, each shifted by one more pixel. One
matrix product gives, for every row of the images, the partial sums of all FH filter rows:

    (FH K, C FW) @ (C FW, H OW)  ->  (FH, K, H, OW)

An output is the sum of FH of them, each from one row further down: FH additions of large slices of memory.
Rows of padding are left out, since they would only add zeros. Backward does the same in reverse order: the
gradient is copied FH times, shifted, and one product with the filters gives the gradients of the FW copies of
the images.

With stride 2, even and odd rows of the images meet different filter rows, so each of these two phases has its
own product. With groups, each group has its own product, all in one call. `cs_conv.choice` says when this is
faster than im2col.

Interface, shapes, dtypes and errors are those of `cs_conv.im2col`, which does the pooling.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

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

BAND_BYTES = 2**20  # copies and partial sums made at a time: what stays in a core's caches
PART_BYTES = 2**24  # of one image that has more of them: smaller parts would have thin products

FEW_PLACES = 128  # images with fewer outputs than this share one product, or each would be too thin


class FilterRow(NamedTuple):
    """A row of the filters: its number, the output rows that it adds to, the image rows it meets there."""

    number: int
    outputs: slice
    pixels: slice


@row_by_row
def conv_forward(
    x: Array, w: Array, b: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> Array:
    """Multiply the filters' rows with the shifted copies, and add up the partial sums of FH rows.

    x: (N, C, H, W). w: (K, C / groups, FH, FW). b: (K,). Returns out: (N, K, OH, OW).

    >>> x = np.array([[[[1.0, 2, 3], [4, 5, 6]]]])
    >>> conv_forward(x, np.array([[[[1.0, 0], [0, -1]]]]), b=np.array([10.0]))
    array([[[[6., 6.]]]])
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_bias(b, g, x.dtype)
    weights = [_filter_rows(w, rows, g) for _, rows in phases(g)]
    out = np.empty((g.N, g.groups, g.K // g.groups, g.OH, g.OW), x.dtype)
    for part, pixels, outputs in _parts(g, x.itemsize):
        _add_up(out[..., outputs, :], x[:, :, pixels], weights, b, part)
    return out.reshape(g.N, g.K, g.OH, g.OW)


@row_by_row
def conv_backward(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> tuple[Array, Array, Array]:
    """Copy the gradient for each filter row; one product gives the images' gradient, another the filters'.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (K, C / groups, FH, FW).
    Returns dx, dw, db in the shapes of x, w and b.
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    dx = np.zeros(x.shape, x.dtype)
    return dx, *_gradients(dout, x, w, g, dx)


@row_by_row
def conv_filter_gradients(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> tuple[Array, Array]:
    """Return dw and db only: the first layer of a network needs no dx."""
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    return _gradients(dout, x, w, g, None)


def _add_up(out: Array, x: Array, weights: list[Array], b: Array, g: Geometry) -> None:
    """Write the outputs (N, G, K, OH, OW) of images x; weights: those of each phase."""
    for images in _bands(g, x.itemsize):
        bias: Array | None = b.reshape(g.groups, -1, 1, 1)
        for (phase, rows), w_rows in zip(phases(g), weights, strict=False):  # no phase without rows
            copies = _by_group(copies_of(x[images, :, phase], g), g)  # (n, G, C FW, H OW)
            sums = _parted(w_rows @ _joined(copies), len(copies))  # (n, G, FH K, H OW)
            _gather_rows(out[images], sums, rows, bias)
            bias = None
        if bias is not None:  # no row of the images meets the filters
            out[images] = bias


def _gradients(dout: Array, x: Array, w: Array, g: Geometry, dx: Array | None) -> tuple[Array, Array]:
    """dw (K, C / groups, FH, FW) and db (K,); the gradient of the images is added to dx, if there is one."""
    G, C, K = g.groups, g.C // g.groups, g.K // g.groups
    dw = np.zeros((G, K, C, g.FH, g.FW), x.dtype)
    for phase, rows in phases(g):
        w_col = _filter_rows(w, rows, g).swapaxes(1, 2)  # (G, C FW, FH K)
        dw_col = np.zeros(w_col.shape, x.dtype)
        for images in _bands(g, x.itemsize):
            pixels = x[images, :, phase]
            dsums = _joined(_spread_rows(dout[images], rows, pixels.shape[2], g))  # (n, G, FH K, H OW)
            for product in _joined(_by_group(copies_of(pixels, g), g)) @ dsums.swapaxes(2, 3):
                dw_col += product
            if dx is not None:
                _add_copies(dx[images, :, phase], _parted(w_col @ dsums, len(pixels)), g)
        dw_rows = dw_col.reshape(G, C, g.FW, len(rows), K).transpose(0, 4, 1, 3, 2)
        dw[:, :, :, [row.number for row in rows]] = dw_rows
    return dw.reshape(g.K, C, g.FH, g.FW), np.asarray(dout).sum(axis=(0, 2, 3))


def _joined(band: Array) -> Array:
    """The images of a band (n, G, R, places) side by side, (1, G, R, n * places), where places are few."""
    n, G, R, places = band.shape
    return band.transpose(1, 2, 0, 3).reshape(1, G, R, n * places) if places < FEW_PLACES else band


def _parted(joined: Array, n: int) -> Array:
    """The inverse of _joined for n images, as a view: (n, G, R, places)."""
    blocks, G, R, width = joined.shape
    parts = joined.reshape(blocks, G, R, n // blocks, width * blocks // n)
    return parts.transpose(0, 3, 1, 2, 4).reshape(n, G, R, -1)


def phases(g: Geometry) -> Iterator[tuple[slice, list[FilterRow]]]:
    """The rows of images, every SH-th together, and the filter rows that meet them; at stride 1 all rows."""
    SH, top = g.stride[0], g.pad[0][0]
    for phase in range(min(SH, g.H)):
        shifts = [(fh, fh * g.dilation[0] - top - phase) for fh in range(g.FH)]
        height = len(range(phase, g.H, SH))
        rows = [FilterRow(fh, *meet(g.OH, height, 1, shift // SH)) for fh, shift in shifts if shift % SH == 0]
        if rows:
            yield slice(phase, None, SH), rows


def meet(places: int, size: int, stride: int, shift: int) -> tuple[slice, slice]:
    """Where place i meets pixel stride * i + shift, along one axis: the places, and the pixels."""
    first = max(0, -(shift // stride))
    last = max(first, min(places, -((shift - size) // stride)))
    return slice(first, last), slice(stride * first + shift, stride * last + shift, stride)


def _filter_rows(w: Array, rows: list[FilterRow], g: Geometry) -> Array:
    """These rows of all filters, one below the other: (G, FH K, C FW)."""
    G, C, K = g.groups, g.C // g.groups, g.K // g.groups
    met = w.reshape(G, K, C, g.FH, g.FW)
    if len(rows) < g.FH:
        met = met[:, :, :, [row.number for row in rows]]
    return met.transpose(0, 3, 1, 2, 4).reshape(G, len(rows) * K, C * g.FW)


def copies_of(x: Array, g: Geometry) -> Array:
    """For each filter column the images (n, C, H, W), shifted and padded at the sides: (n, C, FW, H, OW)."""
    n, C, H, W = x.shape
    copies = np.empty((n, C, g.FW, H, g.OW), x.dtype)
    for fw, (places, pixels) in enumerate(columns_met(g)):
        copy = copies[:, :, fw]
        if _keeps_width(g):
            to, source = _in_one_piece(pixels.start - places.start, H * W)
            copy.reshape(n, C, H * W)[..., to] = x.reshape(n, C, H * W)[..., source]
        else:
            copy[..., places] = x[..., pixels]
        copy[..., : places.start] = 0
        copy[..., places.stop :] = 0
    return copies


def _by_group(copies: Array, g: Geometry) -> Array:
    """Copies (n, C, FW, H, OW) as a matrix for each group: (n, G, C FW, H OW)."""
    n, C, FW, H, OW = copies.shape
    return copies.reshape(n, g.groups, C // g.groups * FW, H * OW)


def _add_copies(x: Array, copies: Array, g: Geometry) -> None:
    """The adjoint of _copies: add the copies to images (n, C, H, W)."""
    n, C, H, W = x.shape
    copies = copies.reshape(n, C, g.FW, H, g.OW)
    for fw, (places, pixels) in enumerate(columns_met(g)):
        copy = copies[:, :, fw]
        if _keeps_width(g):
            copy[..., : places.start] = 0
            copy[..., places.stop :] = 0
            to, source = _in_one_piece(pixels.start - places.start, H * W)
            x.reshape(n, C, H * W)[..., source] += copy.reshape(n, C, H * W)[..., to]
        else:
            x[..., pixels] += copy[..., places]


def _keeps_width(g: Geometry) -> bool:
    """Whether images and outputs have rows of one length: then a shift of all rows is one of an image."""
    return g.OW == g.W and g.stride == (1, 1)


def _in_one_piece(shift: int, size: int) -> tuple[slice, slice]:
    """Where value i + shift of an image goes to place i, its rows laid end to end."""
    to, source, length = max(0, -shift), max(0, shift), max(0, size - abs(shift))
    return slice(to, to + length), slice(source, source + length)


def columns_met(g: Geometry) -> list[tuple[slice, slice]]:
    """For each filter column the output columns that it adds to, and the image columns it meets there."""
    shifts = [fw * g.dilation[1] - g.pad[1][0] for fw in range(g.FW)]
    return [meet(g.OW, g.W, g.stride[1], shift) for shift in shifts]


def _gather_rows(out: Array, sums: Array, rows: list[FilterRow], bias: Array | None) -> None:
    """Add partial sums (n, G, FH K, H OW) to outputs (n, G, K, OH, OW), each filter row's a row further.

    With a bias nothing is in the outputs yet: they become the bias and what is added.
    """
    n, G, K, _, OW = out.shape
    sums = sums.reshape(n, G, len(rows), K, -1, OW)
    parts = [(row.outputs, sums[:, :, index, :, row.pixels]) for index, row in enumerate(rows)]
    parts.sort(key=lambda part: part[1].shape[3], reverse=True)  # first the one that all outputs get
    for outputs, part in parts:
        if bias is not None and part.shape == out.shape:
            np.add(part, bias, out=out)
        else:
            if bias is not None:
                out[...] = bias
            out[..., outputs, :] += part
        bias = None


def _spread_rows(dout: Array, rows: list[FilterRow], H: int, g: Geometry) -> Array:
    """The adjoint of _gather_rows: dout (n, K, OH, OW) copied for each filter row: (n, G, FH K, H OW)."""
    n, G, K = len(dout), g.groups, g.K // g.groups
    dout = dout.reshape(n, G, K, g.OH, g.OW)
    dsums = np.empty((n, G, len(rows), K, H, g.OW), dout.dtype)
    for index, row in enumerate(rows):
        dsums[:, :, index, :, : row.pixels.start] = 0
        dsums[:, :, index, :, row.pixels] = dout[..., row.outputs, :]
        dsums[:, :, index, :, row.pixels.stop :] = 0
    return dsums.reshape(n, G, len(rows) * K, H * g.OW)


def _parts(g: Geometry, itemsize: int) -> Iterator[tuple[Geometry, slice, slice]]:
    """Cut large images at stride 1 into rows of outputs whose copies and partial sums take about PART_BYTES.

    Yields the geometry of a part, its rows of the images, and its rows of the outputs.
    """
    height = max(PART_BYTES // ((g.C * g.FW + g.K * g.FH) * g.OW * itemsize), 1)
    if g.stride[0] > 1 or height >= g.OH:
        yield g, slice(None), slice(None)
        return
    for first in range(0, g.OH, height):
        last = min(first + height, g.OH)
        top = first - g.pad[0][0]  # the first row that a filter meets, or would meet in the padding
        bottom = last - g.pad[0][0] + (g.FH - 1) * g.dilation[0]
        rows = slice(max(top, 0), max(top, 0, min(bottom, g.H)))  # none, if all of it is padding
        pad = ((max(-top, 0), max(bottom - g.H, 0)), g.pad[1])
        yield replace(g, H=rows.stop - rows.start, OH=last - first, pad=pad), rows, slice(first, last)


def _bands(g: Geometry, itemsize: int) -> Iterator[slice]:
    """Cut the images into bands whose copies and partial sums take about BAND_BYTES; an image at least."""
    rows = -(-g.H // g.stride[0])
    image_bytes = (g.C * g.FW + g.K * g.FH) * rows * g.OW * itemsize
    images = max(BAND_BYTES // max(image_bytes, 1), 1)
    for n in range(0, g.N, images):
        yield slice(n, min(n + images, g.N))
