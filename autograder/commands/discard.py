"""`cs-conv discard`: throw a question out, and say whose points change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.markup import escape

from autograder.commands.selection import instructors_course
from autograder.course import Assignment, Course, CourseError
from autograder.grading.gradebook.discards import How, discard, discards, undo
from autograder.grading.gradebook.late_penalty import LatePolicy
from autograder.grading.gradebook.open import one_commit, open_gradebook, require_release
from autograder.grading.gradebook.own_tables import make_tables
from autograder.grading.gradebook.read import read_submissions
from autograder.grading.one_run import one_run
from autograder.grading.preview import copy_of
from autograder.notebooks.check_calls import check_call
from autograder.notebooks.points import possible_points
from autograder.reports.changes import changes, changes_table
from autograder.reports.refresh_record import current_record, refresh_record
from autograder.terminal import console

CHOOSE = (
    "say how: --full-points gives all who handed in its points; --no-points takes it out of everybody's "
    "points and of the maximum; --undo lets it count again"
)


def run(
    name: str,
    questions: Sequence[str],
    full: bool,
    none: bool,
    back: bool,
    preview: bool,
    folder: Path | None,
) -> None:
    """Throw the questions out or take them back; without questions, list what was thrown out."""
    course = instructors_course(folder)
    assignment = course.assignment(name)
    require_release(course, assignment.name)
    if not questions:
        _list(course, assignment)
        return
    if full + none + back != 1:
        raise CourseError(CHOOSE)
    how: How | None = None if back else "full" if full else "none"
    with one_run(course, assignment.name):
        before = _record(course, assignment)
        if preview:
            with copy_of(course, assignment) as copy:
                said = _enter(copy, assignment, questions, how)
                after = _record(copy, assignment)
        else:
            said = _enter(course, assignment, questions, how)
            after = refresh_record(course, assignment) if before else None
    for sentence in said:
        console.print(escape(sentence), highlight=False)
    if after is not None:
        console.print(changes_table(f"{assignment.name}: what changes", changes(before, after)))
    if preview:
        console.print("nothing was written; to do this, leave --preview out")


def _record(course: Course, assignment: Assignment) -> Any:
    """The record as the gradebook has it; None if nobody has handed in yet."""
    try:
        return current_record(course, assignment)
    except CourseError:
        return None


def _list(course: Course, assignment: Assignment) -> None:
    with open_gradebook(course) as gradebook:
        found = discards(gradebook, assignment.name)
        most = possible_points(course, assignment, gradebook)
    for each in found.values():
        console.print(escape(str(each)), highlight=False)
    said = "" if found else ", nothing was thrown out"
    console.print(f"{assignment.name}: {most:g} points{said}", highlight=False)


def _enter(course: Course, assignment: Assignment, questions: Sequence[str], how: How | None) -> list[str]:
    """Write it into the gradebook; returns a sentence for each cell."""
    late = LatePolicy(course)
    with open_gradebook(course) as gradebook:
        make_tables(gradebook)
        with one_commit(gradebook):
            said = []
            for cell in [cell for question in questions for cell in _cells(gradebook, assignment, question)]:
                if how is not None:
                    said.append(str(discard(gradebook, assignment.name, cell, how)))
                elif undo(gradebook, assignment.name, cell):
                    said.append(f"{cell.name}, {cell.max_score:g}: counts again as it was graded")
                else:
                    raise CourseError(f"{cell.name} was not thrown out of {assignment.name}")
            gradebook.db.expire_all()
            for submission in read_submissions(gradebook, assignment.name):
                late.enter(submission)
    return said


def _cells(gradebook: Any, assignment: Assignment, question: str) -> list[Any]:
    """The cells with points that a question means: one of that name, or all tests of that exercise."""
    cells = list(_all_cells(gradebook, assignment))
    found = [cell for cell, _ in cells if cell.name == question]
    found = found or [cell for cell, exercise in cells if exercise == question]
    if not found:
        names = ", ".join(dict.fromkeys(name for cell, ex in cells for name in (ex, cell.name) if name))
        raise CourseError(f"{assignment.name} has no question {question}; it has {names}")
    return found


def _all_cells(gradebook: Any, assignment: Assignment) -> Iterator[tuple[Any, str]]:
    """Each cell with points, with the exercise that it checks; "" if it is another test."""
    for notebook in gradebook.find_assignment(assignment.name).notebooks:
        sources = {source.name: source.source or "" for source in notebook.source_cells}
        for cell in (*notebook.grade_cells, *notebook.task_cells):
            call = check_call(sources.get(cell.name, "")) if cell.cell_type == "code" else None
            yield cell, call.exercise if call else ""
