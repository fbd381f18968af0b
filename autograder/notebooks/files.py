"""Reading and writing notebook files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, from_dict


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of any version as format 4. Raises what nbformat raises if it is not a notebook."""
    notebook: NotebookNode = nbformat.read(path, 4)  # type: ignore[no-untyped-call]
    return notebook


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook as Jupyter does, with a newline at its end, after validating it."""
    nbformat.validate(notebook)
    path.parent.mkdir(parents=True, exist_ok=True)
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def plain_metadata(kernel: dict[str, str]) -> NotebookNode:
    """A notebook's metadata with nothing but its kernel."""
    plain = {"kernelspec": kernel, "language_info": {"name": "python"}}
    metadata: NotebookNode = from_dict(plain)  # type: ignore[no-untyped-call]
    return metadata


def graded_as(cell: NotebookNode) -> dict[str, Any]:
    """nbgrader's metadata of a cell: `grade`, `grade_id`, `points` and so on; {} for ordinary cells."""
    return dict(cell.metadata.get("nbgrader", {}))
