"""Answers that are not written yet: how they look, and the one line that a cell which calls one shows."""

from __future__ import annotations

import ast
from types import TracebackType
from typing import Any

NOT_WRITTEN = "not written yet"
"""The message of the NotImplementedError that a released answer raises."""


def is_unanswered(source: str) -> bool:
    """Whether every function in an answer's cell still says that it is not written yet, and nothing else."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return False
    return all(isinstance(node, ast.FunctionDef) and _says_so(node) for node in body)


def _says_so(function: ast.FunctionDef) -> bool:
    statements = function.body[ast.get_docstring(function) is not None :]
    return (
        len(statements) == 1 and ast.unparse(statements[0]) == f"raise NotImplementedError('{NOT_WRITTEN}')"
    )


def say_in_one_line(shell: Any) -> None:
    """Have a notebook's IPython shell show this error in one line, and all others as usual.

    After it, a NameError in a later cell is shown in one line as well, because cells build on each other.
    """
    stopped = False

    def show(
        shell: Any,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
        tb_offset: int | None = None,
    ) -> list[str]:
        nonlocal stopped
        function = _innermost(trace)
        if error.args == (NOT_WRITTEN,):
            stopped = True
            said = [f"{kind.__name__}: {function or 'this answer'} is {NOT_WRITTEN}"]
        elif kind is NameError and stopped and not function:
            said = [f"{kind.__name__}: {error}; a cell above stopped at an answer that is {NOT_WRITTEN}"]
        else:
            said = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
        shell._showtraceback(kind, error, said)
        return said

    shell.set_custom_exc((NotImplementedError, NameError), show)


def _innermost(trace: TracebackType | None) -> str:
    """The name of the function that raised; "" if a cell itself did."""
    name = ""
    while trace is not None:
        name, trace = trace.tb_frame.f_code.co_name, trace.tb_next
    return "" if name.startswith("<") else name
