"""Many results in a row, so that comparing two answers is one comparison."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .plain_data import TOLERANCE
from .run_answer import INPUTS, Outcome

WIDER = TOLERANCE[4] / TOLERANCE[8]
"""So many times as much as double precision does single precision round."""


@dataclass(frozen=True, eq=False)
class Row:
    """One part of the results of many cases in a row, so that comparing two answers is one comparison.

    `shapes` has an entry a case, None where nothing came back; `values` holds the numbers of all of them.
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
        return self._of_each([a.dtype == np.float32 for a in self.arrays])

    @cached_property
    def limits(self) -> np.ndarray:
        """The error that rounding may cause in double precision, as `values.rounding` has it."""
        whole = self._of_each([a.dtype.kind != "f" for a in self.arrays])
        starts = np.cumsum(self.sizes) - self.sizes
        there = self.sizes > 0
        sizes = np.where(np.isfinite(self.values), np.abs(self.values), 0.0)
        largest = np.maximum.reduceat(sizes, starts[there]) if there.any() else np.zeros(0)
        limits = np.repeat(TOLERANCE[8] * np.maximum(largest, 1.0), self.sizes[there])
        return np.where(whole, 0.0, limits)

    def _of_each(self, flags: list[bool]) -> np.ndarray:
        return np.repeat(np.array(flags, bool), [a.size for a in self.arrays])

    @property
    def present(self) -> np.ndarray:
        """In which cases anything came back."""
        return np.array([shape is not None for shape in self.shapes], bool)

    def agrees(self, wanted: Row) -> bool:
        """Whether both gave the same on every case: the same values up to rounding, or no value."""
        if self.shapes != wanted.shapes:
            return False
        first = slice(0, 64)  # where most that differ do
        off = np.abs(self.values[first] - wanted.values[first]) > WIDER * wanted.limits[first]
        return not off.any() and bool(self._near(wanted).all())

    def agreement(self, wanted: Row) -> np.ndarray:
        """In which cases both gave the same."""
        if self.shapes == wanted.shapes:
            alike = np.ones(len(self.shapes), bool)
            off, sizes = np.flatnonzero(~self._near(wanted)), self.sizes
        else:
            alike = np.array([a == b for a, b in zip(self.shapes, wanted.shapes, strict=True)], bool)
            off = np.flatnonzero(
                ~self._near(wanted, *(np.repeat(alike, row.sizes) for row in (self, wanted)))
            )
            sizes = np.where(alike, self.sizes, 0)
        alike[np.searchsorted(np.cumsum(sizes), off, side="right")] = False
        return alike

    def _near(self, wanted: Row, mine: Any = slice(None), theirs: Any = slice(None)) -> np.ndarray:
        a, b, limits = self.values[mine], wanted.values[theirs], wanted.limits[theirs]
        gaps = np.abs(a - b)
        near = gaps <= limits
        if not near.all():
            single = self.single[mine] | wanted.single[theirs]
            near |= (single & (gaps <= WIDER * limits)) | (a == b) | (np.isnan(a) & np.isnan(b))
        return near


def rows(outcomes: Iterable[Outcome], parts: Iterable[str]) -> Mapping[str, Row]:
    """Each part of these outcomes in a row, and whether they changed their inputs."""
    outcomes = tuple(outcomes)
    result = {INPUTS: _row([np.zeros(0) if o.changed else None for o in outcomes])}
    for part in parts:
        result[part] = _row([o.parts.get(part) for o in outcomes])
    return result


def _row(arrays: list[np.ndarray | None]) -> Row:
    shapes = tuple(None if a is None else a.shape for a in arrays)
    return Row(shapes, tuple(a for a in arrays if a is not None))
