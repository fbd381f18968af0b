"""Speed, judged in two ways: how many lines Python runs as the input grows, and a race against our loops.

Lines are counted exactly, so a loop over the places of an image is found without a clock. The race is run by
the clock of the process that computes, over rounds, so that busy neighbours decide nothing. Only an answer
with right values is asked.
"""

from __future__ import annotations

import linecache
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from statistics import median
from types import CodeType, FrameType
from typing import Any

import numpy as np

import cs_conv
from autograder.checks.exercise import Case, Exercise, Function, Mistake, Speed
from autograder.checks.plain_data import same
from autograder.checks.run_answer import Outcome, call_all
from autograder.checks.verdict import Failure, Recognised, Verdict
from cs_conv.cores import one_core

ROUNDS, ENOUGH, MOST = 3, 5, 12
"""A race has at least so many rounds before it is won, before it is lost, and at most."""
WON, LOST = 1.15, 0.76
"""So far from what is asked, as a factor, the ratio must be for the race to end before its last round."""
BATCH = 4e-3
"""Seconds of fast calls in a row, at least, in each round: a single short call meets cold caches."""

WRAPPERS = frozenset({"_vectorize_call", "apply_along_axis", "fromfunction"})
"""Functions of NumPy's that call one of Python's over and over."""
REPEATED = frozenset({"append", "<genexpr>"})
"""What shows, where it is entered more often for more places, in which style a loop is written."""
HEAVY = frozenset({"_sum", "einsum"})
"""Where the time goes in answers whose only loops, if any, are over the places of a filter."""


# Lines


@dataclass
class Lines:
    """The lines of Python that one call ran: how many in all, how often each, and in which functions."""

    total: int = 0
    at: Counter[tuple[CodeType, int]] = field(default_factory=Counter)
    functions: Counter[str] = field(default_factory=Counter)


@contextmanager
def counted(lines: Lines) -> Iterator[None]:
    """Add up what Python runs meanwhile: each line, each repeat of a line, each entry of a function.

    What C code does inside one line counts nothing, a Python function that it calls does: so vectorised
    NumPy is free, and `np.vectorize` or `map` of a function are loops.
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

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        yield
    finally:
        sys.settrace(before)


@dataclass(frozen=True)
class Growth:
    """Lines run on the small input, and on inputs in which one axis, or both of the places, are doubled."""

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
        """Whether there are lines for every place: more than rows and columns explain by themselves."""
        i, j = self.places
        together = self.total(i, j) - self.total(i) - self.total(j) + self.total()
        return together >= self.sizes[i] * self.sizes[j]

    @property
    def style(self) -> tuple[frozenset[str], frozenset[str]]:
        """What tells one slow way from another: the axes of its loops, and the functions it runs in them."""
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
    """Whether code is the student's (or the catalogue's, in a student's place), not a library's."""
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

        call_all(watched, [Case("speed", "", args)], exercise.arguments, exercise.parts)
    return Growth(speed.small, speed.places, lines)


# The race


@dataclass(frozen=True)
class Race:
    """How it ended: the middle call of our loops and of the answer, in seconds, or what is wrong."""

    slow: float = np.inf
    fast: float = np.inf
    rounds: int = 0
    problem: str = ""

    @property
    def ratio(self) -> float:
        """How many times as fast as our loops the answer is."""
        return self.slow / self.fast if self.fast else np.inf

    def won(self, times: float) -> bool:
        """Whether that is enough."""
        return not self.problem and self.ratio >= times

    def over(self, times: float) -> bool:
        """Whether another round would change nothing."""
        if self.problem or self.rounds >= MOST:
            return True
        if self.rounds >= ENOUGH and self.ratio < LOST * times:
            return True
        return self.rounds >= ROUNDS and self.ratio > WON * times


def race(function: Function, exercise: Exercise, speed: Speed, seed: int) -> Race:
    """Race `function` against our loops: a round is one slow call, then fast ones for at least 4 ms.

    Every call gets inputs of its own, and every result is looked at: what remembers an earlier answer is
    found. Of each side the middle one of all calls counts, so that neither a lucky nor an unlucky one does.
    Matrix products run on one core: threads that wait for a busy one would count as time of the answer.
    """
    with one_core():
        return _race(function, exercise, speed, seed)


def _race(function: Function, exercise: Exercise, speed: Speed, seed: int) -> Race:
    rng = np.random.default_rng([seed, 7])
    ours, answer = Stopwatch(exercise.reference), Stopwatch(function)
    at = Race()
    while not at.over(speed.times):
        ours(*speed.draw(rng, **speed.large))
        cases: list[Case] = []
        outcomes = call_all(
            answer, _fresh(speed, rng, answer, cases), exercise.arguments, exercise.parts, strange=True
        )
        right = call_all(speed.fast, cases, exercise.arguments, exercise.parts)
        problem = next(filter(None, map(_wrong, outcomes, right)), "") or answer.fault()
        at = Race(ours.middle, answer.middle, at.rounds + 1, problem)
    return at


def lost(*ignored: Any) -> Race:
    """A race that need not be run."""
    return Race(1.0, 1.0)


def _fresh(speed: Speed, rng: np.random.Generator, answer: Stopwatch, cases: list[Case]) -> Iterator[Case]:
    """One case after the other, until the answer has been at work for long enough; `cases` keeps them."""
    spent = 0.0
    while spent < BATCH:
        cases.append(Case("speed", "fresh inputs", speed.draw(rng, **speed.large)))
        yield cases[-1]
        spent += max((answer.times or [np.inf])[-1], BATCH / 100)


def _wrong(outcome: Outcome, right: Outcome) -> str:
    """The words for a result that is not right; empty for a right one."""
    if problem := next(iter(outcome.unusable.values()), outcome.problem):
        return problem
    same_values = all(same(outcome.parts[part], right.parts[part]) for part in right.parts)
    if not same_values or outcome.changed or outcome.overwritten:
        return "gives wrong values on larger inputs, other ones in each call"
    return ""


class Stopwatch:
    """A function that knows how long its calls took.

    Time is the computing time of the process that computes, which busy neighbours do not add to. A function
    that lives in another process brings that process's clock, on its type: `read_clock(function)`, in
    seconds, and `watch_clock(function)`, which begins to watch who else computes: what it returns gives, when
    it is called, the words for a clock that cannot be believed, or none. Here, work on several cores at once
    is not counted twice: the wall clock is read beside it, and the shorter time counts.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self.times: list[float] = []
        far = getattr(type(function), "read_clock", None)
        watch = getattr(type(function), "watch_clock", None)
        self.clocks: tuple[Callable[[], float], ...] = (partial(far, function),) if far else CLOCKS
        self.fault: Callable[[], str] = watch(function) if watch else str

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Call it, and note the time."""
        before = [clock() for clock in self.clocks]
        value = self.function(*args, **options)
        self.times.append(min(clock() - then for clock, then in zip(self.clocks, before, strict=True)))
        return value

    @property
    def middle(self) -> float:
        """The middle one of all times; infinity before the first call that ended."""
        return median(self.times or [np.inf])


CLOCKS: tuple[Callable[[], float], ...] = (
    # The computing time of a process is kept in steps of 1/64 s there.
    (time.perf_counter,) if sys.platform == "win32" else (time.process_time, time.perf_counter)
)


# The verdict


def judged(
    verdict: Verdict, exercise: Exercise, function: Function, raced: Callable[..., Race] | None = None
) -> Verdict:
    """The verdict on an answer whose values are right, with its speed judged too."""
    speed = exercise.speed
    if speed is None or not verdict.passed:
        return verdict
    counts = None
    if any(function is m.function for m in exercise.mistakes):
        counts = _of_catalogue(exercise, function)
    elif not hasattr(type(function), "read_clock"):
        counts = growth(function, exercise, speed, verdict.seed)
    if counts is not None and counts.with_places:
        return _failed(verdict, exercise, _lines_problem(counts), counts)
    at = (raced or race)(function, exercise, speed, verdict.seed)
    if at.won(speed.times):
        return verdict
    return _failed(
        verdict, exercise, at.problem or _race_problem(at, speed, counts), None if at.problem else counts
    )


def _failed(verdict: Verdict, exercise: Exercise, problem: str, counts: Growth | None) -> Verdict:
    """The verdict without the points for speed, with the catalogue's slow ways that run the same lines."""
    assert exercise.speed is not None
    name = exercise.speed.aspect
    failure = Failure(Case("speed", "", ()), "", problem)
    parts = frozenset(exercise.parts)
    aspects = tuple(
        replace(a, failure=failure, wrong_parts=parts) if a.name == name else a for a in verdict.aspects
    )
    slow = [m for m, style in _styles(exercise) if counts is not None and style == counts.style]
    mistakes = tuple(Recognised(m.name, m.advice, parts, (name,)) for m in slow)
    return replace(verdict, aspects=aspects, mistakes=mistakes)


@lru_cache(maxsize=128)
def _of_catalogue(exercise: Exercise, function: Function) -> Growth:
    """The lines of a way that is known: they are the same whatever the numbers."""
    assert exercise.speed is not None
    return growth(function, exercise, exercise.speed, 0)


def _styles(exercise: Exercise) -> Iterator[tuple[Mistake, Any]]:
    """The slow ways of the catalogue, and what tells them from each other."""
    for mistake in exercise.mistakes:
        if mistake.slow:
            yield mistake, _of_catalogue(exercise, mistake.function).style


def _lines_problem(counts: Growth) -> str:
    i, j = counts.places
    small, large = (f"{n * counts.sizes[i]}x{n * counts.sizes[j]}" for n in (1, 2))
    return (
        f"makes Python run more lines with every place of the output: {counts.total():,} lines for {small} "
        f"places, {counts.total(i, j):,} for {large}. A fast way runs as many for both. {_busiest(counts)}"
    )


def _race_problem(at: Race, speed: Speed, counts: Growth | None) -> str:
    sizes = ", ".join(f"{axis} = {size}" for axis, size in speed.large.items())
    words = (
        f"is {_times(at.ratio)} as fast as our loops, and {_times(speed.times)} is asked: for {sizes} they "
        f"take {_milliseconds(at.slow)} and yours {_milliseconds(at.fast)}"
    )
    if counts is None:
        return words
    axes = [axis for axis in counts.sizes if axis in counts.axes]
    if not axes:
        return f"{words}. No line of Python runs more often as the input grows: the time goes inside a call"
    grow = "grows" if len(axes) == 1 else "grow"
    return f"{words}. Python runs more lines as {' and '.join(axes)} {grow}. {_busiest(counts)}"


def _busiest(counts: Growth) -> str:
    text, number, times = counts.busiest
    places = 4 * counts.sizes[counts.places[0]] * counts.sizes[counts.places[1]]
    shown = f": `{text}`" if text else ""
    return f"With {places} places, line {number} runs most often, {times:,} times{shown}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms" if seconds >= 0.01 else f"{seconds * 1e3:.2g} ms"


def _times(ratio: float) -> str:
    return f"{ratio:.0f} times" if ratio >= 10 else f"{ratio:.1f} times"
