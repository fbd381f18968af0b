"""Finds what is wrong with an answer, case by case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from .compare import DOUBLE, SINGLE, is_single
from .differences import agree
from .errors import UNANSWERED
from .exercise import Case, Exercise, Slope
from .for_seed import Answer, calls_too_many, cases_of, expected, settled, slopes
from .nested_data import Part
from .run_answer import CALLS, ERRORS, INPUTS, Outcome, Outcomes
from .verdict import Identity
from .wanted_errors import fault_of


class Kind(Enum):
    """The kinds of findings."""

    MISSING = auto()  # nothing came back, or nothing for this part that can be judged
    FORM = auto()  # a list where an array is asked for
    SHAPE = auto()
    VALUES = auto()
    REMEMBERED = auto()  # the values of an earlier call
    ACCEPTED = auto()  # a result came back where an error is asked for
    ERROR = auto()  # another error than the one asked for
    CALLS = auto()  # a function that was handed over was called too often
    CHANGED = auto()  # an argument is not what it was
    OVERWRITTEN = auto()  # a result is not what it was


EDGES = "edges"
"""The tag of cases with float32 and scattered memory. Changed arguments and results count there, too."""

RECTANGLES = "rectangles"
"""The tag of cases with a height and a width that differ."""


@dataclass(frozen=True)
class Finding:
    """Something wrong with the result of one case, in one part or, if `part` is empty, in all."""

    number: int
    case: Case
    kind: Kind
    part: str = ""


def findings(exercise: Exercise, seed: int, mine: Answer) -> tuple[Finding, ...]:
    """Everything that is wrong with the results of an answer."""
    outcomes, wanted = mine.outcomes, expected(exercise, seed)[0]
    cases = cases_of(exercise, seed)
    answers = any(o.parts for o in outcomes)
    places = enumerate(settled(exercise, seed))
    wrong_parts = {n: [p for p in exercise.parts if not mine.right[p][i]] for i, n in places}
    remembered = _remembered(
        outcomes, wanted, {n: cases[n].repeats for n, parts in wrong_parts.items() if parts}
    )
    found = []
    for number, parts in wrong_parts.items():
        case, got = cases[number], outcomes[number]
        if exercise.asks_for_error(case):
            faults = _compare_errors(got, case, answers)
        else:
            faults = _compare(got, wanted[number], parts, number in remembered)
        found += [Finding(number, case, kind, part) for kind, part in (*faults, *_beside(case, got))]
    for number in set(range(len(cases))) - set(wrong_parts):
        for kind, part in compare_unfit(outcomes[number], wanted[number], answers):
            found.append(Finding(number, cases[number], kind, part))
    return tuple(found) or _against_numeric_gradients(exercise, seed, outcomes)


def _compare(
    got: Outcome, want: Outcome, parts: Iterable[str], remembered: bool
) -> Iterator[tuple[Kind, str]]:
    """What is wrong with one result; `parts` are the wrong ones."""
    if got.problem:
        yield Kind.MISSING, ""
        return
    for part in (p for p in got.unusable if p in got.parts):
        yield Kind.FORM, part
    for part in parts:
        if part not in got.parts:
            yield Kind.MISSING, part
        elif got.parts[part].shape != want.parts[part].shape:
            yield Kind.SHAPE, part
        else:
            yield Kind.REMEMBERED if remembered else Kind.VALUES, part


def _compare_errors(got: Outcome, case: Case, answers: bool) -> Iterator[tuple[Kind, str]]:
    """What is wrong in a case that asks for an error. A function that never returns anything is not right."""
    if not got.raised and got.problem != UNANSWERED:
        yield Kind.ACCEPTED, ""
    elif got.problem == UNANSWERED or not answers:
        yield Kind.MISSING, ""
    elif fault_of(case, got):
        yield Kind.ERROR, ERRORS


def _beside(case: Case, got: Outcome) -> Iterator[tuple[Kind, str]]:
    """What a call did besides giving a result."""
    if got.changed and not got.problem:
        yield Kind.CHANGED, INPUTS
    if calls_too_many(case, got):
        yield Kind.CALLS, CALLS
    for part in got.overwritten:
        yield Kind.OVERWRITTEN, part


def _remembered(outcomes: Outcomes, wanted: Outcomes, wrong_ones: Mapping[int, int | None]) -> frozenset[int]:
    """The numbers of the cases that repeat an earlier one and got its result again, which is wrong there.

    This must be so for all wrong cases that repeat another, and for at least two, since one may be chance.
    Most earlier results must be right: an answer that ignores its numbers has another fault.
    """
    again = {number: first for number, first in wrong_ones.items() if first is not None}
    if len(again) < 2 or not all(_same(outcomes[n], outcomes[first]) for n, first in again.items()):
        return frozenset()
    once_right = sum(_same(outcomes[first], wanted[first]) for first in again.values())
    return frozenset(again) if 2 * once_right > len(again) else frozenset()


def _same(one: Outcome, other: Outcome) -> bool:
    return bool(one.parts) and all(one.agrees(other, part) for part in (*one.parts, *other.parts))


def compare_unfit(got: Outcome, want: Outcome, answers: bool) -> Iterator[tuple[Kind, str]]:
    """What is wrong for sizes that do not fit, if rounding down is accepted.

    Raising an error is right, unless the function never returns anything. Rounding down is right if the part
    that fits is right.
    """
    if got.problem:
        if not (got.raised and answers):
            yield Kind.MISSING, ""
        return
    for part in (p for p in want.parts if p not in got.parts):
        yield Kind.MISSING, part
    if any(piece.shape != want.parts[part].shape for part, piece in got.parts.items()):
        yield Kind.MISSING, ""
    else:
        for part in got.parts:
            if not agree(got.parts[part], want.parts[part]):
                yield Kind.VALUES, part


def _against_numeric_gradients(exercise: Exercise, seed: int, outcomes: Outcomes) -> tuple[Finding, ...]:
    """A second opinion on an answer that agrees with the reference: our forward function along a line."""
    cases = cases_of(exercise, seed)
    return tuple(
        Finding(number, cases[number], Kind.VALUES, slope.part)
        for number, measured in slopes(exercise, seed).items()
        for slope in measured
        if not _near(identity(slope, outcomes[number]), cases[number], outcomes[number])
    )


def identity(slope: Slope, got: Outcome) -> Identity:
    """A numeric gradient beside the student's."""
    return Identity(slope.part, slope.numeric, float(np.sum(slope.along * _array(got.parts[slope.part]))))


def _array(part: Part) -> np.ndarray:
    assert isinstance(part, np.ndarray), "only arrays have gradients"
    return part


def _near(both: Identity, case: Case, got: Outcome) -> bool:
    arrays = [a for a in (*case.args, *got.parts.values()) if isinstance(a, np.ndarray)]
    limit = SINGLE if is_single(*arrays) else DOUBLE
    return abs(both.numeric - both.yours) <= 100 * limit * max(1.0, abs(both.numeric))
