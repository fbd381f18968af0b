"""The specification: convolution and pooling as loops that can be read aloud.

Each backward stands beside its forward and walks the same loops. A forward step reads a window of the
padded images; a backward step sends the gradient of one output back to that same window, and *adds* it,
because windows overlap.

Images are (N, C, H, W), filters (K, C / groups, FH, FW). The dtype of the images (float32 or float64) is the
dtype of the results. Inputs are never changed; results never share memory with them. `cs_conv.geometry` says
what `stride`, `pad`, `dilation` and `groups` may be and raises ValueError or TypeError for what does not fit.
"""

from __future__ import annotations

import numpy as np

from cs_conv.geometry import (
    Array,
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
    zeros_padded,
)


def conv_forward(
    x: Array, w: Array, b: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> Array:
    """Slide each filter over each image: an output is the window times the filter, summed, plus the bias.

    x: (N, C, H, W). w: (K, C / groups, FH, FW). b: (K,). Returns out: (N, K, OH, OW).
    The filter is not flipped: cross-correlation, which the field calls convolution.
    groups: filters and channels are divided into this many equal groups; a filter sees only its own group.
    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998.

    >>> x = np.array([[[[1.0, 2, 3], [4, 5, 6]]]])  # one image, one channel, 2x3
    >>> w = np.array([[[[1.0, 0], [0, -1]]]])
    >>> conv_forward(x, w, b=np.array([10.0]))
    array([[[[6., 6.]]]])
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_bias(b, g, x.dtype)
    padded = pad_images(x, g)
    out = np.empty((g.N, g.K, g.OH, g.OW), x.dtype)
    for n in range(g.N):
        for k in range(g.K):
            seen = g.channels_of(k)
            for i in range(g.OH):
                for j in range(g.OW):
                    rows, columns = g.window(i, j)
                    out[n, k, i, j] = np.sum(padded[n, seen, rows, columns] * w[k]) + b[k]
    return out


def conv_backward(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1, groups: int = 1
) -> tuple[Array, Array, Array]:
    """Send each output's gradient back to the bias, the filter and the window that made it.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (K, C / groups, FH, FW).
    Returns dx, dw, db in the shapes of x, w and b.

    >>> x, w = np.array([[[[1.0, 2, 3]]]]), np.array([[[[10.0, 1]]]])
    >>> dx, dw, db = conv_backward(np.array([[[[1.0, 2]]]]), x, w)
    >>> dx, dw, db
    (array([[[[10., 21.,  2.]]]]), array([[[[5., 8.]]]]), array([3.]))
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    padded = pad_images(x, g)
    dpadded = zeros_padded(g, x.dtype)
    dw = np.zeros(w.shape, x.dtype)
    db = np.zeros(g.K, x.dtype)
    for n in range(g.N):
        for k in range(g.K):
            seen = g.channels_of(k)
            for i in range(g.OH):
                for j in range(g.OW):
                    rows, columns = g.window(i, j)
                    db[k] += dout[n, k, i, j]
                    dw[k] += dout[n, k, i, j] * padded[n, seen, rows, columns]
                    dpadded[n, seen, rows, columns] += dout[n, k, i, j] * w[k]
    return cut_padding(dpadded, g), dw, db


def max_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> tuple[Array, Array]:
    """Keep the largest value of each window, and remember where it stood.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Padding is -inf: it loses to every number.
    Returns out: (N, C, OH, OW), and switches: the flat index, inside its window, of the first maximum.
    A window that holds a NaN gives NaN, and the switch of the first NaN.

    >>> out, switches = max_pool_forward(np.array([[[[5.0, 1, 9], [2, 7, 3]]]]), size=2, stride=1)
    >>> out, switches
    (array([[[[7., 9.]]]]), array([[[[3, 1]]]]))
    """
    check_array("x", x, "(N, C, H, W)")
    g = pool_geometry(x.shape, size, stride, pad)
    padded = pad_images(x, g, -np.inf)
    out = np.empty((g.N, g.C, g.OH, g.OW), x.dtype)
    switches = np.empty(out.shape, np.int64)
    for n in range(g.N):
        for c in range(g.C):
            for i in range(g.OH):
                for j in range(g.OW):
                    rows, columns = g.window(i, j)
                    window = padded[n, c, rows, columns]
                    switches[n, c, i, j] = window.argmax()  # of equal values, argmax takes the first
                    out[n, c, i, j] = window.max()
    return out, switches


def max_pool_backward(
    dout: Array, switches: Array, x_shape: Shape, size: Pair, stride: Pair, pad: Pad = 0
) -> Array:
    """Send each gradient to the pixel that was the maximum; the others did not matter and get none.

    dout, switches: (N, C, OH, OW). x_shape: (N, C, H, W). Returns dx: (N, C, H, W).

    >>> max_pool_backward(np.array([[[[1.0, 2]]]]), np.array([[[[3, 1]]]]), (1, 1, 2, 3), size=2, stride=1)
    array([[[[0., 0., 2.],
             [0., 1., 0.]]]])
    """
    g = pool_geometry(x_shape, size, stride, pad)
    check_dout(dout, g)
    check_switches(switches, g)
    dpadded = zeros_padded(g, dout.dtype)
    for n in range(g.N):
        for c in range(g.C):
            for i in range(g.OH):
                for j in range(g.OW):
                    fh, fw = divmod(int(switches[n, c, i, j]), g.FW)
                    dpadded[n, c, i * g.stride[0] + fh, j * g.stride[1] + fw] += dout[n, c, i, j]
    return cut_padding(dpadded, g)


def average_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Replace each window by its mean; padding counts as zeros.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Returns out: (N, C, OH, OW).
    """
    check_array("x", x, "(N, C, H, W)")
    g = pool_geometry(x.shape, size, stride, pad)
    padded = pad_images(x, g)
    out = np.empty((g.N, g.C, g.OH, g.OW), x.dtype)
    for n in range(g.N):
        for c in range(g.C):
            for i in range(g.OH):
                for j in range(g.OW):
                    rows, columns = g.window(i, j)
                    out[n, c, i, j] = np.sum(padded[n, c, rows, columns]) / (g.FH * g.FW)
    return out


def average_pool_backward(dout: Array, x_shape: Shape, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Share each gradient out equally among the pixels of its window.

    dout: (N, C, OH, OW). x_shape: (N, C, H, W). Returns dx: (N, C, H, W).
    """
    g = pool_geometry(x_shape, size, stride, pad)
    check_dout(dout, g)
    dpadded = zeros_padded(g, dout.dtype)
    for n in range(g.N):
        for c in range(g.C):
            for i in range(g.OH):
                for j in range(g.OW):
                    rows, columns = g.window(i, j)
                    dpadded[n, c, rows, columns] += dout[n, c, i, j] / (g.FH * g.FW)
    return cut_padding(dpadded, g)


def l2_pool_forward(x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Replace each window by its length as a vector: the square root of the sum of its squares.

    x: (N, C, H, W). size: the window, an int or (FH, FW). Returns out: (N, C, OH, OW).
    Values are squared: those beyond 1e19 (float64: 1e154) become inf, those below 1e-23 (1e-162) become 0.
    """
    check_array("x", x, "(N, C, H, W)")
    g = pool_geometry(x.shape, size, stride, pad)
    padded = pad_images(x, g)
    out = np.empty((g.N, g.C, g.OH, g.OW), x.dtype)
    for n in range(g.N):
        for c in range(g.C):
            for i in range(g.OH):
                for j in range(g.OW):
                    rows, columns = g.window(i, j)
                    out[n, c, i, j] = np.sqrt(np.sum(padded[n, c, rows, columns] ** 2))
    return out


def l2_pool_backward(dout: Array, x: Array, size: Pair, stride: Pair, pad: Pad = 0) -> Array:
    """Share each gradient out in proportion: a pixel gets its value over the length of its window.

    dout: (N, C, OH, OW). x: (N, C, H, W). Returns dx: (N, C, H, W).
    A window of zeros has no direction (the norm has a kink there) and gets the gradient 0.
    """
    check_array("x", x, "(N, C, H, W)")
    g = pool_geometry(x.shape, size, stride, pad)
    check_dout(dout, g, x.dtype)
    padded = pad_images(x, g)
    dpadded = zeros_padded(g, x.dtype)
    for n in range(g.N):
        for c in range(g.C):
            for i in range(g.OH):
                for j in range(g.OW):
                    rows, columns = g.window(i, j)
                    window = padded[n, c, rows, columns]
                    norm = np.sqrt(np.sum(window**2))
                    if norm != 0:
                        dpadded[n, c, rows, columns] += dout[n, c, i, j] * window / norm
    return cut_padding(dpadded, g)
