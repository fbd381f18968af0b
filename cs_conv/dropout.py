"""Dropout: in training, each value is left out by chance, so that no unit can rely on another.

What is kept is multiplied by 1 / (the chance to be kept): the sums that the next layer sees are then, on
average, those of all values, and in use nothing has to be done. Chances are drawn as 16-bit numbers and
compared with a threshold: a quarter of the bits of a float64. So a rate is rounded to a multiple of 1/65,536.

Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
"""

from __future__ import annotations

import numpy as np

from cs_conv.geometry import FLOATS, Array

CHANCES = 2**16
BLOCK = 2**16  # values multiplied at a time: what stays in a core's cache


def dropout_forward(x: Array, rate: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Set values to 0 by chance, and enlarge the others so that the sum stays the same on average.

    x: any shape. rate: the chance to be left out, 0 to less than 1. rng: as np.random.default_rng(seed), or
    np.random.Generator(np.random.SFC64(seed)), which is quickest; the same seed leaves out the same values.
    Returns out and kept, booleans, both in the shape of x.
    TypeError for anything but float32 or float64; ValueError for another rate.

    >>> out, kept = dropout_forward(np.ones(1000), 0.5, np.random.default_rng(0))
    >>> set(out.tolist()) == {0.0, 2.0}, bool(0.9 < out.mean() < 1.1)
    (True, True)
    """
    kept, scale = draw_kept(x, rate, rng)
    return _multiply(x, kept, scale), kept


def dropout_backward(dout: Array, kept: Array, rate: float) -> Array:
    """What was set to 0 gets no gradient; the others were multiplied, and so is their gradient.

    dout, kept: the shape of x. rate: as in dropout_forward. Returns dx: the shape of x.
    """
    return _multiply(dout, kept, check_kept(dout, kept, rate))


def draw_kept(x: Array, rate: float, rng: np.random.Generator) -> tuple[Array, float]:
    """Which values of x are kept, and what they are multiplied by."""
    _check_floats("x", x)
    threshold = _threshold(rate)
    drawn = np.asarray(rng.integers(0, CHANCES, x.shape, np.uint16))
    return np.asarray(drawn >= threshold), CHANCES / (CHANCES - threshold)


def check_kept(dout: Array, kept: Array, rate: float) -> float:
    """Raise unless kept goes with dout; return what kept values are multiplied by."""
    _check_floats("dout", dout)
    if not isinstance(kept, np.ndarray) or kept.dtype != np.bool_ or kept.shape != dout.shape:
        found = f"{getattr(kept, 'dtype', type(kept).__name__)} of shape {np.shape(kept)}"
        raise ValueError(
            f"kept must be booleans in the shape of dout, {dout.shape}, as dropout_forward returned them, "
            f"not {found}"
        )
    return CHANCES / (CHANCES - _threshold(rate))


def check_rate(rate: float) -> None:
    """Raise unless some values are kept."""
    if not 0 <= rate < 1:
        raise ValueError(f"rate is the chance to be left out, from 0 to less than 1, not {rate}")


def _threshold(rate: float) -> int:
    """How many of CHANCES leave a value out."""
    check_rate(rate)
    return min(round(rate * CHANCES), CHANCES - 1)


def _check_floats(name: str, array: Array) -> None:
    if not isinstance(array, np.ndarray) or array.dtype not in FLOATS:
        kind = getattr(array, "dtype", type(array).__name__)
        raise TypeError(f"{name} must be a numpy array of float32 or float64, not {kind}")


def _multiply(x: Array, kept: Array, scale: float) -> Array:
    """x * scale where it is kept, 0 elsewhere, a block at a time."""
    x, kept = np.ascontiguousarray(x).reshape(x.shape), np.ascontiguousarray(kept)
    out = np.empty(x.shape, x.dtype)
    values, results, factors = x.reshape(-1), out.reshape(-1), kept.reshape(-1)
    for first in range(0, x.size, BLOCK):
        block = slice(first, first + BLOCK)
        np.multiply(factors[block], x.dtype.type(scale), out=results[block])
        results[block] *= values[block]
    return out
