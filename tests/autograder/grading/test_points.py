"""Points of tests, points by hand, what is possible and what waits: the same everywhere, halves included."""

from __future__ import annotations

import csv
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course, CourseError, load_course
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.interface import Submission
from autograder.grading.results import Status
from autograder.grading.stock.engine import NbgraderEngine
from autograder.notebooks.points import possible_points
from autograder.notebooks.release import release
from autograder.reports.class_page import class_page
from autograder.reports.feedback import Pages
from autograder.reports.record import write_json
from autograder.reports.refresh_record import refresh_record
from autograder.reports.tables import class_table, seen

NAME = "01-sums"
BY_HAND = """
# %% [markdown] nbgrader={"grade": true, "grade_id": "essay", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# Why?

# %% [markdown] nbgrader={"grade": false, "grade_id": "survey", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": true}
# Ask three people.
"""  # noqa: E501
TESTS = ("add_test", "total_test", "total_empty_test")
CLASS = {
    # the points of the tests; of essay and survey, None where nobody has looked yet
    "all": ((1, 2, 3), (5, 4)),
    "good": ((1, 2, 3), (4, 4)),
    "waits": ((1, 2, 3), (None, None)),
    "half": ((1, 0, 0.5), (2.5, None)),
    "none": ((0, 0, 0), (0, 0)),
}
WORTH = {"all": 15, "good": 14, "waits": 6, "half": 4, "none": 0}


@pytest.fixture
def judged(course: Course) -> Course:
    """The sample course with 6 points by tests and 9 by hand, as the gradebook has it after some judging."""
    source = course.answers / NAME / "sums.py"
    source.write_text(source.read_text(encoding="utf-8") + BY_HAND, encoding="utf-8")
    release(course, course.assignments[0])
    with open_gradebook(course) as gradebook:
        for student, (automatic, manual) in CLASS.items():
            gradebook.add_student(student)
            (notebook,) = gradebook.add_submission(NAME, student).notebooks
            auto = dict(zip(TESTS, automatic, strict=True))
            hand = dict(zip(("essay", "survey"), manual, strict=True))
            for grade in notebook.grades:
                grade.auto_score, grade.manual_score = auto.get(grade.name), hand.get(grade.name)
                grade.needs_manual_grade = grade.name in hand and hand[grade.name] is None
        gradebook.add_student("absent")
        gradebook.db.commit()
    return course


def words(renderable: object) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(renderable)
    return " ".join(capture.get().split())


def test_the_record(judged):
    record = refresh_record(judged, judged.assignments[0])
    results = {result.student: result for result in record.results}
    assert {name: result.score for name, result in results.items()} == WORTH
    assert {result.max_score for result in results.values()} == {record.max_score} == {15}
    assert (results["half"].automatic.score, results["half"].automatic.possible) == (1.5, 6)
    assert (results["half"].by_hand.score, results["half"].by_hand.possible) == (2.5, 9)
    assert {name: r.waiting for name, r in results.items() if r.waiting} == {
        "waits": ("essay", "survey"),
        "half": ("survey",),
    }
    assert record.summary == (
        "5 submissions, mean 7.8, median 6 of 15 points, 1 with all points, 2 wait for a person"
    )


def test_nothing_by_hand_is_called_failed(judged):
    said = {r.student: seen(r) for r in refresh_record(judged, judged.assignments[0]).results}
    assert said == {
        "all": "",
        "good": "",
        "waits": "essay, survey wait for a person",
        "half": "failed: total_empty_test, total_test; survey waits for a person",
        "none": "no test passed",
    }


def page_of(course: Course, student: str) -> str:
    with open_gradebook(course) as gradebook:
        (page,) = Pages(course, course.assignments[0], gradebook).html(student, {}).values()
    return page


def test_the_table_the_page_and_the_json(judged, tmp_path):
    record = refresh_record(judged, judged.assignments[0])
    table = words(class_table(record))
    for points in ("15 / 15", "14 / 15", "6 / 15", "4 / 15", "0 / 15", "2 wait for a person"):
        assert points in table
    page = class_page(record)
    assert "4 of 5 judged by hand, mean 2.9 of 5" in page
    assert "3 of 5 judged by hand, mean 2.7 of 4" in page
    assert "mean of 15 points" in page
    assert "wait for a person" in page
    assert 'title="15 or more points: 1"' in page
    write_json(tmp_path / "grades.json", [record])
    (written,) = json.loads((tmp_path / "grades.json").read_text(encoding="utf-8"))["assignments"]
    assert (written["max_score"], written["waiting"]) == (15, 2)
    half = {r["student"]: r for r in written["results"]}["half"]
    assert half["automatic"] == {"score": 1.5, "possible": 6}
    assert half["by_hand"] == {"score": 2.5, "possible": 9}
    assert half["waiting"] == ["survey"]


def test_the_students_page(judged):
    page = page_of(judged, "half")
    for said in (
        "4 of 15",
        "1 of 3",
        "waiting for a person",
        "graded by hand",
        "A person has still to look at it",
    ):
        assert said in page, said
    page = page_of(judged, "good")
    assert "3 of 3" in page
    assert "✗" not in page
    assert "waiting for a person" not in page


def test_the_exports(judged, monkeypatch):
    monkeypatch.chdir(judged.root)
    for system in ("canvas", "moodle"):
        shown = CliRunner().invoke(app, ["export", system])
        assert "2 submissions wait for a person" in shown.output
        rows = list(csv.reader((judged.reports / f"{system}.csv").open(encoding="utf-8", newline="")))
        points = {(row[3] if system == "canvas" else row[2]): row[-1] for row in rows[1:]}
        assert points.pop("", "15") == "15", "Canvas' Points Possible"
        assert points == {name: f"{score:g}" for name, score in WORTH.items()} | {"absent": ""}


def test_a_grade_that_was_marked_for_review_waits(judged):
    with open_gradebook(judged) as gradebook:
        gradebook.find_grade("essay", "sums", NAME, "all").needs_manual_grade = True
        gradebook.db.commit()
    record = refresh_record(judged, judged.assignments[0])
    assert {r.student: r.waiting for r in record.results}["all"] == ("essay",)
    assert {r.student: r.score for r in record.results}["all"] == 15, "with the points that were given"


def test_a_test_that_was_not_run_yet_neither_failed_nor_waits(judged):
    refresh_record(judged, judged.assignments[0])
    with open_gradebook(judged) as gradebook:
        new = gradebook.find_grade("total_test", "sums", NAME, "all")
        new.auto_score, new.needs_manual_grade = None, True
        gradebook.db.commit()
    record = refresh_record(judged, judged.assignments[0])
    found = next(result for result in record.results if result.student == "all")
    assert (seen(found), found.score, found.status) == ("", 13, Status.GRADED)


# Halves


def halves(course: Course, points: str) -> Course:
    text = (course.root / "course.yml").read_text(encoding="utf-8")
    (course.root / "course.yml").write_text(text.replace("{sums: 6}", f"{{sums: {points}}}"))
    return load_course(course.root)


def test_half_points_in_courses_and_cells(bare):
    source = bare.answers / NAME / "sums.py"
    text = source.read_text(encoding="utf-8")
    for old, new in (('"points": 1', '"points": 0.1'), ('"points": 2', '"points": 0.2')):
        text = text.replace(old, new)
    source.write_text(text.replace('"points": 3', '"points": 3.5'), encoding="utf-8")
    course = halves(bare, "3.8")
    release(course, course.assignments[0])
    with open_gradebook(course) as gradebook:
        assert gradebook.find_assignment(NAME).max_score == pytest.approx(3.8)
    with pytest.raises(CourseError, match=r"worth 3\.8 points together, course\.yml says 4\.5"):
        release(halves(bare, "3.8"), halves_of(bare))


def halves_of(course: Course):
    text = (course.root / "course.yml").read_text(encoding="utf-8")
    (course.root / "course.yml").write_text(text.replace("3.8", "4.5"))
    return load_course(course.root).assignments[0]


@pytest.fixture
def unsaid(bare: Course) -> Course:
    """The sample course, whose course.yml has no points."""
    text = (bare.root / "course.yml").read_text(encoding="utf-8")
    (bare.root / "course.yml").write_text(text.replace("{sums: 6}", "[sums]"), encoding="utf-8")
    return load_course(bare.root)


def test_a_course_without_points_in_its_description_has_those_of_its_cells(unsaid, monkeypatch):
    monkeypatch.chdir(unsaid.root)
    source = unsaid.answers / NAME / "sums.py"
    source.write_text(source.read_text(encoding="utf-8").replace('"points": 3', '"points": 3.5'))
    assert "(6.5 points)" in CliRunner().invoke(app, ["release"]).output
    shown = CliRunner().invoke(app, ["progress"]).output
    assert "0 / 6.5" in shown
    source.write_text(source.read_text(encoding="utf-8") + BY_HAND, encoding="utf-8")
    assert "(15.5 points, 9 of them given by hand)" in CliRunner().invoke(app, ["release"]).output
    assert "0 / 6.5" in CliRunner().invoke(app, ["progress"]).output, "a person's points are not progress"
    with open_gradebook(unsaid) as gradebook:
        assert possible_points(unsaid, unsaid.assignments[0], gradebook) == 15.5


def test_without_a_gradebook_the_points_are_those_of_the_released_cells(unsaid, monkeypatch):
    release(unsaid, unsaid.assignments[0])
    unsaid.gradebook.unlink()
    monkeypatch.chdir(unsaid.root)
    assert "0 / 6" in CliRunner().invoke(app, ["progress"]).output
    shown = CliRunner().invoke(app, ["export", "canvas", "01"])
    assert shown.exit_code == 0, shown.output
    rows = list(csv.reader((unsaid.reports / "canvas.csv").open(encoding="utf-8", newline="")))
    assert rows[1][-1] == "6"


def test_a_gradebook_from_before_the_points_left_course_yml_stays_as_it_is(judged):
    before = refresh_record(judged, judged.assignments[0])
    text = (judged.root / "course.yml").read_text(encoding="utf-8")
    (judged.root / "course.yml").write_text(text.replace("{sums: 6}", "[sums]"), encoding="utf-8")
    course = load_course(judged.root)
    made = release(course, course.assignments[0])
    assert (made.changed, made.remarks, made.points.together) == (False, (), 15)
    after = refresh_record(course, course.assignments[0])
    assert after.results == before.results


def test_a_missing_submission_shows_all_that_was_possible(judged):
    """By nbgrader's own engine, too, which learns it before it starts."""
    (result,) = NbgraderEngine().grade(judged, [Submission("late", NAME)])
    assert (result.status, result.score, result.max_score) == (Status.MISSING, 0, 15)


@pytest.mark.parametrize("points", ["true", "'2'", ".nan", ".inf", "-0.5", "1e9", "[1]"])
def test_points_that_are_none(bare, points):
    with pytest.raises(CourseError, match=r"course\.yml, line \d+: .*sums"):
        halves(bare, points)


# Late


def test_points_typed_after_grading_are_late_as_well(judged):
    """The policy as it is now decides, not what it came to when the submission was graded."""
    with open_gradebook(judged) as gradebook:
        for student in ("good", "half"):
            submission = gradebook.find_submission(NAME, student)
            submission.timestamp = submission.assignment.duedate.replace(year=2028)
        gradebook.db.commit()

    def worth() -> dict[str, float | None]:
        return {r.student: r.score for r in refresh_record(judged, judged.assignments[0]).results}

    assert worth() == WORTH, "no policy"
    settings = judged.root / "nbgrader_config.py"
    policy = "\nget_config().LateSubmissionPlugin.penalty_method = 'zero'\n"
    settings.write_text(settings.read_text(encoding="utf-8") + policy, encoding="utf-8")
    assert worth() == WORTH | {"good": 0, "half": 0}
    said = {r.student: seen(r) for r in refresh_record(judged, judged.assignments[0]).results}
    assert said["good"] == "14 points less because it came late", "no zero without a cause"
    assert said["all"] == ""
    with open_gradebook(judged) as gradebook:
        gradebook.find_grade("survey", "sums", NAME, "half").manual_score = 4
        gradebook.db.commit()
    assert worth() == WORTH | {"good": 0, "half": 0}
    from autograder.reports.export import read_grades

    students, _ = read_grades(judged, judged.assignments)
    assert {s.id: s.points.get(NAME) for s in students} == WORTH | {"good": 0, "half": 0, "absent": None}
    page = page_of(judged, "half")
    assert "0 of 15" in page
    with open_gradebook(judged) as gradebook:
        from datetime import timedelta

        gradebook.find_submission(NAME, "good").extension = timedelta(days=999)
        gradebook.db.commit()
    assert worth()["good"] == 14, "an extension counts at once"


def test_without_a_due_date_nothing_is_late(judged):
    """nbgrader's own count fails where there is an extension of no due date."""
    from datetime import datetime, timedelta

    with open_gradebook(judged) as gradebook:
        gradebook.find_assignment(NAME).duedate = None
        submission = gradebook.find_submission(NAME, "all")
        submission.timestamp, submission.extension = datetime(2030, 1, 1), timedelta(days=1)
        gradebook.db.commit()
    assert {r.student: r.score for r in refresh_record(judged, judged.assignments[0]).results} == WORTH
