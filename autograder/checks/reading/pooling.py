"""Reading pooling, forward: which pixels a window holds, what is kept of them, and how switches are numbered.

An answer is described by a few independent steps: how it takes pixels, where its windows lie, what it keeps
of them, and where it puts that. The description with the fewest faults that gives all of its results is told.

Windows are seen as well. A maximum is no sum of products, but one very large value stands for a number that
is switched on: the outputs that answer to it are those whose window holds its pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..exercise import Case
from .geometry import Geometry
from .keeping import COUNT, KEPT_AND_SWITCHED, LENGTH, MAXIMUM, MEAN, PLACED, ROUNDED, SWITCHES, TAKEN
from .pooling_calls import HOT, LARGE, POOLINGS, PROBES, Answered, Pooling, geometry_of, questions
from .pooling_fit import (
    ENOUGH,
    Description,
    alone,
    described,
    in_window,
    loud,
    numbered,
    planes_apart,
    seen_windows,
)
from .raising import advice, conditions, kind
from .result import Evidence, Reading, Sentence
from .table import Table
from .windows import Side, held, names, right_side

if TYPE_CHECKING:
    from ..run_answer import Outcome, Outcomes

__all__ = ["POOLINGS", "PROBES", "read"]

Calls = Sequence[tuple[Geometry, np.ndarray, "Outcome"]]


@dataclass(frozen=True)
class Found:
    """What was read: the description, whether it explains `out`, the switches, and when there is an error.

    `where` is None if there are errors that nothing explains.
    """

    description: Description
    whole: bool
    switch: tuple[str, str] | None
    where: tuple[str, ...] | None

    def explains(self, part: str) -> bool:
        """Whether all of a part is explained."""
        return self.where is not None and (self.whole if part == "out" else self.switch is not None)


@np.errstate(all="ignore")
def read(
    exercise: str, ask: Callable[[Sequence[Case]], Outcomes], answered: Answered, wrong: frozenset[str]
) -> Reading:
    """What can be said for certain of an answer whose parts `wrong` are wrong; as `reader.read`."""
    pooling, asked = POOLINGS[exercise], questions()
    outcomes = ask([q.case for q in asked])
    if not any(loud(o.parts.get("out")).any() for o in outcomes):  # perhaps a minimum is kept
        asked = questions(-LARGE)
        outcomes = ask([q.case for q in asked])
    pairs = list(zip(asked, outcomes, strict=True))
    known = [(q.geometry, q.x, o) for q, o in pairs if not q.pixel]
    known += [(geometry_of(case), case.args[0], outcome) for case, outcome in answered]
    seen = seen_windows(pairs) if planes_apart(pairs) else None
    found = _found(pooling, known, seen)
    said: list[Sentence] = []
    if (found is None or not found.whole) and pooling.switches and _whole_numbers(known):
        turned = _found(pooling, [(g, x, _turned(o)) for g, x, o in known], None)
        if turned is not None and turned.switch is not None:
            name = "the switches returned first, and the maxima after them"
            said = [Sentence(name, "Return the maxima first, then the switches.", pooling.parts, True)]
            found = turned
    if found is None:
        return Reading(calls=len(asked))
    said += _sentences(found, pooling, known, wrong)
    right = [
        f"the {thing} are right"
        for thing, side in zip(("rows", "columns"), found.description.sides, strict=True)
        if not side.faults
    ]
    explained = found.where is not None
    return Reading(
        tuple(said), tuple(right) if said and explained else (), _evidence(found, wrong), len(asked)
    )


def _whole_numbers(calls: Calls) -> bool:
    """Whether `out` holds nothing but whole numbers, as switches do."""
    return all((o.parts["out"] % 1 == 0).all() for *_, o in calls if "out" in o.parts)


def _turned(outcome: Outcome) -> Outcome:
    """The outcome with its two parts in each other's place."""
    names = {"out": "switches", "switches": "out"}
    return replace(outcome, parts={names[part]: value for part, value in outcome.parts.items()})


def _found(pooling: Pooling, calls: Calls, seen: tuple[Side, Side] | None) -> Found | None:
    """What can be said of the answer that gave these outcomes; None if not even its windows are known."""
    results = [(g, x, o.parts["out"]) for g, x, o in calls if "out" in o.parts]
    if len({g for g, *_ in results}) < ENOUGH:
        return None
    found = described(pooling, results, seen)
    whole = found is not None
    if found is None and seen is not None:
        found = alone(pooling, results, seen)
    if found is None:
        return None
    switch = None
    if pooling.switches:
        switches = [(g, x, o.parts["switches"]) for g, x, o in calls if "switches" in o.parts]
        switch = numbered(found, switches) if switches else None
    raised = [(g, kind(o)) for g, _, o in calls]
    where = conditions(raised, _failing(found, calls))
    return Found(found, whole, switch, where if where or not any(what for _, what in raised) else None)


def _failing(found: Description, calls: Calls) -> list[tuple[str, list[bool]]]:
    """Where an answer so described must end in an error: the words, and at which calls."""
    values = [found.values(x, g) for g, x, _ in calls]
    empty = [v is not None and bool(np.isnan(v).all(-1).any()) for v in values]
    said = [("where a window lies beyond the image", empty)]
    if found.taken.fails:
        said.append((found.taken.fails, [v is None for v in values]))
    if found.placed.fails:
        lost = [v is not None and found.out(v, g) is None for v, (g, *_) in zip(values, calls, strict=True)]
        said.append((found.placed.fails, lost))
    return said


def _sentences(found: Found, pooling: Pooling, calls: Calls, wrong: frozenset[str]) -> list[Sentence]:
    """All that is said, the most basic first."""
    d, parts = found.description, tuple(part for part in pooling.parts if part in wrong)
    said = []
    errors = advice([o.raised for *_, o in calls if o.raised])
    for words in found.where or ():
        said.append(Sentence(f"an error {words}", errors, pooling.parts, True, raises=True))

    def say(name: str, advice: str, where: tuple[str, ...]) -> None:
        whole = all(found.explains(part) for part in where)
        said.append(Sentence(f"{'' if whole else 'at least: '}{name}", advice, where, whole))

    for rule in (rule for rule in d.sizes if rule is not None):
        say(rule.name.replace(" + 2 pad", ""), rule.advice.replace(" + 2 pad", ""), parts)
    for step in (d.taken, d.placed):
        if step.name:
            say(step.name, step.advice, parts)
    for name, about in names(*d.sides):
        say(name, about, parts)
    of = "out: " if pooling.switches else ""
    which, number = found.switch or ("", "")
    if "out" in wrong and found.whole and d.kept is not pooling.kept:
        advised = pooling.kept if d.kept in (MAXIMUM, MEAN, LENGTH) else d.kept
        both = which and KEPT_AND_SWITCHED.get(d.kept.name) == which
        where = parts if both else ("out",)
        say(f"{of}each window's {d.kept.name}, where its {pooling.kept.name} belongs", advised.advice, where)
        which = "" if both else which
    if "out" in wrong and d.rounded:
        say(d.rounded, ROUNDED[d.rounded][1], ("out",))
    if "switches" in wrong:
        for name in filter(None, (which, number)):
            say(name, COUNT, ("switches",))
    return said


def _evidence(found: Found, wrong: frozenset[str]) -> tuple[Evidence, ...]:
    """The windows, or the numbers of their places, at the first geometry where they are not right."""
    yours = found.description
    right = Description(TAKEN[0], (right_side(0), right_side(1)), MAXIMUM, "", PLACED[0])
    number = found.switch[1] if found.switch else ""
    for g in HOT:
        tables = [_table(d, g) for d in (yours, right)]
        if "out" in wrong and tables[0].counted() != tables[1].counted():
            return (Evidence("out", ("n", "k", "i", "j"), g, *tables),)
        if "switches" in wrong and number:
            tables = [_table(yours, g, number), _table(right, g, "")]
            if tables[0].counted() != tables[1].counted():
                return (Evidence("switches", ("n", "k", "i", "j"), g, *tables),)
    return ()


def _table(d: Description, g: Geometry, switch: str | None = None) -> Table:
    """The pixels of each window, and with `switch` the number that stands for each."""
    i, j, y, z = np.nonzero(held(*d.sides, g, *d.size(g)))
    zeros = np.zeros_like(i)
    columns = {"n": zeros, "k": zeros, "i": i, "j": j, "xn": zeros, "xc": zeros, "y": y, "z": z}
    if switch is not None:
        where = in_window(*d.sides, g, i, j, y, z) | {"n": zeros, "c": zeros, "kept": zeros}
        columns["s"] = SWITCHES[switch](where, g)
    return Table((g,), zeros, columns, np.ones(len(i)))
