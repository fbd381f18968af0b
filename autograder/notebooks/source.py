"""Sources in percent format become notebooks that are the same on every machine, byte for byte.

jupytext gives cells random ids and writes its own version into the metadata; both are replaced here. A cell's
id comes from its grade_id, so that it does not change with the answer, or else from its text.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from autograder.course import Assignment, Course, CourseError
from autograder.notebooks.files import graded_as, plain_metadata, write_notebook
from autograder.notebooks.markers import expand

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
MOST_BYTES = 32 << 20
"""The most bytes of files beside an assignment's notebooks: each graded notebook gets a copy of them."""
LEFT_BEHIND = shutil.ignore_patterns(
    *("*.pyc", "__pycache__", ".ipynb_checkpoints", "*.ipynb", ".*"),
    "my_runs.csv",  # what whoever ran the notebook of lesson 14 has trained
)


def read_source(path: Path) -> NotebookNode:
    """Read a percent-format source as a notebook with fixed ids and plain metadata. Raises CourseError."""
    try:
        notebook = jupytext.read(path, fmt="py:percent")
    except FileNotFoundError:
        raise CourseError(
            f"{path} does not exist, but course.yml names it; write it or remove it there"
        ) from None
    except SyntaxError as error:
        raise CourseError(f"{path}: {error}; check the `# %%` lines and their metadata") from None
    _expand_markers(notebook, path)
    notebook.metadata = plain_metadata(KERNEL)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        known_as = graded_as(cell).get("grade_id") or f"{cell.cell_type}\n{cell.source}"
        seen[known_as] += 1
        cell.id = hashlib.sha256(f"{known_as}\n{seen[known_as]}".encode()).hexdigest()[:12]
        cell.metadata.pop("lines_to_next_cell", None)  # jupytext counts blank lines in the source
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _expand_markers(notebook: NotebookNode, path: Path) -> None:
    problems = []
    for number, cell in enumerate(notebook.cells, 1):
        try:
            expand(cell)
        except ValueError as problem:
            problems.append(f"{path.name}, cell {number}: {problem}")
    if problems:
        raise CourseError("\n  ".join([f"{path} has markers that do not fit:", *problems]))


def build_source(course: Course, assignment: Assignment) -> list[Path]:
    """Make the assignment's notebooks, answers included, in the folder that nbgrader reads.

    Other files (pictures, data) are copied as well. Returns the notebooks' paths.
    """
    answers, built = course.answers / assignment.name, course.source / assignment.name
    notebooks = {name: read_source(answers / f"{name}.py") for name in assignment.notebooks}
    if built.exists():
        shutil.rmtree(built)
    shutil.copytree(answers, built, ignore=LEFT_BEHIND)
    paths = []
    for name, notebook in notebooks.items():
        (built / f"{name}.py").unlink()
        paths.append(built / f"{name}.ipynb")
        write_notebook(notebook, paths[-1])
    return paths


def files_beside(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """The files beside an assignment's notebooks, by path, and the paths of those that are too large."""
    found: dict[str, bytes] = {}
    too_much = []
    left = MOST_BYTES
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in name.parts)
        if hidden or path.suffix in (".ipynb", ".pyc") or not path.is_file():
            continue
        size = path.stat().st_size
        if size > left:
            too_much.append(name.as_posix())
            continue
        found[name.as_posix()] = path.read_bytes()
        left -= size
    return found, too_much
