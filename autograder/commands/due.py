"""`cs-conv due`: when everything is due, what being late costs, and who has more time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from rich import box
from rich.markup import escape
from rich.table import Table

from autograder.commands.selection import instructors_course
from autograder.course import COURSE_FILE, Course, CourseError, load_course
from autograder.course.change_due import with_due
from autograder.course.dates import due_words, moment
from autograder.course.description import read_date
from autograder.grading.gradebook.extensions import Extension, extensions
from autograder.grading.gradebook.late_penalty import LatePolicy
from autograder.grading.gradebook.open import has_gradebook, one_commit, open_gradebook
from autograder.grading.gradebook.read import read_submissions
from autograder.grading.whole_files import write_whole
from autograder.reports.changes import changes, changes_table
from autograder.reports.refresh_record import current_record, refresh_record
from autograder.terminal import console, printable


def run(name: str | None, date: str | None, folder: Path | None) -> None:
    """List the dates, or change one for everybody."""
    course = instructors_course(folder)
    if name is not None and date is not None:
        _change(course, name, date)
    else:
        _list(course, [course.assignment(name).name] if name else [a.name for a in course.assignments])


def _list(course: Course, names: list[str]) -> None:
    granted: dict[str, list[Extension]] = {}
    if has_gradebook(course):
        with open_gradebook(course) as gradebook:
            granted = {name: list(extensions(gradebook, name).values()) for name in names}
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("assignment", "due", "late", "more time"):
        table.add_column(column, overflow="fold")
    for assignment in map(course.assignment, names):
        due = assignment.due
        more = [
            f"{each.student} until {moment(due + each.more)}"
            for each in granted.get(assignment.name, [])
            if due
        ]
        late = str(assignment.late) if assignment.late else "as nbgrader_config.py says"
        words = due_words(assignment, datetime.now(UTC)) or "at no date"
        table.add_row(assignment.name, words, late, escape(printable(", ".join(more))))
    console.print(table)


def _change(course: Course, name: str, date: str) -> None:
    assignment = course.assignment(name)
    try:
        due = read_date(date)
    except ValueError as error:
        raise CourseError(str(error)) from None
    text = with_due(course.root, assignment.name, due)
    try:
        before = current_record(course, assignment)
    except CourseError:
        before = None  # nothing was graded yet
    write_whole(course.root / COURSE_FILE, text.encode())
    course = load_course(course.root)
    said = f"{COURSE_FILE} says so"
    if has_gradebook(course):
        late = LatePolicy(course)
        with open_gradebook(course) as gradebook, one_commit(gradebook):
            if any(known.name == assignment.name for known in gradebook.assignments):
                gradebook.update_or_create_assignment(assignment.name, duedate=due.isoformat(sep=" "))
                said += ", and so does the gradebook"
                for submission in read_submissions(gradebook, assignment.name):
                    late.enter(submission)
    was = f"; before, {moment(assignment.due)}" if assignment.due else ""
    console.print(f"{assignment.name} is due {moment(due)}{was}: {said}", highlight=False)
    if before is not None:
        found = changes(before, refresh_record(course, course.assignment(assignment.name)))
        console.print(changes_table(f"{assignment.name}: what changes", found))
