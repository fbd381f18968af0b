"""`cs-conv progress`: all lessons of a learner on one screen, or the exercises of those that are named.

Only notebooks that have changed since they were last run are run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich import box
from rich.markup import escape
from rich.table import Table

from autograder.commands.live_display import moving_bar
from autograder.commands.selection import chosen, course_to_study
from autograder.course import Course, short
from autograder.course.dates import next_due
from autograder.learning.points import NotebookPoints, known_points, run_and_remember
from autograder.terminal import bar, complain, console

BAR = 8
"""The width of a bar. With it, every row fits into a terminal of 80 columns."""
MORE = "one lesson: cs-conv progress ASSIGNMENT; its tests: cs-conv check ASSIGNMENT"


def run(names: Sequence[str], folder: Path | None) -> None:
    """Run what has changed, and show a table. After Ctrl-C it shows what is known."""
    course = course_to_study(folder)
    found = known_points(course, chosen(course, names))
    try:
        run_the_changed(course, found)
    finally:
        console.print(_exercises(found) if names else _lessons(found))
        unsolved = [e.assignment for e in found if e.problem or _sums([e])[0] < _sums([e])[1]]
        coming = next_due(unsolved, datetime.now(UTC))
        if coming:
            console.print(escape(coming), highlight=False)
        console.print(MORE, highlight=False)


def run_the_changed(course: Course, found: list[NotebookPoints]) -> None:
    """Run the notebooks whose points are not known, each in its place in `found`, and say what went wrong."""
    changed = [number for number, each in enumerate(found) if each.must_be_run]
    not_written = ""
    if changed:
        with moving_bar(console) as progress:
            task = progress.add_task("", total=len(changed))
            for number in changed:
                progress.update(task, description=f"running {escape(_file(found[number]))}")
                found[number], problem = run_and_remember(course, found[number])
                not_written = not_written or problem
                progress.advance(task)
    for why in filter(None, [*(each.why for each in found), not_written]):
        complain(why)


def _lessons(found: Sequence[NotebookPoints]) -> Table:
    """A row for each assignment, and one for all of them."""
    table = Table(box=box.SIMPLE_HEAD, show_footer=True, show_edge=False)
    by_assignment: dict[str, list[NotebookPoints]] = {}
    for each in found:
        by_assignment.setdefault(each.assignment.name, []).append(each)
    solved, exercises, earned, possible = _sums(found)
    table.add_column("assignment", "all", no_wrap=True)
    table.add_column("solved", f"{solved} of {exercises}", justify="right", no_wrap=True)
    table.add_column("points", f"{earned:g} / {possible:g}", justify="right", no_wrap=True)
    table.add_column("", bar(earned, possible, BAR), no_wrap=True)
    table.add_column("next", no_wrap=True, overflow="ellipsis")
    for name, notebooks in by_assignment.items():
        has, of, points, most = _sums(notebooks)
        remark = _remark(notebooks)
        table.add_row(
            name, f"{has} of {of}", f"{points:g} / {most:g}", bar(points, most, BAR), escape(remark)
        )
    return table


def _sums(notebooks: Sequence[NotebookPoints]) -> tuple[int, int, float, float]:
    """The exercises solved, all exercises, the points earned, and the most points."""
    all_ = [exercise for notebook in notebooks for exercise in notebook.exercises or notebook.asked_for]
    return (
        sum(exercise.solved for exercise in all_),
        len(all_),
        sum(exercise.earned for exercise in all_),
        sum(exercise.possible for exercise in all_),
    )


def _remark(notebooks: Sequence[NotebookPoints]) -> str:
    """What to do next in these notebooks, or what is the matter with them."""
    for each in notebooks:
        if each.problem:
            return each.problem
        if each.must_be_run:
            return "not run yet"
    if not any(each.begun for each in notebooks):
        return "not begun"
    unsolved = (e.exercise for each in notebooks for e in each.exercises or () if not e.solved)
    return next(unsolved, "")


def _exercises(found: Sequence[NotebookPoints]) -> Table:
    """A row for each exercise."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("assignment", no_wrap=True)
    table.add_column("exercise", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for each in found:
        name = each.assignment.name
        if each.problem or each.must_be_run:
            table.add_row(name, each.problem or "not run yet", "", "")
        elif not each.begun:
            table.add_row(name, "not begun", f"0 / {_sums([each])[3]:g}", "")
        else:
            for exercise in each.exercises or ():
                earned, possible = exercise.earned, exercise.possible
                table.add_row(name, exercise.exercise, f"{earned:g} / {possible:g}", bar(earned, possible))
    return table


def _file(points: NotebookPoints) -> str:
    return short(points.opened.path) if points.opened else points.name
