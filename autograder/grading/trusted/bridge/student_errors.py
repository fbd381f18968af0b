"""An error that the student's code raised: what the sandbox says of it, and what a test gets to see.

A test meets the error itself: of the same class if it is one of Python's, of a library or the student's own.
An error that would end more than the call, such as a loop of the test's, becomes a StudentError.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from autograder.grading.trusted.bridge.caught_errors import UNRAISED

TOO_LONG = "CellTooLong"
"""The name of the error that interrupts a student's code after its time, see `inside/student_cells.py`."""
MOST_TEXT = 20_000
_ENDING = (SystemExit, KeyboardInterrupt)
"""Classes whose errors are raised as they are, though they do not derive from Exception."""


class StudentError(Exception):
    """An error of the student's code whose own class must not be raised in a test."""


class RaisedThere(NamedTuple):
    """The sandbox's description of an error, made safe: short texts of exact types."""

    kinds: tuple[str, ...]
    """The names of its classes, the most special first."""
    message: str
    trace: str
    error: Any
    """The error as it came over the wire, None if it could not be sent."""

    @property
    def ran_too_long(self) -> bool:
        """Whether it is the interrupt that ends what runs too long."""
        return self.kinds[:1] == (TOO_LONG,)


def read_description(parts: Any) -> RaisedThere:
    """The description of an error as a sandbox sent it, whatever that is."""
    if type(parts) is not tuple or len(parts) != 4 or type(parts[0]) is not tuple:
        return RaisedThere(("Exception",), "", "", None)
    message, trace = (part[:MOST_TEXT] if type(part) is str else "" for part in parts[1:3])
    return RaisedThere(class_names(parts), message, trace, parts[3])


def class_names(parts: Any) -> tuple[str, ...]:
    """The names of an error's classes, as far as the description holds any."""
    kinds = parts[0] if type(parts) is tuple and parts else ()
    return tuple(kind[:100] for kind in kinds[:20] if type(kind) is str) if type(kinds) is tuple else ()


def to_raise(raised: RaisedThere) -> BaseException:
    """The error to raise in the test: the same, unless it would end more than the call."""
    own = raised.error
    if type(own) in _ENDING or (isinstance(own, Exception) and not isinstance(own, UNRAISED)):
        return own
    name = raised.kinds[0] if raised.kinds and raised.kinds[0].isidentifier() else "StudentError"
    error: Exception = type(name, (StudentError,), {"__module__": "student"})(f"{name}: {raised.message}")
    error.__suppress_context__ = True
    return error
