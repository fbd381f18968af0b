"""The small sample course, released, and hands to fill in what students would write."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode

from autograder.course import Course, load_course
from autograder.grading.engine import Submission
from autograder.grading.trusted.sandbox import choose
from autograder.notebooks import graded_as, read_notebook, write_notebook
from autograder.release import release

SAMPLE = Path(__file__).parents[1] / "course" / "sample"
RIGHT = {"add": "def add(a, b):\n    return a + b", "total": "def total(values):\n    return sum(values)"}
NAME = "01-sums"


@pytest.fixture(scope="session")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("released") / "course"
    shutil.copytree(SAMPLE, root)
    course = load_course(root)
    release(course, course.assignments[0])
    return root


@pytest.fixture
def course(tmp_path: Path, released_once: Path) -> Course:
    shutil.copytree(released_once, tmp_path / "course")
    return load_course(tmp_path / "course")


HandIn = Callable[..., Path]


@pytest.fixture
def hand_in(course: Course) -> HandIn:
    """hand_in(student, change=function of the notebook, **answers by grade_id) -> the notebook's path."""

    def put(student: str, change: Callable[[NotebookNode], None] | None = None, **answers: str) -> Path:
        notebook = read_notebook(course.releases / NAME / "sums.ipynb")
        for cell in notebook.cells:
            cell.source = answers.get(graded_as(cell).get("grade_id", ""), cell.source)
        if change:
            change(notebook)
        path = course.submitted(student, NAME) / "sums.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_notebook(notebook, path)
        return path

    return put


def submissions(*students: str) -> list[Submission]:
    return [Submission(student, NAME) for student in students]


@pytest.fixture(scope="session", autouse=True)
def a_sandbox() -> None:
    """Where there is none, nothing here can be tested; on the machines that decide, that is a failure."""
    try:
        choose()
    except Exception as problem:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no sandbox on this machine: {problem}")
        pytest.skip(f"no sandbox on this machine: {problem}")
