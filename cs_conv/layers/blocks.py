"""Blocks: layers that are made of layers, so that a network can have branches and is still a row of layers.

A branch is a list of layers, or a single layer. An empty list passes its input on unchanged: a shortcut.

>>> from cs_conv.layers import BatchNorm, Conv, MaxPool, ReLU
>>> residual = Sum([Conv(64, 3, pad=1), BatchNorm(), ReLU(), Conv(64, 3, pad=1), BatchNorm()], [])
>>> residual.output_shape((64, 28, 28))
(64, 28, 28)
>>> inception = Concatenate(Conv(64, 1), [Conv(96, 1), ReLU(), Conv(128, 3, pad=1)], MaxPool(3, 1, pad=1))
>>> inception.output_shape((192, 28, 28))  # 64 + 128 + 192 channels
(384, 28, 28)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from cs_conv.geometry import Array
from cs_conv.layers.layer import Layer, Sizes


class Row(Layer):
    """Layers one after the other, as one layer; an empty row passes its input on unchanged.

    shapes: those of one image, once the row is built: shapes[i] is the input of layers[i], shapes[i + 1] its
    output.
    """

    def __init__(self, layers: Iterable[Layer] = ()) -> None:
        super().__init__()
        self.layers = list(layers)
        self.shapes: list[Sizes] = []
        for number, layer in enumerate(self.layers, 1):
            if not isinstance(layer, Layer):
                raise TypeError(f"layer {number} of a row must be a layer, such as ReLU(), not {layer!r}")

    def output_shape(self, shape: Sizes) -> Sizes:
        for number, layer in enumerate(self.layers, 1):
            shape = _named(f"layer {number}, {layer}", layer, shape)
        return shape

    def build(self, shape: Sizes, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        self.shapes = [shape]
        for number, layer in enumerate(self.layers, 1):
            self.shapes.append(_named(f"layer {number}, {layer}", layer, self.shapes[-1]))
            layer.build(self.shapes[-2], rng, dtype)

    def forward(self, x: Array) -> Array:
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dout: Array) -> Array:
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout

    def backward_parameters(self, dout: Array) -> None:
        for layer in reversed(self.layers[1:]):
            dout = layer.backward(dout)
        for layer in self.layers[:1]:
            layer.backward_parameters(dout)

    def __repr__(self) -> str:
        return f"Row({self.layers})"

    def __str__(self) -> str:
        return f"Row of {len(self.layers)} layer{'s' * (len(self.layers) != 1)}"


class _Branches(Layer):
    """Branches that all get the same input; a subclass says how their outputs are joined."""

    def __init__(self, *branches: Layer | Iterable[Layer]) -> None:
        super().__init__()
        name = type(self).__name__
        if len(branches) < 2:
            raise ValueError(f"{name} needs at least 2 branches, but there are {len(branches)}")
        for branch in branches:
            if not isinstance(branch, Layer | Iterable):
                raise TypeError(f"a branch of {name} must be a layer or a list of layers, not {branch!r}")
        self.branches = [Row([b] if isinstance(b, Layer) else b) for b in branches]

    def output_shape(self, shape: Sizes) -> Sizes:
        return self._joined([_named(f"branch {n}", b, shape) for n, b in enumerate(self.branches, 1)])

    def build(self, shape: Sizes, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        for branch in self.branches:
            branch.build(shape, rng, dtype)

    def backward_parameters(self, dout: Array) -> None:
        for branch, part in zip(self.branches, self._parts(dout), strict=True):
            branch.backward_parameters(part)

    def backward(self, dout: Array) -> Array:
        """Return the sum of the branches' gradients, since the input went into every branch."""
        first, *others = zip(self.branches, self._parts(dout), strict=True)
        dx = first[0].backward(first[1])
        for branch, part in others:
            dx = dx + branch.backward(part)  # not in place: an empty branch returns its dout itself
        return dx

    def _joined(self, shapes: list[Sizes]) -> Sizes:
        """Return the output's shape, from those of the branches; ValueError if they do not fit together."""
        raise NotImplementedError

    def _parts(self, dout: Array) -> Iterable[Array]:
        """Return each branch's part of the gradient of the output."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(str(branch.layers) for branch in self.branches)})"

    def __str__(self) -> str:
        return f"{type(self).__name__} of {len(self.branches)} branches"


class Sum(_Branches):
    """The sum of its branches' outputs, which must have the same shape: (C, H, W) or (D,).

    With an empty branch, `Sum([Conv(...), ...], [])`, it is a residual block: the other branch learns only
    what to add to the input. Source: He et al., "Deep residual learning", 2015.
    """

    def forward(self, x: Array) -> Array:
        first, *others = self.branches
        out = first.forward(x)
        for branch in others:
            out = out + branch.forward(x)
        return out

    def _joined(self, shapes: list[Sizes]) -> Sizes:
        if len(set(shapes)) > 1:
            raise ValueError(
                f"the branches of a sum must end in the same shape, but {_listed(shapes)}: in a shortcut, "
                f"Conv(K, 1) changes the number of channels, and Subsample(2) keeps every second pixel"
            )
        return shapes[0]

    def _parts(self, dout: Array) -> Iterable[Array]:
        return [dout] * len(self.branches)


class Concatenate(_Branches):
    """The channels of all its branches' outputs: (C1, H, W), (C2, H, W) become (C1 + C2, H, W).

    Values (D1,), (D2,) become (D1 + D2,). This is an inception block: Szegedy et al., "Going deeper
    with convolutions", 2014. With an empty branch it is a step of a DenseNet: Huang et al., 2016.
    """

    def forward(self, x: Array) -> Array:
        outs = [branch.forward(x) for branch in self.branches]
        self._keep([out.shape[1] for out in outs])
        return np.concatenate(outs, axis=1)

    def _joined(self, shapes: list[Sizes]) -> Sizes:
        if len({shape[1:] for shape in shapes}) > 1 or () in shapes:
            raise ValueError(
                f"branches that are concatenated must end in images of the same height and width, but "
                f"{_listed(shapes)}: with F odd and stride 1, pad=(F - 1) // 2 keeps height and width"
            )
        return sum(shape[0] for shape in shapes), *shapes[0][1:]

    def _parts(self, dout: Array) -> Iterable[Array]:
        return np.split(dout, np.cumsum(self._take())[:-1], axis=1)


def _named(name: str, layer: Layer, shape: Sizes) -> Sizes:
    """Return the shape of the layer's output; the error, if any, begins with its name."""
    try:
        return layer.output_shape(shape)
    except (ValueError, TypeError) as error:
        raise type(error)(f"{name}: {error}") from error


def _listed(shapes: list[Sizes]) -> str:
    """Return shapes as text, as in: branch 1 ends in (64, 28, 28), branch 2 in (32, 28, 28)."""
    first, *others = [f"branch {n} ends in {shape}" for n, shape in enumerate(shapes, 1)]
    return ", ".join([first, *(other.replace("ends in", "in") for other in others)])
