"""Which image, filter, channel, place and bias a product takes: what is right, and what people write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

import numpy as np

from .rules import EVERY, RIGHT, Formula, Rule
from .table import Table


def _which(
    thing: str, right: str, size: str, others: Sequence[str], advice: str, all_of: str
) -> tuple[Rule, ...]:
    return (
        Rule(RIGHT, "", attrgetter(right)),
        Rule(f"always the first {thing}", advice, lambda t: 0 * getattr(t, right)),
        Rule(f"always the last {thing}", advice, lambda t: getattr(t, size) - 1),
        Rule(f"the {thing}s in reversed order", advice, lambda t: getattr(t, size) - 1 - getattr(t, right)),
        *(Rule(f"{thing} number {o}, where {right} belongs", advice, attrgetter(o)) for o in others),
        Rule(all_of, advice, EVERY),
    )  # fmt: skip


IMAGES = "Image n of the result belongs to image n of the input, and to no other."
FILTERS = "Filter w[k] and bias b[k] belong to channel k of the output, and to no other."
CHANNELS = "A weight w[k, c] meets the pixels of channel c, and of no other."
TAKES = (
    "Weight (c, fh, fw) of a filter meets row (c, fh, fw) of the matrix, and window (n, i, j) is its column."
)
FOUR = "np.pad(x, pad) pads all four axes. Images and channels get (0, 0), rows and columns (pad, pad)."

# Channels and filters that are shared out among groups

GROUPS = (
    "Group g has the C / groups channels from number g * C / groups on, and the K / groups filters and "
    "biases from number g * K / groups on."
)


def _group(t: Table) -> np.ndarray:
    """The group of each output's channel k."""
    return t.k * t.groups // t.K


def _channel(t: Table) -> np.ndarray:
    """The channel that weight c of a filter meets; without groups it is c."""
    return t.c + _group(t) * t.CG if "k" in t.columns else t.c


JOINED = "the outputs of the groups joined along the images"
ALONG = "The axis of channels is axis 1: (N, K, OH, OW)."

CHANNELS_OF_GROUPS = (
    Rule(RIGHT, "", lambda t: t.c + t.wk * t.groups // t.K * t.CG),  # the filter itself may be a wrong one
    Rule("every group sees the channels of the first", GROUPS, lambda t: t.c),
    Rule("every group sees the channels of the last", GROUPS, lambda t: t.C - t.CG + t.c),
    Rule("channels dealt out like cards", GROUPS, lambda t: t.c * t.groups + _group(t)),
    Rule("the channels from number g on for group g", GROUPS, lambda t: t.c + _group(t)),
    Rule("the channels from number k on for filter k", GROUPS, lambda t: t.c + t.k),
    Rule("the channels from number g * K / groups on for group g", GROUPS,
         lambda t: t.c + _group(t) * t.K // t.groups),
    Rule("the channels of group k % groups for filter k", GROUPS, lambda t: t.c + t.k % t.groups * t.CG),
    Rule("the channels of the groups in the opposite order", GROUPS,
         lambda t: t.c + (t.groups - 1 - _group(t)) * t.CG),
    Rule("channel k % C under all weights of filter k", GROUPS, lambda t: t.k % t.C),
    Rule("the channels of group k // (C / groups) for filter k", GROUPS, lambda t: t.c + t.k // t.CG * t.CG),
    Rule("every filter sees the channels of all groups", GROUPS, EVERY),
    Rule(JOINED, ALONG, lambda t: t.c + t.n // t.N * t.CG),
    Rule("the channels in reversed order", GROUPS, lambda t: t.C - 1 - _channel(t)),
)  # fmt: skip


def _filters_of_groups(things: str) -> Iterator[Rule]:
    """Filters, or biases, of other groups."""
    rules: Mapping[str, Formula] = {
        f"every group uses the {things} of the first": lambda t: t.k % (t.K // t.groups),
        f"every group uses the {things} of the last": lambda t: (
            (t.groups - 1) * t.K // t.groups + t.k % (t.K // t.groups)
        ),
        f"the {things} of the groups in the opposite order": lambda t: (
            (t.groups - 1 - _group(t)) * (t.K // t.groups) + t.k % (t.K // t.groups)
        ),
        f"number g of the {things} for all of group g": _group,
        f"number k % groups of the {things}, where k belongs": lambda t: t.k % t.groups,
        f"number (k % (K / groups)) * groups + g of the {things}, where k belongs": lambda t: (
            t.k % (t.K // t.groups) * t.groups + _group(t)
        ),
        f"number (k % groups) * (K / groups) + k // groups of the {things}, where k belongs": lambda t: (
            t.k % t.groups * (t.K // t.groups) + t.k // t.groups
        ),
    }
    yield from (Rule(name, GROUPS, formula) for name, formula in rules.items())
    yield Rule(f"the {things} of all groups together", GROUPS, EVERY)
    yield Rule(JOINED, ALONG, lambda t: t.k + t.n // t.N * (t.K // t.groups), joint=things == "filters")


# A filter for each place

PLACES = "Place (i, j) has filters of its own, w[i, j], and biases of its own, b[i, j]."


def _of_places(axis: int, things: str) -> tuple[Rule, ...]:
    """The row or column of the place whose filters, or biases, an output takes."""
    mine, other, size = ("i", "j", "OH") if axis == 0 else ("j", "i", "OW")
    row = ("row", "column")[axis]

    def numbered(number: Formula) -> Formula:
        """The place with a number among all places; beyond the last they are counted around."""
        return lambda t: ((number(t) % (t.OH * t.OW)) // t.OW, number(t) % (t.OH * t.OW) % t.OW)[axis]

    return (
        Rule(RIGHT, "", attrgetter(mine)),
        Rule(f"{things} of {row} 0 of places, where {row} {mine} belongs", PLACES,
             lambda t: 0 * getattr(t, mine)),
        Rule(f"{things} of the last {row} of places, where {row} {mine} belongs", PLACES,
             lambda t: getattr(t, size) - 1),
        Rule(f"{things} of {row} {size} - 1 - {mine} of places, where {row} {mine} belongs", PLACES,
             lambda t: getattr(t, size) - 1 - getattr(t, mine)),
        Rule(f"{things} of place (j, i), where (i, j) belongs", PLACES, attrgetter(other), joint=True),
        Rule(f"{things} of place number j * OH + i, where i * OW + j belongs", PLACES,
             numbered(lambda t: t.j * t.OH + t.i), joint=True),
        Rule(f"{things} of place number i * OH + j, where i * OW + j belongs", PLACES,
             numbered(lambda t: t.i * t.OH + t.j), joint=True),
        Rule(f"{things} of place number j * OW + i, where i * OW + j belongs", PLACES,
             numbered(lambda t: t.j * t.OW + t.i), joint=True),
        Rule(f"{things} of place number i + j, where i * OW + j belongs", PLACES,
             numbered(lambda t: t.i + t.j), joint=True),
        Rule(f"{things} of place (i * stride, j * stride), counted around, where (i, j) belongs", PLACES,
             lambda t: getattr(t, mine) * t.stride % getattr(t, size), joint=True),
        Rule(f"{things} of place (i * stride, j * stride), or the last, where (i, j) belongs", PLACES,
             lambda t: np.minimum(getattr(t, mine) * t.stride, getattr(t, size) - 1), joint=True),
        Rule(f"{things} of all places together", PLACES, EVERY),
    )  # fmt: skip


WHICH: Mapping[str, tuple[Rule, ...]] = {
    "xn": (
        *_which("image", "n", "N", ("k", "c"), IMAGES, "every image mixed with every other"),
        Rule("padded along the images as well", FOUR, lambda t: t.n - t.pad),
    ),
    "wk": _which("filter", "k", "K", ("n", "c"), FILTERS, "every filter mixed with every other"),
    "xc": (
        Rule(RIGHT, "", _channel),
        *_which("channel", "c", "C", ("k", "n"), CHANNELS, "every channel mixed with every other")[1:],
        Rule("padded along the channels as well", FOUR, lambda t: t.c - t.pad),
    ),
    **{
        column: _which(thing, right, size, others, TAKES, f"every {thing} with every other")
        for column, thing, right, size, others in (
            ("rc", "channel", "c", "C", ()),
            ("rp", "row of the window", "p", "FH", ("q",)),
            ("rq", "column of the window", "q", "FW", ("p",)),
            ("mn", "image", "n", "N", ()),
            ("mi", "row of windows", "i", "OH", ("j",)),
            ("mj", "column of windows", "j", "OW", ("i",)),
        )
    },
    "bk": _which(
        "filter's bias",
        "k",
        "K",
        ("n", "j", "i"),
        FILTERS,
        "the biases of all filters in each",
    ),
    "wi": _of_places(0, "filters"),
    "wj": _of_places(1, "filters"),
    "bi": _of_places(0, "biases"),
    "bj": _of_places(1, "biases"),
}
"""For each of these columns, what it may be."""

WHICH_OF_GROUPS: Mapping[str, tuple[Rule, ...]] = {
    "wk": tuple(_filters_of_groups("filters")),
    "xc": CHANNELS_OF_GROUPS,
    "bk": tuple(_filters_of_groups("biases")),
    "xn": (Rule(JOINED, ALONG, lambda t: t.n % t.N, joint=True),),
}
"""What they may be besides where there are groups."""


def menu(t: Table, column: str) -> tuple[Rule, ...]:
    """What a column of this table may be, the right rule first."""
    right, *others = WHICH[column]
    of_groups = WHICH_OF_GROUPS.get(column, ()) if any(g.groups > 1 for g in t.geometries) else ()
    return (right, *of_groups, *others)
