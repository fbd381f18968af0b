"""Reading an answer from beginning to end: ask, gate, tables, descriptions, comparison, sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..exercise import Case
from .description import right
from .finish import finish
from .gate import gate
from .layers import AXES, Arrays, Layer
from .questions import questions
from .raising import advice, conditions, kind
from .read import PartRead, read_parts, rebuilt
from .result import Evidence, Reading, Sentence
from .rules import Line
from .table import Table
from .words import Fault, faults, right_things, shape_faults

if TYPE_CHECKING:
    from ..run_answer import Outcome, Outcomes
    from .geometry import Geometry

Ask = Callable[[Sequence[Case]], "Outcomes"]
"""Calls the student's function on cases; in trusted grading all of them in few messages."""

Answered = Sequence[tuple[Case, "Outcome"]]


@np.errstate(all="ignore")
def read(exercise: str, ask: Ask, answered: Answered, wrong: frozenset[str]) -> Reading:
    """What can be said for certain of an answer whose parts `wrong` are wrong.

    `answered` holds the cases of the seed that fit, with what the answer gave: a description that explains
    everything must give the same there.
    """
    asked = questions(exercise)
    outcomes = ask(asked.cases)
    known = [
        (q.geometry, q.arrays, o) for q, o in zip(asked.asked, outcomes, strict=True) if q.kind == "probe"
    ]
    known += [(*asked.layer.opened(case.args, case.options), outcome) for case, outcome in answered]
    told: dict[tuple[Fault, bool], list[str]] = {}
    shut, read_all = gate(asked, outcomes), read_parts(asked, outcomes)
    raised = [(g, kind(o)) for g, _, o in known]
    failing = any(what for _, what in raised)
    asked_at = [g for g, *_ in known]
    more = (_reaching(read_all, asked_at), _without_output(read_all, asked_at)) if failing else ()
    where = conditions(raised, *more)
    explained = bool(where) or not failing
    errors = [o for *_, o in known if o.raised]
    if not all(o.slip for o in errors):
        told |= {(_raises(words, errors), True): list(asked.layer.parts) for words in where}
    rights: list[str] = []
    evidence: list[Evidence] = []
    for part, parts_read in read_all.items():
        if part not in wrong:
            continue
        if (fault := shut[part]) is not None and fault.name:
            told.setdefault((fault, False), []).append(part)
            continue
        found = certain(parts_read, asked.layer, known, explained, sums=fault is None)
        if fault is not None and not found:
            continue
        for fault, whole in found:
            told.setdefault((fault, whole), []).append(part)
        if parts_read.sums:
            total, _, description = parts_read.sums[0]
            rights += right_things(parts_read, total, description)
            evidence += _evidence(parts_read)
    return Reading(
        _sentences(told, asked.layer),
        # What is right at the sizes that are answered says nothing of those that end in an error.
        tuple(dict.fromkeys(rights)) if told and not failing else (),
        tuple(evidence),
        len(asked.asked),
    )


def _reaching(
    read_all: Mapping[str, PartRead], geometries: Sequence[Geometry]
) -> list[tuple[str, list[bool]]]:
    """At which geometries the windows that were read reach beyond the image, or beyond its padding.

    NumPy does not mind a window that is cut to one row or column, or to nothing where the filter has but one;
    nor, if windows are columns, one that is cut to a single pixel.
    """
    found: list[tuple[str, list[bool]]] = []
    for read in read_all.values():
        for _, _, description in read.sums:
            if not {"y", "z"} <= description.columns.keys() or None in description.columns.values():
                continue
            t, _ = description.reached(geometries)
            y, z = (
                rule.unbounded(t) if isinstance(rule, Line) else t.columns[column]
                for column, rule in ((c, description.columns[c]) for c in "yz")
            )
            for words, over in (
                ("where windows reach beyond the padded image", t.pad),
                ("where windows reach beyond the image", 0 * t.pad),
            ):
                left = [
                    (-(-(size + over - (place - weight * t.dilation)) // t.dilation), F)
                    for size, place, weight, F in ((t.H, y, t.p, t.FH), (t.W, z, t.q, t.FW))
                ]  # so many weights of the window have a pixel
                cut = np.logical_or.reduce([n < F for n, F in left])
                bad = np.logical_or.reduce([(n < F) & (n != 1) & (F > 1) for n, F in left])
                one = t.C * np.prod([np.clip(n, 0, F) for n, F in left], axis=0) == 1
                found += [(words, _any(mask, t, geometries)) for mask in (cut, bad, cut & ~one)]
    return found


def _without_output(
    read_all: Mapping[str, PartRead], geometries: Sequence[Geometry]
) -> list[tuple[str, list[bool]]]:
    """At which geometries the formulas that were read for the size of a result leave no output."""
    shapes = [read.shape for read in read_all.values() if read.shape is not None]
    sizes = [rule.bare for shape in shapes for rule in shape.sizes.values() if rule.bare is not None]
    return [
        (words, [any(size(g) < least for size in sizes) for g in geometries])
        for words, least in (
            ("where OH or OW comes out negative", 0),
            ("where OH or OW comes out below 1", 1),
        )
    ]


def _any(mask: np.ndarray, t: Table, geometries: Sequence[Geometry]) -> list[bool]:
    """At which geometries any of the products is in the mask."""
    found = np.zeros(len(geometries), bool)
    found[t.geometry[mask]] = True
    return found.tolist()


Known = Sequence[tuple["Geometry", Arrays, "Outcome"]]


def certain(
    read: PartRead, layer: Layer, known: Known, explained: bool, sums: bool = True
) -> list[tuple[Fault, bool]]:
    """The faults of a part that are certain, and whether they explain all of it.

    Of results that are no sums of products, one thing alone is not certain.
    """
    if not sums and not read.whole:
        return []
    found = faults(read)
    if read.shape is not None and not all(
        o.parts[read.part].shape == read.shape.as_given(layer, g) for g, _, o in known if read.part in o.parts
    ):
        return []
    turned = read.shape is not None and not read.shape.in_order
    of_shape = [] if read.shape is not None and read.shape.doubtful else shape_faults(read)
    if read.shape is not None and read.shape.doubtful and not read.whole:
        return []
    numberings = [d.numbering for *_, d in read.sums if d.numbering]
    if turned and any((n.array == read.part and not n.within) or len(n.names) > 1 for n in numberings):
        return []  # two orders that undo each other at the sizes tried, and perhaps not elsewhere
    if read.whole:
        here = [(g, arrays, o.parts[read.part]) for g, arrays, o in known if read.part in o.parts]
        totals = rebuilt(read, layer, [(g, arrays) for g, arrays, _ in here])
        last = finish([(mine, total) for (*_, mine), total in zip(here, totals, strict=True)])
        if last is None:
            return [(fault, False) for fault in of_shape if sums]
        found += [last] if last.name else []
        return [(fault, explained) for fault in found if explained or not fault.fragile]
    if any(len({*table.geometry}) < ENOUGH for _, table, _ in read.sums):
        return [(fault, False) for fault in of_shape]
    return [(fault, False) for fault in found if not fault.fragile]


ENOUGH = 4
"""At so many geometries, at least, must products be read before one thing is said of them alone."""


def _raises(where: str, outcomes: Sequence[Outcome]) -> Fault:
    """The condition of an error as a fault."""
    return Fault(f"an error {where}", advice([o.raised for o in outcomes]), raises=True)


def _sentences(told: Mapping[tuple[Fault, bool], list[str]], layer: Layer) -> tuple[Sentence, ...]:
    said, parts = [], layer.parts
    for (fault, whole), where in told.items():
        of = "" if len(parts) == 1 or len(where) == len(parts) else f"{' and '.join(where)}: "
        least = "" if whole else "at least: "
        name, advice = layer.said(fault.name), layer.said(fault.advice)
        said.append(Sentence(f"{least}{of}{name}", advice, tuple(where), whole, fault.raises))
    return tuple(said)


def _evidence(read: PartRead) -> list[Evidence]:
    """The first geometry, and so the simplest, at which the products of a part are not the right ones."""
    for total, table, _ in read.sums:
        wanted = right(total).table(table.geometries)
        for number, g in enumerate(table.geometries):
            yours, rights = table.at(geometry=number), wanted.at(geometry=number)
            if yours.counted() != rights.counted():
                return [Evidence(read.part, AXES[read.part], g, yours, rights)]
    return []
