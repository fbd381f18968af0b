"""Reading one answer: from what its calls gave to a description of each part, and whether that is all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .description import Description, Sizes, right_sizes
from .fit import described
from .geometry import Geometry
from .layers import AXES, Arrays, Form, Layer, Sum
from .questions import Questions, UnreadableError, products
from .shapes import Shaped, shaped, spelled
from .table import Table, joined

if TYPE_CHECKING:
    from ..run_answer import Outcome


@dataclass(frozen=True, eq=False)
class PartRead:
    """What was read of one part of the result: its shape, and the table and description of each of its sums.

    `spelled` has the shape in letters if it is none that a description could have.
    """

    part: str
    shape: Shaped | None
    axes: Form
    spelled: str = ""
    sums: tuple[tuple[Sum, Table, Description], ...] = ()
    unreadable: bool = False

    @property
    def whole(self) -> bool:
        """Whether its shape and its tables are described completely."""
        return self.shape is not None and not self.unreadable and all(d.whole for *_, d in self.sums)


def read_parts(asked: Questions, outcomes: Sequence[Outcome]) -> Mapping[str, PartRead]:
    """Each part of the result, read from what the questions gave."""
    return {part: _read(part, asked, outcomes) for part in asked.layer.parts}


def _read(part: str, asked: Questions, outcomes: Sequence[Outcome]) -> PartRead:
    layer = asked.layer
    pairs = list(zip(asked.asked, outcomes, strict=True))
    seen = [
        (q.geometry, o.parts[part].shape)
        for q, o in pairs
        if q.kind == "probe" and part in o.parts and not q.geometry.rows
    ]
    shape = shaped(layer, part, seen)
    if shape is None:
        return PartRead(part, None, layer.axes(part), spelled(seen), unreadable=True)
    sums: list[tuple[Sum, Table, Description]] = []
    for total in (s for s in layer.sums if s.part == part):
        pieces = []
        answered = set(range(len(asked.tables)))
        for question, outcome in pairs:
            if question.kind == "table" and question.hot == total.hot:
                number = asked.tables.index(question.geometry)
                result = outcome.parts.get(part)
                if result is None:
                    answered.discard(number)
                    continue
                try:
                    pieces.append(
                        (number, *products(total, question, in_axes(result, shape, layer, question.geometry)))
                    )
                except UnreadableError:
                    return PartRead(part, shape, layer.axes(part), unreadable=True)
        kept = sorted(answered)
        pieces = [(kept.index(number), *rest) for number, *rest in pieces if number in answered]  # type: ignore[misc]
        table = joined([asked.tables[number] for number in kept], total.columns, pieces)
        first = [d.numbering for *_, d in sums if d.numbering is not None and d.numbering.array == part]
        sums.append((total, table, described(total, table, sizes_of(shape), first)))
    return PartRead(part, shape, layer.axes(part), sums=tuple(sums))


def in_axes(result: np.ndarray, shape: Shaped, layer: Layer, g: Geometry) -> np.ndarray:
    """A result with an axis for each of its columns; UnreadableError if it does not have this shape here."""
    if result.shape != shape.as_given(layer, g):
        raise UnreadableError
    return shape.split(result, layer, g)


def sizes_of(shape: Shaped) -> Sizes:
    """How far the columns go in a result of this shape."""
    return shape.size if shape.sizes else right_sizes


def rebuilt(read: PartRead, layer: Layer, calls: Sequence[tuple[Geometry, Arrays]]) -> list[np.ndarray]:
    """The results of calls as the description has them, in the dtype of the arrays that are given."""
    assert read.shape is not None
    shape, geometries, axes = read.shape, [g for g, _ in calls], AXES[read.part]
    results = [np.zeros([shape.size(g, column) for column in axes]) for g in geometries]
    for total, _, description in read.sums:
        table = description.table(geometries)
        for number, (_, arrays) in enumerate(calls):
            here = table.take(table.geometry == number)
            values = here.factor.copy()
            for name in filter(None, (total.hot, total.seen)):
                values *= arrays[name][tuple(here.columns[c] for c in AXES[name])]
            places = zip(axes, geometries[number].first(axes), strict=True)
            np.add.at(results[number], tuple(here.columns[c] - first for c, first in places), values)
    return [
        shape.joined(result, layer, g).astype(np.result_type(*arrays.values()))
        for (g, arrays), result in zip(calls, results, strict=True)
    ]
