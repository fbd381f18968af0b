"""Reading pooling, forward: which pixels a window holds, what is kept of them, and how switches are numbered.

A maximum is no sum of products, but one very large value stands for a number that is switched on: the outputs
that answer to it are those whose window holds its pixel, and the switch that comes with it is the number that
the answer gives to that place of the window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..compare import same
from ..exercise import Case
from .geometry import Geometry
from .raising import CONDITIONS, advice, condition, kind
from .result import Evidence, Reading, Sentence
from .shapes import SizeRule, rules
from .table import Table
from .windows import Side, fit, held, names, right_side

if TYPE_CHECKING:
    from ..run_answer import Outcome, Outcomes

LARGE, LOUD = 1e6, 100.0
"""The value that outputs answer to, all others being near 1; and from where on a result is made of it."""

HOT = (
    Geometry(1, 1, 3, 3, 1, 2, 2),
    Geometry(1, 1, 2, 5, 1, 2, 3, stride=2),
    Geometry(1, 1, 5, 3, 1, 3, 1, stride=2),
    Geometry(1, 1, 4, 3, 1, 2, 1, stride=2),
    Geometry(1, 1, 3, 4, 1, 1, 2, stride=2),
    Geometry(1, 1, 5, 5, 1, 2, 2, stride=3),
    Geometry(1, 1, 4, 5, 1, 2, 3, stride=2),
    Geometry(1, 1, 3, 4, 1, 3, 2),
)
"""At these every pixel is large once. Together they tell all of `windows.sides` apart."""

PLANES = Geometry(2, 3, 2, 3, 3, 2, 2)
"""Here one pixel of each image and channel is large once: no other image or channel may answer."""

PROBES = (
    *HOT,
    PLANES,
    Geometry(3, 2, 4, 4, 2, 2, 2, stride=2),
    Geometry(2, 2, 6, 5, 2, 3, 2, stride=3),
    Geometry(1, 3, 7, 7, 3, 3, 3, stride=2),
    Geometry(2, 1, 3, 2, 1, 1, 1),
    Geometry(1, 2, 2, 2, 2, 2, 2, stride=2),
    Geometry(1, 1, 8, 5, 1, 2, 2, stride=3),
    Geometry(2, 2, 4, 7, 2, 2, 3, stride=2),
)
"""At these the answer is called once, for the shapes, the errors and what is kept of a window."""

Values = np.ndarray
"""The values of each window in its last axis; those that a short window lacks are NaN."""


@dataclass(frozen=True)
class Kept:
    """What is kept of a window: its name, and what to look at where it belongs or does not."""

    name: str
    advice: str
    formula: Callable[[Values, Geometry], np.ndarray]


BY_SIZE = "A mean is the sum divided by the number of values in the window, FH * FW."
MAXIMUM = Kept("maximum", "Of each window its largest value is kept.", lambda v, g: np.nanmax(v, -1))
MEAN = Kept("mean", BY_SIZE, lambda v, g: np.nanmean(v, -1))
LENGTH = Kept(
    "length",
    "The length of a window's values is the root of the sum of their squares.",
    lambda v, g: np.sqrt(np.nansum(v**2, -1)),
)

MENU = (
    MAXIMUM,
    MEAN,
    LENGTH,
    Kept(
        "maximum with a 0 beside it",
        "A maximum begins at the window's first value, or at -np.inf: beside 0, no negative value can win.",
        lambda v, g: np.maximum(np.nanmax(v, -1), 0),
    ),
    Kept("minimum", "You keep the smallest value of each window.", lambda v, g: np.nanmin(v, -1)),
    Kept("sum", BY_SIZE, lambda v, g: np.nansum(v, -1)),
    Kept("sum divided by stride * stride", BY_SIZE, lambda v, g: np.nansum(v, -1) / g.stride**2),
    Kept("sum divided by the stride", BY_SIZE, lambda v, g: np.nansum(v, -1) / g.stride),
    Kept("sum divided by FH * FH", BY_SIZE, lambda v, g: np.nansum(v, -1) / g.FH**2),
    Kept("sum divided by FW * FW", BY_SIZE, lambda v, g: np.nansum(v, -1) / g.FW**2),
    Kept("sum divided by FH", BY_SIZE, lambda v, g: np.nansum(v, -1) / g.FH),
    Kept("sum divided by FW", BY_SIZE, lambda v, g: np.nansum(v, -1) / g.FW),
    Kept("sum divided by FH + FW", BY_SIZE, lambda v, g: np.nansum(v, -1) / (g.FH + g.FW)),
    Kept("sum divided by 4", BY_SIZE, lambda v, g: np.nansum(v, -1) / 4),
    Kept("sum divided by H * W", BY_SIZE, lambda v, g: np.nansum(v, -1) / (g.H * g.W)),
    Kept(
        "sum of a wrong number of values, divided by FH * FW,",
        "Divide by the number of values that you added up.",
        lambda v, g: np.nansum(v, -1) / (g.FH * g.FW),
    ),
    Kept("median", "The values are added up and divided, not sorted.", lambda v, g: np.nanmedian(v, -1)),
    Kept("mean of absolute values", "The signs are lost.", lambda v, g: np.nanmean(np.abs(v), -1)),
    Kept(
        "value of the largest size",
        "You compare absolute values. A maximum is the largest value: 1 is more than -5.",
        lambda v, g: np.take_along_axis(v, np.nanargmax(np.abs(v), -1)[..., None], -1)[..., 0],
    ),
    Kept(
        "largest absolute value",
        "The signs are lost: the maximum of -1 and -5 is -1.",
        lambda v, g: np.nanmax(np.abs(v), -1),
    ),
    Kept("sum of squares", "The root is missing.", lambda v, g: np.nansum(v**2, -1)),
    Kept("mean of squares", "Add the squares up, and take the root.", lambda v, g: np.nanmean(v**2, -1)),
    Kept(
        "root of the mean of squares",
        "The squares are added up, not averaged, before the root.",
        lambda v, g: np.sqrt(np.nanmean(v**2, -1)),
    ),
    Kept("sum of absolute values", "Each value is squared first.", lambda v, g: np.nansum(np.abs(v), -1)),
    Kept(
        "absolute value of the sum",
        "Each value is squared before they are added up.",
        lambda v, g: np.abs(np.nansum(v, -1)),
    ),
    Kept(
        "root of the sum without squares",
        "Each value is squared before they are added up.",
        lambda v, g: np.sqrt(np.nansum(v, -1)),
    ),
)
"""What may be kept of a window."""

Place = Callable[[Mapping[str, np.ndarray], Geometry], np.ndarray]
COUNT = "A switch counts through its own window, row by row: p * FW + q, from 0 on."
SWITCHES: Mapping[str, Place] = {
    "": lambda t, g: t["p"] * t["width"] + t["q"],
    "row times FW in the switch, though the window is not FW wide": lambda t, g: t["p"] * g.FW + t["q"],
    "switches counted by columns": lambda t, g: t["q"] * g.FH + t["p"],
    "row times the height of the window in the switch": lambda t, g: t["p"] * g.FH + t["q"],
    "switches counted from 1": lambda t, g: t["p"] * g.FW + t["q"] + 1,
    "only the row in the switch": lambda t, g: t["p"],
    "only the column in the switch": lambda t, g: t["q"],
    "row and column added up in the switch": lambda t, g: t["p"] + t["q"],
    "row times the stride in the switch": lambda t, g: t["p"] * g.stride + t["q"],
    "row times the width of the image in the switch": lambda t, g: t["p"] * g.W + t["q"],
    "switches counted through the image": lambda t, g: t["y"] * g.W + t["z"],
    "switches counted through the image by its height": lambda t, g: t["y"] * g.H + t["z"],
    "only the row of the image in the switch": lambda t, g: t["y"],
    "only the column of the image in the switch": lambda t, g: t["z"],
    "all switches 0": lambda t, g: 0 * t["p"],
}
"""How a place of the window is numbered, by the name of the fault; the first is right."""


@dataclass(frozen=True, eq=False)
class Question:
    """One call: its geometry, its images, and which pixel (n, c, y, z) is large; none in a probe."""

    geometry: Geometry
    case: Case
    x: np.ndarray
    pixel: tuple[int, ...] = ()


def _question(g: Geometry, x: np.ndarray, pixel: tuple[int, ...] = ()) -> Question:
    return Question(g, Case("reading", g.words, (x, (g.FH, g.FW), g.stride)), x, pixel)


@lru_cache(maxsize=2)
def questions(large: float = LARGE) -> tuple[Question, ...]:
    """All calls, known beforehand: they depend on no seed and on no answer."""
    rng = np.random.default_rng(11)
    asked = []
    for g in PROBES:
        x = (1 + rng.random((g.N, g.C, g.H, g.W))) * rng.choice([-1.0, 1.0], (g.N, g.C, g.H, g.W))
        asked.append(_question(g, x))
        if g not in (*HOT, PLANES):
            continue
        places = np.ndindex(*x.shape[2:]) if g in HOT else [(1, 1)]
        planes = [(0, 0)] if g in HOT else list(np.ndindex(*x.shape[:2]))
        for plane in planes:
            for place in places:
                hot = x.copy()
                hot[(*plane, *place)] = large
                asked.append(_question(g, hot, (*plane, *place)))
    return tuple(asked)


@dataclass(frozen=True)
class Pooling:
    """What an exercise asks for: what is kept of a window, and whether a switch comes with it."""

    kept: Kept
    switches: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the result."""
        return ("out", "switches") if self.switches else ("out",)


POOLINGS: Mapping[str, Pooling] = {
    "max_pool_forward": Pooling(MAXIMUM, switches=True),
    "max_pool_im2col": Pooling(MAXIMUM, switches=True),
    "average_pool_forward": Pooling(MEAN),
    "l2_pool_forward": Pooling(LENGTH),
}
"""The exercises that are read here, by name."""


@dataclass(frozen=True)
class Description:
    """Where the windows lie, how many there are, what is kept of each, and how its switch is numbered."""

    rows: Side
    columns: Side
    sizes: tuple[SizeRule | None, SizeRule | None]
    kept: Kept | None
    switch: str | None

    def size(self, g: Geometry) -> tuple[int, int]:
        """OH and OW."""
        down, right = (
            getattr(g, name) if rule is None else rule.formula(g)
            for name, rule in zip(("OH", "OW"), self.sizes, strict=True)
        )
        return int(down), int(right)

    def results(self, x: np.ndarray, g: Geometry) -> dict[str, np.ndarray]:
        """The results that this description has; NaN where a window holds nothing."""
        OH, OW = self.size(g)
        inside = held(self.rows, self.columns, g, OH, OW)
        seen = np.where(inside, x[:, :, None, None], np.nan).reshape(*x.shape[:2], OH, OW, g.H * g.W)
        some = inside.any((2, 3))
        seen[:, :, ~some] = 0.0
        found = {}
        if self.kept is not None:
            out = self.kept.formula(seen, g)
            found["out"] = np.where(some, out, np.nan)
        if self.switch is not None:
            place = np.nanargmax(seen, -1)
            found["switches"] = SWITCHES[self.switch](_places(place, self.rows, self.columns, g, OH, OW), g)
        return found


def _places(
    flat: np.ndarray, rows: Side, columns: Side, g: Geometry, OH: int, OW: int
) -> Mapping[str, np.ndarray]:
    """Pixels (by their number in the image) as rows and columns of the image and of their windows."""
    y, z = np.divmod(flat, g.W)
    i, j = np.indices((OH, OW))
    return _in_window(rows, columns, g, i, j, y, z)


def _in_window(rows: Side, columns: Side, g: Geometry, *where: np.ndarray) -> Mapping[str, np.ndarray]:
    """Pixels (i, j, y, z) with their rows and columns in the windows (i, j), and the windows' width."""
    i, j, y, z = where
    left, end = columns.bounds(g, i, j)
    return {"y": y, "z": z, "p": y - rows.bounds(g, i, j)[0], "q": z - left, "width": end - left}


Answered = Sequence[tuple[Case, "Outcome"]]


@np.errstate(all="ignore")
def read(
    exercise: str, ask: Callable[[Sequence[Case]], Outcomes], answered: Answered, wrong: frozenset[str]
) -> Reading:
    """What can be said for certain of an answer whose parts `wrong` are wrong; as `reader.read`."""
    pooling, asked = POOLINGS[exercise], questions()
    outcomes = ask([q.case for q in asked])
    if not any(_loud(o.parts.get("out")).any() for o in outcomes):  # perhaps a minimum is kept
        asked = questions(-LARGE)
        outcomes = ask([q.case for q in asked])
    calls = [(q.geometry, q.x, o) for q, o in zip(asked, outcomes, strict=True)]
    calls += [(geometry_of(case), case.args[0], outcome) for case, outcome in answered]
    nothing = Reading(calls=len(asked))
    raised = [(g, kind(o)) for g, _, o in calls]
    where = condition(raised)
    where = where if where in CONDITIONS else ""  # two conditions together may be an accident of few sizes
    explained = bool(where) or not any(what for _, what in raised)
    pairs = list(zip(asked, outcomes, strict=True))
    found = _described(pooling, pairs)
    if found is None or not _planes_apart(pairs):
        return nothing
    whole = {
        part: explained
        and all(_same(found.results(x, g).get(part), o.parts.get(part)) for g, x, o in calls if not o.raised)
        for part in pooling.parts
    }
    said: list[Sentence] = []
    if where:
        kinds = [o.raised for *_, o in calls if o.raised]
        said.append(Sentence(f"an error {where}", advice(kinds), pooling.parts, True, raises=True))
    said += _of_windows(found, pooling, wrong, whole)
    if "out" in wrong and found.kept not in (None, pooling.kept):
        name = f"each window's {found.kept.name}, where its {pooling.kept.name} belongs"
        about = pooling.kept if found.kept in (MAXIMUM, MEAN, LENGTH) else found.kept
        said.append(_sentence("out", pooling, name, about.advice, whole["out"]))
    if "switches" in wrong and found.switch:
        least = "" if whole["switches"] else "at least: "
        said.append(Sentence(least + found.switch, COUNT, ("switches",), whole["switches"]))
    right = [
        f"the {thing} are right"
        for thing, side in (("rows", found.rows), ("columns", found.columns))
        if not side.faults
    ]
    evidence = _evidence(found, wrong)
    return Reading(tuple(said), tuple(right) if said and explained else (), evidence, len(asked))


def _loud(out: np.ndarray | None) -> np.ndarray:
    """Which values are those of a large pixel, or made of it."""
    return np.zeros(1, bool) if out is None else np.abs(out) > LOUD


def geometry_of(case: Case) -> Geometry:
    """The geometry of a call."""
    x, size, stride = case.args
    N, C, H, W = x.shape
    return Geometry(N, C, H, W, C, size[0], size[1], stride)


def _sentence(part: str, pooling: Pooling, name: str, advice: str, whole: bool) -> Sentence:
    of = f"{part}: " if len(pooling.parts) > 1 else ""
    return Sentence(f"{'' if whole else 'at least: '}{of}{name}", advice, (part,), whole)


def _of_windows(
    found: Description, pooling: Pooling, wrong: frozenset[str], whole: Mapping[str, bool]
) -> list[Sentence]:
    """The faults in number and place of the windows, which all parts share."""
    parts = tuple(part for part in pooling.parts if part in wrong)
    least = "" if all(whole[part] for part in parts) else "at least: "
    faults = [
        (rule.name.replace(" + 2 pad", ""), rule.advice.replace(" + 2 pad", ""))
        for rule in found.sizes
        if rule is not None
    ]
    faults += names(found.rows, found.columns)
    return [Sentence(f"{least}{name}", advice, parts, not least) for name, advice in faults]


Pairs = Sequence[tuple[Question, "Outcome"]]


def _described(pooling: Pooling, pairs: Pairs) -> Description | None:
    """The description of an answer; None where its windows cannot be told."""
    sizes = tuple(_size(axis, pairs) for axis in (0, 1))
    if False in sizes:
        return None
    seen = _answering(pairs)
    if len(seen) < ENOUGH:
        return None
    rows, columns = fit(0, seen), fit(1, seen)
    if rows is None or columns is None:
        return None
    found = Description(rows, columns, sizes, None, None)  # type: ignore[arg-type]
    menu = (pooling.kept, *(kept for kept in MENU if kept is not pooling.kept))
    kept = next((k for k in menu if _keeps(Description(rows, columns, found.sizes, k, None), pairs)), None)
    switch = None
    if pooling.switches:
        switch = next((s for s in SWITCHES if _numbers(rows, columns, s, pairs)), None)
    return Description(rows, columns, found.sizes, kept, switch)


ENOUGH = 5
"""At so many geometries, at least, must the windows be seen."""


def _size(axis: int, pairs: Pairs) -> SizeRule | bool | None:
    """The rule for OH or OW: None if it is right, False if none is found."""
    name = ("OH", "OW")[axis]
    shapes = [(q.geometry, o.parts["out"].shape) for q, o in pairs if "out" in o.parts]
    if not shapes or any(len(shape) != 4 or shape[:2] != (g.N, g.C) for g, shape in shapes):
        return False
    lengths = {(g, shape[2 + axis]) for g, shape in shapes}
    if all(n == getattr(g, name) for g, n in lengths):
        return None
    exact = [rule for rule in rules(name) if all(rule.formula(g) == n for g, n in lengths)]
    return min(exact, key=lambda rule: len(rule.name), default=False)  # without padding, several say the same


def _answering(pairs: Pairs) -> list[tuple[Geometry, np.ndarray]]:
    """For each geometry of HOT that is answered, the pixels that its outputs answer to."""
    found = []
    for g in HOT:
        here = [(q, o.parts["out"]) for q, o in pairs if q.geometry == g and "out" in o.parts]
        plain = next((out for q, out in here if not q.pixel), None)
        hot = [(q, out) for q, out in here if q.pixel]
        if plain is None or len(hot) < g.H * g.W or any(out.shape != plain.shape for _, out in hot):
            continue
        there = np.zeros((*plain.shape[2:], g.H, g.W), bool)
        for q, out in hot:
            there[:, :, q.pixel[2], q.pixel[3]] = _loud(np.subtract(out, plain, dtype=float))[0, 0]
        found.append((g, there))
    return found


def _planes_apart(pairs: Pairs) -> bool:
    """Whether a large pixel shows in its own image and channel alone."""
    for q, o in pairs:
        if q.geometry == PLANES and q.pixel and "out" in o.parts:
            loud = np.argwhere(_loud(o.parts["out"]))
            if any(tuple(place[:2]) != q.pixel[:2] for place in loud):
                return False
    return True


def _keeps(found: Description, pairs: Pairs) -> bool:
    answered = [(q, o.parts["out"]) for q, o in pairs if "out" in o.parts]
    return all(_same(found.results(q.x, q.geometry)["out"], out) for q, out in answered)


def _numbers(rows: Side, columns: Side, switch: str, pairs: Pairs) -> bool:
    """Whether the switches of large pixels are numbered in this way."""
    asked = 0
    for q, o in pairs:
        if not q.pixel or q.geometry not in HOT or not {"out", "switches"} <= o.parts.keys():
            continue
        mine, loud = o.parts["switches"], _loud(o.parts["out"][0, 0])
        if mine.shape != o.parts["out"].shape:
            return False
        flat = np.full(loud.shape, q.pixel[2] * q.geometry.W + q.pixel[3])
        wanted = SWITCHES[switch](_places(flat, rows, columns, q.geometry, *loud.shape), q.geometry)
        if not np.array_equal(mine[0, 0][loud], wanted[loud]):
            return False
        asked += int(loud.sum())
    return asked > 0


def _same(wanted: np.ndarray | None, mine: np.ndarray | None) -> bool:
    if wanted is None or mine is None or wanted.shape != mine.shape:
        return wanted is mine
    known = np.isfinite(wanted)  # of an empty window nobody knows what is kept
    return same(np.where(known, mine, 0.0), np.where(known, wanted, 0.0))


def _evidence(found: Description, wrong: frozenset[str]) -> tuple[Evidence, ...]:
    """The windows, or the numbers of their places, at the first geometry where they are not right."""
    right = Description(right_side(0), right_side(1), (None, None), MAXIMUM, "")
    for g in HOT:
        tables = [_table(d, g) for d in (found, right)]
        if "out" in wrong and tables[0].counted() != tables[1].counted():
            return (Evidence("out", ("n", "k", "i", "j"), g, *tables),)
        if "switches" in wrong and found.switch:
            numbered = [_table(d, g, d.switch) for d in (found, right)]
            if numbered[0].counted() != numbered[1].counted():
                return (Evidence("switches", ("n", "k", "i", "j"), g, *numbered),)
    return ()


def _table(d: Description, g: Geometry, switch: str | None = None) -> Table:
    """The pixels of each window, and with `switch` the number that stands for each."""
    i, j, y, z = np.nonzero(held(d.rows, d.columns, g, *d.size(g)))
    zeros = np.zeros_like(i)
    columns = {"n": zeros, "k": zeros, "i": i, "j": j, "xn": zeros, "xc": zeros, "y": y, "z": z}
    if switch is not None:
        columns["s"] = SWITCHES[switch](_in_window(d.rows, d.columns, g, i, j, y, z), g)
    return Table((g,), zeros, columns, np.ones(len(i)))
