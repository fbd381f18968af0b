"""How far the grading of a notebook has come: what a fresh process needs to go on where another one had to be
ended.
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
"""The numbers of what comes before the first step, putting the answers into the template, and after the last,
putting together what is kept.
"""


class At(BaseModel):
    """What a process is about to do, said before it begins."""

    model_config = ConfigDict(frozen=True)

    number: int = READING
    """The step, READING or KEEPING."""
    place: str = "the notebook"
    seconds: float
    """What it may compute. It sees to that itself, but where it cannot, it is ended a few seconds later."""
    ran_inside: tuple[int, ...] = ()
    """The steps that have run on the student's side up to now."""
    if_lost: TestOutcome | None = None
    """What the step's test comes to if the process has to be ended there."""

    @classmethod
    def step(cls, number: int, step: Step, place: str, seconds: float, ran_inside: Sequence[int]) -> At:
        """About to run one side of a step."""
        if_lost = None
        if step.template is not None and step.role in ("test", "written"):
            a_person_decides = step.role == "written" and step.answered
            if_lost = TestOutcome(
                grade_id=step.template.grade_id,
                score=None if a_person_decides else 0.0,
                max_score=step.template.points,
            )
        return cls(number=number, place=place, seconds=seconds, ran_inside=tuple(ran_inside), if_lost=if_lost)


class Progress(BaseModel):
    """All that the steps before `next` came to."""

    model_config = ConfigDict(frozen=True)

    next: int = 0
    left: float
    """Seconds that are left of the notebook's."""
    tests: tuple[TestOutcome, ...] = ()
    events: tuple[tuple[Status, str], ...] = ()
    remarks: tuple[str, ...] = ()
    outputs: dict[int, list[dict[str, Any]]] = {}
    shown: int = 0
    """Characters that a student's cells have shown."""
    ran_inside: tuple[int, ...] = ()
    never_again: tuple[int, ...] = ()
    """Steps in which a process of ours had to be ended."""
    restarts: int = 0
    slow_calls: int = 0
    cpu: dict[str, float] = {}

    def and_then(self, later: Progress) -> Progress:
        """What came later, which holds the outputs of its last step only, with the outputs up to then."""
        return later.model_copy(update={"outputs": self.outputs | later.outputs})

    def without(self, at: At, status: Status, why: str, used: float) -> Progress:
        """The same, where a process had to be ended `at` a step: the step counts 0 and is not run again."""
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
        """The earlier steps whose instructor's side a fresh process needs: tests only for names that they
        leave to later steps.
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
