"""A lesson's notebook as a page: executed with the answers, shown without them.

Pictures and printed results are those of the course's own answers. The cells in which students write show
what students receive.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from autograder.checks.registry import names as exercises
from autograder.course import Course
from autograder.grading.nbgrader_settings import settings
from autograder.notebooks.clear_answers import ClearAnswers
from autograder.notebooks.files import graded_as
from autograder.notebooks.free_names import defines, imports
from autograder.notebooks.ipython_syntax import as_python
from autograder.site.live_parts import LivePart

WIDGET = "application/vnd.jupyter.widget-view+json"
WIDGETS = "application/vnd.jupyter.widget-state+json"
SHOWN = ("text/html", "image/svg+xml", "image/png", "image/jpeg", "text/markdown", "text/latex", "text/plain")
"""The forms of a result that a page can show."""
ALT = "A picture, described in the words below it."


@dataclass(frozen=True)
class Pages:
    """Where the files of live parts go, and where the site's root is, seen from a lesson."""

    parts: Path
    root: str


def lesson_page(course: Course, executed: NotebookNode, pages: Pages) -> NotebookNode:
    """The notebook that becomes a page; `executed` is changed."""
    states = executed.metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {})
    notebook, _ = ClearAnswers(parent=None, config=settings(course)).preprocess(executed, {})
    known: list[str] = []
    stubs: dict[str, str] = {}
    for cell in notebook.cells:
        functions = _functions(cell)
        known += functions
        if graded_as(cell).get("solution"):
            stubs |= dict.fromkeys(functions, cell.source)
        if cell.cell_type == "code":
            cell.outputs = list(_outputs(cell, states, known, stubs, pages))
            cell.metadata.mystnb = {"image": {"alt": ALT}}
        kind = _kind(cell)
        cell.metadata = {"tags": [kind] if kind else [], "mystnb": cell.metadata.get("mystnb", {})}
    notebook.metadata = {"kernelspec": notebook.metadata.kernelspec}
    return notebook


def stubs_in(released: NotebookNode) -> dict[str, str]:
    """What students receive for the exercises of a released notebook."""
    answers = [cell for cell in released.cells if graded_as(cell).get("solution")]
    return {name: cell.source for cell in answers for name in _functions(cell)}


def _kind(cell: NotebookNode) -> str:
    known = graded_as(cell)
    return "answer" if known.get("solution") else "check" if known.get("grade") else ""


def _functions(cell: NotebookNode) -> list[str]:
    """The exercises' functions that a cell defines or imports."""
    if cell.cell_type != "code":
        return []
    tree = ast.parse(as_python(cell.source)).body
    return sorted((defines(tree) | imports(tree)) & set(exercises()))


def _outputs(
    cell: NotebookNode, states: Any, known: list[str], stubs: dict[str, str], pages: Pages
) -> Iterator[NotebookNode]:
    """What a cell shows on a page: the still picture above a live one gives way to it."""
    outputs = cell.outputs
    for output, after in zip(outputs, [*outputs[1:], None], strict=False):
        data = output.get("data")
        state = _live(data, states)
        if state is not None:
            part = LivePart(state["component"], state["state"], list(known), stubs=stubs)
            html = {"text/html": part.html(pages.parts, pages.root)}
            yield new_output("display_data", data=html)  # type: ignore[no-untyped-call]
        elif data is None:
            yield output
        elif after is None or _live(after.get("data"), states) is None or "image/svg+xml" not in data:
            output.data = {kind: data[kind] for kind in SHOWN if kind in data}
            output.metadata = {}
            yield output


def _live(data: Any, states: Any) -> Any:
    """The state of a live picture in an output's data; None for anything else."""
    model = (data or {}).get(WIDGET, {}).get("model_id")
    state = states.get(model, {}).get("state", {})
    return state if "component" in state else None


def with_links(notebook: NotebookNode, links: str) -> NotebookNode:
    """The page with a line of links below its title."""
    first = notebook.cells[0]
    title, _, rest = first.source.partition("\n")
    first.source = title
    texts = [text for text in (links, rest.strip()) if text]
    new = [new_markdown_cell(text) for text in texts]  # type: ignore[no-untyped-call]
    for number, cell in enumerate(new):
        cell.id = f"links-{number}"
    notebook.cells[1:1] = new
    return notebook
