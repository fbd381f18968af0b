"""Everything that depends only on the exercise and the seed: cases, right results, results of known mistakes.

It is remembered for a few seeds, because several test cells of a notebook ask about the same exercise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

import numpy as np

from .compare import Results, Row
from .differences import DataRow, agree
from .exercise import Case, Exercise, Mistake, Slope
from .nested_data import Data, Part
from .run_answer import BESIDE, CALLS, ERRORS, INPUTS, Outcome, Outcomes, call_all
from .wanted_errors import fault_of, words_for

SMALL = 3
"""So few values may come again by chance."""


@lru_cache(maxsize=32)
def cases_of(exercise: Exercise, seed: int) -> tuple[Case, ...]:
    """The cases of a seed. At the end, one of each tag comes again with other numbers; two of a single one.

    This finds answers that remember results. Cases of another kind, since their order is random, say nothing
    about that. Raises ValueError if the tags of cases and aspects differ.
    """
    drawn, other = (
        tuple(exercise.cases(np.random.default_rng([seed, *exercise.name.encode(), *more])))
        for more in ((), (1,))
    )
    if words := _tags_astray(exercise, {case.tag for case in drawn}):
        raise ValueError(f"exercise {exercise.name!r}: {words}")
    again: dict[str, list[Case]] = {tag: [] for tag in dict.fromkeys(case.tag for case in drawn)}
    for number, (case, numbers) in enumerate(zip(drawn, other, strict=True)):
        repeated = again[case.tag]
        if repeated and (len(again) > 1 or len(repeated) > 1):
            continue
        alike = case.fits and case.about == numbers.about
        if alike and _values_that_differ(exercise, case, numbers) > (SMALL if repeated else 0):
            about = f"{case.about}, for the second time with other numbers"
            repeated.append(replace(numbers, about=about, repeats=number))
    return (*drawn, *(case for repeated in again.values() for case in repeated))


def _tags_astray(exercise: Exercise, drawn: set[str]) -> str:
    """What is wrong with the tags of an exercise's cases; empty if nothing is.

    An aspect without cases would give its points to every answer. A case that no aspect counts costs nothing.
    """
    if not drawn:
        return "it has no cases"
    for aspect in exercise.aspects:
        if missing := (aspect.tags or frozenset[str]()) - drawn:
            known = ", ".join(map(repr, sorted(drawn)))
            return f"its aspect {aspect.name!r} counts the tag {min(missing)!r}; its cases have {known}"
    counted = set[str]().union(*(drawn if a.tags is None else a.tags for a in exercise.aspects))
    if left := drawn - counted:
        return f"no aspect counts the cases with the tag {min(left)!r}; give it to one of them"
    return ""


def _values_that_differ(exercise: Exercise, one: Case, other: Case) -> int:
    """How many values the largest part has whose right results are of one shape and not the same."""
    a, b = call_all(exercise.reference, (one, other), exercise)
    alike = [p for p in a.parts if a.parts[p].shape == b.parts[p].shape]
    return max((a.parts[p].size for p in alike if not agree(a.parts[p], b.parts[p])), default=0)


@lru_cache(maxsize=32)
def fitting(exercise: Exercise, seed: int) -> tuple[int, ...]:
    """The numbers of the cases that have a result: their sizes fit, and no error is asked for."""
    return tuple(i for i, case in enumerate(cases_of(exercise, seed)) if case.fits)


@lru_cache(maxsize=32)
def settled(exercise: Exercise, seed: int) -> tuple[int, ...]:
    """The numbers of the cases with one right answer, a result or an error. The others are those in which
    an error and rounding down are both accepted.
    """
    cases = enumerate(cases_of(exercise, seed))
    return tuple(i for i, case in cases if case.fits or exercise.asks_for_error(case))


def _rows(exercise: Exercise, seed: int, outcomes: Outcomes) -> Mapping[str, Results]:
    """Each part of the results for the settled cases, and what else can be wrong with a call."""
    cases = cases_of(exercise, seed)
    chosen = [(cases[i], outcomes[i]) for i in settled(exercise, seed)]
    faults = [faults_beside(exercise, case, outcome) for case, outcome in chosen]
    found: dict[str, Results] = {name: _marks(each[name] for each in faults) for name in BESIDE}
    for part in exercise.parts:
        came = [o.parts.get(part) for _, o in chosen]
        if part in exercise.data:
            found[part] = DataRow(tuple(value if isinstance(value, Data) else None for value in came))
        else:
            arrays = [None if value is None or isinstance(value, Data) else value for value in came]
            shapes = tuple(None if array is None else array.shape for array in arrays)
            found[part] = Row(shapes, tuple(array for array in arrays if array is not None))
    return found


def faults_beside(exercise: Exercise, case: Case, outcome: Outcome) -> Mapping[str, object]:
    """What is wrong with a call besides its result: inputs changed, a wrong error, too many calls."""
    return {
        INPUTS: outcome.changed != (),
        ERRORS: fault_of(case, outcome) if exercise.asks_for_error(case) else (),
        CALLS: calls_too_many(case, outcome),
    }


def _marks(faults: Iterable[object]) -> Row:
    """Faults as a `Row` of empty arrays with the faults as their shapes; None for a case without one."""
    shapes = tuple(fault or None for fault in faults)
    return Row(shapes, tuple(np.zeros(0) for fault in shapes if fault))


def calls_that_count(case: Case, outcome: Outcome) -> Mapping[str, int]:
    """How often an answer called those of its arguments whose calls the case counts."""
    return {name: n for name, n in outcome.calls.items() if not case.calls_of or name in case.calls_of}


def calls_too_many(case: Case, outcome: Outcome) -> int:
    """How often an answer called functions among its arguments, if that is too often; else 0."""
    calls = sum(calls_that_count(case, outcome).values())
    return calls if case.calls is not None and calls > case.calls else 0


@lru_cache(maxsize=32)
def expected(exercise: Exercise, seed: int) -> tuple[Outcomes, Mapping[str, Results]]:
    """The right results. For sizes that do not fit: of the part that fits, unless an error is asked for.

    Raises ValueError if the reference does not answer one of its own cases.
    """
    cases = (
        c if c.rounded is None or exercise.asks_for_error(c) else replace(c, args=c.rounded)
        for c in cases_of(exercise, seed)
    )
    outcomes = call_all(exercise.reference, cases, exercise)
    for case, outcome in zip(cases_of(exercise, seed), outcomes, strict=True):
        if words := _author_error(exercise, case, outcome):
            raise ValueError(f"the reference of exercise {exercise.name!r}, on {case.about!r}: {words}")
    return outcomes, _rows(exercise, seed, outcomes)


def _author_error(exercise: Exercise, case: Case, outcome: Outcome) -> str:
    """What is wrong with the reference in one of its own cases; empty if nothing is."""
    raised = f"raised {outcome.raised}: {outcome.message}" if outcome.raised else ""
    if not exercise.asks_for_error(case):
        return raised or outcome.problem or "; ".join(outcome.unusable.values())
    if not outcome.raised:
        return "it should raise a ValueError, and gave a result"
    return words_for(case, replace(outcome, problem=raised)) if fault_of(case, outcome) else ""


def misfits(exercise: Exercise, seed: int, outcomes: Outcomes) -> DataRow:
    """Wrong results for sizes that do not fit, in cases in which rounding down would be accepted."""
    judged, right = settled(exercise, seed), expected(exercise, seed)[0]
    found: list[Data | None] = []
    for number, (got, want) in enumerate(zip(outcomes, right, strict=True)):
        fine = number in judged or got.raised or all(got.agrees(want, part) for part in exercise.parts)
        found.append(None if fine else Data([_plain(got.parts.get(part)) for part in exercise.parts]))
    return DataRow(tuple(found))


def _plain(part: Part | None) -> object:
    return part.value if isinstance(part, Data) else part


@dataclass(frozen=True, eq=False)
class Answer:
    """What a function gave on the cases of one seed; `right` says which settled cases are right, by part."""

    outcomes: Outcomes
    rows: Mapping[str, Results]
    right: Mapping[str, np.ndarray]

    @cached_property
    def fine(self) -> frozenset[str]:
        """The parts that are right in every case."""
        return frozenset(part for part, cases in self.right.items() if cases.all())

    def wrong(self, part: str) -> np.ndarray:
        """In which cases this part came back with wrong values."""
        return self.rows[part].present & ~self.right[part]


@np.errstate(all="ignore")
def compared(exercise: Exercise, seed: int, outcomes: Outcomes) -> Answer:
    """The results of a function, compared with the right ones."""
    mine, (_, wanted) = _rows(exercise, seed, outcomes), expected(exercise, seed)
    return Answer(outcomes, mine, {part: mine[part].agreement(wanted[part]) for part in mine})


@dataclass(frozen=True, eq=False)
class Entry:
    """A mistake of the catalogue and a seed; the mistake is called once its results are needed."""

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
        places = (*self.exercise.parts, ERRORS, CALLS)
        return frozenset(part for part in places if self.answer.wrong(part).any())

    def _called(self, cases: Iterable[Case]) -> Outcomes:
        return call_all(self.mistake.function, cases, self.exercise)


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
