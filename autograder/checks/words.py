"""What is wrong with an answer, said to the student in one sentence."""

from __future__ import annotations

import builtins

import numpy as np

from .compare import wrong
from .exercise import Exercise
from .findings import Finding, Kind, compare_unfit, shapes
from .for_seed import cases_of, expected
from .run_answer import Outcome, Outcomes


def words(finding: Finding, got: Outcome, want: Outcome) -> str:
    """A finding in words for the student."""
    part = finding.part
    if finding.kind in (Kind.MISSING, Kind.FORM) and (problem := got.unusable.get(part, got.problem)):
        fine = finding.case.fits or got.slip
        unfit = "" if fine else ". For sizes that do not fit, raise a ValueError"
        hint = f". {got.hint}" if got.hint and not got.slip else ""
        return problem + unfit + hint
    if finding.kind is Kind.MISSING:
        return (
            f"gave {' and '.join(map(str, shapes(got)))} for sizes that do not fit; raise a ValueError, or "
            f"leave out what does not fit, which gives {' and '.join(map(str, shapes(want)))}"
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
        hint = ", which is empty: one of its sizes or slices came out as 0"
        empty = hint if right.size and not mine.size else ""
        wanted = f"{right.shape} is right" if right.ndim else "one number is right, not an array"
        return f"`{part}` has shape {mine.shape}{empty}; {wanted}"
    if not np.isfinite(mine).all():
        bad = int((~np.isfinite(mine)).sum())
        return f"`{part}` holds {bad} of {mine.size} values that are NaN or infinite"
    mask = wrong(mine, right)
    if not mask.any():
        return f"`{part}` disagrees with the numeric gradient"
    unfit = "" if finding.case.fits else " (these sizes do not fit; compared is what does)"
    if right.ndim == 0:
        digits = (
            6 if f"{mine:.6g}" != f"{right:.6g}" else 12
        )  # two numbers that look the same explain nothing
        return f"`{part}` is {mine:.{digits}g}; {right:.{digits}g} is right{unfit}"
    return f"`{part}` has {mask.sum()} of {mask.size} values wrong{unfit}"


def notes(exercise: Exercise, seed: int, outcomes: Outcomes) -> tuple[str, ...]:
    """What a student should know of an answer though it passes."""
    for case, got, want in zip(cases_of(exercise, seed), outcomes, expected(exercise, seed)[0], strict=True):
        if case.fits:
            continue
        error = getattr(builtins, got.raised, None)
        if isinstance(error, type) and not issubclass(error, ValueError):
            return (
                f"On sizes that do not fit ({case.about}) your function raises {got.raised}, which passes. "
                "A ValueError is what code that calls it would catch.",
            )
        if not got.problem and not list(compare_unfit(got, want, answers=True)):
            return (
                f"On sizes that do not fit ({case.about}) your function rounds down and leaves values "
                "out, as most libraries do, and that passes. The course's own functions raise a ValueError, "
                "so that a slip cannot hide.",
            )
    return ()
