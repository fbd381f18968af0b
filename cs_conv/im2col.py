"""Convolution as a matrix product: every window of the image becomes a column.

A filter that stands on a window multiplies and adds: a dot product. Lay the windows out as the columns of a
matrix and the filters as the rows of another, and one matrix product is the whole convolution. The bias rides
along: it is one more column of the filters, which meets one more row of the columns, all ones.

Columns repeat pixels, FH * FW times at stride 1, so they are made for a band at a time, some images or some
output rows of one: few enough to stay in the processor's cache, enough to keep the matrix product busy.
Pooling needs no matrix; it takes the same windows one tap at a time.

Images are (N, C, H, W), filters (K, C, FH, FW). The dtype of the images (float32 or float64) is the dtype of
the results. Inputs are never changed; results never share memory with them. `cs_conv.geometry` says what
`stride`, `pad` and `dilation` may be and raises ValueError or TypeError for what does not fit.
Source: Chellapilla, Puri and Simard, "High performance convolutional neural networks for document
processing", 2006.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

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
    pad_images,
    pool_geometry,
    window_geometry,
    zeros_padded,
)

BAND_BYTES = 2**20  # columns made at a time: about what a core's second-level cache holds
BAND_COLUMNS = 512  # but never fewer, or the matrix product is too thin to be fast


def im2col(x: Array, size: Pair, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1) -> Array:
    """Lay every window of the images out as one column.

    x: (N, C, H, W). size: the window, an int or (FH, FW).
    Returns cols: (C * FH * FW, N * OH * OW), rows in the order c, fh, fw, columns in the order n, i, j.
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
    """
    g = window_geometry(x_shape, size, stride, pad, dilation)
    shape = (g.C * g.FH * g.FW, g.N * g.OH * g.OW)
    check_array("cols", cols, "(C * FH * FW, N * OH * OW)", shape)
    padded = zeros_padded(g, cols.dtype)
    values = cols.reshape(g.C, g.FH, g.FW, g.N, g.OH, g.OW)
    _add_windows(windows_of(padded, g, writeable=True), values.transpose(3, 0, 1, 2, 4, 5))
    return cut_padding(padded, g)


def conv_forward(x: Array, w: Array, b: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1) -> Array:
    """Multiply the filters, as rows, with the windows, as columns.

    x: (N, C, H, W). w: (K, C, FH, FW). b: (K,). Returns out: (N, K, OH, OW).
    """
    g = conv_geometry(x, w, stride, pad, dilation)
    check_bias(b, g, x.dtype)
    windows = windows_of(pad_images(x, g), g)  # (N, C, FH, FW, OH, OW)
    w_row = np.column_stack((w.reshape(g.K, -1), b))  # (K, C * FH * FW + 1)
    out = np.empty((g.N, g.K, g.OH * g.OW), x.dtype)
    for images, _, places, cols in _columns(windows):
        np.matmul(w_row, cols, out=out[images, :, places])  # (n, K, band)
    return out.reshape(g.N, g.K, g.OH, g.OW)


def conv_backward(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1
) -> tuple[Array, Array, Array]:
    """Two matrix products: the gradient times the columns for dw, the filters times the gradient for dx.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (K, C, FH, FW).
    Returns dx, dw, db in the shapes of x, w and b. The columns are made again, not kept from the forward
    pass: that costs one copy and saves their memory.
    """
    g = conv_geometry(x, w, stride, pad, dilation)
    check_dout(dout, g, x.dtype)
    windows = windows_of(pad_images(x, g), g)  # (N, C, FH, FW, OH, OW)
    dpadded = zeros_padded(g, x.dtype)
    dwindows = windows_of(dpadded, g, writeable=True)
    w_row = w.reshape(g.K, -1)  # (K, C * FH * FW)
    dw_col = np.zeros((w_row.shape[1] + 1, g.K), x.dtype)  # the last row is db
    for images, rows, places, cols in _columns(windows):
        dout_band = dout.reshape(g.N, g.K, -1)[images, :, places]  # (n, K, band)
        dw_col += (cols @ dout_band.transpose(0, 2, 1)).sum(axis=0)
        dcols = w_row.T @ dout_band  # (n, C * FH * FW, band)
        dband = dwindows[images, :, :, :, rows]
        _add_windows(dband, dcols.reshape(dband.shape))
    return cut_padding(dpadded, g), dw_col[:-1].T.reshape(w.shape).copy(), dw_col[-1].copy()


def max_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> tuple[Array, Array]:
    """Compare one tap of all windows after the other with the largest so far.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Padding is -inf: it never wins.
    Returns out: (N, C, OH, OW), and switches: the flat index, inside its window, of the first maximum.
    A window that holds a NaN gives NaN, and the switch of the first NaN.
    """
    check_array("x", x, "(N, C, H, W)")
    g = pool_geometry(x.shape, size, stride, pad)
    windows = windows_of(pad_images(x, g, -np.inf), g)  # (N, C, FH, FW, OH, OW)
    out = np.full((g.N, g.C, g.OH, g.OW), -np.inf, x.dtype)
    switches = np.zeros(out.shape, np.min_scalar_type(g.FH * g.FW - 1))
    for n in range(g.N):  # one image at a time stays in the cache
        _keep_larger(windows[n], out[n], switches[n])
    if np.isnan(out).any():
        _point_at_first_nan(switches, windows)
    return out, switches


def max_pool_backward(
    dout: Array, switches: Array, x_shape: Shape, size: Pair, stride: Pair, pad: Pad = 0
) -> Array:
    """Add each gradient to the pixel that was the maximum, found by its address in the padded image.

    dout, switches: (N, C, OH, OW). x_shape: (N, C, H, W). Returns dx: (N, C, H, W).
    """
    g = pool_geometry(x_shape, size, stride, pad)
    check_dout(dout, g)
    check_switches(switches, g)
    dpadded = zeros_padded(g, dout.dtype)
    image = dpadded.shape[1:]
    pixels = np.arange(math.prod(image)).reshape(1, *image)
    windows = windows_of(pixels, g)[0]  # (C, FH, FW, OH, OW)
    corners = windows[:, 0, 0]  # (C, OH, OW): where each window starts
    steps = windows[0, :, :, 0, 0].ravel()  # (FH * FW,): how far each tap is from there
    for n in range(g.N):
        # No index needs clipping, check_switches saw to that: the mode spares NumPy looking again.
        maxima = corners + np.take(steps, switches[n], mode="clip")  # (C, OH, OW)
        # Windows that overlap may share their maximum; add.at adds for each of them.
        np.add.at(dpadded[n].reshape(-1), maxima.ravel(), dout[n].ravel())
    return cut_padding(dpadded, g)


def average_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Add up the taps of all windows and divide by their number; padding counts as zeros.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Returns out: (N, C, OH, OW).
    """
    check_array("x", x, "(N, C, H, W)")
    g = pool_geometry(x.shape, size, stride, pad)
    windows = windows_of(pad_images(x, g), g)  # (N, C, FH, FW, OH, OW)
    out = np.zeros((g.N, g.C, g.OH, g.OW), x.dtype)
    for n, fh, fw in np.ndindex(g.N, g.FH, g.FW):  # one image at a time stays in the cache
        out[n] += windows[n, :, fh, fw]
    out /= g.FH * g.FW
    return out


def average_pool_backward(dout: Array, x_shape: Shape, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Share each gradient out equally among the pixels of its window.

    dout: (N, C, OH, OW). x_shape: (N, C, H, W). Returns dx: (N, C, H, W).
    """
    g = pool_geometry(x_shape, size, stride, pad)
    check_dout(dout, g)
    dpadded = zeros_padded(g, dout.dtype)
    dwindows = windows_of(dpadded, g, writeable=True)  # (N, C, FH, FW, OH, OW)
    share = dout / (g.FH * g.FW)  # (N, C, OH, OW)
    for n, fh, fw in np.ndindex(g.N, g.FH, g.FW):
        dwindows[n, :, fh, fw] += share[n]
    return cut_padding(dpadded, g)


def l2_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Replace each window by its length as a vector: the square root of the sum of its squares.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Returns out: (N, C, OH, OW).
    """
    check_array("x", x, "(N, C, H, W)")
    g = pool_geometry(x.shape, size, stride, pad)
    return _norms(windows_of(pad_images(x, g), g))


def l2_pool_backward(dout: Array, x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Share each gradient out in proportion: a pixel gets its value over the length of its window.

    dout: (N, C, OH, OW). x: (N, C, H, W). Returns dx: (N, C, H, W).
    A window of zeros has no direction (the norm has a kink there) and gets the gradient 0.
    """
    check_array("x", x, "(N, C, H, W)")
    g = pool_geometry(x.shape, size, stride, pad)
    check_dout(dout, g, x.dtype)
    windows = windows_of(pad_images(x, g), g)  # (N, C, FH, FW, OH, OW)
    dpadded = zeros_padded(g, x.dtype)
    dwindows = windows_of(dpadded, g, writeable=True)
    norms = _norms(windows)  # (N, C, OH, OW)
    scale = np.divide(dout, norms, out=np.zeros_like(norms), where=norms != 0)
    for n, fh, fw in np.ndindex(g.N, g.FH, g.FW):
        dwindows[n, :, fh, fw] += scale[n] * windows[n, :, fh, fw]
    return cut_padding(dpadded, g)


def windows_of(padded: Array, g: Geometry, writeable: bool = False) -> Array:
    """Every window of the padded images as a view, (N, C, FH, FW, OH, OW): new strides, no copy."""
    extent = (g.dilation[0] * (g.FH - 1) + 1, g.dilation[1] * (g.FW - 1) + 1)
    places = sliding_window_view(padded, extent, axis=(2, 3), writeable=writeable)
    strided = places[:, :, :: g.stride[0], :: g.stride[1], :: g.dilation[0], :: g.dilation[1]]
    return strided.transpose(0, 1, 4, 5, 2, 3)  # (N, C, OH, OW, FH, FW) -> (N, C, FH, FW, OH, OW)


def bands(windows: Array) -> Iterator[tuple[slice, slice]]:
    """Cut windows (N, C, FH, FW, OH, OW) into bands of BAND_BYTES: (images, output rows).

    The first band is the largest. Small images share a band; large ones are cut into rows.
    """
    N, C, FH, FW, OH, OW = windows.shape
    row_bytes = C * FH * FW * OW * windows.itemsize
    rows = min(max(BAND_BYTES // row_bytes, -(-BAND_COLUMNS // OW)), OH)
    images = max(BAND_BYTES // (row_bytes * rows), 1)  # 1 where rows < OH
    for n in range(0, N, images):
        for top in range(0, OH, rows):
            yield slice(n, min(n + images, N)), slice(top, min(top + rows, OH))


def _columns(windows: Array) -> Iterator[tuple[slice, slice, slice, Array]]:
    """Lay the windows (N, C, FH, FW, OH, OW) out as columns, a band at a time, above a row of ones.

    Yields images, output rows, the places of those outputs in a flat OH * OW, and cols, (images,
    C * FH * FW + 1, places), which the next band overwrites. The one copy of a convolution happens here.
    """
    buffer = None
    for images, rows in bands(windows):
        band = windows[images, :, :, :, rows]
        n, C, FH, FW, height, OW = band.shape
        if buffer is None:  # the first band is the largest
            buffer = np.ones((n, C * FH * FW + 1, height * OW), band.dtype)
        cols = buffer[:n, :, : height * OW]
        cols[:, :-1].reshape(band.shape)[...] = band  # into the buffer: an axis is split without a copy
        yield images, rows, slice(rows.start * OW, rows.stop * OW), cols


def _add_windows(windows: Array, values: Array) -> None:
    """Add values to windows, both (..., FH, FW, OH, OW), tap by tap: windows overlap, equal taps never do."""
    for fh, fw in np.ndindex(windows.shape[-4:-2]):
        windows[..., fh, fw, :, :] += values[..., fh, fw, :, :]


def _norms(windows: Array) -> Array:
    """The length of each window of (N, C, FH, FW, OH, OW): (N, C, OH, OW)."""
    squares = np.zeros_like(windows[:, :, 0, 0])
    for n, fh, fw in np.ndindex(*windows.shape[:1], *windows.shape[2:4]):
        squares[n] += windows[n, :, fh, fw] ** 2
    return np.sqrt(squares, out=squares)


def _keep_larger(windows: Array, out: Array, switches: Array) -> None:
    """Fold the taps of one image's windows (C, FH, FW, OH, OW) into out and switches (C, OH, OW)."""
    taps = np.ndindex(windows.shape[1:3])
    for index, (fh, fw) in enumerate(taps):
        tap = windows[:, fh, fw]  # (C, OH, OW)
        larger = tap > out  # not >=: of equal values the first stays
        # The index only grows, so the largest index that ever won is the last that did.
        np.maximum(switches, larger * switches.dtype.type(index), out=switches)
        np.maximum(out, tap, out=out)


def _point_at_first_nan(switches: Array, windows: Array) -> None:
    """Set the switch of each window that holds a NaN: it is larger than nothing, so > passed it by."""
    taps = list(enumerate(np.ndindex(windows.shape[2:4])))
    for index, (fh, fw) in reversed(taps):  # backwards, so that the first NaN has the last word
        np.copyto(switches, index, where=np.isnan(windows[:, :, fh, fw]))
