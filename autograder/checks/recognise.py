"""Recognises mistakes: finds the entries of the catalogue that give the student's results."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from .errors import alike as same_reason
from .exercise import Aspect, Case, Exercise, Mistake
from .findings import RECTANGLES, Finding, Kind
from .for_seed import Answer, Entry, cases_of, catalogue, faults_beside, fitting, misfits, settled
from .run_answer import BESIDE, CALLS, INPUTS, Outcomes
from .verdict import AspectResult, Recognised

Explained = tuple[Entry, frozenset[str]]
"""A mistake of the catalogue, and the parts of the result that it explains."""

HABITS = {
    Kind.CHANGED: (
        "changes its input",
        "What the caller handed over is different after the call. Look for +=, *=, [...] = and append on an "
        "argument, or on a view of it: work on a copy, or make a new array or list.",
    ),
    Kind.OVERWRITTEN: (
        "the same array returned by every call",
        "Make the array for the result inside the function, so that each call has its own.",
    ),
    Kind.REMEMBERED: (
        "results remembered from earlier calls",
        "Look for something that outlives a call: a global variable, a dictionary, a cache.",
    ),
}
"""Mistakes that the values of one call do not show, in any exercise: their names and advice."""


def habits(findings: Iterable[Finding], named: Iterable[Recognised]) -> Iterator[Recognised]:
    """The names of such mistakes, unless the catalogue has `named` something more exact."""
    named = tuple(named)
    closer = frozenset[str]().union(*(r.parts for r in named)) & {INPUTS}
    explained = frozenset[str]().union(*(r.parts for r in named if not r.aspects))
    for kind, (name, advice) in HABITS.items():
        parts = frozenset(f.part for f in findings if f.kind is kind) - closer
        if kind is Kind.REMEMBERED:  # what a mistake gives may come again by chance
            parts -= explained
        if parts:
            yield Recognised(name, advice, parts)


def slips(
    exercise: Exercise, outcomes: Outcomes, found: Mapping[str, Iterable[Finding]]
) -> Iterator[Recognised]:
    """The certain causes of errors, each with the aspects that it costs; `found` has findings by aspect."""
    where: dict[str, tuple[str, list[str]]] = {}
    for aspect, findings in found.items():
        for outcome in (outcomes[f.number] for f in findings if f.kind in (Kind.MISSING, Kind.ERROR)):
            if outcome.slip and aspect not in where.setdefault(outcome.slip, (outcome.hint, []))[1]:
                where[outcome.slip][1].append(aspect)
    for name, (advice, aspects) in where.items():
        costly = () if len(aspects) == len(exercise.aspects) else tuple(aspects)
        yield Recognised(name, advice, frozenset(exercise.parts), costly)


def recognise(
    exercise: Exercise, seed: int, mine: Answer, aspects: Iterable[AspectResult]
) -> tuple[Recognised, ...]:
    """The mistakes that give the student's results: in everything, in one part, or in one aspect."""
    right = mine.fine
    if right == mine.rows.keys():
        return tuple(_for_misfits(exercise, seed, mine))
    cases = fitting(exercise, seed)
    likely = [entry for entry in catalogue(exercise, seed) if _agrees_at_first(entry, mine)]
    explained = [(entry, agreeing(mine, entry.answer, cases)) for entry in likely]
    # One that explains the whole answer, its right parts too, leaves nothing to explain. Else each wrong part
    # is looked up by itself, so two mistakes in two parts are both named.
    complete = [(entry, parts) for entry, parts in explained if len(parts) == len(mine.rows)]
    same = [(e, parts - right) for e, parts in complete or explained if _may_be(e, parts - right)]
    named = tuple(
        Recognised(mistake.name, mistake.advice, parts)
        for mistake, parts in _by_name(_failing_alike(same, mine, cases))
    )
    left = frozenset(exercise.parts) - right - frozenset[str]().union(*(r.parts for r in named))
    unexplained = [exercise.aspect(a.name) for a in aspects if a.wrong_parts & left]
    found: dict[Mistake, list[Aspect]] = {}
    told = {r.name for r in named}
    for aspect in unexplained:
        mistake = _recognise_in(exercise, seed, mine, aspect)
        if mistake and mistake.name not in told:
            found.setdefault(mistake, []).append(aspect)
    return (*named, *(_in_aspects(mistake, aspects, exercise) for mistake, aspects in found.items()))


def _for_misfits(exercise: Exercise, seed: int, mine: Answer) -> Iterator[Recognised]:
    """The mistakes that give the student's results for sizes that do not fit; all else is right in both."""
    wrong = misfits(exercise, seed, mine.outcomes)
    shown = np.flatnonzero(wrong.present)
    told = set()
    for entry in catalogue(exercise, seed) if len(shown) else ():
        mistake, first = entry.mistake, int(shown[0])
        likely = all(entry.outcome(first).agrees(mine.outcomes[first], part) for part in exercise.parts)
        if not likely or mistake.name in told or entry.answer.fine != mine.fine:
            continue
        if misfits(exercise, seed, entry.answer.outcomes).agrees(wrong):
            told.add(mistake.name)
            yield Recognised(mistake.name, mistake.advice, frozenset(exercise.parts))


def _agrees_at_first(entry: Entry, mine: Answer, among: Any = True) -> bool:
    """Whether a mistake gives the student's result for the smallest case in which one of the parts is wrong.

    One call or two drop most of the catalogue. `among` has a flag for each case that may be asked.
    """
    cases, numbers = cases_of(entry.exercise, entry.seed), settled(entry.exercise, entry.seed)
    for part in mine.rows.keys() - mine.fine:
        shown, failing = mine.wrong(part) & among, ~mine.right[part] & among
        asked = [numbers[i] for i in np.flatnonzero(shown if shown.any() else failing)]
        if asked and same_result(part, mine, entry, min(asked, key=lambda number: cases[number].size)):
            return True
    return False


def same_result(part: str, mine: Answer, entry: Entry, number: int) -> bool:
    """Whether a mistake gives the student's result for one part of one case, or none as the student does."""
    one, other = mine.outcomes[number], entry.outcome(number)
    if part not in BESIDE:
        return one.agrees(other, part)
    case = cases_of(entry.exercise, entry.seed)[number]
    return bool(
        faults_beside(entry.exercise, case, one)[part] == faults_beside(entry.exercise, case, other)[part]
    )


def _may_be(entry: Entry, wrong: frozenset[str]) -> bool:
    """Whether a mistake that explains the `wrong` parts may be the student's.

    Many answers call a function equally often: one that also gives wrong values is not known by its calls.
    """
    if wrong == {CALLS} and entry.home != {CALLS}:
        return False
    shows = not entry.home or bool(wrong & entry.home)
    return bool(wrong) and shows and (not entry.mistake.whole or entry.home <= wrong)


def _failing_alike(entries: list[Explained], mine: Answer, cases: Collection[int]) -> list[Explained]:
    """Of entries that explain the same parts, those that fail for the student's reasons, if any do."""
    same = {e for e, _ in entries if _same_reasons(mine, e.answer, cases)}
    settled = {parts for e, parts in entries if e in same}
    return [(e, parts) for e, parts in entries if e in same or parts not in settled]


def _same_reasons(mine: Answer, theirs: Answer, cases: Iterable[int]) -> bool:
    """Whether two answers give no result in the same cases, each time for the same reason."""
    return all(same_reason(mine.outcomes[i].reason, theirs.outcomes[i].reason) for i in cases)


def _by_name(entries: Iterable[Explained]) -> Iterator[tuple[Mistake, frozenset[str]]]:
    """Each name once, since several functions of the catalogue may have the same one."""
    found: dict[str, tuple[Mistake, frozenset[str]]] = {}
    for entry, parts in entries:
        mistake, before = found.get(entry.mistake.name, (entry.mistake, frozenset()))
        found[mistake.name] = mistake, before | parts
    yield from found.values()


ENOUGH = 3
"""At least so many wrong results must agree before a name is given for a part of the cases."""


def agreeing(mine: Answer, theirs: Answer, cases: Collection[int]) -> frozenset[str]:
    """The parts that are right in both answers, or equally wrong in every case.

    Two errors alone say little. So enough wrong values must agree, or the errors must have the same reason.
    """
    both_wrong = mine.rows.keys() - mine.fine - theirs.fine
    same = {part for part in both_wrong if mine.rows[part].agrees(theirs.rows[part])}
    shown = {part: mine.wrong(part).sum() for part in same}
    missing = {part: (~mine.right[part]).sum() - shown[part] for part in same}
    if any(missing[part] and shown[part] < ENOUGH for part in same):
        reasons = _same_reasons(mine, theirs, cases)
        same = {
            p
            for p in same
            if shown[p] >= ENOUGH or not missing[p] or (reasons and shown[p] + missing[p] >= ENOUGH)
        }
    return (mine.fine & theirs.fine) | same


def _in_aspects(mistake: Mistake, aspects: list[Aspect], exercise: Exercise) -> Recognised:
    parts = frozenset[str]().union(*(a.parts or exercise.parts for a in aspects))
    return Recognised(mistake.name, mistake.advice, parts, tuple(a.name for a in aspects))


def _settings(case: Case) -> tuple[object, ...]:
    """What a case asks for besides its arrays and their sizes: stride, padding."""
    return *sorted(case.options.items()), *(a for a in case.args if isinstance(a, int))


def _recognise_in(exercise: Exercise, seed: int, mine: Answer, aspect: Aspect) -> Mistake | None:
    """The one mistake that gives the student's results on all cases of this aspect.

    This is for answers with several mistakes that show in different cases. In square cases height and width
    look alike, so results for rectangles with the same stride and padding must be the mistake's, too.
    """
    parts = aspect.parts or frozenset(exercise.parts)
    cases = [cases_of(exercise, seed)[i] for i in settled(exercise, seed)]
    asked = np.array([aspect.tags is None or case.tag in aspect.tags for case in cases])
    settings = {_settings(case) for case, here in zip(cases, asked, strict=True) if here}
    alike = np.array([case.tag == RECTANGLES and _settings(case) in settings for case in cases])
    if aspect.only_shape or (np.any([mine.wrong(p) for p in parts], axis=0) & asked).sum() < ENOUGH:
        return None
    if all(mine.rows[part].is_one_value(mine.wrong(part) & asked) for part in parts):
        return None  # an answer that always gives this would agree, too
    same_there = {
        entry.mistake.name: entry.mistake
        for entry in catalogue(exercise, seed)
        if _agrees_at_first(entry, mine, asked)
        and not (entry.mistake.whole and entry.home & mine.fine)
        and all(
            mine.rows[p].agreement(entry.answer.rows[p])[asked | (alike & mine.rows[p].present)].all()
            for p in parts
        )
    }
    return next(iter(same_there.values())) if len(same_there) == 1 else None
