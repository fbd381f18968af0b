"""Finding the description of a table: each column by itself, then what is missing, and the factor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import combinations

import numpy as np

from .geometry import Geometry
from .layers import AXES, SIZE, Sum
from .numbering import Numbering, numberings
from .rules import ABSENT, ADD, EVERY, FACTOR, ORDERS, WHICH, Line, Rule, lines, overwritten
from .table import Table, joined

Sizes = Callable[[Geometry, str], int]
"""How far the numbers in a column go at a geometry; other than right where a result has a wrong size."""


def right_sizes(g: Geometry, column: str) -> int:
    """The right sizes."""
    return int(getattr(g, SIZE[column]))


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

    def table(self, geometries: Sequence[Geometry], all_of_them: bool = False) -> Table:
        """The products at these geometries, without those that are missing, unless asked for all of them."""
        rules = {name: rule for name, rule in self.columns.items() if rule is not None}
        loops = [c for c in self.total.columns if getattr(rules.get(c), "formula", rules.get(c)) is EVERY]
        pieces = []
        for number, g in enumerate(geometries):
            grid = np.indices([max(0, self.sizes(g, c)) for c in loops]).reshape(len(loops), -1).T
            pieces.append((number, grid, np.ones(len(grid))))
        t = joined(geometries, loops, pieces)
        for column in (c for c in self.total.columns if c not in loops):
            rule = rules[column]
            t = t.with_columns(**{column: (rule if isinstance(rule, Line) else rule.formula)(t)})  # type: ignore[misc]
            sizes = np.array([self.sizes(g, column) for g in geometries], int)[t.geometry]
            t = t.take((t.columns[column] >= 0) & (t.columns[column] < sizes))
        t = t.with_columns(**{column: t.columns[column] for column in self.total.columns})
        if not all_of_them and len(t):
            if self.missing:
                t = t.take(~np.logical_or.reduce([_of(rule, t) for rule in self.missing]))
            if self.factor is not None and self.factor.formula is not None and len(t):
                t = replace(t, factor=self.factor.formula(t))
        return self._renumbered(t) if self.numbering is not None and not all_of_them else t

    def _renumbered(self, t: Table) -> Table:
        """The products at the places where the numbering puts them; of a result, the last at each place."""
        assert self.numbering is not None
        array, moved = self.numbering.array, t.with_columns(**self.numbering.forth(t))
        inside = [(moved.columns[c] >= 0) & (moved.columns[c] < getattr(t, SIZE[c])) for c in AXES[array]]
        moved = moved.take(np.logical_and.reduce(inside))
        if array == self.total.part and self.numbering.back is None and len(moved):
            _, last = np.unique(moved.keys(AXES[array])[::-1], return_index=True)
            moved = moved.take(np.sort(len(moved) - 1 - last))
        return moved


RIGHT_COLUMNS = ("wk", "xn", "xc", "bk")


def right(total: Sum) -> Description:
    """The right description of a sum."""
    columns: dict[str, Line | Rule | None] = {c: WHICH[c][0] for c in RIGHT_COLUMNS if c in total.columns}
    if "y" in total.columns:
        columns |= {"y": lines(0)[0], "z": lines(1)[0]}
    return Description(total, columns)


def _of(rule: Rule, t: Table) -> np.ndarray:
    return rule.formula(t) if rule.formula is not None else np.zeros(len(t), bool)


def _described(total: Sum, t: Table, sizes: Sizes) -> Description:
    wanted = right(total)
    columns: dict[str, Line | Rule | None] = {}
    for column in wanted.columns:
        columns[column] = _line(t, column) if column in "yz" else _which(t, column)
    missing = None
    if None not in columns.values():
        every = replace(wanted, columns=columns, sizes=sizes).table(t.geometries, all_of_them=True)
        mine, theirs = t.keys(total.columns), every.keys(total.columns)
        extra = len(np.unique(mine)) < len(mine) or not np.isin(mine, theirs).all()
        missing = None if extra else _missing(every, ~np.isin(theirs, mine), total)
    if missing is None:
        columns = {column: _certain(t, column, rule) for column, rule in columns.items()}
    return Description(total, columns, missing, _factor(t), sizes=sizes)


def described(total: Sum, t: Table, sizes: Sizes = right_sizes) -> Description:
    """The description of a table that was read; what cannot be said of it is None."""
    found = _described(total, t, sizes)
    if found.whole and (found.sensible or sizes is not right_sizes):
        return found
    other = _numbered(total, t) if sizes is right_sizes else None
    return found if other is None else other


def _numbered(total: Sum, t: Table) -> Description | None:
    """The same with the places numbered in another way, if that explains the table."""
    mine = np.sort(t.keys(total.columns))
    for numbering in numberings(total):
        if numbering.back is None:
            found = replace(right(total), numbering=numbering)
            theirs = np.sort(found.table(t.geometries).keys(total.columns))
            if np.array_equal(mine, theirs) and (t.factor == 1).all():
                return found
            continue
        moved = t.with_columns(**numbering.back(t))
        if all(_line(moved, c, 40) for c in "yz" if c in total.columns):
            found = _described(total, moved, right_sizes)
            if found.whole and found.sensible:
                return replace(found, numbering=numbering)
    return None


def _certain(t: Table, column: str, rule: Line | Rule | None) -> Line | Rule | None:
    """The rule of one column, if the table leaves no choice: there is no whole description to prove it.

    That a column takes all its values is seen in the whole alone.
    """
    if isinstance(rule, Line):
        return rule if rule == lines(rule.axis)[0] or len(_fitting(t, column, rule)) == 1 else None
    return None if rule is None or rule.formula is EVERY else rule


def _fitting(t: Table, column: str, best: Line) -> list[Line]:
    """The rules that fit as well, but for those that are much further from what is right."""
    menu = lines(best.axis)
    near = [line for line in menu if line.cost <= best.cost + 1.0]
    return [line for line in near if np.array_equal(line(t), t.columns[column])]


def _line(t: Table, column: str, most: int | None = None) -> Line | None:
    """How the rows or columns of the pixels are found; only the first rules are tried if `most` is given."""
    axis = "yz".index(column)
    some = t.take(np.arange(0, len(t), 1 + len(t) // 60))
    for line in lines(axis)[:most]:
        if np.array_equal(line(some), some.columns[column]) and np.array_equal(line(t), t.columns[column]):
            return line
    return None


def _which(t: Table, column: str) -> Rule | None:
    for rule in WHICH[column]:
        if rule.formula is EVERY:
            return rule
        try:
            if np.array_equal(rule.formula(t), t.columns[column]):
                return rule
        except AttributeError:  # a column that this sum does not have
            continue
    return None


def _factor(t: Table) -> Rule | None:
    for rule in FACTOR:
        try:
            if rule.formula is not None and np.allclose(rule.formula(t), t.factor, 1e-7, 0):
                return rule
        except AttributeError:  # a column that this sum does not have
            continue
    return None


MOST = 4
"""So many reasons, at most, may products have to be missing."""


def _missing(every: Table, gone: np.ndarray, total: Sum) -> tuple[Rule, ...] | None:
    """The rules, as few as can be, that leave out exactly the products that are not there."""
    if not gone.any():
        return ()
    menu: list[tuple[Rule, np.ndarray]] = []
    for rule in (*ABSENT, *_overwriting(total)):
        try:
            lost = _of(rule, every)
        except (AttributeError, KeyError):
            continue
        if lost.any() and not (lost & ~gone).any():
            menu.append((rule, lost))
    for rule, lost in menu:
        if np.array_equal(lost, gone):
            return (rule,)
    for (one, lost), (two, more) in combinations(menu, 2):
        if np.array_equal(lost | more, gone):
            return (one, two)
    found: list[Rule] = []
    left = gone.copy()
    while (
        menu and left.any() and len(found) < MOST
    ):  # each time the rule that explains the most of what is left
        rule, lost = max(menu, key=lambda pair: int((pair[1] & left).sum()))
        found.append(rule)
        left &= ~lost
    return None if left.any() else tuple(found)


def _overwriting(total: Sum) -> list[Rule]:
    result = AXES[total.part]
    return [
        Rule(name, ADD, partial(overwritten, order=order, result=result))
        for name, order in ORDERS.items()
        if set(order) - set(result) and set(order) <= set(total.columns)
    ]
