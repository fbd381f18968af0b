"""Cells as Python: IPython's magics become the calls that IPython makes of them.

IPython looks at tokens, so a `%` in a string or between two numbers is not taken for a magic.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import Any

_PROMPT = re.compile(r"\s*In \[\d+\]: ")
_RUN_PYTHON = ("time", "timeit", "prun", "capture")
"""The magics that run code, which may contain magics itself."""
_DEEPEST = 4
"""The most levels of magics within magics: each level doubles the backslashes in the text of the next."""


@lru_cache(maxsize=256)
def as_python(source: str, deep: int = 0) -> str:
    """The cell with its magics as calls, also within the code that `%%time` and the like run.

    A cell that is Python already comes back unchanged.
    """
    if _is_python(source):
        return source
    from IPython.core.inputtransformer2 import TransformerManager

    manager: Any = TransformerManager
    try:
        text = str(manager().transform_cell(source.replace("\r\n", "\n").replace("\r", "\n")))
    except Exception:  # Python will report what is wrong with it
        return source
    return _inner_ones(text, deep) if deep < _DEEPEST else text


def tree_of(source: str) -> ast.Module | None:
    """The syntax tree of a cell, magics as calls; for `%%time` and the like, of the code that they run."""
    tree = parsed(as_python(source))
    match tree.body if tree is not None else None:
        case [
            ast.Expr(
                ast.Call(
                    func=ast.Attribute(attr="run_cell_magic"),
                    args=[ast.Constant(name), _, ast.Constant(str(body))],
                )
            )
        ] if name in _RUN_PYTHON:
            return tree_of(body)
    return tree


def _is_python(source: str) -> bool:
    return not _PROMPT.match(source) and parsed(source) is not None


def parsed(source: str) -> ast.Module | None:
    """The syntax tree of Python code; None if it is not Python."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _inner_ones(text: str, deep: int) -> str:
    """Translate magics within the code that magics run: the last argument of a call, on one line."""
    tree = parsed(text) if "get_ipython().run_" in text else None
    lines = [line.encode() for line in text.split("\n")] if tree is not None else []
    for node in ast.walk(tree) if tree is not None else ():
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        first, last = node.args[0], node.args[-1]
        if node.func.attr not in ("run_line_magic", "run_cell_magic") or len(node.args) < 2:
            continue
        if not isinstance(first, ast.Constant) or first.value not in _RUN_PYTHON:
            continue
        if isinstance(last, ast.Constant) and isinstance(last.value, str) and last.lineno == last.end_lineno:
            line = lines[last.lineno - 1]
            inner = repr(as_python(last.value, deep + 1)).encode()
            lines[last.lineno - 1] = line[: last.col_offset] + inner + line[last.end_col_offset :]
    return "\n".join(line.decode() for line in lines) or text
