"""What a judgement says: each aspect with its points, the mistakes recognised, the smallest failing case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .compare import wrong
from .differences import summary
from .errors import UNANSWERED
from .exercise import Case
from .nested_data import Data, Part
from .reading.result import Reading
from .wrong_places import Pair, places, relation


@dataclass(frozen=True)
class Identity:
    """A numeric gradient beside the student's: `<dx, v>` against the forward's change along `v`."""

    part: str
    numeric: float
    yours: float


@dataclass(frozen=True)
class Failure:
    """The smallest case on which an aspect fails.

    `part` is the part of the result that is wrong (empty when nothing came back), `problem` says what is
    wrong, `where` says where. `got` and `want` are there when both have the same shape, and `others` holds
    those of the other cases on which the aspect fails.
    """

    case: Case
    part: str
    problem: str
    got: Part | None = None
    want: Part | None = None
    others: tuple[Pair, ...] = ()
    axes: tuple[str, ...] = ()
    identities: tuple[Identity, ...] = ()

    @cached_property
    def where(self) -> str:
        """Which places are wrong; empty if nothing compares."""
        if isinstance(self.got, Data) and isinstance(self.want, Data):
            return summary(self.part, self.got, self.want, self.axes)[1]
        if isinstance(self.got, np.ndarray) and isinstance(self.want, np.ndarray):
            return places(wrong(self.got, self.want), self.axes)
        return ""

    @cached_property
    def relation(self) -> str:
        """What the wrong values of all failing cases look like beside the right ones; empty if nothing."""
        if not (isinstance(self.got, np.ndarray) and isinstance(self.want, np.ndarray)):
            return ""
        if self.got.ndim and self.got.dtype.kind in "iu" and self.want.dtype.kind == "f":
            return f"Yours has dtype {self.got.dtype}, which holds whole numbers only."
        return relation((self.got, self.want), self.others)

    @property
    def unanswered(self) -> bool:
        """Whether the function is still as it was handed out."""
        return self.problem == UNANSWERED

    def sentences(self, named: bool) -> str:
        """The problem and where it is; its likeness to something else only where no mistake is named."""
        return " ".join(filter(None, (f"{self.problem}.", self.where, "" if named else self.relation)))


@dataclass(frozen=True)
class AspectResult:
    """An aspect's points: all, or none with the smallest failing case and the parts wrong in any case."""

    name: str
    max_points: float
    failure: Failure | None
    wrong_parts: frozenset[str] = frozenset()

    @property
    def passed(self) -> bool:
        """Whether no case failed."""
        return self.failure is None

    @property
    def points(self) -> float:
        """The points earned."""
        return self.max_points if self.passed else 0


@dataclass(frozen=True)
class Recognised:
    """A mistake by its name, and the parts of the result in which it is certain.

    One of the catalogue gives exactly the student's results; with `aspects`, on the cases of these only. One
    that was read (`reading/`) is a fault of the function whatever the cases are.
    """

    name: str
    advice: str
    parts: frozenset[str]
    aspects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The judgement of one function. Holds only data of the course and copies of what came back."""

    exercise: str
    arguments: tuple[str, ...]
    seed: int
    aspects: tuple[AspectResult, ...]
    mistakes: tuple[Recognised, ...] = ()
    notes: tuple[str, ...] = ()
    answer: str = ""
    """The name of the function that was judged, where it has one."""
    reading: Reading | None = None
    """What the function itself says of its faults, where it was asked."""

    @property
    def passed(self) -> bool:
        """Whether every aspect passed."""
        return all(a.passed for a in self.aspects)

    @property
    def points(self) -> float:
        """The points earned."""
        return sum(a.points for a in self.aspects)

    @property
    def max_points(self) -> float:
        """The points of the exercise."""
        return sum(a.max_points for a in self.aspects)

    @property
    def failure(self) -> Failure | None:
        """The smallest failing case of the first aspect that fails."""
        return first_failure(self.aspects)

    def chosen(self, aspect: str | None = None) -> tuple[AspectResult, ...]:
        """The aspect of that name alone, or all of them."""
        return tuple(a for a in self.aspects if aspect in (None, a.name))

    def aspect_passed(self, name: str) -> bool:
        """Whether the aspect of that name passed."""
        return all(a.passed for a in self.chosen(name))

    def mistakes_in(self, aspect: str | None = None) -> tuple[Recognised, ...]:
        """The mistakes recognised in what this aspect (or any) found wrong, those of the part shown first."""
        chosen = self.chosen(aspect)
        parts = frozenset[str]().union(*(a.wrong_parts for a in chosen))
        here = [m for m in self.mistakes if aspect is None or not m.aspects or aspect in m.aspects]
        failure = first_failure(chosen)
        found = [m for m in here if m.parts & parts]
        return tuple(sorted(found, key=lambda m: failure is not None and failure.part not in m.parts))

    def to_dict(self, aspect: str | None = None) -> dict[str, Any]:
        """Plain data for other programs (and for the grader, which reads it from the notebook)."""
        chosen = self.chosen(aspect)
        failure = first_failure(chosen)
        mistakes = self.mistakes_in(aspect)
        return {
            "exercise": self.exercise,
            "aspect": aspect,
            "passed": failure is None,
            "seed": self.seed,
            "points": sum(a.points for a in chosen),
            "max_points": sum(a.max_points for a in chosen),
            "mistakes": [{"name": m.name, "advice": m.advice} for m in mistakes],
            "where": failure.sentences(named=bool(mistakes)) if failure else "",
        }


def first_failure(aspects: Iterable[AspectResult]) -> Failure | None:
    """The failure to look at first: aspects stand in the order in which an answer is best mended."""
    return next((a.failure for a in aspects if a.failure), None)
