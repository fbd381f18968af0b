"""Locally connected layers: convolution in which every place has its own filters.

In centred faces, the eyes are always at the same place, so that place may learn filters for eyes. The windows
are those of im2col, but each place has its own matrix: a product batched over places,

    (OH OW, K, C FH FW) @ (OH OW, C FH FW, N)  ->  (OH OW, K, N)

so N is the width of the product: with one image, every weight is read to be used once; more images share it.

Images are (N, C, H, W), filters (OH, OW, K, C, FH, FW), biases (OH, OW, K). `stride`, `pad` and `dilation`
are those of convolution. Inputs are never changed. The loops are in `cs_conv.naive_layers`.
Source: Taigman et al., "DeepFace: closing the gap to human-level performance in face verification", 2014.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cs_conv.geometry import (
    Array,
    Geometry,
    Pad,
    Pair,
    check_array,
    check_dout,
    conv_geometry,
    cut_padding,
    pad_images,
    zeros_padded,
)
from cs_conv.im2col import windows_of


def locally_connected_forward(
    x: Array, w: Array, b: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1
) -> Array:
    """Multiply each place's filters with the windows that stand there, of all images.

    x: (N, C, H, W). w: (OH, OW, K, C, FH, FW). b: (OH, OW, K). Returns out: (N, K, OH, OW).
    ValueError if w does not have filters for each place.

    >>> x = np.array([[[[1.0, 2.0, 3.0]]]])
    >>> w = np.array([1.0, 10.0, 100.0]).reshape(1, 3, 1, 1, 1, 1)
    >>> locally_connected_forward(x, w, np.zeros((1, 3, 1)))
    array([[[[  1.,  20., 300.]]]])
    """
    g = local_geometry(x, w, stride, pad, dilation)
    check_local_bias(b, g, x.dtype)
    out = _filters(w, g) @ _windows(x, g)  # (OH, OW, K, N)
    out += b[..., np.newaxis]
    return np.ascontiguousarray(out.transpose(3, 2, 0, 1))


def locally_connected_backward(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1
) -> tuple[Array, Array, Array]:
    """Multiply as in convolution's backward pass, once for each place.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (OH, OW, K, C, FH, FW).
    Returns dx, dw, db in the shapes of x, w and b.
    """
    g = local_geometry(x, w, stride, pad, dilation)
    check_dout(dout, g, x.dtype)
    gradients = np.ascontiguousarray(dout.transpose(2, 3, 1, 0))  # (OH, OW, K, N)
    dw = (gradients @ _windows(x, g).swapaxes(2, 3)).reshape(w.shape)  # (OH, OW, K, C FH FW)
    dcols = _filters(w, g).swapaxes(2, 3) @ gradients  # (OH, OW, C FH FW, N)
    dcols = dcols.reshape(g.OH, g.OW, g.C, g.FH, g.FW, g.N).transpose(5, 2, 3, 4, 0, 1)
    dpadded = zeros_padded(g, x.dtype)
    dwindows = windows_of(dpadded, g, writeable=True)  # (N, C, FH, FW, OH, OW)
    for fh, fw in np.ndindex(g.FH, g.FW):  # windows overlap, equal taps never do
        dwindows[:, :, fh, fw] += dcols[:, :, fh, fw]
    return cut_padding(dpadded, g), dw, gradients.sum(axis=3)


def local_geometry(x: Array, w: Array, stride: Pair, pad: Pad, dilation: Pair) -> Geometry:
    """Check images, filters and hyperparameters; ValueError where filters and places are not as many."""
    check_array("w", w, "(OH, OW, K, C, FH, FW)")
    if 0 in w.shape[:2]:
        raise ValueError(f"w must have a filter bank for each place (OH, OW), but its shape is {w.shape}")
    g = conv_geometry(x, w[0, 0], stride, pad, dilation)
    if w.shape[:2] != (g.OH, g.OW):
        raise ValueError(
            f"w has filters for {w.shape[0]}x{w.shape[1]} places, but there are {g.OH}x{g.OW}: "
            f"for these images w must be (OH, OW, K, C, FH, FW) = {(g.OH, g.OW, *w.shape[2:])}"
        )
    return g


def check_local_bias(b: Array, g: Geometry, dtype: np.dtype[Any]) -> None:
    """Raise unless b has a bias for each filter at each place."""
    check_array("b", b, "(OH, OW, K)", (g.OH, g.OW, g.K), dtype)


def _filters(w: Array, g: Geometry) -> Array:
    """Each place's filters as the rows of a matrix: (OH, OW, K, C FH FW)."""
    return w.reshape(g.OH, g.OW, g.K, g.C * g.FH * g.FW)


def _windows(x: Array, g: Geometry) -> Array:
    """At each place the windows of all images as columns: (OH, OW, C FH FW, N)."""
    windows = windows_of(pad_images(x, g), g).transpose(4, 5, 1, 2, 3, 0)  # (OH, OW, C, FH, FW, N)
    return windows.reshape(g.OH, g.OW, g.C * g.FH * g.FW, g.N)
