"""Executed notebooks: the sources with their answers, run once, with everything that they showed.

An executed notebook is kept in build/site-executed/ under a name that is made of its content: the source, and
the code that it imports. So a second build runs only what has changed.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

import autograder
import cs_conv
from autograder.course import Assignment, Course, CourseError
from autograder.notebooks.files import read_notebook, write_notebook
from autograder.notebooks.source import LEFT_BEHIND, read_source

IMPORTED = (
    Path(cs_conv.__file__).parent,
    *(
        Path(autograder.__file__).parent / name
        for name in (
            "__init__.py",
            "predictions.py",
            "notebooks/earlier_answers.py",
            "notebooks/unwritten.py",
        )
    ),
    *(Path(autograder.__file__).parent / name for name in ("checks", "exercises")),
)
"""The files and folders whose code the notebooks run."""


def executed(course: Course, assignment: Assignment, name: str, say: Callable[[str], None]) -> NotebookNode:
    """The executed notebook; `say` is told if it has to run. Raises CourseError with the cell that failed."""
    source = course.answers / assignment.name / f"{name}.py"
    kept = course.root / "build" / "site-executed" / assignment.name
    path = kept / f"{name}-{_content(source)}.ipynb"
    if path.is_file():
        return read_notebook(path)
    say(f"running {assignment.name}/{name}")
    notebook = read_source(source)
    limit = 5 * assignment.limits.seconds_in_all
    try:
        with TemporaryDirectory() as folder:  # a notebook may write files
            place = shutil.copytree(source.parent, Path(folder) / assignment.name, ignore=LEFT_BEHIND)
            client = NotebookClient(notebook, kernel_name="python3", timeout=limit)
            client.execute(cwd=str(place), stderr=DEVNULL)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise CourseError(f"{source} has a cell that fails:\n{error}") from None
    for old in kept.glob(f"{name}-*.ipynb"):
        old.unlink()
    write_notebook(notebook, path)
    return notebook


def _content(source: Path) -> str:
    """A hash of the source, of the files beside it and of all code that notebooks import."""
    hashed = hashlib.sha256()
    places = (source.parent, *IMPORTED)
    paths = [path for place in places for path in ([place] if place.is_file() else sorted(place.rglob("*")))]
    for path in paths:
        if path.is_file() and path.suffix not in (".pyc", ".mjs", ".npz"):
            hashed.update(path.name.encode() + b"\0" + path.read_bytes())
    return hashed.hexdigest()[:16]
