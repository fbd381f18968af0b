"""A cell copied in the notebook keeps its nbgrader metadata; the copy must not cost anyone a grade."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor


class ForgetDuplicates(NbGraderPreprocessor):
    """Of cells with one grade_id the last counts, as in nbgrader; the others become ordinary cells.

    nbgrader's own preprocessor leaves them an empty nbgrader entry, which its next step takes for an
    outdated notebook and ends the whole run.
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
