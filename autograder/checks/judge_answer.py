"""Judges an answer: calls it, compares its results with the right ones, and chooses what to show.

The judge works on private copies of plain data. So it can run in the student's notebook, or in another
process than the student's code.
"""

from __future__ import annotations

import operator
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from .exercise import Aspect, Case, Exercise, Function, Mistake
from .findings import EDGES, Finding, Kind, findings, identity
from .for_seed import Answer, Entry, cases_of, catalogue, compared, expected, fitting, slopes
from .last_verdict import as_before
from .reading import Reading, can_read, read
from .recognise import habits, recognise, slips
from .registry import find, names
from .run_answer import Outcomes, call_all
from .speed.judge_speed import with_speed
from .speed.race import lost
from .together import together
from .verdict import AspectResult, Failure, Recognised, Verdict
from .words import notes, words, wrong_choice
from .wrong_places import ENOUGH

PUBLIC_SEED = 20_240
"""The seed of notebooks, unless another one is given."""


def judge(
    exercise: str | Exercise, function: Function, seed: int = PUBLIC_SEED, aspect: str | None = None
) -> Verdict:
    """Judge `function` as an answer to `exercise` on the cases of `seed`.

    A wrong answer raises nothing: everything is in the verdict. Nothing is printed. Raises ValueError for an
    unknown exercise or a negative seed, and TypeError if `function` cannot be called. If only another
    `aspect` is asked for, speed is not judged, which takes a second.
    """
    if not isinstance(exercise, str | Exercise):
        raise TypeError(
            f"judge needs the name of an exercise first, such as {names()[0]!r}, not {exercise!r:.60}"
        )
    if not callable(function):
        raise TypeError(f"judge needs a function to call, not {type(function).__name__}")
    known = find(exercise) if isinstance(exercise, str) else exercise
    seed = whole(seed)
    cases = cases_of(known, seed)
    mine = compared(known, seed, call_all(function, cases, known, strange=True))

    def judged() -> Verdict:
        return _read(_verdict(known, seed, mine, _name(function)), known, mine, function)

    right = mine.fine == mine.rows.keys()
    verdict = judged() if right else as_before(known, seed, function, mine.outcomes, judged)
    timed = known.speed is not None and aspect in (None, known.speed.aspect)
    return with_speed(verdict, known, function) if timed else verdict


def whole(seed: object) -> int:
    """The seed as an int; TypeError or ValueError if it is not a whole number from 0 on."""
    try:
        number = operator.index(seed)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(
            f"seed={seed!r:.60} is not a seed: give a whole number from 0 on, e.g. seed=7"
        ) from None
    if number < 0:
        raise ValueError(f"seed={number} is negative; a seed is a whole number from 0 on, e.g. seed=7")
    return number


def judge_mistakes(
    exercise: str, seed: int, some: Collection[Mistake] | None = None
) -> list[tuple[Mistake, Verdict]]:
    """Judge all mistakes of an exercise's catalogue, or `some`: each should fail and get its own name.

    No race is run: a slow mistake counts as having lost it.
    """
    known = find(exercise)
    asked = known.mistakes if some is None else some
    slow = (Entry(known, seed, mistake) for mistake in asked if mistake.slow)
    entries = (*(e for e in catalogue(known, seed) if e.mistake in asked), *slow)
    verdicts = [(e.mistake, _verdict(known, seed, e.answer)) for e in entries]
    return [(m, with_speed(v, known, m.function, lost) if m.slow else v) for m, v in verdicts]


def points(exercise: str, aspect: str | None = None) -> float:
    """The points of an exercise, or of one of its aspects."""
    known = find(exercise)
    return known.aspect(aspect).points if aspect else known.max_points


def _name(function: Function) -> str:
    """The name of a function, for a line of code that repeats the check; empty if it has no usable name."""
    try:
        name = getattr(function, "__name__", None)
    except Exception:  # a student's object may answer as it likes
        return ""
    return name if type(name) is str and name.isidentifier() and len(name) <= 60 else ""


@np.errstate(all="ignore")
def _verdict(exercise: Exercise, seed: int, mine: Answer, name: str = "") -> Verdict:
    found = findings(exercise, seed, mine)
    costs = {a.name: [f for f in found if _counts(f, a, exercise)] for a in exercise.aspects}
    aspects = tuple(_judged(exercise, a, costs[a.name], found, mine.outcomes, seed) for a in exercise.aspects)
    passed = all(a.passed for a in aspects)
    named = () if passed else recognise(exercise, seed, mine, aspects)
    mistakes = () if passed else (*slips(exercise, mine.outcomes, costs), *habits(found, named), *named)
    remarks = notes(exercise, seed, mine.outcomes)
    return Verdict(exercise.name, exercise.arguments, seed, aspects, mistakes, remarks, name)


def _read(verdict: Verdict, exercise: Exercise, mine: Answer, function: Function) -> Verdict:
    """The verdict, with what the catalogue alone does not explain: faults read from the function, and pairs.

    A part that reading explains completely needs no name from the catalogue besides, which would say the same
    in other words; a part of which it is less sure keeps the catalogue's.
    """
    explained = frozenset[str]().union(*(m.parts for m in verdict.mistakes if not m.aspects))
    wrong = frozenset(exercise.parts) - mine.fine
    if verdict.passed or wrong <= explained or not any(o.parts for o in mine.outcomes):
        return verdict
    reading = _reading(verdict, exercise, mine, function, wrong) if can_read(exercise.name) else None
    sentences = reading.sentences if reading else ()
    sure = frozenset[str]().union(*(s.parts for s in sentences if s.whole and not s.raises))
    sure -= frozenset[str]().union(*(s.parts for s in sentences if not s.whole))
    kept = tuple(m for m in verdict.mistakes if not (m.parts <= sure and (m.aspects or m.parts < wrong)))
    known = frozenset[str]().union(*(m.parts for m in kept if not m.aspects))
    # Few whole numbers or words agree by chance; what can be read has many cases and real numbers.
    tried = wrong if reading else wrong & frozenset(exercise.axes) - frozenset(exercise.data)
    pairs = {part: together(exercise, verdict.seed, mine, part) for part in sorted(tried - known - sure)}
    if not reading:  # nothing else speaks for a name that several pairs have
        pairs = {part: pair for part, pair in pairs.items() if len(pair) == 2}
    paired = frozenset(part for part, pair in pairs.items() if len(pair) == 2)
    kept, known = tuple(m for m in kept if not (m.aspects and m.parts <= paired)), known | paired
    open_parts = wrong - known  # an error may have another reason there
    said = [s for s in sentences if (s.raises and open_parts) or not frozenset(s.parts) <= known]
    said = [s for s in said if s.name not in {m.name for m in kept}]
    told = tuple(Recognised(s.name, s.advice, frozenset(s.parts)) for s in said)
    again = {m.name for m in kept}
    named = dict.fromkeys((m.name, m.advice) for pair in pairs.values() for m in pair if m.name not in again)
    made = tuple(
        Recognised(*words, frozenset(p for p, pair in pairs.items() if words[0] in {m.name for m in pair}))
        for words in named
    )
    return replace(verdict, mistakes=(*kept, *made, *told), reading=reading)


def _reading(
    verdict: Verdict, exercise: Exercise, mine: Answer, function: Function, wrong: frozenset[str]
) -> Reading:
    """What the function itself tells of its faults."""
    places = fitting(exercise, verdict.seed)
    answered = [(cases_of(exercise, verdict.seed)[i], mine.outcomes[i]) for i in places]

    def ask(cases: Sequence[Case]) -> Outcomes:
        return call_all(function, cases, exercise, strange=True, at_once=True)

    far = getattr(type(function), "read_clock", None)  # the clock of the answer's own process
    computed = partial(far, function) if far else time.process_time
    return read(exercise.name, ask, answered, wrong, computed)


# What it costs, and what to show of it

VALUES = (Kind.VALUES, Kind.REMEMBERED)
"""Findings on values in a result of the right shape."""

LATER = (*VALUES, Kind.ACCEPTED, Kind.ERROR, Kind.CALLS)
"""Findings that are shown if nothing more basic is wrong."""


def _counts(finding: Finding, aspect: Aspect, exercise: Exercise) -> bool:
    """Whether a finding costs this aspect's points."""
    if finding.kind in (Kind.CHANGED, Kind.OVERWRITTEN):
        careful = [a for a in exercise.aspects if a.tags is None or EDGES in a.tags]
        return aspect in (careful or exercise.aspects[-1:])
    if finding.kind is Kind.FORM and (
        own := [a for a in exercise.aspects if finding.part in (a.parts or ())]
    ):
        return aspect in own  # what its values are worth is judged all the same
    if aspect.tags is not None and finding.case.tag not in aspect.tags:
        return False
    if finding.kind is Kind.MISSING and not finding.part:
        return True
    if finding.kind in (Kind.ACCEPTED, Kind.ERROR, Kind.CALLS):
        return not aspect.only_shape
    if aspect.parts is not None and finding.part not in aspect.parts:
        return False
    return finding.kind in (Kind.MISSING, Kind.FORM, Kind.SHAPE) or not aspect.only_shape


def _judged(
    exercise: Exercise,
    aspect: Aspect,
    found: list[Finding],
    every: Iterable[Finding],
    outcomes: Outcomes,
    seed: int,
) -> AspectResult:
    """The result of one aspect, with the failure to show: the most basic first, then the one with the least
    to read. `found` has what is wrong in this aspect, `every` in all.
    """
    if not found:
        return AspectResult(aspect.name, aspect.points, None)
    first = min(found, key=lambda f: (f.kind in LATER, f.case.size))
    affected = (({f.part} if f.part else aspect.parts or exercise.parts) for f in found)
    parts = frozenset[str]().union(*affected)
    failure = _failure(exercise, seed, first, outcomes)
    if isinstance(failure.got, np.ndarray):
        right = expected(exercise, seed)[0]
        same_kind = [f for f in found if f.part == first.part and f.kind in VALUES]
        if len(same_kind) < ENOUGH:  # what other aspects found in this part tells chance from likeness
            same_kind = [f for f in every if f.part == first.part and f.kind in VALUES]
        others = (f for f in same_kind if f != first)
        pairs = ((outcomes[f.number].parts[f.part], right[f.number].parts[f.part]) for f in others)
        arrays = ((a, b) for a, b in pairs if isinstance(a, np.ndarray) and isinstance(b, np.ndarray))
        failure = replace(failure, others=tuple(arrays))
    return AspectResult(aspect.name, aspect.points, failure, parts)


def _failure(exercise: Exercise, seed: int, finding: Finding, outcomes: Outcomes) -> Failure:
    """What to show of a finding: the values, and the numeric gradient beside the student's."""
    case, part = finding.case, finding.part
    got, want = outcomes[finding.number], expected(exercise, seed)[0][finding.number]
    failure = Failure(case, part, words(finding, got, want), raised=bool(got.raised))
    compares = finding.kind is Kind.SHAPE and part in exercise.data
    if finding.kind not in VALUES and not compares:
        return failure
    if exercise.choices:
        return replace(failure, problem=wrong_choice(part, got.parts[part], exercise.choices))
    same_shapes = [p.shape for p in got.parts.values()] == [p.shape for p in want.parts.values()]
    numeric = slopes(exercise, seed).get(finding.number, ()) if same_shapes else ()
    return replace(
        failure,
        got=got.parts[part],
        want=want.parts[part],
        axes=exercise.axes.get(part, ()),
        identities=tuple(identity(slope, got) for slope in numeric if slope.part == part),
    )
