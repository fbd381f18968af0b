"""Dropout: in training, random values are left out (set to 0), so that no unit can rely on another.

The others are multiplied by 1 / (the chance to be kept). So the sums that the next layer sees are on average
those of all values, and after training nothing has to be done. A 16-bit random number for each value, a
quarter of the bits of a float64, is compared with a threshold; so a rate is rounded to a multiple of
1/65,536.

Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
"""

from __future__ import annotations

import numpy as np

from cs_conv.geometry import FLOATS, Array

CHANCES = 2**16
BLOCK = 2**16  # values multiplied at a time: what stays in a core's cache


def dropout_forward(x: Array, rate: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Set random values to 0, and enlarge the others so that the sum stays the same on average.

    x: any shape. rate: the chance to be left out, 0 to less than 1. rng: as np.random.default_rng(seed), or
    np.random.Generator(np.random.SFC64(seed)), which is fastest; the same seed leaves out the same values.
    Returns out and kept, both in the shape of x; kept holds True for the values that were not left out.
    TypeError for anything but float32 or float64; ValueError for a rate below 0, or of 1 or more.

    >>> out, kept = dropout_forward(np.ones(1000), 0.5, np.random.default_rng(0))
    >>> set(out.tolist()) == {0.0, 2.0}, bool(0.9 < out.mean() < 1.1)
    (True, True)
    """
    kept, scale = draw_kept(x, rate, rng)
    return _multiply(x, kept, scale), kept


def dropout_backward(dout: Array, kept: Array, rate: float) -> Array:
    """Values that were set to 0 get no gradient; the gradient of the others is enlarged as they were.

    dout, kept: the shape of x. rate: as in dropout_forward. Returns dx: the shape of x.
    """
    return _multiply(dout, kept, check_kept(dout, kept, rate))


def draw_kept(x: Array, rate: float, rng: np.random.Generator) -> tuple[Array, float]:
    """Return which values of x are kept, and what they are multiplied by."""
    _check_floats("x", x)
    threshold = _threshold(rate)
    drawn = np.asarray(rng.integers(0, CHANCES, x.shape, np.uint16))
    return np.asarray(drawn >= threshold), CHANCES / (CHANCES - threshold)


def check_kept(dout: Array, kept: Array, rate: float) -> float:
    """Raise unless kept fits dout; return what kept values are multiplied by."""
    _check_floats("dout", dout)
    if not isinstance(kept, np.ndarray) or kept.dtype != np.bool_ or kept.shape != dout.shape:
        found = f"{getattr(kept, 'dtype', type(kept).__name__)} of shape {np.shape(kept)}"
        raise ValueError(
            f"kept must be booleans in the shape of dout, {dout.shape}, as dropout_forward returned them, "
            f"not {found}"
        )
    return CHANCES / (CHANCES - _threshold(rate))


def check_rate(rate: float) -> None:
    """Raise unless the rate is from 0 to less than 1."""
    if not 0 <= rate < 1:
        raise ValueError(f"rate is the chance to be left out, from 0 to less than 1, not {rate}")


def _threshold(rate: float) -> int:
    """Return how many of the CHANCES equally likely numbers leave a value out."""
    check_rate(rate)
    return min(round(rate * CHANCES), CHANCES - 1)


def _check_floats(name: str, array: Array) -> None:
    if not isinstance(array, np.ndarray) or array.dtype not in FLOATS:
        kind = getattr(array, "dtype", type(array).__name__)
        raise TypeError(f"{name} must be a numpy array of float32 or float64, not {kind}")


def _multiply(x: Array, kept: Array, scale: float) -> Array:
    """Return x * scale for kept values and 0 for the others, computed a block at a time."""
    x, kept = np.ascontiguousarray(x).reshape(x.shape), np.ascontiguousarray(kept)
    out = np.empty(x.shape, x.dtype)
    values, results, factors = x.reshape(-1), out.reshape(-1), kept.reshape(-1)
    for first in range(0, x.size, BLOCK):
        block = slice(first, first + BLOCK)
        np.multiply(factors[block], x.dtype.type(scale), out=results[block])
        results[block] *= values[block]
    return out
