"""The sizes at which a function is read: few and small, but no two of their numbers go together.

They do not depend on a seed, so that one answer is told the same whenever it is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Geometry:
    """Sizes of a layer: N images, C channels, H x W pixels, K filters of FH x FW, a stride and a padding.

    Weights stand `dilation` pixels apart. Channels and filters are shared out among `groups`.
    With `only`, one output is asked for, the one at this row and column. The filters of a layer that is
    `connected` are units; with `rows`, its images are given as rows of C values.
    """

    N: int
    C: int
    H: int
    W: int
    K: int
    FH: int
    FW: int
    stride: int = 1
    pad: int = 0
    only: tuple[int, int] | None = None
    dilation: int = 1
    groups: int = 1
    connected: bool = False
    rows: bool = False

    @property
    def RH(self) -> int:  # noqa: N802
        """Over how many rows a window reaches, from its first weight to its last."""
        return (self.FH - 1) * self.dilation + 1

    @property
    def RW(self) -> int:  # noqa: N802
        """Over how many columns a window reaches."""
        return (self.FW - 1) * self.dilation + 1

    @property
    def CG(self) -> int:  # noqa: N802
        """Channels of a group, which are those of each filter."""
        return self.C // self.groups

    @property
    def OH(self) -> int:  # noqa: N802
        """Rows of the output; rounded down if the filter does not fit."""
        return (self.H + 2 * self.pad - self.RH) // self.stride + 1

    @property
    def OW(self) -> int:  # noqa: N802
        """Columns of the output."""
        return (self.W + 2 * self.pad - self.RW) // self.stride + 1

    def first(self, columns: Sequence[str]) -> np.ndarray:
        """The first number in each of these columns of a table: 0, but for one output that is asked for."""
        i, j = self.only or (0, 0)
        return np.array([{"i": i, "j": j}.get(column, 0) for column in columns], int)

    @property
    def fits(self) -> bool:
        """Whether windows fill the padded image without a rest."""
        rest = ((n + 2 * self.pad - f) for n, f in ((self.H, self.RH), (self.W, self.RW)))
        return all(r >= 0 and r % self.stride == 0 for r in rest)

    @property
    def words(self) -> str:
        """These sizes for a person."""
        options = (("stride", 1), ("pad", 0), ("dilation", 1), ("groups", 1))
        values = [(name, getattr(self, name), usual) for name, usual in options]
        more = "".join(f", {name} {value}" for name, value, usual in values if value != usual)
        images = f"{self.N} images of " * (self.N != 1)
        channels = f"{self.C} channels of " * (self.C != 1)
        filters = "one filter" if self.K == 1 else f"{self.K} filters"
        if self.connected:
            return f"{images}{channels}{self.H}x{self.W} pixels, {filters.replace('filter', 'unit')}"
        return f"{images}{channels}{self.H}x{self.W} pixels, {filters} of {self.FH}x{self.FW}{more}"


NAMES = (
    "N",
    "C",
    "H",
    "W",
    "K",
    "FH",
    "FW",
    "stride",
    "pad",
    "OH",
    "OW",
    "dilation",
    "groups",
    "RH",
    "RW",
    "CG",
)
"""What formulas may use of a geometry."""

TABLES = (
    Geometry(1, 1, 3, 3, 1, 2, 2),
    Geometry(1, 2, 2, 3, 1, 3, 3, pad=1),
    Geometry(2, 3, 3, 4, 2, 2, 3),
    Geometry(1, 2, 5, 7, 1, 3, 3, stride=2),
    Geometry(2, 2, 3, 5, 2, 3, 3, stride=2, pad=1),
    Geometry(1, 2, 4, 3, 2, 2, 3, stride=2, pad=1),
    Geometry(1, 2, 5, 8, 1, 2, 2, stride=3),
    Geometry(1, 2, 1, 2, 1, 3, 2, stride=2, pad=2),
    Geometry(3, 1, 1, 2, 2, 1, 1),
    Geometry(1, 2, 4, 4, 1, 2, 2, stride=2, pad=1),
    Geometry(1, 2, 5, 5, 2, 3, 3, stride=2),
)
"""At these every product is read, one number switched on at a time."""


def more(count: int, change: Callable[[Geometry, np.random.Generator], Geometry]) -> tuple[Geometry, ...]:
    """Further geometries that fit, drawn once and for all; each is changed before it is looked at."""
    rng = np.random.default_rng(8)
    found: list[Geometry] = []
    while len(found) < count:
        N, C, K = (int(v) for v in rng.integers(1, 4, 3))
        H, W = (int(v) for v in rng.integers(1, 8, 2))
        FH, FW = (int(v) for v in rng.integers(1, 5, 2))
        stride, pad = int(rng.integers(1, 4)), int(rng.integers(0, 3))
        if rng.random() < 0.4:
            W = H
        if rng.random() < 0.5:
            FW = FH
        geometry = change(Geometry(N, C, H, W, K, FH, FW, stride, pad), rng)
        if geometry.fits and geometry not in found:
            found.append(geometry)
    return tuple(found)


PROBES = (*TABLES, *more(30, lambda g, rng: g))
"""At these the function is called once: for the shape of its result, the errors, and the last comparison."""
