"""Extensions: a student's own due date for an assignment, also before anything was handed in.

nbgrader keeps an extension with the submission, so there it must be for its own commands and formgrader. A
table of ours keeps it as well: for a student who has not handed in yet, and if a submission is removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from autograder.course.dates import moment, span
from autograder.grading.gradebook.own_tables import extensions_table as table
from autograder.grading.gradebook.own_tables import has_table


@dataclass(frozen=True)
class Extension:
    """One student's extension for an assignment."""

    student: str
    assignment: str
    more: timedelta
    why: str = ""


def extend_new(mapper: Any, connection: Any, submission: Any) -> None:
    """Give a submission that is being added to the gradebook the extension that waits for it."""
    from nbgrader.api import Assignment

    if submission.extension is not None or not has_table(connection, table):
        return
    name = select(Assignment.name).where(Assignment.id == submission.assignment_id).scalar_subquery()
    mine = (table.c.assignment == name) & (table.c.student == submission.student_id)
    seconds = connection.execute(select(table.c.seconds).where(mine)).scalar()
    if seconds is not None:
        submission.extension = timedelta(seconds=seconds)


def extensions(gradebook: Any, assignment: str) -> dict[str, Extension]:
    """All extensions for an assignment by student, those that nbgrader's own interface granted too."""
    found = {}
    if has_table(gradebook.engine, table):
        for row in gradebook.db.execute(select(table).where(table.c.assignment == assignment)):
            found[row.student] = Extension(row.student, assignment, timedelta(seconds=row.seconds), row.why)
    for submission in gradebook.assignment_submissions(assignment):
        who, granted = submission.student_id, submission.extension
        if granted and (who not in found or found[who].more != granted):
            found[who] = Extension(who, assignment, granted)
    return {student: found[student] for student in sorted(found)}


def set_extension(gradebook: Any, assignment: str, student: str, more: timedelta | None, why: str) -> Any:
    """Set a student's extension, or take it back (None); the caller commits.

    Returns the student's submission, None if there is none.
    """
    from nbgrader.api import MissingEntry

    session = gradebook.db
    mine = (table.c.assignment == assignment) & (table.c.student == student)
    session.execute(delete(table).where(mine))
    if more is not None:
        row = {"assignment": assignment, "student": student, "why": why}
        session.execute(insert(table).values(**row, seconds=round(more.total_seconds())))
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return None
    submission.extension = more
    return submission


def lateness(submission: Any, like: datetime | None = None) -> str:
    """When a submission in the gradebook came, in the time zone of `like`, and how late that is, in words."""
    if submission.timestamp is None:
        return "when it was handed in is not known, so it is not late"
    came = f"handed in {moment(submission.timestamp, like)}"
    if submission.assignment.duedate is None:
        return came
    seconds = submission.total_seconds_late
    return f"{came}, {span(timedelta(seconds=seconds))} late" if seconds else f"{came}, in time"


def dates_of(submission: Any, like: datetime | None = None) -> str:
    """When a submission was due, with its extension, and when it came; "" if it was due at no date.

    The dates are in the time zone of `like`.
    """
    due = submission.assignment.duedate
    if due is None:
        return ""
    extended = f"with your extension {moment(submission.duedate, like)}" if submission.extension else ""
    return "; ".join(filter(None, (f"due {moment(due, like)}", extended, lateness(submission, like))))
