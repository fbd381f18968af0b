"""A question that is thrown out counts in full or not at all, and nothing of it is lost."""

from __future__ import annotations

import shutil

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course
from autograder.grading.gradebook.discards import discard, discards, record
from autograder.grading.gradebook.kept_points import keep_points, kept_points
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.gradebook.own_tables import keep_outcomes
from autograder.grading.gradebook.read import set_missing_to_zero
from autograder.notebooks.release import release
from tests.autograder.conftest import NAME


@pytest.fixture
def judged(course: Course) -> Course:
    """ana has all points of the tests, ben has none; a person gave each 0.5 for total_test."""
    with open_gradebook(course) as gradebook:
        for student, share in (("ana", 1), ("ben", 0)):
            gradebook.add_student(student)
            for grade in gradebook.add_submission(NAME, student).notebooks[0].grades:
                grade.auto_score, grade.needs_manual_grade = share * grade.max_score, False
            gradebook.find_grade("total_test", "sums", NAME, student).manual_score = 0.5
        gradebook.db.commit()
    return course


def run(course: Course, *words: str) -> str:
    shown = CliRunner().invoke(
        app, ["discard", "01", *words, "--course", str(course.root)], env={"COLUMNS": "160"}
    )
    assert shown.exit_code in (0, 2), shown.output
    return " ".join(shown.output.split())


def worth(course: Course) -> tuple[float, float, float]:
    """The points of ana and ben, and the maximum, as nbgrader's own tools see them."""
    with open_gradebook(course) as gradebook:
        ana, ben = (gradebook.find_submission(NAME, student) for student in ("ana", "ben"))
        return ana.score, ben.score, gradebook.find_assignment(NAME).max_score


def test_all_get_the_points(judged: Course) -> None:
    assert worth(judged) == (4.5, 0.5, 6)
    said = run(judged, "total_test", "add_test", "--full-points")
    assert "total_test, 2: all who handed in have these points" in said
    assert "2 students with more points" in said
    assert worth(judged) == (6, 3, 6)
    assert "total_test, 2: all who" in run(judged)
    run(judged, "total_test", "add_test", "--undo")
    assert worth(judged) == (4.5, 0.5, 6), "with the points that a person gave"
    assert "nothing was thrown out" in run(judged)


@pytest.mark.slow
def test_it_counts_for_nobody(judged: Course) -> None:
    assert "and the maximum is less by as much" in run(judged, "total_test", "--no-points")
    assert worth(judged) == (4, 0, 4)
    run(judged, "total_test", "--full-points")
    assert worth(judged) == (6, 2, 6), "the other way replaces the first"
    run(judged, "total_test", "--undo")
    assert worth(judged) == (4.5, 0.5, 6)


def test_a_preview_writes_nothing(judged: Course) -> None:
    said = run(judged, "total_test", "--full-points", "--preview")
    assert "ben 0.5 / 6 2 / 6 +1.5 total_test: 0.5 of 2 before, 2 of 2 now" in said
    assert worth(judged) == (4.5, 0.5, 6)


@pytest.mark.slow
def test_what_is_graded_meanwhile_is_kept_and_comes_back(judged: Course) -> None:
    run(judged, "add_test", "--no-points")
    with open_gradebook(judged) as gradebook:
        for student, auto in (("ana", 0), ("ben", 1)):
            grade = gradebook.find_grade("add_test", "sums", NAME, student)
            record(gradebook, grade, discards(gradebook, NAME)["sums", "add_test"], auto, False)
        gradebook.db.commit()
    assert worth(judged) == (3.5, 0.5, 5)
    run(judged, "add_test", "--undo")
    assert worth(judged) == (3.5, 1.5, 6)


@pytest.mark.slow
def test_a_release_changes_nothing_of_it(judged: Course) -> None:
    run(judged, "total_test", "--no-points")
    run(judged, "add_test", "--full-points")
    source = judged.answers / NAME / "sums.py"
    text = source.read_text(encoding="utf-8").replace('"grade_id": "total_test"', '"grade_id": "of_three"')
    text = text.replace('"points": 1,', '"points": 2,').replace('"points": 3', '"points": 2')
    source.write_text(text, encoding="utf-8")
    assert release(judged, judged.assignments[0]).remarks == ()
    with open_gradebook(judged) as gradebook:
        assert {cell: out.how for (_, cell), out in discards(gradebook, NAME).items()} == {
            "add_test": "full",
            "of_three": "none",
        }
    assert worth(judged) == (5, 2, 4), "3 that ana had in the last test stay until it is graded again"
    run(judged, "of_three", "--undo")
    assert worth(judged) == (5.5, 2.5, 6)


def test_what_a_test_gave_is_kept_and_not_what_counts_instead(judged: Course) -> None:
    with open_gradebook(judged) as gradebook:
        given = gradebook.find_grade("add_test", "sums", NAME, "ana")
        keep_outcomes(gradebook, {given.id: "1.0 answers"})
        discard(gradebook, NAME, given.cell, "none")
        keep_points(gradebook, NAME)
        assert kept_points(gradebook, NAME) == {given.id: ("answers", 1)}


def test_a_grading_that_did_not_end_leaves_what_a_test_gave(judged: Course) -> None:
    run(judged, "add_test", "--no-points")
    graded = judged.autograded("ana", NAME)
    graded.mkdir(parents=True)
    shutil.copy(judged.releases / NAME / "sums.ipynb", graded)
    assert set_missing_to_zero(judged, judged.assignments[0], "ana", graded=False) == []
    run(judged, "add_test", "--undo")
    assert worth(judged) == (4.5, 0.5, 6)


def test_what_cannot_be_meant_is_answered_in_a_sentence(judged: Course) -> None:
    for words, says in [
        (["total_test"], "say how: --full-points gives all"),
        (["total_test", "--full-points", "--undo"], "say how"),
        (["tests", "--undo"], "01-sums has no question tests; it has add_test, total_test"),
        (["add_test", "--undo"], "add_test was not thrown out of 01-sums"),
    ]:
        assert says in run(judged, *words)
