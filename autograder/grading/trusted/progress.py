"""How far the grading of a notebook has come.

If a process has to be ended, a fresh one needs no more than this to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from autograder.grading.results import Status
from autograder.grading.trusted.notebook.safe_outputs import failure
from autograder.grading.trusted.notebook.step import Step
from autograder.grading.trusted.outcome import TestOutcome

READING, KEEPING = -1, -2
"""The numbers for what comes before the first step (putting the answers into the template) and after the last
(putting together what is kept).
"""


class At(BaseModel):
    """What a process is about to do, said before it begins."""

    model_config = ConfigDict(frozen=True)

    number: int = READING
    """The step, READING or KEEPING."""
    place: str = "the notebook"
    seconds: float
    """How long it may compute. If it cannot end that itself, it is ended a few seconds later."""
    ran_inside: tuple[int, ...] = ()
    """Numbers of the steps that have run on the student's side so far."""
    if_lost: TestOutcome | None = None
    """The outcome of the step's test if the process has to be ended there."""

    @classmethod
    def step(cls, number: int, step: Step, seconds: float, ran_inside: Sequence[int]) -> At:
        """What to say before running one side of a step."""
        if_lost = None
        if step.template is not None and step.role in ("test", "written"):
            a_person_decides = step.role == "written" and step.answered
            if_lost = TestOutcome(
                grade_id=step.template.grade_id,
                score=None if a_person_decides else 0.0,
                max_score=step.template.points,
            )
        return cls(
            number=number,
            place=step.place(number),
            seconds=seconds,
            ran_inside=tuple(ran_inside),
            if_lost=if_lost,
        )


class Progress(BaseModel):
    """Everything that the steps before `next` came to."""

    model_config = ConfigDict(frozen=True)

    next: int = 0
    left: float
    """Seconds of the notebook's that are left."""
    tests: tuple[TestOutcome, ...] = ()
    events: tuple[tuple[Status, str], ...] = ()
    remarks: tuple[str, ...] = ()
    outputs: dict[int, list[dict[str, Any]]] = {}
    shown: int = 0
    """Characters that the student's cells have shown."""
    ran_inside: tuple[int, ...] = ()
    never_again: tuple[int, ...] = ()
    """Numbers of the steps in which the process of the tests had to be ended."""
    restarts: int = 0
    slow_calls: int = 0
    cpu: dict[str, float] = {}

    def and_then(self, later: Progress) -> Progress:
        """The later progress, which holds the outputs of its last step only, with all outputs up to then."""
        return later.model_copy(update={"outputs": self.outputs | later.outputs})

    def without(self, at: At, status: Status, why: str, used: float) -> Progress:
        """The progress after a process had to be ended `at` a step, which counts 0 and is not run again."""
        update: dict[str, Any] = {
            "events": (*self.events, (status, why)),
            "never_again": (*self.never_again, at.number),
            "left": self.left - used,
        }
        if at.number >= self.next:
            update["next"] = at.number + 1
            update["ran_inside"] = at.ran_inside
            update["outputs"] = self.outputs | {at.number: [failure("ProcessLost", f"{why}; this counts 0")]}
            if at.if_lost is not None:
                update["tests"] = (*self.tests, at.if_lost.model_copy(update={"reason": why}))
        return self.model_copy(update=update)

    def to_run_again(self, steps: Sequence[Step]) -> set[int]:
        """The numbers of earlier steps whose instructor's side a fresh process has to run again.

        Tests are among them only if later steps use names that they define.
        """
        found, wanted = set(), set[str]()
        for number, step in reversed(list(enumerate(steps))):
            known = step.template
            if known is None or step.outside is None or number in self.never_again:
                continue
            if number >= self.next:
                wanted |= known.mentions | known.imports
            elif step.role != "test" or known.binds & wanted:
                found.add(number)
                wanted |= known.mentions | known.imports
        return found
