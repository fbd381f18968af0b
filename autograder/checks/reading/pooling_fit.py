"""Finding the description of a pooling, forward: the one with the fewest faults that gives all results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..compare import same
from .choices import fewest_faults
from .geometry import Geometry
from .keeping import ARGUMENTS, MENU, PLACED, ROUNDED, SWITCHES, TAKEN, Kept, Placed, Taken
from .pooling_calls import HOT, LOUD, PLANES, Pooling, Question
from .shapes import SizeRule, rules
from .windows import Side, fit, one_fault

if TYPE_CHECKING:
    from ..run_answer import Outcome

Sizes = tuple[SizeRule | None, SizeRule | None]


@dataclass(frozen=True)
class Description:
    """What an answer does in each step; `sizes` says how many windows there are, if not OH and OW."""

    taken: Taken
    sides: tuple[Side, Side]
    kept: Kept
    rounded: str
    placed: Placed
    sizes: Sizes = (None, None)

    def size(self, g: Geometry) -> tuple[int, int]:
        """OH and OW."""
        down, right = (
            getattr(g, name) if rule is None else rule.formula(g)
            for name, rule in zip(("OH", "OW"), self.sizes, strict=True)
        )
        return int(down), int(right)

    def values(self, x: np.ndarray, g: Geometry) -> np.ndarray | None:
        """The values in each window, (N, C, OH, OW, pixels), NaN beyond the image. None if there are none."""
        read = self.taken.of(x, g)
        OH, OW = self.size(g)
        if read is None or min(OH, OW) < 1:
            return None
        y, z = _pixels(self.sides, g, OH, OW)
        inside = (y >= 0) & (y < g.H) & (z >= 0) & (z < g.W)
        found = np.where(inside, read[:, :, np.clip(y, 0, g.H - 1), np.clip(z, 0, g.W - 1)], np.nan)
        if not found.shape[4]:
            found = np.full((*found.shape[:4], 1), np.nan)
        return self.taken.dealt(found)

    def out(self, values: np.ndarray | None, g: Geometry) -> np.ndarray | None:
        """The result for the values of windows; NaN where a window is empty. None if there can be none."""
        return None if values is None else self.put(self.what(values, g), values, g)

    def what(self, values: np.ndarray, g: Geometry) -> np.ndarray:
        """What is kept of the values in each window, (N, C, OH, OW)."""
        return self.kept.formula(_filled(values), g)

    def switches(self, x: np.ndarray, g: Geometry, which: str, number: str) -> np.ndarray | None:
        """The switches if they stand for the value that `which` finds, numbered in the way of `number`."""
        values = self.values(x, g)
        if values is None:
            return None
        place = ARGUMENTS[which](_filled(values))
        if values.shape[4] != self.sides[0].size(g) * self.sides[1].size(g):  # of all channels
            return self.put(place, values, g) if not number else None
        OH, OW = self.size(g)
        y, z = (a[*np.indices((OH, OW)), place] for a in np.broadcast_arrays(*_pixels(self.sides, g, OH, OW)))
        where = in_window(*self.sides, g, *np.indices((OH, OW)), y, z)
        n, c = np.indices(place.shape)[:2]
        found = SWITCHES[number](where | {"n": n, "c": c, "kept": self.what(values, g)}, g)
        return self.put(found, values, g)

    def put(self, result: np.ndarray, values: np.ndarray, g: Geometry) -> np.ndarray | None:
        """Results (N, C, OH, OW) for the values of windows as they come out; NaN where a window is empty."""
        result = np.where(np.isnan(values).all(-1), np.nan, ROUNDED[self.rounded][0](result))
        return self.placed.of(result, g)


def _filled(values: np.ndarray) -> np.ndarray:
    """The values with zeros in windows that are empty."""
    return np.where(np.isnan(values).all(-1, keepdims=True), 0.0, values)


def _pixels(sides: tuple[Side, Side], g: Geometry, OH: int, OW: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows and columns of all pixels of each window, (OH, OW, pixels); some may lie beyond the image."""
    i, j = np.indices((OH, OW))
    p, q = np.indices([max(0, side.size(g)) for side in sides]).reshape(2, -1)
    return sides[0].first(g, i, j)[..., None] + p, sides[1].first(g, i, j)[..., None] + q


def in_window(rows: Side, columns: Side, g: Geometry, *where: np.ndarray) -> dict[str, np.ndarray]:
    """Pixels (i, j, y, z) with their rows and columns in the windows (i, j), and the windows' width."""
    i, j, y, z = where
    left, end = columns.bounds(g, i, j)
    return {"y": y, "z": z, "p": y - rows.bounds(g, i, j)[0], "q": z - left, "width": end - left}


Results = Sequence[tuple[Geometry, np.ndarray, np.ndarray]]
"""Geometries and images, and what came out."""


def described(pooling: Pooling, results: Results, seen: tuple[Side, Side] | None) -> Description | None:
    """The description that gives all of these results; `seen` are the windows that outputs answer to."""
    results = sorted(results, key=lambda r: min(r[1].shape[:2]) > 1, reverse=True)
    first, x, mine = results[0]
    shapes = [(g, out.shape) for g, _, out in results]
    sizes = {placed.name: _sizes(placed, shapes) for placed in PLACED}
    kept = (pooling.kept, *(k for k in MENU if k is not pooling.kept))
    values: dict[object, np.ndarray | None] = {}
    whats: dict[object, np.ndarray] = {}
    for taken, placed, sides, keep, rounded in fewest_faults(
        (TAKEN, PLACED, _likely(seen), kept, tuple(ROUNDED))
    ):
        windows = sizes[placed.name]
        if windows is None:
            continue
        found = Description(taken, sides, keep, rounded, placed, windows)
        here = taken.name, sides, windows
        if here not in values:
            values[here] = found.values(x, first)
        held = values[here]
        if held is None:
            continue
        if (here, keep.name) not in whats:
            whats[here, keep.name] = found.what(held, first)
        result = found.put(whats[here, keep.name], held, first)
        if _alike(result, mine) and all(
            _alike(found.out(found.values(x, g), g), out) for g, x, out in results
        ):
            return found
    return None


def _likely(seen: tuple[Side, Side] | None) -> Sequence[tuple[Side, Side]]:
    """The windows to try, the likeliest first: i and j exchanged may be those of the result."""
    if seen is None:
        return one_fault()
    if all(side.index == "other" for side in seen):
        return (replace(seen[0], index="own"), replace(seen[1], index="own")), seen
    return (seen,)


def alone(pooling: Pooling, results: Results, seen: tuple[Side, Side]) -> Description | None:
    """What is known of windows alone, if not all is; None if there are not as many as any rule has it."""
    sizes = _sizes(PLACED[0], [(g, out.shape) for g, _, out in results])
    return None if sizes is None else Description(TAKEN[0], seen, pooling.kept, "", PLACED[0], sizes)


def numbered(found: Description, results: Results) -> tuple[str, str] | None:
    """Which value the switches stand for, and how they are numbered; None if that is not known."""
    for which in ARGUMENTS:
        for number in SWITCHES:
            if all(_alike(found.switches(x, g, which, number), mine) for g, x, mine in results):
                return which, number
    return None


def _alike(wanted: np.ndarray | None, mine: np.ndarray) -> bool:
    """Whether two results are the same; of an empty window nobody knows what is kept."""
    if wanted is None or wanted.shape != mine.shape:
        return False
    known = ~np.isnan(wanted)
    if 2 * known.sum() < known.size or abs(wanted.flat[0] - mine.flat[0]) > 0.1 + abs(mine.flat[0]) / 100:
        return False
    mine = mine if mine.dtype.kind == "f" else mine.astype(float)
    return same(np.where(known, mine, 0), np.where(known, wanted, 0).astype(mine.dtype))


def _sizes(placed: Placed, shapes: Sequence[tuple[Geometry, tuple[int, ...]]]) -> Sizes | None:
    """The rules for OH and OW: None for one that is right, None for both if they have no rule."""
    windows = [(g, placed.windows(shape, g) if len(shape) in (2, 4) else None) for g, shape in shapes]
    found: list[SizeRule | None] = []
    for axis, name in enumerate(("OH", "OW")):
        lengths = {(g, size and size[axis]) for g, size in windows}
        if all(n == getattr(g, name) for g, n in lengths):
            found.append(None)
            continue
        exact = [rule for rule in rules(name) if all(rule.formula(g) == n for g, n in lengths)]
        if not exact:
            return None
        found.append(min(exact, key=lambda rule: len(rule.name)))  # without padding, several say the same
    return found[0], found[1]


Pairs = Sequence[tuple[Question, "Outcome"]]

ENOUGH = 5
"""At so many geometries, at least, must the windows be seen."""


def seen_windows(pairs: Pairs) -> tuple[Side, Side] | None:
    """The windows, from the outputs that answer to each pixel; None where they cannot be told."""
    seen = _answering(pairs)
    if len(seen) < ENOUGH:
        return None
    rows, columns = fit(0, seen), fit(1, seen)
    return None if rows is None or columns is None else (rows, columns)


def loud(out: np.ndarray | None) -> np.ndarray:
    """Which values are those of a large pixel, or made of it."""
    return np.zeros(1, bool) if out is None else np.abs(out) > LOUD


def _answering(pairs: Pairs) -> list[tuple[Geometry, np.ndarray]]:
    """For each geometry of HOT that is answered, the pixels that its outputs answer to."""
    found = []
    for g in HOT:
        here = [(q, o.parts["out"]) for q, o in pairs if q.geometry == g and "out" in o.parts]
        here = [(q, out) for q, out in here if out.ndim == 4 and out.size]
        plain = next((out for q, out in here if not q.pixel), None)
        hot = [(q, out) for q, out in here if q.pixel]
        if plain is None or len(hot) < g.H * g.W or any(out.shape != plain.shape for _, out in hot):
            continue
        there = np.zeros((*plain.shape[2:], g.H, g.W), bool)
        for q, out in hot:
            there[:, :, q.pixel[2], q.pixel[3]] = loud(np.subtract(out, plain, dtype=float))[0, 0]
        found.append((g, there))
    return found


def planes_apart(pairs: Pairs) -> bool:
    """Whether a large pixel shows in its own image and channel alone."""
    for q, o in pairs:
        if q.geometry == PLANES and q.pixel and "out" in o.parts:
            places = np.argwhere(loud(o.parts["out"]))
            if any(tuple(place[:2]) != q.pixel[:2] for place in places):
                return False
    return True
