"""Extensions and late policies reach nbgrader's gradebook, whoever writes to it and in whatever order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course, load_course
from autograder.grading.gradebook.extensions import extensions
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.nbgrader_settings import settings
from autograder.reports.feedback import Pages
from autograder.reports.refresh_record import refresh_record
from tests.autograder.conftest import NAME

LATE = datetime(2027, 2, 14, 12, 0)


@pytest.fixture
def strict(course: Course) -> Course:
    """The sample course with a late policy; ana came 36 hours late, ben has not handed in."""
    path = course.root / "course.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("assignments:", "late: {percent_a_day: 10}\nassignments:"), encoding="utf-8")
    with open_gradebook(course) as gradebook:
        for student in ("ana", "ben"):
            gradebook.add_student(student)
        _hand_in(gradebook, "ana")
    return load_course(course.root)


def _hand_in(gradebook, student: str) -> None:
    submission = gradebook.add_submission(NAME, student)
    submission.timestamp = LATE
    for grade in submission.notebooks[0].grades:
        grade.auto_score, grade.needs_manual_grade = grade.max_score, False
    gradebook.db.commit()


def run(course: Course, *words: str) -> str:
    shown = CliRunner().invoke(app, [*words, "--course", str(course.root)], env={"COLUMNS": "160"})
    assert shown.exit_code in (0, 2), shown.output
    return " ".join(shown.output.split())


def worth(course: Course) -> dict[str, float | None]:
    return {r.student: r.score for r in refresh_record(course, course.assignments[0]).results}


def test_an_extension_after_grading_changes_the_points_and_can_be_taken_back(strict: Course) -> None:
    assert worth(strict) == {"ana": pytest.approx(4.8)}
    said = run(strict, "extend", "ana", "01", "--days", "3", "--why", "ill")
    assert "ana has until 2027-02-15 23:59 UTC for 01-sums: 3 days more" in said
    assert "handed in 2027-02-14 12:00 UTC, in time points: 4.8 before, 6 now" in said
    assert worth(strict) == {"ana": 6}
    assert "ana 01-sums until 2027-02-15 23:59 UTC, 3 days more (ill) 1 extension" in run(strict, "extend")
    listed = run(strict, "due")
    assert "ana until" in listed
    assert "2027-02-15 23:59" in listed, "in a narrow window its column wraps"
    assert "12 hours more; before it was 3 days more" in run(strict, "extend", "ana", "01", "--hours", "12")
    assert worth(strict) == {"ana": pytest.approx(4.8)}, "a later one replaces the earlier"
    assert "as everybody; before it was 12 hours more" in run(strict, "extend", "ana", "01", "--undo")
    with open_gradebook(strict) as gradebook:
        submission = gradebook.find_submission(NAME, "ana")
        assert (submission.extension, extensions(gradebook, NAME)) == (None, {})
        assert submission.late_submission_penalty == pytest.approx(1.2), "for formgrader and nbgrader export"


@pytest.mark.slow
def test_an_extension_waits_for_the_submission(strict: Course) -> None:
    """Also if nbgrader's own commands enter it, or remove it and enter it again."""
    assert "nothing was handed in yet" in run(strict, "extend", "ben", "01", "--until", "2027-02-14 13:00")
    settings(strict)
    for _ in range(2):
        with open_gradebook(strict) as gradebook:
            _hand_in(gradebook, "ben")
            assert gradebook.find_submission(NAME, "ben").total_seconds_late == 0
        assert worth(strict)["ben"] == 6
        with open_gradebook(strict) as gradebook:
            gradebook.remove_submission(NAME, "ben")


def test_an_extension_that_nbgrader_granted_is_listed(strict: Course) -> None:
    with open_gradebook(strict) as gradebook:
        gradebook.grant_extension(NAME, "ana", days=1)
        assert extensions(gradebook, NAME)["ana"].more == timedelta(days=1)


def test_what_cannot_be_meant_is_answered_in_a_sentence(strict: Course) -> None:
    for words, says in [
        (["ana", "01"], "say how long: --days 3"),
        (["ana", "01", "--days", "1", "--until", "2027-03-01"], "say how long"),
        (["ana", "01", "--days", "-1"], "1 day before it is due (2027-02-12 23:59 UTC); to take"),
        (["ana", "01", "--until", "soon"], "--until: 'soon' is not a date"),
        (["ana", "01", "--days", "1e7"], "that is 1e+07 days; an extension may have 3650"),
        (["ana", "01", "--hours", "nan"], "that is nan days"),
        (["ana"], "name a student and an assignment"),
        (["ben", "01", "--undo"], "ben has no extension"),
        (["zoe", "01", "--days", "1"], "zoe: no such student"),
    ]:
        assert says in run(strict, "extend", *words)


@pytest.mark.slow
def test_a_due_date_is_changed_in_the_course_and_in_the_gradebook(strict: Course) -> None:
    said = run(strict, "due", "01", "2027-02-14 23:59 +01:00")
    assert "01-sums is due 2027-02-14 23:59 +01:00; before, 2027-02-12 23:59 UTC" in said
    assert "0 points less for coming late, 1.2 before" in said
    assert worth(load_course(strict.root)) == {"ana": 6}


def test_the_students_page_says_when_it_was_due_and_what_being_late_cost(strict: Course) -> None:
    def page() -> str:
        with open_gradebook(strict) as gradebook:
            (html,) = Pages(strict, strict.assignments[0], gradebook).html("ana", {}).values()
        return html

    assert (
        "due 2027-02-12 23:59 UTC; handed in 2027-02-14 12:00 UTC, 1.5 days late; 10% less for each day begun"
    ) in page()
    run(strict, "extend", "ana", "01", "--days", "3")
    assert "with your extension 2027-02-15 23:59 UTC; handed in 2027-02-14 12:00 UTC, in time<" in page()


def test_dates_are_told_in_the_zone_of_the_due_date(strict: Course) -> None:
    """The gradebook has them in UTC; students were told another hour."""
    text = (strict.root / "course.yml").read_text(encoding="utf-8")
    (strict.root / "course.yml").write_text(
        text.replace("2027-02-12 23:59 +00:00", "2027-02-13 01:59 +02:00"), encoding="utf-8"
    )
    course = load_course(strict.root)
    with open_gradebook(course) as gradebook:
        (html,) = Pages(course, course.assignments[0], gradebook).html("ana", {}).values()
    assert "due 2027-02-13 01:59 +02:00; handed in 2027-02-14 14:00 +02:00, 1.5 days late" in html
    said = run(course, "extend", "ana", "01", "--days", "3")
    assert "ana has until 2027-02-16 01:59 +02:00 for 01-sums" in said
    assert "handed in 2027-02-14 14:00 +02:00, in time" in said
    assert "ana 01-sums until 2027-02-16 01:59 +02:00, 3 days more" in run(course, "extend")
