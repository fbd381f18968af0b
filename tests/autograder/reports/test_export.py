"""Grades for Canvas and Moodle, whatever students call themselves."""

from __future__ import annotations

import csv
import json
import os
import shutil
from datetime import timedelta

import pytest

from autograder.course import Assignment, CourseError, load_course
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.submissions.without_outputs import HANDED_IN, digest_of_file
from autograder.notebooks.release import release
from autograder.reports.export import (
    IGNORED,
    StudentPoints,
    canvas_rows,
    guarded,
    moodle_rows,
    read_grades,
    read_possible,
    write_csv,
)
from autograder.reports.feedback import handed_in_since
from autograder.reports.gradescope import write_autograder

POLICY = """
from nbgrader.plugins import LateSubmissionPlugin


class APoint(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 1


get_config().AssignLatePenalties.plugin_class = APoint
"""
ROSTER = """\
Student,ID,SIS User ID,SIS Login ID,Section,Sums (4711),Essay (4712)
    Points Possible,,,,,6,10
"Lee, Ana",17,u17,Ana,Monday,,
"""


@pytest.fixture
def graded(course):
    """ana with a late penalty of one point, a formula who waits for a person, ben who handed in nothing."""
    settings = course.root / "nbgrader_config.py"
    settings.write_text(settings.read_text(encoding="utf-8") + POLICY, encoding="utf-8")
    with open_gradebook(course) as gradebook:
        gradebook.add_student("ana", first_name="Ana", last_name="Lee", email="ana@example.org")
        gradebook.add_student("=cmd", first_name="@SUM(1)", last_name="-2")
        gradebook.add_student("ben")
        for student, points in (("ana", 2.5), ("=cmd", 1)):
            (notebook,) = gradebook.add_submission("01-sums", student).notebooks
            for grade in notebook.grades:
                grade.auto_score = points if grade.name == "total_empty_test" else 0
                grade.needs_manual_grade = student == "=cmd"
            if student == "ana":  # a day late
                notebook.assignment.timestamp = notebook.assignment.assignment.duedate + timedelta(days=1)
        gradebook.db.commit()
    return course


def test_points_are_the_gradebooks(graded):
    students, waiting = read_grades(graded, graded.assignments)
    assert {s.id: s.points for s in students} == {"=cmd": {"01-sums": 1}, "ana": {"01-sums": 1.5}, "ben": {}}
    assert waiting == 1


def test_canvas(graded, tmp_path):
    students, _ = read_grades(graded, graded.assignments)
    rows, unknown = canvas_rows(students, graded.assignments, read_possible(graded, graded.assignments))
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Sums"],
        ["    Points Possible", "", "", "", "", "6"],
        ["'-2, @SUM(1)", "", "", "'=cmd", "", "1"],
        ["Lee, Ana", "", "", "ana", "", "1.5"],
        ["ben", "", "", "ben", "", ""],
    ]
    assert unknown == []
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8-sig")
    rows, unknown = canvas_rows(students, graded.assignments, {"01-sums": 6}, [tmp_path / "roster.csv"])
    assert rows[0][-1] == "Sums (4711)"
    assert rows[2:] == [["Lee, Ana", "17", "u17", "Ana", "Monday", "1.5"]]
    assert unknown == ["=cmd", "ben"]


def test_moodle(graded, tmp_path):
    students, _ = read_grades(graded, graded.assignments)
    rows, unknown = moodle_rows(students, graded.assignments)
    assert unknown == []
    write_csv(tmp_path / "moodle.csv", rows)
    with (tmp_path / "moodle.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["First name", "Last name", "ID number", "Email address", "Sums"],
        ["'@SUM(1)", "'-2", "'=cmd", "", "1"],
        ["Ana", "Lee", "ana", "ana@example.org", "1.5"],
        ["", "", "ben", "", ""],
    ]


def test_no_cell_of_moodles_worksheet_is_a_formula(tmp_path):
    head = ["Identifier", "Full name", "Email address", "Grade", "Department", "Online text", "Feedback"]
    ana = ["Participant 1", "@Ana", "ana@example.org", "-", "=cmd", "+" * 200_000, "-"]
    write_csv(tmp_path / "worksheet.csv", [head, ana])
    points = StudentPoints("ana", "", "", "ana@example.org", {"01-sums": 1.5})
    assignment = Assignment(name="01-sums", title="Sums", notebooks={"sums": None})
    rows, _ = moodle_rows([points], [assignment], [tmp_path / "worksheet.csv"])
    assert rows[1] == [*ana[:1], "'@Ana", ana[2], "1.5", "'=cmd", "'" + "+" * 200_000, "-"]


@pytest.mark.parametrize(
    ("title", "ignored"), [("Final project", True), ("Current score", True), ("Sums", False)]
)
def test_titles_that_canvas_takes_for_its_own_totals(title, ignored):
    assert bool(IGNORED.search(title)) is ignored


WORKSHEETS = """\
Identifier,Full name,ID number,Email address,Grade
Participant 301,Ana Lee,m1,a.lee@uni.example,-
Participant 302,Lee Ana,m2,lee.a@uni.example,-
"""


def test_a_worksheet_finds_students_whom_the_course_knows_by_other_names(tmp_path):
    """By a list that has both names, else by Moodle's number under which the work was collected."""
    (tmp_path / "worksheet.csv").write_text(WORKSHEETS)
    (tmp_path / "canvas.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section\n'Lee Ana',9,M2,alee2,A\n"
    )
    both = [tmp_path / "worksheet.csv", tmp_path / "canvas.csv"]
    students = [StudentPoints(f"alee{n}", "", "", "", {"01-sums": n}) for n in (1, 2)]
    assignment = Assignment(name="01-sums", title="Sums", notebooks={"sums": None})
    expected = [*WORKSHEETS.splitlines()[1:]]
    for order in (both, both[::-1]):
        rows, unknown = moodle_rows(students, [assignment], order)
        assert (rows[1:], unknown) == ([[*expected[1].split(",")[:-1], "2"]], ["alee1"])
        rows, unknown = moodle_rows(students, [assignment], order, {"alee1": "301"})
        assert ([row[-1] for row in rows], unknown) == (["Grade", "1", "2"], [])
    rows, unknown = moodle_rows(students, [assignment], both, {"alee1": "302"})
    assert unknown == ["alee1"], "two students never share a row"
    rows, unknown = canvas_rows(students, [assignment], {"01-sums": 6}, both)
    assert (rows[2:], unknown) == ([["'Lee Ana'", "9", "M2", "alee2", "A", "2"]], ["alee1"])


def test_lists_that_look_alike(tmp_path):
    """Two worksheets of other columns, and a list of one's own with a number for each student."""
    (tmp_path / "a.csv").write_text("Identifier,Email address,Grade\nParticipant 1,ana@x.example,-\n")
    (tmp_path / "b.csv").write_text(
        "Identifier,Email address,Status,Grade\nParticipant 2,ben@x.example,Late,-\n"
    )
    students = [StudentPoints(n, "", "", f"{n}@x.example", {"01-sums": 1.5}) for n in ("ana", "ben")]
    assignment = Assignment(name="01-sums", title="Sums", notebooks={"sums": None})
    rows, unknown = moodle_rows(students, [assignment], [tmp_path / "a.csv", tmp_path / "b.csv"])
    assert rows[1:] == [
        ["Participant 1", "ana@x.example", "1.5", ""],
        ["Participant 2", "ben@x.example", "1.5", "Late"],
    ]
    assert unknown == []
    (tmp_path / "canvas.csv").write_text(ROSTER)
    (tmp_path / "own.csv").write_text("Student,ID,Login\nAna Lee,4711,ana\nBen Lee,4712,ben\n")
    for names in (("canvas", "own"), ("own", "canvas")):
        lists = [tmp_path / f"{name}.csv" for name in names]
        rows, unknown = canvas_rows(students, [assignment], {"01-sums": 6}, lists)
        assert (rows[2:], unknown) == ([["Lee, Ana", "17", "u17", "Ana", "Monday", "1.5"]], ["ben"])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(text):
    assert guarded(text) == f"'{text}"
    assert guarded(f"x{text}") == f"x{text}"


@pytest.mark.parametrize("noted", [True, False])
def test_what_was_handed_in_again_since_it_was_graded_has_no_points(graded, hand_in, tmp_path, noted):
    """Also if the grading did not note which file it was: then the file is newer."""
    (assignment,) = graded.assignments
    path = hand_in("ana")
    os.utime(path, (10**9, 10**9))
    notebook = json.loads(path.read_text(encoding="utf-8"))
    if noted:
        notebook["metadata"][HANDED_IN] = digest_of_file(path.read_bytes())
    folder = graded.autograded("ana", assignment.name)
    folder.mkdir(parents=True)
    (folder / "sums.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    assert write_autograder(graded, assignment, tmp_path / "a.zip") == (1, {})
    assert handed_in_since(graded, assignment) == []
    path = hand_in("ana", add="def add(a, b):\n    return a + b")
    os.utime(path, (2 * 10**9, 2 * 10**9))
    assert handed_in_since(graded, assignment) == ["ana"]
    written, left = write_autograder(graded, assignment, tmp_path / "a.zip")
    assert (written, left) == (0, {"handed in again since it was graded; run cs-conv grade": ["ana"]})


def test_another_version_is_noticed_whatever_its_files_are(course, hand_in, tmp_path):
    """One notebook more, one less, or a file that says that it is older than it was here."""
    text = (course.root / "course.yml").read_text(encoding="utf-8")
    (course.root / "course.yml").write_text(text.replace("{sums: 6}", "[more, sums]"), encoding="utf-8")
    shutil.copy(course.answers / "01-sums/sums.py", course.answers / "01-sums/more.py")
    (assignment,) = (two := load_course(course.root)).assignments
    release(two, assignment)
    with open_gradebook(two) as gradebook:
        gradebook.add_student("ana")
        gradebook.add_submission("01-sums", "ana")
    path = hand_in("ana")
    folder = two.autograded("ana", "01-sums")
    folder.mkdir(parents=True)

    def graded() -> None:
        for each in path.parent.glob("*.ipynb"):
            notebook = json.loads(each.read_text(encoding="utf-8"))
            notebook["metadata"][HANDED_IN] = digest_of_file(each.read_bytes())
            (folder / each.name).write_text(json.dumps(notebook), encoding="utf-8")
        assert (handed_in_since(two, assignment), exported()) == ([], 1)

    def exported() -> int:
        return write_autograder(two, assignment, tmp_path / "a.zip")[0]

    graded()
    shutil.copy(path, path.with_name("more.ipynb"))
    assert (handed_in_since(two, assignment), exported()) == (["ana"], 0)
    graded()
    path.with_name("more.ipynb").unlink()
    hand_in("ana", add="def add(a, b):\n    return a + b")
    assert (handed_in_since(two, assignment), exported()) == (["ana"], 0)
    (folder / "more.ipynb").unlink()
    graded()
    hand_in("ana")
    os.utime(path, (10**9, 10**9))
    assert (handed_in_since(two, assignment), exported()) == (["ana"], 0)


@pytest.mark.parametrize("text", ["", "name,points\n", "Student\n\0"])
def test_a_roster_that_is_none(tmp_path, text):
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(CourseError, match=r"roster\.csv"):
        canvas_rows([], [], {}, [tmp_path / "roster.csv"])
