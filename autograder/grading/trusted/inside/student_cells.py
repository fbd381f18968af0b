"""Running cells on the student's side: what they show, their errors, their time.

Nothing here is trusted: student code shares this process and may change all of it. It only has to serve
honest code well. The other side checks whatever it says.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import os
import signal
import sys
import traceback
import types
from collections.abc import Iterator
from time import process_time
from typing import Any

from .cell_runner import CellRunner, ends_quietly, heard, read_cell
from .showing import shortened, show, show_figure

_LAST = ("_", "__", "___")
OURS = os.path.dirname(__file__) + os.sep


class CellTooLong(KeyboardInterrupt):
    """A cell or call used up its time."""


class Absent:
    """Replaces a module that the instructor's cells import but answers may not; all of it does nothing."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_repr_", "_ipython")):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return ()

    def __repr__(self) -> str:
        return f"<{self._name} is not there while an answer is graded>"


class StudentCells:
    """Runs cells in the student's namespace, and keeps what they show."""

    def __init__(self, output_limit: int) -> None:
        self.main = types.ModuleType("__main__")
        self.names = self.main.__dict__
        self.names["__builtins__"] = builtins
        sys.modules["__main__"] = self.main
        self.runner = CellRunner(self.names)
        self.outputs: list[dict[str, Any]] = []
        self.limit = output_limit
        self.shown: list[Any] = ["", "", ""]
        self.names.update(zip(_LAST, self.shown, strict=True))
        self.names["In"], self.names["Out"] = [""], {}
        self.count = 0
        self.files: dict[str, int] = {}

    @contextlib.contextmanager
    def heard(self, most: int) -> Iterator[list[dict[str, Any]]]:
        """Collect what is written and shown meanwhile."""
        before, self.outputs = self.outputs, []
        try:
            with heard(self.outputs, most):
                yield self.outputs
        finally:
            self.outputs = before

    def run(
        self, source: str, name: str, seconds: float, setup: bool, count: int = 0
    ) -> tuple[Any, list[dict[str, Any]]]:
        """Run the notebook's code cell of this number; its error, or None, and its outputs."""
        error = None
        self.count = count
        self.names["In"] += [""] * (count + 1 - len(self.names["In"]))
        self.names["In"][count] = source
        with self.heard(self.limit) as outputs:
            try:
                with limited(seconds):
                    self.show(source, f"<{name}>", setup)
                    self._figures()
            except BaseException as problem:
                error = describe_error(problem)
        return error, outputs

    def show(self, source: str, filename: str, setup: bool = False) -> None:
        """Run source, and display the value of an expression at its end."""
        value = self.evaluate(source, filename, setup)
        if value is not None and not ends_quietly(source):
            self._remember(value)
            self.display(value)

    def _remember(self, value: Any) -> None:
        """The last values shown are `_`, `__` and `___`, unless the notebook uses these names."""
        newest = [value, *self.shown[:2]]
        if all(self.names.get(name) is old for name, old in zip(_LAST, self.shown, strict=True)):
            self.names.update(zip(_LAST, newest, strict=True))
        self.shown = newest
        self.names["Out"][self.count] = self.names[f"_{self.count}"] = value

    def evaluate(self, source: str, filename: str, setup: bool = False) -> Any:
        """Run source; the value of an expression at its end. `setup` marks a cell of the instructor's."""
        cell = read_cell(source, filename)
        if setup:
            for statement in cell.body:
                self._setup_statement(statement, filename)
        else:
            self.runner.statements(cell.body, filename)
        return None if cell.last is None else self.runner.expression(cell.last.value, filename)

    def _setup_statement(self, statement: ast.stmt, filename: str) -> None:
        """Run a statement of an instructor's cell, which may import what answers may not."""
        try:
            self.runner.statements([statement], filename)
        except ImportError:
            if not isinstance(statement, (ast.Import, ast.ImportFrom)):
                raise
            for alias in statement.names:
                single = (
                    ast.Import([alias])
                    if isinstance(statement, ast.Import)
                    else ast.ImportFrom(statement.module, [alias], statement.level)
                )
                try:
                    self.runner.statements([ast.copy_location(single, statement)], filename)
                except ImportError:
                    self.names[alias.asname or alias.name.split(".")[0]] = Absent(alias.name)

    def display(self, *values: Any, display_id: Any = None, **ignored: Any) -> Any:
        """Keep what values look like: as text, and figures as pictures."""
        for value in values:
            if isinstance(value, Absent):
                continue
            self.outputs += show(value, self.outputs)
            self._close(value)
        return Absent("DisplayHandle") if display_id else None

    def _figures(self) -> None:
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            for number in pyplot.get_fignums():
                self.outputs += show_figure(pyplot.figure(number), self.outputs)
            pyplot.close("all")

    @staticmethod
    def _close(value: Any) -> None:
        """Close a figure that was shown, so that it is not shown again at the end of the cell."""
        pyplot, figures = (sys.modules.get(f"matplotlib.{name}") for name in ("pyplot", "figure"))
        if pyplot is not None and figures is not None and isinstance(value, figures.Figure):
            pyplot.close(value)


@contextlib.contextmanager
def limited(seconds: float, began: float | None = None) -> Iterator[None]:
    """Interrupt code that computes longer, from now on or since the process had computed `began` seconds.

    The other side interrupts code that only waits, by SIGALRM, and ends what cannot be interrupted.
    """
    began = process_time() if began is None else began

    def too_long(number: int, frame: Any) -> None:
        left = seconds - (process_time() - began)
        if (
            number == signal.SIGPROF and left > 0
        ):  # that timer counts by the kernel's ticks, and early at times
            signal.setitimer(signal.ITIMER_PROF, max(left, 0.001))
            return
        raise CellTooLong(f"ran longer than {seconds:g} s")

    signal.signal(signal.SIGPROF, too_long)
    signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_PROF, max(seconds - (process_time() - began), 0.01))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)


def describe_error(error: BaseException) -> tuple[tuple[str, ...], str, str]:
    """The names of its classes, the message, and the traceback through the student's cells."""
    kinds = tuple(kind.__name__ for kind in type(error).__mro__ if kind not in (object,))[:20]
    try:
        message = shortened(str(error))
    except BaseException:
        message = ""
    try:
        frames_of = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(OURS)]
        shown = frames_of[:20] + frames_of[-20:] if len(frames_of) > 40 else frames_of
        lines = ["Traceback (most recent call last):\n", *traceback.format_list(shown)] if shown else []
        lines += traceback.format_exception_only(type(error), error)
        trace = shortened("".join(lines))
    except BaseException:
        trace = f"{kinds[0]}: {message}"
    return kinds, message, trace
