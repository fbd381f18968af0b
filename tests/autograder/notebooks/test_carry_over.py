"""A newer release: answers go along, by hand-ins and in a learner's copy, and no file is lost."""

from __future__ import annotations

import json

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import load_course
from autograder.grading.results import Status
from autograder.grading.stock.engine import NbgraderEngine
from autograder.grading.trusted import TrustedEngine
from autograder.notebooks.carry_over import carry_over
from autograder.notebooks.files import graded_as, read_notebook, write_notebook
from autograder.notebooks.own_copies import make_copies
from autograder.notebooks.release import release
from autograder.notebooks.unwritten import is_unanswered
from tests.autograder.conftest import NAME, RIGHT, submissions

MORE = '''

# %% answer="largest"
def largest(values):
    """Return the largest of a list."""
    ### BEGIN SOLUTION
    return max(values)
    ### END SOLUTION


# %% test="largest_test" points=4
assert largest([1, 3, 2]) == 3
'''
HELPER = "def plus(a, b):\n    return a + b"
USES_IT = "def add(a, b):\n    return plus(a, b)"


def release_anew(course, *changes, more=MORE):
    """Release with these changes of the source: an answer more, a test under another name."""
    path = course.answers / NAME / "sums.py"
    text = path.read_text(encoding="utf-8") + more
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    about = course.root / "course.yml"
    about.write_text(about.read_text(encoding="utf-8").replace("{sums: 6}", "[sums]"), encoding="utf-8")
    again = load_course(course.root)
    release(again, again.assignments[0])
    return again


RENAMED = ('"grade_id": "total_empty_test"', '"grade_id": "empty_test"')
OTHER_TEXT = ("# Add without `sum`.", "# Add by hand.")
WITHOUT_TOTAL = ('"grade_id": "total", "locked"', '"grade_id": "sum_of", "locked"')


@pytest.fixture
def copy(course):
    """The learner's copy of the old release, with an answer, a helper of their own and a changed trial."""
    make_copies(course, course.mine)
    path = course.mine / NAME / "sums.ipynb"
    notebook = read_notebook(path)
    at = next(n for n, cell in enumerate(notebook.cells) if graded_as(cell).get("grade_id") == "add")
    notebook.cells[at].source = USES_IT
    trial = next(cell for cell in notebook.cells if cell.source == "add(20, 22)")
    trial.source = "add(1, 1)"
    notebook.cells.insert(at, new_code_cell(HELPER, id="a-learners-cell"))
    notebook.cells.append(new_markdown_cell("my note", id="another"))
    write_notebook(notebook, path)
    return path


def sources(path):
    return [cell.source for cell in read_notebook(path).cells]


def answers(path):
    cells = read_notebook(path).cells
    return {graded_as(c)["grade_id"]: c.source for c in cells if graded_as(c).get("solution")}


def test_answers_and_own_cells_go_into_the_new_release(course, copy):
    before = copy.read_bytes()
    course = release_anew(course, RENAMED, OTHER_TEXT)
    (made,), revised = carry_over(course, course.assignments[0], course.mine)
    assert (made.answers, made.new, made.gone) == (("add",), ("largest",), ())
    assert revised == []
    assert made.kept.read_bytes() == before
    now = answers(copy)
    assert now["add"] == USES_IT
    assert is_unanswered(now["total"])
    assert is_unanswered(now["largest"])
    found = sources(copy)
    assert found.index(HELPER) == found.index(USES_IT) - 1, "a helper stays above the answer that needs it"
    assert found.index("my note") > found.index("add(1, 1)")
    assert "# Sums\n\nAdd by hand." in found
    tests = [
        graded_as(cell).get("grade_id") for cell in read_notebook(copy).cells if graded_as(cell).get("grade")
    ]
    assert tests == ["add_test", "total_test", "empty_test", "largest_test"]
    assert carry_over(course, course.assignments[0], course.mine) == ([], []), "once is enough"
    assert list(copy.parent.iterdir()) == [copy]


def test_an_answer_that_is_no_longer_asked_for_is_named_and_kept(course, copy):
    notebook = read_notebook(copy)
    for cell in notebook.cells:
        cell.source = RIGHT.get(graded_as(cell).get("grade_id", ""), cell.source)
    write_notebook(notebook, copy)
    course = release_anew(course, WITHOUT_TOTAL, more="")
    (made,), _ = carry_over(course, course.assignments[0], course.mine)
    assert (made.answers, made.new, made.gone) == (("add",), ("sum_of",), ("total",))
    assert RIGHT["total"] in sources(made.kept)


def test_other_code_is_a_reason_to_carry_answers_over(course, copy):
    course = release_anew(course, ("add(20, 22)", "add(20, 23)"), more="")
    (made,), _ = carry_over(course, course.assignments[0], course.mine)
    assert (made.answers, made.new, made.gone) == (("add",), (), ())
    assert "add(20, 23)" in sources(copy)
    assert "add(1, 1)" in sources(made.kept)


def test_a_text_that_was_revised_is_only_told_until_one_asks(course, copy):
    before = copy.read_bytes()
    course = release_anew(course, OTHER_TEXT, more="")
    assert carry_over(course, course.assignments[0], course.mine) == ([], [copy])
    assert copy.read_bytes() == before
    (made,), _ = carry_over(course, course.assignments[0], course.mine, always=True)
    assert made.answers == ("add",)
    assert "# Sums\n\nAdd by hand." in sources(copy)


def test_a_copy_of_this_release_stays_as_it_is_whatever_a_learner_did_to_it(course, copy):
    notebook = read_notebook(copy)
    notebook.cells = [cell for cell in notebook.cells if graded_as(cell).get("grade_id") != "total_test"]
    write_notebook(notebook, copy)
    before = copy.read_bytes()
    assert carry_over(course, course.assignments[0], course.mine, always=True) == ([], [])
    assert copy.read_bytes() == before


def test_a_copy_whose_ids_an_editor_dropped(course, copy):
    notebook = json.loads(copy.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        del cell["id"]
    notebook["nbformat_minor"] = 4
    copy.write_text(json.dumps(notebook), encoding="utf-8")
    assert carry_over(course, course.assignments[0], course.mine) == ([], [])
    course = release_anew(course)
    (made,), _ = carry_over(course, course.assignments[0], course.mine)
    assert made.answers == ("add",)
    assert HELPER in sources(made.kept)


@pytest.mark.parametrize("content", ["", "not a notebook", '{"cells": 3}'])
def test_what_is_no_notebook_is_left_alone(course, content):
    copy = course.mine / NAME / "sums.ipynb"
    copy.parent.mkdir(parents=True)
    copy.write_text(content)
    course = release_anew(course)
    assert carry_over(course, course.assignments[0], course.mine) == ([], [])
    assert copy.read_text() == content


@pytest.mark.parametrize(
    ("source", "unanswered"),
    [
        ('def f():\n    """Doc."""\n    # Write\n    raise NotImplementedError("not written yet")', True),
        ("def f():\n    raise NotImplementedError('not written yet')", True),
        ('def f():\n    """Doc."""\n    x = 1\n    raise NotImplementedError("not written yet")', False),
        ("def f():\n    return 1", False),
        ("def f(:", False),
        ("x = 3", False),
    ],
)
def test_what_counts_as_not_written(source, unanswered):
    assert is_unanswered(source) is unanswered


def test_lab_says_what_it_carried_over(course, copy, monkeypatch):
    monkeypatch.chdir(course.root)
    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", lambda words: None)
    release_anew(course, RENAMED)
    said = CliRunner().invoke(app, ["lab"]).output
    for words in (
        "new release  mine/01-sums/sums.ipynb",
        "carried over: add\n",
        "new: largest\n",
        "your old notebook is kept: mine/earlier/01-sums-",
    ):
        assert words in said
    again = CliRunner().invoke(app, ["lab"]).output
    assert not any(words in again for words in ("new release", "carried over", "is kept"))
    release_anew(course, OTHER_TEXT, more="")
    assert "run: cs-conv lab --update 01-sums" in CliRunner().invoke(app, ["lab"]).output
    assert "carried over: add\n" in CliRunner().invoke(app, ["lab", "--update", "01"]).output


# What was handed in before the new release


@pytest.mark.sandbox
def test_a_hand_in_of_the_old_release_is_graded_for_what_both_ask_for(course, hand_in):
    hand_in("old", **RIGHT)
    course = release_anew(course, RENAMED)
    hand_in("new", **RIGHT, largest="def largest(values):\n    return max(values)")
    results = {r.student: r for r in TrustedEngine(workers=1).grade(course, submissions("old", "new"))}
    assert {name: (r.score, r.max_score) for name, r in results.items()} == {"old": (6, 10), "new": (10, 10)}
    assert results["old"].status is Status.GRADED
    assert results["old"].detail == (
        "this is another release of the notebook, which does not ask for largest; "
        "the answers that both ask for were graded"
    )
    assert results["new"].detail == ""


@pytest.mark.slow
def test_nbgraders_own_engine_grades_the_tests_that_both_have(course, hand_in):
    hand_in("old", **RIGHT)
    course = release_anew(course, RENAMED)
    (result,) = NbgraderEngine().grade(course, submissions("old"))
    assert (result.status, result.score, result.max_score) == (Status.GRADED, 3, 10)
    assert result.detail == "test cells were removed from the notebook: empty_test, largest_test"
