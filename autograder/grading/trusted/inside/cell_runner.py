"""Running cells as a notebook does, on either side: names, printed text, the value of the last line."""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import sys
import tokenize
import types
from collections.abc import Iterator
from typing import Any, NamedTuple

_COROUTINE = 0x80  # inspect.CO_COROUTINE


class Cell(NamedTuple):
    """A cell as Python reads it: the whole, its statements, and the expression at its end, if it has one."""

    tree: ast.Module
    body: list[ast.stmt]
    last: ast.Expr | None


def read_cell(source: str, filename: str) -> Cell:
    """Read a cell, and let tracebacks show its lines. Raises SyntaxError."""
    note_lines(source, filename)
    tree = ast.parse(source, filename)
    last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    return Cell(tree, tree.body[:-1] if last else tree.body, last)


def note_lines(source: str, filename: str) -> None:
    """Let tracebacks, and `inspect.getsource`, find the lines of a cell under this name."""
    linecache.cache[filename] = (len(source), None, io.StringIO(source).readlines(), filename)


class CellRunner:
    """Runs code in the namespace of one notebook.

    `await` is allowed everywhere. `from __future__ import ...` holds for later cells too, and none of ours
    applies.
    """

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self._flags = 0
        self._loop: Any = None

    def statements(self, body: list[ast.stmt], filename: str) -> None:
        """Run statements."""
        self._note_future(body)
        self.execute(self._compiled(ast.Module(body, []), filename, "exec"))

    def expression(self, expression: ast.expr, filename: str) -> Any:
        """The value of an expression."""
        return self.execute(self._compiled(ast.Expression(expression), filename, "eval"))

    def _compiled(self, tree: ast.mod, filename: str, mode: str) -> types.CodeType:
        flags = self._flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code: types.CodeType = compile(tree, filename, mode, flags, dont_inherit=True)  # type: ignore[call-overload]
        return code

    def execute(self, code: types.CodeType) -> Any:
        """Run compiled code; the value of an expression."""
        value = eval(code, self.names)
        return self.wait_for(value) if code.co_flags & _COROUTINE else value

    def wait_for(self, coroutine: Any) -> Any:
        """Run a coroutine to its end, in the event loop of this notebook."""
        import asyncio

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        return self._loop.run_until_complete(coroutine)

    def _note_future(self, body: list[ast.stmt]) -> None:
        import __future__

        for node in body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                for alias in node.names:
                    feature = getattr(__future__, alias.name, None)
                    self._flags |= getattr(feature, "compiler_flag", 0)


def ends_quietly(source: str) -> bool:
    """Whether a cell ends in a semicolon, comments apart, so that its value is not shown."""
    if ";" not in source:
        return False
    passed = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.DEDENT, tokenize.ENDMARKER)
    last = ""
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            last = last if token.type in passed else token.string
    return last == ";"


class Capped(io.TextIOBase):
    """A stream that keeps the first characters, in `outputs`, and says once that there were more."""

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
        if len(text) > len(keep) and self.left >= 0:
            self.outputs.append({"kind": self.name, "text": "\n... (more output, not kept)\n"})
        self.left -= len(text)
        return len(text)


@contextlib.contextmanager
def heard(outputs: list[dict[str, Any]], most: int) -> Iterator[None]:
    """Keep in `outputs` what is written to each of the standard streams meanwhile, `most` characters."""
    before = sys.stdout, sys.stderr
    sys.stdout = Capped(outputs, "stdout", most)
    sys.stderr = Capped(outputs, "stderr", most)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
