"""The class report of a university's class: small enough to send, and no wall of names."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from autograder.grading.results import FoundMistake, Result, Status, TestScore
from autograder.reports.class_page import class_page
from autograder.reports.record import Record

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


def page_of(size: int) -> str:
    draw = random.Random(1)
    results = tuple(student(number, draw) for number in range(size))
    made = datetime(2027, 3, 1, tzinfo=UTC)
    return class_page(
        Record(course="c", assignment="02", title="T", max_score=15, graded=made, results=results)
    )


def test_the_report_of_a_thousand_students_is_under_two_megabytes_and_folds_their_names():
    page = page_of(1000)
    assert len(page.encode()) < 2_000_000
    assert page.count("<details><summary>who</summary>") == len(MISTAKES)
    assert page.count("student.number.0999@") >= 1


def test_the_names_of_a_small_class_are_not_folded():
    assert "<details>" not in page_of(20)
