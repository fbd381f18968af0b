"""Bringing a record up to date: the gradebook's points may have changed since the last grading."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from autograder.course import Assignment, Course, CourseError
from autograder.grading.gradebook.late_penalty import LatePolicy
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.gradebook.own_tables import removed_students
from autograder.grading.gradebook.read import (
    judgement,
    read_submissions,
    scores_of,
    test_score,
    verdicts_on_disk,
)
from autograder.grading.results import Result, Status
from autograder.notebooks.points import possible_points
from autograder.reports.record import Record, earlier_record, store_record

OLDER = "the gradebook keeps the points of an earlier submission"


def refresh_record(course: Course, assignment: Assignment, fresh: Iterable[str] = ()) -> Record:
    """Update the record with the points that the gradebook has now, store it and return it.

    `fresh` names students whose results were just read from it.
    """
    return store_record(course, current_record(course, assignment, fresh))


def current_record(course: Course, assignment: Assignment, fresh: Iterable[str] = ()) -> Record:
    """The record with the points that the gradebook has now; nothing is written.

    The gradebook is what counts: people grade by hand, grant extensions and delete submissions, and
    nbgrader's own commands grade. Raises CourseError if neither it nor a record knows of any submission.
    """
    known: dict[str, Result] = {}
    graded = now = datetime.now(UTC).replace(microsecond=0)
    before = earlier_record(course, assignment.name)
    if before:
        known, graded = {result.student: result for result in before.results}, before.graded
    with open_gradebook(course) as gradebook:
        known = {student: known[student] for student in known.keys() - removed_students(gradebook)}
        submissions = {found.student.id: found for found in read_submissions(gradebook, assignment.name)}
        late = LatePolicy(course)
        results = known | {
            student: _as_in(submissions.get(student), known[student], late)
            for student in known.keys() - set(fresh)
        }
        most = possible_points(course, assignment, gradebook)
        for student in submissions.keys() - known.keys():
            verdicts = verdicts_on_disk(course, assignment, student)
            score, _, tests = scores_of(submissions[student], verdicts, late)
            results[student] = Result(
                student=student,
                assignment=assignment.name,
                status=Status.GRADED,
                score=score,
                max_score=most,
                tests=tests,
                engine="as the gradebook has it",
            )
    if not results:
        raise CourseError(f"{assignment.name} has not been graded yet; run: cs-conv grade {assignment.name}")
    return Record(
        course=course.id,
        assignment=assignment.name,
        title=assignment.title,
        max_score=most,
        graded=graded,
        read=now,
        results=tuple(results[s].model_copy(update={"max_score": most}) for s in sorted(results)),
    )


def _as_in(submission: Any, result: Result, late: LatePolicy) -> Result:
    """The result with the points of its submission in the gradebook, which is None if there is none."""
    if result.status is Status.NOT_GRADED:
        return result
    if submission is None:
        gone = "" if result.status is Status.MISSING else "the gradebook has no such submission any more"
        detail = result.detail or gone
        return result.model_copy(
            update={"status": Status.MISSING, "score": 0.0, "tests": (), "detail": detail}
        )
    grades = {(n.name, grade.name): grade for n in submission.notebooks for grade in n.grades}
    tests = []
    for test in result.tests:
        grade = grades.pop((test.notebook, test.grade_id), None)
        if grade is not None:
            tests.append(test.model_copy(update=judgement(grade)))
    if tests:
        tests += [test_score(notebook, grade, {}) for (notebook, _), grade in grades.items()]
    score, detail = late.final_score(submission), result.detail
    if result.status is Status.MISSING and score and OLDER not in detail:
        detail = "; ".join(filter(None, (detail, OLDER)))
    return result.model_copy(update={"score": score, "tests": tuple(tests), "detail": detail})
