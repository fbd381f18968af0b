"""Feedback as a notebook: the graded one, with a cell of points and findings on top and people's comments.

Canvas gives a file back under the name under which it came. So for it, feedback on a notebook is a notebook.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.grading.results import TestScore
from autograder.reports.notebook_page import PageContent


def feedback_notebook(graded: PageContent) -> bytes:
    """The notebook file, in nbformat 4.5."""
    cells: list[Mapping[str, Any]] = [_markdown("feedback", _summary(graded))]
    for number, cell in enumerate(graded.cells):
        cells.append({"id": f"cell-{number}", **cell})
        grade_id = str((cell.get("metadata", {}).get("nbgrader") or {}).get("grade_id"))
        if comment := graded.comments.get(grade_id):
            cells.append(_markdown(f"comment-{number}", f"**Comment:** {comment}"))
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _markdown(name: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}


def _summary(graded: PageContent) -> str:
    lines = [f"# Feedback: {graded.title}", f"**{graded.score:g} of {graded.most:g} points**"]
    if graded.in_all:
        lines.append(f"In the whole assignment: {graded.in_all[0]:g} of {graded.in_all[1]:g} points.")
    if graded.penalty:
        lines.append(f"{graded.penalty:g} points were taken off for coming late.")
    lines += [_plain(graded.remark)] if graded.remark else []
    if graded.tests:
        lines.append(
            "\n".join(["| test | points | what was found |", "|---|---|---|", *map(_row, graded.tests)])
        )
    return "\n\n".join(lines)


def _row(test: TestScore) -> str:
    points = f"{test.score:g} of {test.max_score:g}"
    return f"| {_plain(test.grade_id)} | {points} | {'; '.join(map(_plain, findings(test)))} |"


def findings(test: TestScore) -> Iterator[str]:
    """What a test says to its student, a sentence each."""
    if test.waits:
        yield "waits for a person"
    elif test.passed is not None:
        yield "passed" if test.passed else "not passed"
    for mistake in test.mistakes:
        yield f"{mistake.name}: {mistake.advice}"


def _plain(text: str) -> str:
    return re.sub(r"([|*_`<\[\\])", r"\\\1", " ".join(text.split()))
