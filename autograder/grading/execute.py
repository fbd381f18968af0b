"""Run a notebook whose author may have made any mistake, and keep what was earned.

nbgrader's own step loses the whole submission when the notebook's process dies or cannot be interrupted,
and limits only single cells. This one limits the whole notebook too; whatever ends a run early, the
cells that ran keep their outputs, and those that did not run say so with an error, because nbgrader
gives full points to a test without output.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from time import monotonic
from typing import Any, ClassVar

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from traitlets import Integer

from autograder.grading.results import Status
from autograder.notebooks import graded_as


class PatientExecute(Execute):
    """nbgrader's execution with a limit for the notebook, surviving a dead kernel.

    A process grades one submission, so what happened is noted on the class, for whoever started it.
    """

    seconds_in_all = Integer(180, help="Seconds for all cells of a notebook together.").tag(config=True)
    happened: ClassVar[list[tuple[Status, str]]] = []
    outside_turn: ClassVar[Callable[[], AbstractContextManager[None]]] = nullcontext

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any], km: Any = None) -> Any:
        """Run all cells."""
        self._deadline = monotonic() + self.seconds_in_all
        self._over = ""
        with type(self).outside_turn():
            return super().preprocess(nb, resources, km)

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any], index: int) -> Any:
        """Run one cell, or say why it was not run."""
        if cell.cell_type != "code" or not cell.source.strip():
            return cell, resources
        here = f"cell {index + 1}"
        grade_id = graded_as(cell).get("grade_id")
        if grade_id:
            here += f" ({grade_id})"
        if not self._over and monotonic() >= self._deadline:
            self._end(Status.TIMED_OUT, f"the notebook used up its {self.seconds_in_all} s before {here}")
        if self._over:
            cell.outputs = [_error("NotRun", f"not run: {self._over}")]
            return cell, resources
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        except DeadKernelError:
            self._end(Status.CRASHED, f"the notebook's process died in {here}")
            cell.outputs.append(_error("ProcessDied", self._over))
        except CellTimeoutError:
            self._end(Status.TIMED_OUT, f"{here} ran too long and could not be interrupted")
            cell.outputs.append(_error("CellTimeoutError", self._over))
        else:
            if any(output.get("ename") == "CellTimeoutError" for output in cell.outputs):
                self._note(Status.TIMED_OUT, f"{here} ran longer than {self.timeout} s")
        return cell, resources

    def _get_timeout(self, cell: NotebookNode | None) -> int:
        """Seconds for this cell: its own limit, or what is left of the notebook's."""
        left = int(self._deadline - monotonic()) + 1
        return max(1, min(self.timeout, left))

    def _note(self, status: Status, what: str) -> None:
        self.log.warning(what)
        type(self).happened.append((status, what))

    def _end(self, status: Status, why: str) -> None:
        self._over = why
        self._note(status, why)


def _error(name: str, text: str) -> NotebookNode:
    traceback = [f"{name}: {text}"]
    output: NotebookNode = new_output("error", ename=name, evalue=text, traceback=traceback)  # type: ignore[no-untyped-call]
    return output
