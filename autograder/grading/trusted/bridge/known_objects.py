"""The remote objects and classes of one student's process: made once each, and found again by number."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from autograder.grading.trusted.bridge.caught_errors import UNRAISED, raisable
from autograder.grading.trusted.bridge.remote_objects import (
    Doc,
    Owner,
    Remote,
    RemoteClass,
    RemoteDefinition,
    RemoteFunction,
    RemoteGenerator,
    RemoteMethod,
    RemoteType,
    bare,
    iterator_of,
)
from autograder.grading.trusted.bridge.special_methods import METHODS, ask, awaited
from autograder.grading.trusted.inside.errors import as_told, made_of
from autograder.grading.trusted.inside.traits import ABSTRACT, CONTAINER, SPECIAL

_MOST_TYPES = 1000
_named: dict[tuple[str, frozenset[str]], type[Remote]] = {}
_OF_PYTHON: dict[str, type[Remote]] = {
    "function": RemoteDefinition,
    "method": RemoteMethod,
    "generator": RemoteGenerator,
    **{kind.__name__: iterator_of(kind) for kind in (enumerate, filter, map, reversed, zip)},
}


class ClassTag:
    """The student's class as a message names it to say what some object is."""

    def __init__(self, kind: Any, number: int) -> None:
        self.kind, self.number = kind, number


class KnownObjects:
    """The remote objects and classes of one process, which belong to `owner`.

    `class_in_common` gives the class of this name that both sides have from the instructor's cells, or None.
    """

    def __init__(self, owner: Owner, class_in_common: Callable[[str], Any] = lambda name: None) -> None:
        self._owner, self._class_in_common = owner, class_in_common
        self._classes: dict[int, Any] = {}
        self._in_use: WeakValueDictionary[int, Any] = WeakValueDictionary()
        self._made: WeakValueDictionary[int, Remote] = WeakValueDictionary()
        """Those that the test has made itself, by calling a class."""

    def object(self, number: int, name: str, traits: tuple[Any, ...], what: Any) -> Any:
        """The remote object of this number, whose class is called `name`.

        `what` is the ClassTag of the class, if that is the student's, or the name of one of Python's.
        """
        what = what.kind if type(what) is ClassTag else what
        if isinstance(what, type):
            return self._the_same(what if issubclass(what, Remote) else _type_called(name, traits), number)
        if what == "coroutine":
            return awaited(Remote(self._owner, number))
        kind = _OF_PYTHON.get(what) if type(what) is str else None
        return self._the_same(kind or _type_called(name, traits), number)

    def _the_same(self, kind: Any, number: int) -> Any:
        """The remote object that is in use already, so that `is` holds; else a new one."""
        found = self._in_use.get(number)
        if type(found) is not kind:
            found = self._in_use[number] = bare(kind, self._owner, number)
        return found

    def made_by_the_test(self, made: Remote) -> Remote:
        """The same object as one that the test made itself.

        It is kept apart from what functions return, even if they return the very same object: such a one may
        not answer for itself.
        """
        number = made._remote_number
        if number not in self._made:
            own = bare(type(made), self._owner, number)
            object.__setattr__(own, "_remote_made", True)
            self._made[number] = own
        return self._made[number]

    def error(self, number: int, what: Any, details: tuple[Any, ...]) -> BaseException:
        """An error that was raised or returned there.

        It is of its own class if that is the student's and an error here too, else of the nearest class that
        both sides know.
        """
        kind = what.kind if type(what) is ClassTag else None
        theirs = isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, UNRAISED)
        error = made_of(details, kind if theirs else None)
        if number >= 0:
            error.__dict__["_remote"] = Remote(self._owner, number)
        return error

    def value_of(self, tag: ClassTag, name: str) -> Any:
        """The student's class as the value of a name: the class itself only under its own name."""
        own = isinstance(tag.kind, type) and tag.kind.__name__ == name
        return tag.kind if own else self.as_a_value(tag.kind, tag.number)

    def as_a_value(self, kind: Any, number: int) -> Any:
        """A class that an answer returned: it can be called, but nobody asked for the objects it makes."""
        if isinstance(kind, type) and (issubclass(kind, BaseException) or not isinstance(kind, RemoteClass)):
            return kind
        return RemoteType(self._owner, number)

    def class_of(
        self, number: int, name: str, bases: tuple[Any, ...], traits: tuple[Any, ...], itself: tuple[Any, ...]
    ) -> Any:
        """The proxy of a student's class; the same for the same number while the class can do the same.

        `traits` are those of its objects, `itself` those of the class as an object.
        """
        bases = tuple(base.kind if type(base) is ClassTag else base for base in bases)
        known, has = self._classes.get(number), _known(traits)
        common = self._class_in_common(name)
        if isinstance(common, type):
            return common
        if known is not None and known._class_traits == has:
            return known
        if len(self._classes) >= _MOST_TYPES or not _is_name(name):
            return known or RemoteFunction(self._owner, number)
        errors = tuple(raisable(b) for b in bases if isinstance(b, type) and issubclass(b, BaseException))
        space: dict[str, Any] = {
            "_class_owner": self._owner,
            "_class_number": number,
            "__module__": "__main__",
        }
        if errors:
            parents: tuple[type, ...] = errors
            space |= {"__getattr__": _of_an_error, "__str__": as_told, "_class_traits": has}
        else:
            parents = _bases(name, bases, has, space)
        try:
            made = _metaclass(parents, _known(itself))(name, parents, space)
        except TypeError:
            return RemoteFunction(self._owner, number)
        self._classes[number] = made
        if issubclass(made, Remote):
            _count_among(made, has)
        return made


def _bases(name: str, bases: tuple[Any, ...], has: frozenset[str], space: dict[str, Any]) -> tuple[type, ...]:
    """The bases of a proxy class that is not an error's; what it needs besides goes into `space`."""
    space |= _space(has)
    found: tuple[type, ...] = tuple(b for b in bases if isinstance(b, RemoteClass) and issubclass(b, Remote))
    common = tuple(b for b in bases if isinstance(b, type) and not isinstance(b, RemoteClass))
    if common:
        # An instance of a class derived from one of the instructor's says so to `isinstance`.
        claim = type(name, common, {})
        space["__class__"] = property(lambda self: claim)
    if not any(issubclass(base, RemoteFunction) for base in found) and "__call__" in has:
        found += (RemoteFunction,)
    return found or (Remote,)


def _type_called(name: str, traits: tuple[Any, ...]) -> type[Remote]:
    """A type of that name, so that messages name what the student returned, with these special methods."""
    has = _known(traits)
    base: type[Remote] = RemoteFunction if "__call__" in has else Remote
    named = name if _is_name(name) and name not in dir(builtins) else base.__name__
    if (named, has) not in _named and len(_named) < _MOST_TYPES:
        _named[named, has] = type(named, (base,), _space(has))
        _count_among(_named[named, has], has)
    return _named.get((named, has), base)


def _known(traits: tuple[Any, ...]) -> frozenset[str]:
    known = {name for name in traits if type(name) is str}
    return frozenset(known & (SPECIAL | ABSTRACT.keys() | {"no __hash__"}))


def _space(traits: frozenset[str]) -> dict[str, Any]:
    """The attributes that give a class these traits."""
    space: dict[str, Any] = {name: METHODS[name] for name in traits & METHODS.keys()}
    if "no __hash__" in traits:
        space["__hash__"] = None
    if "__call__" in traits:
        space["__call__"] = RemoteFunction.__call__
    if "__class_getitem__" in traits:
        space["__class_getitem__"] = classmethod(lambda cls, key: ask(cls, "item", key))
    return space | {"__slots__": (), "__doc__": Doc(), "__module__": "__main__", "_class_traits": traits}


def _count_among(kind: type, traits: frozenset[str]) -> None:
    """Let `isinstance` count it among abstract classes, as on the student's side."""
    del kind.__slots__  # type: ignore[attr-defined]
    for name in traits & ABSTRACT.keys():
        ABSTRACT[name].register(kind)


def _is_name(name: str) -> bool:
    return name.isidentifier() and len(name) < 60


def _metaclass(bases: tuple[type, ...], traits: frozenset[str]) -> Any:
    """The class of a class, with what the student's class can do as an object, as an Enum can."""
    above = {type(base) for base in bases if isinstance(base, RemoteClass)} or {RemoteClass}
    missing = {
        name: METHODS[name] for name in traits & {*CONTAINER} if not all(hasattr(m, name) for m in above)
    }
    if len(above) == 1 and not missing:
        return above.pop()
    return type("RemoteClass", tuple(sorted(above, key=lambda meta: -len(type.mro(meta)))), missing)


def _of_an_error(error: Any, name: str) -> Any:
    remote = error.__dict__.get("_remote")
    if remote is None or name.startswith("__"):
        raise AttributeError(name)
    return getattr(remote, name)
