"""A step of `generate_assignment`: answers are taken out, and planted lines take their place."""

from __future__ import annotations

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions

from autograder.notebooks.regions import planted


class ClearAnswers(ClearSolutions):
    """nbgrader's own step; in a cell with `### INSTEAD`, the lines below it replace the usual stub."""

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        instead = planted(cell.source) if cell.cell_type == "code" else None
        if instead is None:
            return bool(super()._replace_solution_region(cell, language))
        usual = self.code_stub  # type: ignore[has-type]
        self.code_stub = {**usual, language: instead}
        try:
            return bool(super()._replace_solution_region(cell, language))
        finally:
            self.code_stub = usual
