"""`cs-conv progress`: the points of each exercise in a learner's notebooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich import box
from rich.markup import escape
from rich.table import Table

from autograder.commands.selection import chosen, course_to_study
from autograder.course import Assignment, Course, CourseError, short
from autograder.grading.check_notebook import check_notebook
from autograder.grading.open_notebook import open_notebook
from autograder.notebooks.own_copies import own_notebook
from autograder.terminal import bar, complain, console

Row = tuple[str, str, str]
"""The exercise (or a remark on the whole notebook), its points, and a bar."""


def run(names: Sequence[str], folder: Path | None) -> None:
    """Run the notebooks and show a table."""
    course = course_to_study(folder)
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("assignment", no_wrap=True)
    table.add_column("exercise", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for assignment in chosen(course, names):
        for row in _rows(course, assignment):
            table.add_row(assignment.name, *row)
    console.print(table)
    console.print("to see what each test says, run: cs-conv check ASSIGNMENT", highlight=False)


def _rows(course: Course, assignment: Assignment) -> Iterator[Row]:
    for name in assignment.notebooks:
        path = own_notebook(course, assignment, name)
        if not path.is_file():
            yield "not here; run: cs-conv release", "", ""
            continue
        try:
            notebook = open_notebook(path)
        except CourseError as error:
            complain(str(error))
            yield "cannot be read", "", ""
            continue
        if notebook.is_untouched:
            yield "not begun", f"0 / {notebook.possible:g}", ""
            continue
        with console.status(f"running {escape(short(path))}"):
            checked = check_notebook(notebook)
        for exercise in checked.exercises:
            earned, possible = checked.points(exercise)
            yield exercise, f"{earned:g} / {possible:g}", bar(earned, possible)
