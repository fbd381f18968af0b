"""Fully connected layers, ReLU, dropout, and the loss at the end of a network."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cs_conv.dropout import check_rate, dropout_backward, dropout_forward
from cs_conv.geometry import Array
from cs_conv.layers.layer import Layer, Sizes, he_weights


@dataclass(eq=False)
class FullyConnected(Layer):
    """Every unit sees every value of an image, laid out in one row: (C, H, W) or (D,) to (units,)."""

    units: int

    def __post_init__(self) -> None:
        if self.units < 1:
            raise ValueError(f"a layer needs at least 1 unit, but units is {self.units}")

    def output_shape(self, shape: Sizes) -> Sizes:
        return (self.units,)

    def build(self, shape: Sizes, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        D = math.prod(shape)
        w = he_weights(rng, (D, self.units), D, dtype)
        self.parameters = {"w": w, "b": np.zeros(self.units, dtype)}

    def forward(self, x: Array) -> Array:
        self._keep(x)
        return _rows(x) @ self.parameters["w"] + self.parameters["b"]  # (N, D) . (D, units)

    def backward(self, dout: Array) -> Array:
        dx, dw, db = fc_backward(dout, self._take(), self.parameters["w"])
        self.gradients = {"w": dw, "b": db}
        return dx


def fc_backward(dout: Array, x: Array, w: Array) -> tuple[Array, Array, Array]:
    """Return dx, dw, db, in the shapes of x, w and b.

    dout: (N, units). x: (N, C, H, W) or (N, D). w: (D, units), with D = C * H * W.
    """
    dx: Array = (dout @ w.T).reshape(x.shape)  # (N, units) . (units, D)
    return dx, _rows(x).T @ dout, dout.sum(axis=0)  # (D, N) . (N, units)


@dataclass(eq=False)
class ReLU(Layer):
    """Values below zero become zero."""

    def forward(self, x: Array) -> Array:
        out = np.maximum(x, 0)
        self._keep(out)
        return out

    def backward(self, dout: Array) -> Array:
        return dout * (self._take() > 0)


@dataclass(eq=False)
class Dropout(Layer):
    """In training, set each value to 0 with the chance `rate`, and enlarge the others."""

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


def softmax_loss(scores: Array, labels: Array) -> tuple[float, Array]:
    """Return the mean of -log(probability of the right class), and its gradient.

    scores: (N, classes). labels: (N,), integers from 0. Returns the loss (in nats) and dscores: (N, classes).
    ValueError if the labels do not fit the scores, or there are no scores to take the mean of.

    >>> loss, dscores = softmax_loss(np.zeros((1, 4)), np.array([2]))
    >>> round(loss, 4), dscores
    (1.3863, array([[ 0.25,  0.25, -0.75,  0.25]]))
    """
    if scores.ndim != 2 or scores.size == 0:
        raise ValueError(f"scores must be (N, classes), both at least 1, but their shape is {scores.shape}")
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
    dscores *= 1 / (N * sums)  # the probabilities, a part of the mean
    dscores[right] -= 1 / N
    return float(loss.mean()), dscores


def _rows(x: Array) -> Array:
    """Return each image as one row: (N, D). Not by reshape(N, -1), which fails if N is 0."""
    return x.reshape(len(x), math.prod(x.shape[1:]))
