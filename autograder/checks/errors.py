"""Explains exceptions to students, and decides whether two answers failed for the same reason."""

from __future__ import annotations

import linecache
import math
import os
import re
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FrameType, TracebackType

from .exercise import Case, Function
from .slips import Names, Slip, slip_of

UNANSWERED = "is not answered yet"
"""The problem of a function that students have not written yet."""

Reason = tuple[str, ...]
"""Why a call failed: the kind of error and the sizes in it. Two calls can fail for the same reason."""

REFUSED = "refused"
"""The kind of an error that the answer raised itself, with `raise` or `assert`."""


class AnySizeError(ValueError):
    """Raised by a mistake in a catalogue whose name is true for any error about sizes."""


@dataclass(frozen=True)
class Explained:
    """An exception, explained: what happened, what that means, and its cause, if that is certain."""

    problem: str
    hint: str = ""
    slip: str = ""


class Explainer:
    """Explains the exceptions of one function; each different one is looked into once."""

    def __init__(self, function: Function, names: Names) -> None:
        self.function = function
        self.names = names
        self._known: dict[tuple[str, ...], Slip | None] = {}

    def explain(self, error: BaseException, case: Case) -> Explained:
        """What happened, with the line of the student's code that the error came from."""
        if isinstance(error, NotImplementedError):
            return Explained(UNANSWERED)
        kind, message, frames = type(error).__name__, message_of(error), list(_students(error.__traceback__))
        words = f"raised {kind}: {_short(message)}" if message else f"raised {kind}"
        place = _place(*frames[-1]) if frames else ""
        key = (kind, message, place, *case.options)
        if key not in self._known:
            scopes = [frame for frame, _ in frames]
            self._known[key] = slip_of(error, message, self.function, self.names, case, scopes)
        slip = self._known[key] or Slip("", meaning(message))
        return Explained(f"{words} (in {place})" if place else words, slip.advice, slip.name)


def message_of(error: BaseException) -> str:
    """The message of an exception; empty if the exception cannot tell it."""
    try:
        return str(error)
    except Exception:
        return ""


# The line that it came from


_HOUSE = Path(__file__).parents[2]
_OURS = (
    *(f"{_HOUSE / package}{os.sep}" for package in ("autograder", "cs_conv")),
    *(f"{sysconfig.get_path(kind)}{os.sep}" for kind in ("stdlib", "purelib", "platlib")),
    "<frozen ",
    "<__array_function__",
)
"""Folders with code that no student wrote: the course's own, Python's, and installed packages."""


def _students(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    """The frames of the student's code, the innermost last, each with the number of its current line."""
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_OURS):
            yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _place(frame: FrameType, number: int) -> str:
    """A line of code: function, number and the line itself."""
    code = frame.f_code
    line = _short(linecache.getline(code.co_filename, number))
    function = "" if code.co_name.startswith("<") else f"{code.co_name}, "
    return f"{function}line {number}" + (f": {line}" if line else "")


def _short(text: str, length: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


# Errors about sizes: NumPy's words, and what they mean


def _sizes(shape: str) -> list[int]:
    return [int(n) for n in re.findall(r"\d+", shape)]


def _shape(text: str) -> str:
    """A shape as Python writes it."""
    return str(tuple(_sizes(text)))


def _met(a: str, b: str) -> str:
    return (
        f"An array of shape {_shape(a)} met one of shape {_shape(b)}: counted from the last axis, their "
        "sizes must be equal, or one of them 1"
    )


def _written(a: str, b: str) -> str:
    if not _sizes(b):
        return f"An array of shape {_shape(a)} was put where one number belongs"
    empty = ", which is empty: look at where its slices begin and end" if 0 in _sizes(b) else ""
    return f"An array of shape {_shape(a)} was put into a place of shape {_shape(b)}{empty}"


def _number(index: str, axis: str | None, size: str) -> str:
    of = f"Axis {axis}" if axis else "The array"
    entries = f"has {size} entries, numbered 0 to {int(size) - 1}" if int(size) else "is empty"
    return f"{of} {entries}; number {index} was asked for"


def _filled(values: str, shape: str) -> str:
    room = math.prod(_sizes(shape))
    if "newaxis" in shape:
        return f"{values} values cannot be cut into equal parts of {room}"
    if not _sizes(shape):
        return f"{values} values cannot become one number"
    return f"{values} values do not fill the shape {_shape(shape)}, which holds {room}"


def _axis(axis: str, axes: str) -> str:
    return f"The array has {axes} axes, numbered 0 to {int(axes) - 1}; axis {axis} was asked for"


SHAPE = r"\(([\d, ]*)\)"
SIZES: tuple[tuple[str, str, Callable[..., str]], ...] = (
    ("broadcast", rf"operands could not be broadcast together with shapes {SHAPE} {SHAPE}", _met),
    ("broadcast", rf"broadcast together with remapped shapes .*?{SHAPE}->\S+ {SHAPE}->", _met),
    ("broadcast", rf"Mismatch is between arg \d+ with shape {SHAPE} and arg \d+ with shape {SHAPE}", _met),
    ("broadcast", rf"could not broadcast input array from shape {SHAPE} into shape {SHAPE}", _written),
    (
        "broadcast",
        rf"non-broadcastable output operand with shape {SHAPE} doesn't match the broadcast shape {SHAPE}",
        lambda place, result: _written(result, place),
    ),
    ("broadcast", r"could(?: not|n't) (?:be )?broadcast|shape mismatch", lambda: ""),
    ("index", r"index (-?\d+) is out of bounds for (?:axis (\d+) with )?size (\d+)", _number),
    ("index", r"(?:list|tuple) index out of range|invalid entry in coordinates array", lambda: ""),
    ("reshape", r"cannot reshape array of size (\d+) into shape (\([^)]*\))", _filled),
    (
        "product",
        r"mismatch in its core dimension .*\(size (\d+) is different from (\d+)\)",
        lambda a, b: f"The inner sizes of a matrix product must be equal, (M, D) @ (D, K); here {b} met {a}",
    ),
    (
        "product",
        rf"shapes {SHAPE} and {SHAPE} not aligned",
        lambda a, b: (
            f"The inner sizes of a matrix product must be equal, (M, D) @ (D, K); here {_shape(a)} met "
            f"{_shape(b)}"
        ),
    ),
    (
        "product",
        "shape-mismatch for sum",
        lambda: "The axes that are summed together must have equal sizes in both arrays",
    ),
    (
        "axes",
        r"too many indices for array: array is (\d+)-dimensional, but (\d+) were indexed",
        lambda axes, given: f"The number of axes is {axes}, and {given} indices were given",
    ),
    ("axes", r"axis (-?\d+) is out of bounds for array of dimension (\d+)", _axis),
    ("axes", "axes don't match array", lambda: "transpose needs the number of each axis once"),
    (
        "unpack",
        r"not enough values to unpack \(expected (\d+), got (\d+)\)",
        lambda names, values: f"{names} names stand to the left of `=`, and {values} values to its right",
    ),
    (
        "unpack",
        r"too many values to unpack \(expected (\d+)",
        lambda names: f"More values stand to the right of `=` than the {names} names to its left",
    ),
    (
        "element",
        r"setting an array element with a sequence|only (?:0-dimensional|length-1|size-1) arrays can be conv",
        lambda: "A whole array was put where one number belongs",
    ),
    (
        "negative",
        r"negative dimensions are not allowed|can't contain negative values",
        lambda: "A size came out below zero",
    ),
    ("empty", r"zero-size array to reduction|of an empty sequence", lambda: "The array is empty"),
    ("join", r"all (?:the )?input array", lambda: ""),
    ("window", r"window shape cannot be larger than input array", lambda: ""),
)
"""NumPy's errors about sizes: the kind of error, NumPy's words, and simpler words."""

OTHERS: tuple[tuple[str, str], ...] = (
    (
        r"Cannot interpret '.*' as a data type",
        "All sizes of an array go into one argument, np.zeros((2, 3)); the second argument is its dtype",
    ),
    (
        r"^(?:zeros|ones|empty)\(\) takes .* arguments? but",
        "All sizes of an array go into one argument, np.zeros((2, 3))",
    ),
    (
        r"'tuple' object is not callable",
        "An entry is taken with [ ]; ( ) calls a function, and x.shape is not a function: leave ( ) out",
    ),
    (
        r"'tuple' object cannot be interpreted as an integer",
        "A tuple, such as a whole shape, stands where one number belongs: take an entry of it, x.shape[0]",
    ),
    (r"'(?:numpy\.ndarray|list)' object is not callable", "An entry is taken with [ ]; ( ) calls a function"),
    (
        r"'(?:int|float|numpy\.(?:int|float)\d+)' object is not callable",
        "A number stands before ( ), which calls a function: a product is written with *",
    ),
    (
        r"'(?:int|float|numpy\.(?:int|float)\d+)' object is not iterable",
        "A single number stands where several things belong; range(n) counts from 0 to n - 1",
    ),
    (
        r"ufunc 'bitwise_xor' not supported|unsupported operand type\(s\) for \^",
        "A power is written with `**`; `^` compares bits",
    ),
    (
        r"truth value of an array",
        "`if`, `and`, `or`, `max` and `min` want one yes or no, and comparing arrays gives one for each "
        "value: np.where and np.maximum decide value by value",
    ),
    (
        r"Cannot cast ufunc '.*' output from dtype\('float\d+'\) to dtype\('u?int\d+'\)",
        "Numbers with digits behind the point do not go into an array of whole numbers: make it without "
        "dtype=int",
    ),
    (
        "'NoneType'",
        "Something here is None: look at what gave it, for a function without `return` gives None",
    ),
    (
        "arrays used as indices must be of integer",
        "The array that is used as an index holds floats: make it with dtype=int",
    ),
    (
        r"^(?:max|min)\(\) (?:arg is an empty sequence|iterable argument is empty)",
        "There is nothing here to choose from: the list is empty",
    ),
    ("valid indices$", "An index here is neither a whole number nor a slice"),
)
"""Other errors, and what they mean."""


def meaning(message: str) -> str:
    """What an error means, in simpler words; empty if it is not known. No cause is claimed."""
    for _, pattern, words in SIZES:
        if found := re.search(pattern, message):
            return words(*found.groups())
    return next((words for pattern, words in OTHERS if re.search(pattern, message)), "")


def reason(error: BaseException) -> Reason:
    """Why a call failed: the kind of error and the sizes in it.

    Only the last two sizes of a shape count, and the axis of an index does not. So an answer that works image
    by image fails for the same reason as one that takes all images at once.
    """
    return _reason(type(error).__name__, message_of(error)[:500])


@lru_cache(maxsize=4096)
def _reason(kind: str, message: str) -> Reason:
    if kind == AnySizeError.__name__:
        return (kind,)
    for name, pattern, _ in SIZES:
        if found := re.search(pattern, message):
            numbers = [group for group in found.groups() if group and group.lstrip("-").isdigit()]
            numbers = numbers[:: len(numbers) - 1] if name == "index" and numbers else numbers
            shapes = {str(_kept(_sizes(shape))) for shape in re.findall(r"\(([\d, ]+)\)", message)}
            return (name, *numbers, *sorted(shapes))
    return (REFUSED,) if kind in ("ValueError", "AssertionError", "Exception") else (kind, message)


def _kept(sizes: list[int]) -> list[int]:
    """The last two sizes of a shape, without 1s in front, which change nothing where arrays meet."""
    last = sizes[-2:]
    return last[1:] if last[:1] == [1] and len(last) == 2 else last


def alike(one: Reason, other: Reason) -> bool:
    """Whether two errors have the same reason."""
    kinds = {one[:1], other[:1]}
    if (AnySizeError.__name__,) in kinds:
        return all(kind in _ANY_SIZE for kind in kinds)
    return one == other


_ANY_SIZE = frozenset({(AnySizeError.__name__,), (REFUSED,), *((name,) for name, _, _ in SIZES)})
