"""Layers of filters: convolution, where all places share them, and locally connected layers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cs_conv.choice import kernels_for
from cs_conv.geometry import Array, Pad, Pair, check_groups, conv_geometry, window_geometry
from cs_conv.layers.layer import Layer, Sizes, he_weights, image_shape
from cs_conv.locally_connected import locally_connected_backward, locally_connected_forward


@dataclass(eq=False)
class Conv(Layer):
    """K filters of `size` (an int or (FH, FW)) over all channels: (C, H, W) to (K, OH, OW).

    groups: channels and filters are divided into this many equal groups, and a filter sees only its own
    group; C groups are depthwise convolution. kernels: the functions to use, anything with a conv_forward and
    a conv_backward, such as `cs_conv.naive` or your own; if it has a conv_filter_gradients, too, a first
    layer computes no dx. Default: what `cs_conv.choice` finds fastest. bias: False for a layer without
    biases, as before batch normalisation, which subtracts any constant again.
    """

    K: int
    size: Pair
    stride: Pair = 1
    pad: Pad = 0
    dilation: Pair = 1
    groups: int = 1
    kernels: Any = field(default=None, repr=False)
    bias: bool = field(default=True, repr=False)

    def __post_init__(self) -> None:
        if self.K < 1:
            raise ValueError(f"a convolution needs at least 1 filter, but K is {self.K}")

    def output_shape(self, shape: Sizes) -> Sizes:
        g = window_geometry((1, *image_shape(shape)), self.size, self.stride, self.pad, self.dilation)
        check_groups(self.groups, g.C, self.K)
        return self.K, g.OH, g.OW

    def build(self, shape: Sizes, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        g = window_geometry((1, *image_shape(shape)), self.size, self.stride, self.pad, self.dilation)
        seen = g.C // self.groups
        w = he_weights(rng, (self.K, seen, g.FH, g.FW), seen * g.FH * g.FW, dtype)
        self.parameters = {"w": w, "b": np.zeros(self.K, dtype)} if self.bias else {"w": w}

    def forward(self, x: Array) -> Array:
        self._keep(x)
        w = self.parameters["w"]
        b = self.parameters["b"] if self.bias else np.zeros(self.K, w.dtype)
        out: Array = self._kernels_for(x).conv_forward(x, w, b, **self._options)
        return out

    def backward(self, dout: Array) -> Array:
        x, w = self._take(), self.parameters["w"]
        dx, dw, db = self._kernels_for(x).conv_backward(dout, x, w, **self._options)
        self.gradients = {"w": dw, "b": db} if self.bias else {"w": dw}
        return dx

    def backward_parameters(self, dout: Array) -> None:
        x, w = self._take(), self.parameters["w"]
        kernels = self._kernels_for(x)
        if not hasattr(kernels, "conv_filter_gradients"):
            self.backward(dout)
            return
        dw, db = kernels.conv_filter_gradients(dout, x, w, **self._options)
        self.gradients = {"w": dw, "b": db} if self.bias else {"w": dw}

    def _kernels_for(self, x: Array) -> Any:
        if self.kernels is not None:
            return self.kernels
        return kernels_for(conv_geometry(x, self.parameters["w"], **self._options), self._only_forward)

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
class LocallyConnected(Layer):
    """K filters of `size` for each place of the output: (C, H, W) to (K, OH, OW)."""

    K: int
    size: Pair
    stride: Pair = 1
    pad: Pad = 0
    dilation: Pair = 1

    def __post_init__(self) -> None:
        if self.K < 1:
            raise ValueError(f"a locally connected layer needs at least 1 filter, but K is {self.K}")

    def output_shape(self, shape: Sizes) -> Sizes:
        g = window_geometry((1, *image_shape(shape)), self.size, self.stride, self.pad, self.dilation)
        return self.K, g.OH, g.OW

    def build(self, shape: Sizes, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        g = window_geometry((1, *image_shape(shape)), self.size, self.stride, self.pad, self.dilation)
        w = he_weights(rng, (g.OH, g.OW, self.K, g.C, g.FH, g.FW), g.C * g.FH * g.FW, dtype)
        self.parameters = {"w": w, "b": np.zeros((g.OH, g.OW, self.K), dtype)}

    def forward(self, x: Array) -> Array:
        self._keep(x)
        w, b = self.parameters["w"], self.parameters["b"]
        return locally_connected_forward(x, w, b, self.stride, self.pad, self.dilation)

    def backward(self, dout: Array) -> Array:
        x, w = self._take(), self.parameters["w"]
        dx, dw, db = locally_connected_backward(dout, x, w, self.stride, self.pad, self.dilation)
        self.gradients = {"w": dw, "b": db}
        return dx
