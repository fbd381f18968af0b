"""`cs-conv regrade`: grade a class again with a mended assignment, and say first whose points change."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder.commands.grade import grade_assignment, make_engine
from autograder.commands.report import show_record
from autograder.commands.selection import chosen_graded, instructors_course
from autograder.course import Assignment, Course
from autograder.grading.gradebook.kept_points import forget_kept_points, keep_points
from autograder.grading.gradebook.open import one_commit, open_gradebook, require_release
from autograder.grading.gradebook.own_tables import make_tables
from autograder.grading.interface import Engine
from autograder.grading.one_run import one_run
from autograder.grading.preview import copy_of
from autograder.grading.results import Status
from autograder.notebooks.changes_since_release import changes_since_release
from autograder.notebooks.release import release
from autograder.reports.changes import Change, changes, changes_table
from autograder.reports.record import Record
from autograder.reports.refresh_record import current_record
from autograder.terminal import console, printable


def run(
    names: Sequence[str],
    preview: bool,
    never_lower: bool,
    folder: Path | None,
    workers: int | None,
    executor: str | None,
    unsafe: bool,
) -> None:
    """Show the changes; without `preview`, make them. Exit code 1 if something was not graded."""
    course = instructors_course(folder)
    engine = make_engine(workers, executor, unsafe)
    complete = True
    for assignment in chosen_graded(course, names):
        require_release(course, assignment.name)
        before, after, remarks = tried(course, assignment, engine, never_lower)
        for remark in remarks:
            console.print(f"[yellow]{escape(printable(remark))}[/]", highlight=False)
        found = changes(before, after)
        console.print(changes_table(f"{assignment.name}: what changes", found))
        if not preview:
            after = regraded(course, assignment, engine, never_lower)
            _say_what_is_not_as_tried(found, changes(before, after))
            show_record(course, after, console)
        complete = complete and not any(r.status is Status.NOT_GRADED for r in after.results)
        if preview:
            same = f"{assignment.name} --never-lower" if never_lower else assignment.name
            console.print(f"nothing was written; to do this, run: cs-conv regrade {same}")
    raise SystemExit(0 if complete else 1)


def tried(
    course: Course, assignment: Assignment, engine: Engine, never_lower: bool
) -> tuple[Record, Record, list[str]]:
    """The record as it is, the record after a regrading of a copy, and remarks on what is new in the copy."""
    before = current_record(course, assignment)
    quiet = Console(file=io.StringIO())
    with open_gradebook(course) as gradebook:
        remarks = list(changes_since_release(course, assignment, gradebook))[:-1]
    with (
        console.status(f"trying it on a copy of {escape(assignment.name)}"),
        one_run(course, assignment.name),
        copy_of(course, assignment) as copy,
    ):
        remarks += bring_up_to_date(copy, assignment, never_lower)
        after = grade_assignment(copy, assignment, engine, quiet)
    return before, after, remarks


def regraded(course: Course, assignment: Assignment, engine: Engine, never_lower: bool) -> Record:
    """The record after the regrading."""
    with one_run(course, assignment.name):
        bring_up_to_date(course, assignment, never_lower)
    return grade_assignment(course, assignment, engine, console)


def bring_up_to_date(course: Course, assignment: Assignment, never_lower: bool) -> list[str]:
    """Release the assignment as its source is now, if it is here; keep the points that must not fall.

    Returns the remarks of the release.
    """
    with open_gradebook(course) as gradebook:
        make_tables(gradebook)
        with one_commit(gradebook):
            (keep_points if never_lower else forget_kept_points)(gradebook, assignment.name)
    if not (course.answers / assignment.name).is_dir():
        return []
    return list(release(course, assignment).remarks)


def _say_what_is_not_as_tried(said: Sequence[Change], done: Sequence[Change]) -> None:
    def points(found: Sequence[Change]) -> dict[str, float | None]:
        return {change.student: change.after.score if change.after else None for change in found}

    if points(said) != points(done):
        console.print(changes_table("what changed, which is not what was announced", done))
