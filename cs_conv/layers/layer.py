"""The base of all layers, and what they share: checks of shapes, first weights, switching to training."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cs_conv.geometry import Array

Sizes = tuple[int, ...]

_keeping = ContextVar("_keeping", default=True)
"""Whether forward keeps what backward needs."""


@dataclass(eq=False)
class Layer:
    """The base of all layers; a layer without parameters only adds forward and backward.

    parameters, gradients: arrays by name. buffers: arrays that belong to the weights but have no gradients,
    such as the running means of batch normalisation. training: whether the layer is being trained, see
    `in_training`.
    """

    parameters: dict[str, Array] = field(default_factory=dict, init=False, repr=False)
    gradients: dict[str, Array] = field(default_factory=dict, init=False, repr=False)
    buffers: dict[str, Array] = field(default_factory=dict, init=False, repr=False)
    training: bool = field(default=False, init=False, repr=False)
    _kept: Any = field(default=None, init=False, repr=False)

    def output_shape(self, shape: Sizes) -> Sizes:
        """Return the shape of the output for one image of `shape`; ValueError if it does not fit."""
        return shape

    @property
    def inner(self) -> Sequence[Layer]:
        """The layers inside this one, trained and saved with it: those in its attributes and lists."""
        lists = (value if isinstance(value, list | tuple) else [value] for value in vars(self).values())
        return list(dict.fromkeys(layer for values in lists for layer in values if isinstance(layer, Layer)))

    def build(self, shape: Sizes, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        """Create the parameters for images of `shape`: random weights, biases of zero."""

    def forward(self, x: Array) -> Array:
        """Return the layer's output."""
        raise NotImplementedError

    def backward(self, dout: Array) -> Array:
        """Return the gradient of the last forward's input; dout has the shape of its output."""
        raise NotImplementedError

    def backward_parameters(self, dout: Array) -> None:
        """Compute the parameters' gradients, but not the input's: a first layer does not need it."""
        self.backward(dout)

    def _keep(self, kept: Any) -> None:
        self._kept = kept if _keeping.get() else None

    @property
    def _only_forward(self) -> bool:
        """Whether no backward pass will follow."""
        return not _keeping.get()

    def _take(self) -> Any:
        if self._kept is None:
            raise RuntimeError(f"backward of {self} needs the values that forward keeps: call forward first")
        return self._kept


def every_layer(layers: Iterable[Layer]) -> Iterator[Layer]:
    """Yield these layers, each one followed by the layers inside it.

    >>> from cs_conv.layers import Conv, ReLU, Sum
    >>> [str(layer) for layer in every_layer([Sum([ReLU()], [])])]
    ['Sum of 2 branches', 'Row of 1 layer', 'ReLU()', 'Row of 0 layers']
    """
    for layer in layers:
        yield layer
        yield from every_layer(layer.inner)


@contextmanager
def in_training(layers: Iterable[Layer]) -> Iterator[None]:
    """In the `with` block, these layers and those inside them are in training.

    Batch normalisation then uses the statistics of the batch, and dropout leaves values out.

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


@contextmanager
def only_forward() -> Iterator[None]:
    """In the `with` block, layers keep nothing for a backward pass, so values are freed as soon as possible.

    Convolutions with many channels use Winograd's algorithm, whose errors are larger (`cs_conv.choice`).

    >>> layer = Layer()
    >>> with only_forward():
    ...     layer._keep("values")
    >>> layer._kept is None
    True
    """
    before = _keeping.set(False)
    try:
        yield
    finally:
        _keeping.reset(before)


class ShapesOnly(np.random.Generator):
    """A network that is built with this has weights of 0 that take no memory: it is there to be counted."""


def he_weights(rng: np.random.Generator, shape: Sizes, fan_in: int, dtype: np.dtype[Any]) -> Array:
    """Return random weights after which, and after a ReLU, values are as large as before on average.

    fan_in: how many values each output adds up. No memory is needed but that of the weights.
    Source: He et al., "Delving deep into rectifiers", 2015.
    """
    if isinstance(rng, ShapesOnly):
        return np.broadcast_to(np.zeros((), dtype), shape)
    w = np.empty(shape, dtype)
    rng.standard_normal(out=w, dtype=dtype.type)
    w *= math.sqrt(2 / fan_in)
    return w


def channels_shape(shape: Sizes) -> Sizes:
    """Return the shape; ValueError if it is neither that of an image nor that of values."""
    if len(shape) not in (1, 3):
        raise ValueError(f"its input must be images (C, H, W) or values (D,), but has the shape {shape}")
    return shape


def image_shape(shape: Sizes) -> tuple[int, int, int]:
    """Return (C, H, W); ValueError if the shape is not that of an image."""
    if len(shape) != 3:
        raise ValueError(
            f"its input must be images (C, H, W), but has the shape {shape}: put it before the fully "
            f"connected layers; a grey image has the shape (1, H, W)"
        )
    C, H, W = shape
    return C, H, W
