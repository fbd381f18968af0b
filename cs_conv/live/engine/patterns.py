"""A pattern of layers as a person types it: read from the text, and made into layers of the library.

    row    is  part -> part -> ...
    part   is  NAME, NAME(numbers), [row], [row]*times, or SUM[row]

CONV has 8 filters of 3x3, twice as many after each POOL; CONV(20) has 20, CONV(20, 5) has 20 of 5x5. The
rows and columns of the image stay. POOL halves them, POOL(7) takes windows of 7x7. FC has 64 units, FC(30)
has 30; the last one has a unit for each class. NORM is batch normalisation, DROP(0.3) dropout, AVG the mean
of each channel.
SUM[row] adds what goes into the row to what comes out of it: a residual block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from cs_conv.layers import (
    BatchNorm,
    Conv,
    Dropout,
    FullyConnected,
    GlobalAveragePool,
    Layer,
    MaxPool,
    ReLU,
    Sizes,
    Sum,
)
from cs_conv.layers.layer import image_shape

NAMES = {"INPUT": 0, "CONV": 2, "RELU": 0, "POOL": 1, "FC": 1, "NORM": 0, "DROP": 1, "AVG": 0}
"""The layers that have a name, and how many numbers may follow it."""

FILTERS, UNITS, RATE = 8, 64, 0.5
"""Filters of a CONV before the first POOL, units of an FC, and what a DROP drops, if no number says it."""

LARGEST = 10_000
"""The largest number of filters or units."""

MOST = 60
"""The most layers that a pattern may stand for."""

Make = Callable[..., Layer]


@dataclass(frozen=True)
class Part:
    """One layer of a pattern. at: its place in the text, from 0. inside: the row of a SUM."""

    name: str
    at: int
    numbers: tuple[float, ...] = ()
    inside: tuple[Part, ...] = ()

    def __len__(self) -> int:
        return 1 + sum(map(len, self.inside))


@dataclass(frozen=True)
class Placed:
    """A layer of the library with its name in the pattern, such as "CONV 16", and its place there."""

    layer: Layer
    name: str
    at: int


def read(pattern: str) -> list[Part]:
    """Return the parts that a pattern stands for, in order, its brackets written out.

    ValueError with the position, from 0, of the character at which it is wrong.
    """
    reader = _Reader(pattern)
    if not pattern.strip():
        reader.wrong(0, "the pattern is empty; the shortest is INPUT -> FC")
    parts = reader.row()
    reader.skip()
    if reader.at < len(pattern):
        reader.wrong(reader.at, f"-> is missing before {pattern[reader.at]!r}")
    if parts[0].name != "INPUT":
        reader.wrong(parts[0].at, f"a pattern begins with INPUT, not with {parts[0].name}")
    return parts


class _Reader:
    """The text of a pattern, and how far it has been read."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def wrong(self, at: int, why: str) -> NoReturn:
        raise ValueError(f"position {at}: {why}")

    def skip(self) -> None:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1

    def take(self, mark: str) -> bool:
        """Whether the mark stands here; then it is left behind."""
        self.skip()
        found = self.text.startswith(mark, self.at)
        self.at += len(mark) * found
        return found

    def while_(self, fits: Callable[[str], bool]) -> str:
        begin = self.at
        while self.at < len(self.text) and fits(self.text[self.at]):
            self.at += 1
        return self.text[begin : self.at]

    def row(self) -> list[Part]:
        parts = self.part()
        while self.take("->"):
            begin = self.at
            parts = parts + self.part()
            if sum(map(len, parts)) > MOST:
                self.wrong(begin, f"with this the network has more than {MOST} layers")
        return parts

    def part(self) -> list[Part]:
        begin = self.at
        if self.take("["):
            inside = self.closed_row()
            times = self.whole("*") if self.take("*") else 1
            if times * sum(map(len, inside)) > MOST:
                self.wrong(begin, f"*{times} makes more than the {MOST} layers that a network may have")
            return inside * times
        self.skip()
        begin = self.at
        name = self.while_(str.isalpha)
        if name == "SUM":
            if not self.take("["):
                self.wrong(self.at, "SUM needs a row in brackets, as in SUM[CONV -> RELU -> CONV]")
            return [Part(name, begin, inside=tuple(self.closed_row()))]
        if name not in NAMES:
            self.wrong(begin, _unknown(name))
        numbers = self.numbers(name) if self.take("(") else ()
        return [Part(name, begin, numbers)]

    def closed_row(self) -> list[Part]:
        inside = self.row()
        if not self.take("]"):
            self.wrong(self.at, "] or -> is missing")
        if any(part.name == "INPUT" for part in inside):
            self.wrong(inside[0].at, "INPUT stands once, at the beginning")
        return inside

    def whole(self, after: str) -> int:
        self.skip()
        digits = self.while_(str.isdecimal)
        if not digits:
            self.wrong(self.at, f"a number is missing after {after}")
        return min(int(digits[:9]), 10**6)

    def numbers(self, name: str) -> tuple[float, ...]:
        begin, found = self.at, []
        while True:
            self.skip()
            digits = self.while_(lambda mark: mark.isdecimal() or mark == ".")
            try:
                found.append(float(digits))
            except ValueError:
                self.wrong(self.at, f"a number is missing in the brackets of {name}")
            if not self.take(","):
                break
        if not self.take(")"):
            self.wrong(self.at, f") is missing after the numbers of {name}")
        if len(found) > NAMES[name]:
            self.wrong(begin, f"{name} takes {NAMES[name]} numbers at most, not {len(found)}")
        if name != "DROP" and any(number != int(number) or not 1 <= number <= LARGEST for number in found):
            self.wrong(begin, f"the numbers of {name} are whole, from 1 to {LARGEST:,}")
        return tuple(found)


def _unknown(name: str) -> str:
    """What is wrong with a name, and which layer may be meant: POOL for maxpool."""
    meant = [known for known in (*NAMES, "SUM") if known in name.upper()]
    known = f"there is {meant[0]}" if meant else f"there are {', '.join(NAMES)} and SUM[...]"
    called = repr(name if len(name) < 20 else f"{name[:16]}...")
    return f"no layer is called {called}; {known}" if name else f"a layer is missing; {known}"


def placed(parts: Sequence[Part], shape: Sizes, classes: int, make: dict[str, Make]) -> list[Placed]:
    """Return the layers of a pattern's parts, for images of `shape`, which end in a score for each class.

    make: functions that are used in the place of Conv, MaxPool, ReLU and FullyConnected, by these names.
    ValueError with the position of the layer that does not fit what comes before it.
    """
    builder = _Builder(classes, {**_MAKE, **make})
    last = max((n for n, part in enumerate(parts) if part.name == "FC"), default=-1)
    layers: list[Placed] = []
    for number, part in enumerate(parts[1:], 1):
        found, shape = builder.layer(part, shape, number == last)
        layers.append(found)
    if not layers:
        raise ValueError("position 5: a network needs a layer after INPUT, such as FC")
    if shape not in ((classes,), (classes, 1, 1)):
        raise ValueError(
            f"position {layers[-1].at}: the last layer gives {_sized(shape)}, but {classes} scores are "
            f"needed, one a class: end with FC"
        )
    return layers


_MAKE: dict[str, Make] = {"Conv": Conv, "MaxPool": MaxPool, "ReLU": ReLU, "FullyConnected": FullyConnected}


class _Builder:
    """Makes the layers one after the other, and knows how wide the next one is."""

    def __init__(self, classes: int, make: dict[str, Make]) -> None:
        self.classes, self.make, self.filters = classes, make, FILTERS

    def layer(self, part: Part, shape: Sizes, last: bool = False, around: int = 0) -> tuple[Placed, Sizes]:
        """Return the layer of a part, and the shape of what it gives. around: the channels of a SUM, or 0."""
        try:
            layer, name = self._made(part, shape, last, around)
            return Placed(layer, name, part.at), layer.output_shape(shape)
        except ValueError as error:
            text = str(error)
            placed_already = text.startswith("position ")
            raise ValueError(text if placed_already else f"position {part.at}, {part.name}: {text}") from None

    def _made(self, part: Part, shape: Sizes, last: bool, around: int) -> tuple[Layer, str]:
        numbers = part.numbers
        match part.name:
            case "CONV":
                K, F = [*map(int, numbers), *(around or self.filters, 3)[len(numbers) :]]
                if F % 2 == 0:
                    raise ValueError(
                        f"no padding keeps the size for a filter of {F}x{F}; use {F - 1} or {F + 1}"
                    )
                return self.make["Conv"](K, F, pad=(F - 1) // 2), f"CONV {K}"
            case "POOL":
                F = int(numbers[0]) if numbers else 2
                _check_windows(F, shape)
                self.filters *= 1 if around else 2
                return self.make["MaxPool"]((F, F), F), "POOL" if F == 2 else f"POOL {F}"
            case "FC":
                units = int(numbers[0]) if numbers else self.classes if last else UNITS
                return self.make["FullyConnected"](units), f"FC {units}"
            case "DROP":
                rate = numbers[0] if numbers else RATE
                return Dropout(rate), f"DROP {rate:g}"
            case "SUM":
                return self._sum(part, shape), "SUM"
            case "INPUT":
                raise ValueError("INPUT stands once, at the beginning")
        simple: dict[str, Any] = {"RELU": self.make["ReLU"], "NORM": BatchNorm, "AVG": GlobalAveragePool}
        return simple[part.name](), part.name

    def _sum(self, part: Part, shape: Sizes) -> Layer:
        row, inner = [], shape
        for inside in part.inside:
            found, inner = self.layer(inside, inner, around=shape[0])
            row.append(found.layer)
        if inner != shape:
            raise ValueError(
                f"{_sized(shape)} go into the SUM and {_sized(inner)} come out: both must be the same"
            )
        return Sum(row, [])


def _check_windows(F: int, shape: Sizes) -> None:
    _, H, W = image_shape(shape)
    if H % F or W % F:
        fitting = [str(n) for n in range(2, min(H, W) + 1) if H % n == W % n == 0]
        instead = (
            f"POOL({') or POOL('.join(fitting)}) would fit" if fitting else "there is nothing left to pool"
        )
        raise ValueError(f"windows of {F}x{F} do not divide the {H}x{W} pixels here; {instead}")


def _sized(shape: Sizes) -> str:
    return f"{shape[0]:,} numbers" if len(shape) == 1 else " x ".join(f"{n:,}" for n in shape)
