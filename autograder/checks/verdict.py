"""The verdict: each aspect with its points, the mistakes recognised, the smallest failing case."""

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
    """A numeric gradient beside the student's: the change of the forward result along `v`, and `<dx, v>`."""

    part: str
    numeric: float
    yours: float


@dataclass(frozen=True)
class Failure:
    """The smallest case on which an aspect fails.

    `part` is the part of the result that is wrong (empty if nothing came back). `problem` says what is wrong,
    and `where` says where. `raised` is true if the problem is an exception. `got` and `want` are set if they
    can be compared; `others` has those of the other cases in which the aspect fails.
    """

    case: Case
    part: str
    problem: str
    got: Part | None = None
    want: Part | None = None
    others: tuple[Pair, ...] = ()
    axes: tuple[str, ...] = ()
    identities: tuple[Identity, ...] = ()
    raised: bool = False

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
        """Whether the student has not written the function yet."""
        return self.problem == UNANSWERED

    def sentences(self, named: bool) -> str:
        """The problem and where it is. What the values look like is said only if no mistake is named."""
        return " ".join(filter(None, (f"{self.problem}.", self.where, "" if named else self.relation)))


@dataclass(frozen=True)
class AspectResult:
    """The points of an aspect, all or none; if none, the smallest failing case and the wrong parts of all."""

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
    """The verdict on one function. It holds only data of the course and copies of what came back."""

    exercise: str
    arguments: tuple[str, ...]
    seed: int
    aspects: tuple[AspectResult, ...]
    mistakes: tuple[Recognised, ...] = ()
    notes: tuple[str, ...] = ()
    answer: str = ""
    """The name of the function that was judged, if it has one."""
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
        """The mistakes recognised in this aspect, or in any; first those of the part that is shown."""
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
    """The failure to look at first. The order of aspects is the one in which an answer is best corrected."""
    return next((a.failure for a in aspects if a.failure), None)
