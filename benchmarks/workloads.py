"""What is timed: layers with names. Change one, and its figures no longer compare: then raise VERSION.

A workload is plain numbers. It knows what a layer must compute and move at least (`operations`, `moved`), so
that times can be held against the machine's limits, and makes its own data. Nothing here knows who is timed,
or on which device.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import DTypeLike, NDArray

from cs_conv.geometry import Geometry, conv_geometry, pool_geometry

VERSION = 1
PERIOD = 100_003  # after so many numbers a workload's data repeat
DIRECTIONS = ("forward", "backward")
NEED_IMAGES = ("l2_pool", "local_response_norm")  # whose backward pass reads the images again

Array = NDArray[np.floating]
Sides = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Data:
    """What one call works on."""

    x: Array  # (N, C, H, W)
    dout: Array  # (N, K, OH, OW), for pooling (N, C, OH, OW)
    w: Array  # (K, C / groups, FH, FW), for batch normalisation gamma (C,), for pooling empty
    b: Array  # (K,), for batch normalisation beta (C,), for pooling empty


@dataclass(frozen=True)
class Workload:
    """One layer on N images. K is 0 where there are no filters, size is (0, 0) where there are no windows."""

    name: str
    kind: str  # conv, max_pool, batch_norm ...: cs_conv's functions without their direction
    N: int
    C: int
    H: int
    W: int
    K: int
    size: tuple[int, int]
    stride: int = 1
    pad: int | Sides = 0
    dilation: int = 1
    groups: int = 1
    about: str = ""
    quick: bool = False  # also timed by --quick
    goal: str = ""  # one of `benchmarks.goals.GOALS`
    directions: tuple[str, ...] = DIRECTIONS  # "both" where one call does both

    @property
    def geometry(self) -> Geometry:
        """The layer's shapes, as the library works them out."""
        if self.K:
            x = np.broadcast_to(0.0, (self.N, self.C, self.H, self.W))  # shapes without memory
            w = np.broadcast_to(0.0, (self.K, self.C // self.groups, *self.size))
            return conv_geometry(x, w, self.stride, self.pad, self.dilation, self.groups)
        return pool_geometry((self.N, self.C, self.H, self.W), self.size, self.stride, self.pad)

    @property
    def out_shape(self) -> tuple[int, int, int, int]:
        """(N, K, OH, OW)."""
        if self.kind == "global_average_pool":
            return self.N, self.C, 1, 1
        if self.size == (0, 0):
            return self.N, self.C, self.H, self.W
        g = self.geometry
        return self.N, self.K or self.C, g.OH, g.OW

    @property
    def parameter_shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The shapes of w and b."""
        if self.kind == "batch_norm":
            return (self.C,), (self.C,)
        filters = self.K, self.C // self.groups, *self.size
        places = self.out_shape[2:] if self.kind == "locally_connected" else ()
        return (*places, *filters), (*places, self.K)

    @property
    def sides(self) -> Sides:
        """The padding as ((top, bottom), (left, right))."""
        p = self.pad
        return ((p, p), (p, p)) if isinstance(p, int) else p

    @property
    def shape(self) -> str:
        """In a few words: what a person wants to see beside the name."""
        filters = f" K={self.K}" if self.K else ""
        more = f" stride {self.stride}" if self.stride != 1 else ""
        more += f" pad {self.pad}" if isinstance(self.pad, int) and self.pad else ""
        more += f" pad {self.sides[0][0]}/{self.sides[0][1]}" if not isinstance(self.pad, int) else ""
        more += f" dilation {self.dilation}" if self.dilation != 1 else ""
        more += f" {self.groups} groups" if self.groups != 1 else ""
        window = f" {self.size[0]}x{self.size[1]}" if self.size != (0, 0) else ""
        return f"{self.N}x{self.C}x{self.H}x{self.W}{filters}{window}{more}"

    def operations(self, direction: str) -> int:
        """Additions, multiplications and comparisons of the direct algorithm, whatever a variant does.

        Layers without windows are counted as one for each value: moving the values takes longer.
        """
        N, K, OH, OW = self.out_shape
        taps = self.size[0] * self.size[1]
        if self.K:
            forward = 2 * N * K * OH * OW * self.C // self.groups * taps
            return forward if direction == "forward" else 2 * forward  # backward: dx and dw
        return N * K * OH * OW * taps or N * self.C * self.H * self.W

    def moved(self, direction: str, itemsize: int) -> int:
        """Bytes that must be read or written at least: each input once, each result once."""
        x = self.N * self.C * self.H * self.W
        out = int(np.prod(self.out_shape))
        w = sum(math.prod(shape) for shape in self.parameter_shapes)
        if w:
            return itemsize * (x + out + w if direction == "forward" else 2 * (x + w) + out)
        kept = out if self.kind in ("max_pool", "dropout") else 0  # which was the maximum: a byte at least
        again = x * itemsize if self.kind in NEED_IMAGES and direction == "backward" else 0
        return itemsize * (x + out) + kept + again

    def data(self, dtype: DTypeLike, copies: int = 1) -> list[Data]:
        """`copies` sets of images and gradients in memory of their own, and one set of filters.

        Their values are the same, on every run and in float32 and float64 (but for rounding). After a prime
        number of values they repeat, which no row or channel does: drawing them all would take longer than
        the layer.
        """
        rng = np.random.default_rng(zlib.crc32(self.name.encode()))

        def draw(*shape: int) -> Array:
            values = rng.standard_normal(min(math.prod(shape), PERIOD), np.float32)
            return np.resize(values.astype(dtype), shape)

        w_shape, b_shape = self.parameter_shapes
        w = draw(*w_shape)
        w /= max(self.C // self.groups * self.size[0] * self.size[1], 1) ** 0.5  # outputs of about 1
        b, x, dout = draw(*b_shape), draw(self.N, self.C, self.H, self.W), draw(*self.out_shape)
        return [Data(x, dout, w, b)] + [Data(x.copy(), dout.copy(), w, b) for _ in range(copies - 1)]

    def tiny(self) -> Workload:
        """The same layer, barely large enough: for tests, and to warm up before memory is measured.

        Winograd's algorithm takes no fewer channels, and no fewer outputs than 3 for each step of dilation.
        """
        steps = 3 * self.dilation
        N, C, K = min(self.N, 2), min(self.C, 32), min(self.K, 32)
        if self.size == (0, 0):
            H, W = min(self.H, 3), min(self.W, 3)
            return replace(self, name=f"{self.name} tiny", N=N, C=C, H=H, W=W)
        H, W = (
            (steps - 1) * self.stride + self.dilation * (F - 1) + 1 - before - after
            for F, (before, after) in zip(self.size, self.sides, strict=True)
        )
        return replace(self, name=f"{self.name} tiny", N=N, C=C, H=H, W=W, K=K, groups=min(self.groups, 32))


def _conv(name: str, x: tuple[int, int, int], K: int, F: int, about: str, **more: object) -> Workload:
    N, C, H = x
    return Workload(name, "conv", N, C, H, H, K, (F, F), about=about, **more)  # type: ignore[arg-type]


def _pool(name: str, kind: str, x: tuple[int, int, int], F: int, about: str, **more: object) -> Workload:
    N, C, H = x
    return Workload(name, kind, N, C, H, H, 0, (F, F), stride=2, about=about, **more)  # type: ignore[arg-type]


# 3x3 at stride 2 does not fit an even size: one row above and one column to the left make it fit. Libraries
# that only pad both sides alike (and then leave the last row out) compute the same.
_ONE_BEFORE: Sides = ((1, 0), (1, 0))
_THREE_TWO: Sides = ((3, 2), (3, 2))

WORKLOADS: tuple[Workload, ...] = (
    #                  N    C    H     K  F
    _conv("W1",      (64,   3,  32),  32, 3, "a first layer on CIFAR-10", pad=1, quick=True),
    _conv("W2",      (64,  64,  32),  64, 3, "a layer inside", pad=1, quick=True),
    _conv("W2-dilated", (64, 64, 32), 64, 3, "W2 with dilation 2", pad=2, dilation=2),
    _conv("W3",     (100,   3,  31),  25, 3, "a small strided layer", stride=2, pad=1, quick=True),
    _conv("W4",       (8,   3, 227),  96, 11, "AlexNet's first layer", stride=4, quick=True),
    _conv("W5",       (4, 128,  56), 256, 3, "many channels", pad=1, quick=True),
    _conv("W6",      (16, 256,  28),  64, 1, "1x1: a matrix product as it is", quick=True),
    _conv("LeNet-1", (64,   1,  32),   6, 5, "LeNet's first layer"),
    _conv("VGG-1_1",  (2,   3, 224),  64, 3, "VGG-16's first layer", pad=1),
    _conv("VGG-1_2",  (2,  64, 224),  64, 3, "VGG-16's second layer", pad=1),
    _conv("ResNet-1", (4,   3, 224),  64, 7, "first in ResNet and GoogLeNet", stride=2, pad=_THREE_TWO),
    _conv("ZFNet-1",  (4,   3, 224),  96, 7, "ZFNet's first layer", stride=2, pad=_ONE_BEFORE),
    _conv("GoogLeNet-2", (4, 64, 56), 192, 3, "GoogLeNet's second 3x3", pad=1),
    _pool("max2-32",  "max_pool", (64, 64, 32),  2, "windows side by side", quick=True),
    _pool("max3-32",  "max_pool", (64, 64, 32),  3, "windows that overlap", pad=_ONE_BEFORE),
    _pool("max2-112", "max_pool", (4, 64, 112),  2, "after VGG's first block"),
    _pool("max3-112", "max_pool", (4, 64, 112),  3, "after ResNet's first layer", pad=_ONE_BEFORE),
    _pool("avg2-32",  "average_pool", (64, 64, 32), 2, "windows side by side"),
    _pool("avg3-32",  "average_pool", (64, 64, 32), 3, "windows that overlap", pad=_ONE_BEFORE),
    _pool("avg2-112", "average_pool", (4, 64, 112), 2, "larger images"),
    _pool("avg3-112", "average_pool", (4, 64, 112), 3, "larger images", pad=_ONE_BEFORE),
    _pool("l2-32",    "l2_pool", (64, 64, 32), 2, "windows side by side"),
)  # fmt: skip


def chosen(
    patterns: list[str] | None, quick: bool = False, among: tuple[Workload, ...] = WORKLOADS
) -> list[Workload]:
    """The workloads whose names fit a pattern (`W2`, `max*`); without patterns all, or the quick ones.

    Raises ValueError for a pattern that fits none.
    """
    if not patterns:
        return [work for work in among if work.quick or not quick]
    for pattern in patterns:
        if not any(fnmatchcase(work.name, pattern) for work in among):
            names = ", ".join(work.name for work in among)
            raise ValueError(f"no workload is named {pattern!r}; there are {names}")
    return [work for work in among if any(fnmatchcase(work.name, pattern) for pattern in patterns)]
