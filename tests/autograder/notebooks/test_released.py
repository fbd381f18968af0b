"""Grading goes by what was released, and an assignment that people handed in can still be mended."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from autograder.commands.doctor import _releases
from autograder.commands.grade import _unexpected
from autograder.course import Course, CourseError, load_course
from autograder.grading.gradebook.discards import discard, discards
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.trusted.notebook.template import load_templates
from autograder.notebooks.changes_since_release import changes_since_release
from autograder.notebooks.files import graded_as, read_notebook, write_notebook
from autograder.notebooks.release import release

from .test_release import contents, rewrite

NAME = "01-sums"


def templates(course: Course):
    with open_gradebook(course) as gradebook:
        return load_templates(course, course.assignments[0], gradebook)


def changes(course: Course) -> list[str]:
    with open_gradebook(course) as gradebook:
        said = list(changes_since_release(course, course.assignments[0], gradebook))
    assert not said or f"run: cs-conv release {NAME}" in said[-1]
    return said[:-1]


def without(course: Course, grade_id: str) -> None:
    """Delete a cell of the release, as somebody does who tries the notebook out there."""
    path = course.releases / NAME / "sums.ipynb"
    notebook = read_notebook(path)
    notebook.cells = [cell for cell in notebook.cells if graded_as(cell).get("grade_id") != grade_id]
    write_notebook(notebook, path)


def forget(course: Course) -> None:
    """Make the gradebook one of an earlier version, which keeps no release."""
    with closing(sqlite3.connect(course.gradebook)) as gradebook:
        gradebook.execute("DROP TABLE cs_conv_release")


# The template


def test_nothing_has_changed_after_a_release(course):
    assert changes(course) == []


def test_what_becomes_of_the_folders_does_not_change_the_grading(course):
    before = templates(course)
    without(course, "total_test")
    assert templates(course) == before
    (said,) = changes(course)
    assert said.endswith("sums.ipynb is not what was released: gone: total_test")
    (course.releases / NAME / "sums.ipynb").write_text("{")
    assert templates(course) == before
    for folder in (course.releases, course.answers, course.source):
        for path in sorted(folder.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
    assert templates(course) == before


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("assert add(1, 2) == 3", "assert add(1, 2) == 4", "changed: add_test"),
        ("    result = 0\n", "    result = 0.0\n", "changed: total"),
        ('"points": 2', '"points": 1', "changed: total_test"),
        ("# Add without `sum`.", "# Add.", "gone: other cells; new: other cells"),
        ('"grade_id": "add_test"', '"grade_id": "add_tested"', "gone: add_test; new: add_tested"),
    ],
)
def test_a_source_that_changed_is_named(course, old, new, says):
    rewrite(course, old, new)
    assert [said.partition(": ")[2] for said in changes(course)] == [says]


def test_files_of_the_assignment_are_frozen_with_it(course):
    (course.answers / NAME / "numbers.txt").write_text("1 2 3")
    (said,) = changes(course)
    assert said.endswith("numbers.txt is new since the release")
    release(course, course.assignments[0])
    assert changes(course) == []
    (course.releases / NAME / "numbers.txt").unlink()
    assert templates(course)[1] == {"numbers.txt": b"1 2 3"}
    (said,) = changes(course)
    assert said.endswith("numbers.txt is gone since the release")


@pytest.mark.parametrize(
    ("due", "says"),
    [
        (
            "due: 2027-02-12 23:59 +01:00",
            "is due 2027-02-12 22:59 UTC; what is late goes by the gradebook, 2027",
        ),
        ("", "is due at no date; what is late goes by the gradebook, 2027-02-12 23:59 UTC"),
        ("due: 2027-02-13 00:59 +01:00", ""),
    ],
)
def test_a_due_date_that_changed_is_said(course, due, says):
    text = (course.root / "course.yml").read_text(encoding="utf-8")
    (course.root / "course.yml").write_text(text.replace("due: 2027-02-12 23:59 +00:00", due))
    moved = load_course(course.root)
    assert all(says in said for said in changes(moved))
    assert bool(changes(moved)) == bool(says)
    release(moved, moved.assignments[0])
    assert changes(moved) == []


def test_a_gradebook_of_an_earlier_version_serves_but_loses_no_test(course):
    before = templates(course)
    forget(course)
    assert [t.model_copy(update={"metadata": {}}).answer_names for t in templates(course)[0]] == [
        t.answer_names for t in before[0]
    ]
    assert changes(course) == []
    without(course, "total_test")
    with pytest.raises(CourseError, match=r"has lost cells .* total_test; nothing was graded; run: cs-conv"):
        templates(course)


def test_doctor_says_what_has_changed(course, monkeypatch):
    monkeypatch.chdir(course.root)
    assert list(_releases(course)) == []
    without(course, "total_test")
    (finding,) = _releases(course)
    assert (finding.what, finding.fine) == ("01-sums is as it was released", False)
    assert finding.advice == (
        "assignments/01-sums/sums.ipynb is not what was released: gone: total_test\n"
        "01-sums is graded as it was released; to grade with what is there now, run: cs-conv release 01-sums"
    )
    release(course, course.assignments[0])
    forget(course)
    (finding,) = _releases(course)
    assert "the gradebook keeps no copy of 01-sums" in finding.advice
    course.gradebook.unlink()
    assert list(_releases(course)) == [], "a learner has none"


def test_grading_says_what_has_changed(course, monkeypatch):
    monkeypatch.chdir(course.root)
    without(course, "total_test")
    assert _unexpected(course, course.assignments[0])[0].endswith("gone: total_test")


def test_an_answer_that_is_renamed_is_warned_of(judged):
    rewrite(judged, '"grade_id": "total",', '"grade_id": "sum_of",')
    (said,) = release(judged, judged.assignments[0]).remarks
    assert said.startswith("total is now called sum_of, and answers that were handed in as total will not be")


def test_nbgraders_own_generate_keeps_the_release_too(course):
    """As formgrader's button does."""
    forget(course)
    rewrite(course, "assert add(1, 2) == 3", "assert add(1, 2) == 3 != 4")
    from autograder.notebooks.source import build_source

    build_source(course, course.assignments[0])
    code = "import autograder.skip_slow_imports; from nbgrader.apps.nbgraderapp import main; main()"
    command = [sys.executable, "-c", code, "generate_assignment", NAME, "--force"]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert changes(course) == []
    (template,) = templates(course)[0]
    assert any("!= 4" in cell.source for cell in template.cells)


# Changes under submissions


@pytest.fixture
def judged(course: Course) -> Course:
    """ana and ben handed in; a person gave points and wrote a comment."""
    with open_gradebook(course) as gradebook:
        for student in ("ana", "ben"):
            gradebook.add_student(student)
            (notebook,) = gradebook.add_submission(NAME, student).notebooks
            for grade in notebook.grades:
                grade.auto_score, grade.needs_manual_grade = 1, False
        gradebook.find_grade("total_test", "sums", NAME, "ana").manual_score = 1.5
        gradebook.find_comment("total", "sums", NAME, "ana").manual_comment = "nearly"
        gradebook.db.commit()
    return course


def given(course: Course, student: str = "ana") -> dict[str, float | None]:
    with open_gradebook(course) as gradebook:
        (notebook,) = gradebook.find_submission(NAME, student).notebooks
        assert {c.manual_comment for c in notebook.comments if c.name == "total"} <= {"nearly", None}
        return {grade.name: grade.manual_score for grade in notebook.grades}


NEW_TEST = """
# %% nbgrader={"grade": true, "grade_id": "new_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
assert add(0, 0) == 0
"""  # noqa: E501


def test_a_test_is_added(judged):
    path = judged.answers / NAME / "sums.py"
    path.write_text(path.read_text(encoding="utf-8") + NEW_TEST, encoding="utf-8")
    rewrite(judged, '"points": 3', '"points": 1')
    made = release(judged, judged.assignments[0])
    assert made.remarks == ()
    assert given(judged) == {"add_test": None, "total_test": 1.5, "total_empty_test": None, "new_test": None}
    with open_gradebook(judged) as gradebook:
        assert gradebook.find_comment("total", "sums", NAME, "ana").manual_comment == "nearly"
        assert gradebook.find_grade("new_test", "sums", NAME, "ben").max_score == 2
        assert gradebook.find_grade("total_empty_test", "sums", NAME, "ben").max_score == 1
        assert gradebook.find_assignment(NAME).max_score == 6
    assert changes(judged) == []


def dropped(course: Course, grade_id: str) -> None:
    """Remove a test from the source and its points from course.yml."""
    path = course.answers / NAME / "sums.py"
    cells = path.read_text(encoding="utf-8").split("# %%")
    path.write_text("# %%".join(c for c in cells if f'"grade_id": "{grade_id}"' not in c), encoding="utf-8")


def test_a_test_is_dropped(judged):
    dropped(judged, "add_test")
    rewrite(judged, '"points": 2', '"points": 3')
    assert release(judged, judged.assignments[0]).remarks == ()
    assert given(judged) == {"total_test": 1.5, "total_empty_test": None}
    dropped(judged, "total_test")
    rewrite(judged, '"points": 3', '"points": 6')
    (said,) = release(judged, judged.assignments[0]).remarks
    assert said == "total_test is gone; 1 grade given by hand is kept and comes back with it"
    assert given(judged) == {"total_empty_test": None}


def test_a_test_that_comes_back_has_the_points_that_a_person_gave(judged):
    path = judged.answers / NAME / "sums.py"
    text = path.read_text(encoding="utf-8")
    for grade_id in ("total_test", "total"):
        dropped(judged, grade_id)
    rewrite(judged, '"points": 3', '"points": 5')
    release(judged, judged.assignments[0])
    path.write_text(text, encoding="utf-8")
    assert release(judged, judged.assignments[0]).remarks == ()
    assert given(judged) == {"add_test": None, "total_empty_test": None, "total_test": 1.5}
    assert given(judged, "ben")["total_test"] is None
    with open_gradebook(judged) as gradebook:
        assert gradebook.find_comment("total", "sums", NAME, "ana").manual_comment == "nearly"


def test_a_test_that_was_thrown_out_and_dropped_comes_back_with_the_points_that_a_person_gave(judged):
    path = judged.answers / NAME / "sums.py"
    text = path.read_text(encoding="utf-8")
    with open_gradebook(judged) as gradebook:
        discard(gradebook, NAME, gradebook.find_grade_cell("total_test", "sums", NAME), "none")
        gradebook.db.commit()
    dropped(judged, "total_test")
    rewrite(judged, '"points": 3', '"points": 5')
    (said,) = release(judged, judged.assignments[0]).remarks
    assert said == "total_test is gone; 1 grade given by hand is kept and comes back with it"
    path.write_text(text, encoding="utf-8")
    release(judged, judged.assignments[0])
    assert given(judged)["total_test"] == 1.5
    with open_gradebook(judged) as gradebook:
        assert discards(gradebook, NAME) == {}


def test_a_test_is_renamed(judged):
    rewrite(judged, '"grade_id": "total_test"', '"grade_id": "total_of_three"')
    assert release(judged, judged.assignments[0]).remarks == ()
    assert given(judged) == {"add_test": None, "total_of_three": 1.5, "total_empty_test": None}


def test_numbered_tests_are_renamed_in_a_row(judged):
    """A test that comes first gets the name of the one that was first, and so on."""
    path = judged.answers / NAME / "sums.py"
    text = path.read_text(encoding="utf-8")
    text = text.replace('"total_empty_test"', '"third"').replace('"total_test"', '"total_empty_test"')
    text = text.replace('"add_test"', '"total_test"').replace('"points": 3', '"points": 1')
    path.write_text(text + NEW_TEST.replace("new_test", "add_test"), encoding="utf-8")
    assert release(judged, judged.assignments[0]).remarks == ()
    assert given(judged) == {"add_test": None, "total_test": None, "total_empty_test": 1.5, "third": None}
    with open_gradebook(judged) as gradebook:
        assert gradebook.find_grade("add_test", "sums", NAME, "ana").auto_score is None, "it was not graded"


def test_a_test_whose_name_another_one_took_is_gone(judged):
    dropped(judged, "total_test")
    rewrite(judged, '"total_empty_test"', '"total_test"')
    rewrite(judged, '"points": 3', '"points": 5')
    (said,) = release(judged, judged.assignments[0]).remarks
    assert said.startswith("total_test (as it was) is gone; 1 grade given by hand is kept")
    assert given(judged) == {"add_test": None, "total_test": None}


def test_two_tests_change_names(judged):
    path = judged.answers / NAME / "sums.py"
    text = path.read_text(encoding="utf-8").replace('"total_test"', '"x"')
    path.write_text(text.replace('"add_test"', '"total_test"').replace('"x"', '"add_test"'), encoding="utf-8")
    assert release(judged, judged.assignments[0]).remarks == ()
    assert given(judged) == {"add_test": 1.5, "total_test": None, "total_empty_test": None}


def test_a_test_is_mended(judged):
    rewrite(judged, "assert total([1, 2, 3]) == 6", "assert total([1, 2, 4]) == 7")
    release(judged, judged.assignments[0])
    assert given(judged)["total_test"] == 1.5
    assert any("== 7" in cell.source for cell in templates(judged)[0][0].cells)


def test_points_by_hand_that_are_more_than_a_test_gives_now_are_said(judged):
    rewrite(judged, '"points": 2', '"points": 1')
    rewrite(judged, '"points": 3', '"points": 4')
    (said,) = release(judged, judged.assignments[0]).remarks
    assert said == "total_test is worth 1 now; 1 grade by hand above that stayed"
    assert given(judged)["total_test"] == 1.5
    assert release(judged, judged.assignments[0]).remarks == (), "it is said once"


def test_a_notebook_is_added_and_removed(judged):
    text = (judged.root / "course.yml").read_text(encoding="utf-8")
    path = judged.answers / NAME / "more.py"
    path.write_text(NEW_TEST.replace("add(0, 0)", "sum([])"), encoding="utf-8")
    (judged.root / "course.yml").write_text(text.replace("{sums: 6}", "{sums: 6, more: 2}"))
    course = load_course(judged.root)
    release(course, course.assignments[0])
    with open_gradebook(course) as gradebook:
        assert gradebook.find_grade("new_test", "more", NAME, "ben").max_score == 2
        assert gradebook.find_grade("total_test", "sums", NAME, "ana").manual_score == 1.5
        gradebook.find_grade("new_test", "more", NAME, "ben").manual_score = 1
        discard(gradebook, NAME, gradebook.find_grade_cell("new_test", "more", NAME), "full")
        gradebook.db.commit()
    (judged.root / "course.yml").write_text(text)
    path.unlink()
    (said,) = release(load_course(judged.root), judged.assignments[0]).remarks
    assert said == "more: new_test is gone; 1 grade given by hand is kept and comes back with it"
    assert given(judged)["total_test"] == 1.5


def test_a_release_that_is_refused_changes_no_gradebook(judged):
    before, was = contents(judged.releases), templates(judged)
    dropped(judged, "total_test")
    with pytest.raises(CourseError, match="worth 4 points together"):
        release(judged, judged.assignments[0])
    assert (contents(judged.releases), templates(judged)) == (before, was)
    assert given(judged)["total_test"] == 1.5
