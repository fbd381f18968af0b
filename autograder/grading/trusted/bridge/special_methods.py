"""The special methods of remote objects: each passes on to the student's object what Python asks of it.

A remote object has those that the student's class has and no others, so that `isinstance(x, Iterable)`,
`callable` and `hasattr` say the same as on the student's side.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from autograder.grading.trusted.bridge.sandbox_lost import SandboxLost
from autograder.grading.trusted.inside.traits import OPERATORS, ORDER

Method = Callable[..., Any]


def exactly(kind: type, value: Any) -> Any:
    """The value, if it is of this type and no other. Raises TypeError."""
    if type(value) is not kind:
        raise TypeError(
            f"the student's object returned a {type(value).__name__} instead of a {kind.__name__}"
        )
    return value


def ask(thing: Any, operation: str, *args: Any) -> Any:
    """Do something with a student's object, or class, in the sandbox."""
    owner = thing._class_owner if issubclass(type(thing), type) else thing._remote_owner
    return owner.ask(operation, thing, *args)


def items_of(iterator: Any) -> Iterator[Any]:
    """The items of a student's iterator."""
    while True:
        try:
            item = given_by(ask(iterator, "next"))
        except StopIteration as end:
            return end.value
        yield item


def given_by(answer: Any) -> Any:
    """The item that a student's iterator gave. Raises StopIteration, with its value, at the end."""
    if type(answer) is tuple:
        raise StopIteration(*answer[:1])
    return exactly(list, answer)[0]


async def awaited(coroutine: Any) -> Any:
    """Run a student's coroutine to its end, in the sandbox."""
    return ask(coroutine, "await")


def _asks(operation: str, *details: Any, gives: type | None = None) -> Method:
    def method(self: Any, *args: Any) -> Any:
        value = ask(self, operation, *details, *args)
        return value if gives is None else exactly(gives, value)

    return method


def _may_answer(self: Any, other: Any) -> bool:
    """Whether the student's object may be asked about this: a test's data only if the test made the
    object.
    """
    return self._remote_made or hasattr(type(other), "_remote_owner")


def _operator(name: str, turned: bool) -> Method:
    def method(self: Any, other: Any, *more: Any) -> Any:
        if not all(_may_answer(self, each) for each in (other, *more)):
            return NotImplemented
        return ask(self, "operate", name, other, turned, *more)

    return method


def _in_place(name: str) -> Method:
    def method(self: Any, other: Any) -> Any:
        if not _may_answer(self, other):
            return NotImplemented
        value = ask(self, "operate", f"i{name}", other)
        same = hasattr(type(value), "_remote_owner") and value._remote_number == self._remote_number
        return self if same else value

    return method


def _iter(self: Any) -> Iterator[Any]:
    iterator = ask(self, "iterator")
    if not hasattr(type(iterator), "_remote_owner"):
        raise TypeError(f"a student's {type(self).__name__} did not return an iterator")
    return items_of(iterator)


def _next(self: Any) -> Any:
    return given_by(ask(self, "next"))


def _contains(self: Any, item: Any) -> bool:
    if self._remote_made:
        return bool(exactly(bool, ask(self, "contains", item)))
    return any(type(each) is type(item) and bool(each == item) for each in self)


def _ends(operation: str) -> Method:
    def method(self: Any, kind: type | None, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, SandboxLost) or not isinstance(error, Exception | None):
            return False
        return bool(exactly(bool, ask(self, operation, error)))

    return method


_leave_later = _ends("await_exit")


async def _aexit(self: Any, *what: Any) -> bool:
    return bool(_leave_later(self, *what))


async def _aenter(self: Any) -> Any:
    return ask(self, "await_enter")


def _await(self: Any) -> Any:
    return awaited(self).__await__()


async def _anext(self: Any) -> Any:
    for item in exactly(list, ask(self, "await_next")):
        return item
    raise StopAsyncIteration


def _aiter(self: Any) -> AsyncIterator[Any]:
    iterator: AsyncIterator[Any] = ask(self, "special", "__aiter__")
    return iterator


METHODS: dict[str, Any] = {
    "__getitem__": _asks("item"),
    "__setitem__": _asks("put"),
    "__delitem__": _asks("remove"),
    "__len__": _asks("length", gives=int),
    "__length_hint__": _asks("special", "__length_hint__", gives=int),
    "__iter__": _iter,
    "__next__": _next,
    "__reversed__": lambda self: items_of(ask(self, "reversed")),
    "__contains__": _contains,
    "__bool__": _asks("truth", gives=bool),
    "__round__": _asks("round"),
    "__float__": _asks("float", gives=float),
    "__int__": _asks("int", gives=int),
    "__index__": _asks("special", "__index__", gives=int),
    "__complex__": _asks("special", "__complex__", gives=complex),
    "__bytes__": _asks("special", "__bytes__", gives=bytes),
    "__fspath__": _asks("special", "__fspath__", gives=str),
    "__str__": _asks("text", gives=str),
    "__repr__": _asks("repr", gives=str),
    "__format__": _asks("format", gives=str),
    "__copy__": _asks("copy"),
    "__deepcopy__": lambda self, memo: ask(self, "deepcopy"),
    "__enter__": _asks("enter"),
    "__exit__": _ends("exit"),
    "__await__": _await,
    "__aiter__": _aiter,
    "__anext__": _anext,
    "__aenter__": _aenter,
    "__aexit__": _aexit,
    **{f"__{name}__": _asks("operate", name) for name in ("neg", "abs", "pos", "invert")},
    **{f"__{name}__": _asks("special", f"__{name}__") for name in ("trunc", "floor", "ceil")},
    **{f"__{name}__": _operator(name, turned=False) for name in (*OPERATORS, *ORDER, "divmod", "ne")},
    **{f"__r{name}__": _operator(name, turned=True) for name in (*OPERATORS, "divmod")},
    **{f"__i{name}__": _in_place(name) for name in OPERATORS},
}
"""Those of `SPECIAL` that a remote object can have. `remote_objects` itself has calling, `==` and making."""
