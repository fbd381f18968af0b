"""Short markers in a source become what nbgrader notes on a cell."""

from __future__ import annotations

from dataclasses import replace

import nbformat
import pytest

from autograder.checks import Report, find, judge, registry
from autograder.checks.verdict import AspectResult
from autograder.course import CourseError
from autograder.notebooks.markers import expand
from autograder.notebooks.source import read_source

CHECK = 'check("conv_window", conv_window, "{}")'


def expanded(marker: dict[str, object], source: str = "assert True") -> dict[str, object]:
    cell = nbformat.v4.new_code_cell(source, metadata=marker)
    expand(cell)
    assert set(cell.metadata) <= {"nbgrader", "tags"}
    return dict(cell.metadata.get("nbgrader", {}))


def noted(grade_id: str, *on: str, **more: object) -> dict[str, object]:
    flags = {name: name in on for name in ("grade", "locked", "solution", "task")}
    return {"grade_id": grade_id, "schema_version": 3, **flags, **more}


@pytest.mark.parametrize(
    ("marker", "source", "result"),
    [
        ({"answer": "conv_window"}, "", noted("conv_window", "solution")),
        ({"answer": "essay", "points": 2.5}, "", noted("essay", "solution", "grade", points=2.5)),
        ({"locked": "setup"}, "", noted("setup", "locked")),
        ({"task": "survey", "points": 4}, "", noted("survey", "task", "locked", points=4)),
        ({"test": "sum_of_none", "points": 3}, "assert 1", noted("sum_of_none", "grade", "locked", points=3)),
        (
            {"test": "values"},
            CHECK.format("values"),
            noted("conv_window_values", "grade", "locked", points=2),
        ),
        (
            {"test": "conv_window"},
            'check("conv_window", conv_window)',
            noted("conv_window", "grade", "locked", points=4),
        ),
        (
            {"test": "values", "id": "first", "tags": ["x"]},
            CHECK.format("values"),
            noted("first", "grade", "locked", points=2),
        ),
        ({"nbgrader": {"grade": False}}, "", {"grade": False}),
        ({"tags": ["x"]}, "", {}),
        ({"solved": "mirror", "tags": ["x"]}, "", {}),
    ],
)
def test_a_marker_says_it_all(marker, source, result):
    assert expanded(marker, source) == result


@pytest.mark.parametrize(
    ("marker", "source", "says"),
    [
        ({"answer": "a", "test": "b"}, "", "answer and test; keep one"),
        ({"answer": "a", "nbgrader": {}}, "", "answer and nbgrader; keep one"),
        ({"answer": 3}, "", "answer=3 is not a name"),
        ({"answer": "two words"}, "", "cannot be a grade_id"),
        ({"test": "plain"}, "assert 1", "it needs points"),
        ({"test": "values"}, CHECK.format("stride"), 'its check judges "stride"'),
        ({"test": "valuse"}, CHECK.format("valuse"), "has no aspect 'valuse'"),
        ({"test": "values", "points": 3}, CHECK.format("values"), "points=3, conv_window says 2"),
        ({"test": "a"}, 'check("conv_windw", f, "a")', "did you mean"),
        ({"task": "survey"}, "", "has no points"),
        ({"locked": "setup", "points": 1}, "", "earns nothing"),
        ({"answer": "a", "points": "many"}, "", "not a number of points"),
        ({"answer": "a", "points": True}, "", "not a number of points"),
        ({"answer": "a", "points": -1}, "", "not a number of points"),
    ],
)
def test_a_marker_that_does_not_fit_is_said(marker, source, says):
    with pytest.raises(ValueError, match=says):
        expanded(marker, source)


def test_all_that_is_wrong_is_said_with_the_file_and_the_cell(tmp_path):
    path = tmp_path / "sums.py"
    path.write_text('# %% answer="a b"\nx = 1\n\n# %% task="t"\n', encoding="utf-8")
    with pytest.raises(
        CourseError, match=r"sums.py, cell 1: 'a b' cannot be.*\n.*sums.py, cell 2: task=\"t\""
    ):
        read_source(path)


def test_half_points_come_from_the_exercise(monkeypatch):
    whole = find("conv_window")
    halves = tuple(replace(aspect, points=aspect.points / 4) for aspect in whole.aspects)
    monkeypatch.setattr(registry, "find", lambda name: replace(whole, aspects=halves))
    noted = expanded({"test": "values"}, CHECK.format("values"))
    assert noted["points"] == 0.5
    with pytest.raises(ValueError, match=r"points=1, conv_window says 0\.5"):
        expanded({"test": "values", "points": 1}, CHECK.format("values"))
    verdict = replace(judge("conv_window", whole.reference), aspects=())
    results = tuple(AspectResult(aspect.name, aspect.points, None) for aspect in halves)
    assert Report(replace(verdict, aspects=results)).headline().endswith("1 of 1 points")
    assert Report(replace(verdict, aspects=results), "values").headline().endswith("0.5 of 0.5 points")
