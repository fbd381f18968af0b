"""A network: layers in a row, some of which may be blocks with branches, built for images of one shape."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cs_conv.geometry import Array
from cs_conv.layers import Layer, Row, Sizes, every_layer, only_forward
from cs_conv.layers.layer import ShapesOnly


class Network:
    """Layers in a row: forward goes through them in order, backward in reverse order.

    A block such as `Sum` or `Concatenate` is one layer of the row, with branches inside.

    layers: in order, each a new one. input_shape: the shape of one image, (C, H, W) or (D,).
    seed: for the random weights; None for weights of 0 that take no memory, if only shapes are of interest.
    dtype: the dtype of the parameters, float32 or float64.
    ValueError or TypeError if a layer does not fit its input; the message names the layer.

    >>> from cs_conv.layers import Conv, FullyConnected, GlobalAveragePool, MaxPool, ReLU, Sum
    >>> layers = [Conv(8, 3, pad=1), MaxPool(2, 2), Sum([ReLU(), Conv(8, 3, pad=1)], []), FullyConnected(10)]
    >>> print(Network(layers, (1, 28, 28)))
    input                                                         (1, 28, 28)
    Conv(K=8, size=3, stride=1, pad=1, dilation=1, groups=1)      (8, 28, 28)      80
    MaxPool(size=2, stride=2, pad=0)                              (8, 14, 14)
    Sum of 2 branches                                             (8, 14, 14)
      1 ReLU()                                                    (8, 14, 14)
        Conv(K=8, size=3, stride=1, pad=1, dilation=1, groups=1)  (8, 14, 14)     584
      2 unchanged                                                 (8, 14, 14)
    FullyConnected(units=10)                                      (10,)        15,690
                                                                               16,354
    """

    def __init__(
        self, layers: Iterable[Layer], input_shape: Sizes, seed: int | None = 0, dtype: DTypeLike = np.float32
    ) -> None:
        self.row = Row(layers)
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float32, np.float64):
            raise ValueError(f"parameters are float32 or float64 numbers, not {self.dtype}")
        there: set[int] = set()
        for layer in every_layer(self.layers):
            if id(layer) in there:
                raise ValueError(f"{layer} stands in the network twice: make a new one for each place")
            there.add(id(layer))
        rng = ShapesOnly(np.random.SFC64(0)) if seed is None else np.random.default_rng(seed)
        self.row.build(_checked(input_shape), rng, self.dtype)

    @property
    def layers(self) -> list[Layer]:
        """The layers of the row; `every_layer(network.layers)` has those inside blocks as well."""
        return self.row.layers

    @property
    def shapes(self) -> list[Sizes]:
        """The shapes of one image: shapes[i] is the input of layers[i], shapes[i + 1] its output."""
        return self.row.shapes

    @property
    def size(self) -> int:
        """How many numbers the network learns."""
        return sum(p.size for layer in every_layer(self.layers) for p in layer.parameters.values())

    def forward(self, x: Array) -> Array:
        """Return the scores of images x (N, ...): (N, ...) of the last layer's shape."""
        x = np.asarray(x, self.dtype)
        if x.ndim == 0 or x.shape[1:] != self.shapes[0]:
            expected = ", ".join(map(str, self.shapes[0]))
            raise ValueError(f"x must be (N, {expected}), but its shape is {x.shape}")
        return self.row.forward(x)

    def backward(self, dscores: Array) -> Array:
        """Leave the parameters' gradients in the layers, and return that of the last forward's images."""
        return self.row.backward(dscores)

    def backward_parameters(self, dscores: Array) -> None:
        """Leave the parameters' gradients in the layers, and compute none for the images: enough to train."""
        self.row.backward_parameters(dscores)

    def predict(self, x: Array, batch: int = 500) -> NDArray[np.intp]:
        """Return the class with the largest score of each image, computed `batch` images at a time: (N,).

        The layers keep nothing of it: call forward before backward.
        """
        with only_forward():
            starts = range(0, len(x), batch)
            parts = [self.forward(x[start : start + batch]).argmax(axis=1) for start in starts]
        return np.concatenate(parts) if parts else np.empty(0, np.intp)

    def accuracy(self, x: Array, labels: Array) -> float:
        """Return the fraction of images whose predicted class is their label, 0 to 1. labels: (N,)."""
        if np.shape(labels) != (len(x),):
            raise ValueError(
                f"labels must be ({len(x)},), one for each image, but their shape is {np.shape(labels)}"
            )
        return float((self.predict(x) == labels).mean())

    def __str__(self) -> str:
        """A line for each layer: what it is, the shape of its output, how many numbers it learns."""
        rows = [("input", str(self.shapes[0]), ""), *_lines(self.row), ("", "", f"{self.size:,}")]
        wide = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = (
            f"{what:{wide[0]}}  {shape:{wide[1]}}  {learned:>{wide[2]}}" for what, shape, learned in rows
        )
        return "\n".join(line.rstrip() for line in lines)


def _checked(input_shape: Sizes) -> Sizes:
    """Return the shape as a tuple of Python's own integers."""
    try:
        shape = tuple(operator.index(size) for size in input_shape)
    except TypeError:
        shape = ()
    if not shape or min(shape) < 1:
        raise ValueError(
            f"input_shape must be that of one image, (C, H, W), or (D,), in whole numbers from 1 on, "
            f"not {input_shape!r}"
        )
    return shape


def _lines(row: Row) -> Iterator[tuple[str, str, str]]:
    """Yield for each layer of a row, as texts: what it is, its output's shape, how many numbers it learns.

    The layers inside a block follow it, indented, each branch after its number.
    """
    for layer, shape in zip(row.layers, row.shapes[1:], strict=True):
        yield _line(layer, str(shape))
        for number, inner in enumerate([layer] if isinstance(layer, Row) else layer.inner, 1):
            margin = f"  {number} "
            inside = [_line(inner, "")]  # of a block of one's own, whose shapes are not known
            if isinstance(inner, Row) and inner.shapes:
                inside = list(_lines(inner)) or [("unchanged", str(inner.shapes[0]), "")]
            for what, shape_text, learned in inside:
                yield margin + what, shape_text, learned
                margin = " " * len(margin)


def _line(layer: Layer, shape: str) -> tuple[str, str, str]:
    learned = sum(p.size for p in layer.parameters.values())
    return str(layer), shape, f"{learned:,}" if learned else ""
