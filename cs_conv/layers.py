"""The layers of a network: each knows its forward pass, its backward pass and its parameters.

A layer is made with its hyperparameters alone, `Conv(16, 3, pad=1)`; it learns the shape of what arrives
when it is built into a network. `forward` remembers what `backward` needs; `backward` returns the gradient of
the input and leaves those of the parameters in `gradients`, under the parameters' names.

Shapes are of one image, (C, H, W) or (D,); arrays have the number of images N in front.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from cs_conv import im2col
from cs_conv.choice import kernels_for
from cs_conv.dropout import check_rate, dropout_backward, dropout_forward
from cs_conv.geometry import Array, Pad, Pair, check_groups, conv_geometry, pool_geometry, window_geometry
from cs_conv.global_pool import global_average_pool_backward, global_average_pool_forward
from cs_conv.locally_connected import locally_connected_backward, locally_connected_forward
from cs_conv.normalisation import (
    batch_norm_backward,
    batch_norm_forward,
    batch_norm_inference,
    batch_norm_inference_backward,
    group_norm_backward,
    group_norm_forward,
    local_response_norm_backward,
    local_response_norm_forward,
)

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
            raise RuntimeError(f"{self}.backward needs what forward remembers: call forward first")
        return self._kept


@dataclass(eq=False)
class Conv(Layer):
    """K filters of `size` (an int or (FH, FW)) over all channels: (C, H, W) to (K, OH, OW).

    groups: channels and filters in so many equal parts, each filter over its own part; C of them is
    depthwise. kernels: who computes, anything with conv_forward and conv_backward: `cs_conv.naive`, or yours.
    Where they have conv_filter_gradients too, a first layer is spared dx. Without, `cs_conv.choice` decides.
    """

    K: int
    size: Pair
    stride: Pair = 1
    pad: Pad = 0
    dilation: Pair = 1
    groups: int = 1
    kernels: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.K < 1:
            raise ValueError(f"a convolution needs a filter at least, but K is {self.K}")

    def output_shape(self, shape: Sizes) -> Sizes:
        g = window_geometry((1, *_image(shape)), self.size, self.stride, self.pad, self.dilation)
        check_groups(self.groups, g.C, self.K)
        return self.K, g.OH, g.OW

    def build(self, shape: Sizes, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        g = window_geometry((1, *_image(shape)), self.size, self.stride, self.pad, self.dilation)
        seen = g.C // self.groups
        w = _he(rng, (self.K, seen, g.FH, g.FW), fan_in=seen * g.FH * g.FW)
        self.parameters = {"w": w.astype(dtype), "b": np.zeros(self.K, dtype)}

    def forward(self, x: Array) -> Array:
        self._keep(x)
        w, b = self.parameters["w"], self.parameters["b"]
        out: Array = self._kernels_for(x).conv_forward(x, w, b, **self._options)
        return out

    def backward(self, dout: Array) -> Array:
        x, w = self._take(), self.parameters["w"]
        dx, dw, db = self._kernels_for(x).conv_backward(dout, x, w, **self._options)
        self.gradients = {"w": dw, "b": db}
        return dx

    def backward_parameters(self, dout: Array) -> None:
        x, w = self._take(), self.parameters["w"]
        kernels = self._kernels_for(x)
        if not hasattr(kernels, "conv_filter_gradients"):
            self.backward(dout)
            return
        dw, db = kernels.conv_filter_gradients(dout, x, w, **self._options)
        self.gradients = {"w": dw, "b": db}

    def _kernels_for(self, x: Array) -> Any:
        if self.kernels is not None:
            return self.kernels
        return kernels_for(conv_geometry(x, self.parameters["w"], **self._options))

    @property
    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"stride": self.stride, "pad": self.pad}
        # Students' functions have no dilation and no groups; they serve wherever none are asked for.
        if self.dilation != 1:
            options["dilation"] = self.dilation
        if self.groups != 1:
            options["groups"] = self.groups
        return options


@dataclass(eq=False)
class MaxPool(Layer):
    """The largest value of each window of `size`: (C, H, W) to (C, OH, OW).

    kernels: who computes, anything with max_pool_forward and max_pool_backward.
    """

    size: Pair
    stride: Pair
    pad: Pad = 0
    kernels: Any = field(default=im2col, repr=False)

    def output_shape(self, shape: Sizes) -> Sizes:
        g = pool_geometry((1, *_image(shape)), self.size, self.stride, self.pad)
        return g.C, g.OH, g.OW

    def forward(self, x: Array) -> Array:
        out, switches = self.kernels.max_pool_forward(x, self.size, self.stride, **self._options)
        self._keep((switches, x.shape))
        return out

    def backward(self, dout: Array) -> Array:
        switches, x_shape = self._take()
        dx: Array = self.kernels.max_pool_backward(
            dout, switches, x_shape, self.size, self.stride, **self._options
        )
        return dx

    @property
    def _options(self) -> dict[str, Any]:
        # Students' functions have no pad; they serve wherever none is asked for.
        return {} if self.pad == 0 else {"pad": self.pad}


@dataclass(eq=False)
class AveragePool(Layer):
    """The mean of each window of `size`: (C, H, W) to (C, OH, OW)."""

    size: Pair
    stride: Pair
    pad: Pad = 0
    kernels: Any = field(default=im2col, repr=False)

    def output_shape(self, shape: Sizes) -> Sizes:
        g = pool_geometry((1, *_image(shape)), self.size, self.stride, self.pad)
        return g.C, g.OH, g.OW

    def forward(self, x: Array) -> Array:
        self._keep(x.shape)
        out: Array = self.kernels.average_pool_forward(x, self.size, self.stride, self.pad)
        return out

    def backward(self, dout: Array) -> Array:
        dx: Array = self.kernels.average_pool_backward(dout, self._take(), self.size, self.stride, self.pad)
        return dx


@dataclass(eq=False)
class ReLU(Layer):
    """What is below zero becomes zero."""

    def forward(self, x: Array) -> Array:
        out = np.maximum(x, 0)
        self._keep(out)
        return out

    def backward(self, dout: Array) -> Array:
        return dout * (self._take() > 0)


@dataclass(eq=False)
class LocallyConnected(Layer):
    """K filters of `size` at each place, not shared among the places: (C, H, W) to (K, OH, OW)."""

    K: int
    size: Pair
    stride: Pair = 1
    pad: Pad = 0
    dilation: Pair = 1

    def __post_init__(self) -> None:
        if self.K < 1:
            raise ValueError(f"a locally connected layer needs a filter at least, but K is {self.K}")

    def output_shape(self, shape: Sizes) -> Sizes:
        g = window_geometry((1, *_image(shape)), self.size, self.stride, self.pad, self.dilation)
        return self.K, g.OH, g.OW

    def build(self, shape: Sizes, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        g = window_geometry((1, *_image(shape)), self.size, self.stride, self.pad, self.dilation)
        w = _he(rng, (g.OH, g.OW, self.K, g.C, g.FH, g.FW), fan_in=g.C * g.FH * g.FW)
        self.parameters = {"w": w.astype(dtype), "b": np.zeros((g.OH, g.OW, self.K), dtype)}

    def forward(self, x: Array) -> Array:
        self._keep(x)
        w, b = self.parameters["w"], self.parameters["b"]
        return locally_connected_forward(x, w, b, self.stride, self.pad, self.dilation)

    def backward(self, dout: Array) -> Array:
        x, w = self._take(), self.parameters["w"]
        dx, dw, db = locally_connected_backward(dout, x, w, self.stride, self.pad, self.dilation)
        self.gradients = {"w": dw, "b": db}
        return dx


@dataclass(eq=False)
class GlobalAveragePool(Layer):
    """The mean of each channel: (C, H, W) to (C, 1, 1)."""

    def output_shape(self, shape: Sizes) -> Sizes:
        C, _, _ = _image(shape)
        return C, 1, 1

    def forward(self, x: Array) -> Array:
        self._keep(x.shape)
        return global_average_pool_forward(x)

    def backward(self, dout: Array) -> Array:
        return global_average_pool_backward(dout, self._take())


@dataclass(eq=False)
class BatchNorm(Layer):
    """Each channel of the batch with mean beta and deviation gamma: (C, H, W) or (D,) to the same.

    In training, mean and variance are those of the batch, and the running ones move towards them by the part
    `momentum`; in use, they are the running ones. eps: added to the variance.
    """

    momentum: float = 0.1
    eps: float = 1e-5

    def __post_init__(self) -> None:
        if not 0 < self.momentum <= 1:
            raise ValueError(f"momentum is the part of the batch, above 0 and at most 1, not {self.momentum}")

    def output_shape(self, shape: Sizes) -> Sizes:
        return _channels_first(shape)

    def build(self, shape: Sizes, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        C = shape[0]
        self.parameters = {"gamma": np.ones(C, dtype), "beta": np.zeros(C, dtype)}
        self.buffers = {"mean": np.zeros(C, dtype), "var": np.ones(C, dtype)}

    def forward(self, x: Array) -> Array:
        gamma, beta = self.parameters["gamma"], self.parameters["beta"]
        if not self.training:
            mean, var = self.buffers["mean"], self.buffers["var"]
            self._keep((batch_norm_inference_backward, x, mean, var))
            return batch_norm_inference(x, gamma, beta, mean, var, self.eps)
        out, mean, var = batch_norm_forward(x, gamma, beta, self.eps)
        self._keep((batch_norm_backward, x, mean, var))
        values = x.size // len(gamma)
        if values:  # of a batch without images there is nothing to learn
            self._move("mean", mean)
            self._move("var", var * (values / (values - 1)))  # the estimate for all images, not these alone
        return out

    def backward(self, dout: Array) -> Array:
        backward, x, mean, var = self._take()
        dx, dgamma, dbeta = backward(dout, x, self.parameters["gamma"], mean, var, self.eps)
        self.gradients = {"gamma": dgamma, "beta": dbeta}
        return cast("Array", dx)

    def _move(self, name: str, value: Array) -> None:
        old = self.buffers[name]
        self.buffers[name] = (old + self.momentum * (value - old)).astype(old.dtype)


@dataclass(eq=False)
class GroupNorm(Layer):
    """Each group of channels of each image with mean 0 and deviation 1, then gamma and beta by channel.

    groups: equal parts of the channels; 1 is layer normalisation. eps: added to the variance.
    """

    groups: int
    eps: float = 1e-5

    def output_shape(self, shape: Sizes) -> Sizes:
        C = _channels_first(shape)[0]
        check_groups(self.groups, C, C)
        return shape

    def build(self, shape: Sizes, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        self.parameters = {"gamma": np.ones(shape[0], dtype), "beta": np.zeros(shape[0], dtype)}

    def forward(self, x: Array) -> Array:
        gamma, beta = self.parameters["gamma"], self.parameters["beta"]
        out, mean, var = group_norm_forward(x, gamma, beta, self.groups, self.eps)
        self._keep((x, mean, var))
        return out

    def backward(self, dout: Array) -> Array:
        x, mean, var = self._take()
        gamma = self.parameters["gamma"]
        dx, dgamma, dbeta = group_norm_backward(dout, x, gamma, mean, var, self.eps)
        self.gradients = {"gamma": dgamma, "beta": dbeta}
        return dx


@dataclass(eq=False)
class LocalResponseNorm(Layer):
    """Each value over a power of the squares of its neighbours: x / (k + alpha * sum of squares) ** beta.

    size: how many channels, an odd number, are added. alpha is the paper's: PyTorch's divided by size.
    """

    size: int = 5
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 2.0

    def output_shape(self, shape: Sizes) -> Sizes:
        return _image(shape)

    def forward(self, x: Array) -> Array:
        self._keep(x)
        return local_response_norm_forward(x, self.size, self.alpha, self.beta, self.k)

    def backward(self, dout: Array) -> Array:
        return local_response_norm_backward(dout, self._take(), self.size, self.alpha, self.beta, self.k)


@dataclass(eq=False)
class Dropout(Layer):
    """In training, each value is 0 with the chance `rate`, and the others are enlarged; in use, nothing."""

    rate: float = 0.5
    _rng: Any = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        check_rate(self.rate)

    def build(self, shape: Sizes, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        self._rng = np.random.Generator(np.random.SFC64(int(rng.integers(2**63))))

    def forward(self, x: Array) -> Array:
        if not self.training:
            self._keep("everything")
            return x
        out, kept = dropout_forward(x, self.rate, self._rng)
        self._keep(kept)
        return out

    def backward(self, dout: Array) -> Array:
        kept = self._take()
        return dropout_backward(dout, kept, self.rate) if isinstance(kept, np.ndarray) else dout


@dataclass(eq=False)
class FullyConnected(Layer):
    """Every unit sees every value of an image, laid out in one row: (C, H, W) or (D,) to (units,)."""

    units: int

    def __post_init__(self) -> None:
        if self.units < 1:
            raise ValueError(f"a layer needs a unit at least, but units is {self.units}")

    def output_shape(self, shape: Sizes) -> Sizes:
        return (self.units,)

    def build(self, shape: Sizes, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        D = math.prod(shape)
        w = _he(rng, (D, self.units), fan_in=D)
        self.parameters = {"w": w.astype(dtype), "b": np.zeros(self.units, dtype)}

    def forward(self, x: Array) -> Array:
        self._keep(x)
        return _rows(x) @ self.parameters["w"] + self.parameters["b"]  # (N, D) . (D, units)

    def backward(self, dout: Array) -> Array:
        x = self._take()
        self.gradients = {"w": _rows(x).T @ dout, "b": dout.sum(axis=0)}  # (D, N) . (N, units)
        dx: Array = (dout @ self.parameters["w"].T).reshape(x.shape)  # (N, units) . (units, D)
        return dx


@contextmanager
def in_training(layers: Iterable[Layer]) -> Iterator[None]:
    """Within, these layers do what they do in training alone; outside, they are in use.

    >>> layer = BatchNorm()
    >>> with in_training([layer]):
    ...     layer.training
    True
    """
    layers = list(layers)
    before = [layer.training for layer in layers]
    for layer in layers:
        layer.training = True
    try:
        yield
    finally:
        for layer, was in zip(layers, before, strict=True):
            layer.training = was


def softmax_loss(scores: Array, labels: Array) -> tuple[float, Array]:
    """The mean of -log of the probability that the scores give to the right classes, and its gradient.

    scores: (N, classes). labels: (N,), integers from 0. Returns the loss (in nats) and dscores: (N, classes).
    ValueError where the labels do not go with the scores, or there are none to take the mean of.

    >>> loss, dscores = softmax_loss(np.zeros((1, 4)), np.array([2]))
    >>> round(loss, 4), dscores
    (1.3863, array([[ 0.25,  0.25, -0.75,  0.25]]))
    """
    if scores.ndim != 2 or scores.size == 0:
        raise ValueError(f"scores must be (N, classes), one at least, but their shape is {scores.shape}")
    N, classes = scores.shape
    labels = np.asarray(labels)
    if labels.shape != (N,) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"labels must be {N} integers, one for each row of the scores {scores.shape}, "
            f"but they are {labels.dtype} of shape {labels.shape}"
        )
    if not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(
            f"labels run from {labels.min()} to {labels.max()}, but the scores are for the classes "
            f"0 to {classes - 1}: the last layer needs as many units as there are classes"
        )
    dscores = scores - scores.max(axis=1, keepdims=True)  # the same probabilities, and exp cannot overflow
    dscores = dscores.astype(np.result_type(dscores, np.float32), copy=False)
    right = np.arange(N), labels
    right_scores = dscores[right]
    np.exp(dscores, out=dscores)
    sums = dscores.sum(axis=1, keepdims=True)  # (N, 1)
    loss = np.log(sums[:, 0]) - right_scores
    dscores /= N * sums  # the probabilities, a part of the mean
    dscores[right] -= 1 / N
    return float(loss.mean()), dscores


def _rows(x: Array) -> Array:
    """Each image laid out in one row: (N, D). Not reshape(N, -1), which cannot tell D where N is 0."""
    return x.reshape(len(x), math.prod(x.shape[1:]))


def _he(rng: np.random.Generator, shape: Sizes, fan_in: int) -> Array:
    """Random weights that keep the size of what passes through them and a ReLU.

    Source: He et al., "Delving deep into rectifiers", 2015.
    """
    return rng.standard_normal(shape) * math.sqrt(2 / fan_in)


def _channels_first(shape: Sizes) -> Sizes:
    """Return the shape; ValueError where it is neither an image nor a row of values."""
    if len(shape) not in (1, 3):
        raise ValueError(f"it needs images (C, H, W) or values (D,), but what arrives has the shape {shape}")
    return shape


def _image(shape: Sizes) -> tuple[int, int, int]:
    """Return (C, H, W); ValueError where what arrives is no image."""
    if len(shape) != 3:
        raise ValueError(
            f"it needs images (C, H, W), but what arrives has the shape {shape}: it belongs before the fully "
            f"connected layers, and a grey image is (1, H, W)"
        )
    C, H, W = shape
    return C, H, W
