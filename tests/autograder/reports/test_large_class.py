"""The class report of a university's class: small enough to send, and no wall of names."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, event, inspect, text

from autograder.course import Course
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.gradebook.own_tables import make_tables
from autograder.grading.results import FoundMistake, Result, Status, TestScore
from autograder.reports.class_page import class_page
from autograder.reports.export import read_grades
from autograder.reports.record import Record
from autograder.reports.refresh_record import refresh_record
from tests.autograder.conftest import NAME

ASPECTS = tuple(f"aspect {number} of an exercise" for number in range(15))
MISTAKES = [
    FoundMistake(exercise="conv_forward", name=f"mistake number {number}", advice="Look at the border. " * 5)
    for number in range(40)
]


def student(number: int, draw: random.Random) -> Result:
    """A student with points for some of 15 tests, and up to four mistakes."""
    made = draw.sample(MISTAKES, draw.randrange(5))
    tests = tuple(
        TestScore(
            notebook="conv_forward",
            grade_id=f"conv_forward_test_{place}",
            score=float(place >= len(made)),
            max_score=1,
            exercise="conv_forward",
            aspect=aspect,
            passed=place >= len(made),
            mistakes=tuple(made[place : place + 1]),
        )
        for place, aspect in enumerate(ASPECTS)
    )
    return Result(
        student=f"student.number.{number:04}@university.example",
        assignment="02-conv-forward",
        status=Status.GRADED,
        score=15.0 - len(made),
        max_score=15,
        tests=tests,
    )


def page_of(size: int, crashed: int | None = None) -> str:
    draw = random.Random(1)
    results = [student(number, draw) for number in range(size)]
    if crashed is not None:
        results[crashed] = results[crashed].model_copy(update={"status": Status.CRASHED})
    made = datetime(2027, 3, 1, tzinfo=UTC)
    return class_page(
        Record(course="c", assignment="02", title="T", max_score=15, graded=made, results=tuple(results))
    )


def test_the_report_of_a_thousand_students_is_under_two_megabytes_and_folds_their_names():
    page = page_of(1000)
    assert len(page.encode()) < 2_000_000
    assert page.count("<details><summary>who</summary>") == len(MISTAKES)
    assert page.index("<summary>all 1000 students</summary>") < page.rindex("student.number.0999@")


def test_whose_grading_went_wrong_stands_before_the_thousand():
    page = page_of(1000, crashed=517)
    students = page[page.index("<h2>Students</h2>") :]
    first, all_of_them = students.split("<details><summary>all 1000 students</summary>")
    assert "Grading did not end well: 1" in first
    assert first.count("@university.example") == 1
    assert "student.number.0517@university.example" in first
    assert all_of_them.count("@university.example") == 1000


def test_the_names_of_a_small_class_are_not_folded():
    assert "<details>" not in page_of(20)


def enter(course: Course, first: int, size: int) -> None:
    """Enter students and their submissions, which nobody has graded, into the gradebook."""
    with open_gradebook(course) as gradebook:
        for number in range(first, first + size):
            gradebook.update_or_create_student(f"s{number}")
            gradebook.update_or_create_submission(NAME, f"s{number}")


def queries_of(course: Course) -> list[int]:
    """How many queries a report and an export take."""
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        refresh_record(course, course.assignments[0])
        report = len(asked)
        read_grades(course, course.assignments)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return [report, len(asked) - report]


def test_a_larger_class_takes_no_more_queries(course: Course):
    """With 14 queries for each submission, a report on 1,000 students read all grades 14,000 times."""
    enter(course, 0, 2)
    queries_of(course)  # what is made once
    few = queries_of(course)
    enter(course, 2, 20)
    assert len(refresh_record(course, course.assignments[0]).results) == 22
    assert queries_of(course) == few


def test_the_gradebook_finds_a_students_grades_without_reading_all(course: Course):
    with open_gradebook(course) as gradebook:
        make_tables(gradebook)
        make_tables(gradebook)
        for table, column in (
            ("grade", "notebook_id"), ("comment", "notebook_id"), ("base_cell", "notebook_id"),
            ("submitted_notebook", "assignment_id"), ("submitted_assignment", "student_id"),
        ):  # fmt: skip
            assert [column] in [
                index["column_names"] for index in inspect(gradebook.engine).get_indexes(table)
            ]
            plan = gradebook.db.execute(
                text(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {column} = 'x'")
            )
            assert f"USING INDEX cs_conv_{table}" in str(plan.all())
