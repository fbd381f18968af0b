"""What a judgement says: each aspect with its points, the mistakes recognised, the smallest failing case."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .exercise import Case, Identity


@dataclass(frozen=True)
class Failure:
    """The smallest case on which an aspect fails.

    `part` is the part of the result that is wrong (empty when nothing came back), `problem` says what is wrong,
    `where` says where. `got` and `want` are there when both have the same shape.
    """

    case: Case
    part: str
    problem: str
    where: str = ""
    got: np.ndarray | None = None
    want: np.ndarray | None = None
    axes: tuple[str, ...] = ()
    identities: tuple[Identity, ...] = ()


@dataclass(frozen=True)
class AspectResult:
    """An aspect's points: all of them, or none and the smallest failing case."""

    name: str
    max_points: int
    failure: Failure | None

    @property
    def passed(self) -> bool:
        return self.failure is None

    @property
    def points(self) -> int:
        return self.max_points if self.passed else 0


@dataclass(frozen=True)
class Recognised:
    """A mistake of the catalogue that gives exactly the student's results."""

    name: str
    advice: str


@dataclass(frozen=True)
class Verdict:
    """The judgement of one function. Holds only data of the course and copies of what came back."""

    exercise: str
    arguments: tuple[str, ...]
    seed: int
    aspects: tuple[AspectResult, ...]
    mistakes: tuple[Recognised, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return all(a.passed for a in self.aspects)

    @property
    def points(self) -> int:
        return sum(a.points for a in self.aspects)

    @property
    def max_points(self) -> int:
        return sum(a.max_points for a in self.aspects)

    @property
    def failure(self) -> Failure | None:
        """The smallest failing case of all aspects."""
        failures = [a.failure for a in self.aspects if a.failure]
        return min(failures, key=lambda f: f.case.size, default=None)

    def aspect(self, name: str) -> AspectResult:
        return next(a for a in self.aspects if a.name == name)

    def to_dict(self, aspect: str | None = None) -> dict[str, Any]:
        """Plain data for other programs (and for the grader, which reads it from the notebook)."""
        chosen = [a for a in self.aspects if aspect in (None, a.name)]
        failures = [a.failure for a in chosen if a.failure]
        failure = min(failures, key=lambda f: f.case.size, default=None)
        return {
            "exercise": self.exercise,
            "aspect": aspect,
            "passed": not failures,
            "seed": self.seed,
            "points": sum(a.points for a in chosen),
            "max_points": sum(a.max_points for a in chosen),
            "mistakes": [asdict(m) for m in self.mistakes] if failures else [],
            "where": " ".join(filter(None, (failure.problem, failure.where))) if failure else "",
        }
