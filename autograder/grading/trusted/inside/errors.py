"""Errors on the wire: the names of their classes, arguments, attributes, and the errors that caused them.

The other side makes an error of the same class if it knows that class: one of Python's, or of a library that
both sides have. It calls only Python's own constructors for that. The attributes of a library's class come as
data.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any

from .wire_values import WireError

LIBRARIES = frozenset(
    {"array", "ast", "asyncio", "binascii", "bz2", "calendar", "configparser", "copy", "csv", "dataclasses"}
    | {"decimal", "email", "enum", "fractions", "gzip", "http", "inspect", "io", "json", "lzma", "numpy"}
    | {"pandas", "pickle", "queue", "re", "shutil", "socket", "sqlite3", "statistics", "string", "struct"}
    | {"subprocess", "tarfile", "tokenize", "urllib", "xml", "zipfile", "zlib"}
)
"""Libraries whose errors are made by name. Test tools are left out: some of their errors skip a test."""
MOST_CAUSES = 4
MOST_TEXT = 20_000
_PLAIN = (str, bytes, int, float, bool)
_DETAILS = (tuple, tuple, dict, dict, str)


def details_of(error: BaseException, told: Callable[[BaseException], Any] | None = None) -> tuple[Any, ...]:
    """The names of its classes, its arguments, the attributes that Python's classes have, its own attributes,
    its message, its cause and its context.

    `told` makes a reference to a cause. Without it, causes are left out, and so are its own attributes and
    the classes that the other side does not have.
    """
    names = [f"{kind.__module__}:{kind.__qualname__}" for kind in type(error).__mro__ if kind is not object]
    if told is None:
        names = [name for name in names if _class_named(name)]
        return tuple(names), error.args, _pythons_attributes(error), {}, message_of(error), None, None
    arguments = _made_by(type(error)).__reduce__(error)[1]
    own = {name: value for name, value in vars(error).items() if type(name) is str}
    causes = [None if each is None else told(each) for each in (error.__cause__, error.__context__)]
    return tuple(names), arguments, _pythons_attributes(error), own, message_of(error), *causes


def made_of(details: tuple[Any, ...], kind: Any = None) -> BaseException:
    """Make an error of these details, of this class or of the nearest that is known. Raises WireError."""
    if len(details) != 7 or tuple(map(type, details[:5])) != _DETAILS:
        raise WireError("a malformed error")
    names, arguments, attributes, own, message, cause, context = details
    error = _bare(kind or _nearest(names), arguments)
    for name, value in attributes.items():
        slot = _slots(type(error)).get(name)
        if slot is not None and type(value) in _PLAIN:
            with contextlib.suppress(AttributeError, TypeError, ValueError):
                slot.__set__(error, value)
    error.__dict__.update((name, value) for name, value in own.items() if type(name) is str)
    error.__dict__["_message"] = message
    error.__cause__ = cause if isinstance(cause, BaseException) else None
    error.__context__ = context if isinstance(context, BaseException) else None
    error.__suppress_context__ = True
    return error


def made_anew(error: BaseException, kind: Any) -> BaseException:
    """A copy of the error that is of this class."""
    causes = error.__cause__, error.__context__
    arguments = _made_by(type(error)).__reduce__(error)[1]
    return made_of(((), arguments, _pythons_attributes(error), vars(error), message_of(error), *causes), kind)


def message_of(error: BaseException) -> str:
    """The message, as `str` gives it; empty if that fails."""
    try:
        return str(error)[:MOST_TEXT]
    except BaseException:
        return ""


def as_told(error: BaseException) -> str:
    """`str` of an error whose class only the other side has: the message that it had there."""
    told = error.__dict__.get("_message")
    return told if type(told) is str else _made_by(type(error)).__str__(error)


def came_over(error: BaseException) -> bool:
    """Whether the error came from the other side."""
    return "_message" in error.__dict__


def _made_by(kind: type[BaseException]) -> Any:
    """The class of Python's that this class derives from; of several, the one with the most attributes."""
    pythons = (each for each in kind.__mro__ if each.__module__ == "builtins" and each is not object)
    return max(pythons, key=lambda each: each.__basicsize__)


def _slots(kind: type) -> dict[str, Any]:
    """The attributes that Python's own classes of errors have: `errno`, `start`, `code` and so on."""
    return {
        name: slot
        for each in kind.__mro__
        if each.__module__ == "builtins" and each not in (object, BaseException)
        for name, slot in vars(each).items()
        if isinstance(slot, MemberDescriptorType | GetSetDescriptorType) and not name.startswith("_")
    }


def _pythons_attributes(error: BaseException) -> dict[str, Any]:
    found = {}
    for name, slot in _slots(type(error)).items():
        with contextlib.suppress(AttributeError, TypeError):
            value = slot.__get__(error)
            if type(value) in _PLAIN:  # None means that there is no value, as in an OSError without errno
                found[name] = value
    return found


def _class_named(name: Any) -> Any:
    """The class of errors with this module and name, if both sides have it, else None."""
    module, _, word = name.partition(":") if type(name) is str else ("", "", "")
    if module != "builtins" and module.partition(".")[0].lstrip("_") not in LIBRARIES:
        return None
    found = vars(sys.modules[module]).get(word) if module in sys.modules else None
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def _nearest(names: tuple[Any, ...]) -> Any:
    """The first class that is known; if that is not the first of all, a class with the first one's name,
    derived from it.
    """
    known = next(filter(None, map(_class_named, names[:20])), BaseException)
    word = str(names[0]).rpartition(":")[2].rpartition(".")[2] if names else ""
    if _class_named(names[0] if names else "") or not word.isidentifier():
        return known
    return type(word[:100], (known,), {"__module__": "student", "__str__": as_told})


def _bare(kind: Any, arguments: tuple[Any, ...]) -> BaseException:
    base = _made_by(kind)
    try:
        error: BaseException = base.__new__(kind, *arguments)
        base.__init__(error, *arguments)
    except Exception:  # this class does not take these arguments
        error = BaseException.__new__(type(kind.__name__, (Exception,), {"__str__": as_told}), *arguments)
    return error
