"""A stand-in for CuPy without a GPU: NumPy behind arrays that behave as if they were on one.

    xp = array_module()       # CuPy if there is a GPU, else the stand-in
    x_gpu = xp.asarray(x)     # there
    x = xp.asnumpy(x_gpu)     # and back

As with CuPy, such an array cannot be mixed with a NumPy array, and is never converted to one implicitly: that
raises TypeError. More strictly than with CuPy, NumPy's functions do not take it (`np.pad`), and it is never
converted to a number either: no `if`, no `float()`. It computes with NumPy, so it is no faster.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from cs_conv.gpu import machine


def array_module() -> Any:
    """Return CuPy if it finds a GPU, else the stand-in."""
    try:
        return machine.current().xp
    except machine.NoGPUError:
        return standin


def _refuse(*_: Any, **__: Any) -> Any:
    raise TypeError(
        "an implicit transfer: this array is on the GPU, where NumPy and Python cannot see it. Use a "
        "function of xp, or bring it back: xp.asnumpy(array)"
    )


@dataclass(frozen=True)
class Order:
    """Something that Python asked the GPU for.

    what: "there", "back" or "launch". name: the function that is launched, or the shape that is moved.
    nbytes: the bytes that are moved; for a launch, those of the arrays that it reads and writes.
    """

    what: str
    name: str
    nbytes: int


orders: deque[Order] = deque(maxlen=100_000)
"""The last orders since `orders.clear()`. What only makes a view, such as a slice, is none."""


class GPUArray:
    """In place of cupy.ndarray."""

    def __init__(self, near: np.ndarray) -> None:
        self._near = near

    __array__ = __array_function__ = __bool__ = __float__ = __int__ = __index__ = __contains__ = _refuse
    item = tolist = get = _refuse

    def __array_ufunc__(self, ufunc: Any, method: str, *arrays: Any, **options: Any) -> Any:
        """Compute an operator for NumPy: numbers may be mixed with a GPU array, NumPy arrays may not."""
        return _of_standins(getattr(ufunc, method))(*arrays, **options)

    def __repr__(self) -> str:
        return f"an array on the GPU, shape {self._near.shape}, {self._near.dtype}"

    def __len__(self) -> int:
        return len(self._near)

    def __iter__(self) -> Iterator[Any]:
        return map(_there, self._near)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # __array_interface__ would be a way in
        value = getattr(self._near, name)
        if callable(value) and not isinstance(value, type):
            return _of_standins(value)
        return _there(value)

    def __getitem__(self, key: Any) -> Any:
        return _there(self._near[_near(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        target, source = _near(key), _near(value)
        self._near[target] = source
        _ordered("copy", (source,), self._near[target])

    def __invert__(self) -> Any:
        return GPUArray(~self._near)

    def __neg__(self) -> Any:
        return GPUArray(-self._near)


def _operator(name: str, swapped: bool = False) -> Callable[[GPUArray, Any], Any]:
    function = getattr(operator, name)
    in_place = name.startswith("i")

    def apply(self: GPUArray, other: Any) -> Any:
        if isinstance(other, list | tuple):
            _refuse()
        here, there = self._near, _near(other)
        # NumPy changes the left side of += by itself; so the function for += does for us.
        result = function(there, here) if swapped else function(here, there)
        _ordered(name.rstrip("_"), (here, there), result)
        return self if in_place else _there(result)

    return apply


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "matmul", "pow", "and_", "or_"):
    _plain = _name.rstrip("_")
    setattr(GPUArray, f"__{_plain}__", _operator(_name))
    setattr(GPUArray, f"__r{_plain}__", _operator(_name, swapped=True))
    setattr(GPUArray, f"__i{_plain}__", _operator(f"i{_plain}"))
for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(GPUArray, f"__{_name}__", _operator(_name))


def _near(value: Any) -> Any:
    """Return the NumPy arrays inside GPU arrays. A NumPy array is refused, as CuPy does."""
    if isinstance(value, np.ndarray):
        raise TypeError(
            "a NumPy array, which the GPU cannot see: move it there first, with xp.asarray(array)"
        )
    if isinstance(value, GPUArray):
        return value._near
    if isinstance(value, tuple | list):
        return type(value)(map(_near, value))
    if isinstance(value, dict):
        return {key: _near(item) for key, item in value.items()}
    return value


def _there(value: Any) -> Any:
    """Return NumPy's result as a GPU array, even if it is a single number."""
    if isinstance(value, tuple | list) and any(isinstance(item, np.ndarray) for item in value):
        return type(value)(map(_there, value))
    return GPUArray(np.asarray(value)) if isinstance(value, np.ndarray | np.generic) else value


def _of_standins(function: Callable[..., Any]) -> Callable[..., Any]:
    def apply(*args: Any, **options: Any) -> Any:
        given = [value for value in (*args, *options.values()) if isinstance(value, GPUArray)]
        result = function(*_near(args), **_near(options))
        name = getattr(function, "__name__", "a function")
        _ordered(name, [getattr(function, "__self__", None), *(array._near for array in given)], result)
        return _there(result)

    return apply


def _ordered(name: str, given: Any, result: Any) -> None:
    """Note a launch that reads `given` and writes `result`; a view of what is given is no launch."""
    arrays = [array for array in given if isinstance(array, np.ndarray)]
    written = [
        array
        for array in (result if isinstance(result, tuple | list) else [result])
        if hasattr(array, "nbytes")
    ]
    if not written or any(a is not b and np.shares_memory(a, b) for a in written for b in arrays):
        return
    orders.append(Order("launch", name, sum(int(array.nbytes) for array in (*arrays, *written))))


class StandIn:
    """In place of the module cupy: NumPy's functions, for GPU arrays."""

    ndarray = GPUArray

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self.trips: list[str] = []
        """What was moved, e.g. "there (2, 3, 8, 8)", in order; clear() it to begin anew."""

    def asarray(self, array: Any) -> Any:
        """Move an array (or a number, or a list) to the GPU; a GPU array is returned as it is."""
        if isinstance(array, GPUArray):
            return array
        moved = np.array(array)
        self.trips.append(f"there {moved.shape}")
        orders.append(Order("there", str(moved.shape), moved.nbytes))
        return GPUArray(moved)

    array = asarray

    def asnumpy(self, array: Any) -> np.ndarray:
        """Bring an array back."""
        if not isinstance(array, GPUArray):
            raise TypeError(f"asnumpy brings back arrays from the GPU; this is a {type(array).__name__}")
        self.trips.append(f"back {array.shape}")
        orders.append(Order("back", str(array.shape), array.nbytes))
        return np.array(array._near)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        if isinstance(value, ModuleType):
            return StandIn(value)
        return _of_standins(value) if callable(value) and not isinstance(value, type) else value


standin = StandIn(np)
