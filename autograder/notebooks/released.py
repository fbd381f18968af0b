"""An assignment as it was released. Grading uses this, even if the folders have changed since.

The gradebook keeps a copy (`grading/gradebook/own_tables.py`). Gradebooks of earlier versions keep none: then
the folders are read as they are now.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course
from autograder.grading.gradebook.own_tables import kept_files

Cells = dict[str, tuple[str, str]]
"""A notebook's cells for comparison: type and text, by grade_id or, for plain cells, by id."""

OTHER = "other cells\0"
"""The name of a cell without a grade_id begins with this; its id follows."""


@dataclass(frozen=True)
class Released:
    """The notebooks of an assignment as JSON, and its other files.

    `templates` have hidden tests and no answers; `sources` have both.
    """

    templates: dict[str, dict[str, Any]]
    sources: dict[str, dict[str, Any]]
    files: dict[str, bytes]
    kept: bool
    """True if this is the gradebook's copy, False if it was read from the folders."""


def read_released(course: Course, assignment: Assignment, gradebook: Any) -> Released:
    """The assignment from the gradebook's copy, or from its folders if there is no copy."""
    kept = kept_files(gradebook, assignment.name)
    parts: dict[str, dict[str, bytes]] = {"template": {}, "source": {}, "files": {}}
    for path, content in kept.items():
        part, _, name = path.partition("/")
        parts[part][name] = content
    if parts["template"]:
        return Released(notebooks_in(parts["template"]), notebooks_in(parts["source"]), parts["files"], True)
    released, built = course.releases / assignment.name, course.source / assignment.name
    sources = notebooks_in(notebook_files(built))
    return Released(sources | notebooks_in(notebook_files(released)), sources, other_files(released), False)


def other_files(folder: Path) -> dict[str, bytes]:
    """The files of an assignment's folder beside the notebooks, by path."""
    from autograder.notebooks.source import files_beside

    return files_beside(folder)[0]


def notebook_files(folder: Path) -> dict[str, bytes]:
    """The notebook files in a folder, by file name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.ipynb"))}


def notebooks_in(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """The notebooks in these files as JSON, by name; files that are not notebooks are left out."""
    found = {}
    for name, content in files.items():
        try:
            notebook = json.loads(content)
        except ValueError:
            continue
        if isinstance(notebook, dict) and isinstance(notebook.get("cells"), list):
            found[name.removesuffix(".ipynb")] = notebook
    return found


def cells_of(notebook: Mapping[str, Any]) -> Cells:
    """The cells of a notebook, which is JSON or as nbformat reads it."""
    found: Cells = {}
    for cell in notebook.get("cells", []):
        marks = cell.get("metadata", {}).get("nbgrader") or {}
        found[str(marks.get("grade_id") or f"{OTHER}{cell.get('id', '')}")] = (
            str(cell.get("cell_type")),
            f"{''.join(cell.get('source', ''))}\n{marks.get('points', '')}",
        )
    return found
