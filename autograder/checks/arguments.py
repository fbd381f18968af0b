"""Hands the arguments of a case to a function, as copies: a call cannot change what the next one gets.

The calls of functions among the arguments are counted.
"""

from __future__ import annotations

import inspect
from collections import Counter
from typing import Any

import numpy as np

from .exercise import Case, Function
from .nested_data import copied
from .plain_data import NotPlainError, describe


class Lender:
    """Copies the arguments of one case after another, and counts the calls of functions among them.

    A function that several cases hand over is the same object in all of them.
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        """How often each argument has been called since the last case."""
        self._lent: dict[tuple[int, str], Function] = {}

    @property
    def lends(self) -> bool:
        """Whether there were functions among the arguments."""
        return bool(self._lent)

    def hand_over(self, case: Case, arguments: tuple[str, ...]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Copies of the arguments of a case, and of its options; counting starts anew.

        A function that remembers its calls has an attribute `begin`, which makes it forget them.
        """
        self.calls = Counter()
        names = (*arguments, *("",) * len(case.args))
        given = tuple(self._twin(value, name) for name, value in zip(names, case.args, strict=False))
        return given, {name: self._twin(value, name) for name, value in case.options.items()}

    def _twin(self, argument: Any, name: str) -> Any:
        """A copy of an argument; a function becomes one whose calls are counted under this name."""
        if isinstance(argument, np.ndarray):
            return _same_strides(argument)
        if inspect.isfunction(argument):
            getattr(argument, "begin", lambda: None)()
            if (id(argument), name) not in self._lent:
                self._lent[id(argument), name] = self._lend(argument, name)
            return self._lent[id(argument), name]
        if isinstance(argument, list | tuple):
            return type(argument)(self._twin(entry, name) for entry in argument)
        if isinstance(argument, dict):
            return {key: self._twin(value, name) for key, value in argument.items()}
        return argument

    def _lend(self, function: Function, name: str) -> Function:
        """A function for students to call. It behaves alike in one process and from inside the sandbox.

        So it takes plain data only, and both sides get copies.
        """

        def lent(*args: Any, **options: Any) -> Any:
            self.calls[name] += 1
            given = tuple(_given(value, function) for value in args)
            named = {key: _given(value, function) for key, value in options.items()}
            result = function(*given, **named)
            return tuple(map(_copy, result)) if type(result) is tuple else _copy(result)

        lent.__name__ = lent.__qualname__ = function.__qualname__ = function.__name__  # as errors tell it
        lent.__doc__ = function.__doc__
        return lent


def _copy(result: Any) -> Any:
    return result.copy() if type(result) is np.ndarray else result


def is_changed(before: Any, after: Any) -> bool:
    """Whether a call has changed an argument in any bit. `after` may hold anything by now."""
    if isinstance(before, np.ndarray):
        return differ(before, after)
    if not isinstance(before, list | tuple | dict):
        return False
    if type(after) is not type(before) or len(after) != len(before):
        return True
    old, new = list(before), list(after)
    old, new = list(before), list(after)
    if isinstance(before, dict):
        if any(type(a) is not type(b) or a != b for a, b in zip(old, new, strict=True)):
            return True
        old, new = list(before.values()), list(dict(after).values())
    return any(map(_is_other, old, new))


def _is_other(before: Any, after: Any) -> bool:
    """The same for a value inside an argument, which may also have been replaced by another."""
    if inspect.isfunction(before):
        return not inspect.isfunction(after)
    if type(before) is not type(after):
        return True
    if isinstance(before, np.ndarray | list | tuple | dict):
        return is_changed(before, after)
    return bool(before != after and (before == before or after == after))


def differ(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays differ in any bit."""
    return a.shape != b.shape or a.dtype != b.dtype or a.tobytes() != b.tobytes()


def _given(value: Any, function: Function) -> Any:
    """A copy of what a student gives to a function that was lent; TypeError if it is not plain data."""
    if type(value) is np.ndarray and not value.dtype.hasobject:
        return value.copy(order="K")
    try:
        return copied(value, "").value
    except NotPlainError:
        raise TypeError(
            f"{function.__name__}( ) takes numbers, arrays and other plain data, not {describe(value)}"
        ) from None


def _same_strides(array: np.ndarray) -> np.ndarray:
    """A copy that keeps the strides of an array, so that a non-contiguous case stays one."""
    if array.flags.c_contiguous or array.base is None:
        return array.copy(order="K")
    base = array.base
    while isinstance(base, np.ndarray) and base.base is not None:
        base = base.base
    if not isinstance(base, np.ndarray) or not base.flags.c_contiguous:
        return array.copy(order="K")
    offset = array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return np.ndarray(array.shape, array.dtype, base.copy(), offset, array.strides)
