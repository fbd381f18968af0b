"""Places that are numbered in another way: a reshape where a transpose belongs, rows of the wrong length.

The products are the right ones, and stand where nobody looks for them. A numbering leads from the place where
a product belongs to the place where the student has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import permutations

import numpy as np

from .layers import AXES, LETTERS, SIZE, Sum
from .table import PIXEL, WEIGHT, Table

Columns = Mapping[str, np.ndarray]

RESHAPE = "The values are there, but not in their places: reshape never moves an axis; transpose does."
COUNT = "Number the windows by hand for two images of 2 x 3 outputs, image by image and row by row."


@dataclass(frozen=True)
class Numbering:
    """Another numbering of the places of an array: its faults by name, what to look at, and both ways.

    `forth` leads from the right place to the student's; `back` is the way back, where there is one. If it is
    `within` the rows and the columns of a matrix, each row is a row still, and each column a column.
    """

    names: tuple[str, ...]
    advice: str
    array: str
    forth: Callable[[Table], Columns]
    back: Callable[[Table], Columns] | None = None
    within: bool = False


def _flat(t: Table, axes: Sequence[str]) -> np.ndarray:
    """The number of each product's place, counted in this order of the axes."""
    flat = np.zeros(len(t), np.int64)
    for axis in axes:
        flat = flat * getattr(t, SIZE[axis]) + t.columns[axis]
    return flat


def _unflat(t: Table, flat: np.ndarray, axes: Sequence[str]) -> Columns:
    """The indices of the place with this number, counted in this order of the axes."""
    found = {}
    for axis in reversed(axes[1:]):
        flat, found[axis] = np.divmod(flat, getattr(t, SIZE[axis]))
    return {**found, axes[0]: flat}


def _reordered(
    array: str, order: Sequence[str], advice: str, *names: str, axes: Sequence[str] = ()
) -> Numbering:
    """Places counted in one order of the axes, and found again in another: the array's own, or `axes`."""
    axes = axes or AXES[array]
    return Numbering(
        names, advice, array,
        lambda t: _unflat(t, _flat(t, order), axes),
        lambda t: _unflat(t, _flat(t, axes), order),
    )  # fmt: skip


@lru_cache(maxsize=32)
def numberings(total: Sum) -> tuple[Numbering, ...]:
    """The numberings that people use for the arrays of a sum."""
    if total.connected:
        return tuple(_of_connection(total))
    found: list[Numbering] = []
    arrays = (total.part, total.hot, total.seen) if total.hot[:1] != "b" else (total.hot, total.part)
    for array in dict.fromkeys(a for a in arrays if a and len(AXES[a]) > 1):
        found += _of_columns(array) if array in ("cols", "matrix", "dcols") else _of_array(array)
    return tuple(found)


def _of_array(array: str) -> Iterator[Numbering]:
    axes = AXES[array]
    for order in permutations(axes) if len(axes) < 6 else _of_places(axes):
        if order != axes:
            there = ", ".join(LETTERS[a] for a in order)
            yield _reordered(
                array, order, RESHAPE, f"`{array.split('[')[0]}` used as if its axes were ({there})"
            )
    if array in ("out", "dout"):
        yield from _rows_of_wrong_length(array, ("i", "j"))


def _of_places(axes: Sequence[str]) -> Iterator[Sequence[str]]:
    """Orders of the axes of the filters of all places."""
    i, j, k, *weights = axes
    yield from ((k, i, j, *weights), (j, i, k, *weights), (k, *weights, i, j), (i, j, *weights, k))


VALUES = "Value d of a row is the d-th pixel in the order of memory: channels first, then rows, then columns."


def _of_connection(total: Sum) -> Iterator[Numbering]:
    """The arrays of a full connection: a volume is laid out as a row of D values, and weights are (D, K)."""
    arrays = {total.part, total.hot, total.seen}
    unit, *values = WEIGHT
    for array in sorted(arrays & {"w", "dw"}):
        for order in list(permutations(values))[1:]:
            there = ", ".join({"c": "C", "p": "H", "q": "W"}[axis] for axis in order)
            name = f"values numbered in the order ({there}), where (C, H, W) belongs"
            yield _reordered(array, (unit, *order), VALUES, name)
        way = "reshaped to (K, D)" if array == "w" else "reshaped from (K, D)"
        name = f"`{array}` {way}, where it should be transposed"
        yield _reordered(array, WEIGHT, RESHAPE, name, axes=(*values, unit))
        name = f"the rows of `{array}` from the last to the first"
        yield Numbering((name,), VALUES, array, _reversed, _reversed)
    for array, way in (("x", "to"), ("dx", "from")):
        name = f"`{array}` reshaped {way} (D, N), where it should be transposed"
        yield from (_reordered(a, (*PIXEL[1:], PIXEL[0]), RESHAPE, name) for a in arrays & {array})
    name = "`dout` reshaped to (K, N), where it should be transposed"
    yield _reordered("dout", ("k", "n", "i", "j"), RESHAPE, name)


def _reversed(t: Table) -> Columns:
    return {axis: getattr(t, SIZE[axis]) - 1 - t.columns[axis] for axis in WEIGHT[1:]}


def _of_columns(array: str) -> Iterator[Numbering]:
    rows, columns = AXES[array][:3], AXES[array][3:]
    words = dict(zip(AXES[array], ("c", "fh", "fw", "n", "i", "j"), strict=True))
    n, i, j = columns
    for first in permutations(rows):
        for last in permutations(columns):
            said = [
                f"{thing} in the order {', '.join(words[a] for a in order)}"
                for thing, order, right in (("rows", first, rows), ("columns", last, columns))
                if order != right
            ]
            if said:
                yield replace(_reordered(array, (*first, *last), ORDER, *said), within=True)
    for order, name in (
        ((*columns, *rows), "one window a row, then reshaped instead of transposed"),
        ((n, *rows, i, j), "reshaped with the images in front"),
        ((i, j, n, *rows), "one window a row, in the order i, j, n, then reshaped"),
    ):
        yield _reordered(array, order, RESHAPE, name)
    if array == "cols":
        yield from _rows_of_wrong_length(array, columns)


ORDER = (
    "Row (c * FH + fh) * FW + fw belongs to weight (c, fh, fw), and column (n * OH + i) * OW + j to window "
    "(i, j) of image n: look at the order of the loops, or of the axes before reshape."
)


def _rows_of_wrong_length(array: str, axes: Sequence[str]) -> Iterator[Numbering]:
    """Windows that are counted with a wrong formula."""
    menu: Mapping[str, Callable[[Table], np.ndarray]] = {
        "i * OH + j, where i * OW + j belongs": lambda t: t.i * t.OH + t.j,
        "j * OH + i, where i * OW + j belongs": lambda t: t.j * t.OH + t.i,
        "j * OW + i, where i * OW + j belongs": lambda t: t.j * t.OW + t.i,
        "i + j, where i * OW + j belongs": lambda t: t.i + t.j,
        "i alone": lambda t: t.i,
    }
    several: Mapping[str, Callable[[Table], np.ndarray]] = {
        "i * OW + j, so that every image begins at 0 again": lambda t: t.i * t.OW + t.j,
        "n * OH + i * OW + j": lambda t: t.n * t.OH + t.i * t.OW + t.j,
        "n * OW + i * OW + j": lambda t: t.n * t.OW + t.i * t.OW + t.j,
        "n + i * OW + j": lambda t: t.n + t.i * t.OW + t.j,
        "n * OH * OW + i * OH + j": lambda t: (t.n * t.OH * t.OW) + t.i * t.OH + t.j,
        "n * OH + i": lambda t: t.n * t.OH + t.i,
        "(n * OH + i) * OH + j": lambda t: (t.n * t.OH + t.i) * t.OH + t.j,
        "(n * OW + i) * OH + j": lambda t: (t.n * t.OW + t.i) * t.OH + t.j,
        "one after the other, but only those of the unpadded image": _unpadded,
        "n * OH * OW + j * OH + i": lambda t: t.n * t.OH * t.OW + t.j * t.OH + t.i,
        "n * OH * OW + j * OW + i": lambda t: t.n * t.OH * t.OW + t.j * t.OW + t.i,
    }
    if "n" in axes:
        menu = several
    for words, number in menu.items():
        yield Numbering((f"windows numbered by {words}",), COUNT, array, _numbered(number, axes))


def _unpadded(t: Table) -> np.ndarray:
    """The number of a window among those that an image without padding would have; -1 for the others."""
    rows, columns = (t.H - t.FH) // t.stride + 1, (t.W - t.FW) // t.stride + 1
    return np.where((t.i < rows) & (t.j < columns), (t.n * rows + t.i) * columns + t.j, -1)


def _numbered(number: Callable[[Table], np.ndarray], axes: Sequence[str]) -> Callable[[Table], Columns]:
    return lambda t: _unflat(t, number(t), axes)
