"""`cs-conv export`: the gradebook's points for Canvas or Moodle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape

from autograder.commands.selection import chosen_graded, instructors_course
from autograder.commands.writable import require_writable
from autograder.course import CourseError, short
from autograder.reports.export import canvas_rows, moodle_rows, read_grades, read_possible, write_csv
from autograder.terminal import console, count


def run(system: str, names: Sequence[str], to: Path | None, roster: Path | None, folder: Path | None) -> None:
    """Write the file, and print which students or grades it lacks."""
    course = instructors_course(folder)
    if roster is not None and system != "canvas":
        raise CourseError("--roster is for canvas; Moodle finds students by ID number or e-mail address")
    assignments = chosen_graded(course, names)
    students, waiting = read_grades(course, assignments)
    unknown: list[str] = []
    if system == "canvas":
        rows, unknown = canvas_rows(students, assignments, read_possible(course, assignments), roster)
    else:
        rows = moodle_rows(students, assignments)
    path = to or course.reports / f"{system}.csv"
    if to is None:
        path.parent.mkdir(parents=True, exist_ok=True)
    require_writable(path)
    write_csv(path, rows)
    size = f"{count(len(students) - len(unknown), 'student')}, {count(len(assignments), 'assignment')}"
    console.print(f"{escape(short(path.absolute()))}: {size}", highlight=False)
    if unknown:
        console.print(f"[yellow]left out, not in {escape(str(roster))}:[/] {escape(', '.join(unknown))}")
    if waiting:
        what = "submission waits" if waiting == 1 else "submissions wait"
        console.print(f"[yellow]{waiting} {what} for a person's grade[/] (formgrader)")
