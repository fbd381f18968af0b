"""The exercise and the aspect that a test cell checks."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from autograder.notebooks.ipython_syntax import as_python


@dataclass(frozen=True)
class CheckCall:
    """The `check("exercise", function, "aspect")` at the end of a test cell."""

    exercise: str
    aspect: str | None


def syntax_tree(source: str) -> ast.Module:
    """The syntax tree of a cell, with IPython's magics as calls. Raises SyntaxError."""
    return ast.parse(as_python(source))


def check_call(source: str) -> CheckCall | None:
    """Find the call of `check` in a test cell; None if there is none, as in a test of ordinary asserts."""
    try:
        tree = syntax_tree(source)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check"):
            continue
        named = {word.arg: word.value for word in node.keywords}
        given = [*node.args, None, None, None]
        exercise, aspect = given[0] or named.get("exercise"), given[2] or named.get("aspect")
        if isinstance(exercise, ast.Constant):
            named_aspect = str(aspect.value) if isinstance(aspect, ast.Constant) and aspect.value else None
            return CheckCall(str(exercise.value), named_aspect)
    return None
