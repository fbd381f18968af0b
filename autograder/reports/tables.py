"""The class and its misconceptions as tables for the terminal."""

from __future__ import annotations

import re

from rich import box
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from autograder.grading.results import Result, Status
from autograder.reports.record import Record
from autograder.terminal import bar, count, printable

NAME = 24
"""The most characters of a student's name that a terminal shows."""

COLOURS = {
    Status.GRADED: "green",
    Status.TIMED_OUT: "yellow",
    Status.CRASHED: "yellow",
    Status.UNREADABLE: "red",
    Status.MISSING: "dim",
    Status.NOT_GRADED: "bold red",
}


def class_table(record: Record) -> Table:
    """A line for each student: status, points, what was recognised."""
    table = Table(
        title=escape(f"{record.assignment}: {record.title}"), box=box.SIMPLE_HEAD, caption=record.summary
    )
    table.add_column("student", no_wrap=True, max_width=NAME)
    table.add_column("status", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("what was seen", overflow="fold")
    for result in record.results:
        table.add_row(
            escape(printable(result.student)),
            Text(result.status.value, COLOURS[result.status]),
            points_text(result),
            bar(result.score, result.max_score),
            escape(seen(result)),
        )
    return table


def misconception_table(record: Record) -> Table:
    """A line for each misconception: how many students, in which exercise."""
    table = Table(title="misconceptions", box=box.SIMPLE_HEAD)
    table.add_column("students", justify="right", no_wrap=True)
    table.add_column("exercise", no_wrap=True)
    table.add_column("misconception", overflow="fold")
    for misconception in record.misconceptions:
        table.add_row(str(misconception.count), escape(misconception.exercise), escape(misconception.name))
    return table


def points_text(result: Result) -> str:
    """The points and the maximum; a dash for the points if grading failed."""
    score = "-" if result.score is None else f"{result.score:g}"
    return f"{score} / {result.max_score:g}"


def seen(result: Result) -> str:
    """Remarks: mistakes, what happened to the run, points lost for lateness, what waits for a person."""
    said = list(dict.fromkeys(mistake.name for mistake in result.mistakes))
    if result.detail:
        said += _shortly(result.detail)
    elif not said and result.status is Status.GRADED and result.score is not None:
        failed = [test.grade_id for test in result.tests if test.passed is False]
        if failed and result.automatic.score == 0:
            said.append("no test passed")
        elif failed:
            said.append(f"failed: {', '.join(failed)}")
    lost = sum(test.score for test in result.tests) - (result.score or 0)
    if result.score is not None and lost > 1e-9:
        said.append(f"{lost:g} points less because it came late")
    if result.waiting:
        waits = "waits" if len(result.waiting) == 1 else "wait"
        said.append(f"{', '.join(result.waiting)} {waits} for a person")
    return printable("; ".join(said))


def _shortly(detail: str) -> list[str]:
    """What happened, but only in the first cell: a function that never ends does so in each of its tests."""
    clauses = detail.split("; ")
    cells = [re.findall(r"\bcell \d+", clause) for clause in clauses]
    first = next((number for number, named in enumerate(cells) if named), None)
    short = [clause for number, clause in enumerate(clauses) if not cells[number] or number == first]
    further = {name for named in cells for name in named} - set(cells[first] if first is not None else ())
    if further:
        short.append(f"likewise {count(len(further), 'further cell')}")
    return short
