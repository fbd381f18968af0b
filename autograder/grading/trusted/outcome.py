"""The outcome of grading one notebook: plain data, for the journal and from there for the gradebook."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from autograder.grading.results import Status
from autograder.grading.trusted.notebook.safe_outputs import inert
from autograder.grading.trusted.notebook.template import Template


class TestOutcome(BaseModel):
    """The points of a test, or of an answer that a person judges."""

    __test__ = False

    model_config = ConfigDict(frozen=True)

    grade_id: str
    score: float | None
    """None if a person has to judge."""
    max_score: float
    reason: str = ""


class NotebookOutcome(BaseModel):
    """One notebook of one student, graded. Nothing may be recorded if the status is NOT_GRADED."""

    model_config = ConfigDict(frozen=True)

    notebook: str
    status: Status
    detail: str = ""
    tests: tuple[TestOutcome, ...] = ()
    unanswered: tuple[str, ...] = ()
    """The grade_ids of answers that are as they were released."""
    answers: dict[str, str] = {}
    """A digest of the answers that each cell with points is about, by the cell's grade_id."""
    handed_in: str = ""
    """The digest of the file that was graded."""
    document: dict[str, Any] | None = None
    """The executed notebook, in nbformat 4."""
    sandbox: str = ""
    seconds: float = 0.0
    cpu: dict[str, float] = {}
    """CPU seconds by where they were spent: `student`, `start` (of sandboxes), `trusted`."""


def unreadable(template: Template, problem: str) -> NotebookOutcome:
    """The outcome of a file that is not a notebook; its document says so in formgrader."""
    words = inert(
        f"**{template.name}.ipynb could not be read**: {problem}. It is worth 0 until it is handed in again."
    )
    cell = {"cell_type": "markdown", "id": "unreadable", "metadata": {}, "source": words}
    return NotebookOutcome(
        notebook=template.name,
        status=Status.UNREADABLE,
        detail=problem,
        tests=with_the_rest(template, [], 0.0, problem),
        document={"cells": [cell], "metadata": template.metadata, "nbformat": 4, "nbformat_minor": 5},
    )


def with_the_rest(
    template: Template, done: list[TestOutcome], score: float, reason: str
) -> tuple[TestOutcome, ...]:
    """The tests that were done, and this score for each that was not."""
    known = {test.grade_id for test in done}
    return (
        *done,
        *(
            TestOutcome(grade_id=cell.grade_id, score=score, max_score=cell.points, reason=reason)
            for cell in template.cells
            if cell.role in ("test", "written") and cell.grade_id not in known
        ),
    )
