"""Objects of classes that the instructor's cells define. Both sides have the class, so they cross as objects.

Each object has a number. A message refers to it by that number, and carries the attributes of every object
that can be reached from it. So linked lists, trees and graphs keep their shape, and a function's changes to
an object are made on the other side too. Only attributes travel; each side has its own methods.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import cached_property
from typing import Any

from . import wire_values

MOST = 20_000
"""Objects in one message."""


class Shared:
    """One side's objects by number. Those that were made on this side have numbers of its `sign`."""

    def __init__(self, find: Callable[[str], Any], sign: int) -> None:
        self.find, self.sign = find, sign
        self.names: tuple[str, ...] = ()
        self.objects: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.sent: list[int] | None = None
        """Numbers of the objects in the message that is being put together; None if it may have none."""

    def begin(self, sent: list[int] | None) -> None:
        """Begin a message that has these objects in it already; None if it may have none at all."""
        self.sent = sent

    def name(self, value: Any) -> Any:
        """The reference to an object in a message, or None for anything else."""
        kind = type(value)
        if self.sent is None or kind.__name__ not in self.names or self.find(kind.__name__) is not kind:
            return None
        if issubclass(kind, Enum):
            return wire_values.Foreign("member", kind.__name__, value.name)
        if not _has_attributes_alone(kind):
            return None
        number = self.numbers.get(id(value))
        if number is None:
            number = self._keep(self.sign * (len(self.objects) + 1), value)
        if number not in self.sent:
            self.sent.append(number)
        return wire_values.Foreign("shared", number, kind.__name__)

    def _keep(self, number: int, value: Any) -> int:
        self.objects[number] = value
        self.numbers[id(value)] = number
        return number

    def meet(self, kind: str, details: tuple[Any, ...]) -> Any:
        """The object that a reference means; if the other side made it, a new one without attributes yet."""
        if kind == "member":
            return self._class(details[0]).__members__[details[1]]
        number, name = details
        if type(number) is int and number in self.objects:
            return self.objects[number]
        made_of = self._class(name)
        if type(number) is not int or number * self.sign >= 0 or not _has_attributes_alone(made_of):
            raise wire_values.WireError("an object that is not known")
        if len(self.objects) > 10 * MOST:
            raise wire_values.WireError("too many objects")
        value = object.__new__(made_of)
        self._keep(number, value)
        return value

    def _class(self, name: Any) -> Any:
        found = self.find(name) if type(name) is str else None
        if not isinstance(found, type) or (self.names and name not in self.names):
            raise wire_values.WireError("a class that is not known")
        return found

    def states(self, name: Any) -> dict[int, dict[str, Any]]:
        """The attributes of all objects of the message, and of those that can be reached from them."""
        found: dict[int, dict[str, Any]] = {}
        for number in self.sent or ():
            found[number] = dict(vars(self.objects[number]))
            wire_values.encode(found[number], name)  # this refers to the objects in it, and so adds them
            if len(found) > MOST:
                raise wire_values.WireError(f"more than {MOST} objects")
        return found

    def change(self, states: Any, only: list[int] | None = None) -> None:
        """Give objects their attributes; of those that were made here, only to these (`only`).

        An attribute cannot replace a method or a property, which belong to the class.
        """
        if type(states) is not dict:
            raise wire_values.WireError("malformed data")
        for number, state in states.items():
            theirs = type(number) is int and number * self.sign < 0
            if type(state) is not dict or not (theirs or only is None or number in only):
                raise wire_values.WireError("malformed data")
            value = self.objects.get(number)
            if value is None:
                continue
            attributes = vars(value)
            attributes.clear()
            attributes.update(
                (name, each) for name, each in state.items() if type(name) is str and _free(type(value), name)
            )


def _has_attributes_alone(kind: type) -> bool:
    """Whether objects of this class consist of attributes alone, without the content of a built-in type."""
    written = all(each is object or each.__module__ == "__main__" for each in kind.__mro__)
    return written and bool(kind.__dictoffset__) and kind.__itemsize__ == 0


def _free(kind: type, name: str) -> bool:
    inherited = getattr(kind, name, None)
    computed = callable(inherited) or isinstance(inherited, property | cached_property)
    return not name.startswith("__") and not computed
