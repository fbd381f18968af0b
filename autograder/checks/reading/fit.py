"""Finding the description of a table: each column by itself, then what is missing, and the factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations

import numpy as np

from .description import Description, Sizes, right, right_sizes, said
from .layers import AXES, Sum
from .numbering import Numbering, numberings
from .rules import ABSENT, ADD, EVERY, FACTOR, NOTHING, ORDERS, Line, Rule, lines, overwritten
from .table import Table
from .which import menu


def _described(total: Sum, t: Table, sizes: Sizes) -> Description:
    wanted = right(total)
    columns: dict[str, Line | Rule | None] = {}
    for column in wanted.columns:
        columns[column] = _line(t, column) if column in "yz" else _which(t, column)
    for pair in (("wi", "wj"), ("bi", "bj"), ("xn", "wk")):
        if len({getattr(columns.get(column), "name", "") for column in pair}) > 1:
            columns |= {column: None for column in pair if getattr(columns.get(column), "joint", False)}
    missing = None
    if None not in columns.values():
        every, inside = replace(wanted, columns=columns, sizes=sizes).reached(t.geometries)
        mine, theirs = t.keys(total.columns), every.keys(total.columns)
        extra = len(np.unique(mine)) < len(mine) or not np.isin(mine, theirs[inside]).all()
        missing = None if extra else _missing(every, inside, ~np.isin(theirs, mine), total)
    if missing is None:
        columns = {column: _certain(t, column, rule) for column, rule in columns.items()}
    return Description(total, columns, missing, _factor(t), sizes=sizes)


def described(
    total: Sum, t: Table, sizes: Sizes = right_sizes, first: Sequence[Numbering] = ()
) -> Description:
    """The description of a table that was read; what cannot be said of it is None.

    If its places are numbered in another way, the ways of the other sums in `first` are the likeliest.
    """
    found = _described(total, t, sizes)
    if found.whole and (found.sensible or sizes is not right_sizes):
        return found
    other = _numbered(total, t, first) if sizes is right_sizes else None
    return found if other is None else other


def _numbered(total: Sum, t: Table, first: Sequence[Numbering]) -> Description | None:
    """The same with the places numbered in another way, if that explains the table."""
    mine = np.sort(t.keys(total.columns))
    some = t.take(np.arange(0, len(t), 1 + len(t) // 60))
    for numbering in (*first, *numberings(total)):
        if numbering.back is None:
            found = replace(right(total), numbering=numbering)
            theirs = np.sort(found.table(t.geometries).keys(total.columns))
            if np.array_equal(mine, theirs) and (t.factor == 1).all():
                return found
            continue
        if not _likely(some.with_columns(**numbering.back(some)), total):
            continue
        moved = t.with_columns(**numbering.back(t))
        if all(_line(moved, c, 40) for c in "yz" if c in total.columns):
            found = _described(total, moved, right_sizes)
            if found.whole and found.sensible:
                return replace(found, numbering=numbering)
    return None


def _likely(t: Table, total: Sum) -> bool:
    """Whether images, filters and channels are the right ones in some products."""
    columns = right(total).columns.items()
    rules = [(c, rule) for c, rule in columns if isinstance(rule, Rule) and rule.formula is not None]
    return all(np.array_equal(said(rule, t), t.columns[c]) for c, rule in rules)


def _certain(t: Table, column: str, rule: Line | Rule | None) -> Line | Rule | None:
    """The rule of one column, if the table leaves no choice: there is no whole description to prove it.

    That a column takes all its values is seen in the whole alone.
    """
    if isinstance(rule, Line):
        return rule if rule == lines(rule.axis)[0] or len(_fitting(t, column, rule)) == 1 else None
    if rule is None or rule.formula is EVERY:
        return None
    alike = [other for other in menu(t, column) if other.formula is not EVERY and _is(t, column, other)]
    return rule if rule == menu(t, column)[0] or len(alike) == 1 else None


def _fitting(t: Table, column: str, best: Line) -> list[Line]:
    """The rules that fit as well, but for those that are much further from what is right."""
    near = [line for line in lines(best.axis, t.spread) if line.cost <= best.cost + 1.0]
    return [line for line in near if np.array_equal(line(t), t.columns[column])]


def _line(t: Table, column: str, most: int | None = None) -> Line | None:
    """How the rows or columns of the pixels are found; only the first rules are tried if `most` is given."""
    axis = "yz".index(column)
    some = t.take(np.arange(0, len(t), 1 + len(t) // 60))
    for line in lines(axis, t.spread)[:most]:
        if np.array_equal(line(some), some.columns[column]) and np.array_equal(line(t), t.columns[column]):
            return line
    return None


def _which(t: Table, column: str) -> Rule | None:
    for rule in sorted(menu(t, column), key=lambda rule: rule.formula is EVERY):
        if rule.formula is EVERY or _is(t, column, rule):
            return rule
    return None


def _is(t: Table, column: str, rule: Rule) -> bool:
    """Whether a rule gives all numbers of a column."""
    try:
        return np.array_equal(said(rule, t), t.columns[column])
    except AttributeError:  # a column that this sum does not have
        return False


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


def _missing(every: Table, inside: np.ndarray, gone: np.ndarray, total: Sum) -> tuple[Rule, ...] | None:
    """The rules, as few as can be, that leave out exactly the products `inside` that are not there."""
    gone = gone[inside]
    if not gone.any():
        return ()
    if gone.all():
        return (NOTHING,)
    reasons: list[tuple[Rule, np.ndarray]] = []
    for rule in (*ABSENT, *_overwriting(total)):
        try:
            here = said(rule, every)[inside]
        except (AttributeError, KeyError):
            continue
        if here.any() and not (here & ~gone).any():
            reasons.append((rule, here))
    for rule, here in reasons:
        if np.array_equal(here, gone):
            return (rule,)
    for (one, here), (two, more) in combinations(reasons, 2):
        if np.array_equal(here | more, gone):
            return (one, two)
    found: list[Rule] = []
    left = gone.copy()
    while (
        reasons and left.any() and len(found) < MOST
    ):  # each time the rule that explains the most of what is left
        rule, here = max(reasons, key=lambda pair: int((pair[1] & left).sum()))
        if not (here & left).any():
            break
        found.append(rule)
        left &= ~here
    return None if left.any() else tuple(found)


def _overwriting(total: Sum) -> list[Rule]:
    result = AXES[total.part]
    return [
        Rule(name, ADD, partial(overwritten, order=order, result=result))
        for name, order in ORDERS.items()
        if set(order) - set(result) and set(order) <= set(total.columns)
    ]
