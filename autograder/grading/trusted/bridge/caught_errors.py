"""An answer's error classes that are Python's: a test catches what the answer raised with them, no more.

After `NotEnough = Exception` the test's `except NotEnough` would also catch the test's own `assert False`,
and with `BaseException` the end of its time. So a test gets a class of its own for it, and an error that the
student's side raised becomes an instance of that class if it is one of Python's.
"""

from __future__ import annotations

import ast
import builtins
from typing import Any

from autograder.grading.trusted.inside.errors import made_anew

UNRAISED = (StopIteration, StopAsyncIteration)
"""Errors that would end a loop of a test's and look like success."""


def raisable(kind: type[BaseException]) -> type[Exception]:
    """The class itself, or Exception for one whose errors would end more than a test."""
    return kind if issubclass(kind, Exception) and not issubclass(kind, UNRAISED) else Exception


class Caught:
    """The classes that stand for Python's own among the student's values."""

    def __init__(self) -> None:
        self._stand_ins: dict[type[BaseException], type[Exception]] = {}
        self._both: dict[tuple[type, ...], type[Exception]] = {}

    def own(self, value: Any) -> Any:
        """A value of the student's as a test may catch errors with it: a class, or classes in a tuple."""
        if type(value) is tuple and any(isinstance(part, type | tuple) for part in value):
            return tuple(map(self.own, value))
        if type(value) is not type or not issubclass(value, BaseException) or issubclass(value, Warning):
            return value
        if value not in self._stand_ins:
            self._stand_ins[value] = type(value.__name__, (raisable(value),), {"__module__": "student"})
        return self._stand_ins[value]

    def original(self, value: Any) -> type[BaseException] | None:
        """The class of Python's that this one stands for."""
        return next((kind for kind, made in self._stand_ins.items() if made is value), None)

    def raised(self, error: BaseException, kinds: tuple[str, ...]) -> BaseException:
        """An error of the student's whose classes have these names, so that the stand-ins catch it."""
        catching = tuple(made for kind, made in self._stand_ins.items() if kind.__name__ in kinds)
        if not catching or kinds[0] == "CellTooLong":
            return error
        bases = (*catching, type(error))
        if bases not in self._both:
            name, place = type(error).__name__, type(error).__module__
            meta: Any = type(type(error))
            try:
                self._both[bases] = meta(name, bases, {"__module__": place})
            except TypeError:  # classes that cannot be one
                return error
        return made_anew(error, self._both[bases])


def compared_with_pythons(cell: ast.Module | None) -> set[str]:
    """Names that a cell compares with errors of Python's (`answer is ValueError`): these stay as they are."""
    found: set[str] = set()
    for node in ast.walk(cell) if cell else ():
        if isinstance(node, ast.Compare):
            names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            if any(_is_pythons_error(name) for name in names):
                found |= names
    return found


def _is_pythons_error(name: str) -> bool:
    value = getattr(builtins, name, None)
    return isinstance(value, type) and issubclass(value, BaseException)
