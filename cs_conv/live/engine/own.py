"""A learner's own functions as layers: looked up by name at each call, and what they return is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cs_conv.geometry import Array, conv_geometry, pool_geometry
from cs_conv.layers import Conv, FullyConnected, MaxPool, softmax_loss

NEEDED = ("conv_forward", "conv_backward")
"""What a learner must have written to train with functions of one's own."""

WELCOME = ("max_pool_forward", "max_pool_backward", "fc_backward", "softmax_loss")
"""What is used as well if it is there."""


class Own:
    """The learner's functions in `source`; they serve as the kernels of the library's layers."""

    def __init__(self, source: Mapping[str, Any]) -> None:
        self.source = source
        for name in NEEDED:
            source[name]  # the KeyError says what is missing
        self.names = (*NEEDED, *(name for name in WELCOME if name in source))

    def layers(self) -> dict[str, Any]:
        """Functions that make layers in the place of the library's, by the library's names."""
        made: dict[str, Any] = {"Conv": lambda K, size, pad: Conv(K, size, pad=pad, kernels=self)}
        if {"max_pool_forward", "max_pool_backward"} <= {*self.names}:
            made["MaxPool"] = lambda size, stride: MaxPool(size, stride, kernels=self)
        if "fc_backward" in self.names:
            made["FullyConnected"] = lambda units: OwnFullyConnected(units, self)
        return made

    def conv_forward(self, x: Array, w: Array, b: Array, stride: Any = 1, pad: Any = 0) -> Array:
        """The learner's output of a convolution."""
        g = conv_geometry(x, w, stride, pad)
        out = self.source["conv_forward"](x, w, b, stride=stride, pad=pad)
        return fitting("conv_forward", "out", out, (g.N, g.K, g.OH, g.OW), x)

    def conv_backward(self, dout: Array, x: Array, w: Array, stride: Any = 1, pad: Any = 0) -> list[Array]:
        """The learner's dx, dw and db."""
        found = self.source["conv_backward"](dout, x, w, stride=stride, pad=pad)
        shapes = {"dx": x.shape, "dw": w.shape, "db": w.shape[:1]}
        return several("conv_backward", found, shapes, x)

    def max_pool_forward(self, x: Array, size: Any, stride: Any) -> tuple[Array, Any]:
        """The learner's maxima and switches."""
        g = pool_geometry(x.shape, size, stride)
        found = self.source["max_pool_forward"](x, size, stride)
        if not isinstance(found, tuple | list) or len(found) != 2:
            raise ValueError("max_pool_forward must return two things: out and switches")
        switches = np.asarray(found[1]).astype(np.intp)  # places, perhaps kept as floats
        return fitting("max_pool_forward", "out", found[0], (g.N, g.C, g.OH, g.OW), x), switches

    def max_pool_backward(self, dout: Array, switches: Any, x_shape: Any, size: Any, stride: Any) -> Array:
        """The learner's dx of a pooling."""
        dx = self.source["max_pool_backward"](dout, switches, x_shape, size, stride)
        return fitting("max_pool_backward", "dx", dx, x_shape, dout)

    def softmax_loss(self, scores: Array, labels: Array) -> tuple[float, Array]:
        """The learner's loss and dscores; the library's where the learner has none."""
        if "softmax_loss" not in self.names:
            return softmax_loss(scores, labels)
        found = self.source["softmax_loss"](scores, labels)
        if not isinstance(found, tuple | list) or len(found) != 2:
            raise ValueError("softmax_loss must return two things: the loss and dscores")
        loss = fitting("softmax_loss", "the loss", found[0], (), scores)
        return float(loss), fitting("softmax_loss", "dscores", found[1], scores.shape, scores)


class OwnFullyConnected(FullyConnected):
    """A fully connected layer that goes back by the learner's function."""

    def __init__(self, units: int, own: Own) -> None:
        super().__init__(units)
        self._own = own

    def backward(self, dout: Array) -> Array:
        """The learner's dx; dw and db become the gradients."""
        x, w = self._take(), self.parameters["w"]
        found = self._own.source["fc_backward"](dout, x, w)
        shapes = {"dx": x.shape, "dw": w.shape, "db": w.shape[1:]}
        dx, dw, db = several("fc_backward", found, shapes, x)
        self.gradients = {"w": dw, "b": db}
        return dx


def several(name: str, found: Any, shapes: dict[str, tuple[int, ...]], like: Array) -> list[Array]:
    """The arrays that a learner's function returned, each checked by `fitting`."""
    if not isinstance(found, tuple | list) or len(found) != len(shapes):
        raise ValueError(f"{name} must return {len(shapes)} arrays: {', '.join(shapes)}")
    together = zip(shapes.items(), found, strict=True)
    return [fitting(name, what, array, shape, like) for (what, shape), array in together]


def fitting(name: str, what: str, array: Any, shape: tuple[int, ...], like: Array) -> Array:
    """The array in the dtype of `like`; ValueError if it is not an array of numbers of this shape."""
    whole = np.asarray(array)
    if whole.dtype.kind not in "fiub":
        raise ValueError(f"{what} of {name} is not an array of numbers but {type(array).__name__}")
    if whole.shape != tuple(shape):
        raise ValueError(f"{what} of {name} has the shape {whole.shape}; {tuple(shape)} was expected")
    return whole.astype(like.dtype, copy=False)
