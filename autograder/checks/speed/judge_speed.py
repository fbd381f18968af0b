"""Judges the speed of an answer with right values: counts the lines that Python runs, then races it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from autograder.checks.exercise import Case, Exercise, Function, Mistake, Speed
from autograder.checks.speed import race
from autograder.checks.speed.lines import Growth, growth
from autograder.checks.speed.race import Race
from autograder.checks.verdict import Failure, Recognised, Verdict


def with_speed(
    verdict: Verdict, exercise: Exercise, function: Function, raced: Callable[..., Race] | None = None
) -> Verdict:
    """The verdict, with speed judged as well if all values are right."""
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
    at = (raced or race.race)(function, exercise, speed, verdict.seed)
    if at.won(speed.times):
        return verdict
    return _failed(
        verdict, exercise, at.problem or _race_problem(at, speed, counts), None if at.problem else counts
    )


def _failed(verdict: Verdict, exercise: Exercise, problem: str, counts: Growth | None) -> Verdict:
    """The verdict without the points for speed, and with the slow mistakes that run the same lines."""
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
    """The lines that a mistake of the catalogue runs. They do not depend on the seed."""
    assert exercise.speed is not None
    return growth(function, exercise, exercise.speed, 0)


def _styles(exercise: Exercise) -> Iterator[tuple[Mistake, Any]]:
    """The slow mistakes of the catalogue, and the style by which they are recognised."""
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
