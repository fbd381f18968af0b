"""Convolution as a matrix product: every window of the image becomes a column.

A filter multiplies the pixels of a window and adds up the products: a dot product. Lay the windows out as the
columns of a matrix and the filters as the rows of another, and one matrix product is the whole convolution.
The bias is one more column of the filters, which meets one more row of the columns, all ones.

Columns repeat pixels, FH * FW times at stride 1. So they are made for one band at a time, a few images or a
few output rows of one image: small enough for the processor's cache, large enough for a fast matrix product.
Groups of channels are computed one after the other.
Pooling needs no matrix; it goes through the windows one tap at a time, for one block of channels at a time.

Images are (N, C, H, W), filters (K, C / groups, FH, FW). The dtype of the images (float32 or float64) is the
dtype of the results. Inputs are never changed; results never share memory with them. `cs_conv.geometry` says
what `stride`, `pad`, `dilation` and `groups` may be and raises ValueError or TypeError for what does not fit.
Source: Chellapilla, Puri and Simard, "High performance convolutional neural networks for document
processing", 2006.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cs_conv.geometry import (
    Array,
    Geometry,
    Pad,
    Pair,
    Shape,
    check_array,
    check_bias,
    check_dout,
    check_switches,
    conv_geometry,
    cut_padding,
    inside,
    pad_images,
    pool_geometry,
    window_geometry,
    zeros_padded,
)

BAND_BYTES = 2**20  # columns made, or images pooled, at a time: what a core's second-level cache holds
BAND_COLUMNS = 512  # but never fewer, or the matrix product is too thin to be fast
FEW_PLACES = 128  # images with fewer outputs than this share one product, or each would be too thin
FEW_TAPS = 4  # up to here, the gradients of windows side by side are written tap by tap
MANY_TAPS = 32  # from here on, windows that do not overlap are searched one by one


def im2col(x: Array, size: Pair, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1) -> Array:
    """Lay every window of the images out as one column.

    x: (N, C, H, W). size: the window, an int or (FH, FW).
    Returns cols: (C * FH * FW, N * OH * OW), rows in the order c, fh, fw, columns in the order n, i, j.

    >>> im2col(np.array([[[[1.0, 2, 3], [4, 5, 6]]]]), size=2)
    array([[1., 2.],
           [2., 3.],
           [4., 5.],
           [5., 6.]])
    """
    check_array("x", x, "(N, C, H, W)")
    g = window_geometry(x.shape, size, stride, pad, dilation)
    windows = windows_of(pad_images(x, g), g)  # (N, C, FH, FW, OH, OW)
    cols = windows.transpose(1, 2, 3, 0, 4, 5).copy()  # (C, FH, FW, N, OH, OW)
    return cols.reshape(g.C * g.FH * g.FW, g.N * g.OH * g.OW)


def col2im(
    cols: Array, x_shape: Shape, size: Pair, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1
) -> Array:
    """Add every column back to the window that it came from: the adjoint of im2col.

    cols: (C * FH * FW, N * OH * OW). x_shape: (N, C, H, W). Returns x: (N, C, H, W).
    Windows overlap, so this does not undo im2col: a pixel comes back once for each window that holds it.

    >>> col2im(np.ones((4, 2)), (1, 1, 2, 3), size=2)  # how many windows hold each pixel
    array([[[[1., 2., 1.],
             [1., 2., 1.]]]])
    """
    g = window_geometry(x_shape, size, stride, pad, dilation)
    shape = (g.C * g.FH * g.FW, g.N * g.OH * g.OW)
    check_array("cols", cols, "(C * FH * FW, N * OH * OW)", shape)
    padded = zeros_padded(g, cols.dtype)
    values = cols.reshape(g.C, g.FH, g.FW, g.N, g.OH, g.OW)
    _add_windows(windows_of(padded, g, writeable=True), values.transpose(3, 0, 1, 2, 4, 5))
    return cut_padding(padded, g)


def conv_forward(
    x: Array, w: Array, b: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> Array:
    """Multiply the filters, as rows, with the windows, as columns.

    x: (N, C, H, W). w: (K, C / groups, FH, FW). b: (K,). Returns out: (N, K, OH, OW).
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_bias(b, g, x.dtype)
    padded = pad_images(x, g)
    out = np.empty((g.N, g.K, g.OH * g.OW), x.dtype)
    few = w[0].size > g.N * g.OH * g.OW  # outputs: a bias is added to them sooner than the filters are copied
    for part, channels, filters in groups_of(g):
        windows = windows_of(padded[:, channels], part)  # (N, C, FH, FW, OH, OW)
        w_row = w[filters].reshape(part.K, -1)  # (K, C * FH * FW), and one more for the bias
        w_row = w_row if few else np.column_stack((w_row, b[filters]))
        for images, places, cols in _columns(windows):
            band = out[images, filters, places]  # (n, K, places)
            rows = cols[:, : w_row.shape[1]]
            if len(rows) == len(band):
                np.matmul(w_row, rows, out=band)
            else:
                band[...] = _parted(w_row @ rows, len(band))
    if few:
        out += b[:, np.newaxis]
    return out.reshape(g.N, g.K, g.OH, g.OW)


def conv_backward(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> tuple[Array, Array, Array]:
    """Two matrix products: the gradient times the columns for dw, the filters times the gradient for dx.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (K, C / groups, FH, FW).
    Returns dx, dw, db in the shapes of x, w and b. The columns are made again, not kept from the forward
    pass: that costs one copy and saves their memory.
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    return _image_gradient(dout, w, g), *_filter_gradients(dout, x, g)


def conv_filter_gradients(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> tuple[Array, Array]:
    """Return dw and db only: the first layer of a network needs no dx."""
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    return _filter_gradients(dout, x, g)


def max_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> tuple[Array, Array]:
    """Go through the taps of the windows, and keep the largest value of each window so far.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Padding is -inf: it loses to every number.
    Returns out: (N, C, OH, OW), and switches: the flat index, inside its window, of the first maximum, in the
    smallest type that holds it: uint8 up to 256 taps.
    Windows that do not overlap and have at least MANY_TAPS taps are searched one by one.
    A window that holds a NaN gives NaN, and the switch of the first NaN.
    """
    check_array("x", x, "(N, C, H, W)")
    g = pool_geometry(x.shape, size, stride, pad)
    out = np.empty((g.N, g.C, g.OH, g.OW), x.dtype)
    switches = np.zeros(out.shape, np.min_scalar_type(g.FH * g.FW - 1))
    one_by_one = g.FH * g.FW >= MANY_TAPS and not _overlap(g)
    find_maxima = _find_largest if one_by_one else _keep_larger
    for part, images, maxima, places in _blocks(g, x, out, switches):
        find_maxima(windows_of(pad_images(images, part, -np.inf), part), maxima, places)
    return out, switches


def max_pool_backward(
    dout: Array, switches: Array, x_shape: Shape, size: Pair, stride: Pair, pad: Pad = 0
) -> Array:
    """Add each gradient to the pixel that was the maximum, found by its address in the padded images.

    dout, switches: (N, C, OH, OW). x_shape: (N, C, H, W). Returns dx: (N, C, H, W).
    For small windows that do not overlap, such as 2x2 at stride 2, each tap is written at once.
    """
    g = pool_geometry(x_shape, size, stride, pad)
    check_dout(dout, g)
    check_switches(switches, g)
    dx = np.empty((g.N, g.C, g.H, g.W), dout.dtype)
    if g.stride == (g.FH, g.FW) and g.FH * g.FW <= FEW_TAPS:
        write = _write_pairs if _has_pairs(g, dx) else _write_taps
        for block in _blocks(g, dx, dout, switches):
            write(*block)
        return dx
    corners = None
    for part, dimages, gradients, places in _blocks(g, dx, dout, switches):
        dpadded = zeros_padded(part, dx.dtype)
        if corners is None:  # the first block is the largest
            corners, steps = _addresses(part, *dpadded.shape[2:])
        # No index needs clipping, check_switches saw to that: the mode spares NumPy looking again.
        maxima = np.take(steps, places, mode="clip")
        maxima += corners[: part.C]
        # Windows that overlap may share their maximum; add.at adds for each of them.
        np.add.at(dpadded.reshape(-1), maxima.ravel(), gradients.ravel())
        dimages[...] = inside(dpadded, part)
    return dx


def average_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Add up each window and divide by its size; padding counts as zeros.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Returns out: (N, C, OH, OW).
    """
    check_array("x", x, "(N, C, H, W)")
    g = pool_geometry(x.shape, size, stride, pad)
    out = np.empty((g.N, g.C, g.OH, g.OW), x.dtype)
    for part, images, means in _blocks(g, x, out):
        np.divide(_sums(images, part), g.FH * g.FW, out=means)
    return out


def average_pool_backward(dout: Array, x_shape: Shape, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Share each gradient out equally among the pixels of its window.

    dout: (N, C, OH, OW). x_shape: (N, C, H, W). Returns dx: (N, C, H, W).
    """
    g = pool_geometry(x_shape, size, stride, pad)
    check_dout(dout, g)
    dx = np.empty((g.N, g.C, g.H, g.W), dout.dtype)
    for part, dimages, gradients in _blocks(g, dx, dout):
        dimages[...] = _spread(gradients / (g.FH * g.FW), part)
    return dx


def l2_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Replace each window by its length as a vector: the square root of the sum of its squares.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Returns out: (N, C, OH, OW).
    Values are squared: those beyond 1e19 (float64: 1e154) become inf, those below 1e-23 (1e-162) become 0.
    """
    check_array("x", x, "(N, C, H, W)")
    g = pool_geometry(x.shape, size, stride, pad)
    out = np.empty((g.N, g.C, g.OH, g.OW), x.dtype)
    for part, images, norms in _blocks(g, x, out):
        np.sqrt(_sums(images**2, part), out=norms)
    return out


def l2_pool_backward(dout: Array, x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Share each gradient out in proportion: a pixel gets its value over the length of its window.

    dout: (N, C, OH, OW). x: (N, C, H, W). Returns dx: (N, C, H, W).
    A window of zeros has no direction (the norm has a kink there) and gets the gradient 0.
    """
    check_array("x", x, "(N, C, H, W)")
    g = pool_geometry(x.shape, size, stride, pad)
    check_dout(dout, g, x.dtype)
    dx = np.empty(x.shape, x.dtype)
    for part, images, gradients, dimages in _blocks(g, x, dout, dx):
        norms = np.sqrt(_sums(images**2, part))  # (1, P, OH, OW)
        scale = np.divide(gradients, norms, out=np.zeros_like(norms), where=norms != 0)
        np.multiply(images, _spread(scale, part), out=dimages)
    return dx


def windows_of(padded: Array, g: Geometry, writeable: bool = False) -> Array:
    """Return every window of the padded images as a view, without copying: (N, C, FH, FW, OH, OW)."""
    n, c, row, column = padded.strides
    taps = g.dilation[0] * row, g.dilation[1] * column
    places = g.stride[0] * row, g.stride[1] * column
    shape = (g.N, g.C, g.FH, g.FW, g.OH, g.OW)
    return as_strided(padded, shape, (n, c, *taps, *places), writeable=writeable)


def groups_of(g: Geometry) -> Iterator[tuple[Geometry, slice, slice]]:
    """Yield each group of a convolution: its geometry, its channels and its filters."""
    C, K = g.C // g.groups, g.K // g.groups
    part = replace(g, C=C, K=K, groups=1)
    for group in range(g.groups):
        yield part, slice(group * C, (group + 1) * C), slice(group * K, (group + 1) * K)


def bands(windows: Array) -> Iterator[tuple[slice, slice, slice]]:
    """Cut windows (N, C, FH, FW, OH, OW) into bands of BAND_BYTES.

    Yields images, output rows, and the places of those rows in a flat OH * OW. The first band is the largest.
    Small images share a band; large ones are cut into rows.
    """
    N, C, FH, FW, OH, OW = windows.shape
    row_bytes = C * FH * FW * OW * windows.itemsize
    rows = min(max(BAND_BYTES // row_bytes, -(-BAND_COLUMNS // OW)), OH)
    images = max(BAND_BYTES // (row_bytes * rows), 1)  # 1 where rows < OH
    for n in range(0, N, images):
        for top in range(0, OH, rows):
            bottom = min(top + rows, OH)
            yield slice(n, min(n + images, N)), slice(top, bottom), slice(top * OW, bottom * OW)


def _columns(windows: Array) -> Iterator[tuple[slice, slice, Array]]:
    """Lay the windows (N, C, FH, FW, OH, OW) out as columns, a band at a time, above a row of ones.

    Yields images, places and cols, (images, C * FH * FW + 1, places), joined where places are few. The next
    band overwrites them. The one copy of a convolution happens here.
    """
    buffer = None
    for images, rows, places in bands(windows):
        band = windows[images, :, :, :, rows]
        n, C, FH, FW, height, OW = band.shape
        blocks = 1 if height * OW < FEW_PLACES else n
        shape = blocks, C * FH * FW + 1, n // blocks * height * OW
        if buffer is None:  # the first band is the largest
            buffer = np.empty(math.prod(shape), band.dtype)
        cols = buffer[: math.prod(shape)].reshape(shape)
        cols[:, -1] = 1
        _parted(cols[:, :-1], n).reshape(band.shape)[...] = band  # into the buffer, for these are views
        yield images, places, cols


def _joined(band: Array) -> Array:
    """The images of a band (n, R, places) side by side, (1, R, n * places), where their places are few."""
    n, R, places = band.shape
    return band.transpose(1, 0, 2).reshape(1, R, n * places) if places < FEW_PLACES else band


def _parted(joined: Array, n: int) -> Array:
    """The inverse of _joined for n images, as a view: (n, R, places)."""
    blocks, R, width = joined.shape
    parts = joined.reshape(blocks, R, n // blocks, width * blocks // n)
    return parts.transpose(0, 2, 1, 3).reshape(n, R, -1)


def _image_gradient(dout: Array, w: Array, g: Geometry) -> Array:
    """Return dx (N, C, H, W): filters times gradient gives each column's gradient, added to its window."""
    dpadded = zeros_padded(g, dout.dtype)
    dout = dout.reshape(g.N, g.K, g.OH * g.OW)
    for part, channels, filters in groups_of(g):
        dwindows = windows_of(dpadded[:, channels], part, writeable=True)
        w_row = w[filters].reshape(part.K, -1)  # (K, C * FH * FW)
        for images, rows, places in bands(dwindows):
            dcols = w_row.T @ _joined(dout[images, filters, places])  # (n, C * FH * FW, places)
            dband = dwindows[images, :, :, :, rows]
            _add_windows(dband, _parted(dcols, len(dband)).reshape(dband.shape))
    return cut_padding(dpadded, g)


def _filter_gradients(dout: Array, x: Array, g: Geometry) -> tuple[Array, Array]:
    """Return dw (K, C / groups, FH, FW) and db (K,): columns times gradient; the row of ones gives db."""
    padded = pad_images(x, g)
    dout = dout.reshape(g.N, g.K, g.OH * g.OW)
    dw, db = np.empty((g.K, g.C // g.groups, g.FH, g.FW), x.dtype), np.empty(g.K, x.dtype)
    for part, channels, filters in groups_of(g):
        dw_col = np.zeros((part.C * g.FH * g.FW + 1, part.K), x.dtype)
        for images, places, cols in _columns(windows_of(padded[:, channels], part)):
            dw_col += (cols @ _joined(dout[images, filters, places]).transpose(0, 2, 1)).sum(axis=0)
        dw[filters] = dw_col[:-1].T.reshape(part.K, part.C, g.FH, g.FW)
        db[filters] = dw_col[-1]
    return dw, db


def _add_windows(windows: Array, values: Array) -> None:
    """Add values to windows, both (..., FH, FW, OH, OW), one tap at a time: one tap never overlaps itself."""
    for fh, fw in np.ndindex(windows.shape[-4:-2]):
        windows[..., fh, fw, :, :] += values[..., fh, fw, :, :]


def _blocks(g: Geometry, *arrays: Array) -> Iterator[tuple[Any, ...]]:
    """Cut arrays (N, C, ., .) into blocks of channels whose images take about BAND_BYTES when padded.

    Pooling treats every channel by itself, so N images of C channels are one image of N * C. Yields the
    geometry of a block, one image of P channels, and its part (1, P, ., .) of each array. The first block is
    the largest. Parts are views of arrays that are contiguous, as new ones are.
    """
    joined = [array.reshape(1, -1, *array.shape[2:]) for array in arrays]
    (top, bottom), (left, right) = g.pad
    channel_bytes = (top + g.H + bottom) * (left + g.W + right) * arrays[0].itemsize
    most = max(BAND_BYTES // channel_bytes, 1)
    for start in range(0, g.N * g.C, most):
        channels = slice(start, min(start + most, g.N * g.C))
        part = replace(g, N=1, C=channels.stop - start, K=channels.stop - start)
        yield part, *(array[:, channels] for array in joined)


def _keep_larger(windows: Array, out: Array, switches: Array) -> None:
    """Fold the taps of windows (1, P, FH, FW, OH, OW) into out and switches (1, P, OH, OW), zeros so far."""
    FH, FW = windows.shape[2:4]
    np.copyto(out, windows[:, :, 0, 0])
    for index in range(1, FH * FW):
        tap = windows[:, :, index // FW, index % FW]
        larger = tap > out  # not >=: of equal values the first stays
        # The index only grows, so the largest index that ever won is the last that did.
        np.maximum(switches, larger * switches.dtype.type(index), out=switches)
        np.maximum(out, tap, out=out)
    if np.isnan(out).any():
        _point_at_first_nan(switches, windows)


def _point_at_first_nan(switches: Array, windows: Array) -> None:
    """Set the switch of each window that holds a NaN: no comparison with NaN is true, so > missed it."""
    taps = list(enumerate(np.ndindex(windows.shape[2:4])))
    for index, (fh, fw) in reversed(taps):  # backwards, so that the first NaN has the last word
        np.copyto(switches, index, where=np.isnan(windows[:, :, fh, fw]))


def _overlap(g: Geometry) -> bool:
    """Return whether neighbouring windows share pixels."""
    down, across = g.OH > 1 and g.stride[0] < g.FH, g.OW > 1 and g.stride[1] < g.FW
    return down or across


def _find_largest(windows: Array, out: Array, switches: Array) -> None:
    """As _keep_larger, but each window is laid out in one piece and searched; NaNs are found as well."""
    pieces = windows.transpose(0, 1, 4, 5, 2, 3).reshape(*out.shape, -1)  # (1, P, OH, OW, FH * FW)
    largest = pieces.argmax(axis=-1, keepdims=True)  # of equal values the first; of NaNs, too
    switches[...] = largest[..., 0]
    out[...] = np.take_along_axis(pieces, largest, axis=-1)[..., 0]


def _write_taps(g: Geometry, dimages: Array, gradients: Array, switches: Array) -> None:
    """Write the gradient into the tap that each switch points at, and 0 into the others.

    The bits of the gradient are masked. Multiplying by 0 would turn an infinity into NaN, and give -0.0.
    """
    bits = np.dtype(f"i{dimages.itemsize}")
    dpadded = dimages if g.pad == ((0, 0), (0, 0)) else zeros_padded(g, dimages.dtype)
    taps = windows_of(dpadded, g, writeable=True).view(bits)  # (1, P, FH, FW, OH, OW)
    for index, (fh, fw) in enumerate(np.ndindex(g.FH, g.FW)):
        all_or_none = -(switches == index).view(np.int8)  # -1, all bits, or 0
        np.bitwise_and(gradients.view(bits), all_or_none, out=taps[:, :, fh, fw])
    if dpadded is not dimages:
        dimages[...] = inside(dpadded, g)


def _has_pairs(g: Geometry, dx: Array) -> bool:
    """Whether _write_pairs serves: 2x2 windows without padding, and the left pixel's bits come first."""
    whole = (g.FH, g.FW, g.pad) == (2, 2, ((0, 0), (0, 0)))
    return whole and dx.dtype == np.float32 and sys.byteorder == "little"


def _write_pairs(g: Geometry, dimages: Array, gradients: Array, switches: Array) -> None:
    """As _write_taps, but two pixels of a row at once, as a number of 64 bits.

    The gradient's 32 bits go to its right half or stay in its left, of the upper row or the lower.
    """
    pairs = dimages.view(np.uint64).reshape(1, g.C, g.OH, 2, g.OW)
    steps = ((switches & 1) << 5).astype(np.uint8, copy=False)
    moved = np.left_shift(gradients.view(np.uint32), steps, dtype=np.uint64)
    np.multiply(moved, switches < 2, out=pairs[:, :, :, 0])
    np.subtract(moved, pairs[:, :, :, 0], out=pairs[:, :, :, 1])


def _addresses(g: Geometry, height: int, width: int) -> tuple[Array, Array]:
    """Return the address of each window in padded images, (P, OH, OW), and its taps' offsets, (FH * FW,)."""
    channel, i, j = np.ogrid[: g.C, : g.OH, : g.OW]
    fh, fw = np.ogrid[: g.FH, : g.FW]
    corners = (channel * height + i * g.stride[0]) * width + j * g.stride[1]
    return corners, (fh * width + fw).ravel()


def _sums(images: Array, g: Geometry) -> Array:
    """Add up each window of images (1, P, H, W), first down its columns, then across: (1, P, OH, OW)."""
    if g.OH == g.OW == 1:  # the window is the whole image; its padding adds nothing
        return np.sum(images, axis=(2, 3), keepdims=True)
    padded = pad_images(images, g)
    down, across = _taps(g)
    columns = padded[:, :, down[0]].copy()  # (1, P, OH, W with its padding)
    for rows in down[1:]:
        columns += padded[:, :, rows]
    sums = columns[:, :, :, across[0]].copy()
    for places in across[1:]:
        sums += columns[:, :, :, places]
    return sums


def _spread(values: Array, g: Geometry) -> Array:
    """Add values (1, P, OH, OW) to all pixels of their windows: (1, P, H, W), the adjoint of _sums."""
    if g.OH == g.OW == 1:
        return np.broadcast_to(values, (*values.shape[:2], g.H, g.W))
    padded = zeros_padded(g, values.dtype)
    columns = np.zeros((*values.shape[:3], padded.shape[3]), values.dtype)
    down, across = _taps(g)
    for places in across:
        columns[:, :, :, places] += values
    for rows in down:
        padded[:, :, rows] += columns
    return inside(padded, g)


def _taps(g: Geometry) -> list[list[slice]]:
    """Return, for each row of a window, the image rows that it meets, and the same for the columns."""
    return [
        [slice(first, first + stride * (steps - 1) + 1, stride) for first in range(size)]
        for size, stride, steps in ((g.FH, g.stride[0], g.OH), (g.FW, g.stride[1], g.OW))
    ]
