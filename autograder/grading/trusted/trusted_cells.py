"""Running the instructor's cells: in this process, outputs kept, time limited, the value of the last line
known.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import contextlib
import inspect
import io
import linecache
import math
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.grading.trusted.names import binds
from autograder.grading.trusted.template import as_python

MOST_OUTPUT = 400_000


class TestTooLong(KeyboardInterrupt):
    """A test used up its time. No ordinary `except` may swallow it."""

    __test__ = False


@dataclass
class Ran:
    """What running a cell gave."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    error: BaseException | None = None
    value: Any = None
    worked_out: bool = False
    """Whether the last line works out a number, as one that counts points does."""


class _Stream(io.TextIOBase):
    encoding = "utf-8"

    def __init__(self, name: str, outputs: list[dict[str, Any]]) -> None:
        self.name, self.outputs, self.left = name, outputs, MOST_OUTPUT

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        keep = text[: max(0, self.left)]
        self.left -= len(text)
        if keep:
            last = self.outputs[-1] if self.outputs else {}
            if last.get("output_type") == "stream" and last.get("name") == self.name:
                last["text"] += keep
            else:
                self.outputs.append({"output_type": "stream", "name": self.name, "text": keep})
        return len(text)


class Bench:
    """A namespace for the instructor's cells and IPython's display machinery, without a kernel."""

    def __init__(self) -> None:
        from IPython.core.displaypub import DisplayPublisher
        from IPython.core.interactiveshell import InteractiveShell

        bench = self

        class Publisher(DisplayPublisher):
            def publish(self, data: Any, metadata: Any = None, *ignored: Any, **also: Any) -> None:
                bench.show("display_data", data, metadata)

            def clear_output(self, wait: bool = False) -> None:
                return

        shell: Any = InteractiveShell.instance()
        publisher: Any = Publisher
        shell.display_pub = publisher(parent=shell)
        shell.enable_gui = lambda gui=None: None  # `%matplotlib inline` asks for it
        self.shell = shell
        self.names: dict[str, Any] = shell.user_ns
        self.names["__builtins__"] = builtins
        self.outputs: list[dict[str, Any]] = []
        self._count = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    def show(self, kind: str, data: Any, metadata: Any = None) -> None:
        """Keep a rich output."""
        output: dict[str, Any] = {"output_type": kind, "data": dict(data), "metadata": dict(metadata or {})}
        if kind == "execute_result":
            output["execution_count"] = self._count
        self.outputs.append(output)

    def run(self, source: str, name: str, seconds: float) -> Ran:
        """Run a cell; its error is in the result, not raised."""
        self._count += 1
        self.outputs = []
        ran = Ran(self.outputs)
        with self._heard(), warnings.catch_warnings():
            warnings.simplefilter("default")
            # A warning of the garbage collector's may come amid an import, which Python cannot bear.
            warnings.simplefilter("ignore", ResourceWarning)
            try:
                with limited(seconds):
                    ran.value, ran.worked_out = self._run(source, f"<{name}>")
            except BaseException as error:
                ran.error = error
        return ran

    def _run(self, source: str, filename: str) -> tuple[Any, bool]:
        try:
            tree = ast.parse(source, filename)
        except SyntaxError:
            source = as_python(source)
            tree = ast.parse(source, filename)
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        self._execute(ast.Module(tree.body[:-1] if last else tree.body, []), filename, "exec")
        if last is None:
            return None, False
        value = self._execute(ast.Expression(last.value), filename, "eval")
        if value is not None and not source.rstrip().endswith(";"):
            data, metadata = self.shell.display_formatter.format(value)
            self.show("execute_result", data or {"text/plain": type(value).__name__}, metadata)
        return value, _works_out(last.value, tree)

    def _execute(self, tree: ast.mod, filename: str, mode: str) -> Any:
        """As a notebook does it: with `await` anywhere, and without the `from __future__` of this file."""
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code: Any = compile(tree, filename, mode, flags, dont_inherit=True)  # type: ignore[call-overload]
        value = eval(code, self.names)
        if not code.co_flags & inspect.CO_COROUTINE:
            return value
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        return self._loop.run_until_complete(value)

    @contextlib.contextmanager
    def _heard(self) -> Iterator[None]:
        before = sys.stdout, sys.stderr
        sys.stdout = _Stream("stdout", self.outputs)
        sys.stderr = _Stream("stderr", self.outputs)
        try:
            yield
        finally:
            sys.stdout, sys.stderr = before


_COUNTING = {"abs", "float", "int", "max", "min", "round", "sum"}


def _works_out(expression: ast.expr, cell: ast.Module) -> bool:
    """Whether it is a sum, a product or the like, or a name that the cell gives to one."""
    if isinstance(expression, ast.Name):
        return any(
            isinstance(node, ast.AugAssign) or _counts(node.value)
            for node in ast.walk(cell)
            if isinstance(node, ast.Assign | ast.AugAssign) and expression.id in binds([node])
        )
    return _counts(expression)


def _counts(expression: ast.expr) -> bool:
    if isinstance(expression, ast.Call):
        return isinstance(expression.func, ast.Name) and expression.func.id in _COUNTING
    return isinstance(expression, ast.BinOp | ast.UnaryOp)


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TestTooLong in what runs longer."""

    def too_long(*ignored: Any) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.5)  # again, should someone hold it up
        raise TestTooLong(f"ran longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def error_output(error: BaseException, student: str = "") -> dict[str, Any]:
    """The error as a notebook keeps it: the lines of the test, then what happened on the student's side."""
    lines = traceback.extract_tb(error.__traceback__)
    shown = [line for line in lines if line.filename.startswith("<")]
    text = "".join(traceback.format_list(shown)) if shown else ""
    last = "".join(traceback.format_exception_only(type(error), error))
    trace = [part for part in ("Traceback (most recent call last):", text, last) if part]
    if student:
        trace.append("In the answer:\n" + student)
    message = str(error)
    return {
        "output_type": "error",
        "ename": type(error).__name__,
        "evalue": message[:2000],
        "traceback": "\n".join(trace)[:20_000].split("\n"),
    }


def points(ran: Ran, most: float) -> tuple[float, str]:
    """The points that a test earns, always a finite number from 0 to `most`, and why where it needs saying.

    As in nbgrader: none for an error, the value of the last line where that is a number, else all. Unlike
    it: a number that cannot be points earns none, and neither does an array or table where a number was
    worked out, nor a last line that the student's object answers.
    """
    from autograder.grading.trusted.stand_ins import Remote

    if ran.error is not None:
        return 0.0, ""
    value = ran.value
    if isinstance(value, Remote):
        return 0.0, "the last line of the test is an object of the student's"
    if isinstance(value, np.generic | np.ndarray) and value.ndim == 0 and value.dtype.kind in "iuf":
        value = value.item()
    if ran.worked_out and hasattr(value, "shape") and not isinstance(value, np.generic):
        return 0.0, f"the test worked out an array of shape {value.shape}, which is no number of points"
    if type(value) is bool or not isinstance(value, (int, float)):
        return most, ""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or not 0 <= number <= most:
        return 0.0, f"the test gave {number!r} points of {most:g}, which is no number of points"
    return number, ""
