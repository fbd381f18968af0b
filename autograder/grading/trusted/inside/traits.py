"""What a class can do: its special methods, and the abstract classes that it counts among."""

from __future__ import annotations

import collections.abc
import numbers
from typing import Any

OPERATORS = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul",
    "and", "or", "xor", "lshift", "rshift",
)  # fmt: skip
ORDER = ("lt", "le", "gt", "ge")
CONTAINER = ("__iter__", "__len__", "__getitem__", "__reversed__")
SPECIAL = frozenset(
    [
        *(f"__{turned}{name}__" for name in OPERATORS for turned in ("", "r", "i")),
        *(f"__{name}__" for name in (*ORDER, "eq", "ne", "hash", "bool", "str", "repr", "format", "bytes")),
        *(f"__{name}__" for name in ("neg", "pos", "abs", "invert", "round", "trunc", "floor", "ceil")),
        *(f"__{name}__" for name in ("int", "float", "complex", "index", "divmod", "rdivmod", "fspath")),
        *CONTAINER, "__setitem__", "__delitem__", "__contains__", "__next__", "__class_getitem__",
        "__length_hint__",
        *(f"__{name}__" for name in ("call", "enter", "exit", "copy", "deepcopy", "instancecheck")),
        *(f"__{name}__" for name in ("await", "aiter", "anext", "aenter", "aexit")),
        *(f"__{name}__" for name in ("init", "new", "post_init", "setattr", "delattr", "getattr", "del")),
    ]
)  # fmt: skip
"""Methods that Python's own syntax and functions call, as far as tests may use them."""
ABSTRACT: dict[str, Any] = {
    f"{kind.__module__}.{kind.__name__}": kind
    for kind in (
        *(getattr(collections.abc, f"{mutable}{name}")
          for name in ("Sequence", "Set", "Mapping") for mutable in ("", "Mutable")),
        *(getattr(collections.abc, f"{name}View") for name in ("Keys", "Values", "Items", "Mapping")),
        *(getattr(numbers, name) for name in numbers.__all__),
    )
}  # fmt: skip
"""Abstract classes that a class has to declare itself one of; all others look at its methods."""


def traits_of(kind: type) -> tuple[str, ...]:
    """Names of SPECIAL and ABSTRACT; "no " before a method that the class says it does not have."""
    found: dict[str, Any] = {}
    for each in reversed(kind.__mro__[:-1]):
        found |= {name: vars(each)[name] for name in SPECIAL & vars(each).keys()}
    methods = [f"no {name}" if method is None else name for name, method in sorted(found.items())]
    return (*methods, *(name for name, abstract in ABSTRACT.items() if issubclass(kind, abstract)))


def traits_of_its_class(kind: type) -> tuple[str, ...]:
    """What the class itself can do as an object, as an Enum can be iterated over."""
    above: list[Any] = [each for each in type.mro(type(kind)) if each not in (type, object)]
    return tuple(name for name in CONTAINER if any(name in vars(each) for each in above))
