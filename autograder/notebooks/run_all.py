"""Jupyter's Run All goes on after a check that fails, which every check does until its answer is written."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.notebooks.files import graded_as

GO_ON = "raises-exception"


class LetRunAllGoOn(NbGraderPreprocessor):
    """A step of `generate_assignment`: mark tests, and cells that try an answer.

    An error in an answer, or in a locked cell that all others need, does stop Run All.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Go through the cells."""
        for cell in nb.cells:
            known = graded_as(cell)
            tags = cell.metadata.get("tags", [])
            tries = (
                cell.cell_type == "code" and not known.get("solution") and (known.get("grade") or not known)
            )
            if tries and GO_ON not in tags:
                cell.metadata["tags"] = [*tags, GO_ON]
        return nb, resources
