"""A cell that is copied within a notebook keeps its nbgrader metadata. The copy must not cost points."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor


class ForgetDuplicates(NbGraderPreprocessor):
    """Of several cells with one grade_id the last counts, as in nbgrader; the others become ordinary cells.

    nbgrader's own preprocessor leaves an empty nbgrader entry in those, which its next step takes for an
    outdated notebook, and the whole run ends.
    """

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
