"""The windows of pooling: where a window begins along each axis and how many pixels it holds.

A window is read from the pixels that an output answers to: a very large value at one pixel shows in all the
outputs whose window holds that pixel, whether they keep the maximum, the mean or the length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

import numpy as np

from .geometry import Geometry

Size = Callable[[Geometry], int]


def _sizes(axis: int) -> Mapping[str, Size]:
    """What a step, a start or a length is made of: the sizes along this axis (0: rows) and the other."""
    F, other = (("FH", "FW"), ("FW", "FH"))[axis]
    side, across = (("H", "W"), ("W", "H"))[axis]
    return {
        "stride": lambda g: g.stride,
        "1": lambda g: 1,
        F: lambda g: int(getattr(g, F)),
        other: lambda g: int(getattr(g, other)),
        "2": lambda g: 2,
        "stride * stride": lambda g: g.stride**2,
        "0": lambda g: 0,
        "-1": lambda g: -1,
        f"{F} - 1": lambda g: int(getattr(g, F)) - 1,
        f"{F} + 1": lambda g: int(getattr(g, F)) + 1,
        f"{other} - 1": lambda g: int(getattr(g, other)) - 1,
        side: lambda g: int(getattr(g, side)),
        across: lambda g: int(getattr(g, across)),
    }


INDICES: Mapping[str, Callable[[Geometry, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]] = {
    "own": lambda g, i, j: (i, j),
    "other": lambda g, i, j: (j, i),
    "counted by OH": lambda g, i, j: np.divmod(i * g.OW + j, g.OH),
}
"""What numbers the windows along the rows, and along the columns."""


@dataclass(frozen=True)
class Side:
    """How windows lie along one axis (0: rows, 1: columns), each piece by the name of its formula.

    A window begins at index * step + start and holds `length` pixels, fewer where the image ends. The index
    is that of the output along the same axis, or another of `INDICES`.
    """

    axis: int
    step: str
    start: str
    length: str
    index: str = "own"

    def first(self, g: Geometry, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Where the windows of outputs (i, j) begin."""
        index = INDICES[self.index](g, i, j)[self.axis]
        formulas = _sizes(self.axis)
        return index * formulas[self.step](g) + formulas[self.start](g)

    def size(self, g: Geometry) -> int:
        """How many pixels a window holds if it is not cut short."""
        return _sizes(self.axis)[self.length](g)

    def bounds(self, g: Geometry, i: np.ndarray, j: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The first pixel of each window and the one after its last, both inside the image."""
        first, most = self.first(g, i, j), (g.H, g.W)[self.axis]
        end = first + self.size(g)
        return np.clip(first, 0, most), np.clip(end, np.clip(first, 0, most), most)

    @property
    def faults(self) -> int:
        """How many of its pieces are not the right ones."""
        wanted = right_side(self.axis)
        pieces = ("step", "start", "length", "index")
        return sum(getattr(self, piece) != getattr(wanted, piece) for piece in pieces)


def right_side(axis: int) -> Side:
    """Windows as they should lie."""
    return Side(axis, "stride", "0", ("FH", "FW")[axis])


@lru_cache(maxsize=2)
def sides(axis: int) -> tuple[Side, ...]:
    """All ways for windows to lie that are looked for, those with the fewest faults first."""
    F, other = (("FH", "FW"), ("FW", "FH"))[axis]
    steps = ("stride", "1", F, other, "stride * stride", "2", "0", f"{F} - 1")
    starts = ("0", "1", "-1", "stride")
    lengths = (F, other, "stride", f"{F} - 1", f"{F} + 1", "1", f"{other} - 1", "2", "H", "W")
    found = [Side(axis, *pieces) for pieces in product(steps, starts, lengths, ("own", "other"))]
    return tuple(sorted(found, key=lambda side: side.faults))


@lru_cache(maxsize=1)
def one_fault() -> tuple[tuple[Side, Side], ...]:
    """Rows and columns of windows: the right ones, then one fault in the rows, in the columns, or in both."""
    right = right_side(0), right_side(1)
    rows, columns = ([side for side in sides(axis) if side.faults == 1] for axis in (0, 1))
    extra = [replace(side, index="counted by OH") for side in right]
    both = [(a, b) for a, b in zip(rows, columns, strict=True) if b == _turned(a)]
    return (
        right,
        *both,
        *((a, right[1]) for a in (*rows, extra[0])),
        *((right[0], b) for b in (*columns, extra[1])),
        (extra[0], extra[1]),
    )


def _turned(side: Side) -> Side:
    """The same along the columns as a side has along the rows."""
    turned = {"FH": "FW", "FW": "FH", "H": "W", "W": "H"}

    def along(name: str) -> str:
        return " ".join(turned.get(word, word) for word in name.split(" "))

    return Side(1, along(side.step), along(side.start), along(side.length), side.index)


Seen = Sequence[tuple[Geometry, np.ndarray]]
"""For each geometry the pixels that outputs answer to, as truth values of shape (OH, OW, H, W)."""


def fit(axis: int, seen: Seen) -> Side | None:
    """The way in which the windows of an answer lie along an axis; None if none of `sides` is it.

    Of an output that answers to no pixel nothing is known along one axis alone.
    """
    observed = [_bounds(axis, there) for _, there in seen]
    if any(found is None for found in observed):
        return None
    for side in sides(axis):
        if all(_agrees(side, g, found) for (g, _), found in zip(seen, observed, strict=True) if found):
            return side
    return None


Bounds = tuple[np.ndarray, np.ndarray, np.ndarray]
"""For each output the first pixel, the one after the last, and whether it answers to any."""


def _bounds(axis: int, there: np.ndarray) -> Bounds | None:
    """What windows hold along an axis; None if they are not one block of pixels."""
    along = np.any(there, axis=3 - axis)  # (OH, OW, pixels along the axis)
    any_pixel = np.any(along, axis=2)
    first, end = along.argmax(axis=2), along.shape[2] - along[:, :, ::-1].argmax(axis=2)
    places = np.arange(along.shape[2])
    block = (places >= first[..., None]) & (places < end[..., None]) & any_pixel[..., None]
    if not np.array_equal(block, along):
        return None
    whole = np.any(there, axis=3)[..., :, None] & np.any(there, axis=2)[..., None, :]
    return (first, end, any_pixel) if np.array_equal(whole, there) else None


def _agrees(side: Side, g: Geometry, found: Bounds) -> bool:
    first, end, any_pixel = found
    i, j = (np.asarray(index) for index in np.indices(first.shape))
    begins, ends = side.bounds(g, i, j)
    if (any_pixel & (begins >= ends)).any():
        return False
    return bool(((begins == first) & (ends == end))[any_pixel].all())


def held(rows: Side, columns: Side, g: Geometry, OH: int, OW: int) -> np.ndarray:
    """The pixels in each window as truth values of shape (OH, OW, H, W)."""
    i, j = np.indices((OH, OW))
    down, right = (side.bounds(g, i, j) for side in (rows, columns))
    y, z = np.arange(g.H), np.arange(g.W)
    inside_rows = (y >= down[0][..., None]) & (y < down[1][..., None])
    inside_columns = (z >= right[0][..., None]) & (z < right[1][..., None])
    return inside_rows[..., :, None] & inside_columns[..., None, :]


COUNT = "Each row of the output has OW of its values: output number m is (m // OW, m % OW)."
WHERE = ("in the rows", "in the columns")
SIZE = (
    "How far windows move (`stride`) and how large they are (`size`) are different numbers; size[0] counts "
    "rows, size[1] columns."
)
CORNER = (
    "Window (i, j) begins at row i * stride and column j * stride: work out by hand where the second one "
    "begins."
)


def names(rows: Side, columns: Side) -> Iterator[tuple[str, str]]:
    """What is wrong with windows: each fault by its name, with what to look at."""
    found = [dict(_of_side(side)) for side in (rows, columns)]
    for key in dict.fromkeys([*found[0], *found[1]]):
        here = [(axis, *found[axis][key]) for axis in (0, 1) if key in found[axis]]
        if len(here) == 2 and here[0][1] == here[1][1]:
            yield here[0][1].format(where="in rows and columns"), here[0][2]
        else:
            yield from ((name.format(where=WHERE[axis]), advice) for axis, name, advice in here)


def _of_side(side: Side) -> Iterator[tuple[str, tuple[str, str]]]:
    """The faults along one axis; the key is the same for the same fault along the other."""
    F, other = (("FH", "FW"), ("FW", "FH"))[side.axis]
    generic = {
        F: "F",
        other: "the other F",
        f"{F} - 1": "F - 1",
        f"{F} + 1": "F + 1",
        f"{other} - 1": "other - 1",
    }
    thing = ("rows", "columns")[side.axis]
    if side.index == "counted by OH":
        yield "counted", ("output numbers divided by OH, where OW belongs, {where}", COUNT)
    if side.index == "other":
        index, wrong = ("i", "j") if side.axis == 0 else ("j", "i")
        yield f"crossed {side.axis}", (f"{thing} found with {wrong}, where {index} belongs", CORNER)
    if side.step != "stride":
        said = {
            "0": "windows that do not move {where}",
            F: "windows laid side by side {where}: step " + F + ", where the stride belongs",
        }.get(side.step, f"step {side.step} {{where}}, where the stride belongs")
        key = f"step {generic.get(side.step, side.step)}"
        if key == "step F":
            said = "windows laid side by side {where}"
        yield key, (said, CORNER if side.step != F else SIZE)
    if side.start != "0":
        far = {"1": "one pixel late", "-1": "one pixel early", "stride": "one stride late"}[side.start]
        yield f"start {side.start}", (f"windows begin {far} {{where}}", CORNER)
    if side.length != F:
        key = f"length {generic.get(side.length, side.length)}"
        said = {
            "length stride": "window as large as the stride {where}",
            "length F - 1": "window one short {where}",
            "length F + 1": "window one too long {where}",
            "length 1": "one pixel taken for the window {where}",
        }.get(key, f"window {side.length} long {{where}}, where {F} belongs")
        ends = "A slice [a:b] ends before b: a window from `a` on ends at a + size."
        yield key, (said, ends if key in ("length F - 1", "length F + 1") else SIZE)
