"""What a mistake is called: the entries of the catalogue that give the student's results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from .exercise import Aspect, Exercise, Mistake
from .findings import Finding, Kind
from .known import Answer, cases_of, catalogue, fitting
from .verdict import AspectResult, Recognised

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


def habits(findings: Iterable[Finding]) -> Iterator[Recognised]:
    """What has a memory, by its name."""
    for kind, (name, advice) in HABITS.items():
        parts = frozenset(f.part for f in findings if f.kind is kind)
        if parts:
            yield Recognised(name, advice, parts)


def recognise(
    exercise: Exercise, seed: int, mine: Answer, aspects: Iterable[AspectResult]
) -> tuple[Recognised, ...]:
    """The mistakes that give the student's results: all of them, those of a part, or those of an aspect."""
    right = mine.fine
    explained = [(entry, _agreeing(mine, entry.answer)) for entry in catalogue(exercise, seed)]
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
    asked = np.array([aspect.tags is None or cases[i].tag in aspect.tags for i in fitting(exercise, seed)])
    if aspect.only_shape or (np.any([mine.wrong(p) for p in parts], axis=0) & asked).sum() < ENOUGH:
        return None
    same_there = [
        entry.mistake
        for entry in catalogue(exercise, seed)
        if all(mine.rows[p].agreement(entry.answer.rows[p])[asked].all() for p in parts)
    ]
    return same_there[0] if len(same_there) == 1 else None
