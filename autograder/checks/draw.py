"""Random arrays for cases: small integers that a person can follow by hand, and real numbers."""

from __future__ import annotations

import numpy as np


def integers(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Integers from -4 to 4 without 0, as float64, so that no term of a sum is hidden."""
    return rng.integers(1, 5, shape) * rng.choice([-1.0, 1.0], shape)


def reals(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Normally distributed float64."""
    return rng.normal(size=shape)


def distinct(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Different integers around 0 in random order, as float64, so that there are no ties."""
    size = int(np.prod(shape))
    return (rng.permutation(size) - size // 2).astype(np.float64).reshape(shape)


def scattered(array: np.ndarray) -> np.ndarray:
    """The same values in memory that is not contiguous: a view of every second entry of a larger array."""
    swapped = np.swapaxes(array, -1, -2) if array.ndim > 1 else array
    larger = np.full((*swapped.shape[:-1], 2 * swapped.shape[-1]), 777.0, array.dtype)
    larger[..., ::2] = swapped
    view = larger[..., ::2]
    return np.swapaxes(view, -1, -2) if array.ndim > 1 else view
