"""A cell that tries an answer which nobody has written yet shows one line in place of a traceback."""

from __future__ import annotations

from types import TracebackType
from typing import Any

NOT_WRITTEN = "not written yet"
"""What a released answer raises as the text of its NotImplementedError."""


def say_in_one_line(shell: Any) -> None:
    """Have the IPython shell of a notebook show this error in one line, and any other as ever.

    So it does with a name that a cell misses after that, for cells build on each other.
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
    """The name of the function that raised; empty where a cell itself did."""
    name = ""
    while trace is not None:
        name, trace = trace.tb_frame.f_code.co_name, trace.tb_next
    return "" if name.startswith("<") else name
