"""Answers carried into a newer release of a notebook. The learner's old file is always kept.

A copy comes from an earlier release if it has cells of ours that the release has no more. Cells of ours have
ids of twelve hexadecimal digits (`source.py`), which no editor gives.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.notebooks.files import graded_as, read_notebook, write_notebook
from autograder.notebooks.own_copies import EARLIER
from autograder.notebooks.unwritten import is_unanswered

_OURS = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True)
class CarriedOver:
    """A notebook that was made anew from the release.

    `answers` were carried over, `new` are answers that it asks for and the old one did not, and `gone` were
    answered in the old one and are asked for no more. `kept` is the old file.
    """

    notebook: Path
    kept: Path
    answers: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]


def carry_over(
    course: Course, assignment: Assignment, folder: Path, always: bool = False
) -> tuple[list[CarriedOver], list[Path]]:
    """Make the copies in `folder` anew that come from an earlier release with other code.

    With `always`, also those of which only the text was revised; otherwise these are returned as paths.
    """
    made, revised = [], []
    for name in assignment.notebooks:
        copy = folder / assignment.name / f"{name}.ipynb"
        path = course.releases / assignment.name / f"{name}.ipynb"
        try:
            old, release = read_notebook(copy), read_notebook(path)
        except Exception:  # no copy, or a file that is no notebook: nothing can be carried over
            continue
        if not _is_of_an_earlier_release(old, release):
            continue
        if always or _has_other_code(old, release):
            made.append(_made_anew(old, release, copy, folder / EARLIER / assignment.name))
        else:
            revised.append(copy)
    return made, revised


def _is_of_an_earlier_release(old: NotebookNode, release: NotebookNode) -> bool:
    ours = {cell.get("id", "") for cell in old.cells if _OURS.fullmatch(cell.get("id", ""))}
    known = {cell.id for cell in release.cells}
    if ours:
        return not ours <= known
    return bool(_by_id(old)) and _by_id(old).keys() != _by_id(release).keys()  # some editor dropped all ids


def _has_other_code(old: NotebookNode, release: NotebookNode) -> bool:
    """Whether answers, tests or code cells of ours differ; what the learner wrote does not count."""
    ours = {cell.get("id", "") for cell in old.cells if cell.cell_type == "code"}
    gone = {identity for identity in ours if _OURS.fullmatch(identity)} - {cell.id for cell in release.cells}
    return bool(gone) or _by_id(old).keys() != _by_id(release).keys()


def _by_id(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The cells with points, answers and locked cells, by grade_id."""
    return {graded_as(cell)["grade_id"]: cell for cell in notebook.cells if graded_as(cell).get("grade_id")}


def _made_anew(old: NotebookNode, release: NotebookNode, copy: Path, earlier: Path) -> CarriedOver:
    answered = {
        name: cell.source
        for name, cell in _by_id(old).items()
        if graded_as(cell).get("solution") and not is_unanswered(cell.source)
    }
    answers, new = [], []
    for name, cell in _by_id(release).items():
        if not graded_as(cell).get("solution"):
            continue
        if name not in _by_id(old):
            new.append(name)
        elif name in answered and answered[name].strip() != cell.source.strip():
            cell.source = answered[name]
            answers.append(name)
    _bring_other_cells(old, release)
    kept = _keep(copy, earlier)
    beside = copy.with_name(f".{copy.name}.{os.getpid()}.new")
    try:
        write_notebook(release, beside)
        beside.replace(copy)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()
    gone = [name for name in answered if name not in _by_id(release)]
    return CarriedOver(copy, kept, tuple(answers), tuple(new), tuple(gone))


def _keep(copy: Path, earlier: Path) -> Path:
    kept = earlier.with_name(f"{earlier.name}-{datetime.now():%Y%m%d-%H%M%S-%f}") / copy.name
    kept.parent.mkdir(parents=True)
    shutil.copy2(copy, kept)
    return kept


def _bring_other_cells(old: NotebookNode, release: NotebookNode) -> None:
    """Bring the cells that the learner added, below the cells that they stood below, and changed trials."""
    ours: dict[str, Any] = {cell.id: cell for cell in release.cells}
    graded = _by_id(release)
    added: list[tuple[NotebookNode | None, NotebookNode]] = []
    above = None
    for cell in old.cells:
        name, identity = graded_as(cell).get("grade_id"), cell.get("id", "")
        if name or identity in ours:
            above = graded.get(str(name), ours.get(identity)) or above
            if not name and not graded_as(ours[identity]):
                ours[identity].source = cell.source
        elif identity and not _OURS.fullmatch(identity) and cell.source.strip():
            added.append((above, cell))
    release.cells = list(_put_below(release.cells, added))


def _put_below(
    cells: list[NotebookNode], added: list[tuple[NotebookNode | None, NotebookNode]]
) -> Iterator[NotebookNode]:
    for above in (None, *cells):
        if above is not None:
            yield above
        for anchor, cell in added:
            if anchor is above:
                if cell.cell_type == "code":
                    cell.outputs, cell.execution_count = [], None
                yield cell
