"""Receptive fields: which pixels of an image one pixel of a network's output depends on.

The rule goes back through the layers: output i of a window of extent F at stride S with pad P depends on the
inputs i * S - P to i * S - P + F - 1. The gradient finds the same by experiment: it sends 1 back from one
place, through positive weights, so that nothing cancels out, and shows which pixels it reaches.

A field belongs to all channels of a place together. Batch normalisation and dropout count as after training,
when each pixel is computed by itself; group normalisation depends on its whole image.
Source: Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", Distill, 2019.

>>> from cs_conv.layers import Conv, MaxPool
>>> receptive_field(Network([Conv(1, 3), Conv(1, 3)], (1, 9, 9))).size
(5, 5)
>>> pixels_by_gradient(Network([Conv(1, 3, dilation=2)], (1, 5, 5))).astype(int)
array([[1, 0, 1, 0, 1],
       [0, 0, 0, 0, 0],
       [1, 0, 1, 0, 1],
       [0, 0, 0, 0, 0],
       [1, 0, 1, 0, 1]])
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cs_conv.geometry import Array, Axis, window_geometry
from cs_conv.layers import (
    AveragePool,
    BatchNorm,
    Concatenate,
    Conv,
    Dropout,
    FullyConnected,
    GlobalAveragePool,
    GroupNorm,
    Layer,
    LocallyConnected,
    LocalResponseNorm,
    MaxPool,
    ReLU,
    Row,
    Sizes,
    Subsample,
    Sum,
    every_layer,
)
from cs_conv.network import Network

Pixels = NDArray[np.bool_]
Place = tuple[int, int]
Seen = TypeVar("Seen")

SEES_EVERYTHING = (FullyConnected, GlobalAveragePool, GroupNorm)
SEES_ITS_PIXEL = (ReLU, BatchNorm, Dropout, LocalResponseNorm)
WINDOWED = (Conv, LocallyConnected, MaxPool, AveragePool, Subsample)


@dataclass(frozen=True)
class Field:
    """The rectangle of pixels that a place depends on; numbers outside the image lie in its padding."""

    top: int
    left: int
    bottom: int  # the last row that belongs to it
    right: int

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels, padding included."""
        return self.bottom - self.top + 1, self.right - self.left + 1


def receptive_field(network: Network, place: Place | None = None) -> Field:
    """Return the rectangle that the output at `place`, (row, column), depends on, by the rule.

    place: default, the middle. The rectangle includes padding, as published figures do. With dilation it has
    gaps, which only pixels_by_rule shows. ValueError if the output has no such place, or the input no pixels.
    """
    place = _checked(network, place)
    return _back(network.row, network.shapes[0], Field(*place, *place), _field_before, _hull)


def pixels_by_rule(network: Network, place: Place | None = None) -> Pixels:
    """Return which pixels of the image the output at `place` depends on, by the rule: (H, W), True or False.

    place and errors: as in receptive_field.
    """
    return _back(network.row, network.shapes[0], _one_place(network, place), _pixels_before, _any)


def pixels_by_gradient(network: Network, place: Place | None = None) -> Pixels:
    """Return the same as pixels_by_rule, found by sending a gradient back: (H, W), True or False.

    The network is not changed. The gradient goes through a copy with positive weights, and with average
    pooling in place of max pooling. Its convolutions keep their `kernels`, so you can look at your own
    convolution.
    """
    dout = _one_place(network, place).astype(np.float64)
    copy = Network([_positive(layer) for layer in network.layers], network.shapes[0], dtype=np.float64)
    for layer in every_layer(copy.layers):
        if "w" in layer.parameters:
            w, b = layer.parameters["w"], layer.parameters["b"]
            w.fill(b.size / w.size)  # the mean of what a filter sees: nothing overflows in deep networks
    copy.forward(np.ones((1, *network.shapes[0])))
    dx = copy.backward(np.broadcast_to(dout, (1, *network.shapes[-1])))  # the same in all channels
    seen: Pixels = dx[0].any(axis=0)
    return seen


def _checked(network: Network, place: Place | None) -> Place:
    """Return a place of the output; (0, 0) for values, which have no places."""
    if len(network.shapes[0]) != 3:
        raise ValueError(f"only images (C, H, W) have pixels, but the network is for {network.shapes[0]}")
    sizes = network.shapes[-1][1:] or (1, 1)
    place = (sizes[0] // 2, sizes[1] // 2) if place is None else place
    if len(place) != 2 or not all(0 <= at < size for at, size in zip(place, sizes, strict=True)):
        raise ValueError(
            f"there is no place {place} in an output of {sizes[0]}x{sizes[1]}; the first is (0, 0)"
        )
    return place


def _one_place(network: Network, place: Place | None) -> Pixels:
    """Return True at the place and False elsewhere: (OH, OW), or () for values."""
    place = _checked(network, place)
    seen = np.zeros(network.shapes[-1][1:], np.bool_)
    seen[place if seen.ndim else ()] = True
    return seen


def _back(
    layer: Layer,
    shape: Sizes,
    seen: Seen,
    before: Callable[[tuple[Axis, Axis] | None, Sizes, Seen], Seen],
    joined: Callable[[list[Seen]], Seen],
) -> Seen:
    """Return the part of a layer's input, of this shape, that the part `seen` of its output depends on.

    before: does this for one layer, by its windows. joined: puts together the parts of several branches.
    """
    if isinstance(layer, Row):
        for inner, arrives in zip(reversed(layer.layers), reversed(layer.shapes[:-1]), strict=True):
            seen = _back(inner, arrives, seen, before, joined)
        return seen
    if isinstance(layer, Sum | Concatenate):
        return joined([_back(branch, shape, seen, before, joined) for branch in layer.branches])
    return before(_axes(layer, shape), shape, seen)


def _axes(layer: Layer, shape: Sizes) -> tuple[Axis, Axis] | None:
    """Return the window of a layer along both axes; None for a layer whose every output sees everything."""
    if isinstance(layer, SEES_EVERYTHING):
        return None
    H, W = shape[1:] or (1, 1)
    if isinstance(layer, Subsample):
        return Axis(H, 1, layer.stride, (0, 0), 1), Axis(W, 1, layer.stride, (0, 0), 1)
    options: dict[str, Any] = {"size": 1}
    if isinstance(layer, Conv | LocallyConnected):
        options = {name: getattr(layer, name) for name in ("size", "stride", "pad", "dilation")}
    elif isinstance(layer, MaxPool | AveragePool):
        options = {name: getattr(layer, name) for name in ("size", "stride", "pad")}
    elif not isinstance(layer, SEES_ITS_PIXEL):
        raise _unknown(layer)
    g = window_geometry((1, 1, H, W), **options)
    return (
        Axis(H, g.FH, g.stride[0], g.pad[0], g.dilation[0]),
        Axis(W, g.FW, g.stride[1], g.pad[1], g.dilation[1]),
    )


def _unknown(layer: Layer) -> TypeError:
    return TypeError(f"which pixels {layer} sees is not known: it is not one of cs_conv's own layers")


def _field_before(axes: tuple[Axis, Axis] | None, shape: Sizes, seen: Field) -> Field:
    if axes is None:
        H, W = shape[1:] or (1, 1)
        return Field(0, 0, H - 1, W - 1)
    vertical, horizontal = axes
    top = seen.top * vertical.stride - vertical.pad[0]
    left = seen.left * horizontal.stride - horizontal.pad[0]
    bottom = seen.bottom * vertical.stride - vertical.pad[0] + vertical.extent - 1
    right = seen.right * horizontal.stride - horizontal.pad[0] + horizontal.extent - 1
    return Field(top, left, bottom, right)


def _hull(fields: list[Field]) -> Field:
    """Return the smallest rectangle that holds all of these."""
    return Field(
        min(field.top for field in fields),
        min(field.left for field in fields),
        max(field.bottom for field in fields),
        max(field.right for field in fields),
    )


def _pixels_before(axes: tuple[Axis, Axis] | None, shape: Sizes, seen: Pixels) -> Pixels:
    if axes is None:
        return np.full(shape[1:], seen.any())
    if not seen.ndim:
        return seen
    for axis_number, axis in enumerate(axes):
        seen = np.moveaxis(_along(axis, np.moveaxis(seen, axis_number, 0)), 0, axis_number)
    return seen


def _along(axis: Axis, seen: Pixels) -> Pixels:
    """Return the inputs (H, ...) along the first axis that these outputs (OH, ...) depend on."""
    before, after = axis.pad
    inputs = np.zeros((before + axis.size + after, *seen.shape[1:]), np.bool_)
    for tap in range(0, axis.extent, axis.dilation):
        inputs[tap : tap + axis.stride * len(seen) : axis.stride][: len(seen)] |= seen
    return inputs[before : before + axis.size]


def _any(seen: list[Pixels]) -> Pixels:
    together: Pixels = np.logical_or.reduce(seen)
    return together


class _Everything(Layer):
    """In place of group normalisation: every output is the mean of all inputs of its image."""

    def forward(self, x: Array) -> Array:
        axes = tuple(range(1, x.ndim))
        return np.broadcast_to(x.mean(axis=axes, keepdims=True), x.shape)

    def backward(self, dout: Array) -> Array:
        return self.forward(dout)


def _positive(layer: Layer) -> Layer:
    """Return a new layer that depends on the same inputs, and whose gradient is nowhere below 0."""
    if isinstance(layer, Row):
        return Row(map(_positive, layer.layers))
    if isinstance(layer, Sum | Concatenate):
        return type(layer)(*(map(_positive, branch.layers) for branch in layer.branches))
    if isinstance(layer, MaxPool):
        return AveragePool(layer.size, layer.stride, layer.pad)
    if isinstance(layer, GroupNorm):
        return _Everything()
    if isinstance(layer, LocalResponseNorm | Dropout):
        return Row()
    if isinstance(layer, Conv):
        return replace(layer, bias=True)
    if not isinstance(layer, SEES_EVERYTHING + SEES_ITS_PIXEL + WINDOWED):
        raise _unknown(layer)
    known: Any = layer
    return replace(known)
