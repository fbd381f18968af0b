"""The result of grading one submission, as plain data. It is the same for every engine."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, computed_field


class Status(StrEnum):
    """How the grading of a submission ended."""

    GRADED = "graded"
    TIMED_OUT = "timed out"
    CRASHED = "crashed"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    NOT_GRADED = "not graded"

    @property
    def meaning(self) -> str:
        """One sentence for instructors."""
        return _MEANINGS[self]


_MEANINGS = {
    Status.GRADED: "every cell was run",
    Status.TIMED_OUT: "a cell ran longer than it may; the tests that did finish count",
    Status.CRASHED: "the notebook's process died; the tests that did finish count",
    Status.UNREADABLE: "the file is not a notebook; it is worth 0 until it is handed in again",
    Status.MISSING: "nothing was handed in",
    Status.NOT_GRADED: "grading itself failed; no grade was changed, run it again",
}


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True)


class FoundMistake(_Plain):
    """A mistake from an exercise's catalogue that a check recognised."""

    exercise: str
    name: str
    advice: str = ""


class TestScore(_Plain):
    """The points of one cell, which is a test or is judged by a person.

    `passed` is None if no test decided: a person gives the points or must look at them, or the test was added
    after the last grading.
    """

    __test__ = False  # it is not a test of pytest's

    notebook: str
    grade_id: str
    score: float
    max_score: float
    exercise: str | None = None
    aspect: str | None = None
    passed: bool | None = None
    by_hand: bool = False
    """Whether a person gives the points."""
    waits: bool = False
    """Whether a person still has to look at it. Until then, `score` counts."""
    mistakes: tuple[FoundMistake, ...] = ()
    where: str = ""


class Earned(_Plain):
    """Points earned, out of those possible."""

    score: float
    possible: float


class Result(_Plain):
    """One submission, graded.

    `score` includes points by hand and the late penalty; it is None if grading itself failed. `max_score` is
    all that the assignment can give.
    """

    student: str
    assignment: str
    status: Status
    score: float | None
    max_score: float
    detail: str = ""
    tests: tuple[TestScore, ...] = ()
    seconds: float = 0.0
    engine: str = ""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def mistakes(self) -> tuple[FoundMistake, ...]:
        """The mistakes recognised in any of its tests, each once."""
        return tuple(dict.fromkeys(mistake for test in self.tests for mistake in test.mistakes))

    @computed_field  # type: ignore[prop-decorator]
    @property
    def automatic(self) -> Earned:
        """The points of the tests."""
        return _sum(test for test in self.tests if not test.by_hand)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def by_hand(self) -> Earned:
        """The points that a person gives."""
        return _sum(test for test in self.tests if test.by_hand)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def waiting(self) -> tuple[str, ...]:
        """The cells that a person still has to look at."""
        return tuple(test.grade_id for test in self.tests if test.waits)


def _sum(tests: Iterable[TestScore]) -> Earned:
    chosen = list(tests)
    return Earned(score=sum(t.score for t in chosen), possible=sum(t.max_score for t in chosen))
