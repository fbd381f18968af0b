"""Jupyter's Run All does not stop at failing checks: every check fails until its answer is written."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.notebooks.files import graded_as

GO_ON = "raises-exception"


class LetRunAllGoOn(NbGraderPreprocessor):
    """A step of `generate_assignment` that marks tests and plain cells as allowed to fail.

    An error in an answer, or in a locked cell, still stops Run All: later cells need them.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Mark the cells of a notebook."""
        for cell in nb.cells:
            known = graded_as(cell)
            tags = cell.metadata.get("tags", [])
            tries = (
                cell.cell_type == "code" and not known.get("solution") and (known.get("grade") or not known)
            )
            if tries and GO_ON not in tags:
                cell.metadata["tags"] = [*tags, GO_ON]
        return nb, resources
