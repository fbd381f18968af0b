"""`cs-conv feedback`: the pages that students get back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder.commands.live_display import moving_bar, show_line
from autograder.commands.selection import chosen_in, instructors_course
from autograder.course import Assignment, Course, CourseError, short
from autograder.reports.feedback import who_gets_pages, write_feedback
from autograder.reports.pack_feedback import pack_feedback
from autograder.terminal import console, count, printable


def run(names: Sequence[str], students: Sequence[str], system: str | None, folder: Path | None) -> None:
    """Make the pages, and the zip file for `system`; exit code 1 if a student's could not be made."""
    course = instructors_course(folder)
    complete = True
    for assignment in chosen_in(course, names, course.autograded()):
        pages, failed = make_feedback(course, assignment, console, students)
        complete = complete and not failed
        where = f"{escape(short(course.feedback()))}/STUDENT/{assignment.name}"
        console.print(f"{assignment.name}: {count(pages, 'page')} in {where}")
        if system is not None:
            _pack(course, assignment, system, students)
    raise SystemExit(0 if complete else 1)


def _pack(course: Course, assignment: Assignment, system: str, students: Sequence[str]) -> None:
    packed = pack_feedback(course, assignment, system, students)
    files = f"{count(packed.files, 'file')} for {count(packed.students, 'student')}"
    console.print(f"{assignment.name}: {files} in {escape(short(packed.path))}", highlight=False)
    for why, names in packed.without.items():
        console.print(f"[yellow]left out, {why}:[/] {escape(printable(', '.join(names)))}", highlight=False)


def make_feedback(
    course: Course, assignment: Assignment, console: Console, students: Iterable[str] = ()
) -> tuple[int, int]:
    """Make the pages of an assignment; returns how many there are, and how many students have none."""
    whose = who_gets_pages(course, assignment, students)
    if not whose:
        named = f" by {', '.join(students)}" if students else ""
        raise CourseError(
            f"there are no graded notebooks of {assignment.name}{named}; run: cs-conv grade {assignment.name}"
        )
    pages = failed = 0
    with moving_bar(console) as progress:
        task = progress.add_task("feedback", total=len(whose))
        for student, made, problem in write_feedback(course, assignment, whose):
            name = escape(printable(student))
            progress.update(task, advance=1, description=name)
            if problem:
                failed += 1
                show_line(progress.console, f"  {name}: [red]no feedback[/]: {escape(printable(problem))}")
            else:
                pages += len(made)
    return pages, failed
