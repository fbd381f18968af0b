"""A learner's copy of the sample course's notebook, and runs of it that are counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course
from autograder.grading import check_notebook as module
from autograder.grading.check_notebook import CheckedNotebook, CheckedTest
from autograder.grading.open_notebook import OpenedNotebook
from autograder.notebooks.own_copies import make_copies
from tests.autograder.conftest import NAME

Change = Callable[[dict[str, Any]], None]


def write(course: Course, change: Change | None = None, **answers: str) -> None:
    """Write answers into the learner's copy, and change other things of the notebook."""
    path = course.mine / NAME / "sums.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(grade_id, cell["source"])
    if change:
        change(notebook)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def said(*words: str, code: int = 0) -> str:
    """What a command prints on a terminal of 80 columns."""
    shown = CliRunner().invoke(app, words, env={"COLUMNS": "80"})
    assert shown.exit_code == code, shown.output
    return shown.output.strip()


@pytest.fixture
def learner(course: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    make_copies(course, course.mine)
    monkeypatch.chdir(course.root)
    return course


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """`runs.of` lists the assignments that were run; a test passes if its answer is not a stub.

    `runs.before` is called before each run. Real runs are tried in tests/autograder/commands/test_cli.py.
    """
    seen = SimpleNamespace(of=[], before=lambda: None)

    def check(notebook: OpenedNotebook) -> CheckedNotebook:
        seen.before()
        seen.of.append(notebook.job.assignment)
        text = {cell.grade_id: cell.source for cell in notebook.handed}
        tests = []
        for cell in notebook.job.template.cells:
            if cell.role == "test":
                written = "return" in text[cell.grade_id.split("_")[0]]
                earned = cell.points if written else 0.0
                tests.append(CheckedTest(cell.grade_id, cell.grade_id, cell.points, earned))
        return CheckedNotebook(tests, [])

    monkeypatch.setattr(module, "check_notebook", check)
    monkeypatch.setattr("autograder.commands.check.check_notebook", check)
    return seen
