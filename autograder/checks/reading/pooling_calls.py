"""The calls that reveal a pooling: one pixel after the other is very large, and then no pixel is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..exercise import Case
from .geometry import Geometry
from .keeping import LENGTH, MAXIMUM, MEAN, Kept

if TYPE_CHECKING:
    from ..run_answer import Outcome

Answered = Sequence[tuple[Case, "Outcome"]]

LARGE, LOUD = 1e7, 1000.0
"""The value that outputs answer to, all others being below 5; and from where on a result is made of it."""

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
    *(
        Geometry(N, C, H, W, C, FH, FW, stride=stride)
        for N, C, H, W, FH, FW, stride in (
            (2, 3, 5, 4, 2, 2, 1), (1, 2, 3, 7, 1, 3, 2), (2, 1, 7, 4, 3, 2, 2), (3, 2, 2, 2, 1, 1, 1),
            (1, 1, 6, 6, 2, 2, 2), (2, 2, 5, 9, 3, 1, 2), (1, 3, 9, 5, 1, 3, 2), (2, 2, 3, 3, 3, 3, 1),
            (1, 2, 10, 4, 4, 1, 3), (2, 3, 4, 4, 3, 3, 1), (1, 1, 4, 10, 1, 4, 3), (2, 1, 7, 7, 1, 1, 3),
        )
    ),
)  # fmt: skip
"""At these the answer is called once, for the shapes, the errors and what is kept of a window."""


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
        x = (1 + 3 * rng.random((g.N, g.C, g.H, g.W))) * rng.choice([-1.0, 1.0], (g.N, g.C, g.H, g.W))
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


def geometry_of(case: Case) -> Geometry:
    """The geometry of a call."""
    x, size, stride = case.args
    N, C, H, W = x.shape
    return Geometry(N, C, H, W, C, size[0], size[1], stride)
