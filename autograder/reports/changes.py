"""What has changed between two records of an assignment: whose points, by how much, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.markup import escape
from rich.table import Table

from autograder.grading.results import Result, Status, TestScore
from autograder.reports.record import Record
from autograder.reports.tables import NAME, points_text
from autograder.terminal import count, printable

LEAST = 1e-9
"""Smaller differences of points are rounding."""


@dataclass(frozen=True)
class Change:
    """One student whose points change. `before` and `after` are the results, None if there is none."""

    student: str
    before: Result | None
    after: Result | None
    reasons: tuple[str, ...]

    @property
    def more(self) -> float:
        """The points that the student has more than before."""
        return _score(self.after) - _score(self.before)

    @property
    def lowered(self) -> bool:
        """Whether the student has fewer points, or a smaller share of the points."""
        return self.more < -LEAST or _share(self.after) < _share(self.before) - LEAST


def changes(before: Record | None, after: Record) -> list[Change]:
    """The students whose points, or the points possible, differ; sorted by name."""
    earlier = {result.student: result for result in before.results} if before else {}
    now = {result.student: result for result in after.results}
    found = []
    for student in sorted(earlier.keys() | now.keys()):
        old, new = earlier.get(student), now.get(student)
        if _differ(old, new):
            found.append(Change(student, old, new, tuple(_reasons(old, new))))
    return found


def changes_table(title: str, found: Sequence[Change]) -> Table:
    """A line for each student: the points before and after, and why they differ."""
    table = Table(title=escape(title), box=box.SIMPLE_HEAD, caption=summary(found))
    table.add_column("student", no_wrap=True, max_width=NAME)
    table.add_column("before", justify="right", no_wrap=True)
    table.add_column("after", justify="right", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("why", overflow="fold")
    for change in found:
        colour = "red" if change.lowered else "green" if change.more > LEAST else "dim"
        table.add_row(
            escape(printable(change.student)),
            points_text(change.before) if change.before else "-",
            points_text(change.after) if change.after else "-",
            f"[{colour}]{change.more:+.6g}[/]",
            escape(printable("; ".join(change.reasons))),
        )
    return table


def summary(found: Sequence[Change]) -> str:
    """One sentence on all changes."""
    if not found:
        return "nobody's points change"
    lowered = sum(change.lowered for change in found)
    gain = sum(not change.lowered and change.more > LEAST for change in found)
    said = [f"{count(gain, 'student')} with more points"] if gain else []
    said += [f"{count(lowered, 'student')} with fewer"] if lowered else []
    same = len(found) - gain - lowered
    said += [f"{count(same, 'student')} with the same points out of another maximum"] if same else []
    return ", ".join(said)


def _score(result: Result | None) -> float:
    return (result.score or 0.0) if result else 0.0


def _share(result: Result | None) -> float:
    return _score(result) / result.max_score if result and result.max_score else 0.0


def _differ(old: Result | None, new: Result | None) -> bool:
    if not _handed_in(old) and not _handed_in(new):
        return False
    if old is None or new is None:
        return True
    if new.status is Status.NOT_GRADED:
        return False  # nothing of it was changed
    another_maximum = abs(new.max_score - old.max_score) > LEAST
    return abs(_score(new) - _score(old)) > LEAST or another_maximum


def _handed_in(result: Result | None) -> bool:
    return result is not None and (result.status is not Status.MISSING or bool(result.score))


def _reasons(old: Result | None, new: Result | None) -> Iterator[str]:
    if old is None or new is None:
        yield "new here" if old is None else "no longer in the gradebook"
        return
    if old.status is not new.status:
        yield f"{old.status.value} before, {new.status.value} now"
    was = {(test.notebook, test.grade_id): test for test in old.tests}
    now = {(test.notebook, test.grade_id): test for test in new.tests}
    if was and now:
        for key in now | was:
            yield from _about(was.get(key), now.get(key))
    lost, loses = _lost(old), _lost(new)
    if abs(lost - loses) > LEAST:
        yield f"{loses:.6g} points less for coming late, {lost:.6g} before"


def _about(old: TestScore | None, new: TestScore | None) -> Iterator[str]:
    """What has changed about one test; nothing if nothing has."""
    if new is None:
        assert old is not None
        yield f"{old.grade_id} is gone, with {_points(old)}"
    elif old is None:
        yield f"{new.grade_id} is new: {_points(new)}{_found(new)}"
    elif abs(old.score - new.score) > LEAST or abs(old.max_score - new.max_score) > LEAST:
        yield f"{new.grade_id}: {_points(old)} before, {_points(new)} now{_found(new)}"


def _points(test: TestScore) -> str:
    return f"{test.score:g} of {test.max_score:g}"


def _found(test: TestScore) -> str:
    """What the test found, if it gave less than all its points."""
    if test.score >= test.max_score:
        return ""
    said = ", ".join(mistake.name for mistake in test.mistakes) or test.where
    return f" ({said})" if said else ""


def _lost(result: Result) -> float:
    """The points lost for coming late."""
    return sum(test.score for test in result.tests) - _score(result) if result.tests else 0.0
