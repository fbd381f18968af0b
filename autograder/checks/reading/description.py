"""The description of a sum: how its products are found, and the table that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .geometry import Geometry
from .layers import AXES, READ, SIZE, Sum
from .numbering import Numbering
from .rules import EVERY, FACTOR, Line, Rule, lines
from .table import Table, joined
from .which import WHICH

Sizes = Callable[[Geometry, str], int]
"""How far the numbers in a column go at a geometry; other than right where a result has a wrong size."""


def right_sizes(g: Geometry, column: str) -> int:
    """The right sizes."""
    return 1 if g.only is not None and column in "ij" else int(getattr(g, SIZE[column]))


@dataclass(frozen=True)
class Description:
    """How the products of a sum are found.

    A column that depends on others has a rule; the others are loops. Of these products, those that a rule of
    `missing` finds are left out, and the rest has a factor. A rule that is None was not found. A `numbering`
    puts them in other places.
    """

    total: Sum
    columns: Mapping[str, Line | Rule | None]
    missing: tuple[Rule, ...] | None = ()
    factor: Rule | None = FACTOR[0]
    numbering: Numbering | None = None
    sizes: Sizes = field(default=right_sizes, compare=False)

    @property
    def whole(self) -> bool:
        """Whether it says everything about the table."""
        return None not in self.columns.values() and self.missing is not None and self.factor is not None

    @property
    def sensible(self) -> bool:
        """Whether images, filters and channels are those that belong together."""
        wanted = right(self.total).columns
        return all(rule == wanted[c] for c, rule in self.columns.items() if c in ("xn", "wk", "xc"))

    def reached(self, geometries: Sequence[Geometry]) -> tuple[Table, np.ndarray]:
        """All products that the loops reach, and which of them are inside the arrays.

        Outside lies the padding: such a product is zero, but it may overwrite another.
        """
        rules = {name: rule for name, rule in self.columns.items() if rule is not None}
        loops = [c for c in self.total.columns if c not in rules or _formula(rules[c]) is EVERY]
        pieces = []
        for number, g in enumerate(geometries):
            grid = np.indices([max(0, self.sizes(g, c)) for c in loops]).reshape(len(loops), -1).T
            pieces.append((number, grid + g.first(loops), np.ones(len(grid))))
        t = joined(geometries, loops, pieces)
        inside = np.ones(len(t), bool)
        for column in (c for c in self.total.columns if c not in loops):
            formula = _formula(rules[column])
            t = t.with_columns(**{column: formula(t) if formula is not None else 0 * t.geometry})
            sizes = np.array([self.sizes(g, column) for g in geometries], int)[t.geometry]
            inside &= (t.columns[column] >= 0) & (t.columns[column] < sizes)
        return t.with_columns(**{column: t.columns[column] for column in self.total.columns}), inside

    def table(self, geometries: Sequence[Geometry]) -> Table:
        """The products at these geometries."""
        t, kept = self.reached(geometries)
        if self.missing and len(t):
            kept &= ~np.logical_or.reduce([said(rule, t) for rule in self.missing])
        if self.numbering is not None:
            t, kept = self._renumbered(t, kept)
        t = t.take(kept)
        if self.factor is None or self.factor.formula is None or not len(t):
            return t
        return replace(t, factor=self.factor.formula(t))

    def _renumbered(self, t: Table, kept: np.ndarray) -> tuple[Table, np.ndarray]:
        """The products at the places where the numbering puts them; of a result, the last at each place."""
        assert self.numbering is not None
        array, t = self.numbering.array, t.with_columns(**self.numbering.forth(t))
        there = np.logical_and.reduce(
            [(t.columns[c] >= 0) & (t.columns[c] < getattr(t, SIZE[c])) for c in AXES[array]]
        )
        t, kept = t.take(there), kept[there]
        if array == self.total.part and self.numbering.back is None and len(t):
            _, last = np.unique(t.keys(AXES[array])[::-1], return_index=True)
            chosen = np.sort(len(t) - 1 - last)
            t, kept = t.take(chosen), kept[chosen]
        return t, kept


def _formula(rule: Line | Rule) -> Callable[[Table], np.ndarray] | None:
    return rule if isinstance(rule, Line) else rule.formula


def said(rule: Rule, t: Table) -> np.ndarray:
    """What a rule says of each product: whether it is left out, or the number in a column."""
    return rule.formula(t) if rule.formula is not None else np.zeros(len(t), bool)


RIGHT_COLUMNS = ("wi", "wj", "wk", "xn", "xc", "bi", "bj", "bk", *READ)


def right(total: Sum) -> Description:
    """The right description of a sum."""
    columns: dict[str, Line | Rule | None] = {c: WHICH[c][0] for c in RIGHT_COLUMNS if c in total.columns}
    if "y" in total.columns:
        columns |= {"y": lines(0)[0], "z": lines(1)[0]}
    return Description(total, columns)
