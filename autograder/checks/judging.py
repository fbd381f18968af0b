"""The judge: call, compare with the reference, find the smallest failing case.

The judge sees data only. What it compares are private copies of plain arrays, so it can sit in the student's
notebook or on the other side of a process boundary.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cached_property, lru_cache

import numpy as np

from . import speed
from .exercise import Aspect, Case, Exercise, Function, Mistake, Slope
from .outcome import INPUTS, Outcome, Outcomes, Row, call_all, rows
from .registry import find, names
from .values import TOLERANCE, same, wrong
from .verdict import AspectResult, Failure, Identity, Recognised, Verdict

PUBLIC_SEED = 20_240
"""The seed that notebooks use where nobody gives another."""


def judge(
    exercise: str | Exercise, function: Function, seed: int = PUBLIC_SEED, aspect: str | None = None
) -> Verdict:
    """Judge `function` as an answer to `exercise` on the cases of `seed`.

    Prints nothing and raises nothing for a wrong answer: everything is in the verdict. Raises ValueError for
    an unknown exercise or a negative seed, and TypeError for a function that is none. Speed, which takes a
    second, is left out where only another `aspect` is asked for.
    """
    if not isinstance(exercise, str | Exercise):
        raise TypeError(
            f"judge needs the name of an exercise first, such as {names()[0]!r}, not {exercise!r:.60}"
        )
    if not callable(function):
        raise TypeError(f"judge needs a function to call, not {type(function).__name__}")
    known = find(exercise) if isinstance(exercise, str) else exercise
    seed = whole(seed)
    outcomes = call_all(function, cases_of(known, seed), known.arguments, known.parts, strange=True)
    verdict = _verdict(known, seed, _answer(known, seed, outcomes), _name(function))
    timed = known.speed is not None and aspect in (None, known.speed.aspect)
    return speed.judged(verdict, known, function) if timed else verdict


def whole(seed: object) -> int:
    """A seed: a whole number from 0 on; TypeError or ValueError with words for anything else."""
    try:
        number = operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"seed={seed!r:.60} is no seed: give a whole number from 0 on, e.g. seed=7") from None
    if number < 0:
        raise ValueError(f"seed={number} is negative; a seed is a whole number from 0 on, e.g. seed=7")
    return number


def judge_mistakes(exercise: str, seed: int) -> list[tuple[Mistake, Verdict]]:
    """Judge every mistake of an exercise's catalogue: each should fail, under its own name.

    Nothing is timed: a mistake that is slow has lost its race.
    """
    known = find(exercise)
    verdicts = [(entry.mistake, _verdict(known, seed, entry.answer)) for entry in _catalogue(known, seed)]
    return [(m, speed.judged(v, known, m.function, speed.lost) if m.slow else v) for m, v in verdicts]


def points(exercise: str, aspect: str | None = None) -> int:
    """The points of an exercise, or of one of its aspects."""
    known = find(exercise)
    return known.aspect(aspect).points if aspect else known.max_points


def _name(function: Function) -> str:
    """The name under which a student can call this function again; empty where it has none to trust."""
    name = getattr(function, "__name__", None)
    return name if type(name) is str and name.isidentifier() and len(name) <= 60 else ""


@np.errstate(all="ignore")
def _verdict(exercise: Exercise, seed: int, mine: Answer, name: str = "") -> Verdict:
    findings = _findings(exercise, seed, mine)
    aspects = tuple(
        _judged(exercise, a, [f for f in findings if _counts(f, a, exercise)], mine.outcomes, seed)
        for a in exercise.aspects
    )
    passed = all(a.passed for a in aspects)
    mistakes = () if passed else (*_habits(findings), *_recognise(exercise, seed, mine, aspects))
    notes = _notes(exercise, seed, mine.outcomes)
    return Verdict(exercise.name, exercise.arguments, seed, aspects, mistakes, notes, name)


# What is the same for all answers: a few seeds are remembered, for several test cells ask about one exercise.


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
def _fitting(exercise: Exercise, seed: int) -> tuple[int, ...]:
    """The numbers of the cases that fit: the others have no one right result."""
    return tuple(i for i, case in enumerate(cases_of(exercise, seed)) if case.fits)


def _rows(exercise: Exercise, seed: int, outcomes: Outcomes) -> Mapping[str, Row]:
    return rows([outcomes[i] for i in _fitting(exercise, seed)], exercise.parts)


@lru_cache(maxsize=32)
def _expected(exercise: Exercise, seed: int) -> tuple[Outcomes, Mapping[str, Row]]:
    fitting = (c if c.rounded is None else replace(c, args=c.rounded) for c in cases_of(exercise, seed))
    outcomes = call_all(exercise.reference, fitting, exercise.arguments, exercise.parts)
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
def _answer(exercise: Exercise, seed: int, outcomes: Outcomes) -> Answer:
    mine, (_, wanted) = _rows(exercise, seed, outcomes), _expected(exercise, seed)
    return Answer(outcomes, mine, {part: mine[part].agreement(wanted[part]) for part in mine})


@dataclass(frozen=True, eq=False)
class Entry:
    """A mistake of the catalogue on the cases of one seed.

    `home` holds the parts in which it gives wrong values. Where it gives none at all (it raises), its other
    parts are missing too, and that they are missing elsewhere proves nothing.
    """

    mistake: Mistake
    answer: Answer
    home: frozenset[str]


@lru_cache(maxsize=32)
def _catalogue(exercise: Exercise, seed: int) -> tuple[Entry, ...]:
    return tuple(_entry(exercise, seed, mistake) for mistake in exercise.mistakes)


def _entry(exercise: Exercise, seed: int, mistake: Mistake) -> Entry:
    outcomes = call_all(mistake.function, cases_of(exercise, seed), exercise.arguments, exercise.parts)
    answer = _answer(exercise, seed, outcomes)
    return Entry(mistake, answer, frozenset(part for part in exercise.parts if answer.wrong(part).any()))


@lru_cache(maxsize=32)
def _slopes(exercise: Exercise, seed: int) -> Mapping[int, list[Slope]]:
    """The numeric gradients of each case that fits."""
    if exercise.slopes is None:
        return {}
    cases = cases_of(exercise, seed)
    rng = np.random.default_rng(seed)
    return {i: exercise.slopes(cases[i], rng) for i in _fitting(exercise, seed)}


# What is wrong


class Kind(Enum):
    """What a finding is about."""

    MISSING = auto()  # nothing came back
    SHAPE = auto()
    VALUES = auto()
    REMEMBERED = auto()  # the values of an earlier call
    CHANGED = auto()  # an argument is not what it was
    OVERWRITTEN = auto()  # a result is not what it was


EDGES = "edges"
"""The tag of the cases about care (float32, scattered memory); changed arguments and results count there."""


@dataclass(frozen=True)
class Finding:
    """Something wrong with the result of a case (by its number), in one part or in all (`part` is empty)."""

    number: int
    case: Case
    kind: Kind
    part: str = ""


def _findings(exercise: Exercise, seed: int, mine: Answer) -> tuple[Finding, ...]:
    outcomes, expected = mine.outcomes, _expected(exercise, seed)[0]
    cases = cases_of(exercise, seed)
    answers = any(o.parts for o in outcomes)
    fitting = _fitting(exercise, seed)
    wrong_parts = {n: [p for p in exercise.parts if not mine.right[p][i]] for i, n in enumerate(fitting)}
    remembered = _remembered(
        outcomes, expected, {n: cases[n].repeats for n, parts in wrong_parts.items() if parts}
    )
    found = []
    for number, parts in wrong_parts.items():
        for kind, part in _compare(outcomes[number], expected[number], parts, number in remembered):
            found.append(Finding(number, cases[number], kind, part))
    for number in set(range(len(cases))) - set(fitting):
        for kind, part in _compare_unfit(outcomes[number], expected[number], answers):
            found.append(Finding(number, cases[number], kind, part))
    return tuple(found) or _against_numeric_gradients(exercise, seed, outcomes)


def _compare(
    got: Outcome, want: Outcome, parts: Iterable[str], remembered: bool
) -> Iterator[tuple[Kind, str]]:
    """What is wrong with one result, whose `parts` are not as they should be."""
    if got.problem:
        yield Kind.MISSING, ""
        return
    for part in parts:
        if got.parts[part].shape != want.parts[part].shape:
            yield Kind.SHAPE, part
        else:
            yield Kind.REMEMBERED if remembered else Kind.VALUES, part
    if got.changed:
        yield Kind.CHANGED, INPUTS
    for part in got.overwritten:
        yield Kind.OVERWRITTEN, part


def _remembered(
    outcomes: Outcomes, expected: Outcomes, wrong_ones: Mapping[int, int | None]
) -> frozenset[int]:
    """The wrong results (by number) that are those of the call that they repeat with other numbers.

    All wrong ones that repeat a call must be such, and more than one, for a single one may be chance; and one
    was right in its time, for an answer that never asks for the numbers has another fault.
    """
    again = {number: first for number, first in wrong_ones.items() if first is not None}
    if len(again) < 2 or not all(_same(outcomes[n], outcomes[first]) for n, first in again.items()):
        return frozenset()
    once_right = any(_same(outcomes[first], expected[first]) for first in again.values())
    return frozenset(again) if once_right else frozenset()


def _same(one: Outcome, other: Outcome) -> bool:
    return bool(one.parts) and all(one.agrees(other, part) for part in (*one.parts, *other.parts))


def _compare_unfit(got: Outcome, want: Outcome, answers: bool) -> Iterator[tuple[Kind, str]]:
    """Sizes that do not fit: to raise is right (for a function that answers at all), and to round down, as
    the libraries do, is tolerated; but then what fits must be right.
    """
    if got.problem:
        if not (got.raised and answers):
            yield Kind.MISSING, ""
    elif any(got.parts[part].shape != want.parts[part].shape for part in want.parts):
        yield Kind.MISSING, ""
    else:
        for part in want.parts:
            if not same(got.parts[part], want.parts[part]):
                yield Kind.VALUES, part


def _against_numeric_gradients(exercise: Exercise, seed: int, outcomes: Outcomes) -> tuple[Finding, ...]:
    """The second opinion on an answer that agrees with the reference: the trusted forward along a line."""
    cases = cases_of(exercise, seed)
    return tuple(
        Finding(number, cases[number], Kind.VALUES, slope.part)
        for number, slopes in _slopes(exercise, seed).items()
        for slope in slopes
        if not _near(_identity(slope, outcomes[number]), cases[number], outcomes[number])
    )


def _identity(slope: Slope, got: Outcome) -> Identity:
    return Identity(slope.part, slope.numeric, float(np.sum(slope.along * got.parts[slope.part])))


def _near(identity: Identity, case: Case, got: Outcome) -> bool:
    arrays = [a for a in (*case.args, *got.parts.values()) if isinstance(a, np.ndarray)]
    limit = TOLERANCE[min((min(a.dtype.itemsize, 8) for a in arrays if a.dtype.kind == "f"), default=8)]
    return abs(identity.numeric - identity.yours) <= 100 * limit * max(1.0, abs(identity.numeric))


# What it costs, and what to show of it


def _counts(finding: Finding, aspect: Aspect, exercise: Exercise) -> bool:
    """Whether a finding costs this aspect's points."""
    if finding.kind in (Kind.CHANGED, Kind.OVERWRITTEN):
        careful = [a for a in exercise.aspects if a.tags is None or EDGES in a.tags]
        return aspect in (careful or exercise.aspects[-1:])
    if aspect.tags is not None and finding.case.tag not in aspect.tags:
        return False
    if finding.kind is Kind.MISSING:
        return True
    if aspect.parts is not None and finding.part not in aspect.parts:
        return False
    return finding.kind is Kind.SHAPE or not aspect.only_shape


def _judged(
    exercise: Exercise, aspect: Aspect, findings: list[Finding], outcomes: Outcomes, seed: int
) -> AspectResult:
    """The aspect's result with its failure of choice: the most basic first, then the least to read."""
    if not findings:
        return AspectResult(aspect.name, aspect.points, None)
    first = min(findings, key=lambda f: (f.kind in (Kind.VALUES, Kind.REMEMBERED), f.case.size))
    affected = (({f.part} if f.part else aspect.parts or exercise.parts) for f in findings)
    parts = frozenset[str]().union(*affected)
    return AspectResult(aspect.name, aspect.points, _failure(exercise, seed, first, outcomes), parts)


def _failure(exercise: Exercise, seed: int, finding: Finding, outcomes: Outcomes) -> Failure:
    """What to show of a finding: where it is wrong, and the numeric gradient beside the student's."""
    case, part = finding.case, finding.part
    got, want = outcomes[finding.number], _expected(exercise, seed)[0][finding.number]
    failure = Failure(case, part, _words(finding, got, want))
    if finding.kind not in (Kind.VALUES, Kind.REMEMBERED):
        return failure
    numeric = _slopes(exercise, seed).get(finding.number, ()) if _shapes(got) == _shapes(want) else ()
    return replace(
        failure,
        got=got.parts[part],
        want=want.parts[part],
        axes=exercise.axes.get(part, ()),
        identities=tuple(_identity(slope, got) for slope in numeric if slope.part == part),
    )


def _shapes(outcome: Outcome) -> list[tuple[int, ...]]:
    return [part.shape for part in outcome.parts.values()]


def _words(finding: Finding, got: Outcome, want: Outcome) -> str:
    """A finding in words for the student."""
    part = finding.part
    if finding.kind is Kind.MISSING:
        return got.problem or (
            f"gave {' and '.join(map(str, _shapes(got)))} for sizes that do not fit; raise a ValueError, or "
            f"leave out what does not fit, which gives {' and '.join(map(str, _shapes(want)))}"
        )
    if finding.kind is Kind.CHANGED:
        names = " and ".join(f"`{name}`" for name in got.changed)
        return f"changed its argument {names}; work on a copy"
    if finding.kind is Kind.OVERWRITTEN:
        return f"`{part}` changed when the function was called again; return a new array from each call"
    if finding.kind is Kind.REMEMBERED:
        return f"`{part}` is the result of an earlier call, which had other numbers; compute it in each call"
    mine, right = got.parts[part], want.parts[part]
    if finding.kind is Kind.SHAPE:
        empty = ", which is empty (does a slice end at -0?)" if right.size and not mine.size else ""
        return f"`{part}` has shape {mine.shape}{empty}; {right.shape} is right"
    if not np.isfinite(mine).all():
        bad = int((~np.isfinite(mine)).sum())
        return f"`{part}` holds {bad} of {mine.size} values that are NaN or infinite"
    mask = wrong(mine, right)
    if not mask.any():
        return f"`{part}` disagrees with the numeric gradient"
    unfit = "" if finding.case.fits else " (these sizes do not fit; compared is what does)"
    if right.ndim == 0:
        return f"`{part}` is {mine:.6g}; {right:.6g} is right{unfit}"
    return f"`{part}` has {mask.sum()} of {mask.size} values wrong{unfit}"


def _notes(exercise: Exercise, seed: int, outcomes: Outcomes) -> tuple[str, ...]:
    for case, got, want in zip(cases_of(exercise, seed), outcomes, _expected(exercise, seed)[0], strict=True):
        if not case.fits and not got.problem and not list(_compare_unfit(got, want, answers=True)):
            return (
                f"On sizes that do not fit ({case.about}) your function rounds down and leaves values "
                "out, as most libraries do, and that passes. The course's own functions raise a ValueError, "
                "so that a slip cannot hide.",
            )
    return ()


# What the mistake is called

HABITS = {
    Kind.OVERWRITTEN: (
        "the same array returned by every call",
        "Make the array for the result inside the function, so that each call has its own.",
    ),
    Kind.REMEMBERED: (
        "results remembered from earlier calls",
        "Look for something that outlives a call: a global variable, a dictionary, a cache.",
    ),
}
"""What shows only when a function is called more than once, whatever the exercise."""


def _habits(findings: Iterable[Finding]) -> Iterator[Recognised]:
    for kind, (name, advice) in HABITS.items():
        parts = frozenset(f.part for f in findings if f.kind is kind)
        if parts:
            yield Recognised(name, advice, parts)


def _recognise(
    exercise: Exercise, seed: int, mine: Answer, aspects: Iterable[AspectResult]
) -> tuple[Recognised, ...]:
    """The mistakes that give the student's results: all of them, those of a part, or those of an aspect."""
    right = mine.fine
    explained = [(entry, _agreeing(mine, entry.answer)) for entry in _catalogue(exercise, seed)]
    # One that explains the whole answer, its right parts too, leaves nothing to explain. Else each wrong part
    # is looked up by itself, so two mistakes in two parts are both named.
    complete = [(entry, parts) for entry, parts in explained if len(parts) == len(mine.rows)]
    named = tuple(
        Recognised(entry.mistake.name, entry.mistake.advice, parts - right)
        for entry, parts in complete or explained
        if parts - right and (not entry.home or (parts - right) & entry.home)
    )
    left = frozenset(mine.rows) - right - frozenset[str]().union(*(r.parts for r in named))
    unexplained = [exercise.aspect(a.name) for a in aspects if a.wrong_parts & left]
    found: dict[Mistake, list[Aspect]] = {}
    for aspect in unexplained:
        if mistake := _recognise_in(exercise, seed, mine, aspect):
            found.setdefault(mistake, []).append(aspect)
    return (*named, *(_in_aspects(mistake, aspects, exercise) for mistake, aspects in found.items()))


def _agreeing(mine: Answer, theirs: Answer) -> frozenset[str]:
    both_wrong = mine.rows.keys() - mine.fine - theirs.fine
    alike = {part for part in both_wrong if mine.rows[part].agrees(theirs.rows[part])}
    return (mine.fine & theirs.fine) | alike


def _in_aspects(mistake: Mistake, aspects: list[Aspect], exercise: Exercise) -> Recognised:
    parts = frozenset[str]().union(*(a.parts or exercise.parts for a in aspects))
    return Recognised(mistake.name, mistake.advice, parts, tuple(a.name for a in aspects))


ENOUGH = 3
"""On so many wrong results, at least, two answers must agree before one is called by the other's name."""


def _recognise_in(exercise: Exercise, seed: int, mine: Answer, aspect: Aspect) -> Mistake | None:
    """The one mistake that gives the student's results on all cases of this aspect.

    For answers with several mistakes, no two of which the same cases show.
    """
    parts = aspect.parts or frozenset(exercise.parts)
    cases = cases_of(exercise, seed)
    asked = np.array([aspect.tags is None or cases[i].tag in aspect.tags for i in _fitting(exercise, seed)])
    if aspect.only_shape or (np.any([mine.wrong(p) for p in parts], axis=0) & asked).sum() < ENOUGH:
        return None
    same_there = [
        entry.mistake
        for entry in _catalogue(exercise, seed)
        if all(mine.rows[p].agreement(entry.answer.rows[p])[asked].all() for p in parts)
    ]
    return same_there[0] if len(same_there) == 1 else None
