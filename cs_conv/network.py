"""A network: layers in a row, built for images of one shape."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cs_conv.geometry import Array
from cs_conv.layers import Layer, Sizes


class Network:
    """Layers in a row: forward goes through them, backward goes back.

    layers: in order, each a new one. input_shape: of one image, (C, H, W) or (D,).
    seed: of the random weights. dtype: of the parameters, float32 or float64.
    ValueError where a layer does not fit what arrives at it, naming the layer.

    >>> from cs_conv.layers import Conv, FullyConnected, MaxPool, ReLU
    >>> print(Network([Conv(8, 3, pad=1), ReLU(), MaxPool(2, 2), FullyConnected(10)], (1, 28, 28)))
    input                                                     (1, 28, 28)
    Conv(K=8, size=3, stride=1, pad=1, dilation=1, groups=1)  (8, 28, 28)      80
    ReLU()                                                    (8, 28, 28)
    MaxPool(size=2, stride=2, pad=0)                          (8, 14, 14)
    FullyConnected(units=10)                                  (10,)        15,690
                                                                           15,770
    """

    def __init__(
        self, layers: Iterable[Layer], input_shape: Sizes, seed: int = 0, dtype: DTypeLike = np.float32
    ) -> None:
        self.layers = list(layers)
        self.shapes = [tuple(input_shape)]  # shapes[i] arrives at layers[i], shapes[i + 1] leaves it
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float32, np.float64):
            raise ValueError(f"parameters are float32 or float64 numbers, not {self.dtype}")
        if len(set(map(id, self.layers))) < len(self.layers):
            raise ValueError("the same layer stands in the network twice: make a new one for each place")
        rng = np.random.default_rng(seed)
        for number, layer in enumerate(self.layers, 1):
            try:
                self.shapes.append(layer.output_shape(self.shapes[-1]))
                layer.build(self.shapes[-2], rng, self.dtype)
            except (ValueError, TypeError) as error:
                raise type(error)(f"layer {number}, {layer}: {error}") from error

    @property
    def size(self) -> int:
        """How many numbers are learned."""
        return sum(p.size for layer in self.layers for p in layer.parameters.values())

    def forward(self, x: Array) -> Array:
        """Return the scores of images x (N, ...): (N, ...) of the last layer's shape."""
        x = np.asarray(x, self.dtype)
        if x.ndim == 0 or x.shape[1:] != self.shapes[0]:
            expected = ", ".join(map(str, self.shapes[0]))
            raise ValueError(f"x must be (N, {expected}), but its shape is {x.shape}")
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dscores: Array) -> Array:
        """Leave the gradients in the layers and return that of the images of the last forward pass."""
        for layer in reversed(self.layers):
            dscores = layer.backward(dscores)
        return dscores

    def backward_parameters(self, dscores: Array) -> None:
        """Leave the gradients in the layers, but none of the images: all that training needs."""
        for layer in reversed(self.layers[1:]):
            dscores = layer.backward(dscores)
        for layer in self.layers[:1]:
            layer.backward_parameters(dscores)

    def predict(self, x: Array, batch: int = 500) -> NDArray[np.intp]:
        """Return the class with the largest score of each image, computed `batch` images at a time: (N,)."""
        parts = [self.forward(x[start : start + batch]).argmax(axis=1) for start in range(0, len(x), batch)]
        return np.concatenate(parts) if parts else np.empty(0, np.intp)

    def accuracy(self, x: Array, labels: Array) -> float:
        """Return which part of the images is given its label, 0 to 1. labels: (N,)."""
        if np.shape(labels) != (len(x),):
            raise ValueError(
                f"labels must be ({len(x)},), one for each image, but their shape is {np.shape(labels)}"
            )
        return float((self.predict(x) == labels).mean())

    def __str__(self) -> str:
        """A line a layer: what it is, what leaves it, how much it learns."""
        rows = [("input", str(self.shapes[0]), "")]
        for layer, shape in zip(self.layers, self.shapes[1:], strict=True):
            learned = sum(p.size for p in layer.parameters.values())
            rows.append((str(layer), str(shape), f"{learned:,}" if learned else ""))
        rows.append(("", "", f"{self.size:,}"))
        wide = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = (
            f"{what:{wide[0]}}  {shape:{wide[1]}}  {learned:>{wide[2]}}" for what, shape, learned in rows
        )
        return "\n".join(line.rstrip() for line in lines)
