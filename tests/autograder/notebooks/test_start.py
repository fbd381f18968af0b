"""Lesson 00: the planted bug gives the report that the text describes, and the numbers of the text are so."""

from __future__ import annotations

import numpy as np
import pytest

from autograder import judge, predict
from autograder.checks import Report
from autograder.demo.submissions import sample_students
from autograder.exercises.start.left_edges import exercise
from autograder.notebooks.files import graded_as, read_notebook
from cs_conv.data import photograph
from tests.autograder.conftest import REPOSITORY

left_edges = exercise.program


@pytest.fixture(scope="module")
def released():
    return read_notebook(REPOSITORY / "assignments" / "00-start" / "start.ipynb")


@pytest.fixture(scope="module")
def planted(released):
    """The function as students receive it."""
    (cell,) = [cell for cell in released.cells if graded_as(cell).get("grade_id") == "left_edges"]
    names = {"np": np}
    exec(cell.source, names)
    return names["left_edges"]


def test_the_planted_bug_is_named_by_a_report_of_five_parts(planted):
    verdict = judge("left_edges", planted)
    assert not any(aspect.passed for aspect in verdict.aspects), "a release as it stands earns nothing"
    assert [m.name for m in verdict.mistakes] == [exercise.mistakes[0].name]
    report = Report(verdict, "values")
    assert report.failure.case.args[0].shape == (1, 3), "question 1 names this size"
    lines = report.text().splitlines()
    beginnings = (
        "✗ left_edges",
        "This looks like",
        "`out` has",
        "The smallest failing case",
        "To see it again",
    )
    found = [next(n for n, line in enumerate(lines) if line.strip().startswith(b)) for b in beginnings]
    assert found == sorted(found)
    assert "column" in lines[found[2]]
    assert "seed=" in lines[found[4]]


def test_the_photograph_does_not_give_the_bug_away(planted):
    image = photograph()
    wrong = (planted(image) != left_edges(image)).any(axis=0)
    assert (wrong.sum(), wrong.size) == (1, 256)


def test_the_example_of_the_text():
    assert left_edges(np.array([[3, 5, 4]])).tolist() == [[0, 2, -1]]


@pytest.mark.parametrize(("number", "guess"), [(0, [[3, 2, 1]]), (1, 6), (2, 0)])
def test_each_prediction_has_its_answer(released, capsys, number, guess):
    cells = [cell.source for cell in released.cells if cell.source.startswith("predict(")]
    assert len(cells) == 3
    names = {"np": np, "left_edges": left_edges, "predict": predict, "mirror": np.fliplr, "guess": guess}
    exec(cells[number].replace(" ...,", " guess,"), names)
    assert capsys.readouterr().out.startswith("Right: ")


def test_a_sample_student_leaves_the_bug_in():
    assert not next(s for s in sample_students("00-start") if s.name == "george").answers
