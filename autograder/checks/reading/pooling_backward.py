"""Reading pooling, backward: where the gradient of an output goes, how much of it, and what meets there.

The gradients of one output after the other are switched on, in max pooling with each switch; where they land
says where the window begins and how the switch is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from ..compare import same
from ..exercise import Case
from .geometry import Geometry
from .pooling import HOT, PROBES, Answered
from .raising import CONDITIONS, advice, condition
from .result import Evidence, Reading, Sentence
from .table import Table
from .windows import Side, names, right_side, sides

if TYPE_CHECKING:
    from ..run_answer import Outcome, Outcomes

Number = np.ndarray | int
Place = Callable[[np.ndarray, Geometry], tuple[Number, Number]]


@dataclass(frozen=True)
class Sent:
    """Which pixels of a window get a gradient: their rows and columns in it, and the fault if there is one.

    `place` is given the switches; what it gives has one more axis, over the pixels that get something.
    """

    name: str
    advice: str
    place: Place


READ = "A switch counts through its window row by row: its row is k // FW, its column k % FW."


def _one(row: Callable[[Any, Geometry], Any], column: Callable[[Any, Geometry], Any]) -> Place:
    return lambda k, g: (row(k, g)[..., None], column(k, g)[..., None])


def _all_of(rows: Callable[[Geometry], int], columns: Callable[[Geometry], int]) -> Place:
    """All pixels of a window so many rows high and columns wide."""

    def place(k: np.ndarray, g: Geometry) -> tuple[Number, Number]:
        p, q = np.divmod(np.arange(rows(g) * columns(g)), columns(g))
        return np.broadcast_to(p, (*k.shape, len(p))), np.broadcast_to(q, (*k.shape, len(q)))

    return place


def _divided(by: Callable[[Geometry], int], first: int = 0) -> Place:
    return _one(lambda k, g: (k - first) // by(g), lambda k, g: (k - first) % by(g))


def _turned(by: Callable[[Geometry], int]) -> Place:
    return _one(lambda k, g: k % by(g), lambda k, g: k // by(g))


AT_SWITCH = Sent("", "", _divided(lambda g: g.FW))
EVERY = Sent("", "", _all_of(lambda g: g.FH, lambda g: g.FW))

PLACES = (
    Sent("switches divided by FH, where FW belongs", READ, _divided(lambda g: g.FH)),
    Sent("row and column of the switch swapped", READ, _turned(lambda g: g.FW)),
    Sent("switches counted down the columns", READ, _turned(lambda g: g.FH)),
    Sent(
        "switches read as if counted from 1", "The first value has the switch 0.", _divided(lambda g: g.FW, 1)
    ),
    Sent("switches divided by the stride, where FW belongs", READ, _divided(lambda g: g.stride)),
    Sent("switches divided by W, where FW belongs", READ, _divided(lambda g: g.W)),
    Sent("switches divided by H, where FW belongs", READ, _divided(lambda g: g.H)),
    Sent("switches divided by OW, where FW belongs", READ, _divided(lambda g: g.OW)),
    Sent(
        "every gradient goes to the first pixel of its window",
        "Your switches are not used: they say which pixel it was.",
        _one(lambda k, g: 0 * k, lambda k, g: 0 * k),
    ),
    Sent("only the rows follow the switches", READ, _one(lambda k, g: k // g.FW, lambda k, g: 0 * k)),
    Sent("only the columns follow the switches", READ, _one(lambda k, g: 0 * k, lambda k, g: k % g.FW)),
    Sent(
        "every pixel of the window gets the gradient",
        "Only the pixel at the switch made the output.",
        EVERY.place,
    ),
)

SIZE = "size[0] is the height of the window and size[1] its width; the stride says how far windows move."
WINDOWS = (
    Sent("windows taken as square, FH by FH", SIZE, _all_of(lambda g: g.FH, lambda g: g.FH)),
    Sent("windows taken as square, FW by FW", SIZE, _all_of(lambda g: g.FW, lambda g: g.FW)),
    Sent("height and width of the window swapped", SIZE, _all_of(lambda g: g.FW, lambda g: g.FH)),
    Sent("windows as large as the stride", SIZE, _all_of(lambda g: g.stride, lambda g: g.stride)),
    Sent("windows one short", SIZE, _all_of(lambda g: g.FH - 1, lambda g: g.FW - 1)),
    Sent("one pixel of each window gets its share, not all", SIZE, _all_of(lambda g: 1, lambda g: 1)),
)

SHARES: Mapping[str, Callable[[Geometry], float]] = {
    "1": lambda g: 1.0,
    "1 / (FH * FW)": lambda g: 1 / (g.FH * g.FW),
    "1 / stride ** 2": lambda g: 1 / g.stride**2,
    "1 / FH ** 2": lambda g: 1 / g.FH**2,
    "1 / FW ** 2": lambda g: 1 / g.FW**2,
    "1 / FH": lambda g: 1 / g.FH,
    "1 / FW": lambda g: 1 / g.FW,
    "1 / 4": lambda g: 0.25,
    "1 / (FH + FW)": lambda g: 1 / (g.FH + g.FW),
    "1 / (OH * OW)": lambda g: 1 / (g.OH * g.OW),
    "FH * FW": lambda g: float(g.FH * g.FW),
    "2": lambda g: 2.0,
    "-1": lambda g: -1.0,
    "-1 / (FH * FW)": lambda g: -1 / (g.FH * g.FW),
    "1 / (FH * FW) ** 2": lambda g: 1 / (g.FH * g.FW) ** 2,
}
"""How much of a gradient each pixel gets."""

MEETING = {
    "added": "",
    "replaced": "each gradient replaces what was sent to its pixel before",
    "wiped": "each window wipes out what earlier windows sent to its pixels",
}
"""What happens where two windows send to one pixel."""

ADD = "Where windows overlap, a pixel gets from each of them: add to dx with +=, do not assign."


@dataclass(frozen=True)
class Description:
    """Where windows begin, which of their pixels get how much, and what happens where two windows meet."""

    rows: Side
    columns: Side
    sent: Sent
    share: str
    meeting: str

    def dx(self, dout: np.ndarray, switches: np.ndarray, g: Geometry) -> np.ndarray:
        """The result that this description has; a gradient that goes beyond the image is lost."""
        found = np.zeros((g.N, g.C, g.H, g.W))
        i, j = np.indices((g.OH, g.OW))
        top, left = self.rows.first(g, i, j), self.columns.first(g, i, j)
        p, q = self.sent.place(switches, g)
        y, z = np.broadcast_arrays(top[..., None] + p, left[..., None] + q)
        inside = (y >= 0) & (y < g.H) & (z >= 0) & (z < g.W)
        value = dout * SHARES[self.share](g)
        for n, c, a, b in np.ndindex(*dout.shape):
            here = inside[n, c, a, b]
            rows, columns = y[n, c, a, b][here], z[n, c, a, b][here]
            if self.meeting == "wiped":
                found[n, c, max(top[a, b], 0) : top[a, b] + g.FH, max(left[a, b], 0) : left[a, b] + g.FW] = (
                    0.0
                )
            if self.meeting == "replaced":
                found[n, c, rows, columns] = value[n, c, a, b]
            else:
                np.add.at(found[n, c], (rows, columns), value[n, c, a, b])
        return found


@dataclass(frozen=True, eq=False)
class Question:
    """One call; `hot` is the output (i, j) whose gradient is on, none in a probe."""

    geometry: Geometry
    case: Case
    dout: np.ndarray
    switches: np.ndarray
    hot: tuple[int, ...] = ()


@dataclass(frozen=True)
class Pooling:
    """What an exercise asks for: which pixels get a gradient, how much, and whether there are switches."""

    sent: Sent
    share: str
    switches: bool

    def question(
        self, g: Geometry, dout: np.ndarray, switches: np.ndarray, hot: tuple[int, ...] = ()
    ) -> Question:
        """A call with these arrays."""
        rest = ((g.N, g.C, g.H, g.W), (g.FH, g.FW), g.stride)
        args = (dout, switches, *rest) if self.switches else (dout, *rest)
        return Question(g, Case("reading", g.words, args), dout, switches, hot)

    def opened(self, case: Case) -> tuple[Geometry, np.ndarray, np.ndarray]:
        """The geometry and the arrays of a call."""
        dout, *middle, shape, size, stride = case.args
        N, C, H, W = shape
        switches = middle[0] if middle else np.zeros(dout.shape, int)
        return Geometry(N, C, H, W, C, size[0], size[1], stride), dout, switches


POOLINGS: Mapping[str, Pooling] = {
    "max_pool_backward": Pooling(AT_SWITCH, "1", switches=True),
    "average_pool_backward": Pooling(EVERY, "1 / (FH * FW)", switches=False),
}
"""The exercises that are read here, by name."""


@lru_cache(maxsize=2)
def questions(exercise: str) -> tuple[Question, ...]:
    """All calls, known beforehand: they depend on no seed and on no answer."""
    pooling, rng = POOLINGS[exercise], np.random.default_rng(12)
    asked = []
    for g in PROBES:
        shape = (g.N, g.C, g.OH, g.OW)
        dout = (1 + rng.random(shape)) * rng.choice([-1.0, 1.0], shape)
        asked.append(pooling.question(g, dout, rng.integers(0, g.FH * g.FW, shape)))
    for g in HOT:
        for k in range(g.FH * g.FW if pooling.switches else 1):
            for place in np.ndindex(g.OH, g.OW):
                dout = np.zeros((1, 1, g.OH, g.OW))
                dout[0, 0][place] = 1.0
                asked.append(pooling.question(g, dout, np.full(dout.shape, k), place))
    return tuple(asked)


Pairs = Sequence[tuple[Question, "Outcome"]]


@np.errstate(all="ignore")
def read(
    exercise: str, ask: Callable[[Sequence[Case]], Outcomes], answered: Answered, wrong: frozenset[str]
) -> Reading:
    """What can be said for certain of an answer whose parts `wrong` are wrong; as `reader.read`."""
    pooling, asked = POOLINGS[exercise], questions(exercise)
    outcomes = ask([q.case for q in asked])
    pairs = list(zip(asked, outcomes, strict=True))
    calls = [(q.geometry, q.dout, q.switches, o) for q, o in pairs]
    calls += [(*pooling.opened(case), outcome) for case, outcome in answered]
    where = condition([(g, bool(o.raised)) for g, *_, o in calls])
    where = where if where in CONDITIONS else ""
    explained = bool(where) or not any(o.raised for *_, o in calls)
    found = _described(pooling, pairs)
    if found is None or not explained:
        return Reading(calls=len(asked))
    for g, dout, switches, o in calls:
        mine = o.parts.get("dx")
        if not o.raised and (mine is None or mine.shape != (g.N, g.C, g.H, g.W)):
            return Reading(calls=len(asked))
        if mine is not None and not same(mine, found.dx(dout, switches, g).astype(mine.dtype)):
            return Reading(calls=len(asked))
    said = [Sentence(*fault, ("dx",), True) for fault in _faults(found, pooling)]
    if where:
        kinds = [o.raised for *_, o in calls if o.raised]
        said.insert(0, Sentence(f"an error {where}", advice(kinds), ("dx",), True, raises=True))
    right = [
        f"the {t} are right"
        for t, side in (("rows", found.rows), ("columns", found.columns))
        if not side.faults
    ]
    return Reading(tuple(said), tuple(right), _evidence(found, pooling), len(asked))


def _faults(found: Description, pooling: Pooling) -> Iterator[tuple[str, str]]:
    """The faults by name, the most basic first."""
    yield from names(found.rows, found.columns)
    if found.sent is not pooling.sent:
        yield found.sent.name, found.sent.advice
    if found.share != pooling.share:
        about = (
            "All of a gradient goes to one pixel: nothing is divided."
            if pooling.share == "1"
            else "Each of the FH * FW pixels of a window gets an equal share of its gradient."
        )
        yield f"a pixel gets {found.share} of the gradient, where {pooling.share} belongs", about
    if found.meeting != "added":
        yield MEETING[found.meeting], ADD


def _described(pooling: Pooling, pairs: Pairs) -> Description | None:
    """The simplest description that fits all calls of one output; None if none does."""
    menu = (pooling.sent, *(PLACES if pooling.switches else WINDOWS))
    for sent, meeting in product(menu, MEETING):
        landed = _landed(sent, pairs)
        if landed is None:
            continue
        rows, columns = (_line(axis, landed) for axis in (0, 1))
        if rows is None or columns is None:
            continue
        for share in dict.fromkeys((pooling.share, *SHARES)):
            found = Description(rows, columns, sent, share, meeting)
            if all(_same(found, q, o) for q, o in pairs if "dx" in o.parts):
                return found
    return None


def _same(found: Description, q: Question, o: Outcome) -> bool:
    mine = o.parts["dx"]
    wanted = found.dx(q.dout, q.switches, q.geometry)
    return mine.shape == wanted.shape and same(mine, wanted)


Landed = Sequence[tuple[Geometry, tuple[int, ...], int, int]]
"""For each gradient that was seen to land: its geometry and output (i, j), and where its window begins."""


def _landed(sent: Sent, pairs: Pairs) -> Landed | None:
    """Where windows begin if `sent` is how pixels of a window get gradients; None if it cannot be."""
    found = []
    for q, o in pairs:
        dx = o.parts.get("dx")
        if not q.hot or dx is None or dx.shape != (1, 1, q.geometry.H, q.geometry.W):
            continue
        places = np.argwhere(dx[0, 0])
        if not len(places):
            continue  # lost: beyond the image, or wiped out
        p, q_ = (
            np.broadcast_to(a, (*q.switches.shape, np.shape(a)[-1]))[0, 0][q.hot]
            for a in sent.place(q.switches, q.geometry)
        )
        if len(p) == 1 and len(places) == 1:
            found.append((q.geometry, q.hot, int(places[0, 0] - p[0]), int(places[0, 1] - q_[0])))
        elif len(p) == len(places):  # of a window that is cut short the beginning is not known
            found.append((q.geometry, q.hot, int(places[:, 0].min()), int(places[:, 1].min())))
        elif len(p) == 1:
            return None
    return found if len({g for g, *_ in found}) >= ENOUGH else None


ENOUGH = 5
"""At so many geometries, at least, must gradients be seen to land."""


def _line(axis: int, landed: Landed) -> Side | None:
    """The way in which windows lie along an axis; their length does not matter here."""
    length = right_side(axis).length
    for side in sides(axis):
        if side.length == length and all(
            int(side.first(g, *(np.array(index) for index in place))) == begins[axis]
            for g, place, *begins in landed
        ):
            return side
    return None


def _evidence(found: Description, pooling: Pooling) -> tuple[Evidence, ...]:
    """Where the gradients land, at the first geometry where they land elsewhere than they should."""
    right = Description(right_side(0), right_side(1), pooling.sent, pooling.share, "added")
    for g in HOT:
        yours, wanted = (_table(d, g, pooling) for d in (found, right))
        if yours.counted() != wanted.counted():
            return (Evidence("dx", ("n", "k", "i", "j"), g, yours, wanted),)
    return ()


def _table(d: Description, g: Geometry, pooling: Pooling) -> Table:
    """For each output and switch the pixels that its gradient goes to."""
    lines = []
    for k in range(g.FH * g.FW if pooling.switches else 1):
        for i, j in np.ndindex(g.OH, g.OW):
            dout = np.zeros((1, 1, g.OH, g.OW))
            dout[0, 0, i, j] = 1.0
            dx = d.dx(dout, np.full(dout.shape, k), g)[0, 0]
            lines += [(i, j, k, y, z, dx[y, z]) for y, z in np.argwhere(dx)]
    columns = np.array(lines).reshape(-1, 6).T
    i, j, k, y, z = columns[:5].astype(int)
    zeros = np.zeros_like(i)
    where = {"n": zeros, "k": zeros, "i": i, "j": j, "xn": zeros, "xc": zeros, "y": y, "z": z}
    return Table((g,), zeros, where | ({"s": k} if pooling.switches else {}), columns[5])
