"""The judge: call, compare with the reference, find the smallest failing case, recognise the mistake.

The judge sees data only. What it compares are private copies of plain arrays, so it can sit in the student's
notebook or on the other side of a process boundary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache

import numpy as np

from .exercise import Aspect, Case, Exercise, Function, Identity, Mistake
from .outcome import INPUTS, Outcome, Outcomes, Series, call, series
from .registry import find
from .values import TOLERANCE, same, wrong
from .verdict import AspectResult, Failure, Recognised, Verdict

PUBLIC_SEED = 20_240
"""The seed that notebooks use where nobody gives another."""


def judge(exercise: str | Exercise, function: Function, seed: int = PUBLIC_SEED) -> Verdict:
    """Judge `function` as an answer to `exercise` on the cases of `seed`.

    Prints nothing and raises nothing for a wrong answer: everything is in the verdict. Raises ValueError for
    an unknown exercise and TypeError for a function that is none.
    """
    if not callable(function):
        raise TypeError(f"judge needs a function to call, not {type(function).__name__}")
    exercise = find(exercise) if isinstance(exercise, str) else exercise
    seed = int(seed)
    cases = _cases(exercise, seed)
    return _verdict(exercise, seed, _call_all(function, exercise, cases, words=True))


def judge_mistakes(exercise: str, seed: int) -> list[tuple[Mistake, Verdict]]:
    """Judge every mistake of an exercise's catalogue: each should fail, under its own name."""
    known = find(exercise)
    return [(mistake, _verdict(known, seed, outcomes)) for mistake, outcomes in _catalogue(known, seed)]


def _verdict(exercise: Exercise, seed: int, outcomes: Outcomes) -> Verdict:
    findings = _findings(exercise, seed, outcomes)
    aspects = tuple(
        _judged(exercise, a, [f for f in findings if _counts(f, a)], outcomes, seed) for a in exercise.aspects
    )
    passed = all(a.passed for a in aspects)
    mistakes = () if passed else _recognise(exercise, seed, outcomes, aspects)
    notes = _notes(_cases(exercise, seed), outcomes)
    return Verdict(exercise.name, exercise.arguments, seed, aspects, mistakes, notes)


def _call_all(function: Function, exercise: Exercise, cases: Iterable[Case], words: bool = False) -> Outcomes:
    return tuple(call(function, case, exercise.arguments, exercise.parts, words) for case in cases)


# A few seeds are remembered: several test cells ask about one exercise, and a class shares nothing else.


@lru_cache(maxsize=8)
def _cases(exercise: Exercise, seed: int) -> tuple[Case, ...]:
    rng = np.random.default_rng([seed, *exercise.name.encode()])
    return tuple(exercise.cases(rng))


@lru_cache(maxsize=8)
def _expected(exercise: Exercise, seed: int) -> Outcomes:
    fitting = (c if c.rounded is None else replace(c, args=c.rounded) for c in _cases(exercise, seed))
    return _call_all(exercise.reference, exercise, fitting)


@lru_cache(maxsize=8)
def _catalogue(exercise: Exercise, seed: int) -> tuple[tuple[Mistake, Outcomes], ...]:
    cases = _cases(exercise, seed)
    return tuple((m, _call_all(m.function, exercise, cases)) for m in exercise.mistakes)


def _in_a_row(exercise: Exercise, seed: int, outcomes: Outcomes) -> dict[str, Series]:
    """The results of the cases that fit, part by part, for comparing them all at once."""
    chosen = [o for case, o in zip(_cases(exercise, seed), outcomes, strict=True) if case.fits]
    return {part: series(chosen, part) for part in (*exercise.parts, INPUTS)}


class Kind(Enum):
    """What a finding is about: nothing came back, a wrong shape, wrong values, a changed argument."""

    MISSING = auto()
    SHAPE = auto()
    VALUES = auto()
    CHANGED = auto()


EDGES = "edges"
"""The tag of the cases about care (float32, scattered memory); a changed input counts there too."""


@dataclass(frozen=True)
class Finding:
    """Something wrong with the result of one case (by its index), in one part or in all (`part` is empty)."""

    index: int
    case: Case
    kind: Kind
    part: str
    problem: str


def _findings(exercise: Exercise, seed: int, outcomes: Outcomes) -> list[Finding]:
    found: list[Finding] = []
    answers = any(got.parts for got in outcomes)
    triples = zip(_cases(exercise, seed), outcomes, _expected(exercise, seed), strict=True)
    for index, (case, got, want) in enumerate(triples):
        if case.fits:
            problems = _compare(exercise, got, want)
        else:
            problems = _compare_unfit(got, want, answers)
        found += [Finding(index, case, kind, part, problem) for kind, part, problem in problems]
    return found or _against_numeric_gradients(exercise, seed, outcomes)


def _against_numeric_gradients(exercise: Exercise, seed: int, outcomes: Outcomes) -> list[Finding]:
    """The second opinion on an answer that agrees with the reference: the trusted forward along a line."""
    return [
        Finding(index, case, Kind.VALUES, each.part, f"`{each.part}` disagrees with the numeric gradient")
        for index, (case, got) in enumerate(zip(_cases(exercise, seed), outcomes, strict=True))
        if case.fits
        for each in _numeric(exercise, seed, case, got)
        if not _near(each, case, got)
    ]


Problem = tuple[Kind, str, str]


def _compare(exercise: Exercise, got: Outcome, want: Outcome) -> list[Problem]:
    if got.problem:
        return [(Kind.MISSING, "", got.problem)]
    found = [p for part in exercise.parts if (p := _difference(part, got.parts[part], want.parts[part]))]
    if got.changed:
        names = " and ".join(f"`{name}`" for name in got.changed)
        found.append((Kind.CHANGED, INPUTS, f"changed its argument {names}; work on a copy"))
    return found


def _difference(part: str, got: np.ndarray, want: np.ndarray) -> Problem | None:
    if got.shape != want.shape:
        empty = ", which is empty (does a slice end at -0?)" if want.size and not got.size else ""
        return Kind.SHAPE, part, f"`{part}` has shape {got.shape}{empty}; {want.shape} is right"
    if not np.isfinite(got).all():
        bad = int((~np.isfinite(got)).sum())
        return Kind.VALUES, part, f"`{part}` holds {bad} of {got.size} values that are NaN or infinite"
    mask = wrong(got, want)
    if not mask.any():
        return None
    if want.ndim == 0:
        return Kind.VALUES, part, f"`{part}` is {got:.6g}; {want:.6g} is right"
    return Kind.VALUES, part, f"`{part}` has {mask.sum()} of {mask.size} values wrong"


def _numeric(exercise: Exercise, seed: int, case: Case, got: Outcome) -> list[Identity]:
    """The numeric gradients of this case along random directions, beside the student's."""
    if exercise.identities is None:
        return []
    return exercise.identities(case, got.parts, np.random.default_rng(seed))


def _near(identity: Identity, case: Case, got: Outcome) -> bool:
    arrays = [a for a in (*case.args, *got.parts.values()) if isinstance(a, np.ndarray)]
    limit = TOLERANCE[min((min(a.dtype.itemsize, 8) for a in arrays if a.dtype.kind == "f"), default=8)]
    return abs(identity.numeric - identity.yours) <= 100 * limit * max(1.0, abs(identity.numeric))


def _compare_unfit(got: Outcome, want: Outcome, answers: bool) -> list[Problem]:
    """Raising is right (for a function that answers at all); rounding down, as the libraries do, is tolerated
    (and noted); the rest is wrong."""
    rounded_down = not got.problem and all(same(got.parts[p], want.parts[p]) for p in want.parts)
    if (got.raised and answers) or rounded_down:
        return []
    problem = got.problem or "gave an answer for sizes that do not fit; raise a ValueError"
    return [(Kind.MISSING, "", problem)]


def _notes(cases: tuple[Case, ...], outcomes: Outcomes) -> tuple[str, ...]:
    for case, got in zip(cases, outcomes, strict=True):
        if not case.fits and not got.problem:
            return (
                f"On sizes that do not fit ({case.about}) your function rounds down and leaves values "
                "out, as most libraries do. This course raises a ValueError, so that a slip cannot hide.",
            )
    return ()


def _counts(finding: Finding, aspect: Aspect) -> bool:
    """Whether a finding costs this aspect's points; a changed input costs those of the edge cases."""
    if finding.kind is Kind.CHANGED:
        return aspect.tags is None or EDGES in aspect.tags
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
    first = min(findings, key=lambda f: (f.kind is Kind.VALUES, f.case.size))
    affected = (({f.part} if f.part else aspect.parts or exercise.parts) for f in findings)
    parts = frozenset[str]().union(*affected)
    return AspectResult(aspect.name, aspect.points, _failure(exercise, seed, first, outcomes), parts)


def _failure(exercise: Exercise, seed: int, finding: Finding, outcomes: Outcomes) -> Failure:
    """What to show of a finding: where it is wrong, and the numeric gradient beside the student's."""
    case, part = finding.case, finding.part
    got, want = outcomes[finding.index], _expected(exercise, seed)[finding.index]
    failure = Failure(case, part, finding.problem)
    if part not in exercise.parts or finding.kind is Kind.SHAPE:
        return failure
    numeric = [] if _shapes(got) != _shapes(want) else _numeric(exercise, seed, case, got)
    return replace(
        failure,
        got=got.parts[part],
        want=want.parts[part],
        axes=exercise.axes.get(part, ()),
        identities=tuple(i for i in numeric if i.part == part),
    )


def _shapes(outcome: Outcome) -> list[tuple[int, ...]]:
    return [part.shape for part in outcome.parts.values()]


def _recognise(
    exercise: Exercise, seed: int, outcomes: Outcomes, aspects: Iterable[AspectResult]
) -> tuple[Recognised, ...]:
    """The mistakes that give the student's results: all of them, those of a part, or those of an aspect."""
    mine = _in_a_row(exercise, seed, outcomes)
    right = _agreeing(mine, _in_a_row(exercise, seed, _expected(exercise, seed)))
    entries = _entries(exercise, seed)
    explained = [(entry, _agreeing(mine, entry.rows)) for entry in entries]
    # One that explains the whole answer, its right parts too, leaves nothing to explain. Else each wrong part
    # is looked up by itself, so two mistakes in two parts are both named.
    whole = [(entry, parts) for entry, parts in explained if len(parts) == len(mine)]
    named = tuple(
        Recognised(entry.mistake.name, entry.mistake.advice, parts - right)
        for entry, parts in whole or explained
        if parts - right and (not entry.home or (parts - right) & entry.home)
    )
    left = frozenset(mine) - right - frozenset[str]().union(*(r.parts for r in named))
    unexplained = [exercise.aspect(a.name) for a in aspects if a.wrong_parts & left]
    found: dict[Mistake, list[Aspect]] = {}
    for aspect in unexplained:
        if mistake := _recognise_in(exercise, seed, outcomes, aspect):
            found.setdefault(mistake, []).append(aspect)
    return (*named, *(_in_aspects(mistake, aspects, exercise) for mistake, aspects in found.items()))


def _in_aspects(mistake: Mistake, aspects: list[Aspect], exercise: Exercise) -> Recognised:
    parts = frozenset[str]().union(*(a.parts or exercise.parts for a in aspects))
    return Recognised(mistake.name, mistake.advice, parts, tuple(a.name for a in aspects))


@dataclass(frozen=True)
class Entry:
    """A mistake of the catalogue on the cases of one seed.

    `home` holds the parts in which it gives wrong values. Where it gives none at all (it raises), its other
    parts are missing too, and that they are missing elsewhere proves nothing.
    """

    mistake: Mistake
    outcomes: Outcomes
    rows: Mapping[str, Series]
    home: frozenset[str]


@lru_cache(maxsize=8)
def _entries(exercise: Exercise, seed: int) -> tuple[Entry, ...]:
    expected = _expected(exercise, seed)
    return tuple(
        Entry(
            mistake,
            theirs,
            _in_a_row(exercise, seed, theirs),
            frozenset(p for p in exercise.parts if any(map(_gives_wrong(p), theirs, expected))),
        )
        for mistake, theirs in _catalogue(exercise, seed)
    )


def _agreeing(mine: Mapping[str, Series], theirs: Mapping[str, Series]) -> frozenset[str]:
    return frozenset(part for part in mine if mine[part].agrees(theirs[part]))


def _gives_wrong(part: str) -> Callable[[Outcome, Outcome], bool]:
    def wrong_value(got: Outcome, want: Outcome) -> bool:
        return part in got.parts and not got.agrees(want, part)

    return wrong_value


ENOUGH = 3
"""On so many wrong results, at least, two answers must agree before one is called by the other's name."""


def _recognise_in(exercise: Exercise, seed: int, outcomes: Outcomes, aspect: Aspect) -> Mistake | None:
    """The one mistake that gives the student's results on all cases of this aspect.

    For answers with several mistakes, no two of which the same cases show.
    """
    parts = aspect.parts or frozenset(exercise.parts)
    cases, expected = _cases(exercise, seed), _expected(exercise, seed)
    asked = [i for i, c in enumerate(cases) if c.fits and (aspect.tags is None or c.tag in aspect.tags)]
    wrong_values = sum(any(_gives_wrong(p)(outcomes[i], expected[i]) for p in parts) for i in asked)
    if aspect.only_shape or wrong_values < ENOUGH:
        return None
    same_there = [
        entry.mistake
        for entry in _entries(exercise, seed)
        if all(outcomes[i].agrees(entry.outcomes[i], p) for i in asked for p in parts)
    ]
    return same_there[0] if len(same_there) == 1 else None


def points(exercise: str, aspect: str | None = None) -> int:
    """The points of an exercise, or of one of its aspects."""
    known: Mapping[str, int] = {a.name: a.points for a in find(exercise).aspects}
    return known[find(exercise).aspect(aspect).name] if aspect else sum(known.values())
