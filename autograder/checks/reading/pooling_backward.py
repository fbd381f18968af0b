"""Reading pooling, backward: where the gradient of an output goes, how much of it, and what meets there.

An answer is described by a few independent steps: how it takes gradients and switches, where its windows
begin, which of their pixels get how much, what happens where two gradients meet, and how dx comes out.
The description with the fewest faults that gives all of the answer's results is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..compare import same
from ..exercise import Case
from .choices import fewest_faults
from .geometry import Geometry
from .pooling_calls import HOT, PROBES, Answered
from .raising import advice, conditions, kind
from .result import Evidence, Reading, Sentence
from .sending import (
    DOUT,
    FORMS,
    MEETING,
    ROUNDED,
    SHARES,
    SWITCHES,
    TO_ALL,
    TO_ONE,
    Form,
    Messages,
    Sent,
    Taken,
    messages,
)
from .table import Table
from .windows import Side, names, one_fault

if TYPE_CHECKING:
    from ..run_answer import Outcomes


@dataclass(frozen=True)
class Description:
    """What an answer does in each step; each pixel gets `sign` times `share` of a gradient."""

    taken: Taken
    switches: Taken
    sides: tuple[Side, Side]
    sent: Sent
    meeting: str
    rounded: str
    form: Form
    share: str = "1"
    sign: float = 1.0

    def messages(self, dout: np.ndarray, switches: np.ndarray, g: Geometry) -> Messages | None:
        """What each output sends; None if there can be no result."""
        value, numbers = self.taken.of(dout, g), self.switches.of(switches, g)
        if value is None:
            return None
        if numbers is not None and self.taken.back is not DOUT[0].back:
            numbers = self.taken.of(numbers, g)
        if numbers is None:
            return None
        value = self.sign * SHARES[self.share](g) * value
        value = {"floor": np.floor, "each": np.trunc}.get(self.rounded, np.array)(value)
        i, j = np.indices((g.OH, g.OW))
        top, left = (side.first(g, i, j)[..., None] for side in self.sides)
        p, q = np.broadcast_arrays(*self.sent.place(numbers, g))
        if self.sent.absolute:
            p, q = p - top, q - left
        return messages(self.meeting, value, (top, left), (p, q), (g.FH, g.FW))

    def dx(self, dout: np.ndarray, switches: np.ndarray, g: Geometry) -> np.ndarray | None:
        """The result; a gradient that goes beyond the array is lost. None if there can be no result."""
        sent = self.messages(dout, switches, g)
        if sent is None:
            return None
        dx = sent.met(self.meeting, self.form.size(g), self.rounded == "sums")
        dx = np.trunc(dx) if self.rounded == "result" else dx
        return self.taken.back(self.form.made(dx, g))

    def beyond(self, dout: np.ndarray, switches: np.ndarray, g: Geometry) -> bool:
        """Whether a gradient goes beyond the array; then no slice is cut short, and there is an error."""
        sent = self.messages(dout, switches, g)
        return sent is not None and sent.beyond(self.form.size(g))


@dataclass(frozen=True)
class Pooling:
    """What an exercise asks for: which pixels get a gradient, how much, and whether there are switches."""

    sent: tuple[Sent, ...]
    share: str
    switches: bool

    @property
    def right(self) -> Description:
        """What is right."""
        return Description(
            DOUT[0], SWITCHES[0], one_fault()[0], self.sent[0], "added", "", FORMS[0], self.share
        )

    def case(self, g: Geometry, dout: np.ndarray, switches: np.ndarray) -> Case:
        """A call with these arrays."""
        rest = ((g.N, g.C, g.H, g.W), (g.FH, g.FW), g.stride)
        return Case("reading", g.words, (dout, switches, *rest) if self.switches else (dout, *rest))

    def opened(self, case: Case) -> tuple[Geometry, np.ndarray, np.ndarray]:
        """The geometry and the arrays of a call."""
        dout, *middle, shape, size, stride = case.args
        N, C, H, W = shape
        switches = middle[0] if middle else np.zeros(dout.shape, int)
        return Geometry(N, C, H, W, C, size[0], size[1], stride), dout, switches


POOLINGS: Mapping[str, Pooling] = {
    "max_pool_backward": Pooling(TO_ONE, "1", switches=True),
    "average_pool_backward": Pooling(TO_ALL, "1 / (FH * FW)", switches=False),
}
"""The exercises that are read here, by name."""

Call = tuple[Geometry, np.ndarray, np.ndarray]


@lru_cache(maxsize=2)
def questions(exercise: str) -> tuple[tuple[Call, Case], ...]:
    """All calls, known beforehand: they depend on no seed and on no answer."""
    pooling, rng = POOLINGS[exercise], np.random.default_rng(12)
    asked = []
    for g in PROBES:
        shape = (g.N, g.C, g.OH, g.OW)
        dout = (1 + 4 * rng.random(shape)) * rng.choice([-1.0, 1.0], shape)
        switches = rng.integers(0, g.FH * g.FW, shape)
        asked.append(((g, dout, switches), pooling.case(g, dout, switches)))
    return tuple(asked)


@np.errstate(all="ignore")
def read(
    exercise: str, ask: Callable[[Sequence[Case]], Outcomes], answered: Answered, wrong: frozenset[str]
) -> Reading:
    """What can be said for certain of an answer whose parts `wrong` are wrong; as `reader.read`."""
    pooling, asked = POOLINGS[exercise], questions(exercise)
    outcomes = ask([case for _, case in asked])
    calls = [(call, o) for (call, _), o in zip(asked, outcomes, strict=True)]
    calls += [(pooling.opened(case), outcome) for case, outcome in answered]
    nothing = Reading(calls=len(asked))
    if any(not o.raised and "dx" not in o.parts for _, o in calls):
        return nothing
    results = [(call, o.parts["dx"]) for call, o in calls if not o.raised]
    if len({call[0] for call, _ in results}) < ENOUGH:
        return nothing
    found = next(_described(pooling, results), None)
    if found is None:
        return nothing
    more = [
        ("where a gradient goes beyond dx", [found.beyond(*call[1:], call[0]) for call, _ in calls]),
        (
            "where a switch is not below stride * stride",
            [bool((s >= g.stride**2).any()) for (g, _, s), _ in calls],
        ),
    ]
    where = conditions([(call[0], kind(o)) for call, o in calls], more)
    if not where and any(o.raised for _, o in calls):
        return nothing
    errors = advice([o.raised for _, o in calls if o.raised])
    said = [Sentence(f"an error {words}", errors, ("dx",), True, raises=True) for words in where]
    said += [Sentence(*fault, ("dx",), True) for fault in _faults(found, pooling)]
    right = [
        f"the {t} are right"
        for t, side in zip(("rows", "columns"), found.sides, strict=True)
        if not side.faults and said
    ]
    return Reading(tuple(said), tuple(right), _evidence(found, pooling), len(asked))


ENOUGH = 5
"""At so many geometries, at least, must there be results."""


Results = Sequence[tuple[Call, np.ndarray]]


def _described(pooling: Pooling, results: Results) -> Iterator[Description]:
    """The descriptions that give all of these results, those with the fewest faults first."""
    results = sorted(results, key=lambda pair: pair[1].size > MANY or pair[1].size, reverse=True)
    first, mine = results[0]
    g = first[0]
    lengths = [side.length for side in pooling.right.sides]
    sides = [pair for pair in one_fault() if [side.length for side in pair] == lengths]
    switches = SWITCHES if pooling.switches else SWITCHES[:1]
    menus = DOUT, switches, sides, pooling.sent, tuple(MEETING), tuple(ROUNDED), FORMS
    for chosen in fewest_faults(menus):
        found = Description(*chosen)
        if found.form.size(g) != FORMS[0].size(g) and mine.shape[2:] != found.form.size(g):
            continue
        for likely in _shared(found, pooling, first, mine):
            if all(_gives(likely, call, result) for call, result in results):
                yield likely


MANY = 10_000


def _shared(found: Description, pooling: Pooling, call: Call, mine: np.ndarray) -> Iterator[Description]:
    """The description with the shares and the sign that it must have to give a result."""
    if found.rounded:
        yield replace(found, share=pooling.share)
        return
    whole = found.dx(call[1], call[2], call[0])
    if whole is None or whole.shape != mine.shape or not whole.any():
        return
    most = np.unravel_index(np.abs(whole).argmax(), whole.shape)
    ratio = float(mine[most] / whole[most])
    if not np.allclose(mine, ratio * whole, 1e-4, 1e-4):
        return
    for share in dict.fromkeys((pooling.share, *SHARES)):
        if np.isclose(abs(ratio), SHARES[share](call[0]), 1e-4):
            yield replace(found, share=share, sign=float(np.sign(ratio)))


def _gives(found: Description, call: Call, mine: np.ndarray) -> bool:
    """Whether a description gives a result."""
    g, dout, switches = call
    wanted = found.dx(dout, switches, g)
    return wanted is not None and wanted.shape == mine.shape and same(mine, wanted.astype(mine.dtype))


def _faults(found: Description, pooling: Pooling) -> Iterator[tuple[str, str]]:
    """The faults by name, the most basic first."""
    yield from names(*found.sides)
    for step in (found.taken, found.switches, found.sent, found.form):
        if step.name:
            yield step.name, step.advice
    if found.share != pooling.share:
        about = (
            "All of a gradient goes to one pixel: nothing is divided."
            if pooling.share == "1"
            else "Each of the FH * FW pixels of a window gets an equal share of its gradient."
        )
        yield f"a pixel gets {found.share} of the gradient, where {pooling.share} belongs", about
    if found.sign < 0:
        yield "the sign turned", "Look for a minus that does not belong there."
    for named in (MEETING[found.meeting], ROUNDED[found.rounded]):
        if named[0]:
            yield named


def _evidence(found: Description, pooling: Pooling) -> tuple[Evidence, ...]:
    """Where the gradients land, at the first geometry where they land elsewhere than they should."""
    for g in HOT:
        yours, wanted = (_table(d, g, pooling) for d in (found, pooling.right))
        if yours is None or wanted is None:
            continue
        if yours.counted() != wanted.counted():
            return (Evidence("dx", ("n", "k", "i", "j"), g, yours, wanted),)
    return ()


def _table(d: Description, g: Geometry, pooling: Pooling) -> Table | None:
    """For each output and switch the pixels that its gradient goes to; None if it has none."""
    lines = []
    for k in range(g.FH * g.FW if pooling.switches else 1):
        for i, j in np.ndindex(g.OH, g.OW):
            dout = np.zeros((1, 1, g.OH, g.OW))
            dout[0, 0, i, j] = 1.0
            dx = d.dx(dout, np.full(dout.shape, k), g)
            if dx is None or dx.shape != (1, 1, g.H, g.W):
                return None
            lines += [(i, j, k, y, z, dx[0, 0, y, z]) for y, z in np.argwhere(dx[0, 0])]
    columns = np.array(lines).reshape(-1, 6).T
    i, j, k, y, z = columns[:5].astype(int)
    zeros = np.zeros_like(i)
    where = {"n": zeros, "k": zeros, "i": i, "j": j, "xn": zeros, "xc": zeros, "y": y, "z": z}
    return Table((g,), zeros, where | ({"s": k} if pooling.switches else {}), columns[5])
