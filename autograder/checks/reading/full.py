"""The size of a dx that is made as a full convolution: filters slide over dout, and the padding is cut off.

dout is spread out with zeros between its values, has zeros around it, and what filters give there is cut at
both ends. Each of the three may be wrong, and decides how large dx is and where its pixels lie.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from .geometry import Geometry

Size = Callable[[Geometry], int]


@dataclass(frozen=True)
class Cause:
    """What may be wrong with one of the three: the fault, {where} for the axis, and what to look at."""

    name: str
    advice: str


@dataclass(frozen=True)
class Full:
    """One way to make dx along an axis: the causes of a wrong size, the size, and where pixels lie then.

    Pixel y of dx gets the product of output i and weight p if y = step * i + p + start. `said` has the size
    in words, for a result of which no more is known. `between` says whether the zeros between values are
    wrong, and `alone` whether nothing else is.
    """

    said: str
    causes: tuple[Cause, ...]
    size: Size
    step: str
    start: Size
    between: bool
    alone: bool


BETWEEN = "Neighbouring outputs stand `stride` pixels apart: stride - 1 zeros fit between their gradients."
AROUND = "The filter may reach over the edge of dout until only one weight touches it: {} zeros on each side."
CUT = "dx of the padded image has `pad` rows and columns too many on each side: keep pad to pad + H, pad + W."


def fulls(name: str, spread: bool = False) -> Iterator[Full]:
    """All wrong ways, along the axis of this size, H or W; those with one wrong piece first."""
    rows, out, F, other = ("rows", "OH", "FH", "FW") if name == "H" else ("columns", "OW", "FW", "FH")

    def of(size: str) -> Size:
        return lambda g: int(getattr(g, size))

    O, weights, filters = of(out), of(F), of(F.replace("F", "R"))  # noqa: E741
    gaps_too = f"({F} - 1) * dilation" if spread else f"{F} - 1"
    around_it = AROUND.format("(F - 1) * dilation" if spread else "F - 1")
    between: Sequence[tuple[str, str, Size, str]] = (
        ("", "", lambda g: (O(g) - 1) * g.stride + 1, "stride"),
        ("no zeros in dout", "no zeros between the values of dout", O, "1"),
        ("stride zeros, one too many, in dout", "one zero too many between the values of dout",
         lambda g: (O(g) - 1) * (g.stride + 1) + 1, "stride + 1"),
        ("zeros after the last value of dout", "zeros after the last value of dout",
         lambda g: O(g) * g.stride, "stride"),
        ("dout spread twice by the stride", "the values of dout stride * stride apart",
         lambda g: (O(g) - 1) * g.stride**2 + 1, "stride ** 2"),
        ("dout taken in steps of the stride", "dout taken in steps of the stride",
         lambda g: -(-O(g) // g.stride), "1 / stride"),
    )  # fmt: skip
    around: Mapping[str, Size] = {
        gaps_too: lambda g: filters(g) - 1,
        "0": lambda g: 0,
        "pad": lambda g: g.pad,
        F: weights,
        f"{F} - pad": lambda g: weights(g) - g.pad,
        f"{other} - 1": lambda g: int(getattr(g, other)) - 1,
        f"({F} - 1) // 2": lambda g: (weights(g) - 1) // 2,
        **({f"{F} - 1": lambda g: weights(g) - 1} if spread else {}),
    }
    cut: Sequence[tuple[str, str, Size, Size | None]] = (
        ("", "", lambda g: g.pad, lambda g: g.pad),
        ("", "", lambda g: g.pad, None),
        (f"the padding is not cut off the {rows}", "the padding is not cut off, {where}",
         lambda g: 0, lambda g: 0),
        (f"no {rows} are left where pad = 0, as with [pad:-pad]",
         "nothing is left where pad = 0, as with [pad:-pad], {where}",
         lambda g: g.pad, lambda g: g.pad if g.pad else g.H + g.W + g.FH + g.FW + g.stride * 100),
        (f"pad of the {rows} are not cut off", "the padding is cut off at the beginning only {where}",
         lambda g: g.pad, lambda g: 0),
        (f"always one of the {rows} is cut off on each side", "always 1 is cut off on each side {where}",
         lambda g: 1, lambda g: 1),
        (f"one of the {rows} is cut off on each side wherever there is padding",
         "1 is cut off on each side {where} wherever there is padding",
         lambda g: min(g.pad, 1), lambda g: min(g.pad, 1)),
    )  # fmt: skip
    fewer = {"no zeros in dout", "dout taken in steps of the stride"}
    fewer |= {"0", "pad", f"{F} - 1", f"({F} - 1) // 2"} - {gaps_too}
    ways = sorted(
        product(enumerate(between), enumerate(around.items()), enumerate(cut)),
        key=lambda way: (way[0][0] > 0) + (way[1][0] > 0) + (way[2][0] > 1),
    )
    for (a, (gaps, cause, inner, step)), (b, (border, outer)), (_, (left, why, first, last)) in ways[2:]:
        if last is None and not fewer & {gaps, border}:
            continue  # as much is left as there should be
        causes = [Cause(cause + " {where}", BETWEEN)] if a else []
        causes += (
            [Cause(f"{border} zeros around dout {{where}}, where {gaps_too} belong", around_it)] if b else []
        )
        causes += [Cause(why, CUT)] if why else []
        said = [gaps] if a else []
        said += [f"{border} zeros around the {rows} of dout, where {gaps_too} belong"] if b else []
        said += ["padding that is not cut off" if left.startswith("the padding") else left] if why else []
        words = f"as many {rows} as with {', and '.join(said)}" if a or b else left
        size = _size(inner, outer, filters, first, last, of(name))
        alone = b == 0 and not why
        yield Full(words, tuple(causes), size, step, _start(outer, filters, first), a > 0, alone)


def _size(inner: Size, outer: Size, filters: Size, first: Size, last: Size | None, most: Size) -> Size:
    """How much is left of a full convolution; without `last`, at `most` so much is taken from `first` on."""

    def whole(g: Geometry) -> int:
        return inner(g) + 2 * outer(g) - filters(g) + 1 - first(g)

    if last is None:
        return lambda g: max(0, min(whole(g), most(g)))
    return lambda g: max(0, whole(g) - last(g))


def _start(outer: Size, filters: Size, first: Size) -> Size:
    return lambda g: outer(g) - (filters(g) - 1) - first(g)
