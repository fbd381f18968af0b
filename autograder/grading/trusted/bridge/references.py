"""References: what crosses the wire in place of values that are not plain data. Made here, and resolved.

References to the student's objects become remote objects. References to what this side handed out (functions
of a test, objects of the instructor's classes) become the very same again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.grading.trusted.bridge.callbacks import Callbacks
from autograder.grading.trusted.bridge.caught_errors import CaughtErrors
from autograder.grading.trusted.bridge.changed_arguments import SameArgument
from autograder.grading.trusted.bridge.known_objects import ClassTag, KnownObjects
from autograder.grading.trusted.bridge.modules import Module, place_on_both_sides
from autograder.grading.trusted.bridge.remote_objects import Owner, Remote, is_remote_class
from autograder.grading.trusted.inside.errors import details_of, message_of
from autograder.grading.trusted.inside.instructor_classes import Shared
from autograder.grading.trusted.inside.named_kinds import Foreign, NotPlain, WireError
from autograder.grading.trusted.inside.wire_values import encode


@dataclass(frozen=True)
class Classes:
    """The classes that an assignment speaks of."""

    asked_for: frozenset[str] = frozenset()
    """Names that the student is to give classes to."""
    in_common: frozenset[str] = frozenset()
    """Classes that the instructor's cells define on both sides."""
    find: Callable[[str], Any] = lambda name: None
    """What a name stands for in the instructor's cells, or None."""


class References:
    """The references between the tests and one student's process, whose connection is `owner`."""

    def __init__(self, owner: Owner, classes: Classes) -> None:
        self._owner, self._classes = owner, classes
        self.caught = CaughtErrors()
        self.callbacks = Callbacks()
        self.shared = Shared(classes.find, 1)
        self.shared.names = tuple(sorted(classes.in_common))
        self.known = KnownObjects(owner, self._class_in_common)

    def _class_in_common(self, name: str) -> Any:
        return self._classes.find(name) if name in self._classes.in_common else None

    # Going out

    def to(self, value: Any) -> Foreign | None:
        """The reference to a value, or None if there is none. Raises NotPlain for an object that is gone."""
        common: Foreign | None = self.shared.name(value)
        if common is not None:
            return common
        original = self.caught.original(value)
        if original is not None:
            return Foreign("type", original.__name__)
        if isinstance(value, Remote):
            return self._handle(value._remote_owner, value._remote_number)
        if is_remote_class(value):
            return self._handle(value._class_owner, value._class_number)
        if isinstance(value, np.random.Generator) and type(value.bit_generator) is np.random.PCG64:
            return Foreign("generator", value.bit_generator.state)
        if type(value) is np.random.RandomState:
            return Foreign("legacy", value.get_state())
        if isinstance(value, BaseException):
            known = value.__dict__.get("_remote")
            return self.to(known) if known else Foreign("error", -1, None, *self._details(value))
        return self._to_function(value) if callable(value) else None

    def _handle(self, owner: Any, number: int) -> Foreign:
        if owner is not self._owner:
            raise NotPlain("an object of a process that has ended")
        return Foreign("handle", number)

    def _to_function(self, function: Any) -> Foreign:
        place = place_on_both_sides(function)
        if place:
            return Foreign("global", *place)
        about = (getattr(function, name, None) for name in ("__name__", "__doc__"))
        texts = (text[:1000] if type(text) is str else "" for text in about)
        return Foreign("lent", self.callbacks.number_of(function), *texts)

    def _details(self, error: BaseException) -> tuple[Any, ...]:
        """What a student's function is told of an error of the test's."""
        names, arguments, *rest = details_of(error)
        try:
            encode(arguments, self.to)
        except WireError:
            arguments = (message_of(error),)
        return (names, arguments, *rest)

    # Coming in

    def resolve(self, foreign: Foreign) -> Any:
        """The value that a reference of the student's side means. Raises WireError for a malformed one."""
        kind, details = foreign.kind, foreign.details
        kinds = tuple(type(detail) for detail in details)
        if kind == "handle" and kinds[:3] == (int, str, tuple) and len(details) == 4:
            return self.known.object(*details)
        if kind in ("class", "kind") and kinds == (int, str, tuple, tuple, tuple):
            found, number = self.known.class_of(*details), details[0]
            return ClassTag(found, number) if kind == "kind" else self.known.as_a_value(found, number)
        if kind == "error" and kinds[:1] == (int,) and len(details) > 2:
            return self.known.error(details[0], details[1], details[2:])
        if kind == "lent" and kinds[:1] == (int,):
            return self.callbacks.function(details[0])
        if kind in ("shared", "member") and len(details) == 2:
            return self._shared(kind, details)
        if kind == "argument" and kinds in ((int,), (str,)):
            return SameArgument(details[0])
        if kind == "module" and len(details) == 1 and type(details[0]) is str:
            return Module(details[0][:100])
        raise WireError("something of a kind that is not known")

    def _shared(self, kind: str, details: tuple[Any, ...]) -> Any:
        try:
            return self.shared.meet(kind, details)
        except (KeyError, AttributeError):
            raise WireError("an object that is not known") from None

    def value_of_name(self, name: str, value: Any) -> Any:
        """The value of one of the student's names, as it was resolved."""
        return self.known.value_of(value, name) if type(value) is ClassTag else value
