"""Remote objects: local proxies for the student's objects that cannot be sent as plain data.

A remote object passes on to the sandbox what a test does with it. It never takes part in a comparison, a sum
or a search together with data of the test: the student's code would see what the test expects, or judge it.
The one exception is an object that the test itself made by calling a class that the assignment asks for. What
`==`, `+` and `in` mean for such an object is what the test is about.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from autograder.grading.trusted.bridge.caught_errors import CaughtErrors
from autograder.grading.trusted.bridge.special_methods import METHODS, ask, exactly, given_by


class Owner(Protocol):
    """The connection to the process in which remote objects have their originals, as far as they use it."""

    caught: CaughtErrors

    def ask(self, operation: str, target: Any, *args: Any) -> Any:
        """Do something with an object there; its errors are raised here."""

    def perform(self, operation: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The same with arguments of any name."""

    def call_each(
        self, target: Any, calls: Any, at_once: bool = False
    ) -> list[tuple[Any, BaseException | None]]:
        """Call an object there several times in a row: the result or the error of each call."""

    def of_the_test(self, made: Remote, name: str) -> Remote:
        """What calling the class `name` gives a test that made this object of it."""

    def read_clock(self) -> float:
        """Seconds that the process has computed."""

    def watch_clock(self) -> Callable[[], str]:
        """Watch whether these seconds can be believed; the answer says why not, or nothing."""


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
"""Methods of text, sets and tables that judge an expected value: a student's object must not do that."""
_ROUTED = frozenset({"__init__", "__new__", "__setattr__", "__delattr__"})
_BASIC = _ROUTED | {"__eq__", "__hash__"}
"""Methods that every remote object needs for itself; its class shows those of the student's class."""


class Doc:
    """The docstring of the student's object, or of its class."""

    def __get__(self, thing: Any, kind: Any = None) -> Any:
        if thing is None:
            owner = kind.__dict__.get("_class_owner")
            return owner.ask("attribute", kind, "__doc__") if owner is not None else None
        return thing._remote_owner.ask("attribute", thing, "__doc__")


class Remote:
    """A student's object; subclasses have the special methods that the object's class has.

    `_remote_made` says whether the test itself made the object by calling its class.
    """

    __slots__ = ("__weakref__", "_remote_made", "_remote_number", "_remote_owner")
    __array_ufunc__ = None
    __doc__ = Doc()
    _class_traits = frozenset[str]()  # no annotation: a test may ask for the student's

    def __init__(self, owner: Any = None, number: int = -1, *ignored: Any) -> None:
        object.__setattr__(self, "_remote_owner", owner)
        object.__setattr__(self, "_remote_number", number)
        object.__setattr__(self, "_remote_made", False)

    def __getattr__(self, name: str) -> Any:
        shown = not name.startswith("__") or name in _SHOWN or name in type(self)._class_traits
        if self._remote_owner is None or not shown:
            raise AttributeError(f"a student's {type(self).__name__} does not hand over {name}")
        if name.startswith(("_repr_", "_ipython_")):
            raise AttributeError(name)
        value = self._remote_owner.caught.own(ask(self, "attribute", name))
        return _Between(value) if name in _VERDICTS and callable(value) else value

    def __setattr__(self, name: str, value: Any) -> None:
        if self._remote_owner is None:  # of a subclass that the test made
            object.__setattr__(self, name, value)
        else:
            ask(self, "assign", name, value)

    def __delattr__(self, name: str) -> None:
        if self._remote_owner is None:
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
        return hash((id(self._remote_owner), self._remote_number))

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Called by `copy` if the class does not define copying: the student's side makes the copy."""
        return _copied, (_ToCopy(self, "copy"),)


class _ToCopy:
    """A remote object on its way through `copy.copy`, or through `copy.deepcopy`."""

    def __init__(self, thing: Remote, how: str) -> None:
        self.thing, self.how = thing, how

    def __deepcopy__(self, memo: dict[int, Any]) -> _ToCopy:
        return _ToCopy(self.thing, "deepcopy")


def _copied(what: _ToCopy) -> Any:
    return ask(what.thing, what.how)


class RemoteFunction(Remote):
    """A student's object that can be called."""

    __slots__ = ()
    __doc__ = Doc()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it in the sandbox."""
        return self._remote_owner.perform("call", self, args, kwargs)

    def call_each(self, calls: Any, at_once: bool = False) -> list[tuple[Any, BaseException | None]]:
        """Call it several times in a row, with (args, kwargs) each, in few messages."""
        return self._remote_owner.call_each(self, calls, at_once)

    @property
    def __signature__(self) -> Any:
        """Its parameters, for `inspect.signature`."""
        import inspect

        def one(name: Any, kind: Any, default: Any, note: Any) -> inspect.Parameter:
            kind = list(inspect._ParameterKind)[exactly(int, kind)]
            return inspect.Parameter(exactly(str, name), kind, default=given(default), annotation=given(note))

        def given(values: Any) -> Any:
            return next(iter(exactly(list, values)), inspect.Signature.empty)

        described = self._remote_owner.ask("signature", self)
        try:
            parameters, returns = exactly(tuple, described)
            described = [one(*each) for each in exactly(list, parameters)]
            return inspect.Signature(described, return_annotation=given(returns))
        except (ValueError, TypeError, IndexError):
            raise AttributeError("__signature__") from None

    def read_clock(self) -> float:
        """Seconds that the student's process has computed, for a race."""
        return self._remote_owner.read_clock()

    def watch_clock(self) -> Callable[[], str]:
        """Watch whether these seconds can be believed; the answer says why not, or nothing."""
        return self._remote_owner.watch_clock()


class RemoteType(RemoteFunction):
    """A student's class that an answer returned as a value."""

    __slots__ = ()
    __doc__ = Doc()

    def __instancecheck__(self, thing: Any) -> bool:
        return isinstance(thing, Remote) and bool(exactly(bool, ask(self, "instance", thing)))


class RemoteDefinition(RemoteFunction):
    """A function that the student wrote with `def` or `lambda`: it looks like one to `inspect`."""

    __slots__ = ()
    __doc__ = Doc()
    __class__ = property(lambda self: types.FunctionType)

    def __get__(self, thing: Any, owner: Any = None) -> Any:
        return self if thing is None else types.MethodType(self, thing)

    @property
    def __code__(self) -> types.CodeType:
        """Names, numbers and flags of its code, without the code: run, it returns None."""
        described = exactly(dict, self._remote_owner.ask("code", self))
        try:
            return (lambda: None).__code__.replace(**described)
        except (ValueError, TypeError, OverflowError):
            raise AttributeError("__code__") from None


class RemoteMethod(RemoteFunction):
    """A method of an object, or of a class."""

    __slots__ = ()
    __doc__ = Doc()
    __class__ = property(lambda self: types.MethodType)
    __self__ = property(lambda self: ask(self, "attribute", "__self__"))
    __func__ = property(lambda self: ask(self, "attribute", "__func__"))


class RemoteGenerator(Remote):
    """What a student's generator function returned."""

    __slots__ = ()
    __doc__ = Doc()
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


def iterator_of(kind: type) -> type[Remote]:
    """A class for iterators of one of Python's own classes, so that `isinstance(pairs, zip)` holds."""
    space = {"__slots__": (), "__doc__": Doc(), "__class__": property(lambda self: kind)}
    return type(kind.__name__, (Remote,), space | {name: METHODS[name] for name in ("__iter__", "__next__")})


_OURS = (Remote, RemoteFunction)
for _kind in (*_OURS, RemoteType, RemoteDefinition, RemoteMethod, RemoteGenerator):
    del _kind.__slots__  # which a test may ask the student's class for


class RemoteClass(type):
    """The class of a remote object: `type`, `isinstance`, `issubclass` and `except` work with it.

    Instances of a subclass that a test derives, and errors, are ordinary objects of this side.
    """

    _class_owner: Owner
    _class_number: int
    _class_traits: frozenset[str] = frozenset()

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make an object of it, in the sandbox; a copy of it here, if it is an error."""
        owner: Owner | None = cls.__dict__["_class_owner"] if "_class_number" in cls.__dict__ else None
        made = None if owner is None else owner.perform("call", cls, args, kwargs)
        if issubclass(cls, BaseException):
            return made if type(made) is cls else super().__call__(*args, **kwargs)
        if owner is None:  # a subclass of the test's own
            own: Any = object.__new__(cls)
            Remote.__init__(own)
            type(own).__init__(own, *args, **kwargs)
            return own
        return owner.of_the_test(made, cls.__name__) if isinstance(made, Remote) else made

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
        return cls._class_owner.caught.own(ask(cls, "attribute", name))

    def __dir__(cls) -> list[str]:
        theirs = "_class_number" in cls.__dict__
        return list(exactly(list, ask(cls, "names"))) if theirs else list(type.__dir__(cls))

    def __instancecheck__(cls, thing: Any) -> bool:
        kind = type(thing)
        named = issubclass(kind, tuple) and kind.__module__ == "student" and kind.__name__ == cls.__name__
        return named or super().__instancecheck__(thing)

    def read_clock(cls) -> float:
        """As a function's: making an object can be the answer, too."""
        return cls._class_owner.read_clock()

    def watch_clock(cls) -> Callable[[], str]:
        """As a function's."""
        return cls._class_owner.watch_clock()


class _Between:
    """A method in `_VERDICTS`: it compares two of the student's objects, never a test's data."""

    def __init__(self, method: Any) -> None:
        self._method = method

    def __call__(self, *args: Any) -> Any:
        """Compare with other objects of the student's."""
        if not args or not all(isinstance(argument, Remote) for argument in args):
            raise TypeError("a student's object cannot judge what a test expects")
        return self._method(*args)


def bare(kind: Any, owner: Owner, number: int) -> Any:
    """A remote object of this class, without calling what the class does when it makes one."""
    made = object.__new__(kind)
    Remote.__init__(made, owner, number)
    return made


def is_remote_class(value: Any) -> bool:
    """Whether this is the proxy of a student's class, and not a subclass that a test derived from it."""
    return isinstance(value, RemoteClass) and "_class_number" in value.__dict__
