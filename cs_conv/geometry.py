"""Geometry: which windows fit an image, and the errors for those that do not.

Every public function of a variant begins with one line that asks this module for a `Geometry`. All its
numbers have been checked, so that the algorithms hold no validation. Sizes are never rounded: a stride that
would leave out the last rows or columns of an image is an error.

`stride` and `dilation` are an int or (vertical, horizontal). `pad` is an int, or (vertical, horizontal),
or ((top, bottom), (left, right)). `dilation` counts steps between neighbouring taps of a filter: 1 is dense.
`groups` divides channels and filters into equal groups: the filters of a group see only its channels.
"""

from __future__ import annotations

import math
import operator
import reprlib
from dataclasses import dataclass, replace
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt

from cs_conv._axis import Axis as Axis  # public here
from cs_conv._misfit import misfit

Array: TypeAlias = npt.NDArray[Any]
Pair: TypeAlias = SupportsIndex | tuple[SupportsIndex, SupportsIndex]
Pad: TypeAlias = SupportsIndex | tuple[Pair, Pair]
Shape: TypeAlias = tuple[SupportsIndex, SupportsIndex, SupportsIndex, SupportsIndex]
Sides: TypeAlias = tuple[tuple[int, int], tuple[int, int]]

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


@dataclass(frozen=True)
class Geometry:
    """The checked sizes of one operation; without filters, as in pooling, K = C."""

    N: int
    C: int
    H: int
    W: int
    K: int
    FH: int
    FW: int
    OH: int
    OW: int
    stride: tuple[int, int]
    pad: Sides
    dilation: tuple[int, int]
    filters: bool  # whether the output has a channel for each of K filters, or one for each of C channels
    groups: int = 1

    def channels_of(self, k: int) -> slice:
        """The channels that filter k sees: those of its group."""
        seen = self.C // self.groups
        first = k // (self.K // self.groups) * seen
        return slice(first, first + seen)

    def window(self, i: int, j: int) -> tuple[slice, slice]:
        """The rows and the columns of a padded image that the window of output (i, j) covers."""
        top, left = i * self.stride[0], j * self.stride[1]
        rows = slice(top, top + self.dilation[0] * (self.FH - 1) + 1, self.dilation[0])
        columns = slice(left, left + self.dilation[1] * (self.FW - 1) + 1, self.dilation[1])
        return rows, columns


def output_size(size: int, window: int, stride: int = 1, pad: Pair = 0, dilation: int = 1) -> int:
    """How many places a window visits along one axis: (W - F + 2P) / S + 1.

    size, window, stride: pixels. pad: pixels added at each end, or (before, after).
    dilation: steps between neighbouring taps, 1 is dense; the window then spans dilation * (window - 1) + 1.
    ValueError if the result is not whole, with sizes that would fit. TypeError for anything but integers.
    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016.

    >>> output_size(227, 11, stride=4)
    55
    >>> output_size(10, 3, stride=2)
    Traceback (most recent call last):
    ValueError: a filter of 3 at stride 2 does not fit an input of 10 with pad 0: ...
    """
    axis = Axis(
        _at_least(1, "size", size),
        _at_least(1, "window", window),
        _at_least(1, "stride", stride),
        _pair("pad", pad, 0, "(before, after)"),
        _at_least(1, "dilation", dilation),
    )
    if not axis.fits:
        raise ValueError(misfit([axis], "filter"))
    return axis.steps


def conv_geometry(
    x: Array,
    w: Array,
    stride: Pair = 1,
    pad: Pad = 0,
    dilation: Pair = 1,
    groups: SupportsIndex = 1,
) -> Geometry:
    """Check the images, the filters and the hyperparameters of a convolution.

    x: (N, C, H, W). w: (K, C / groups, FH, FW). TypeError for anything but arrays of float32 or float64, or
    if the two are mixed, since NumPy would silently compute in float64. ValueError if the sizes do not fit.
    """
    filters = "(K, C, FH, FW)" if groups == 1 else "(K, C / groups, FH, FW)"
    check_array("x", x, "(N, C, H, W)")
    check_array("w", w, filters, dtype=x.dtype)
    C, (K, seen, FH, FW) = x.shape[1], w.shape
    groups = check_groups(groups, C, K)
    if seen * groups != C:
        whom = "all channels" if groups == 1 else f"the {C // groups} channels of its group, of {groups}"
        raise ValueError(
            f"w {w.shape} has filters of {seen} channels but x {x.shape} has {C}: "
            f"every filter must see {whom}; x is (N, C, H, W) and w is {filters}"
        )
    return replace(_geometry(x.shape, (FH, FW), stride, pad, dilation, K, "filter"), groups=groups)


def check_groups(groups: SupportsIndex, C: int, K: int) -> int:
    """Return the number of groups; raise unless it divides both the C channels and the K filters."""
    groups = _at_least(1, "groups", groups)
    for number, what in ((C, "channels"), (K, "filters")):
        if number % groups:
            fitting = ", ".join(str(n) for n in range(1, math.gcd(C, K) + 1) if math.gcd(C, K) % n == 0)
            raise ValueError(
                f"{number} {what} do not divide into {groups} equal groups: "
                f"for {C} channels and {K} filters, groups may be {fitting}"
            )
    return groups


def window_geometry(
    x_shape: Shape, size: Pair, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1
) -> Geometry:
    """Check a window of `size` (an int or (FH, FW)) that slides over images of x_shape (N, C, H, W)."""
    return _geometry(x_shape, size, stride, pad, dilation, None, "window")


def pool_geometry(x_shape: Shape, size: Pair, stride: Pair, pad: Pad = 0) -> Geometry:
    """Check a pooling window; each pad must be smaller than it, so that no window sees only padding."""
    g = _geometry(x_shape, size, stride, pad, 1, None, "pooling window")
    for name, window, sides in zip(("height", "width"), (g.FH, g.FW), g.pad, strict=True):
        if max(sides) >= window:
            raise ValueError(
                f"a pooling window of {name} {window} with pad {max(sides)} would see nothing but padding: "
                f"use a pad of at most {window - 1}"
            )
    return g


def check_array(
    name: str,
    array: object,
    axes: str,
    shape: tuple[int, ...] | None = None,
    dtype: np.dtype[Any] | None = None,
) -> None:
    """Raise unless `array` is a float32 or float64 array with these axes (and this shape, this dtype)."""
    if not isinstance(array, np.ndarray) or isinstance(array, np.ma.MaskedArray):
        kind = type(array).__name__
        raise TypeError(f"{name} must be a numpy array {axes}, not {kind}: use np.asarray({name})")
    if array.dtype not in FLOATS:
        raise TypeError(
            f"{name} holds {array.dtype}, but gradients need float32 or float64: "
            f"convert it with {name}.astype(np.float64)"
        )
    if array.ndim != len(axes.replace(",)", ")").split(",")):
        raise ValueError(f"{name} must be {axes}, but its shape is {array.shape}")
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} must be {axes} = {shape}, but its shape is {array.shape}")
    if dtype is not None and array.dtype != dtype:
        raise TypeError(
            f"{name} holds {array.dtype} but x holds {dtype}, and mixing them would silently compute in "
            f"float64: convert one, for example {name}.astype(np.{dtype})"
        )


def check_bias(b: Array, g: Geometry, dtype: np.dtype[Any]) -> None:
    """Raise unless b has one bias for each filter."""
    if b is None:
        raise TypeError(f"b must be a numpy array (K,), not None: without biases pass zeros, np.zeros({g.K})")
    check_array("b", b, "(K,)", (g.K,), dtype)


def check_dout(dout: Array, g: Geometry, dtype: np.dtype[Any] | None = None) -> None:
    """Raise unless dout is the gradient of an output of this geometry."""
    axes = "(N, K, OH, OW)" if g.filters else "(N, C, OH, OW)"
    check_array("dout", dout, axes, (g.N, g.K, g.OH, g.OW), dtype)


def check_switches(switches: object, g: Geometry) -> None:
    """Raise unless each of the switches is an index into its window, 0 to FH * FW - 1."""
    if not isinstance(switches, np.ndarray) or not np.issubdtype(switches.dtype, np.integer):
        kind = getattr(switches, "dtype", type(switches).__name__)
        raise TypeError(f"switches must be an integer array, not {kind}: pass what max_pool_forward returned")
    shape = (g.N, g.C, g.OH, g.OW)
    if switches.shape != shape:
        raise ValueError(f"switches must be (N, C, OH, OW) = {shape}, but its shape is {switches.shape}")
    if switches.size and not 0 <= switches.min() <= switches.max() < g.FH * g.FW:
        raise ValueError(
            f"switches run from {switches.min()} to {switches.max()}, but a {g.FH}x{g.FW} window "
            f"has the indices 0 to {g.FH * g.FW - 1}: were they made with another size?"
        )


def pad_images(x: Array, g: Geometry, value: float = 0.0) -> Array:
    """Return x (N, C, H, W) with `value` around it; x itself if nothing is padded, so do not write to it."""
    if g.pad == ((0, 0), (0, 0)):
        return x
    padded = zeros_padded(g, x.dtype)
    if value:
        padded.fill(value)
    inside(padded, g)[...] = x
    return padded


def zeros_padded(g: Geometry, dtype: np.dtype[Any]) -> Array:
    """Return zeros in the shape of the padded images, to add gradients to before the padding is cut off."""
    (top, bottom), (left, right) = g.pad
    return np.zeros((g.N, g.C, top + g.H + bottom, left + g.W + right), dtype)


def cut_padding(padded: Array, g: Geometry) -> Array:
    """Return the images without their padding, (N, C, H, W), contiguous: the inverse of pad_images."""
    return np.ascontiguousarray(inside(padded, g))


def inside(padded: Array, g: Geometry) -> Array:
    """Return the images inside the padded ones, as a view: (N, C, H, W)."""
    (top, _), (left, _) = g.pad
    return padded[:, :, top : top + g.H, left : left + g.W]


def _geometry(
    x_shape: Shape, size: Pair, stride: Pair, pad: Pad, dilation: Pair, K: int | None, noun: str
) -> Geometry:
    N, C, H, W = _shape(x_shape)
    if K is not None:
        _at_least(1, "K, the number of filters,", K)
    FH, FW = _pair("size", size, 1)
    strides = _pair("stride", stride, 1)
    dilations = _pair("dilation", dilation, 1)
    pads = _sides(pad)
    vertical = Axis(H, FH, strides[0], pads[0], dilations[0])
    horizontal = Axis(W, FW, strides[1], pads[1], dilations[1])
    if not (vertical.fits and horizontal.fits):
        limit = (FH, FW) if noun == "pooling window" else None
        raise ValueError(misfit([vertical, horizontal], noun, limit))
    sizes = N, C, H, W, C if K is None else K, FH, FW, vertical.steps, horizontal.steps
    return Geometry(*sizes, strides, pads, dilations, filters=K is not None)


def _shape(x_shape: Shape) -> tuple[int, int, int, int]:
    if not isinstance(x_shape, tuple | list):
        raise TypeError(f"x_shape must be a tuple (N, C, H, W), as x.shape is, not {_said(x_shape)}")
    if len(x_shape) != 4:
        raise ValueError(f"x_shape must be (N, C, H, W), but it is {_said(tuple(x_shape))}")
    N, C, H, W = x_shape
    return (
        _at_least(0, "N, the number of images,", N),
        _at_least(1, "C, the number of channels,", C),
        _at_least(1, "H, the height of the images,", H),
        _at_least(1, "W, the width of the images,", W),
    )


def _sides(pad: Pad) -> Sides:
    expected = "(vertical, horizontal) or ((top, bottom), (left, right))"
    if not isinstance(pad, tuple | list):
        both = _pair("pad", pad, 0, expected)
        return both, both
    if len(pad) != 2:
        raise ValueError(f"pad must be an int, {expected}, not {_said(pad)}")
    return _pair("pad", pad[0], 0, expected), _pair("pad", pad[1], 0, expected)


def _pair(name: str, value: Pair, least: int, expected: str = "(vertical, horizontal)") -> tuple[int, int]:
    if not isinstance(value, tuple | list):
        number = _at_least(least, name, value)
        return number, number
    if len(value) != 2:
        raise ValueError(f"{name} must be an int or {expected}, not {_said(value)}")
    return _at_least(least, name, value[0]), _at_least(least, name, value[1])


def _at_least(least: int, name: str, value: SupportsIndex) -> int:
    """Return `value` as an integer. A bool is refused: pad=True is a slip, not a pad of 1."""
    if isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, not {value!r}")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, not {_said(value)}") from None
    if number < least:
        raise ValueError(f"{name} must be at least {least}, not {number}")
    return number


def _said(value: object) -> str:
    """Return a wrong argument as text for an error; an array, which could be long, as its shape."""
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else reprlib.repr(value)
