"""Normalisation over the batch, over groups of channels, and over neighbouring channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from cs_conv.geometry import Array, check_groups
from cs_conv.layers.layer import Layer, Sizes, channels_shape, image_shape
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


@dataclass(eq=False)
class BatchNorm(Layer):
    """Give each channel of the batch the mean beta and the deviation gamma: (C, H, W) or (D,), unchanged.

    In training it uses the mean and the variance of the batch, and moves its running mean and variance
    towards them by the fraction `momentum`. After training it uses the running ones. eps: added to the
    variance.
    """

    momentum: float = 0.1
    eps: float = 1e-5

    def __post_init__(self) -> None:
        if not 0 < self.momentum <= 1:
            raise ValueError(f"momentum must be above 0 and at most 1, not {self.momentum}")

    def output_shape(self, shape: Sizes) -> Sizes:
        return channels_shape(shape)

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
    """Give each group of channels of each image the mean 0 and the deviation 1; then apply gamma and beta.

    groups: how many groups; 1 is layer normalisation. eps: added to the variance.
    """

    groups: int
    eps: float = 1e-5

    def output_shape(self, shape: Sizes) -> Sizes:
        C = channels_shape(shape)[0]
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
    """Divide by a power of the neighbouring channels: x / (k + alpha * sum of squares) ** beta.

    size: how many channels are added up, an odd number. alpha is the paper's: PyTorch's divided by size.
    """

    size: int = 5
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 2.0

    def output_shape(self, shape: Sizes) -> Sizes:
        return image_shape(shape)

    def forward(self, x: Array) -> Array:
        self._keep(x)
        return local_response_norm_forward(x, self.size, self.alpha, self.beta, self.k)

    def backward(self, dout: Array) -> Array:
        return local_response_norm_backward(dout, self._take(), self.size, self.alpha, self.beta, self.k)
