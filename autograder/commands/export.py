"""`cs-conv export`: the gradebook's points for Canvas, Moodle or Gradescope."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape

from autograder.commands.selection import chosen_graded, instructors_course
from autograder.commands.writable import require_writable
from autograder.course import Assignment, Course, CourseError, short
from autograder.reports.export import canvas_rows, moodle_rows, read_grades, read_possible, write_csv
from autograder.reports.gradescope import write_autograder
from autograder.terminal import console, count, printable


def run(system: str, names: Sequence[str], to: Path | None, roster: Path | None, folder: Path | None) -> None:
    """Write the file, and print which students or grades it lacks."""
    course = instructors_course(folder)
    if roster is not None and system == "gradescope":
        raise CourseError(
            "--roster is for canvas and moodle; Gradescope finds students by what they handed in"
        )
    assignments = chosen_graded(course, names)
    if system == "gradescope":
        _gradescope(course, assignments, to)
        return
    students, waiting = read_grades(course, assignments)
    if system == "canvas":
        rows, unknown = canvas_rows(students, assignments, read_possible(course, assignments), roster)
    else:
        rows, unknown = moodle_rows(students, assignments, roster)
    path = _writable(course, to, f"{system}.csv")
    write_csv(path, rows)
    size = f"{count(len(students) - len(unknown), 'student')}, {count(len(assignments), 'assignment')}"
    console.print(f"{escape(short(path.absolute()))}: {size}", highlight=False)
    if unknown:
        console.print(f"[yellow]left out, not in {escape(str(roster))}:[/] {escape(', '.join(unknown))}")
    if waiting:
        what = "submission waits" if waiting == 1 else "submissions wait"
        console.print(f"[yellow]{waiting} {what} for a person's grade[/] (cs-conv mark, or formgrader)")


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
