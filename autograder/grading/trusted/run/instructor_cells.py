"""Running the instructor's cells here: outputs kept, time limited, the value of the last line known."""

from __future__ import annotations

import builtins
import traceback
import warnings
from dataclasses import dataclass, field
from typing import Any

from autograder.grading.trusted.computing_time import Meter, TestTooLong, limited
from autograder.grading.trusted.inside.cell_runner import CellRunner, ends_quietly, heard, read_cell
from autograder.grading.trusted.inside.errors import message_of
from autograder.grading.trusted.run.last_line import Meant, meant_as
from autograder.notebooks.ipython_syntax import as_python

MOST_OUTPUT = 400_000
"""Characters kept of what a cell prints, for each of the two streams."""


@dataclass
class Ran:
    """What running a cell gave."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    error: BaseException | None = None
    value: Any = None
    """The value of the last line, None if it is not an expression or ends in a semicolon."""
    meant: Meant = field(default_factory=Meant)


class InstructorCells:
    """The namespace of the instructor's cells, with IPython's display of values but without a kernel."""

    def __init__(self) -> None:
        from IPython.core.displaypub import DisplayPublisher
        from IPython.core.interactiveshell import InteractiveShell

        show = self.show

        class Publisher(DisplayPublisher):
            def publish(self, data: Any, metadata: Any = None, *ignored: Any, **also: Any) -> None:
                show("display_data", data, metadata)

            def clear_output(self, wait: bool = False) -> None:
                return

        shell: Any = InteractiveShell.instance()
        publisher: Any = Publisher
        shell.display_pub = publisher(parent=shell)
        shell.enable_gui = lambda gui=None: None  # `%matplotlib inline` asks for it
        self._shell = shell
        self.names: dict[str, Any] = shell.user_ns
        self.names["__builtins__"] = builtins
        self._runner = CellRunner(self.names)
        self._outputs: list[dict[str, Any]] = []
        self._count = 0

    def show(self, kind: str, data: Any, metadata: Any = None) -> None:
        """Keep a rich output."""
        output: dict[str, Any] = {"output_type": kind, "data": dict(data), "metadata": dict(metadata or {})}
        if kind == "execute_result":
            output["execution_count"] = self._count
        self._outputs.append(output)

    def run(self, source: str, name: str, seconds: float, meter: Meter | None = None) -> Ran:
        """Run a cell; its error is in the result, not raised."""
        self._count += 1
        self._outputs = []
        ran = Ran()
        with heard(self._outputs, MOST_OUTPUT), warnings.catch_warnings():
            warnings.simplefilter("default")
            # A warning of the garbage collector's may come amid an import, which Python cannot bear.
            warnings.simplefilter("ignore", ResourceWarning)
            try:
                with limited(seconds, meter) as ended:
                    self._run(source, f"<{name}>", ran)
            except BaseException as error:
                ran.error = error
        if ended and not isinstance(ran.error, TestTooLong):
            ran.error = ended[0]  # whatever the cell made of it
        ran.outputs = [_in_nbformat(output) for output in self._outputs]
        return ran

    def _run(self, source: str, filename: str, ran: Ran) -> None:
        source = as_python(source)
        cell = read_cell(source, filename)
        self._runner.statements(cell.body, filename)
        if cell.last is None:
            return
        value = self._runner.expression(cell.last.value, filename)
        if ends_quietly(source):
            return
        if value is not None:
            data, metadata = self._shell.display_formatter.format(value)
            self.show("execute_result", data or {"text/plain": type(value).__name__}, metadata)
        ran.value, ran.meant = value, meant_as(cell.last.value, cell.tree)


def _in_nbformat(output: dict[str, Any]) -> dict[str, Any]:
    """An output as notebooks keep it; a stream's has another form while the cell runs."""
    if "kind" not in output:
        return output
    return {"output_type": "stream", "name": output["kind"], "text": output["text"]}


def error_output(error: BaseException, student: str = "") -> dict[str, Any]:
    """The error as a notebook keeps it: the lines of the test, then what happened on the student's side."""
    lines = traceback.extract_tb(error.__traceback__)
    shown = [line for line in lines if line.filename.startswith("<")]
    text = "".join(traceback.format_list(shown)) if shown else ""
    try:
        last = "".join(traceback.format_exception_only(type(error), error))
    except Exception:  # a student's error may carry anything
        last = type(error).__name__
    trace = [part for part in ("Traceback (most recent call last):", text, last) if part]
    if student:
        trace.append("In the answer:\n" + student)
    return {
        "output_type": "error",
        "ename": type(error).__name__,
        "evalue": message_of(error)[:2000],
        "traceback": "\n".join(trace)[:20_000].split("\n"),
    }
