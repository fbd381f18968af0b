"""A cell as Python: IPython's magics as the calls that IPython makes of them.

IPython finds them by the tokens, so a `%` in a text or between two numbers is none.
"""

from __future__ import annotations

import ast
import re
from typing import Any

_PROMPT = re.compile(r"\s*In \[\d+\]: ")
_RUN_PYTHON = ("time", "timeit", "prun", "capture")
"""The magics whose line or body is code that may hold magics of its own."""
_DEEPEST = 4
"""Magics within magics: each level doubles the backslashes in the text of the next."""


def as_python(source: str, deep: int = 0) -> str:
    """The cell with its magics as calls, and so those in the code that `%%time` and the like are about.

    What is Python already stays as it is, and so does what is not even Python with its magics as calls, as
    far as it has none.
    """
    if _is_python(source):
        return source
    from IPython.core.inputtransformer2 import TransformerManager

    manager: Any = TransformerManager
    try:
        text = str(manager().transform_cell(source.replace("\r\n", "\n").replace("\r", "\n")))
    except Exception:  # what IPython stumbles over is for Python to complain of
        return source
    return _inner_ones(text, deep) if deep < _DEEPEST else text


def tree_of(source: str) -> ast.Module | None:
    """The syntax tree of a cell, magics as calls; below `%%time` and the like, of what these are about."""
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
    """The syntax tree of Python's text; None where it is none."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _inner_ones(text: str, deep: int) -> str:
    """Translate what magics that run Python are given: the last argument of their call, which is one line."""
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
