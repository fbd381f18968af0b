"""When an answer raises an error: the simplest condition on the sizes that is true exactly where it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from .geometry import Geometry

if TYPE_CHECKING:
    from ..run_answer import Outcome

CONDITIONS: Mapping[str, Callable[[Geometry], bool]] = {
    "without padding": lambda g: g.pad == 0,
    "with padding": lambda g: g.pad > 0,
    "at a stride above 1": lambda g: g.stride > 1,
    "at a dilation above 1": lambda g: g.dilation > 1,
    "for filters that are not square": lambda g: g.FH != g.FW,
    "for images that are not square": lambda g: g.H != g.W,
    "where the output is not square": lambda g: g.OH != g.OW,
    "where the output is wider than high": lambda g: g.OW > g.OH,
    "where the output is higher than wide": lambda g: g.OH > g.OW,
    "with filters wider than high": lambda g: g.FW > g.FH,
    "with filters higher than wide": lambda g: g.FH > g.FW,
    "with images wider than high": lambda g: g.W > g.H,
    "with images higher than wide": lambda g: g.H > g.W,
    "with images larger than one pixel": lambda g: g.H * g.W > 1,
    "where the padding, counted twice, gives more windows": lambda g: (
        (g.H + 4 * g.pad - g.FH) // g.stride + 1 > g.OH or (g.W + 4 * g.pad - g.FW) // g.stride + 1 > g.OW
    ),
    "where OW windows do not fit below each other, or OH side by side": lambda g: (
        (g.OW - 1) * g.stride + g.FH > g.H + 2 * g.pad or (g.OH - 1) * g.stride + g.FW > g.W + 2 * g.pad
    ),
    "with several columns of pixels": lambda g: g.W > 1,
    "with several rows of pixels": lambda g: g.H > 1,
    "where x is a matrix, (N, D)": lambda g: g.rows,
    "where x has four axes": lambda g: not g.rows,
    "with several groups": lambda g: g.groups > 1,
    "with several groups, unless there are as many filters as channels": lambda g: (
        g.groups > 1 and g.K != g.C
    ),
    "with several images": lambda g: g.N > 1,
    "with several channels": lambda g: g.C > 1,
    "with several filters": lambda g: g.K > 1,
    "where there are not as many filters as channels": lambda g: g.K != g.C,
    "where there are more filters than channels": lambda g: g.K > g.C,
    "where there are more channels than filters": lambda g: g.C > g.K,
    "where there are not as many images as filters": lambda g: g.N != g.K,
    "where there are more images than filters": lambda g: g.N > g.K,
    "where the filter is larger than the image": lambda g: g.FH > g.H or g.FW > g.W,
    "with filters larger than 1x1": lambda g: g.FH * g.FW > 1,
    "where windows overlap": lambda g: g.stride < max(g.RH, g.RW),
    "where the output is smaller than the image": lambda g: g.OH < g.H or g.OW < g.W,
    "where the output is larger than the image": lambda g: g.OH > g.H or g.OW > g.W,
    "where the output and the image differ in size": lambda g: (g.OH, g.OW) != (g.H, g.W),
    "where the stride is not the height of the window": lambda g: g.stride != g.FH,
    "where pad is not (F - 1) / 2": lambda g: 2 * g.pad != g.FH - 1 or 2 * g.pad != g.FW - 1,
    "unless the stride divides H - FH + pad and W - FW + pad": lambda g: (
        (g.H - g.FH + g.pad) % g.stride > 0 or (g.W - g.FW + g.pad) % g.stride > 0
    ),
    "unless the stride divides H - FH and W - FW": lambda g: (
        (g.H - g.FH) % g.stride > 0 or (g.W - g.FW) % g.stride > 0
    ),
    "unless the stride divides H - FH + 2 pad and W - FW + 2 pad": lambda g: (
        (g.H - g.FH + 2 * g.pad) % g.stride > 0 or (g.W - g.FW + 2 * g.pad) % g.stride > 0
    ),
    "unless the stride divides H - FW + 2 pad and W - FH + 2 pad": lambda g: (
        (g.H - g.FW + 2 * g.pad) % g.stride > 0 or (g.W - g.FH + 2 * g.pad) % g.stride > 0
    ),
    "unless the stride divides H - FH + 2 pad": lambda g: (g.H - g.FH + 2 * g.pad) % g.stride > 0,
    "unless the stride divides W - FW + 2 pad": lambda g: (g.W - g.FW + 2 * g.pad) % g.stride > 0,
    "unless the stride divides W - FH + 2 pad": lambda g: (g.W - g.FH + 2 * g.pad) % g.stride > 0,
    "unless the stride divides H - FW + 2 pad": lambda g: (g.H - g.FW + 2 * g.pad) % g.stride > 0,
    "unless H - FH + 2 pad and W - FW + 2 pad are even": lambda g: (
        (g.H - g.FH + 2 * g.pad) % 2 > 0 or (g.W - g.FW + 2 * g.pad) % 2 > 0
    ),
    "unless windows lie side by side, as high and as wide as the stride": lambda g: (
        (g.stride, g.stride) != (g.FH, g.FW)
    ),
    "where stride 1 would give another number of windows": lambda g: (
        (g.H + 2 * g.pad - g.FH + 1, g.W + 2 * g.pad - g.FW + 1) != (g.OH, g.OW)
    ),
    "where the window is wider than the image is high, or higher than it is wide": lambda g: (
        g.H + 2 * g.pad < g.FW or g.W + 2 * g.pad < g.FH
    ),
    "where the window is higher than the image is wide": lambda g: g.W + 2 * g.pad < g.FH,
    "where the window is wider than the image is high": lambda g: g.H + 2 * g.pad < g.FW,
    "where the padding is larger than FH - 1": lambda g: g.pad > g.FH - 1,
    "where the padding is larger than FW - 1": lambda g: g.pad > g.FW - 1,
    "with filters that have an even side": lambda g: g.FH % 2 == 0 or g.FW % 2 == 0,
}  # fmt: skip


def advice(kinds: Sequence[str]) -> str:
    """What to look at if errors of these kinds come under one condition; the report shows the error."""
    ends = " or ".join(dict.fromkeys(kinds))
    return f"There, and nowhere else, your function ends in {ends}: ask what is special about these sizes."


ONCE, SEVERAL, OFTEN, MANY = 2, 3, 6, 20
"""At so many geometries, at least, must one condition be true (and false), one for each kind of error, either
of two conditions, and both together: at 11, that was seen to be an accident."""


Raised = Sequence[tuple[Geometry, str]]
"""For each geometry the kind of error that came there; empty if there was a result."""


def kind(outcome: Outcome) -> str:
    """The kind of an error: its type and its message without the numbers in it; NumPy has two of shapes."""
    message = "broadcast" if "broadcast" in outcome.message else outcome.message
    return outcome.raised and f"{outcome.raised} {re.sub(r'(?<!axis )[0-9]+', '', message)}"


def condition(raised: Raised) -> str:
    """The simplest condition that is true exactly where there is an error; empty if there is none."""
    return ", or ".join(conditions(raised))


Truth = Sequence[tuple[str, list[bool]]]
"""Conditions in words, each with its truth at every geometry."""


def conditions(raised: Raised, more: Truth = (), last: Truth = ()) -> tuple[str, ...]:
    """The conditions of which one is true exactly where there is an error; none if there are no such.

    `more` holds further conditions that are tried first, `last` some that are tried after all others. A
    condition that is seldom true, or seldom false, may be an accident; two conditions together may be so
    sooner than one.
    """
    wanted = [bool(what) for _, what in raised]
    rarer = min(sum(wanted), len(wanted) - sum(wanted))
    if rarer < ONCE:
        return ()
    truth = [(words, [holds(g) for g, _ in raised]) for words, holds in CONDITIONS.items()]
    padded = [g.pad > 0 for g, _ in raised]  # there windows reach beyond the image; "with padding" says it
    menu = (*(one for one in more if one[1] != padded), *truth, *last)
    for words, here in menu:
        if here == wanted:
            return (words,)
    if found := _of_each_kind([what for _, what in raised], menu):
        return found
    if rarer < OFTEN:
        return ()
    all_wanted = _bits(wanted)
    for (one, first), (two, second) in combinations([(words, _bits(here)) for words, here in menu], 2):
        if first | second == all_wanted:
            return one, two
    if rarer < MANY:
        return ()
    for (one, first), (two, second) in combinations([(words, _bits(here)) for words, here in truth], 2):
        if first & second == all_wanted:
            return (f"{one} and {two}",)
    return ()


def _bits(flags: Sequence[bool]) -> int:
    """Truth values as the digits of one number, so that two rows of them are compared at once."""
    return sum(1 << place for place, flag in enumerate(flags) if flag)


def _of_each_kind(kinds: Sequence[str], menu: Sequence[tuple[str, list[bool]]]) -> tuple[str, ...]:
    """One condition for each kind of error: true where it comes, and false where there is a result.

    Where another error came first, nobody knows whether this one would have come.
    """
    found = []
    for this in dict.fromkeys(filter(None, kinds)):
        here = [n for n, what in enumerate(kinds) if what == this]
        fine = [n for n, what in enumerate(kinds) if not what]
        if min(len(here), len(fine)) < SEVERAL:
            return ()
        words = next(
            (w for w, true in menu if all(true[n] for n in here) and not any(true[n] for n in fine)), ""
        )
        if not words:
            return ()
        found.append(words)
    return tuple(dict.fromkeys(found))
