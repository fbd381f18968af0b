"""What can be said about a column of the table, about its factors, and about products that are missing.

A rule is a formula with words. Each list begins with what is right and goes on to what people write instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product as every
from typing import Any

import numpy as np

from .geometry import Geometry
from .table import Table

Formula = Callable[[Table], np.ndarray]


@dataclass(frozen=True)
class Rule:
    """A formula over a table of products, the name of the fault that it is, and what to look at.

    The right rule has no name. A rule without a formula is a column that takes all its values. One that is
    `joint` is said of two columns together, and is only true if it holds for both.
    """

    name: str
    advice: str
    formula: Formula | None
    joint: bool = False


EVERY = None
RIGHT = ""

# Rows and columns


@dataclass(frozen=True)
class Line:
    """How the pixels of a window are found along one axis: step * index + way * weight + start.

    Right is i * stride + p * dilation - pad along the rows. `border` says what happens beyond the edge of the
    image: right is "zeros", so that such products are not there.
    """

    axis: int
    step: str = "stride"
    other_index: bool = False
    way: str = "dilation"
    other_weight: bool = False
    start: str = "-pad"
    border: str = "zeros"

    @cached_property
    def cost(self) -> float:
        """How far it is from what is right."""
        menus = ((STEPS, self.step), (WAYS, self.way), (STARTS, self.start))
        found = sum(_cost(menu, name) for menu, name in menus) + 3 * (self.other_index + self.other_weight)
        return found + (0.5 if self.border in STRETCHED else _cost(BORDERS, self.border))

    def start_at(self, g: Geometry) -> int:
        """Where the first window begins at a geometry."""
        return int(STARTS[self.start](g, (g.FH, g.FW)[self.axis]))

    def unbounded(self, t: Table) -> np.ndarray:
        """The row or column of each product, as if the image had no edge."""
        a = self.axis
        index, weight = (t.i, t.j)[a ^ self.other_index], (t.p, t.q)[a ^ self.other_weight]
        F = (t.FH, t.FW)[a]
        start = STARTS[self.start](t, F)
        if self.way == "-dilation":
            start = start + ((t.FH, t.FW)[a ^ self.other_weight] - 1) * t.dilation
        return STEPS[self.step](t, a) * index + WAYS[self.way](t) * weight + start

    def __call__(self, t: Table) -> np.ndarray:
        """The row or column of each product; it may lie beyond the edge, where nothing is."""
        place, size = self.unbounded(t), (t.H, t.W)[self.axis]
        if self.border in STRETCHED:
            first = place - WAYS[self.way](t) * (t.p, t.q)[self.axis ^ self.other_weight]
            return np.where(first == STRETCHED[self.border](size, t.pad) - 1, first, place)
        return BORDERS[self.border](place, size)


STEPS: Mapping[str, Callable[[Table, int], np.ndarray]] = {
    "stride": lambda t, a: t.stride,
    "1": lambda t, a: 1 + 0 * t.stride,
    "F": lambda t, a: (t.FH, t.FW)[a],
    "stride ** 2": lambda t, a: t.stride**2,
    "0": lambda t, a: 0 * t.stride,
    "stride + 1": lambda t, a: t.stride + 1,
    "stride - 1": lambda t, a: t.stride - 1,
    "the other F": lambda t, a: (t.FW, t.FH)[a],
    "O": lambda t, a: (t.OH, t.OW)[a],
    "dilation": lambda t, a: t.dilation,
    "stride * dilation": lambda t, a: t.stride * t.dilation,
    "stride + dilation": lambda t, a: t.stride + t.dilation,
    "stride + dilation - 1": lambda t, a: t.stride + t.dilation - 1,
}
WAYS: Mapping[str, Formula] = {
    "dilation": lambda t: t.dilation,
    "-dilation": lambda t: -t.dilation,
    "stride": lambda t: t.stride,
    "0": lambda t: 0 * t.stride,
    "1": lambda t: 1 + 0 * t.stride,
    "dilation + 1": lambda t: t.dilation + 1,
    "dilation - 1": lambda t: t.dilation - 1,
    "max(dilation - 1, 1)": lambda t: np.maximum(t.dilation - 1, 1),
    "2 * dilation": lambda t: 2 * t.dilation,
    "dilation ** 2": lambda t: t.dilation**2,
    "stride * dilation": lambda t: t.stride * t.dilation,
}
STARTS: Mapping[str, Callable[[Any, Any], Any]] = {
    "-pad": lambda t, F: -t.pad,
    "0": lambda t, F: 0 * t.pad,
    "-2 pad": lambda t, F: -2 * t.pad,
    "+pad": lambda t, F: t.pad,
    "-1": lambda t, F: -1 + 0 * t.pad,
    "1": lambda t, F: 1 + 0 * t.pad,
    "1 - pad": lambda t, F: 1 - t.pad,
    "-pad - 1": lambda t, F: -t.pad - 1,
    "-(F - 1)": lambda t, F: 1 - F,
    "pad - (F - 1)": lambda t, F: t.pad - F + 1,
    "F - 1 - 2 pad": lambda t, F: F - 1 - 2 * t.pad,
    "-F // 2": lambda t, F: -(F // 2),
    "-(F - 1) // 2": lambda t, F: -((F - 1) // 2),
    "stride - 1 - pad": lambda t, F: t.stride - 1 - t.pad,
    "-pad * stride": lambda t, F: -t.pad * t.stride,
    "-1 - 2 pad": lambda t, F: -1 - 2 * t.pad,
    "F - 1": lambda t, F: F - 1,
    "-F": lambda t, F: -F,
    "-(F + 1) // 2": lambda t, F: -((F + 1) // 2),
    "-(K - 1) // 2": lambda t, F: -((t.K - 1) // 2),
    "-(F' - 1) // 2": lambda t, F: -((t.FH + t.FW - F - 1) // 2),
    "stride - pad": lambda t, F: t.stride - t.pad,
    "-(F - 1) - pad": lambda t, F: 1 - F - t.pad,
    "pad - F": lambda t, F: t.pad - F,
    "1 - 2 pad": lambda t, F: 1 - 2 * t.pad,
    "F' - F": lambda t, F: t.FH + t.FW - 2 * F,
    "F' - F - pad": lambda t, F: t.FH + t.FW - 2 * F - t.pad,
    "F' - F - 1": lambda t, F: t.FH + t.FW - 2 * F - 1,
    "-min(pad, 1)": lambda t, F: -np.minimum(t.pad, 1),
    "1 - min(pad, 1)": lambda t, F: 1 - np.minimum(t.pad, 1),
    "-F // 2 - pad": lambda t, F: (F - 1) // 2 - (F - 1) - t.pad,
    "stride - 1": lambda t, F: t.stride - 1,
    "-stride": lambda t, F: -t.stride,
    "-pad * dilation": lambda t, F: -t.pad * t.dilation,
    "dilation - 1 - pad": lambda t, F: t.dilation - 1 - t.pad,
    "1 - dilation - pad": lambda t, F: 1 - t.dilation - t.pad,
    "-F // 2 * dilation": lambda t, F: -(F // 2) * t.dilation,
    "-(F - 1) // 2 * dilation": lambda t, F: -((F - 1) // 2) * t.dilation,
    "(F - 1) * (1 - dilation) - pad": lambda t, F: (F - 1) * (1 - t.dilation) - t.pad,
}
SELDOM = tuple(STARTS)[21:]
"""Starts that are tried where nothing else is wrong with the rows or columns but their step and a flip."""

PADDED: Mapping[str, str] = {
    "0": "0", "1": "-1", "2 pad": "-2 pad", "F - 1": "-(F - 1)", "F": "-F", "F // 2": "-F // 2",
    "(F - 1) // 2": "-(F - 1) // 2", "(F + 1) // 2": "-(F + 1) // 2", "(K - 1) // 2": "-(K - 1) // 2",
    "pad + 1": "-pad - 1", "(F' - 1) // 2": "-(F' - 1) // 2", "stride": "-stride",
    "pad * dilation": "-pad * dilation",
}  # fmt: skip
"""Where windows begin with another padding."""


def _zeros(y: np.ndarray, size: np.ndarray) -> np.ndarray:
    return y


def _copies(y: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.minimum(np.maximum(y, 0), size - 1)


def _from_the_end(y: np.ndarray, size: np.ndarray) -> np.ndarray:
    return np.where((y < 0) & (y >= -size), y + size, y)


def _round(y: np.ndarray, size: np.ndarray) -> np.ndarray:
    return y % np.maximum(size, 1)


BORDERS: Mapping[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "zeros": _zeros,
    "copies": _copies,
    "from the end": _from_the_end,
    "round": _round,
}


STRETCHED: Mapping[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "stretched at the end of the padding": lambda size, pad: size + pad,
    "stretched at the end of the image": lambda size, pad: size,
}
"""A window that is cut to its first row or column: NumPy uses it for all rows or columns of the filter."""


FLIPPED = ("dilation", "-dilation")
DENSE = (tuple(STEPS)[:9], tuple(WAYS)[:4], tuple(start for start in STARTS if "dilation" not in start))
"""Steps, ways and starts that differ from each other where weights stand side by side, too."""


@lru_cache(maxsize=4)
def lines(axis: int, spread: bool = False) -> tuple[Line, ...]:
    """All ways to find rows or columns, the right one first, then by how far they are from it.

    Those for weights that are `spread` out come in only if there are such.
    """
    found = (
        Line(axis, step, turned, way, swapped, start, border)
        for step, turned, way, swapped, start, border in every(
            STEPS, (False, True), WAYS, (False, True), STARTS, (*BORDERS, *STRETCHED)
        )
        if (
            (border == "zeros" and (start not in SELDOM or (not turned and not swapped and way in FLIPPED)))
            or (not swapped and way == "dilation" and border in STRETCHED)
            or (not turned and step == "stride" and way == "dilation" and border in BORDERS)
        )
        and (
            (step in DENSE[0] and way in DENSE[1] and start in DENSE[2])
            or (spread and not turned and border == "zeros")
        )
    )
    return tuple(sorted(found, key=lambda line: line.cost))


def _cost(menu: Mapping[str, object], name: str) -> float:
    place = list(menu).index(name)
    return 0.0 if not place else 2.0 + place / 10


# Factors


def _windows(t: Table, axis: int) -> np.ndarray:
    """How many windows hold the row or column of each product."""
    pixel, F, count = ((t.y, t.FH, t.OH), (t.z, t.FW, t.OW))[axis]
    last = np.minimum((pixel + t.pad) // t.stride, count - 1)
    last = np.where(t.dilation > 1, np.nan, last)  # it may lie between the weights of a window
    return last - np.maximum(0, -((F - 1 - pixel - t.pad) // t.stride)) + 1


def _inverse(formula: Formula) -> Formula:
    return lambda t: 1.0 / formula(t)


def _real(formula: Formula) -> Formula:
    return lambda t: formula(t).astype(float)


FACTOR: tuple[Rule, ...] = (
    Rule(RIGHT, "", lambda t: 1.0 + 0 * t.N),
    Rule("the sign turned", "Look for a minus that does not belong there.", lambda t: -1.0 + 0 * t.N),
    *(
        Rule(f"divided by {words}", "A gradient or an output is a sum here, not a mean: do not divide.",
             _inverse(f))
        for words, f in {
            "the number of images": lambda t: t.N,
            "the number of channels": lambda t: t.C,
            "the number of filters": lambda t: t.K,
            "the size of the window, FH * FW": lambda t: t.FH * t.FW,
            "the number of weights of a filter, C * FH * FW": lambda t: t.C * t.FH * t.FW,
            "the number of outputs in an image, OH * OW": lambda t: t.OH * t.OW,
            "the number of outputs of a filter, N * OH * OW": lambda t: t.N * t.OH * t.OW,
            "2": lambda t: 2 + 0 * t.N,
            "the number of windows that hold the pixel": lambda t: _windows(t, 0) * _windows(t, 1),
        }.items()
    ),
    *(
        Rule(f"counted {words}", "Look at the loops around the line that adds: one of them is too many.",
             _real(f))
        for words, f in {
            "twice": lambda t: 2 + 0 * t.N,
            "once an image": lambda t: t.N,
            "once a channel": lambda t: t.C,
            "once a filter": lambda t: t.K,
            "once a weight of a filter": lambda t: t.C * t.FH * t.FW,
            "once a place of the window": lambda t: t.FH * t.FW,
            "once a row of the window": lambda t: t.FH,
            "once a column of the window": lambda t: t.FW,
            "once an output of an image": lambda t: t.OH * t.OW,
            "once an output of a filter": lambda t: t.N * t.OH * t.OW,
            "three times": lambda t: 3 + 0 * t.N,
        }.items()
    ),
)  # fmt: skip


# Products that are missing


THINGS = {
    "n": ("image", "N"), "k": ("filter", "K"), "c": ("channel", "C"),
    "i": ("row of outputs", "OH"), "j": ("column of outputs", "OW"),
    "p": ("row of the filters", "FH"), "q": ("column of the filters", "FW"),
}  # fmt: skip

LOOPS = "Look at where this loop begins and ends, and at the indentation of the lines in it and after it."
FLAT = (
    "OH and FH belong to the rows, OW and FW to the columns: look at which of them ends which loop or slice."
)


def _ends(name: str, size: str, thing: str) -> tuple[Rule, ...]:
    def column(t: Table) -> np.ndarray:
        return t.columns[name]

    def last(t: Table) -> np.ndarray:
        return getattr(t, size) - 1

    return (
        Rule(f"only the first {thing} counts", LOOPS, lambda t: column(t) > 0),
        Rule(f"only the last {thing} counts", LOOPS, lambda t: column(t) < last(t)),
        Rule(f"the last {thing} is left out", LOOPS, lambda t: column(t) == last(t)),
        Rule(f"the first {thing} is left out", LOOPS, lambda t: column(t) == 0),
    )


def _beyond(thing: str, name: str, size: str, number: str) -> Rule:
    return Rule(
        f"{thing} from number {number} on are left out", FLAT, lambda t: t.columns[name] >= getattr(t, size)
    )


NOTHING = Rule(
    "nothing arrives: all of it is zero",
    "Follow one number from the arguments to the result.",
    lambda t: t.N > 0,
)

CHANNELS = "A weight w[k, c] meets the pixels of one channel, and of no other."

ABSENT: tuple[Rule, ...] = (
    *(rule for name, (thing, size) in THINGS.items() for rule in _ends(name, size, thing)),
    Rule("zeros around the result: the padding is put there",
         "The zeros go around the input, before windows are cut out, not around the result.",
         lambda t: (t.i < t.pad) | (t.j < t.pad) | (t.i > (t.H - t.RH) // t.stride + t.pad)
         | (t.j > (t.W - t.RW) // t.stride + t.pad)),
    Rule("places of the result beyond OH and OW are never filled",
         "The result has OH rows and OW columns: look at the shape with which you make it.",
         lambda t: (t.i >= t.OH) | (t.j >= t.OW)),
    _beyond("columns of outputs", "j", "OH", "OH"),
    _beyond("rows of outputs", "i", "OW", "OW"),
    _beyond("columns of the filters", "q", "FH", "FH"),
    _beyond("rows of the filters", "p", "FW", "FW"),
    _beyond("filters", "k", "C", "C"),
    _beyond("channels", "c", "K", "K"),
    _beyond("images", "n", "K", "K"),
    _beyond("filters", "k", "N", "N"),
    _beyond("rows of the filters", "p", "stride", "stride"),
    _beyond("columns of the filters", "q", "stride", "stride"),
    _beyond("rows of the filters", "p", "K", "K"),
    _beyond("columns of the filters", "q", "K", "K"),
    Rule("loops that end where the unpadded image ends: its last rows of outputs are left out",
         "i counts the OH rows of the output, and OH counts the padding.",
         lambda t: t.i > (t.H - t.RH) // t.stride),
    Rule("loops that end where the unpadded image ends: its last columns of outputs are left out",
         "j counts the OW columns of the output, and OW counts the padding.",
         lambda t: t.j > (t.W - t.RW) // t.stride),
    Rule("rows of outputs whose window begins beyond the unpadded image are left out",
         "The windows go on to the end of the padded image.", lambda t: t.i * t.stride >= t.H),
    Rule("columns of outputs whose window begins beyond the unpadded image are left out",
         "The windows go on to the end of the padded image.", lambda t: t.j * t.stride >= t.W),
    Rule("i in steps of the stride: rows of outputs between are left out",
         "i and j number the outputs, one after the other: 0, 1, 2. The stride moves the window, i * stride.",
         lambda t: t.i % t.stride != 0),
    Rule("j in steps of the stride: columns of outputs between are left out",
         "i and j number the outputs, one after the other: 0, 1, 2. The stride moves the window, i * stride.",
         lambda t: t.j % t.stride != 0),
    Rule("the last row of outputs is left out at a stride above 1", LOOPS,
         lambda t: (t.i == t.OH - 1) & (t.stride > 1)),
    Rule("the last column of outputs is left out at a stride above 1", LOOPS,
         lambda t: (t.j == t.OW - 1) & (t.stride > 1)),
    Rule("windows that overlap the padding at the top or on the left are left out",
         "Only the products with the padding are zero; the rest of such a window counts.",
         lambda t: (t.i * t.stride < t.pad) | (t.j * t.stride < t.pad)),
    Rule("weight c of a filter meets channel c of each group, and no other", CHANNELS,
         lambda t: (t.xc - t.c) % t.CG != 0),
    Rule("the groups after the first are left out", LOOPS, lambda t: t.k >= t.K // t.groups),
    Rule("output k adds up the outputs number k of all groups",
         "Groups do not meet: each makes channels of its own.",
         lambda t: (t.k - (t.wk if "wk" in t.columns else t.bk)) % (t.K // t.groups) != 0),
    Rule("only the first ceil(OH / stride) rows of outputs count",
         "i counts the OH rows of the output, whatever the stride.",
         lambda t: t.i >= -(-t.OH // t.stride)),
    Rule("only the first ceil(OW / stride) columns of outputs count",
         "j counts the OW columns of the output, whatever the stride.",
         lambda t: t.j >= -(-t.OW // t.stride)),
)  # fmt: skip


# Products that are overwritten


ADD = (
    "Each product is added to what is there: look at = where += belongs, and at where the sum is set to zero."
)

ORDERS: Mapping[str, tuple[str, ...]] = {
    "each output overwrites what earlier outputs sent to the same place": ("n", "k", "i", "j"),
    "each window overwrites what earlier windows sent to the same place": ("i", "j"),
    "each weight overwrites what the weights before it sent to the same place": ("p", "q"),
    "each filter overwrites what the filters before it sent to the same place": ("k",),
    "each image overwrites what the images before it sent to the same place": ("n",),
    "each channel overwrites what the channels before it sent to the same place": ("c",),
    "each row of windows overwrites the one before": ("i",),
    "each column of windows overwrites the one before": ("j",),
    "each row of weights overwrites the one before": ("p",),
    "each column of weights overwrites the one before": ("q",),
    "each product overwrites the one before": ("c", "p", "q"),
    "only the last product of each place is kept": ("n", "k", "i", "j", "c", "p", "q"),
    "each window overwrites what earlier windows sent to the same place, filter by filter": ("i", "j", "k"),
    "each filter and window overwrites those before it": ("k", "i", "j"),
    "each image and window overwrites those before it": ("n", "i", "j"),
}
"""Orders of loops in which the last one that reaches a place may win."""


def overwritten(t: Table, order: tuple[str, ...], result: tuple[str, ...]) -> np.ndarray:
    """Which products are lost where only the last one in this order of loops is kept, at each place."""
    key = np.zeros(len(t), np.int64)
    for name in order:
        key = key * 64 + t.columns[name]
    _, place = np.unique(t.keys(result), return_inverse=True)
    latest = np.full(place.max(initial=-1) + 1, -1, np.int64)
    np.maximum.at(latest, place, key)
    return key < latest[place]
