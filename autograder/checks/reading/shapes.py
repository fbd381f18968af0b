"""How large a result is, and in which order its axes are: a formula for each size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product
from math import prod

import numpy as np

from .full import Full, fulls
from .geometry import Geometry
from .layers import AXES, LETTERS, OTHER_FORMS, SIZE, Form, Layer

Shape = tuple[int, ...]
Size = Callable[[Geometry], int]
Seen = Sequence[tuple[Geometry, Shape]]


@dataclass(frozen=True)
class SizeRule:
    """How far the numbers in a column go if not as they should: the fault's name, and what to look at.

    `padding` is set if all of it could come from this padding in place of the right one. The size
    of a full convolution has its causes, too. `bare` is the formula where it may give less than nothing.
    """

    name: str
    advice: str
    formula: Size
    padding: str = ""
    full: Full | None = None
    bare: Size | None = None


@dataclass(frozen=True)
class Shaped:
    """The shape of a part: the order of its axes, and rules for those of its columns whose size is wrong.

    If its axes count other columns than they should, they are in `form`.
    """

    part: str
    order: tuple[int, ...]
    sizes: Mapping[str, SizeRule]
    form: Form = ()

    @property
    def in_order(self) -> bool:
        """Whether the axes are in their order."""
        return self.order == tuple(range(len(self.order)))

    @property
    def doubtful(self) -> bool:
        """Whether it is believed with the whole description only: axes are moved, and have wrong lengths."""
        return bool(self.sizes) and (bool(self.form) or not self.in_order)

    def size(self, g: Geometry, column: str) -> int:
        """How far the numbers in a column go at a geometry."""
        rule = self.sizes.get(column)
        if rule is None and g.only is not None and column in "ij":
            return 1
        return int(getattr(g, SIZE[column])) if rule is None else rule.formula(g)

    def of(self, layer: Layer, g: Geometry) -> Shape:
        """The shape that a result has, with its axes in the right order."""
        return tuple(
            prod(self.size(g, column) for column in axis) for axis in self.form or layer.axes(self.part)
        )

    def as_given(self, layer: Layer, g: Geometry) -> Shape:
        """The same with its axes in the order in which they come."""
        right, form = self.of(layer, g), self.form or layer.axes(self.part)
        return tuple(right[axis] for axis in self.order if not g.rows or form[axis] not in (("y",), ("z",)))

    def split(self, result: np.ndarray, layer: Layer, g: Geometry) -> np.ndarray:
        """A result with one axis a column, in the order of the part's columns."""
        columns = self._columns(layer)
        whole = result.transpose(np.argsort(self.order)).reshape([self.size(g, c) for c in columns])
        return whole.transpose([columns.index(c) for c in AXES[self.part]])

    def joined(self, whole: np.ndarray, layer: Layer, g: Geometry) -> np.ndarray:
        """The way back: a result with its own axes."""
        whole = whole.transpose([AXES[self.part].index(c) for c in self._columns(layer)])
        return whole.reshape(self.of(layer, g)).transpose(self.order).reshape(self.as_given(layer, g))

    def _columns(self, layer: Layer) -> list[str]:
        """The columns that the axes count, one after the other; those of a single entry come last."""
        counted = [column for axis in self.form or layer.axes(self.part) for column in axis]
        return counted + [column for column in AXES[self.part] if column not in counted]


def shaped(layer: Layer, part: str, seen: Seen) -> Shaped | None:
    """The simplest formulas that give all these shapes; None if there are none."""
    axes = layer.axes(part)
    for form in OTHER_FORMS.get(part, ()) if seen else ():
        other = Shaped(part, tuple(range(len(form))), {}, form)
        if form != axes and all(shape == other.of(layer, g) for g, shape in seen):
            return other
    if not seen:
        return None
    if any(len(shape) != len(axes) for _, shape in seen):
        return _moved(layer, part, seen)
    right = Shaped(part, tuple(range(len(axes))), {})
    wanted = [right.of(layer, g) for g, _ in seen]
    for order in permutations(range(len(axes))):
        if all(shape == tuple(w[a] for a in order) for (_, shape), w in zip(seen, wanted, strict=True)):
            return Shaped(part, order, {})
    found: dict[str, SizeRule] = {}
    alike = _alike(axes, seen)
    for number, axis in enumerate(axes):
        here = [(g, shape[number]) for g, shape in seen]
        own = {*axis} <= alike.keys()
        menu = [{c: alike[c] for c in axis}] if own else _changes(axis, _spread(seen))
        rules = next((r for r in menu if all(_length(axis, r, g) == n for g, n in here)), None)
        if rules is None:
            return _moved(layer, part, seen)
        found |= rules
    return Shaped(part, right.order, found)


def _moved(layer: Layer, part: str, seen: Seen) -> Shaped | None:
    """Axes that are moved or too many, with the same fault in the numbers of rows and of columns besides."""
    for form in (layer.axes(part), *OTHER_FORMS.get(part, ())):
        if any(len(shape) != len(form) for _, shape in seen):
            continue
        own = () if form == layer.axes(part) else form
        for order in permutations(range(len(form))):
            back = np.argsort(order)
            inner = [(g, tuple(shape[a] for a in back)) for g, shape in seen]
            moved = Shaped(part, order, _alike(form, inner), own)
            if moved.sizes and all(shape == moved.of(layer, g) for g, shape in inner):
                return moved
    return None


def _alike(axes: Form, seen: Seen) -> Mapping[str, SizeRule]:
    """The same fault in the numbers of rows and of columns, if both are wrong and one explains them."""
    for one, two in (("i", "j"), ("y", "z")):
        if (one,) in axes and (two,) in axes:
            lengths = [[(g, shape[axes.index((column,))]) for g, shape in seen] for column in (one, two)]
            if all(
                n == getattr(g, SIZE[c]) for c, here in zip((one, two), lengths, strict=True) for g, n in here
            ):
                continue
            for first, second in zip(*(rules(LETTERS[c], _spread(seen)) for c in (one, two)), strict=True):
                pairs = zip((first, second), lengths, strict=True)
                if all(rule.formula(g) == n for rule, here in pairs for g, n in here):
                    return {one: first, two: second}
    return {}


def _length(axis: Sequence[str], rules: Mapping[str, SizeRule], g: Geometry) -> int:
    return prod(rules[c].formula(g) if c in rules else int(getattr(g, SIZE[c])) for c in axis)


def _spread(seen: Seen) -> bool:
    """Whether weights stand further apart than pixels at some of these geometries."""
    return any(g.dilation > 1 for g, _ in seen)


def _changes(axis: Sequence[str], spread: bool) -> Iterator[Mapping[str, SizeRule]]:
    """What may be wrong with the length of an axis: nothing, one column, or rows and columns alike."""
    yield {}
    for column in axis:
        yield from ({column: rule} for rule in rules(LETTERS[column], spread))
    for one, two in (("i", "j"), ("y", "z"), ("p", "q")):
        if one in axis and two in axis:
            for first, second in zip(*(rules(LETTERS[c], spread) for c in (one, two)), strict=True):
                yield {one: first, two: second}


SIZES = ("H", "W", "C", "N", "K", "FH", "FW", "OH", "OW")


@lru_cache(maxsize=32)
def rules(name: str, spread: bool = False) -> tuple[SizeRule, ...]:
    """What a size may be instead; `name` is OH, OW, H, W, or another size of a geometry.

    More can go wrong with it where weights are `spread` out.
    """
    made = "Look at the shape with which you make the result, and at the loops that fill it."
    found: list[SizeRule] = []
    if name in ("OH", "OW"):
        found += _outputs(name, spread)
    if name in ("H", "W"):
        found += _images(name, spread)
    pairs = {"H": "W", "FH": "FW", "OH": "OW", "W": "H", "FW": "FH", "OW": "OH"}
    plain = sorted((n for n in SIZES if n != name), key=lambda n: n != pairs.get(name))
    found += [SizeRule(f"the length {n}, where {name} belongs", made, _size(n)) for n in plain]
    if name == "K":
        found.append(SizeRule("the length min(C, K), where K belongs", made, lambda g: min(g.C, g.K)))
        found.append(SizeRule("the length K / groups, where K belongs", made, lambda g: g.K // g.groups))
    if name == "N":
        found.append(SizeRule("the length N * groups, where N belongs", made, lambda g: g.N * g.groups))
    return (*found, SizeRule(f"the length 1, where {name} belongs", made, lambda g: 1))


def _size(name: str) -> Size:
    return lambda g: int(getattr(g, name))


def _reaches(F: str) -> Mapping[str, Size]:
    """Over how many rows or columns a window with gaps is taken to reach, the right one first."""

    def of(g: Geometry) -> int:
        return int(getattr(g, F))

    return {
        f"(({F} - 1) * dilation + 1)": lambda g: (of(g) - 1) * g.dilation + 1,
        F: of,
        f"{F} * dilation": lambda g: of(g) * g.dilation,
        f"({F} - 1) * dilation": lambda g: (of(g) - 1) * g.dilation,
        f"({F} + ({F} - 1) * dilation)": lambda g: of(g) + (of(g) - 1) * g.dilation,
        f"(({F} - 1) * (dilation - 1) + 1)": lambda g: (of(g) - 1) * (g.dilation - 1) + 1,
        f"({F} + dilation)": lambda g: of(g) + g.dilation,
        f"({F} + dilation - 1)": lambda g: of(g) + g.dilation - 1,
    }


def _outputs(name: str, spread: bool) -> Iterator[SizeRule]:
    """Other sizes of an output: (n + 2 pad - F) // stride + 1 with something else in some places."""
    n, F, other_n, other_F = ("H", "FH", "W", "FW") if name == "OH" else ("W", "FW", "H", "FH")
    lengths: dict[str, Size] = {f: _size(f) for f in (F, other_F, "K", "stride")}
    if spread:
        lengths = {**_reaches(F), next(iter(others := _reaches(other_F))): next(iter(others.values()))}
    reach, reaches = next(iter(lengths.items()))
    steps = {"stride": _size("stride"), "1": lambda g: 1, F: _size(F)}
    if spread:
        steps |= {"(stride * dilation)": lambda g: g.stride * g.dilation, "dilation": lambda g: g.dilation}
    advice = f"{name} is ({n} - {reach} + 2 pad) // stride + 1: compare yours with it, term by term."
    terms = (
        (n, other_n),
        tuple(lengths),
        (2, 1, 0, 4, 3),
        ((1, 0), (0, 1), (0, 0), (2, 0), (1, 1), (1, -1), (0, -1)),
        tuple(steps),
    )
    right = tuple(menu[0] for menu in terms)
    ways = sorted(product(*terms), key=lambda way: sum(a != b for a, b in zip(way, right, strict=True)))
    for image, filters, pads, (added, before), step in ways[1:]:
        padding = {0: "", 1: " + pad"}.get(pads, f" + {pads} pad")
        top = f"{image} - {filters}{padding}" + {0: "", 1: " + 1", -1: " - 1"}[before]
        words = (top if step == "1" else f"({top}) // {step}") + (f" + {added}" if added else "")
        alone = (image, filters, (added, before), step) == (n, reach, *right[3:])
        padding = {0: "0", 4: "2 pad"}.get(pads, "") if alone else ""
        bare = _output(_size(image), lengths[filters], pads, added, before, steps[step])
        yield SizeRule(f"{name} = {words}", advice, _none_below(bare), padding, bare=bare)
    yield SizeRule(
        f"{name} = ({n} + 2 pad) // stride", advice, lambda g: (getattr(g, n) + 2 * g.pad) // g.stride
    )
    yield SizeRule(
        f"{name} = ({n} - {reach}) // stride + 1 + 2 pad",
        advice,
        lambda g: (getattr(g, n) - reaches(g)) // g.stride + 1 + 2 * g.pad,
    )
    for padding, formula in {**PADDINGS, **(SPREAD if spread else {})}.items():
        for side, called in ((F, padding), (other_F, padding.replace("F", "F'"))):
            if side == F or "F" in padding:
                words = f"{name} with {padding.replace('F', side)} for pad"
                yield SizeRule(words, advice, _output_padded(n, reaches, formula, side), called)
    yield SizeRule(f"{name} = {n} // stride", advice, lambda g: getattr(g, n) // g.stride)
    yield SizeRule(f"{name} = {n} + 2 pad", advice, lambda g: getattr(g, n) + 2 * g.pad)


PADDINGS: Mapping[str, Callable[[Geometry, int], int]] = {
    "(F - 1) // 2": lambda g, F: (F - 1) // 2,
    "1": lambda g, F: 1,
    "F - 1": lambda g, F: F - 1,
    "F": lambda g, F: F,
    "F // 2": lambda g, F: F // 2,
    "(F + 1) // 2": lambda g, F: (F + 1) // 2,
    "(K - 1) // 2": lambda g, F: (g.K - 1) // 2,
    "pad + 1": lambda g, F: g.pad + 1,
    "stride": lambda g, F: g.stride,
}
SPREAD: Mapping[str, Callable[[Geometry, int], int]] = {"pad * dilation": lambda g, F: g.pad * g.dilation}
"""How far people pad whatever `pad` says; F is the filter's side along the axis."""


def _output_padded(image: str, reach: Size, padding: Callable[[Geometry, int], int], side: str) -> Size:
    """The size with another padding."""
    return lambda g: max(0, (getattr(g, image) - reach(g) + 2 * padding(g, getattr(g, side))) // g.stride + 1)


def _output(image: Size, reach: Size, pads: int, added: int, before: int, step: Size) -> Size:
    return lambda g: (image(g) - reach(g) + pads * g.pad + before) // step(g) + added


def _none_below(size: Size) -> Size:
    """The size, or nothing where it is negative."""
    return lambda g: max(0, size(g))


def _images(name: str, spread: bool) -> Iterator[SizeRule]:
    """Other sizes of a gradient that should be as large as the image."""
    rows, F = ("rows", "FH") if name == "H" else ("columns", "FW")
    cut = f"The gradient has the shape of x: cut {rows} pad to pad + {name} out of the padded one."

    whole = list(fulls(name, spread))
    yield from (_of_full(full, cut) for full in whole if len(full.causes) == 1)
    menu: Mapping[str, Size] = {
        f"pad {rows} too many are cut off": lambda g: max(0, getattr(g, name) - g.pad),
        f"2 pad {rows} too many are cut off": lambda g: max(0, getattr(g, name) - 2 * g.pad),
        f"always one of the {rows} is cut off": lambda g: max(0, getattr(g, name) - 1),
    }
    for words, formula in menu.items():
        yield SizeRule(words, cut, formula)
    for other_name in (n for n in SIZES if n != name):
        yield SizeRule(f"{other_name} {rows}, where {name} belong", cut, _sliced(name, other_name))
    reach = f"({F} - 1) * dilation" if spread else f"{F} - 1"
    about = (
        f"dx is as large as forward's input: dout with stride - 1 zeros between its {rows} and {reach} "
        f"around it gives {name} + 2 pad {rows}."
    )
    yield from (_of_full(full, about) for full in whole if len(full.causes) > 1)


def _of_full(full: Full, advice: str) -> SizeRule:
    return SizeRule(full.said, advice, full.size, full=full)


def _sliced(name: str, other: str) -> Size:
    """The size of the slice pad to pad + other, where pad to pad + name belongs."""
    return lambda g: int(min(getattr(g, name) + g.pad, getattr(g, other)))


# Shapes with another number of axes


PRODUCTS = (
    *((n,) for n in ("K", "N", "C", "OH", "OW", "H", "W", "FH", "FW")),
    ("N", "OH", "OW"), ("OH", "OW"), ("C", "FH", "FW"), ("FH", "FW"), ("N", "K"), ("N", "C"),
    ("K", "OH", "OW"), ("H", "W"), ("C", "H", "W"), ("N", "C", "FH", "FW"), ("N", "K", "OH", "OW"),
    ("N", "C", "H", "W"), ("K", "C", "FH", "FW"), (),
)  # fmt: skip
"""Sizes and products of sizes that are found as lengths of axes; the last is 1."""


def spelled(seen: Seen) -> str:
    """All these shapes as one in letters, such as (K, OH, OW); empty if there is none."""
    count = {len(shape) for _, shape in seen}
    if len(count) != 1:
        return ""
    axes = []
    for axis in range(count.pop()):
        for names in PRODUCTS:
            if all(prod(getattr(g, n) for n in names) == shape[axis] for g, shape in seen):
                axes.append(" * ".join(names) or "1")
                break
        else:
            return ""
    return f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"
