"""Counts the lines that Python runs as the input grows, which finds slow loops without a clock."""

from __future__ import annotations

import gc
import linecache
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np

import cs_conv
from autograder.checks.exercise import Case, Exercise, Function, Speed
from autograder.checks.run_answer import call_all

WRAPPERS = frozenset({"_vectorize_call", "apply_along_axis", "fromfunction"})
"""Functions of NumPy that call a Python function for each value."""
REPEATED = frozenset({"append", "<genexpr>"})
"""Calls that show in which style a loop is written, if there are more of them for more places."""
HEAVY = frozenset({"_sum", "einsum"})
"""Functions that take the time in answers that loop over nothing but the places of a filter."""


@dataclass
class Lines:
    """The lines of Python that one call ran: how many in all, how often each, and how often each function."""

    total: int = 0
    at: Counter[tuple[CodeType, int]] = field(default_factory=Counter)
    functions: Counter[str] = field(default_factory=Counter)


@contextmanager
def counted(lines: Lines) -> Iterator[None]:
    """Count what Python runs inside a `with` block: every line, each time it runs, and every call.

    Work inside C code does not count, but a Python function that it calls does. So vectorised NumPy is free,
    and `np.vectorize` or `map` of a function are loops. Meanwhile no garbage is collected: what others left
    behind may run lines of its own when it goes.
    """

    def local(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            lines.total += 1
            lines.at[frame.f_code, frame.f_lineno] += 1
        return local

    def entered(frame: FrameType, event: str, argument: Any) -> Any:
        lines.total += 1
        if frame.f_code.co_name[0] != "<" or _own(frame.f_code):
            lines.functions[frame.f_code.co_name] += 1
        return local

    before, collects = sys.gettrace(), gc.isenabled()
    gc.disable()
    sys.settrace(entered)
    try:
        yield
    finally:
        sys.settrace(before)
        if collects:
            gc.enable()


@dataclass(frozen=True)
class Growth:
    """Lines run on a small input, and on inputs with one axis doubled, or both axes of the output."""

    sizes: Mapping[str, int]
    places: tuple[str, str]
    lines: Mapping[tuple[str, ...], Lines]

    def total(self, *axes: str) -> int:
        """The lines run with these axes doubled."""
        return self.lines[axes].total

    @property
    def axes(self) -> frozenset[str]:
        """The axes that a loop of Python runs along."""
        return frozenset(a for a in self.sizes if self.total(a) - self.total() >= self.sizes[a])

    @property
    def with_places(self) -> bool:
        """Whether lines are run for every place of the output, not only for every row and every column."""
        i, j = self.places
        together = self.total(i, j) - self.total(i) - self.total(j) + self.total()
        return together >= self.sizes[i] * self.sizes[j]

    @property
    def style(self) -> tuple[frozenset[str], frozenset[str]]:
        """How slow ways are told apart: the axes of the loops, and the functions that they call."""
        before, after = self.lines[()].functions, self.lines[self.places].functions
        telling = WRAPPERS & set(after) | {name for name in REPEATED if after[name] > before[name]}
        if self.axes <= {"FH", "FW"}:
            telling |= HEAVY & set(after)
        if "einsum_path" in after:  # it looks for a matrix product
            telling -= {"einsum"}
        return self.axes, frozenset(telling)

    @property
    def busiest(self) -> tuple[str, int, int]:
        """The line that runs most often on the largest input: its text, its number, how often."""
        at = self.lines[self.places].at
        own = {place: n for place, n in at.items() if _own(place[0])} or dict(at)
        (code, number), times = max(own.items(), key=lambda item: item[1])
        return _text(code, number), number, times


def _text(code: CodeType, number: int) -> str:
    return linecache.getline(code.co_filename, number).strip()


_EXERCISES = str(Path(__file__).parents[2] / "exercises")
_LIBRARIES = (
    *(sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib")),
    str(Path(cs_conv.__file__).parent),
    "<__array_function__",
    "<frozen",
)


def _own(code: CodeType) -> bool:
    """Whether code is a student's, or a mistake of the catalogue, and not a library's."""
    name = code.co_filename
    return name.startswith(_EXERCISES) or not name.startswith(_LIBRARIES)


def growth(function: Function, exercise: Exercise, speed: Speed, seed: int) -> Growth:
    """Count the lines that `function` runs on the small input and on larger ones."""
    lines: dict[tuple[str, ...], Lines] = {}
    for axes in [(), *((axis,) for axis in speed.small), speed.places]:
        sizes = {axis: size * (2 if axis in axes else 1) for axis, size in speed.small.items()}
        args = speed.draw(np.random.default_rng(seed), **sizes)
        lines[axes] = Lines()

        def watched(*args: Any, _lines: Lines = lines[axes]) -> Any:
            with counted(_lines):
                return function(*args)

        call_all(watched, [Case("speed", "", args)], exercise)
    return Growth(speed.small, speed.places, lines)
