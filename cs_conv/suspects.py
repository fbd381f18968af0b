"""Layers whose backward pass may have a planted bug, to be found out by a gradient check.

All of them are linear in x and linear in w: forward(x, w) -> out, backward(dout, x, w) -> dx, dw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from cs_conv import im2col
from cs_conv.geometry import Array

Forward = Callable[[Array, Array], Array]
Backward = Callable[[Array, Array, Array], tuple[Array, Array]]
Draw = Callable[[np.random.Generator], "Suspect"]

BOTH = ("dx", "dw")
"""The names of the gradients."""


@dataclass(frozen=True)
class Suspect:
    """A layer, arrays of its sizes, and the names of the gradients that its backward pass gets wrong."""

    kind: str
    forward: Forward
    backward: Backward
    x: Array
    w: Array
    wrong: tuple[str, ...] = ()

    def with_fault(self, fault: str, *gradients: str) -> Suspect:
        """The same layer with one of `FAULTS` in these gradients, "dx" or "dw" or both of them."""

        def backward(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
            dx, dw = self.backward(dout, x, w)
            if "dx" in gradients:
                dx = FAULTS[fault](self.backward, 0, dout, x, w)
            if "dw" in gradients:
                dw = FAULTS[fault](self.backward, 1, dout, x, w)
            return dx, dw

        return replace(self, backward=backward, wrong=tuple(name for name in BOTH if name in gradients))

    def in_float32(self) -> Suspect:
        """The same layer with its arrays in float32."""
        return replace(self, x=self.x.astype(np.float32), w=self.w.astype(np.float32))


def _with_end(gradient: Array, value: float) -> Array:
    """A copy with this value in the last column."""
    gradient = gradient.copy()
    gradient[..., -1] = value
    return gradient


def _other_turned(right: Backward, which: int, dout: Array, x: Array, w: Array) -> Array:
    """dx (which = 0) with w turned around, or dw (which = 1) with x turned around."""
    return right(dout, x, w[..., ::-1])[0] if which == 0 else right(dout, x[..., ::-1], w)[1]


FAULTS: dict[str, Callable[[Backward, int, Array, Array, Array], Array]] = {
    "lacks its last column": lambda right, which, *given: _with_end(right(*given)[which], 0),
    "was computed from dout turned around": lambda right, which, dout, x, w: right(dout[..., ::-1], x, w)[
        which
    ],
    "was computed with the other input turned around": _other_turned,
    "has the wrong sign": lambda right, which, *given: -right(*given)[which],
    "is twice as large as it should be": lambda right, which, *given: 2 * right(*given)[which],
    "is 1% too large": lambda right, which, *given: 1.01 * right(*given)[which],
    "has 1% of its own input added": lambda right, which, *given: (
        right(*given)[which] + 0.01 * given[1 + which]
    ),
    "has 1% of its own input taken away": lambda right, which, *given: (
        right(*given)[which] - 0.01 * given[1 + which]
    ),
    "is not a number in its last column": lambda right, which, *given: _with_end(
        right(*given)[which], np.nan
    ),
}
"""Bugs by name: functions of the right backward pass, 0 for dx or 1 for dw, and what backward is given."""


def line(rng: np.random.Generator) -> Suspect:
    """A convolution along a line: x (9,), w (3,)."""

    def forward(x: Array, w: Array) -> Array:
        return np.correlate(x, w, "valid")

    def backward(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
        return np.convolve(dout, w), np.correlate(x, dout, "valid")

    return Suspect("line", forward, backward, _drawn(rng, (9,)), _drawn(rng, (3,)))


def fully_connected(rng: np.random.Generator) -> Suspect:
    """A matrix product: x (2, 5), w (5, 3)."""

    def forward(x: Array, w: Array) -> Array:
        return x @ w

    def backward(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
        return dout @ w.T, x.T @ dout

    return Suspect("fully connected", forward, backward, _drawn(rng, (2, 5)), _drawn(rng, (5, 3)))


def convolution(rng: np.random.Generator) -> Suspect:
    """The layer of this course without its biases, stride 2 and pad 1: x (2, 2, 5, 5), w (2, 2, 3, 3)."""

    def forward(x: Array, w: Array) -> Array:
        x, w = _floats(x, w)
        return im2col.conv_forward(x, w, np.zeros(len(w), w.dtype), stride=2, pad=1)

    def backward(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
        dout, x, w = _floats(dout, x, w)
        return im2col.conv_backward(dout, x, w, stride=2, pad=1)[:2]

    return Suspect("convolution", forward, backward, _drawn(rng, (2, 2, 5, 5)), _drawn(rng, (2, 2, 3, 3)))


LAYERS: tuple[Draw, ...] = (line, fully_connected, convolution)
"""Layers in which every fault shows."""


def _drawn(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """An array with values from 0.5 to 2 and from -2 to -0.5: none is so small that it hides a bug."""
    return rng.uniform(0.5, 2, shape) * rng.choice([-1.0, 1.0], shape)


def _floats(*arrays: Array) -> tuple[Array, ...]:
    """The arrays in one dtype, float32 or float64: a hunter may draw some of them in another."""
    dtype = np.result_type(np.float32, *arrays)
    return tuple(np.asarray(array, dtype) for array in arrays)


def line_up(seed: int = 38) -> dict[str, Suspect]:
    """Return eight suspects, A to H, in an order that depends on the seed. Some of them are innocent."""
    rng = np.random.default_rng(seed)
    faults = (*rng.permutation(list(FAULTS))[:5], "", "", "")
    found = []
    for fault in rng.permutation(faults):
        suspect = LAYERS[rng.integers(len(LAYERS))](rng)
        guilty = [("dx",), ("dw",), BOTH][rng.integers(3)]
        found.append(suspect.with_fault(str(fault), *guilty) if fault else suspect)
    return dict(zip("ABCDEFGH", found, strict=True))
