"""Races an answer against our loops, by the computing time of its process."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from autograder.checks.differences import agree
from autograder.checks.exercise import Case, Exercise, Function, Speed
from autograder.checks.run_answer import Outcome, call_all
from cs_conv.cores import one_core

ROUNDS, ENOUGH, MOST = 3, 5, 12
"""The fewest rounds of a race that is won, the fewest of one that is lost, and the most rounds."""
WON, LOST = 1.15, 0.76
"""A race ends early if the ratio is at least this factor above, or below, what is asked."""
BATCH, CALLS, SLOW = 4e-3, 5, 4e-2
"""The least seconds of calls in a row in each round, and how many of them unless they take `SLOW` seconds.

The first call after our loops meets cold caches: it was seen to take 50 times as long as the next ones.
"""


@dataclass(frozen=True)
class Race:
    """How a race ended: the median seconds of a call of our loops and of the answer, or a problem."""

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

    Every call gets new inputs, and every result is checked, so an answer that remembers results loses. The
    median of all calls counts, for each side. Matrix products run on one core: otherwise threads that wait
    for a busy core would count as the answer's time.
    """
    with one_core():
        return _race(function, exercise, speed, seed)


def _race(function: Function, exercise: Exercise, speed: Speed, seed: int) -> Race:
    rng = np.random.default_rng([seed, 7])
    ours, answer = Stopwatch(exercise.reference), Stopwatch(function)
    at = Race()
    while not at.over(speed.times):
        ours(*speed.draw(rng, **speed.large))
        cases, outcomes = _round(speed, rng, answer, exercise)
        right = call_all(speed.fast, cases, exercise)
        problem = next(filter(None, map(_wrong, outcomes, right)), "") or answer.fault()
        at = Race(ours.middle, answer.middle, at.rounds + 1, problem)
    return at


def lost(*ignored: Any) -> Race:
    """A race that counts as lost without being run."""
    return Race(1.0, 1.0)


def _round(
    speed: Speed, rng: np.random.Generator, answer: Stopwatch, exercise: Exercise
) -> tuple[list[Case], list[Outcome]]:
    """Calls of the answer on new cases, until it has computed for long enough."""
    cases: list[Case] = []
    outcomes: list[Outcome] = []
    spent = 0.0
    while spent < BATCH or (len(cases) < CALLS and spent < SLOW):
        calls = len(answer.times)
        cases.append(Case("speed", "fresh inputs", speed.draw(rng, **speed.large)))
        outcomes += call_all(answer, cases[-1:], exercise, strange=True, seeded=False)
        spent += max(answer.times[-1], BATCH / 100) if len(answer.times) > calls else SLOW
    return cases, outcomes


def _wrong(outcome: Outcome, right: Outcome) -> str:
    """What is wrong with a result, in words; empty if it is right."""
    if problem := next(iter(outcome.unusable.values()), outcome.problem):
        return problem
    same_values = all(agree(outcome.parts[part], right.parts[part]) for part in right.parts)
    if not same_values or outcome.changed or outcome.overwritten:
        return "gives wrong values on larger inputs, other ones in each call"
    return ""


class Stopwatch:
    """A function that knows how long its calls took.

    It measures the computing time of its process, to which busy neighbours add nothing. Work on several cores
    at once would count twice, so the wall clock is read as well, and the shorter time counts.

    A function in another process brings that process's clock, on its type: `read_clock(function)` returns
    seconds. `watch_clock(function)` starts to watch for other processes that compute in the sandbox; calling
    what it returns says why the clock cannot be believed, or gives empty text.
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
        """The median of all times, in seconds; infinity before the first call has ended."""
        return median(self.times or [np.inf])


CLOCKS: tuple[Callable[[], float], ...] = (
    # The computing time of a process is kept in steps of 1/64 s there.
    (time.perf_counter,) if sys.platform == "win32" else (time.process_time, time.perf_counter)
)
