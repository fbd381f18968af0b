"""What the trusted side can do with a student's object: call it, take an attribute, iterate, and so on."""

from __future__ import annotations

import copy
import inspect
import operator
from collections.abc import Callable
from typing import Any

from .showing import shortened


def _item(take: Callable[..., Any], *args: Any) -> list[Any] | tuple[Any]:
    """The next item of an iterator, in a list; at its end, the value that it returns, in a tuple."""
    try:
        return [take(*args)]
    except StopIteration as end:
        return (end.value,)


OPERATIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "call": lambda target, args, kwargs: target(*args, **kwargs),
    "attribute": lambda target, args, kwargs: getattr(target, args[0]),
    "assign": lambda target, args, kwargs: setattr(target, args[0], args[1]),
    "unset": lambda target, args, kwargs: delattr(target, args[0]),
    "item": lambda target, args, kwargs: target[args[0]],
    "put": lambda target, args, kwargs: target.__setitem__(args[0], args[1]),
    "remove": lambda target, args, kwargs: target.__delitem__(args[0]),
    "length": lambda target, args, kwargs: len(target),
    "contains": lambda target, args, kwargs: args[0] in target,
    "iterator": lambda target, args, kwargs: iter(target),
    "next": lambda target, args, kwargs: _item(next, target),
    "resume": lambda target, args, kwargs: _item(getattr(target, args[0]), *args[1:]),
    "reversed": lambda target, args, kwargs: iter(reversed(target)),
    "round": lambda target, args, kwargs: round(target, *args),
    "format": lambda target, args, kwargs: shortened(format(target, args[0])),
    "copy": lambda target, args, kwargs: copy.copy(target),
    "deepcopy": lambda target, args, kwargs: copy.deepcopy(target),
    "instance": lambda target, args, kwargs: isinstance(args[0], target),
    "truth": lambda target, args, kwargs: bool(target),
    "equal": lambda target, args, kwargs: bool(target == args[0]),
    "hash": lambda target, args, kwargs: hash(target),
    "float": lambda target, args, kwargs: float(target),
    "int": lambda target, args, kwargs: int(target),
    "text": lambda target, args, kwargs: shortened(str(target)),
    "repr": lambda target, args, kwargs: shortened(repr(target)),
    "signature": lambda target, args, kwargs: _signature(target),
    "code": lambda target, args, kwargs: _code(target),
    "operate": lambda target, args, kwargs: _operate(target, *args),
    "special": lambda target, args, kwargs: getattr(type(target), args[0])(target, *args[1:]),
    "names": lambda target, args, kwargs: dir(target),
    "enter": lambda target, args, kwargs: type(target).__enter__(target),
    "exit": lambda target, args, kwargs: bool(_leave(type(target).__exit__, target, *args)),
}


def later(wait_for: Callable[[Any], Any]) -> dict[str, Callable[[Any, Any, Any], Any]]:
    """Operations that have to be waited for, with the function that waits."""
    return {
        "await": lambda target, args, kwargs: wait_for(target),
        "await_next": lambda target, args, kwargs: _later_item(wait_for, target),
        "await_enter": lambda target, args, kwargs: wait_for(type(target).__aenter__(target)),
        "await_exit": lambda target, args, kwargs: bool(
            wait_for(_leave(type(target).__aexit__, target, *args))
        ),
    }


def _later_item(wait_for: Callable[[Any], Any], target: Any) -> list[Any]:
    """The next item of an asynchronous iterator, in a list, which is empty at its end."""
    try:
        return [wait_for(type(target).__anext__(target))]
    except StopAsyncIteration:
        return []


_NAMED_OTHERWISE: dict[str, Callable[..., Any]] = {
    "and": operator.and_, "or": operator.or_, "divmod": divmod, "pow": pow,
}  # fmt: skip


def _operate(target: Any, name: str, other: Any = None, turned: bool = False, *more: Any) -> Any:
    act = _NAMED_OTHERWISE.get(name) or getattr(operator, name)
    if name in ("neg", "abs", "pos", "invert"):
        return act(target)
    return act(other, target, *more) if turned else act(target, other, *more)


def _leave(method: Callable[..., Any], target: Any, error: Exception | None) -> Any:
    """Leave a `with` block of a test, with the error that was raised in it."""
    if error is None:
        return method(target, None, None, None)
    try:
        raise error
    except Exception:
        return method(target, type(error), error, error.__traceback__)


def _signature(target: Any) -> tuple[list[Any], list[Any]]:
    """The parameters, and the annotation of what it returns, if it has one."""
    signature = inspect.signature(target)
    parameters = [
        (p.name, int(p.kind), _if_any(p.default), _if_any(p.annotation))
        for p in signature.parameters.values()
    ]
    return parameters, _if_any(signature.return_annotation)


def _if_any(value: Any) -> list[Any]:
    return [] if value is inspect.Signature.empty else [value]


def _code(target: Any) -> dict[str, Any]:
    """Names, numbers and flags of a function's code, without the code."""
    code = target.__code__
    names = ("argcount", "posonlyargcount", "kwonlyargcount", "nlocals", "varnames", "names", "flags", "name")
    return {f"co_{name}": getattr(code, f"co_{name}") for name in (*names, "filename", "firstlineno")}
