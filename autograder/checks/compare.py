"""When two results are the same: the tolerance, and one rule for a pair of arrays and for many of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

DOUBLE, SINGLE = 1e-9, 1e-5
"""Allowed error relative to the largest expected value, in double and in single precision.

Right answers in single precision were off by up to 1e-6 of it (sums that nearly cancel).
"""


def near(got: np.ndarray, want: np.ndarray, limits: Any, single: Any) -> np.ndarray:
    """Which of these float64 values are the same up to rounding; NaN is the same as NaN only.

    `limits` is the error that is allowed in double precision. `single` says which values came in single
    precision, in which more is allowed.
    """
    with np.errstate(all="ignore"):
        gaps = np.abs(got - want)
        alike = gaps <= limits
        if not alike.all():
            wider = gaps <= SINGLE / DOUBLE * limits
            alike |= (single & wider) | (got == want) | (np.isnan(got) & np.isnan(want))
    return alike


def rounding(want: np.ndarray) -> float:
    """The error that is allowed in double precision, for a right result with these values.

    It is relative to the largest value, or to 1 if that is larger: cases have numbers around 1, and smaller
    results are what is left of such terms. Integers (indices, counts) must be exact, in any dtype.
    """
    if want.dtype.kind != "f":
        return 0.0
    return DOUBLE * max(1.0, float(np.abs(want[np.isfinite(want)]).max(initial=0.0)))


def is_single(*arrays: np.ndarray) -> bool:
    """Whether one of these arrays is float32."""
    return any(a.dtype.char == "f" for a in arrays)


def wrong(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """Which values differ by more than rounding, in two arrays of the same shape."""
    return ~near(got.astype(np.float64), want.astype(np.float64), rounding(want), is_single(got, want))


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two results agree in shape and, up to rounding, in value."""
    return a.shape == b.shape and not wrong(a, b).any()


LEAST = 1e-3
"""A single number is compared relative to its own size; below this, relative to this."""


def same_number(got: Any, want: Any) -> bool:
    """Whether two single numbers are the same up to rounding. An int must be exact."""
    if got == want:
        return True
    if type(want) is int or (type(got) is int and abs(got) > 1e300):
        return False
    limit = DOUBLE * max(abs(float(want)), LEAST) if np.isfinite(want) else 0.0
    single = isinstance(got, np.float32) or isinstance(want, np.float32)
    return bool(near(np.array(float(got)), np.array(float(want)), limit, single))


class Results(Protocol):
    """One part of the results of many cases: arrays in a `Row`, other plain data in a `DataRow`."""

    @property
    def present(self) -> np.ndarray:
        """In which cases anything came back."""

    def agrees(self, wanted: Any) -> bool:
        """Whether both gave the same on every case, or no value."""

    def agreement(self, wanted: Any) -> np.ndarray:
        """In which cases both gave the same."""

    def is_one_value(self, among: np.ndarray) -> bool:
        """Whether all cases of a mask gave one and the same value, or nothing."""


@dataclass(frozen=True, eq=False)
class Row:
    """One part of the results of many cases, side by side, so that two answers are compared in one step.

    `shapes` has one entry for each case, None if nothing came back; `arrays` holds what came back.
    """

    shapes: tuple[object, ...]
    arrays: tuple[np.ndarray, ...]

    @cached_property
    def sizes(self) -> np.ndarray:
        """How many values each case has."""
        found = iter(self.arrays)
        return np.array([0 if shape is None else next(found).size for shape in self.shapes], int)

    @cached_property
    def values(self) -> np.ndarray:
        """All values, one case after the other."""
        if not self.arrays:
            return np.zeros(0)
        return np.concatenate([a.ravel() for a in self.arrays], dtype=np.float64, casting="unsafe")

    @cached_property
    def single(self) -> np.ndarray:
        """Which values came in single precision."""
        return self._for_each_value(np.array([is_single(a) for a in self.arrays], bool))

    @cached_property
    def limits(self) -> np.ndarray:
        """The error that is allowed in each value, in double precision."""
        return self._for_each_value(np.array([rounding(a) for a in self.arrays], float))

    def _for_each_value(self, of_each: np.ndarray) -> np.ndarray:
        return np.repeat(of_each, [a.size for a in self.arrays])

    @property
    def present(self) -> np.ndarray:
        """In which cases anything came back."""
        return np.array([shape is not None for shape in self.shapes], bool)

    def agrees(self, wanted: Row) -> bool:
        """Whether both gave the same on every case: the same values up to rounding, or no value."""
        if self.shapes != wanted.shapes:
            return False
        first = slice(0, 64)  # most answers that differ do so here
        return bool(self._near(wanted, first, first).all()) and bool(self._near(wanted).all())

    def agreement(self, wanted: Row) -> np.ndarray:
        """In which cases both gave the same."""
        alike = np.array([a == b for a, b in zip(self.shapes, wanted.shapes, strict=True)], bool)
        mine: Any = slice(None)
        theirs: Any = slice(None)
        if not alike.all():
            mine, theirs = (np.repeat(alike, row.sizes) for row in (self, wanted))
        off = np.flatnonzero(~self._near(wanted, mine, theirs))
        alike[np.searchsorted(np.cumsum(np.where(alike, self.sizes, 0)), off, side="right")] = False
        return alike

    def _near(self, wanted: Row, mine: Any = slice(None), theirs: Any = slice(None)) -> np.ndarray:
        """The rule, for the values that these indices choose from both."""
        single = self.single[mine] | wanted.single[theirs]
        return near(self.values[mine], wanted.values[theirs], wanted.limits[theirs], single)

    def is_one_value(self, among: np.ndarray) -> bool:
        """Whether all cases of a mask gave one and the same number, or nothing."""
        arrays = iter(self.arrays)
        came = [None if shape is None else next(arrays) for shape in self.shapes]
        found = [array for array, here in zip(came, among, strict=True) if here and array is not None]
        return all(array.ndim == 0 and same(array, found[0]) for array in found)
