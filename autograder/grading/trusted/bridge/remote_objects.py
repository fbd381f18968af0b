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

from autograder.grading.trusted.bridge.caught_errors import UNRAISED, raisable
from autograder.grading.trusted.bridge.special_methods import METHODS, ask, awaited, exactly, given_by
from autograder.grading.trusted.inside.errors import as_told
from autograder.grading.trusted.inside.errors import made_of as error_made_of
from autograder.grading.trusted.inside.traits import ABSTRACT, CONTAINER, SPECIAL

if TYPE_CHECKING:
    from autograder.grading.trusted.bridge.connection import Line

_SHOWN = frozenset(
    [
        "__name__",
        "__qualname__",
        "__annotations__",
        "__defaults__",
        "__kwdefaults__",
        "__wrapped__",
        "__dict__",
        "__members__",
        "__slots__",
        "__match_args__",
        "__abstractmethods__",
    ]
)
_VERDICTS = frozenset(
    {"startswith", "endswith", "issubset", "issuperset", "isdisjoint", "equals", "allclose", "array_equal"}
)
"""Methods of text, sets and tables that judge an expected value: no object of a student's may do that."""
_ROUTED = frozenset({"__init__", "__new__", "__setattr__", "__delattr__"})
_BASIC = _ROUTED | {"__eq__", "__hash__"}
"""What every stand-in needs for itself; asked of the class, it is what the student's class has."""


class _Doc:
    """The docstring of a thing of the student's, or of its class."""

    def __get__(self, thing: Any, owner: Any = None) -> Any:
        if thing is None:
            line = owner.__dict__.get("_class_line")
            return line.ask("attribute", owner, "__doc__") if line is not None else None
        return thing._remote_line.ask("attribute", thing, "__doc__")


class Remote:
    """A thing of the student's that is no plain data; a subclass has the special methods of its class."""

    __slots__ = ("__weakref__", "_remote_line", "_remote_made", "_remote_number")
    __array_ufunc__ = None
    __doc__ = _Doc()
    _class_traits = frozenset[str]()  # no annotation: a test may ask for the student's

    def __init__(self, line: Any = None, number: int = -1, *ignored: Any) -> None:
        object.__setattr__(self, "_remote_line", line)
        object.__setattr__(self, "_remote_number", number)
        object.__setattr__(self, "_remote_made", False)

    def __getattr__(self, name: str) -> Any:
        shown = not name.startswith("__") or name in _SHOWN or name in type(self)._class_traits
        if self._remote_line is None or not shown:
            raise AttributeError(f"a student's {type(self).__name__} does not hand over {name}")
        if name.startswith(("_repr_", "_ipython_")):
            raise AttributeError(name)
        value = self._remote_line.caught.own(ask(self, "attribute", name))
        return _Between(value) if name in _VERDICTS and callable(value) else value

    def __setattr__(self, name: str, value: Any) -> None:
        if self._remote_line is None:  # of a subclass that the test made
            object.__setattr__(self, name, value)
        else:
            ask(self, "assign", name, value)

    def __delattr__(self, name: str) -> None:
        if self._remote_line is None:
            object.__delattr__(self, name)
        else:
            ask(self, "unset", name)

    def __dir__(self) -> list[str]:
        return list(exactly(list, ask(self, "names")))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Remote) and not self._remote_made:
            return False
        return bool(exactly(bool, ask(self, "equal", other)))

    def __hash__(self) -> int:
        if self._remote_made:
            return int(exactly(int, ask(self, "hash")))
        return hash((id(self._remote_line), self._remote_number))

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Where `copy` comes for a class that says nothing of it: the student's side makes the copy."""
        return _copied, (_ToCopy(self, "copy"),)


class _ToCopy:
    """A thing of the student's on its way through `copy.copy`, or through `copy.deepcopy`."""

    def __init__(self, thing: Remote, how: str) -> None:
        self.thing, self.how = thing, how

    def __deepcopy__(self, memo: dict[int, Any]) -> _ToCopy:
        return _ToCopy(self.thing, "deepcopy")


def _copied(what: _ToCopy) -> Any:
    return ask(what.thing, what.how)


class RemoteFunction(Remote):
    """A thing of the student's that can be called."""

    __slots__ = ()
    __doc__ = _Doc()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it in the sandbox."""
        return self._remote_line.perform("call", self, args, kwargs)

    @property
    def __signature__(self) -> Any:
        """Its parameters, for `inspect.signature`."""
        import inspect

        def one(name: Any, kind: Any, default: Any, note: Any) -> inspect.Parameter:
            kind = list(inspect._ParameterKind)[exactly(int, kind)]
            return inspect.Parameter(exactly(str, name), kind, default=given(default), annotation=given(note))

        def given(values: Any) -> Any:
            return next(iter(exactly(list, values)), inspect.Signature.empty)

        described = self._remote_line.ask("signature", self)
        try:
            parameters, returns = exactly(tuple, described)
            described = [one(*each) for each in exactly(list, parameters)]
            return inspect.Signature(described, return_annotation=given(returns))
        except (ValueError, TypeError, IndexError):
            raise AttributeError("__signature__") from None

    def read_clock(self) -> float:
        """Seconds that the student's process has computed, for a race."""
        return self._remote_line.read_clock()

    def watch_clock(self) -> Callable[[], str]:
        """What says from now on why these seconds cannot be believed; nothing where they can."""
        return self._remote_line.watch_clock()


class RemoteType(RemoteFunction):
    """A class of the student's, where an answer gives it as a value."""

    __slots__ = ()
    __doc__ = _Doc()

    def __instancecheck__(self, thing: Any) -> bool:
        return isinstance(thing, Remote) and bool(exactly(bool, ask(self, "instance", thing)))


class RemoteDefinition(RemoteFunction):
    """A function that the student wrote with `def` or `lambda`: it looks like one to `inspect`."""

    __slots__ = ()
    __doc__ = _Doc()
    __class__ = property(lambda self: types.FunctionType)

    def __get__(self, thing: Any, owner: Any = None) -> Any:
        return self if thing is None else types.MethodType(self, thing)

    @property
    def __code__(self) -> types.CodeType:
        """Names, numbers and flags of its code, without the code: run, it returns None."""
        described = exactly(dict, self._remote_line.ask("code", self))
        try:
            return (lambda: None).__code__.replace(**described)
        except (ValueError, TypeError, OverflowError):
            raise AttributeError("__code__") from None


class RemoteMethod(RemoteFunction):
    """A method of an object, or of a class."""

    __slots__ = ()
    __doc__ = _Doc()
    __class__ = property(lambda self: types.MethodType)
    __self__ = property(lambda self: ask(self, "attribute", "__self__"))
    __func__ = property(lambda self: ask(self, "attribute", "__func__"))


class RemoteGenerator(Remote):
    """What a generator function of the student's returned."""

    __slots__ = ()
    __doc__ = _Doc()
    __class__ = property(lambda self: types.GeneratorType)
    __next__ = METHODS["__next__"]

    def __iter__(self) -> Iterator[Any]:
        return self

    def send(self, value: Any) -> Any:
        """Go on with this value, up to the next one that it yields."""
        return given_by(ask(self, "resume", "send", value))

    def throw(self, *error: Any) -> Any:
        """Go on with this error."""
        return given_by(ask(self, "resume", "throw", *error))


def _iterator_of(kind: type) -> type[Remote]:
    """What stands for an iterator of Python's: `isinstance(pairs, zip)`."""
    space = {"__slots__": (), "__doc__": _Doc(), "__class__": property(lambda self: kind)}
    return type(kind.__name__, (Remote,), space | {name: METHODS[name] for name in ("__iter__", "__next__")})


for _kind in (Remote, RemoteFunction, RemoteType, RemoteDefinition, RemoteMethod, RemoteGenerator):
    del _kind.__slots__  # which a test may ask the student's class for


class RemoteClass(type):
    """A class of the student's: `type`, `isinstance`, `issubclass` and `except` work with it.

    A subclass that a test makes of one, and an error, are ordinary objects of this side.
    """

    _class_line: Line
    _class_number: int
    _class_traits: frozenset[str] = frozenset()

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make an object of it, in the sandbox; a copy of it here, where it is an error."""
        line: Line | None = cls.__dict__["_class_line"] if "_class_number" in cls.__dict__ else None
        made = None if line is None else line.perform("call", cls, args, kwargs)
        if issubclass(cls, BaseException):
            return made if type(made) is cls else super().__call__(*args, **kwargs)
        if line is None:  # a subclass of the test's own
            own: Any = object.__new__(cls)
            Remote.__init__(own)
            type(own).__init__(own, *args, **kwargs)
            return own
        if not isinstance(made, Remote) or cls.__name__ not in line.classes_asked_for:
            return made
        if made._remote_number not in line.made:
            # Apart from what functions give, the very same object included: that may not answer for itself.
            own = _bare(type(made), line, made._remote_number)
            object.__setattr__(own, "_remote_made", True)
            line.made[made._remote_number] = own
        return line.made[made._remote_number]

    def __getattribute__(cls, name: str) -> Any:
        if name in _BASIC or name == "__annotations__":
            own = type.__getattribute__(cls, "__dict__")
            if "_class_number" in own and issubclass(cls, Remote):
                if name == "__annotations__" or name in _ROUTED & cls._class_traits:
                    return ask(cls, "attribute", name)
                if name not in cls._class_traits:
                    return getattr(object, name)
        if name == "mro":
            return lambda: list(cls.__mro__)
        value = type.__getattribute__(cls, name)
        if name in ("__mro__", "__bases__"):  # as on the student's side
            return tuple(kind for kind in value if kind not in _OURS) or (object,)
        return object if name == "__base__" and value in _OURS else value

    def __getattr__(cls, name: str) -> Any:
        shown = not name.startswith("__") or name in _SHOWN or name in cls._class_traits
        if not shown or name.startswith(("_repr_", "_ipy", "_class_", "_remote_")):
            raise AttributeError(name)
        return cls._class_line.caught.own(ask(cls, "attribute", name))

    def __dir__(cls) -> list[str]:
        theirs = "_class_number" in cls.__dict__
        return list(exactly(list, ask(cls, "names"))) if theirs else list(type.__dir__(cls))

    def __instancecheck__(cls, thing: Any) -> bool:
        kind = type(thing)
        named = issubclass(kind, tuple) and kind.__module__ == "student" and kind.__name__ == cls.__name__
        return named or super().__instancecheck__(thing)

    def read_clock(cls) -> float:
        """As a function's: making an object can be the answer, too."""
        return cls._class_line.read_clock()

    def watch_clock(cls) -> Callable[[], str]:
        """As a function's."""
        return cls._class_line.watch_clock()


class _Between:
    """Such a method: it works between two things of the student's, and not with data of a test."""

    def __init__(self, method: Any) -> None:
        self._method = method

    def __call__(self, *args: Any) -> Any:
        """Compare with other things of the student's."""
        if not args or not all(isinstance(argument, Remote) for argument in args):
            raise TypeError("an object of the student's cannot judge what a test expects")
        return self._method(*args)


# Making them

_OURS = (Remote, RemoteFunction)

_MOST_TYPES = 1000
_named: dict[tuple[str, frozenset[str]], type[Remote]] = {}
_KINDS: dict[str, type[Remote]] = {
    "function": RemoteDefinition,
    "method": RemoteMethod,
    "generator": RemoteGenerator,
    **{kind.__name__: _iterator_of(kind) for kind in (enumerate, filter, map, reversed, zip)},
}


def stand_in(line: Line, number: int, name: str, traits: tuple[Any, ...], what: Any) -> Any:
    """What stands for a thing whose type is called `name`.

    `what` is its class, where that is the student's, or the name of a kind of Python's that it is of.
    """
    what = what.kind if type(what) is Kind else what
    if isinstance(what, type):
        return _the_same(what if issubclass(what, Remote) else _type_called(name, traits), line, number)
    if what == "coroutine":
        return awaited(Remote(line, number))
    kind = _KINDS.get(what) if type(what) is str else None
    return _the_same(kind or _type_called(name, traits), line, number)


def error_of(line: Line, number: int, what: Any, details: tuple[Any, ...]) -> BaseException:
    """An error that was raised or given there: of its class, where that is the student's and an error here
    too, else of the nearest that both sides know.
    """
    kind = what.kind if type(what) is Kind else None
    theirs = isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, UNRAISED)
    error = error_made_of(details, kind if theirs else None)
    if number >= 0:
        error.__dict__["_remote"] = Remote(line, number)
    return error


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
    """What a class needs in order to have these traits."""
    space: dict[str, Any] = {name: METHODS[name] for name in traits & METHODS.keys()}
    if "no __hash__" in traits:
        space["__hash__"] = None
    if "__call__" in traits:
        space["__call__"] = RemoteFunction.__call__
    if "__class_getitem__" in traits:
        space["__class_getitem__"] = classmethod(lambda cls, key: ask(cls, "item", key))
    return space | {"__slots__": (), "__doc__": _Doc(), "__module__": "__main__", "_class_traits": traits}


def _count_among(kind: type, traits: frozenset[str]) -> None:
    """Let `isinstance` count it among abstract classes, as on the student's side."""
    del kind.__slots__  # type: ignore[attr-defined]
    for name in traits & ABSTRACT.keys():
        ABSTRACT[name].register(kind)


def _is_name(name: str) -> bool:
    return name.isidentifier() and len(name) < 60


def class_of(
    line: Line,
    number: int,
    name: str,
    bases: tuple[Any, ...],
    traits: tuple[Any, ...],
    itself: tuple[Any, ...],
) -> Any:
    """What stands for a class of the student's; the same for the same number while it can do the same."""
    bases = tuple(base.kind if type(base) is Kind else base for base in bases)
    known, has = line.classes.get(number), _known(traits)
    common = line.shared.find(name) if name in line.shared.names else None
    if isinstance(common, type):
        return common
    if known is not None and known._class_traits == has:
        return known
    if len(line.classes) >= _MOST_TYPES or not _is_name(name):
        return known or RemoteFunction(line, number)
    space: dict[str, Any] = {"_class_line": line, "_class_number": number, "__module__": "__main__"}
    made_of: tuple[type, ...] = tuple(
        raisable(b) for b in bases if isinstance(b, type) and issubclass(b, BaseException)
    )
    if made_of:
        space |= {"__getattr__": _of_an_error, "__str__": as_told, "_class_traits": has}
    else:
        space |= _space(has)
        made_of = tuple(b for b in bases if isinstance(b, RemoteClass) and issubclass(b, Remote))
        common_ones = tuple(b for b in bases if isinstance(b, type) and not isinstance(b, RemoteClass))
        if common_ones:
            # An instance of a class derived from one of the instructor's says so to `isinstance`.
            claim = type(name, common_ones, {})
            space["__class__"] = property(lambda self: claim)
        if not any(issubclass(base, RemoteFunction) for base in made_of) and "__call__" in has:
            made_of += (RemoteFunction,)
    try:
        made_of = made_of or (Remote,)
        line.classes[number] = _metaclass(made_of, _known(itself))(name, made_of, space)
    except TypeError:
        return RemoteFunction(line, number)
    if issubclass(line.classes[number], Remote):
        _count_among(line.classes[number], has)
    return line.classes[number]


def _metaclass(bases: tuple[type, ...], traits: frozenset[str]) -> Any:
    """The class of a class, with what the student's class can do as an object, as an Enum can."""
    above = {type(base) for base in bases if isinstance(base, RemoteClass)} or {RemoteClass}
    missing = {
        name: METHODS[name] for name in traits & {*CONTAINER} if not all(hasattr(m, name) for m in above)
    }
    if len(above) == 1 and not missing:
        return above.pop()
    return type("RemoteClass", tuple(sorted(above, key=lambda meta: -len(type.mro(meta)))), missing)


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
    return RemoteType(line, number)


def _of_an_error(error: Any, name: str) -> Any:
    remote = error.__dict__.get("_remote")
    if remote is None or name.startswith("__"):
        raise AttributeError(name)
    return getattr(remote, name)


def is_remote_class(value: Any) -> bool:
    """Whether this stands for a class of the student's, and is not one that a test made of it."""
    return isinstance(value, RemoteClass) and "_class_number" in value.__dict__
