"""Error classes of an answer that a test uses after `except`, so that it does not catch too much.

An answer may give one of Python's own classes a name. After `NotEnough = Exception`, the test's `except
NotEnough` would also catch the test's own `assert False`, and after `NotEnough = BaseException` the interrupt
that ends its time. So a test gets a class made for it in place of Python's, and only errors that the
student's side raised become instances of it.
"""

from __future__ import annotations

import ast
import builtins
from typing import Any

from autograder.grading.trusted.inside.errors import made_anew

UNRAISED = (StopIteration, StopAsyncIteration)
"""Classes whose errors would end a loop in a test and look like success."""


def raisable(kind: type[BaseException]) -> type[Exception]:
    """The class itself, or Exception if its errors would end more than a test."""
    return kind if issubclass(kind, Exception) and not issubclass(kind, UNRAISED) else Exception


class CaughtErrors:
    """The classes that tests get in place of Python's own, one for each."""

    def __init__(self) -> None:
        self._replacements: dict[type[BaseException], type[Exception]] = {}
        self._both: dict[tuple[type, ...], type[Exception]] = {}

    def own(self, value: Any) -> Any:
        """A student's value as a test may use it after `except`: Python's own classes are replaced."""
        if type(value) is tuple and any(isinstance(part, type | tuple) for part in value):
            return tuple(map(self.own, value))
        if type(value) is not type or not issubclass(value, BaseException) or issubclass(value, Warning):
            return value
        if value not in self._replacements:
            self._replacements[value] = type(value.__name__, (raisable(value),), {"__module__": "student"})
        return self._replacements[value]

    def original(self, value: Any) -> type[BaseException] | None:
        """The class of Python's that this one was made for, or None."""
        return next((kind for kind, made in self._replacements.items() if made is value), None)

    def raised(self, error: BaseException, kinds: tuple[str, ...]) -> BaseException:
        """A student's error, whose classes have these names, as one that the replacements catch."""
        catching = tuple(made for kind, made in self._replacements.items() if kind.__name__ in kinds)
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
    """Names that a cell compares with Python's error classes (`answer is ValueError`): not to be replaced."""
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
