"""Cells whose nbgrader metadata would end a run become ordinary cells: copies, and cells of another release.

nbgrader's own steps leave an empty nbgrader entry in those, which a later step takes for an old notebook.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor


class ForgetDuplicates(NbGraderPreprocessor):
    """Of several cells with one grade_id the last counts, as in nbgrader."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Go through the cells from the last to the first."""
        seen: set[str] = set()
        for cell in reversed(nb.cells):
            if not (utils.is_grade(cell) or utils.is_solution(cell) or utils.is_locked(cell)):
                continue
            grade_id = cell.metadata.nbgrader.get("grade_id")
            if grade_id is None or grade_id in seen:
                self.log.warning("The cell %r is there more than once; its last copy counts", grade_id)
                del cell.metadata["nbgrader"]
            seen.add(grade_id)
        return nb, resources


class ForgetUnknown(NbGraderPreprocessor):
    """Cells that the gradebook does not know come from another release of the notebook."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Compare the cells with those of the gradebook."""
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            cells = gradebook.find_notebook(about["notebook"], about["assignment"]).source_cells
            known = {cell.name for cell in cells}
        for cell in nb.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id is not None and grade_id not in known:
                self.log.warning("The cell %r is of another release", grade_id)
                del cell.metadata["nbgrader"]
        return nb, resources
