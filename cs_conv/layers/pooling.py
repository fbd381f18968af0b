"""Pooling: windows, or whole channels, become one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cs_conv import im2col
from cs_conv.geometry import Array, Pad, Pair, pool_geometry
from cs_conv.global_pool import global_average_pool_backward, global_average_pool_forward
from cs_conv.layers.layer import Layer, Sizes, image_shape


@dataclass(eq=False)
class MaxPool(Layer):
    """The largest value of each window of `size`: (C, H, W) to (C, OH, OW).

    kernels: the functions to use, anything with max_pool_forward and max_pool_backward. Default: im2col's.
    """

    size: Pair
    stride: Pair
    pad: Pad = 0
    kernels: Any = field(default=im2col, repr=False)

    def output_shape(self, shape: Sizes) -> Sizes:
        g = pool_geometry((1, *image_shape(shape)), self.size, self.stride, self.pad)
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
        g = pool_geometry((1, *image_shape(shape)), self.size, self.stride, self.pad)
        return g.C, g.OH, g.OW

    def forward(self, x: Array) -> Array:
        self._keep(x.shape)
        out: Array = self.kernels.average_pool_forward(x, self.size, self.stride, self.pad)
        return out

    def backward(self, dout: Array) -> Array:
        dx: Array = self.kernels.average_pool_backward(dout, self._take(), self.size, self.stride, self.pad)
        return dx


@dataclass(eq=False)
class GlobalAveragePool(Layer):
    """The mean of each channel: (C, H, W) to (C, 1, 1)."""

    def output_shape(self, shape: Sizes) -> Sizes:
        C, _, _ = image_shape(shape)
        return C, 1, 1

    def forward(self, x: Array) -> Array:
        self._keep(x.shape)
        return global_average_pool_forward(x)

    def backward(self, dout: Array) -> Array:
        return global_average_pool_backward(dout, self._take())


@dataclass(eq=False)
class Subsample(Layer):
    """Every `stride`-th pixel, from the first one on: (C, H, W) to (C, OH, OW) with OH = ceil(H / stride).

    Every size fits. Before a 1x1 convolution, this does what the convolution's stride would do, also for the
    even sizes of ResNet's shortcuts, for which (H - 1) / stride is not whole.
    """

    stride: int

    def __post_init__(self) -> None:
        if self.stride < 1:
            raise ValueError(f"stride must be at least 1, not {self.stride}")

    def output_shape(self, shape: Sizes) -> Sizes:
        C, H, W = image_shape(shape)
        return C, -(-H // self.stride), -(-W // self.stride)

    def forward(self, x: Array) -> Array:
        self._keep(x.shape)
        return x[:, :, :: self.stride, :: self.stride].copy()

    def backward(self, dout: Array) -> Array:
        dx = np.zeros(self._take(), dout.dtype)
        dx[:, :, :: self.stride, :: self.stride] = dout
        return dx
