"""What a record says of each exercise: when it was first solved, and which help was shown before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from autograder.learning.record import Ran, Shown


@dataclass(frozen=True)
class History:
    """When a run first earned all points (None if none did), and what `cs-conv solution` had shown by then.

    If the exercise is not solved, `hints` and `answer` are what has been shown until now.
    """

    solved: datetime | None = None
    hints: int = 0
    answer: bool = False
    assignment: str = ""
    """The assignment of which help was shown."""

    @property
    def alone(self) -> bool:
        """Whether no help was shown."""
        return not self.hints and not self.answer


def history(events: Iterable[Ran | Shown]) -> dict[str, History]:
    """The history of every exercise in a record, by name."""
    solved: dict[str, datetime] = {}
    shown: dict[str, list[Shown]] = {}
    for event in events:
        if isinstance(event, Shown):
            shown.setdefault(event.exercise, []).append(event)
            continue
        for points in event.exercises:
            if points.solved:
                solved[points.exercise] = min(event.when, solved.get(points.exercise, event.when))
    return {name: _of(solved.get(name), shown.get(name, [])) for name in [*solved, *shown]}


def _of(solved: datetime | None, shown: list[Shown]) -> History:
    """Help at an unknown time counts as shown before."""
    before = {each.hint for each in shown if solved is None or each.when is None or each.when <= solved}
    assignment = max((each.assignment for each in shown), default="")
    return History(solved, len(before - {None}), None in before, assignment)
