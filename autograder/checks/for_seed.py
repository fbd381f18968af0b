"""What is the same for all answers to an exercise on one seed: cases, right results, the catalogue's.

A few seeds are remembered: several test cells ask about one exercise, and a class shares nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np

from .compare import Row, same
from .exercise import Case, Exercise, Mistake, Slope
from .run_answer import INPUTS, Outcome, Outcomes, call_all


@lru_cache(maxsize=32)
def cases_of(exercise: Exercise, seed: int) -> tuple[Case, ...]:
    """The cases of a seed; in the end one of each tag again with other numbers, for answers with a memory."""
    drawn, other = (
        tuple(exercise.cases(np.random.default_rng([seed, *exercise.name.encode(), *more])))
        for more in ((), (1,))
    )
    again: dict[str, Case] = {}
    for number, (case, numbers) in enumerate(zip(drawn, other, strict=True)):
        if case.fits and case.tag not in again and _gives_other_results(exercise, case, numbers):
            about = f"{case.about}, for the second time with other numbers"
            again[case.tag] = replace(numbers, about=about, repeats=number)
    return (*drawn, *again.values())


def _gives_other_results(exercise: Exercise, one: Case, other: Case) -> bool:
    a, b = call_all(exercise.reference, (one, other), exercise.arguments, exercise.parts)
    return any(a.parts[p].shape == b.parts[p].shape and not same(a.parts[p], b.parts[p]) for p in a.parts)


@lru_cache(maxsize=32)
def fitting(exercise: Exercise, seed: int) -> tuple[int, ...]:
    """The numbers of the cases that fit: the others have no one right result."""
    return tuple(i for i, case in enumerate(cases_of(exercise, seed)) if case.fits)


def _rows(exercise: Exercise, seed: int, outcomes: Outcomes) -> Mapping[str, Row]:
    """Each part of the results in a row, and whether inputs were changed."""
    chosen = [outcomes[i] for i in fitting(exercise, seed)]
    result = {INPUTS: _row([np.zeros(0) if o.changed else None for o in chosen])}
    return result | {part: _row([o.parts.get(part) for o in chosen]) for part in exercise.parts}


def _row(arrays: list[np.ndarray | None]) -> Row:
    shapes = tuple(None if a is None else a.shape for a in arrays)
    return Row(shapes, tuple(a for a in arrays if a is not None))


@lru_cache(maxsize=32)
def expected(exercise: Exercise, seed: int) -> tuple[Outcomes, Mapping[str, Row]]:
    """The right results; for a case that does not fit, those of what does."""
    cases = (c if c.rounded is None else replace(c, args=c.rounded) for c in cases_of(exercise, seed))
    outcomes = call_all(exercise.reference, cases, exercise.arguments, exercise.parts)
    return outcomes, _rows(exercise, seed, outcomes)


@dataclass(frozen=True, eq=False)
class Answer:
    """What a function gave on the cases of one seed; of those that fit, part by part, which are `right`."""

    outcomes: Outcomes
    rows: Mapping[str, Row]
    right: Mapping[str, np.ndarray]

    @cached_property
    def fine(self) -> frozenset[str]:
        """The parts that are right in every case."""
        return frozenset(part for part, cases in self.right.items() if cases.all())

    def wrong(self, part: str) -> np.ndarray:
        """Where this part came back with wrong values."""
        return self.rows[part].present & ~self.right[part]


@np.errstate(all="ignore")
def compared(exercise: Exercise, seed: int, outcomes: Outcomes) -> Answer:
    """What a function gave, beside what is right."""
    mine, (_, wanted) = _rows(exercise, seed, outcomes), expected(exercise, seed)
    return Answer(outcomes, mine, {part: mine[part].agreement(wanted[part]) for part in mine})


@dataclass(frozen=True, eq=False)
class Entry:
    """A mistake of the catalogue on the cases of one seed, called when its results are asked for."""

    exercise: Exercise
    seed: int
    mistake: Mistake
    known: dict[int, Outcome] = field(default_factory=dict)

    def outcome(self, number: int) -> Outcome:
        """Its result for one case."""
        if number not in self.known:
            self.known[number] = self._called([cases_of(self.exercise, self.seed)[number]])[0]
        return self.known[number]

    @cached_property
    def answer(self) -> Answer:
        """Its results for all cases."""
        return compared(self.exercise, self.seed, self._called(cases_of(self.exercise, self.seed)))

    @cached_property
    def home(self) -> frozenset[str]:
        """The parts in which it gives wrong values.

        If it gives none at all (it raises), its other parts are missing too, and that they are missing
        elsewhere proves nothing.
        """
        return frozenset(part for part in self.exercise.parts if self.answer.wrong(part).any())

    def _called(self, cases: Iterable[Case]) -> Outcomes:
        return call_all(self.mistake.function, cases, self.exercise.arguments, self.exercise.parts)


@lru_cache(maxsize=32)
def catalogue(exercise: Exercise, seed: int) -> tuple[Entry, ...]:
    """The mistakes of the exercise that give wrong values."""
    return tuple(Entry(exercise, seed, mistake) for mistake in exercise.mistakes if not mistake.slow)


@lru_cache(maxsize=32)
def slopes(exercise: Exercise, seed: int) -> Mapping[int, list[Slope]]:
    """The numeric gradients of each case that fits."""
    if exercise.slopes is None:
        return {}
    cases = cases_of(exercise, seed)
    rng = np.random.default_rng(seed)
    return {i: exercise.slopes(cases[i], rng) for i in fitting(exercise, seed)}
