"""Whose points change, by how much and why."""

from __future__ import annotations

from datetime import UTC, datetime

from autograder.grading.results import FoundMistake, Result, Status, TestScore
from autograder.reports.changes import changes, changes_table, summary
from autograder.reports.record import Record

from .test_reports import plain


def test_of(name: str, score: float, most: float, *mistakes: str) -> TestScore:
    found = tuple(FoundMistake(exercise="e", name=mistake) for mistake in mistakes)
    return TestScore(notebook="n", grade_id=name, score=score, max_score=most, mistakes=found)


test_of.__test__ = False  # type: ignore[attr-defined]


def record(**students: list[TestScore]) -> Record:
    results = [
        Result(
            student=student,
            assignment="01",
            status=Status.GRADED,
            score=sum(test.score for test in tests),
            max_score=sum(test.max_score for test in tests),
            tests=tuple(tests),
        )
        for student, tests in students.items()
    ]
    most = max((result.max_score for result in results), default=0.0)
    when = datetime(2027, 1, 1, tzinfo=UTC)
    return Record(
        course="c", assignment="01", title="One", max_score=most, graded=when, results=tuple(results)
    )


BEFORE = record(
    ana=[test_of("a", 2, 2), test_of("b", 1, 1)],
    ben=[test_of("a", 0, 2), test_of("b", 1, 1)],
    cleo=[test_of("a", 2, 2), test_of("b", 1, 1)],
)
AFTER = record(
    ana=[test_of("a", 2, 2), test_of("b", 1, 1)],
    ben=[test_of("a", 2, 2), test_of("b", 1, 1)],
    cleo=[test_of("a", 0, 2, "flipped"), test_of("b", 1, 1)],
)


def test_who_changes_by_how_much_and_why():
    ben, cleo = changes(BEFORE, AFTER)
    assert (ben.student, ben.more, ben.lowered, ben.reasons) == (
        "ben",
        2,
        False,
        ("a: 0 of 2 before, 2 of 2 now",),
    )
    assert (cleo.student, cleo.more, cleo.lowered, cleo.reasons) == (
        "cleo",
        -2,
        True,
        ("a: 2 of 2 before, 0 of 2 now (flipped)",),
    )
    assert summary([ben, cleo]) == "1 student with more points, 1 student with fewer"
    said = plain(changes_table("what changes", [ben, cleo]))
    assert "0 of 2 now (flipped)" in said


def test_nothing_changes():
    assert changes(BEFORE, BEFORE) == []
    assert summary([]) == "nobody's points change"
    absent = Result(student="zoe", assignment="01", status=Status.MISSING, score=0, max_score=3)
    assert changes(BEFORE, BEFORE.model_copy(update={"results": (*BEFORE.results, absent)})) == []


def test_new_and_dropped_tests_are_reasons():
    """Full points of a smaller maximum are no loss of share; the same points of a larger maximum are one."""
    now = record(ana=[test_of("a", 2, 2)], ben=[test_of("a", 0, 2), test_of("b", 1, 1), test_of("c", 0, 1)])
    ana, ben, cleo = changes(BEFORE, now)
    assert (ana.more, ana.reasons) == (-1, ("b is gone, with 1 of 1",))
    assert (ben.more, ben.lowered, ben.reasons) == (0, True, ("c is new: 0 of 1",))
    assert (cleo.after, cleo.reasons) == (None, ("no longer in the gradebook",))


def test_a_late_penalty_is_a_reason():
    (ana,) = (result for result in AFTER.results if result.student == "ana")
    late = AFTER.model_copy(
        update={
            "results": tuple(r.model_copy(update={"score": 2.5}) if r is ana else r for r in AFTER.results)
        }
    )
    found = {change.student: change for change in changes(AFTER, late)}
    assert found["ana"].reasons == ("0.5 points less for coming late, 0 before",)
