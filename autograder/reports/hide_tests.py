"""Keeping hidden tests out of the pages that students get back; nbgrader's own pages show them."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution

from autograder.checks.media_type import VERDICT


class HideTests(ClearHiddenTests):
    """Removes hidden tests from test cells, and tracebacks that quote them. Errors keep their message.

    The error of a failed check is removed as well: its report says the same.
    """

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any], cell_index: int) -> Any:
        """Clean one cell. Cells that students write in stay as they are."""
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
