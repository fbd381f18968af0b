"""The same operations by other people's code: SciPy, and definitions written as a formula."""

from typing import Any

import numpy as np
from scipy import ndimage, signal

from .drawing import Array, Convolution, Pooling, pad_with


def spread(values: Array, steps: tuple[int, int]) -> Array:
    """Put zeros between neighbours along the last two axes: what dilation and a stride's gradient mean."""
    shape = [(n - 1) * step + 1 for n, step in zip(values.shape[-2:], steps, strict=True)]
    spread_out = np.zeros((*values.shape[:-2], *shape), values.dtype)
    spread_out[..., :: steps[0], :: steps[1]] = values
    return spread_out


def conv_forward(case: Convolution) -> Array:
    padded, w = pad_with(case.x, case.pads), spread(case.w, case.dilations)
    places = np.array([[signal.correlate(image, f, "valid", "direct")[0] for f in w] for image in padded])
    return places[:, :, :: case.strides[0], :: case.strides[1]] + case.b[:, None, None]


def conv_backward(case: Convolution) -> tuple[Array, Array, Array]:
    padded, w, dout = (
        pad_with(case.x, case.pads),
        spread(case.w, case.dilations),
        spread(case.dout, case.strides),
    )
    N, C = case.x.shape[:2]
    K = len(w)
    dpadded, dw = np.zeros_like(padded), np.zeros_like(case.w)
    for n in range(N):
        for k in range(K):
            for c in range(C):
                dpadded[n, c] += signal.convolve(dout[n, k], w[k, c], "full", "direct")
                taps = signal.correlate(padded[n, c], dout[n, k], "valid", "direct")
                dw[k, c] += taps[:: case.dilations[0], :: case.dilations[1]]
    return cut(dpadded, case), dw, case.dout.sum(axis=(0, 2, 3))


def cut(padded: Array, case: Convolution | Pooling) -> Array:
    (top, _), (left, _) = case.pads
    H, W = case.x.shape[2:]
    return padded[:, :, top : top + H, left : left + W]


def at_places(filtered: Array, case: Pooling) -> Array:
    """From a filter's value around every pixel, those where windows stand (SciPy centres its windows)."""
    OH, OW = case.dout.shape[2:]
    centred = filtered[:, :, case.size[0] // 2 :, case.size[1] // 2 :]
    return centred[:, :, :: case.strides[0], :: case.strides[1]][:, :, :OH, :OW]


def max_pool_forward(case: Pooling) -> Array:
    return at_places(ndimage.maximum_filter(pad_with(case.x, case.pads, -np.inf), (1, 1, *case.size)), case)


def average_pool_forward(case: Pooling) -> Array:
    taps = np.ones((1, 1, *case.size)) / np.prod(case.size)
    return at_places(ndimage.correlate(pad_with(case.x, case.pads).astype(np.float64), taps), case)


def l2_pool_forward(case: Pooling) -> Array:
    squares = pad_with(case.x, case.pads).astype(np.float64) ** 2
    return np.sqrt(at_places(ndimage.correlate(squares, np.ones((1, 1, *case.size))), case))


def max_positions(case: Pooling) -> dict[tuple[int, ...], tuple[int, int, int]]:
    """For each output (n, c, i, j): the first maximum's index in its window, its row and its column.

    Plain Python: max() of a list keeps the first of equal values, and the list is in reading order.
    """
    padded = pad_with(case.x, case.pads, -np.inf)
    found: dict[tuple[int, ...], tuple[int, int, int]] = {}
    for n, c, i, j in np.ndindex(case.dout.shape):
        top, left = i * case.strides[0], j * case.strides[1]
        taps = [(top + fh, left + fw) for fh in range(case.size[0]) for fw in range(case.size[1])]
        values = [float(padded[n, c, row, column]) for row, column in taps]
        index = values.index(max(values))
        found[n, c, i, j] = (index, *taps[index])
    return found


def formula(x: Any, w: Any, b: Any, stride: tuple[int, int], dilation: tuple[int, int], place: Any) -> float:
    """One output of a convolution of padded images, as the sum that textbooks print."""
    n, k, i, j = place
    _, C, FH, FW = w.shape
    return float(b[k]) + sum(
        float(x[n, c, i * stride[0] + fh * dilation[0], j * stride[1] + fw * dilation[1]] * w[k, c, fh, fw])
        for c in range(C)
        for fh in range(FH)
        for fw in range(FW)
    )
