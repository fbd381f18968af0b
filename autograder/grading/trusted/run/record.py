"""The record of a notebook while it runs: points, events and outputs so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.grading.results import Status
from autograder.grading.trusted.notebook.safe_outputs import failure, student_outputs
from autograder.grading.trusted.notebook.step import Step
from autograder.grading.trusted.outcome import TestOutcome
from autograder.grading.trusted.progress import Progress

MOST_OUTPUTS = 6 << 20
"""Characters of all that a student's cells show."""


class Record:
    """The record of one notebook. It begins with what an earlier process came to."""

    def __init__(self, remarks: Sequence[str], before: Progress) -> None:
        self._before = before
        self.remarks = list(remarks)
        self.outputs: dict[int, list[dict[str, Any]]] = {}
        self.over = ""
        """Why no further cell is run; empty while cells run."""
        self.return_to_before()

    def return_to_before(self) -> None:
        """Forget points and events since: an earlier cell has run again, and what it came to is known."""
        self.tests = list(self._before.tests)
        self.events = list(self._before.events)
        self._room = MOST_OUTPUTS - self._before.shown
        self.remarks = list(dict.fromkeys([*self._before.remarks, *self.remarks]))

    @property
    def shown(self) -> int:
        """Characters that the student's cells have shown."""
        return MOST_OUTPUTS - self._room

    def score(self, step: Step, points: float | None, reason: str) -> None:
        """Note the points of a test, or of an answer that a person judges (None)."""
        assert step.template is not None
        known = step.template
        self.tests.append(
            TestOutcome(grade_id=known.grade_id, score=points, max_score=known.points, reason=reason)
        )

    def for_a_person(self, step: Step) -> None:
        """Note an answer that a person judges; it counts 0 if it is not there."""
        self.score(step, None if step.answered else 0.0, "")

    def event(self, status: Status, what: str) -> None:
        """Note what went wrong; the first such event gives the notebook its status."""
        self.events.append((status, what))

    def show(self, number: int, outputs: list[Any], most: int) -> None:
        """Keep what a student's cell showed, `most` characters of it."""
        self.outputs[number] = student_outputs(outputs, min(most, self._room))
        self._room -= sum(len(str(output)) for output in self.outputs[number])

    def not_run(self, number: int, why: str) -> None:
        """Show that a cell was not run."""
        self.outputs[number] = [failure("NotRun", f"not run: {why}")]

    @property
    def status(self) -> tuple[Status, str]:
        """The status of the notebook, and all that is to be said of it."""
        words = [what for _, what in self.events] + self.remarks
        status = self.events[0][0] if self.events else Status.GRADED
        return status, "; ".join(dict.fromkeys(words))[:1000]
