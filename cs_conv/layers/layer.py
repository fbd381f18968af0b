"""What every layer offers, and what layers share: shapes that fit, first weights, training and use."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cs_conv.geometry import Array

Sizes = tuple[int, ...]


@dataclass(eq=False)
class Layer:
    """What every layer offers; one without parameters adds only forward and backward.

    buffers: what is kept and belongs to the weights, but is not learned by gradients, as running means.
    training: whether forward does what it does in training alone, see `in_training`.
    """

    parameters: dict[str, Array] = field(default_factory=dict, init=False, repr=False)
    gradients: dict[str, Array] = field(default_factory=dict, init=False, repr=False)
    buffers: dict[str, Array] = field(default_factory=dict, init=False, repr=False)
    training: bool = field(default=False, init=False, repr=False)
    _kept: Any = field(default=None, init=False, repr=False)

    def output_shape(self, shape: Sizes) -> Sizes:
        """Return the shape of what leaves, for one image of `shape`; ValueError where it does not fit."""
        return shape

    @property
    def inner(self) -> Sequence[Layer]:
        """The layers that this one is made of, as a block is: most are made of none."""
        return ()

    def build(self, shape: Sizes, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Create the parameters for images of `shape`: random weights, biases of zero."""

    def forward(self, x: Array) -> Array:
        """Return the layer's output."""
        raise NotImplementedError

    def backward(self, dout: Array) -> Array:
        """Return the gradient of the last forward's input; dout has the shape of its output."""
        raise NotImplementedError

    def backward_parameters(self, dout: Array) -> None:
        """Do without the gradient of the input: nobody needs that of a first layer."""
        self.backward(dout)

    def _keep(self, kept: Any) -> None:
        self._kept = kept

    def _take(self) -> Any:
        if self._kept is None:
            raise RuntimeError(f"backward of {self} needs what forward remembers: call forward first")
        return self._kept


def every_layer(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Yield these layers, each one followed by the layers inside it.

    >>> from cs_conv.layers import Conv, ReLU, Sum
    >>> [str(layer) for layer in every_layer([Sum([ReLU()], [])])]
    ['Sum of 2 branches', 'Row of 1 layers', 'ReLU()', 'Row of 0 layers']
    """
    for layer in layers:
        yield layer
        yield from every_layer(layer.inner)


@contextmanager
def in_training(layers: Iterable[Layer]) -> Iterator[None]:
    """In the `with` block, these layers and those inside them do what they do only in training.

    >>> layer = Layer()
    >>> with in_training([layer]):
    ...     layer.training
    True
    """
    layers = list(every_layer(layers))
    before = [layer.training for layer in layers]
    for layer in layers:
        layer.training = True
    try:
        yield
    finally:
        for layer, was in zip(layers, before, strict=True):
            layer.training = was


def he_weights(rng: np.random.Generator, shape: Sizes, fan_in: int, dtype: np.dtype[Any]) -> Array:
    """Random weights that keep the size of what passes through them and a ReLU.

    fan_in: how many values each output adds up. Nothing larger than the weights themselves is made.
    Source: He et al., "Delving deep into rectifiers", 2015.
    """
    w = np.empty(shape, dtype)
    rng.standard_normal(out=w, dtype=dtype.type)
    w *= math.sqrt(2 / fan_in)
    return w


def channels_shape(shape: Sizes) -> Sizes:
    """Return the shape; ValueError where it is neither an image nor a row of values."""
    if len(shape) not in (1, 3):
        raise ValueError(f"it needs images (C, H, W) or values (D,), but what arrives has the shape {shape}")
    return shape


def image_shape(shape: Sizes) -> tuple[int, int, int]:
    """Return (C, H, W); ValueError where what arrives is no image."""
    if len(shape) != 3:
        raise ValueError(
            f"it needs images (C, H, W), but what arrives has the shape {shape}: it belongs before the fully "
            f"connected layers, and a grey image is (1, H, W)"
        )
    C, H, W = shape
    return C, H, W
