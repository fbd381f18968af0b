"""Calling a function on a case and keeping what came back as plain data."""

from __future__ import annotations

import io
import traceback
import warnings
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from .exercise import Case, Function
from .values import TOLERANCE, NotPlainError, plain, rounding, same, unpack

INPUTS = "inputs"
"""The name under which a changed input is compared, beside the parts of the result."""


@dataclass(frozen=True)
class Outcome:
    """What one call gave: its parts as private arrays, or the words for what went wrong instead.

    `problem` is for the student; `raised` is the name of the exception's type, empty when there was none.
    `changed` names the arguments that the call modified.
    """

    parts: Mapping[str, np.ndarray] = field(default_factory=dict)
    problem: str = ""
    raised: str = ""
    changed: tuple[str, ...] = ()

    def agrees(self, other: Outcome, part: str) -> bool:
        """Whether both calls gave the same for this part: the same values up to rounding, or no value."""
        if (part in self.parts) != (part in other.parts):
            return False
        return part not in self.parts or same(self.parts[part], other.parts[part])


Outcomes = tuple[Outcome, ...]


@dataclass(frozen=True)
class Series:
    """One part of the results of many cases in a row, so that recognising a mistake is one comparison.

    `shapes` has an entry a case, None where nothing came back. `limits` are the errors that rounding may
    cause in double precision; where either side is `single`, they grow to single precision's.
    """

    shapes: tuple[object, ...]
    values: np.ndarray
    limits: np.ndarray
    single: np.ndarray

    def agrees(self, other: Series) -> bool:
        """Whether both gave the same on every case: the same values up to rounding, or no value."""
        if self.shapes != other.shapes:
            return False
        a, b = self.values, other.values
        if np.array_equal(a, b):  # most are equal to the last bit
            return True
        wider = TOLERANCE[4] / TOLERANCE[8]
        limits = np.where(self.single | other.single, wider * other.limits, other.limits)
        with np.errstate(invalid="ignore"):
            return bool(((np.abs(a - b) <= limits) | (a == b) | (np.isnan(a) & np.isnan(b))).all())


def series(outcomes: Iterable[Outcome], part: str) -> Series:
    """One part of these outcomes in a row."""
    outcomes = tuple(outcomes)
    if part == INPUTS:
        none = np.zeros(0)
        return Series(tuple(bool(o.changed) for o in outcomes), none, none, none.astype(bool))
    arrays = [o.parts.get(part) for o in outcomes]
    there = [a for a in arrays if a is not None]
    sizes = [a.size for a in there]
    return Series(
        tuple(None if a is None else a.shape for a in arrays),
        np.concatenate([np.zeros(0), *(a.ravel().astype(np.float64) for a in there)]),
        np.repeat([rounding(a) for a in there], sizes),
        np.repeat([a.dtype == np.float32 for a in there], sizes).astype(bool),
    )


class _Discard(io.TextIOBase):
    """Swallows what a function prints, so that a debugging print can neither flood nor fail a test."""

    def write(self, text: str) -> int:
        return len(text)


def call(
    function: Function, case: Case, arguments: tuple[str, ...], parts: tuple[str, ...], words: bool = False
) -> Outcome:
    """Call `function` on copies of the case's arguments; never raises (but for a KeyboardInterrupt).

    With `words` an exception is explained to the student, which takes longer than many a call.
    """
    args = tuple(_twin(a) for a in case.args)
    options = dict(case.options)
    result: dict[str, np.ndarray] = {}
    problem = raised = ""
    try:
        with (
            redirect_stdout(_Discard()),
            redirect_stderr(_Discard()),
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
        ):
            warnings.simplefilter("ignore")
            value = function(*args, **options)
        result = {part: plain(piece, part) for part, piece in zip(parts, unpack(value, parts), strict=True)}
    except NotPlainError as error:
        problem = str(error)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a student's function may raise anything, SystemExit included
        raised = type(error).__name__
        problem = explain(error) if words else raised
    changed = tuple(
        name
        for name, before, after in zip(arguments, case.args, args, strict=False)
        if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True)
    )
    return Outcome(result, problem, raised, changed)


def _twin(argument: Any) -> Any:
    """A copy that keeps the strides of an array, so that a non-contiguous case stays one."""
    if not isinstance(argument, np.ndarray):
        return argument
    if argument.flags.c_contiguous or argument.base is None:
        return argument.copy(order="K")
    base = argument.base
    while isinstance(base, np.ndarray) and base.base is not None:
        base = base.base
    if not isinstance(base, np.ndarray) or not base.flags.c_contiguous:
        return argument.copy(order="K")
    offset = argument.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return np.ndarray(argument.shape, argument.dtype, base.copy(), offset, argument.strides)


def explain(error: BaseException) -> str:
    """The error, and the last line of the student's own code that it came from."""
    if isinstance(error, NotImplementedError):
        return "is not answered yet"
    words = (
        f"raised {type(error).__name__}: {_short(str(error))}"
        if str(error)
        else f"raised {type(error).__name__}"
    )
    frame = _students_frame(error.__traceback__)
    if frame and frame.line:
        words += f" (in line {frame.lineno}: {_short(frame.line)})"
    return words


def _students_frame(trace: TracebackType | None) -> traceback.FrameSummary | None:
    frames = traceback.extract_tb(trace, limit=50)
    ours = ("site-packages", "autograder", "cs_conv")
    own = [f for f in frames if not any(name in Path(f.filename).parts for name in ours)]
    return own[-1] if own else None


def _short(text: str, length: int = 160) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
