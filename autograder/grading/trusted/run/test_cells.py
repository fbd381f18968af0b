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
import numbers
import signal
import sys
import tokenize
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from autograder.grading.trusted.computing_time import PRECISION, Stopwatch
from autograder.grading.trusted.inside.errors import message_of
from autograder.notebooks.free_names import binds
from autograder.notebooks.ipython_syntax import as_python

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
    """Whether the last line is a sum, a product or the like."""
    a_number: bool = False
    """Whether it is one that can only be meant as a number."""


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

    def run(self, source: str, name: str, seconds: float, watch: Stopwatch | None = None) -> Ran:
        """Run a cell; its error is in the result, not raised."""
        self._count += 1
        self.outputs = []
        ran = Ran(self.outputs)
        with self._heard(), warnings.catch_warnings():
            warnings.simplefilter("default")
            # A warning of the garbage collector's may come amid an import, which Python cannot bear.
            warnings.simplefilter("ignore", ResourceWarning)
            try:
                with limited(seconds, watch) as ended:
                    self._run(source, f"<{name}>", ran)
            except BaseException as error:
                ran.error = error
        if ended and not isinstance(ran.error, TestTooLong):
            ran.error = ended[0]  # whatever the cell made of it
        return ran

    def _run(self, source: str, filename: str, ran: Ran) -> None:
        source = as_python(source)
        tree = ast.parse(source, filename)
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        self._execute(ast.Module(tree.body[:-1] if last else tree.body, []), filename, "exec")
        if last is None:
            return
        value = self._execute(ast.Expression(last.value), filename, "eval")
        if _is_silenced(source):
            return
        if value is not None:
            data, metadata = self.shell.display_formatter.format(value)
            self.show("execute_result", data or {"text/plain": type(value).__name__}, metadata)
        meant = _outcomes(last.value, tree)
        ran.value, ran.worked_out = value, any(map(_works_out, meant))
        ran.a_number = any(map(_is_a_number, meant))

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


def _is_silenced(source: str) -> bool:
    """Whether the cell ends in a semicolon, comments apart: a notebook then shows no value."""
    words = [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type != tokenize.COMMENT and token.string.strip()
    ]
    return words[-1:] == [";"]


_COUNTING = {"abs", "float", "int", "len", "max", "min", "round", "sum"}
_LITERALS = (ast.JoinedStr, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp)
_LOGIC = (ast.BitAnd, ast.BitOr, ast.BitXor)


def _outcomes(expression: ast.expr, cell: ast.Module, seen: frozenset[str] = frozenset()) -> list[ast.expr]:
    """The expressions that this one may have the value of: both sides of a condition, what the cell gives to
    a name.
    """
    parts: list[ast.expr] = []
    match expression:
        case ast.IfExp():
            parts = [expression.body, expression.orelse]
        case ast.BoolOp():
            parts = expression.values
        case ast.NamedExpr() | ast.Await():
            parts = [expression.value]
        case ast.Name() if expression.id not in seen:
            seen |= {expression.id}
            parts = _given_to(expression.id, cell)
        case _:
            return [expression]
    return [each for part in parts for each in _outcomes(part, cell, seen)]


def _given_to(name: str, cell: ast.Module) -> list[ast.expr]:
    """What the cell assigns to this name; what it is counted up from is no value of its own."""
    giving = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)
    given: list[Any] = [node for node in ast.walk(cell) if isinstance(node, giving) and name in binds([node])]
    values = [node.value for node in given if node.value and not isinstance(node, ast.AugAssign)]
    start = next((value for value in values if isinstance(value, ast.Constant)), ast.Name(name, ast.Load()))
    counted = [ast.BinOp(start, node.op, node.value) for node in given if isinstance(node, ast.AugAssign)]
    return [*(value for value in values if not isinstance(value, ast.Constant)), *counted]


def _works_out(expression: ast.expr) -> bool:
    """Whether it is a sum, a product or the like."""
    if isinstance(expression, ast.Call):
        return isinstance(expression.func, ast.Name) and expression.func.id in _COUNTING
    if isinstance(expression, ast.BinOp):
        return not isinstance(expression.op, _LOGIC)
    return isinstance(expression, ast.UnaryOp) and not isinstance(expression.op, ast.Not)


def _is_a_number(expression: ast.expr) -> bool:
    """Whether it can only be meant as a number: it is one, or reckons with one; text and lists can be added,
    too.
    """
    match expression:
        case ast.Constant():
            return type(expression.value) in (int, float)
        case ast.UnaryOp():
            return isinstance(expression.op, ast.USub | ast.UAdd)
        case ast.IfExp():
            return _is_a_number(expression.body) or _is_a_number(expression.orelse)
        case ast.Call(func=ast.Name(id="max" | "min")):
            return any(map(_is_a_number, expression.args))
        case ast.Call(func=ast.Name()):
            return _works_out(expression) and not any(
                isinstance(part, _LITERALS) for part in expression.args[1:]
            )
        case ast.GeneratorExp():
            return _is_a_number(expression.elt)
        case ast.BinOp():
            sides = (expression.left, expression.right)
            if any(isinstance(side, _LITERALS) or _is_text(side) for side in sides):
                return False
            if isinstance(expression.op, ast.Mod):  # of text on the left it puts the right one in
                return _is_a_number(expression.left)
            scales = isinstance(expression.op, ast.Mult | ast.Div | ast.FloorDiv | ast.Pow)
            return scales or (_works_out(expression) and any(map(_is_a_number, sides)))
    return False


def _is_text(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Constant) and not isinstance(expression.value, int | float | complex)


@contextlib.contextmanager
def limited(seconds: float, watch: Stopwatch | None = None) -> Iterator[list[TestTooLong]]:
    """Raise TestTooLong in what runs longer; what was raised is in the list, should someone catch it."""
    ended: list[TestTooLong] = []
    watch = watch or Stopwatch()

    def look(*ignored: Any) -> None:
        left = seconds - watch.spent()
        signal.setitimer(signal.ITIMER_REAL, min(max(left, PRECISION), seconds) if left > 0 else 0.5)
        if left <= 0:
            ended.append(TestTooLong(f"ran longer than {seconds:g} s"))
            raise ended[-1]  # and again, should someone hold it up

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01))
    try:
        yield ended
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def error_output(error: BaseException, student: str = "") -> dict[str, Any]:
    """The error as a notebook keeps it: the lines of the test, then what happened on the student's side."""
    lines = traceback.extract_tb(error.__traceback__)
    shown = [line for line in lines if line.filename.startswith("<")]
    text = "".join(traceback.format_list(shown)) if shown else ""
    try:
        last = "".join(traceback.format_exception_only(type(error), error))
    except Exception:  # what an error of the student's carries may be anything
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


def points(ran: Ran, most: float) -> tuple[float, str]:
    """The points that a test earns, always a finite number from 0 to `most`, and why where it needs saying.

    As in nbgrader: none for an error, the value of the last line where that is a number, else all. Unlike
    it: a number of any kind is a number, one that cannot be points earns none, and so does anything else
    where a number was worked out, and a last line that the student's object answers.
    """
    from autograder.grading.trusted.bridge.remote_objects import Remote

    if ran.error is not None:
        return 0.0, ""
    value = ran.value
    if isinstance(value, Remote):
        return 0.0, "the last line of the test is an object of the student's"
    span = isinstance(value, np.timedelta64 | np.datetime64)  # whose items may be integers
    if isinstance(value, np.generic | np.ndarray) and value.ndim == 0 and not span:
        value = value.item()
    if isinstance(value, bool):
        return (most if value or not (ran.worked_out or ran.a_number) else 0.0), ""
    if isinstance(value, numbers.Real | Decimal) and not span:
        return _within(value, most)
    if ran.a_number or (ran.worked_out and (hasattr(value, "shape") or isinstance(value, numbers.Number))):
        shape = f" of shape {value.shape}" if hasattr(value, "shape") else ""
        return 0.0, f"the test worked out a {type(value).__name__}{shape}, which is no number of points"
    return most, ""


def _within(value: Any, most: float) -> tuple[float, str]:
    """A number as points: none for one that is not from 0 to `most`; the last digits may be rounded."""
    try:
        number = float(value)
    except (OverflowError, ValueError):
        number = math.inf
    nearly = 1e-9 * max(most, 1.0)
    if not -nearly <= number <= most + nearly:
        return 0.0, f"the test gave {number!r} points of {most:g}, which is no number of points"
    return min(max(number, 0.0), most), ""
