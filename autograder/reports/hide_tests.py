"""What stays out of the pages that students get back; nbgrader's own show all that a test cell holds."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution

from autograder.checks.media_type import VERDICT


class HideTests(ClearHiddenTests):
    """Takes hidden tests out of test cells, and the tracebacks that quote them; errors keep their message.

    Where a check reported, the error that it raised says nothing more and goes, too.
    """

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any], cell_index: int) -> Any:
        """Go over one cell; those of students stay as they are, whatever they write there."""
        if is_solution(cell) or not is_grade(cell):
            return cell, resources
        if any(VERDICT in output.get("data", {}) for output in cell.get("outputs", [])):
            cell.outputs = [output for output in cell.outputs if output.get("ename") != "CheckFailed"]
        if self.begin_test_delimeter not in cell.source:
            return cell, resources
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]
        return super().preprocess_cell(cell, resources, cell_index)
