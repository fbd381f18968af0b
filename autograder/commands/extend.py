"""`cs-conv extend`: more time for a student, before or after the hand-in, and even after grading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.markup import escape

from autograder.commands.selection import instructors_course
from autograder.course import Assignment, Course, CourseError
from autograder.course.dates import moment, span
from autograder.course.description import read_date
from autograder.grading.gradebook.extensions import extensions, lateness, set_extension
from autograder.grading.gradebook.late_penalty import LatePolicy
from autograder.grading.gradebook.open import has_gradebook, one_commit, open_gradebook, require_release
from autograder.grading.gradebook.own_tables import make_tables
from autograder.grading.submissions.students import about_removed, removed, students_who_handed_in
from autograder.terminal import console, count, printable

MOST_DAYS = 3650
"""The longest extension."""


def run(
    student: str | None,
    name: str | None,
    days: float | None,
    hours: float | None,
    until: str | None,
    why: str,
    undo: bool,
    folder: Path | None,
) -> None:
    """Grant an extension or take it back; without a student, list all that were granted."""
    course = instructors_course(folder)
    if student is None or name is None:
        if student is not None or undo or (days, hours, until) != (None, None, None):
            raise CourseError("name a student and an assignment, as in: cs-conv extend ana 02 --days 3")
        _list(course)
        return
    assignment = course.assignment(name)
    require_release(course, assignment.name)
    _require_student(course, student)
    with open_gradebook(course) as gradebook:
        due = gradebook.find_assignment(assignment.name).duedate
        if due is None:
            raise CourseError(
                f"{assignment.name} has no due date, so nothing is late; give it one: "
                f"cs-conv due {assignment.name} 2027-02-12"
            )
        more = None if undo else _asked(due.replace(tzinfo=UTC), days, hours, until)
        for sentence in _grant(course, gradebook, assignment, student, more, why):
            console.print(escape(printable(sentence)), highlight=False, soft_wrap=True)


def _asked(due: datetime, days: float | None, hours: float | None, until: str | None) -> timedelta:
    """How much more time was asked for."""
    if until is not None and (days, hours) == (None, None):
        try:
            more = read_date(until) - due
        except ValueError as error:
            raise CourseError(f"--until: {error}") from None
    elif until is None and (days, hours) != (None, None):
        long = (days or 0) + (hours or 0) / 24
        if not -MOST_DAYS <= long <= MOST_DAYS:
            raise CourseError(f"that is {long:g} days; an extension may have {MOST_DAYS}")
        more = timedelta(days=days or 0, hours=hours or 0)
    else:
        raise CourseError("say how long: --days 3, --hours 12 or both, or --until '2027-02-15 23:59 +01:00'")
    if more <= timedelta(0):
        raise CourseError(
            f"that is {span(more)} before it is due ({moment(due)}); to take an extension back: --undo"
        )
    return more


def _grant(
    course: Course, gradebook: Any, assignment: Assignment, student: str, more: timedelta | None, why: str
) -> list[str]:
    """Write it into the gradebook; returns what it means for the student, in sentences."""
    late = LatePolicy(course)
    make_tables(gradebook)
    earlier = extensions(gradebook, assignment.name).get(student)
    if more is None and earlier is None:
        raise CourseError(f"{student} has no extension for {assignment.name}")
    due = gradebook.find_assignment(assignment.name).duedate
    with one_commit(gradebook):
        said = [
            f"{student} has until {moment(due + (more or timedelta()), assignment.due)} for {assignment.name}"
        ]
        said[0] += f": {span(more)} more" if more else ", as everybody"
        if earlier is not None and earlier.more != more:
            said[0] += f"; before it was {span(earlier.more)} more"
        before = _worth(late, gradebook, assignment, student)
        submission = set_extension(gradebook, assignment.name, student, more, why)
        gradebook.db.flush()
        if submission is None:
            return [*said, "nothing was handed in yet"]
        late.enter(submission)
        said.append(lateness(submission, assignment.due))
        after = late.final_score(submission)
        if before != after:
            said.append(f"points: {before:g} before, {after:g} now; run: cs-conv feedback {assignment.name}")
    return said


def _worth(late: LatePolicy, gradebook: Any, assignment: Assignment, student: str) -> float | None:
    found = [s for s in gradebook.assignment_submissions(assignment.name) if s.student_id == student]
    return late.final_score(found[0]) if found else None


def _require_student(course: Course, student: str) -> None:
    """Raise CourseError if there is no such student."""
    known = set(students_who_handed_in(course))
    if has_gradebook(course):
        with open_gradebook(course) as gradebook:
            known |= {each.id for each in gradebook.students}
    if student in removed(course):
        raise CourseError(about_removed([student]))
    if student not in known:
        raise CourseError(
            f"{student}: no such student in {course.submitted()} or the gradebook; known are "
            f"{', '.join(sorted(known)) or 'none yet'}; to add one, run: nbgrader db student add {student}"
        )


def _list(course: Course) -> None:
    found = 0
    if has_gradebook(course):
        with open_gradebook(course) as gradebook:
            dates = {each.name: each.due for each in course.assignments}
            for known in gradebook.assignments:
                for each in extensions(gradebook, known.name).values():
                    found += 1
                    why = f" ({each.why})" if each.why else ""
                    until = known.duedate and moment(known.duedate + each.more, dates.get(known.name))
                    until = f"until {until}, " if until else ""
                    line = f"{each.student}  {known.name}  {until}{span(each.more)} more{why}"
                    console.print(escape(printable(line)), highlight=False)
    console.print(count(found, "extension"), highlight=False)
