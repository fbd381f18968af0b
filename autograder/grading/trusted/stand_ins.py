"""What stands on the trusted side for a thing of the student's that is no plain data.

A stand-in passes on what a test does with it. It never takes part in a comparison, a sum or a search together
with data of the test: the student would otherwise see what was expected, or answer for it. The one exception
is an object that the test itself made by calling a class that the assignment asks for: what `==`, `+` and
`in` mean for it is what the test is about.
"""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from autograder.grading.trusted.caught import UNRAISED, raisable

if TYPE_CHECKING:
    from autograder.grading.trusted.proxies import Line

_SHOWN = frozenset(
    [
        "__name__",
        "__qualname__",
        "__annotations__",
        "__defaults__",
        "__kwdefaults__",
        "__dict__",
        "__members__",
    ]
)
_VERDICTS = frozenset(
    {"startswith", "endswith", "issubset", "issuperset", "isdisjoint", "equals", "allclose", "array_equal"}
)
"""Methods of text, sets and tables that judge an expected value: no object of a student's may do that."""
_OPERATORS = [
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "matmul",
    "and_",
    "or_",
    "xor",
    "lshift",
    "rshift",
]
_ORDER = ("lt", "le", "gt", "ge")


class Remote:
    """A thing of the student's that is no plain data."""

    __slots__ = ("__weakref__", "_line", "_made", "_number")
    __array_ufunc__ = None
    __doc__ = property(lambda self: self._line.ask("attribute", self, "__doc__"))

    def __init__(self, line: Any = None, number: int = -1, *ignored: Any) -> None:
        object.__setattr__(self, "_line", line)
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_made", False)

    def __getattr__(self, name: str) -> Any:
        if self._line is None or (name.startswith("__") and name not in _SHOWN):
            raise AttributeError(f"a student's {type(self).__name__} does not hand over {name}")
        if name.startswith(("_repr_", "_ipython_")):
            raise AttributeError(name)
        value = self._line.caught.own(self._line.ask("attribute", self, name))
        return _Between(value) if name in _VERDICTS and callable(value) else value

    def __setattr__(self, name: str, value: Any) -> None:
        if self._line is None:  # of a subclass that the test made
            object.__setattr__(self, name, value)
        else:
            self._line.ask("assign", self, name, value)

    def __delattr__(self, name: str) -> None:
        if self._line is None:
            object.__delattr__(self, name)
        else:
            self._line.ask("unset", self, name)

    def __getitem__(self, key: Any) -> Any:
        return self._line.ask("item", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._line.ask("put", self, key, value)

    def __delitem__(self, key: Any) -> None:
        self._line.ask("remove", self, key)

    def __len__(self) -> int:
        return exactly(int, self._line.ask("length", self))

    def __iter__(self) -> Iterator[Any]:
        iterator = self._line.ask("iterator", self)
        if not isinstance(iterator, Remote):
            raise TypeError(f"a student's {type(self).__name__} cannot be gone through")
        return _items(iterator)

    def __next__(self) -> Any:
        for item in _next(self):
            return item
        raise StopIteration

    def __contains__(self, item: Any) -> bool:
        if self._made:
            return exactly(bool, self._line.ask("contains", self, item))
        return any(type(each) is type(item) and bool(each == item) for each in self)

    def __bool__(self) -> bool:
        return exactly(bool, self._line.ask("truth", self))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Remote) and not self._made:
            return False
        return exactly(bool, self._line.ask("equal", self, other))

    def __hash__(self) -> int:
        if self._made:
            return exactly(int, self._line.ask("hash", self))
        return hash((id(self._line), self._number))

    def __neg__(self) -> Any:
        return self._line.ask("operate", self, "neg")

    def __abs__(self) -> Any:
        return self._line.ask("operate", self, "abs")

    def __pos__(self) -> Any:
        return self._line.ask("operate", self, "pos")

    def __invert__(self) -> Any:
        return self._line.ask("operate", self, "invert")

    def __round__(self, *digits: int) -> Any:
        return self._line.ask("round", self, *digits)

    def __reversed__(self) -> Iterator[Any]:
        return _items(self._line.ask("reversed", self))

    def __copy__(self) -> Any:
        return self._line.ask("copy", self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self._line.ask("deepcopy", self)

    def __float__(self) -> float:
        return exactly(float, self._line.ask("float", self))

    def __int__(self) -> int:
        return exactly(int, self._line.ask("int", self))

    def __str__(self) -> str:
        return exactly(str, self._line.ask("text", self))

    def __repr__(self) -> str:
        return exactly(str, self._line.ask("repr", self))

    def __format__(self, specification: str) -> str:
        return exactly(str, self._line.ask("format", self, specification))

    def __instancecheck__(self, thing: Any) -> bool:
        return isinstance(thing, Remote) and exactly(bool, self._line.ask("instance", self, thing))

    def __enter__(self) -> Any:
        return self._line.ask("enter", self)

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> bool:
        from autograder.grading.trusted.proxies import SandboxLost, builtin_name

        if isinstance(error, SandboxLost) or not isinstance(error, Exception | None):
            return False
        what = () if error is None else (builtin_name(error), str(error)[:1000])
        return exactly(bool, self._line.ask("exit", self, *what))


def _operator(name: str, turned: bool) -> Callable[[Remote, Any], Any]:
    def method(self: Remote, other: Any) -> Any:
        if not isinstance(other, Remote) and not self._made:
            return NotImplemented
        return self._line.ask("operate", self, name, other, turned)

    return method


def _in_place(name: str) -> Callable[[Remote, Any], Any]:
    def method(self: Remote, other: Any) -> Any:
        if not isinstance(other, Remote) and not self._made:
            return NotImplemented
        value = self._line.ask("operate", self, f"i{name.rstrip('_')}", other)
        return self if isinstance(value, Remote) and value._number == self._number else value

    return method


for _name in (*_OPERATORS, *_ORDER):
    setattr(Remote, f"__{_name.rstrip('_')}__", _operator(_name, turned=False))
for _name in _OPERATORS:
    setattr(Remote, f"__r{_name.rstrip('_')}__", _operator(_name, turned=True))
    setattr(Remote, f"__i{_name.rstrip('_')}__", _in_place(_name))


class RemoteFunction(Remote):
    """A thing of the student's that can be called."""

    __slots__ = ()
    __doc__ = Remote.__dict__["__doc__"]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it in the sandbox."""
        return self._line.perform("call", self, args, kwargs)

    @property
    def __signature__(self) -> Any:
        """Its parameters, for `inspect.signature`."""
        import inspect

        described = self._line.ask("signature", self)
        try:
            return inspect.Signature(
                [
                    inspect.Parameter(
                        exactly(str, name),
                        list(inspect._ParameterKind)[exactly(int, kind)],
                        default=default if exactly(bool, optional) else inspect.Parameter.empty,
                        annotation=note if exactly(bool, noted) else inspect.Parameter.empty,
                    )
                    for name, kind, optional, default, noted, note in exactly(list, described)
                ]
            )
        except (ValueError, TypeError, IndexError):
            raise AttributeError("__signature__") from None

    def read_clock(self) -> float:
        """Seconds that the student's process has computed, for a race."""
        return self._line.read_clock()

    def clock_fault(self) -> str:
        """Why these seconds cannot be believed; empty where they can."""
        return self._line.clock_fault()


class RemoteDefinition(RemoteFunction):
    """A function that the student wrote with `def` or `lambda`: it looks like one to `inspect`."""

    __slots__ = ()
    __doc__ = Remote.__dict__["__doc__"]
    __class__ = property(lambda self: types.FunctionType)

    @property
    def __code__(self) -> types.CodeType:
        """Names, numbers and flags of its code, without the code: run, it returns None."""
        described = exactly(dict, self._line.ask("code", self))
        try:
            return (lambda: None).__code__.replace(**described)
        except (ValueError, TypeError, OverflowError):
            raise AttributeError("__code__") from None


class RemoteGenerator(Remote):
    """What a generator function of the student's returned."""

    __slots__ = ()
    __doc__ = Remote.__dict__["__doc__"]
    __class__ = property(lambda self: types.GeneratorType)

    def __iter__(self) -> Iterator[Any]:
        return self


async def awaited(coroutine: Remote) -> Any:
    """A coroutine of the student's runs to its end there."""
    return coroutine._line.ask("await", coroutine)


class RemoteClass(type):
    """A class of the student's: `type`, `isinstance`, `issubclass` and `except` work with it.

    A subclass that a test makes of one, and an error, are ordinary objects of this side.
    """

    _class_line: Line
    _class_number: int

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make an object of it, in the sandbox; an error is made here."""
        if issubclass(cls, BaseException):
            return super().__call__(*args, **kwargs)
        if "_class_number" not in cls.__dict__:  # a subclass of the test's own
            own: Any = object.__new__(cls)
            Remote.__init__(own)
            type(own).__init__(own, *args, **kwargs)
            return own
        line: Line = cls.__dict__["_class_line"]
        made = line.perform("call", cls, args, kwargs)
        if not isinstance(made, Remote) or cls.__name__ not in line.classes_asked_for:
            return made
        if made._number not in line.made:
            # Apart from what functions give, the very same object included: that may not answer for itself.
            own = _bare(type(made), line, made._number)
            object.__setattr__(own, "_made", True)
            line.made[made._number] = own
        return line.made[made._number]

    def __getattr__(cls, name: str) -> Any:
        if (name.startswith("__") and name not in _SHOWN) or name.startswith(("_repr_", "_ipy", "_class_")):
            raise AttributeError(name)
        return cls._class_line.caught.own(cls._class_line.ask("attribute", cls, name))

    def __instancecheck__(cls, thing: Any) -> bool:
        kind = type(thing)
        named = issubclass(kind, tuple) and kind.__module__ == "student" and kind.__name__ == cls.__name__
        return named or super().__instancecheck__(thing)

    def __iter__(cls) -> Iterator[Any]:
        return _items(cls._class_line.ask("iterator", cls))

    def __len__(cls) -> int:
        return exactly(int, cls._class_line.ask("length", cls))

    def __bool__(cls) -> bool:
        return True

    def __getitem__(cls, key: Any) -> Any:
        return cls._class_line.ask("item", cls, key)

    def read_clock(cls) -> float:
        """As a function's: making an object can be the answer, too."""
        return cls._class_line.read_clock()

    def clock_fault(cls) -> str:
        """As a function's."""
        return cls._class_line.clock_fault()


class _Between:
    """Such a method: it works between two things of the student's, and not with data of a test."""

    def __init__(self, method: Any) -> None:
        self._method = method

    def __call__(self, *args: Any) -> Any:
        """Compare with other things of the student's."""
        if not args or not all(isinstance(argument, Remote) for argument in args):
            raise TypeError("an object of the student's cannot judge what a test expects")
        return self._method(*args)


def _next(iterator: Any) -> list[Any]:
    return exactly(list, iterator._line.ask("next", iterator, 1))


def _items(iterator: Any) -> Iterator[Any]:
    while True:
        items = _next(iterator)
        if not items:
            return
        yield items[0]


def exactly(kind: type, value: Any) -> Any:
    """The value, if it is of this type and no other. Raises TypeError."""
    if type(value) is not kind:
        raise TypeError(f"the student's object gave a {type(value).__name__} where a {kind.__name__} belongs")
    return value


# Making them


_MOST_TYPES = 1000
_named: dict[tuple[str, bool], type[Remote]] = {}
_KINDS = {"function": RemoteDefinition, "generator": RemoteGenerator}


def stand_in(line: Line, number: int, name: str, calls: bool, what: Any) -> Any:
    """What stands for a thing whose type is called `name`.

    `what` is its class, where that is the student's, or the name of a kind of Python's that it is of.
    """
    what = what.kind if type(what) is Kind else what
    if isinstance(what, type):
        if issubclass(what, Exception) and not issubclass(what, UNRAISED):
            error = what.__new__(what)
            error.__dict__["_remote"] = Remote(line, number)
            return error
        return _the_same(what if issubclass(what, Remote) else _type_called(name, calls), line, number)
    if what == "coroutine":
        return awaited(Remote(line, number))
    kind = _KINDS.get(what) if type(what) is str else None
    return _the_same(kind or _type_called(name, calls), line, number)


def _bare(kind: Any, line: Line, number: int) -> Any:
    made = object.__new__(kind)
    Remote.__init__(made, line, number)
    return made


def _the_same(kind: Any, line: Line, number: int) -> Any:
    """The stand-in that is there for this thing already, so that `is` holds; else a new one."""
    found = line.things.get(number)
    if type(found) is not kind:
        found = line.things[number] = _bare(kind, line, number)
    return found


def _type_called(name: str, calls: bool) -> type[Remote]:
    """A type of that name, so that messages name what the student returned."""
    base: type[Remote] = RemoteFunction if calls else Remote
    if not _is_name(name) or name in dir(builtins):
        return base
    if (name, calls) not in _named and len(_named) < _MOST_TYPES:
        _named[name, calls] = type(name, (base,), {"__slots__": (), "__doc__": Remote.__dict__["__doc__"]})
    return _named.get((name, calls), base)


def _is_name(name: str) -> bool:
    return name.isidentifier() and len(name) < 60


def class_of(line: Line, number: int, name: str, bases: tuple[Any, ...], calls: bool) -> Any:
    """What stands for a class of the student's; the same for the same number."""
    bases = tuple(base.kind if type(base) is Kind else base for base in bases)
    known = line.classes.get(number)
    common = line.shared.find(name) if name in line.shared.names else None
    if isinstance(common, type):
        return common
    if known is not None or len(line.classes) >= _MOST_TYPES or not _is_name(name):
        return known or RemoteFunction(line, number)
    errors = tuple(raisable(b) for b in bases if isinstance(b, type) and issubclass(b, BaseException))
    space: dict[str, Any] = {"_class_line": line, "_class_number": number, "__module__": "__main__"}
    if errors:
        space["__getattr__"] = _of_an_error
        made_of: tuple[type, ...] = errors
    else:
        space |= {"__slots__": (), "__doc__": Remote.__dict__["__doc__"]}
        made_of = tuple(b for b in bases if isinstance(b, RemoteClass) and issubclass(b, Remote))
        common_ones = tuple(b for b in bases if isinstance(b, type) and not isinstance(b, RemoteClass))
        if common_ones:
            # An instance of a class derived from one of the instructor's says so to `isinstance`.
            claim = type(name, common_ones, {})
            space["__class__"] = property(lambda self: claim)
        if not any(issubclass(base, RemoteFunction) for base in made_of) and calls:
            made_of += (RemoteFunction,)
    try:
        line.classes[number] = RemoteClass(name, made_of or (Remote,), space)
    except TypeError:
        return RemoteFunction(line, number)
    return line.classes[number]


class Kind:
    """A class of the student's where a message says of what kind something is."""

    def __init__(self, kind: Any, number: int) -> None:
        self.kind, self.number = kind, number

    def called(self, line: Line, name: str) -> Any:
        """What stands for it under that name: the class itself only under its own."""
        own = self.kind.__name__ == name if isinstance(self.kind, type) else False
        return self.kind if own else as_a_value(line, self.kind, self.number)


def as_a_value(line: Line, kind: Any, number: int) -> Any:
    """A class that an answer gives: it can be called, but what it makes is nothing a test has asked for."""
    if isinstance(kind, type) and (issubclass(kind, BaseException) or not isinstance(kind, RemoteClass)):
        return kind
    return RemoteFunction(line, number)


def _of_an_error(error: Any, name: str) -> Any:
    remote = error.__dict__.get("_remote")
    if remote is None or name.startswith("__"):
        raise AttributeError(name)
    return getattr(remote, name)


def is_remote_class(value: Any) -> bool:
    """Whether this stands for a class of the student's, and is not one that a test made of it."""
    return isinstance(value, RemoteClass) and "_class_number" in value.__dict__
