"""The cells of a notebook file, whatever program wrote it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from autograder.grading.submissions.attachments import Attachments, attachments_of
from autograder.grading.submissions.file_kinds import decoded, why_not_a_notebook
from autograder.grading.submissions.without_outputs import MOST_BYTES, without_outputs

MOST_CELLS = 2000
MOST_SOURCE = 1 << 20


class Unreadable(Exception):
    """The file is not a notebook; the message says why."""


@dataclass(frozen=True)
class SubmittedCell:
    """One cell as it was handed in."""

    cell_type: str
    source: str
    grade_id: str
    id: str
    solution: bool = False
    """Whether its metadata says that it is for an answer."""
    attachments: Attachments = field(default_factory=dict)


def read(data: bytes) -> list[SubmittedCell]:
    """The cells of a notebook file of any version from 3 on. Raises Unreadable."""
    data = without_outputs(data)
    if len(data) > MOST_BYTES:
        raise Unreadable(
            f"it has {len(data) / 2**20:.0f} MiB without its outputs; the limit is {MOST_BYTES >> 20} MiB"
        )
    text = decoded(data)
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(why_not_a_notebook(data, text, error)) from None
    except RecursionError:
        raise Unreadable("its JSON is nested too deep") from None
    except ValueError as error:
        raise Unreadable(f"broken JSON ({error})"[:200]) from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if cells is None and isinstance(notebook, dict) and isinstance(notebook.get("worksheets"), list):
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet.get("cells"), list) for cell in sheet["cells"]]
    if not isinstance(cells, list):
        raise Unreadable("it is JSON, but not a notebook: it holds no cells")
    if len(cells) > MOST_CELLS:
        raise Unreadable(f"it has {len(cells)} cells; the limit is {MOST_CELLS}")
    return [_submitted_cell(cell) for cell in cells if isinstance(cell, dict)]


def text_of(cell: dict[str, Any]) -> str:
    """A cell's source, which may be stored as one text or as its lines; in nbformat 3 under another name."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _submitted_cell(cell: dict[str, Any]) -> SubmittedCell:
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    kind = cell.get("cell_type")
    return SubmittedCell(
        cell_type=kind if kind in ("code", "markdown", "raw") else "markdown",
        source=text_of(cell)[:MOST_SOURCE],
        grade_id=grade_id if isinstance(grade_id, str) else "",
        id=cell["id"] if isinstance(cell.get("id"), str) else "",
        solution=isinstance(marks, dict) and marks.get("solution") is True,
        attachments=attachments_of(cell),
    )
