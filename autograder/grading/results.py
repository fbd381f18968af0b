"""What is known of one submission after grading: plain data, the same whichever engine graded it."""

from __future__ import annotations

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
    Status.UNREADABLE: "the file is no notebook; it is worth 0 until it is handed in again",
    Status.MISSING: "nothing was handed in",
    Status.NOT_GRADED: "grading itself failed; no grade was changed, run it again",
}


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True)


class Mistake(_Plain):
    """A misconception that a check recognised."""

    exercise: str
    name: str
    advice: str = ""


class TestScore(_Plain):
    """The points of one test cell. `passed` is None where a person has to look at it."""

    __test__ = False  # pytest, this is no test

    notebook: str
    grade_id: str
    score: float
    max_score: float
    exercise: str | None = None
    aspect: str | None = None
    passed: bool | None = None
    mistakes: tuple[Mistake, ...] = ()
    where: str = ""


class Result(_Plain):
    """One submission, graded. `score` is None where grading itself failed."""

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
    def mistakes(self) -> tuple[Mistake, ...]:
        """The misconceptions recognised anywhere in it, each once."""
        return tuple(dict.fromkeys(mistake for test in self.tests for mistake in test.mistakes))
