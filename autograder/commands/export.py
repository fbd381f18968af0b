"""`cs-conv export`: the gradebook's points for Canvas, Moodle or Gradescope."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape

from autograder.commands.selection import chosen_graded, instructors_course
from autograder.commands.writable import require_writable
from autograder.course import Assignment, Course, CourseError, short
from autograder.grading.collect.hand_over import read_record
from autograder.reports.export import (
    CANVAS,
    IGNORED,
    canvas_rows,
    moodle_rows,
    read_grades,
    read_possible,
    write_csv,
)
from autograder.reports.feedback import HANDED_IN_SINCE, handed_in_since
from autograder.reports.gradescope import write_autograder
from autograder.terminal import console, count, printable


def run(
    system: str, names: Sequence[str], to: Path | None, rosters: Sequence[Path], folder: Path | None
) -> None:
    """Write the file, and print which students or grades it lacks."""
    course = instructors_course(folder)
    if rosters and system == "gradescope":
        raise CourseError(
            "--roster is for canvas and moodle; Gradescope finds students by what they handed in"
        )
    assignments = chosen_graded(course, names)
    if system == "gradescope":
        _gradescope(course, assignments, to)
        return
    students, waiting = read_grades(course, assignments)
    if system == "canvas":
        rows, unknown = canvas_rows(students, assignments, read_possible(course, assignments), rosters)
    else:
        rows, unknown = moodle_rows(students, assignments, rosters, _numbers(course, assignments))
    path = _writable(course, to, f"{system}.csv")
    write_csv(path, rows)
    size = f"{count(len(students) - len(unknown), 'student')}, {count(len(assignments), 'assignment')}"
    console.print(f"{escape(short(path.absolute()))}: {size}", highlight=False)
    if unknown:
        lists = escape(" or ".join(map(str, rosters)))
        console.print(f"[yellow]left out, not in {lists}:[/] {escape(', '.join(unknown))}")
    if waiting:
        what = "submission waits" if waiting == 1 else "submissions wait"
        console.print(f"[yellow]{waiting} {what} for a person's grade[/] (cs-conv mark, or formgrader)")
    for assignment in assignments:
        if since := handed_in_since(course, assignment):
            which = escape(printable(", ".join(since)))
            console.print(f"[yellow]{assignment.name}, {HANDED_IN_SINCE}:[/] {which}", highlight=False)
    if system == "canvas":
        for title in filter(IGNORED.search, rows[0][len(CANVAS) :]):
            console.print(
                f"[yellow]Canvas may ignore the column {escape(title)!r}: it takes such names for its own "
                "totals; rename the assignment in Canvas and in course.yml[/]",
                highlight=False,
            )


def _numbers(course: Course, assignments: Sequence[Assignment]) -> dict[str, str]:
    """Moodle's numbers of the students whose submissions were collected from it."""
    found = {}
    for assignment in assignments:
        for student, came in read_record(course, assignment.name).students.items():
            if came.system == "moodle":
                found[student] = came.account.rpartition("_")[2]
    return found


def _gradescope(course: Course, assignments: Sequence[Assignment], to: Path | None) -> None:
    if to is not None and len(assignments) > 1:
        raise CourseError(
            "--to names one file, and Gradescope takes one for each assignment; name one of them"
        )
    for assignment in assignments:
        path = _writable(course, to, f"{assignment.name}-gradescope.zip")
        written, left = write_autograder(course, assignment, path)
        console.print(f"{escape(short(path.absolute()))}: {count(written, 'student')}", highlight=False)
        for why, students in left.items():
            listed = escape(printable(", ".join(students)))
            console.print(f"[yellow]left out, {why}:[/] {listed}", highlight=False)


def _writable(course: Course, to: Path | None, name: str) -> Path:
    path = to or course.reports / name
    if to is None:
        path.parent.mkdir(parents=True, exist_ok=True)
    require_writable(path)
    return path
