"""NumPy arrays that behave as if they were on a GPU: whatever would bring them back unseen raises TypeError.

`FarArray` stands for cupy.ndarray and `far` for the module cupy. As in CuPy, a far array cannot be mixed with
a NumPy array and does not become one by itself. Stricter than CuPy, it does not become a number either: no
`if`, no `float()`, no loop over it.
"""

import operator
from typing import Any

import numpy as np


def refuse(*_: Any, **__: Any) -> Any:
    raise TypeError("an implicit transfer: this would wait for the GPU and bring the array back")


class FarArray:
    __array_ufunc__ = None  # NumPy's operators give up instead of converting

    def __init__(self, near: Any) -> None:
        self._near = near

    __array__ = __bool__ = __float__ = __int__ = __index__ = __iter__ = __contains__ = __len__ = refuse
    item = tolist = get = refuse

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # __array_interface__ would be a way in
        value = getattr(self._near, name)
        if callable(value) and not isinstance(value, type):
            return lambda *args, **options: out_there(value(*near(args), **near(options)))
        return out_there(value)

    def __getitem__(self, key: Any) -> Any:
        return out_there(self._near[near(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        self._near[near(key)] = near(value)

    def __invert__(self) -> Any:
        return FarArray(~self._near)


def _operator(name: str) -> Any:
    in_place = name.startswith("__i")

    def apply(self: FarArray, other: Any) -> Any:
        if isinstance(other, list | tuple | np.ndarray):
            refuse()
        # NumPy changes the left side of += by itself; so the function for += does for us.
        result = getattr(operator, name)(self._near, near(other))
        return self if in_place else FarArray(result)

    return apply


for _name in (
    "add",
    "sub",
    "mul",
    "truediv",
    "matmul",
    "pow",
    "and_",
    "or_",
    "iadd",
    "isub",
    "imul",
    "itruediv",
):
    setattr(FarArray, f"__{_name.rstrip('_')}__", _operator(f"__{_name.rstrip('_')}__"))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(FarArray, f"__{_name}__", _operator(f"__{_name}__"))


def near(value: Any) -> Any:
    """What NumPy gets: the arrays inside far ones. A NumPy array is refused, as by CuPy."""
    if isinstance(value, np.ndarray):
        refuse()
    if isinstance(value, FarArray):
        return value._near
    if isinstance(value, tuple):
        return tuple(map(near, value))
    if isinstance(value, dict):
        return {key: near(item) for key, item in value.items()}
    return value


def out_there(value: Any) -> Any:
    return FarArray(value) if isinstance(value, np.ndarray) else value


class _Far:
    """The module: NumPy's functions for far arrays."""

    ndarray = FarArray

    def __getattr__(self, name: str) -> Any:
        function = getattr(np, name)
        if isinstance(function, type):
            return function
        return lambda *args, **options: out_there(function(*near(args), **near(options)))


far = _Far()
