"""nbgrader's step that runs notebooks, in three variants."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import Execute

from autograder.checks.media_type import VERDICT
from autograder.grading.run_in_kernel import ExecutionWithoutWidgets, LimitedExecution


class ExecuteForCommands(ExecutionWithoutWidgets, Execute):
    """The step for nbgrader's own commands."""


class ExecuteForValidate(ExecuteForCommands):
    """The step for nbgrader's Validate, which shows only errors: a check's report replaces its traceback."""

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any], index: int) -> Any:
        """Run one cell."""
        cell, resources = super().preprocess_cell(cell, resources, index)
        reports = [o.data["text/plain"] for o in cell.get("outputs", []) if VERDICT in o.get("data", {})]
        for output in cell.get("outputs", []):
            if output.output_type == "error" and output.ename == "CheckFailed":
                output.traceback = reports or output.traceback
        return cell, resources


class ExecuteForEngine(LimitedExecution, Execute):
    """The step for our engine that grades with nbgrader, with limits."""
