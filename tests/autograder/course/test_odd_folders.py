"""A course may lie in a folder of any name."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import load_course
from tests.autograder.conftest import RIGHT, SAMPLE

NAME = "01-sums"
ODD = ["deep [2026]", "Übung (a b) #1 100%", "[/x] [red]", "{student_id} $HOME 'q'", "a*b"]


MOST = [pytest.param(folder, marks=[pytest.mark.slow] * (folder != ODD[0])) for folder in ODD]


@pytest.mark.parametrize("folder", MOST)
def test_a_course_can_lie_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    root = tmp_path / folder / "course"
    shutil.copytree(SAMPLE, root)
    monkeypatch.chdir(tmp_path)

    def said(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--course", str(root)], env={"COLUMNS": "400"})
        assert done.exit_code == 0, (words, done.output, done.exception)
        return done.output

    assert os.path.join(folder, "course", "assignments", NAME) in said("release")  # noqa: PTH118
    assert (root / "assignments" / NAME / "sums.ipynb").is_file()
    assert "not begun" in said("progress")
    assert os.path.join(folder, "course", "reports", "moodle.csv") in said("export", "moodle", NAME)  # noqa: PTH118


@pytest.mark.slow
@pytest.mark.parametrize("folder", ODD)
@pytest.mark.parametrize("engine", ["--stock", pytest.param("--workers=1", marks=pytest.mark.sandbox)])
def test_a_class_can_be_graded_there(tmp_path: Path, folder: str, engine: str) -> None:
    from autograder.notebooks.files import graded_as, read_notebook, write_notebook

    root = tmp_path / folder
    shutil.copytree(SAMPLE, root)

    def said(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--course", str(root)], env={"COLUMNS": "400"})
        assert done.exit_code == 0, (words, done.output, done.exception)
        return done.output

    said("release")
    course = load_course(root)
    notebook = read_notebook(course.releases / NAME / "sums.ipynb")
    for cell in notebook.cells:
        cell.source = RIGHT.get(graded_as(cell).get("grade_id", ""), cell.source)
    write_notebook(notebook, course.submitted("ana", NAME) / "sums.ipynb")
    # A console may be narrower than the path, and breaks it at its spaces.
    assert "".join(str(root).split()) in "".join(said("grade", NAME, engine).split())
    said("feedback", NAME)
    said("report", NAME)
    assert (course.feedback() / "ana" / NAME / "sums.html").is_file()
