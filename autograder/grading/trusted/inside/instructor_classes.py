"""Objects of classes that the instructor's cells define: both sides have the class, so they cross as such.

An object has a number; a message names it by that, and carries beside it the attributes of every object that
can be reached. So lists linked to themselves, trees and graphs keep their shape, and what a function changes
in an object is changed in the other side's. Methods are each side's own: only attributes travel.
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
    """One side's objects by number; those that began here have numbers of our sign."""

    def __init__(self, find: Callable[[str], Any], sign: int) -> None:
        self.find, self.sign = find, sign
        self.names: tuple[str, ...] = ()
        self.objects: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        self.sent: list[int] | None = None
        """The objects of the message that is put together; None where none may be."""

    def begin(self, sent: list[int] | None) -> None:
        """Put together a message that has these objects in it already, or none at all."""
        self.sent = sent

    def name(self, value: Any) -> Any:
        """What an object is called in a message; None for what is no such object."""
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
        """The object of that name; a new one, without attributes, where the other side made it."""
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
        """The attributes of all objects of the message, and of those that these lead to."""
        found: dict[int, dict[str, Any]] = {}
        for number in self.sent or ():
            found[number] = dict(vars(self.objects[number]))
            wire_values.encode(found[number], name)  # what it leads to is named, and so added
            if len(found) > MOST:
                raise wire_values.WireError(f"more than {MOST} objects")
        return found

    def change(self, states: Any, only: list[int] | None = None) -> None:
        """Give objects their attributes; of those that began here only these.

        An attribute cannot take the place of a method or property: what these do is the class's.
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
    """Whether an object of this class is its attributes: it has no content of a built-in type besides."""
    written = all(each is object or each.__module__ == "__main__" for each in kind.__mro__)
    return written and bool(kind.__dictoffset__) and kind.__itemsize__ == 0


def _free(kind: type, name: str) -> bool:
    inherited = getattr(kind, name, None)
    computed = callable(inherited) or isinstance(inherited, property | cached_property)
    return not name.startswith("__") and not computed
