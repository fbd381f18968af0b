"""Running cells on the student's side: their names, their outputs, their errors, their time.

Nothing here is trusted: student code shares this process and may change all of it. It only has to serve
honest code well; whatever it says is judged on the other side.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import linecache
import os
import signal
import sys
import tokenize
import traceback
import types
from collections.abc import Iterator
from time import process_time
from typing import Any

from .showing import shortened, show, show_figure

_LAST = ("_", "__", "___")
OURS = os.path.dirname(__file__) + os.sep


class CellTooLong(KeyboardInterrupt):
    """A cell or call used up its time."""


class Capped(io.TextIOBase):
    """A stream that keeps the first characters and counts the rest."""

    encoding = "utf-8"

    def __init__(self, outputs: list[dict[str, Any]], name: str, most: int) -> None:
        self.outputs, self.name, self.left = outputs, name, most

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        keep = text[: max(self.left, 0)]
        if keep:
            last = self.outputs[-1] if self.outputs else {}
            if last.get("kind") != self.name:
                last = {"kind": self.name, "text": ""}
                self.outputs.append(last)
            last["text"] += keep
        elif self.left > 0 or not text:
            return len(text)
        self.left -= len(text)
        if self.left <= 0 <= self.left + len(text) and len(text) > len(keep):
            self.outputs.append({"kind": self.name, "text": "\n... (more output, not kept)\n"})
        return len(text)


def compiled(tree: ast.mod, filename: str, mode: str, flags: int = 0) -> types.CodeType:
    """Code as a notebook has it: `await` is allowed, and no `from __future__` of ours applies."""
    await_anywhere = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code: types.CodeType = compile(tree, filename, mode, flags | await_anywhere, dont_inherit=True)  # type: ignore[call-overload]
    return code


def ends_quietly(source: str) -> bool:
    """Whether a cell ends in a semicolon, so that its value is not shown."""
    if ";" not in source:
        return False
    passed = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.DEDENT, tokenize.ENDMARKER)
    last = ""
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            last = last if token.type in passed else token.string
    return last == ";"


class Absent:
    """Stands for what the notebook's own cells import but an answer may not use: takes everything, does
    nothing.
    """

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


class Stage:
    """The student's namespace, and running cells in it."""

    def __init__(self, output_limit: int) -> None:
        self.main = types.ModuleType("__main__")
        self.names = self.main.__dict__
        self.names["__builtins__"] = builtins
        sys.modules["__main__"] = self.main
        self.outputs: list[dict[str, Any]] = []
        self.limit = output_limit
        self.shown: list[Any] = ["", "", ""]
        self.names.update(zip(_LAST, self.shown, strict=True))
        self.names["In"], self.names["Out"] = [""], {}
        self.count = 0
        self.files: dict[str, int] = {}
        self.flags = 0
        self._loop: Any = None

    @contextlib.contextmanager
    def heard(self, most: int) -> Iterator[list[dict[str, Any]]]:
        """Collect what is written meanwhile."""
        before = self.outputs, sys.stdout, sys.stderr
        self.outputs = []
        sys.stdout = Capped(self.outputs, "stdout", most)
        sys.stderr = Capped(self.outputs, "stderr", most)
        try:
            yield self.outputs
        finally:
            self.outputs, sys.stdout, sys.stderr = before

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
        """Run source; the value of an expression at its end."""
        linecache.cache[filename] = (len(source), None, io.StringIO(source).readlines(), filename)
        tree = ast.parse(source, filename)
        last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        body = tree.body[:-1] if last else tree.body
        self._note_future(body)
        if setup:
            for statement in body:
                self._setup_statement(statement, filename)
        else:
            self.execute(compiled(ast.Module(body, tree.type_ignores), filename, "exec", self.flags))
        if last is None:
            return None
        return self.execute(compiled(ast.Expression(last.value), filename, "eval", self.flags))

    def execute(self, code: types.CodeType) -> Any:
        """Run code in the student's namespace; the value of an expression."""
        value = eval(code, self.names)
        return self.wait_for(value) if code.co_flags & 0x80 else value  # inspect.CO_COROUTINE

    def wait_for(self, coroutine: Any) -> Any:
        """Run a coroutine to its end, in the loop of this notebook."""
        import asyncio

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        return self._loop.run_until_complete(coroutine)

    def _note_future(self, body: list[ast.stmt]) -> None:
        """`from __future__ import ...` holds for the cells after it, too."""
        import __future__

        for node in body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                for alias in node.names:
                    feature = getattr(__future__, alias.name, None)
                    self.flags |= getattr(feature, "compiler_flag", 0)

    def _setup_statement(self, statement: ast.stmt, filename: str) -> None:
        """The instructor's own cells may import what an answer may not."""
        try:
            self.execute(compiled(ast.Module([statement], []), filename, "exec", self.flags))
        except ImportError:
            if not isinstance(statement, (ast.Import, ast.ImportFrom)):
                raise
            for alias in statement.names:
                bound = alias.asname or alias.name.split(".")[0]
                single = ast.copy_location(
                    ast.Import([alias])
                    if isinstance(statement, ast.Import)
                    else ast.ImportFrom(statement.module, [alias], statement.level),
                    statement,
                )
                try:
                    self.execute(compiled(ast.Module([single], []), filename, "exec"))
                except ImportError:
                    self.names[bound] = Absent(alias.name)

    def display(self, *values: Any, display_id: Any = None, **ignored: Any) -> Any:
        """Keep what a value looks like: text, and a picture where it is a figure."""
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
        """A figure that was shown is not shown again at the cell's end."""
        pyplot, figures = (sys.modules.get(f"matplotlib.{name}") for name in ("pyplot", "figure"))
        if pyplot is not None and figures is not None and isinstance(value, figures.Figure):
            pyplot.close(value)


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Interrupt what computes longer. The other side interrupts what only waits, by SIGALRM, and ends what
    cannot be interrupted.
    """

    began = process_time()

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
    signal.setitimer(signal.ITIMER_PROF, max(seconds, 0.01))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)


def describe_error(error: BaseException) -> tuple[tuple[str, ...], str, str]:
    """The names of its types, the message, and the lines of the student's cells that it went through."""
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
