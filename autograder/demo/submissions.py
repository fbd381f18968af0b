"""Sample submissions: one readable file for each student, whose answers are put into the released notebook.

A file begins with a docstring that says what the student does. Each answer follows a line `# %% NAME`. NAME
is the cell's grade_id or the function that the cell defines. The line `# upload: half` cuts the file off as a
broken upload does; with `# upload: nothing` the student hands in nothing.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Assignment, Course, CourseError
from autograder.notebooks.files import graded_as, read_notebook, write_notebook

STUDENTS = Path(__file__).parent / "students"


@dataclass(frozen=True)
class Student:
    """One sample student: what happened, and the answers by name."""

    name: str
    story: str
    answers: dict[str, str]
    upload: str = "whole"


def read_student(path: Path) -> Student:
    """Read one student's file."""
    text = path.read_text(encoding="utf-8")
    head, *cells = re.split(r"^# %% *", text, flags=re.MULTILINE)
    upload = re.search(r"^# upload: (\w+)$", head, flags=re.MULTILINE)
    answers = {}
    for cell in cells:
        name, _, answer = cell.partition("\n")
        answers[name.strip()] = answer.strip("\n")
    story = ast.get_docstring(ast.parse(head)) or ""
    return Student(path.stem, story, answers, upload.group(1) if upload else "whole")


def sample_students(assignment: str) -> list[Student]:
    """The sample students of an assignment, sorted by name; [] if there are none."""
    return [read_student(path) for path in sorted((STUDENTS / assignment).glob("*.py"))]


def fill_in(notebook: NotebookNode, student: Student) -> None:
    """Put the student's answers into a released notebook.

    Raises CourseError if the notebook has no cell for an answer.
    """
    for name, answer in student.answers.items():
        cells = [cell for cell in notebook.cells if graded_as(cell).get("solution") and _is_for(cell, name)]
        if len(cells) != 1:
            raise CourseError(
                f"{student.name}: {len(cells)} cells of the release are for the answer {name!r}"
            )
        cells[0].source = answer


def _is_for(cell: NotebookNode, name: str) -> bool:
    defines = re.search(rf"^def {re.escape(name)}\(", cell.source, flags=re.MULTILINE)
    return graded_as(cell).get("grade_id") == name or defines is not None


def hand_in(course: Course, assignment: Assignment, student: Student) -> None:
    """Put the student's notebooks into the folder for submissions."""
    folder = course.submitted(student.name, assignment.name)
    if student.upload == "nothing":
        folder.parent.mkdir(parents=True, exist_ok=True)
        return
    for name in assignment.notebooks:
        notebook = read_notebook(course.releases / assignment.name / f"{name}.ipynb")
        fill_in(notebook, student)
        path = folder / f"{name}.ipynb"
        write_notebook(notebook, path)
        if student.upload == "half":
            text = path.read_text(encoding="utf-8")
            path.write_text(text[: len(text) // 2], encoding="utf-8")
