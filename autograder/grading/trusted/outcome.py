"""What grading one notebook gave: plain data, which goes into the journal and from there into the
gradebook.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from autograder.grading.results import Status


class TestOutcome(BaseModel):
    """A test's points by the trusted side. None where a person has to judge."""

    __test__ = False

    model_config = ConfigDict(frozen=True)

    grade_id: str
    score: float | None
    max_score: float
    reason: str = ""


class Outcome(BaseModel):
    """One notebook of one student, graded. `status` NOT_GRADED means that grading failed and nothing may
    be recorded.
    """

    model_config = ConfigDict(frozen=True)

    notebook: str
    status: Status
    detail: str = ""
    tests: tuple[TestOutcome, ...] = ()
    unanswered: tuple[str, ...] = ()
    """The grade_ids of answers that are as they were released."""
    answers: dict[str, str] = {}
    """For each cell with points, a digest of the answers that it is about."""
    document: dict[str, Any] | None = None
    """The executed notebook, in nbformat 4."""
    sandbox: str = ""
    seconds: float = 0.0
    cpu: dict[str, float] = {}
    """CPU seconds by where they went."""
