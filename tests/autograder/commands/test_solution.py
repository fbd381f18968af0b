"""`cs-conv solution`: a hint at each call, then the answer, which is nowhere else."""

from __future__ import annotations

import inspect
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import CourseError, load_course
from autograder.grading.trusted.sandbox.contents import holdings
from autograder.learning.record import EARLIER_COUNT, FILE, LearnersRecord
from autograder.notebooks.own_copies import make_copies
from autograder.notebooks.regions import without_comments
from autograder.notebooks.solutions import find_solution, solutions
from tests.autograder.conftest import NAME, REPOSITORY
from tests.autograder.grading.trusted.notebook import Cell, outcome_of

HERE = load_course(REPOSITORY)
SOURCE = """
# %% solved="three"
def three():
    return 3

# %% [markdown]
# <details><summary>Hint 1: a nudge</summary>
#
# Look at `both` [of them](x).
#
# </details><details><summary>Hint 2: the idea</summary>
# Add.
# </details><details><summary>Hint 3: nearly the answer</summary>
# `a + b`
# </details>

# %% answer="one"
def one(a, b):
    ### BEGIN SOLUTION
    total = a + b  # a line that is longer than a terminal is wide: all of it is shown, without a break
    return total
    ### INSTEAD
    # return a
    ### END SOLUTION

# %% test="one_test" points=1
assert one(1, 2) == 3

# %% answer="two"
def two(a):
    ### BEGIN SOLUTION
    return 2 * a
    ### END SOLUTION

# %% [markdown]
# <details><summary>1. A question?</summary>
# Not a hint.
# </details>
"""


@pytest.fixture
def here(bare, monkeypatch):
    path = bare.answers / NAME / "sums.py"
    path.write_text(SOURCE + path.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.chdir(bare.root)
    return bare


def said(*words: str, code: int = 0) -> str:
    shown = CliRunner().invoke(app, ["solution", *words])
    assert shown.exit_code == code, shown.output
    return shown.output


def test_three_hints_come_first_one_at_each_call(here):
    first, second, third, answer, again = (said("one") for _ in range(5))
    assert "Hint 1: a nudge (of 3)" in first
    assert "Look at both of them" in first, "Markdown is shown as text"
    assert "To see the next hint: cs-conv solution one" in first
    assert "Hint 2: the idea (of 3)" in second
    assert "To see the answer: cs-conv solution one" in third
    assert not any("return total" in text for text in (first, second, third))
    assert answer == again
    assert "The idea. Add." in answer
    assert "without a break\n    return total\n" in answer
    assert "SOLUTION" not in answer
    assert "return a\n" not in answer


def test_now_shows_the_answer_and_counts_no_hint(here):
    assert "return total" in said("one", "--now")
    assert "Hint 1" in said("one")
    assert [event.hint for event in LearnersRecord(here.mine).shown("one")] == [None, 1]


def test_answers_below_one_text_share_its_hints_and_one_may_have_none(here):
    assert "Hint 1" in said("two")
    assert "return 3" in said("three")
    assert "total_of_both = a + b" in said("add", "--now"), "nbgrader's own metadata name an answer, too"


@pytest.mark.parametrize("file", [FILE, EARLIER_COUNT])
@pytest.mark.parametrize("content", ["", "[]", "{", '{"one": "x"}'])
def test_a_broken_record_begins_anew(here, file, content):
    here.mine.mkdir()
    (here.mine / file).write_text(content)
    assert "Hint 1" in said("one")
    assert "Hint 2" in said("one")


def test_hints_that_an_earlier_version_counted_still_count(here):
    here.mine.mkdir()
    (here.mine / EARLIER_COUNT).write_text('{"one": 2}')
    assert "Hint 3" in said("one")
    assert "return total" in said("one")


def test_an_unknown_name_gets_the_names_that_there_are(here):
    for name, words in (
        ("on", "is it one"),
        ("01", f"the exercises of {NAME} are three, one, two, add, total"),
        ("quux", "exercises are three, one, two, add, total"),
    ):
        with pytest.raises(CourseError, match=words):
            find_solution(here, name)
    shutil.rmtree(here.answers)
    with pytest.raises(CourseError, match="there are no solutions"):
        find_solution(here, "one")


def test_every_exercise_of_the_notebooks_has_its_answer_and_three_hints():
    from autograder.checks import find, names

    found = solutions(HERE)
    assert len(found) > 30
    for name, solution in found.items():
        assert f"def {name}(" in solution.code
        assert "SOLUTION" not in solution.code
        assert len(solution.hints) == (0 if name == "mirror" else 3), name
        program = find(name).program if name in names() else None  # some answers are judged through others
        code = without_comments(solution.code)
        assert program is None or code == without_comments(inspect.getsource(program)).rstrip()


def test_no_notebook_of_a_learner_and_no_release_gets_it(course, monkeypatch):
    monkeypatch.chdir(course.root)
    make_copies(course, course.mine)
    before = {p: p.read_bytes() for folder in (course.mine, course.releases) for p in folder.rglob("*.ipynb")}
    assert "total_of_both" in said("add", "--now")
    assert before
    assert all(p.read_bytes() == content and b"total_of_both" not in content for p, content in before.items())


@pytest.mark.parametrize("assignment", HERE.assignments, ids=lambda a: a.name)
def test_a_sandbox_holds_neither_solutions_nor_the_package_that_ships_them(assignment):
    shown = [source for source, _ in holdings(assignment.allow).binds]
    inside = Path(__file__).parents[3]
    ours = [Path(source).relative_to(inside) for source in shown if Path(source).is_relative_to(inside)]
    assert all(path.parts[0] == "cs_conv" for path in ours if ".venv" not in path.parts)
    for source in shown:
        assert not (Path(source) / "autograder").exists()
        assert "solutions" not in source
        assert "shipped" not in source


@pytest.mark.sandbox
def test_an_answer_that_asks_for_it_finds_nothing():
    answer = f"""
import os, subprocess, sys
def f():
    places = [{str(REPOSITORY / "solutions")!r}, {str(REPOSITORY / "autograder")!r}]
    there = [os.path.exists(place) for place in places]
    try:
        import autograder.notebooks.solutions
    except ImportError:
        there.append(False)
    return there
"""
    outcome = outcome_of(
        [Cell("answer", "f", "...", answer), Cell("test", "t", "assert not any(f())", points=1)]
    )
    assert [test.score for test in outcome.tests] == [1.0]
