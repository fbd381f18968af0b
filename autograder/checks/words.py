"""Puts findings into sentences for students."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence

import numpy as np

from .compare import wrong
from .differences import summary, two_numbers
from .exercise import Exercise
from .findings import Finding, Kind, compare_unfit
from .for_seed import calls_that_count, cases_of, expected
from .nested_data import Data, Part, kind_of, shown
from .run_answer import Outcome, Outcomes
from .wanted_errors import words_for

FEW = 8
"""So many texts to choose from are listed in a report."""

_ASKED = "A ValueError is asked for here"


def words(finding: Finding, got: Outcome, want: Outcome) -> str:
    """A finding as a sentence, without the full stop."""
    part = finding.part
    if finding.kind in (Kind.MISSING, Kind.FORM) and (problem := got.unusable.get(part, got.problem)):
        asks = "For sizes that do not fit, raise a ValueError" if finding.case.rounded else _ASKED
        hints = ["" if finding.case.fits or got.slip else asks, "" if got.slip else got.hint]
        return ". ".join(filter(None, (problem, *hints)))
    if finding.kind is Kind.MISSING:
        return (
            f"gave {_shapes(got)} for sizes that do not fit; raise a ValueError, or "
            f"leave out what does not fit, which gives {_shapes(want)}"
        )
    if finding.kind is Kind.ACCEPTED:
        gave = got.problem or next(iter(got.unusable.values()), "") or f"gave {_brief(got)}"
        gave = gave.partition(";")[0]  # without what to return instead
        unfit = f"{gave} for sizes that do not fit; raise a ValueError"
        return unfit if finding.case.rounded else f"{gave}. {_ASKED}"
    if finding.kind is Kind.ERROR:
        return words_for(finding.case, got) + (f". {got.hint}" if got.hint and not got.slip else "")
    if finding.kind is Kind.CALLS:
        counted = calls_that_count(finding.case, got)
        counts = " and ".join(f"`{name}` {_times(count)}" for name, count in counted.items())
        most = finding.case.calls
        return f"called {counts}; {most} {'call is' if most == 1 else 'calls are'} enough"
    if finding.kind is Kind.CHANGED:
        names = " and ".join(f"`{name}`" for name in got.changed)
        return f"changed its argument {names}; work on a copy"
    if finding.kind is Kind.OVERWRITTEN:
        return f"`{part}` changed when the function was called again; return a new array from each call"
    if finding.kind is Kind.REMEMBERED:
        return f"`{part}` is the result of an earlier call, which had other numbers; compute it in each call"
    mine, right = got.parts[part], want.parts[part]
    unfit = "" if finding.case.fits else " (these sizes do not fit; compared is what does)"
    if isinstance(mine, Data) and isinstance(right, Data):
        return summary(part, mine, right)[0] + unfit
    assert isinstance(mine, np.ndarray), "data is compared with data"
    assert isinstance(right, np.ndarray), "data is compared with data"
    return _about_arrays(finding, mine, right) + unfit


def wrong_choice(part: str, mine: Part, choices: Sequence[str]) -> str:
    """That a result is not right, without saying what is, or that it is none of the texts to choose from."""
    value = mine.value if isinstance(mine, Data) else mine
    if kind_of(value) == "text" and value in choices:
        return f"`{part}`: {shown(value)} is not right"
    said = f"`{part}`: {shown(value)} is none of"
    if len(choices) > FEW:
        return f"{said} the {len(choices)} texts that the task lists; copy one of them"
    return f"{said} {', '.join(map(repr, choices))}"


def _about_arrays(finding: Finding, mine: np.ndarray, right: np.ndarray) -> str:
    part = finding.part
    if finding.kind is Kind.SHAPE:
        if not mine.ndim:
            return f"`{part}` is one number; an array of shape {right.shape} is right"
        hint = ", which is empty: one of its sizes or slices came out as 0"
        empty = hint if right.size and not mine.size else ""
        wanted = f"{right.shape} is right" if right.ndim else "one number is right, not an array"
        return f"`{part}` has shape {mine.shape}{empty}; {wanted}"
    mask = wrong(mine, right)
    if right.ndim and (bad := int((mask & ~np.isfinite(mine)).sum())):
        return f"`{part}` holds {bad} of {mine.size} values that are NaN or infinite"
    if not mask.any():
        return f"`{part}` disagrees with the numeric gradient"
    if right.ndim == 0:
        yours, better = two_numbers(mine[()], right[()])
        return f"`{part}` is {yours}; {better} is right"
    return f"`{part}` has {mask.sum()} of {mask.size} values wrong"


def _brief(outcome: Outcome) -> str:
    """What came back, in a few characters."""
    return " and ".join(_in_short(part) for part in outcome.parts.values())


def _in_short(part: Part) -> str:
    if isinstance(part, Data):
        return shown(part.value, 40)
    return f"an array of shape {part.shape}" if part.ndim else shown(part.item())


def _shapes(outcome: Outcome) -> str:
    """The shapes of what came back; a number or other plain data as it is."""
    parts = outcome.parts.values()
    return " and ".join(str(p.shape) if isinstance(p, np.ndarray) and p.ndim else _in_short(p) for p in parts)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def notes(exercise: Exercise, seed: int, outcomes: Outcomes) -> tuple[str, ...]:
    """What a student should know about an answer that passes."""
    about = (_calls_spent, _about_floats, _about_misfits)
    return tuple(note for found in about for note in found(exercise, seed, outcomes))


def _calls_spent(exercise: Exercise, seed: int, outcomes: Outcomes) -> tuple[str, ...]:
    """The most calls of a function among the arguments, where their number is limited."""
    limited = [(c, o) for c, o in zip(cases_of(exercise, seed), outcomes, strict=True) if c.calls is not None]
    most: dict[str, int] = {}
    for case, got in limited:
        for name, count in calls_that_count(case, got).items():
            most[name] = max(count, most.get(name, 0))
    said = " and ".join(f"`{name}` {_times(count)}" for name, count in most.items())
    return (f"Where calls are limited, your function called {said} at most.",) if said else ()


def _about_floats(exercise: Exercise, seed: int, outcomes: Outcomes) -> Iterator[str]:
    """Right whole numbers that came as floats, where they are counts or indices at all sizes."""
    right = expected(exercise, seed)[0]
    for part in exercise.parts:
        pairs = [
            (got.parts.get(part), want.parts.get(part)) for got, want in zip(outcomes, right, strict=True)
        ]
        arrays = [(g, w) for g, w in pairs if isinstance(g, np.ndarray) and isinstance(w, np.ndarray)]
        if not all(w.dtype.kind in "iu" for _, w in arrays):
            continue
        mine = next((g for g, w in arrays if g.dtype.kind == "f" and g.size and np.array_equal(g, w)), None)
        if mine is None:
            continue
        if mine.ndim:
            yield (
                f"`{part}` is an array of floats, which passes. As indices NumPy takes whole numbers only: "
                "make it with `dtype=int`."
            )
        else:
            yield (
                f"`{part}` is a float, such as {mine.item()}, which passes. As sizes, as indices and in "
                "`range`, Python takes whole numbers only: `//` in place of `/` gives an int."
            )


def _about_misfits(exercise: Exercise, seed: int, outcomes: Outcomes) -> tuple[str, ...]:
    """How an answer treats sizes that do not fit, if it is not as the course's functions do."""
    for case, got, want in zip(cases_of(exercise, seed), outcomes, expected(exercise, seed)[0], strict=True):
        if case.fits or exercise.asks_for_error(case):
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
