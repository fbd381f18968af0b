"""The judge: call, compare with the reference, find the smallest failing case, recognise the mistake.

The judge sees data only. What it compares are private copies of plain arrays, so it can sit in the student's
notebook or on the other side of a process boundary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from .exercise import Aspect, Case, Exercise, Function, Identity, Mistake
from .outcome import INPUTS, Outcome, call
from .registry import find
from .values import TOLERANCE, same, wrong
from .verdict import AspectResult, Failure, Recognised, Verdict
from .where import locate

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
    outcomes = [call(function, case, exercise.arguments, exercise.parts) for case in cases]
    failures = _failures(exercise, seed, outcomes)
    aspects = tuple(
        _judged(a, exercise.parts, [f for f, kind in failures if _counts(f, kind, a)])
        for a in exercise.aspects
    )
    mistakes = _recognise(exercise, seed, outcomes) if any(not a.passed for a in aspects) else ()
    return Verdict(exercise.name, exercise.arguments, seed, aspects, mistakes, _notes(cases, outcomes))


# A few seeds are remembered: several test cells ask about one exercise, and a class shares nothing else.


@lru_cache(maxsize=8)
def _cases(exercise: Exercise, seed: int) -> tuple[Case, ...]:
    rng = np.random.default_rng([seed, *exercise.name.encode()])
    return tuple(exercise.cases(rng))


@lru_cache(maxsize=8)
def _expected(exercise: Exercise, seed: int) -> tuple[Outcome, ...]:
    fitting = (c if c.rounded is None else replace(c, args=c.rounded) for c in _cases(exercise, seed))
    return tuple(call(exercise.reference, c, exercise.arguments, exercise.parts) for c in fitting)


@lru_cache(maxsize=8)
def _catalogue(exercise: Exercise, seed: int) -> tuple[tuple[Mistake, tuple[Outcome, ...]], ...]:
    cases, names, parts = _cases(exercise, seed), exercise.arguments, exercise.parts
    return tuple((m, tuple(call(m.function, c, names, parts) for c in cases)) for m in exercise.mistakes)


# A failure is kept with its kind: "missing" (nothing came back), "shape", "values" or "inputs".

Kind = str

EDGES = "edges"
"""The tag of the cases about care (float32, scattered memory); a changed input counts there too."""


def _failures(exercise: Exercise, seed: int, outcomes: list[Outcome]) -> list[tuple[Failure, Kind]]:
    found: list[tuple[Failure, Kind]] = []
    rng = np.random.default_rng(seed)
    answers = any(got.parts for got in outcomes)
    for case, got, want in zip(_cases(exercise, seed), outcomes, _expected(exercise, seed), strict=True):
        if case.fits:
            found += _compare(exercise, case, got, want, rng)
        else:
            found += _compare_unfit(case, got, want, answers)
    return found


def _compare(
    exercise: Exercise, case: Case, got: Outcome, want: Outcome, rng: np.random.Generator
) -> list[tuple[Failure, Kind]]:
    if got.problem:
        return [(Failure(case, "", got.problem), "missing")]
    found: list[tuple[Failure, Kind]] = []
    for part in exercise.parts:
        problem, kind = _difference(part, got.parts[part], want.parts[part])
        if problem:
            found.append((_failure(exercise, case, part, problem, got.parts[part], want.parts[part]), kind))
    if got.changed:
        names = " and ".join(f"`{name}`" for name in got.changed)
        found.append((Failure(case, INPUTS, f"changed its argument {names}; work on a copy"), INPUTS))
    if exercise.identities and not any(kind == "shape" for _, kind in found):
        found = _with_identities(found, case, got, exercise.identities(case, got.parts, rng))
    return found


def _difference(part: str, got: np.ndarray, want: np.ndarray) -> tuple[str, Kind]:
    if got.shape != want.shape:
        empty = ", which is empty (does a slice end at -0?)" if want.size and not got.size else ""
        return f"`{part}` has shape {got.shape}{empty}; {want.shape} is right", "shape"
    if not np.isfinite(got).all():
        bad = int((~np.isfinite(got)).sum())
        return f"`{part}` holds {bad} of {got.size} values that are NaN or infinite", "values"
    mask = wrong(got, want)
    if want.ndim == 0 and mask.any():
        return f"`{part}` is {got:.6g}; {want:.6g} is right", "values"
    return (f"`{part}` has {mask.sum()} of {mask.size} values wrong", "values") if mask.any() else ("", "")


def _failure(
    exercise: Exercise, case: Case, part: str, problem: str, got: np.ndarray, want: np.ndarray
) -> Failure:
    axes = exercise.axes.get(part, ())
    if got.shape != want.shape:
        return Failure(case, part, problem, axes=axes)
    return Failure(case, part, problem, locate(got, want, wrong(got, want), axes), got, want, axes)


def _with_identities(
    found: list[tuple[Failure, Kind]], case: Case, got: Outcome, identities: list[Identity]
) -> list[tuple[Failure, Kind]]:
    """Put the numeric gradients beside the failures; a part that only they find wrong fails too."""
    known = {f.part for f, _ in found}
    floats = [a for a in (*_arrays(case), *got.parts.values()) if a.dtype.kind == "f"]
    limit = TOLERANCE[min((min(a.dtype.itemsize, 8) for a in floats), default=8)]
    for each in identities:
        gap = abs(each.numeric - each.yours)
        if each.part not in known and not gap <= 100 * limit * max(1.0, abs(each.numeric)):
            found.append(
                (Failure(case, each.part, f"`{each.part}` disagrees with the numeric gradient"), "values")
            )
    return [
        (replace(f, identities=tuple(i for i in identities if i.part == f.part)), kind) for f, kind in found
    ]


def _arrays(case: Case) -> list[np.ndarray]:
    return [a for a in case.args if isinstance(a, np.ndarray)]


def _compare_unfit(case: Case, got: Outcome, want: Outcome, answers: bool) -> list[tuple[Failure, Kind]]:
    """Raising is right (for a function that answers at all); rounding down, as the libraries do, is tolerated
    (and noted); the rest is wrong."""
    rounded_down = not got.problem and all(same(got.parts[p], want.parts[p]) for p in want.parts)
    if (got.raised and answers) or rounded_down:
        return []
    problem = got.problem or "gave an answer for sizes that do not fit; raise a ValueError"
    return [(Failure(case, "", problem), "missing")]


def _notes(cases: tuple[Case, ...], outcomes: list[Outcome]) -> tuple[str, ...]:
    for case, got in zip(cases, outcomes, strict=True):
        if not case.fits and not got.problem:
            return (
                f"On sizes that do not fit ({case.about}) your function rounds down and leaves values "
                "out, as most libraries do. This course raises a ValueError, so that a slip cannot hide.",
            )
    return ()


def _counts(failure: Failure, kind: Kind, aspect: Aspect) -> bool:
    """Whether a failure costs this aspect's points; a changed input costs those of the edge cases."""
    if kind == INPUTS:
        return aspect.tags is None or EDGES in aspect.tags
    if aspect.tags is not None and failure.case.tag not in aspect.tags:
        return False
    if kind == "missing":
        return True
    if aspect.parts is not None and failure.part not in aspect.parts:
        return False
    return kind == "shape" or not aspect.only_shape


def _judged(aspect: Aspect, parts: tuple[str, ...], failures: list[Failure]) -> AspectResult:
    """The aspect's result with its failure of choice: a wrong shape first, then the fewest values to read."""
    failure = min(failures, key=lambda f: (f.got is not None, f.case.size), default=None)
    affected = (({f.part} if f.part else aspect.parts or parts) for f in failures)
    return AspectResult(aspect.name, aspect.points, failure, frozenset[str]().union(*affected))


def _recognise(exercise: Exercise, seed: int, outcomes: list[Outcome]) -> tuple[Recognised, ...]:
    """The mistakes that give exactly the student's results, on every case.

    One that explains the whole answer, its right parts too, leaves nothing to explain. Else each wrong part
    is looked up by itself, so two mistakes in two parts are both named.
    """
    expected, catalogue = _expected(exercise, seed), _catalogue(exercise, seed)
    fitting = [i for i, case in enumerate(_cases(exercise, seed)) if case.fits]

    def agreeing(theirs: Sequence[Outcome]) -> frozenset[str]:
        parts = (*exercise.parts, INPUTS)
        return frozenset(p for p in parts if all(outcomes[i].agrees(theirs[i], p) for i in fitting))

    right = agreeing(expected)
    explained = [(m, agreeing(theirs)) for m, theirs in catalogue]
    whole = [(m, parts) for m, parts in explained if len(parts) == len(exercise.parts) + 1]
    return tuple(
        Recognised(m.name, m.advice, parts - right) for m, parts in whole or explained if parts - right
    )


def points(exercise: str, aspect: str | None = None) -> int:
    """The points of an exercise, or of one of its aspects."""
    known: Mapping[str, int] = {a.name: a.points for a in find(exercise).aspects}
    return known[find(exercise).aspect(aspect).name] if aspect else sum(known.values())
