"""A course of one small notebook, released once, and hands to fill in what students would write."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nbformat import NotebookNode

from autograder.course import Course, load_course
from autograder.grading.interface import Submission

SAMPLE = Path(__file__).parent / "sample"
REPOSITORY = Path(__file__).parents[2]
NAME = "01-sums"

RIGHT = {"add": "def add(a, b):\n    return a + b", "total": "def total(values):\n    return sum(values)"}

HandIn = Callable[..., Path]


def submissions(*students: str) -> list[Submission]:
    return [Submission(student, NAME) for student in students]


@pytest.fixture(scope="session")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from autograder.notebooks.release import release  # slow to import, and few tests need it

    root = tmp_path_factory.mktemp("released") / "course"
    shutil.copytree(SAMPLE, root)
    course = load_course(root)
    release(course, course.assignments[0])
    return root


@pytest.fixture
def bare(tmp_path: Path) -> Course:
    """The sample course as its author left it: nothing released."""
    shutil.copytree(SAMPLE, tmp_path / "course")
    return load_course(tmp_path / "course")


@pytest.fixture
def course(tmp_path: Path, released_once: Path) -> Course:
    """The sample course, released, with nothing handed in."""
    shutil.copytree(released_once, tmp_path / "course")
    return load_course(tmp_path / "course")


@pytest.fixture
def hand_in(course: Course) -> HandIn:
    """hand_in(student, change=function of the notebook, **answers by grade_id) -> the notebook's path."""

    from autograder.notebooks.files import graded_as, read_notebook, write_notebook

    def put(student: str, change: Callable[[NotebookNode], None] | None = None, **answers: str) -> Path:
        assignment = course.assignments[0]
        notebook = read_notebook(course.releases / assignment.name / "sums.ipynb")
        for cell in notebook.cells:
            cell.source = answers.get(graded_as(cell).get("grade_id", ""), cell.source)
        if change:
            change(notebook)
        path = course.submitted(student, assignment.name) / "sums.ipynb"
        write_notebook(notebook, path)
        return path

    return put
