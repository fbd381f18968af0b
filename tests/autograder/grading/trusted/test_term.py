"""A term as it is lived: late work, a wrong test found afterwards, an extension after grading, a question
thrown out, a student who leaves and one who joins. Nothing is lost, and each change is said.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course, load_course
from autograder.grading.gradebook.open import open_gradebook
from autograder.notebooks.files import graded_as, read_notebook, write_notebook
from tests.autograder.conftest import RIGHT, SAMPLE

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]

ONE, TWO = "01-sums", "02-more"
HALF = RIGHT | {"total": "def total(values):\n    return values[0] + sum(values[1:])"}
"""It fails for an empty list."""
WRONG_TEST = ("assert total([1, 2, 3]) == 6", "assert total([1, 2, 3]) == 7")
IN_TIME, LATE, VERY_LATE = "2027-02-12 10:00:00 UTC", "2027-02-13 10:00:00 UTC", "2027-03-20 10:00:00 UTC"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Two assignments; the first was written with a wrong test in it, which nobody has noticed."""
    root = tmp_path / "course"
    shutil.copytree(SAMPLE, root)
    source = root / "solutions" / ONE / "sums.py"
    shutil.copytree(source.parent, root / "solutions" / TWO)
    source.write_text(source.read_text(encoding="utf-8").replace(*WRONG_TEST), encoding="utf-8")
    text = (root / "course.yml").read_text(encoding="utf-8")
    text = text.replace("assignments:", "late: {percent_a_day: 10, days: 7}\nassignments:")
    text += text[text.index("  - name") :].replace(ONE, TWO).replace("due: 2027-02-12", "due: 2027-03-12")
    (root / "course.yml").write_text(text, encoding="utf-8")
    return load_course(root)


def said(course: Course, *words: str) -> str:
    """What a command of `cs-conv` says."""
    shown = CliRunner().invoke(app, [*words, "--course", str(course.root)], env={"COLUMNS": "180"})
    assert shown.exit_code == 0, shown.output
    return " ".join(shown.output.split())


def nbgrader(course: Course, *words: str) -> None:
    """One of nbgrader's own commands."""
    command = [sys.executable, "-m", "nbgrader", *words]
    subprocess.run(command, cwd=course.root, check=True, capture_output=True)


def hand_in(course: Course, student: str, assignment: str, when: str, answers: dict[str, str]) -> None:
    notebook = read_notebook(course.releases / assignment / "sums.ipynb")
    for cell in notebook.cells:
        cell.source = answers.get(graded_as(cell).get("grade_id", ""), cell.source)
    folder = course.submitted(student, assignment)
    write_notebook(notebook, folder / "sums.ipynb")
    (folder / "timestamp.txt").write_text(when, encoding="utf-8")


def exported(course: Course) -> dict[str, list[str]]:
    """The points in the file for Moodle, by student."""
    said(course, "export", "moodle", ONE, TWO)
    rows = list(csv.reader((course.reports / "moodle.csv").open(encoding="utf-8", newline="")))
    return {row[2]: row[4:] for row in rows[1:]}


def test_a_term(course: Course) -> None:
    said(course, "release")

    # The first assignment: ben is a day late, dora hands in weeks late, cleo nothing.
    for student, when, answers in (
        ("ana", IN_TIME, RIGHT),
        ("ben", LATE, RIGHT),
        ("cleo", IN_TIME, HALF),
        ("dora", VERY_LATE, RIGHT),
    ):
        hand_in(course, student, ONE, when, answers)
    text = said(course, "grade", ONE)
    assert "ana graded 4 / 6" in text, "total_test is wrong, so nobody passes it"
    assert "ben graded 3.6 / 6" in text
    assert "cleo graded 1 / 6" in text
    assert "dora graded 0 / 6" in text

    # A person looks at cleo's answer, gives 2.5 points by hand, and writes why.
    with open_gradebook(course) as gradebook:
        given = gradebook.find_grade("total_empty_test", "sums", ONE, "cleo")
        given.manual_score, given.needs_manual_grade = 2.5, False
        gradebook.find_comment("total", "sums", ONE, "cleo").manual_comment = "nearly"
        gradebook.db.commit()
    assert exported(course) == {"ana": ["4", ""], "ben": ["3.6", ""], "cleo": ["3.5", ""], "dora": ["0", ""]}

    # The wrong test is noticed and mended. First it is asked what that would do, then it is done.
    source = course.answers / ONE / "sums.py"
    text = source.read_text(encoding="utf-8").replace(*WRONG_TEST[::-1])
    source.write_text(text, encoding="utf-8")
    text = said(course, "regrade", ONE, "--preview")
    assert "ana 4 / 6 6 / 6 +2 total_test: 0 of 2 before, 2 of 2 now" in text
    assert "ben 3.6 / 6 5.4 / 6 +1.8" in text
    assert "3 students with more points" in text
    assert exported(course)["ana"] == ["4", ""], "a preview changes nothing"
    said(course, "regrade", ONE)
    assert exported(course) == {
        "ana": ["6", ""],
        "ben": ["5.4", ""],
        "cleo": ["5.5", ""],
        "dora": ["0", ""],
    }

    # ben was ill. cleo gets more time for the second assignment before she hands in.
    text = said(course, "extend", "ben", ONE, "--days", "2", "--why", "ill")
    assert "points: 5.4 before, 6 now" in text
    assert "nothing was handed in yet" in said(course, "extend", "cleo", TWO, "--until", "2027-03-21")

    # ana leaves, emil joins.
    nbgrader(course, "db", "student", "remove", "ana", "--force")
    hand_in(course, "emil", TWO, VERY_LATE, RIGHT)
    hand_in(course, "ana", TWO, IN_TIME, RIGHT)
    hand_in(course, "ben", TWO, IN_TIME, HALF)
    hand_in(course, "cleo", TWO, VERY_LATE, HALF)
    text = said(course, "grade", TWO)
    assert "ana: taken out of the gradebook, so not graded" in text
    assert "ben graded 3 / 6" in text
    assert "cleo graded 3 / 6" in text, "her extension waited for her submission"
    assert "dora missing" in text
    assert "emil graded 0 / 6" in text, "eight days late, and nothing counts after seven"

    # The last question of the second assignment was unfair: all get it. Of the first, one counts no more.
    text = said(course, "discard", TWO, "total_empty_test", "--full-points")
    assert "2 students with more points" in text
    text = said(course, "discard", ONE, "add_test", "--no-points")
    assert "ben 6 / 6 5 / 5 -1" in text
    assert exported(course) == {
        "ben": ["5", "6"],
        "cleo": ["4.5", "6"],
        "dora": ["0", ""],
        "emil": ["", "0"],
    }

    # Everything once more: nothing changes, ana stays away, and what cleo was given is there.
    for name in (ONE, TWO):
        assert "nobody's points change" in said(course, "regrade", name)
    assert list(exported(course)) == ["ben", "cleo", "dora", "emil"]
    with open_gradebook(course) as gradebook:
        assert gradebook.find_grade("total_empty_test", "sums", ONE, "cleo").manual_score == 2.5
        assert gradebook.find_comment("total", "sums", ONE, "cleo").manual_comment == "nearly"
    said(course, "discard", ONE, "add_test", "--undo")
    said(course, "discard", TWO, "total_empty_test", "--undo")
    said(course, "extend", "ben", ONE, "--undo")
    assert exported(course)["ben"] == ["5.4", "3"]

    # The pages say when it was due and when it came.
    said(course, "feedback")
    page = (course.feedback("cleo", TWO) / "sums.html").read_text(encoding="utf-8")
    assert "due 2027-03-12 23:59 UTC; with your extension 2027-03-21 23:59 UTC; handed in" in page
    assert not course.feedback("ana").exists()
