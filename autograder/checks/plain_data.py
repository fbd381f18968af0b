"""Copies what a function returned into plain numbers and arrays, before anything else looks at it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

MOST_IN_LISTS = 100_000
"""Lists with more numbers than this are not read; no exercise needs as many."""

_SCALARS = (bool, int, float, np.bool_, *np.sctypeDict.values())


class NotPlainError(Exception):
    """A returned value is not plain data; the message says what to return instead.

    If it was a list of numbers, `numbers` has them as an array.
    """

    def __init__(self, words: str, numbers: np.ndarray | None = None) -> None:
        super().__init__(words)
        self.numbers = numbers


ARRAY, NUMBER = "a NumPy array", "one number"
"""What a part of a result should be, in words."""


def unpack(
    value: Any, parts: tuple[str, ...], numbers: Collection[str] = (), data: Collection[str] = ()
) -> tuple[Any, ...]:
    """The parts of what a function returned: the entries of a tuple or list, or the value itself.

    `numbers` names the parts that are one number, not an array, and `data` those that are other plain data.
    """
    if len(parts) == 1 and parts[0] in data:
        return (value,)
    if issubclass(type(value), tuple) and type(value) is not tuple:
        value = tuple(tuple.__iter__(value))  # a named tuple; its own methods are not asked
    if len(parts) == 1:
        wanted, one = (NUMBER, "number") if parts[0] in numbers else (ARRAY, "array")
        if (
            type(value) is list
            and value
            and (type(value[0]) in (list, *_SCALARS) or _numbers(value) is not None)
        ):
            raise NotPlainError(f"returned a list for `{parts[0]}`; {_instead(wanted)}")
        if type(value) in (tuple, list):
            raise NotPlainError(
                f"returned a {type(value).__name__} of {len(value)}; return the {one} `{parts[0]}` alone"
            )
        return (value,)
    names = ", ".join(parts)
    if type(value) not in (tuple, list):
        raise NotPlainError(f"returned {describe(value)}; return {len(parts)} things: `return {names}`")
    if len(value) != len(parts):
        things = "1 thing" if len(value) == 1 else f"{len(value)} things"
        raise NotPlainError(f"returned {things}; return {len(parts)}: `return {names}`")
    return tuple(value)


def _instead(wanted: str) -> str:
    """What to do about a list."""
    return f"return {wanted}{' (np.array)' if wanted == ARRAY else ''}"


def plain(value: Any, part: str, wanted: str = ARRAY) -> np.ndarray:
    """A private copy of `value` as an array of real numbers. Raises NotPlainError for everything else.

    Objects and subclasses of ndarray could decide themselves what they are equal to, so only the exact types
    of Python and NumPy are accepted. `wanted` says what the part should be, for the error.
    """
    if value is None:
        raise NotPlainError(f"returned None for `{part}`; every path must end in `return`")
    if type(value) is np.ndarray:
        array = value
    elif type(value) is int and value.bit_length() > 63:
        digits = int(value.bit_length() * 0.30103) + 1
        raise NotPlainError(f"returned a whole number of about {digits:,} digits for `{part}`: far too large")
    elif type(value) in _SCALARS:
        array = np.asarray(value)
    elif type(value) in (list, tuple):
        raise NotPlainError(
            f"returned a {type(value).__name__} for `{part}`; {_instead(wanted)}",
            _numbers(value),
        )
    elif isinstance(value, np.ndarray):
        raise NotPlainError(
            f"returned a {type(value).__name__} for `{part}`; return a plain np.ndarray (np.asarray)"
        )
    else:
        raise NotPlainError(f"returned {describe(value)} for `{part}`; return {wanted}")
    if array.dtype.kind not in "fiub" or array.dtype.itemsize > 16:
        raise NotPlainError(f"`{part}` has dtype {array.dtype}; real numbers are expected")
    if array.dtype == np.float16:
        raise NotPlainError(
            f"`{part}` has dtype float16, which holds 3 digits; compute in float32 or float64"
        )
    if array.nbytes > 1 << 28:
        raise NotPlainError(
            f"`{part}` has shape {array.shape}, {array.nbytes / 2**20:.0f} MiB: far too large"
        )
    return np.array(array, order="C", copy=True)


def _numbers(value: Any) -> np.ndarray | None:
    """Nested lists of numbers as an array; None if they are ragged or hold anything else."""
    pending, left = [value], MOST_IN_LISTS
    while pending and left > 0:
        piece = pending.pop()
        left -= piece.size if type(piece) is np.ndarray else 1
        if type(piece) in (list, tuple):
            pending += piece[:left]
        elif type(piece) is not np.ndarray and type(piece) not in _SCALARS:
            return None
    try:
        return None if pending or left < 0 else plain(np.asarray(value), "")
    except (NotPlainError, ValueError, OverflowError, RecursionError):
        return None


def describe(value: Any) -> str:
    """The type of a value in words; no method of the value is called."""
    if value is None:
        return "None"
    name = "array" if type(value) is np.ndarray else type(value).__name__[:60]
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
