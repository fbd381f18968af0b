"""What stays hidden in the pages that students get back: nbgrader shows hidden tests with the rest."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution


class HideTests(ClearHiddenTests):
    """Takes hidden tests out of test cells, and the tracebacks that quote them; errors keep their message."""

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any], cell_index: int) -> Any:
        """Go over one cell; those of students stay as they are, whatever they write there."""
        if is_solution(cell) or not is_grade(cell) or self.begin_test_delimeter not in cell.source:
            return cell, resources
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
        return super().preprocess_cell(cell, resources, cell_index)
