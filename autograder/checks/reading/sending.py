"""What may go wrong with the gradients of pooling: how they are taken, where they go, and how they meet.

Each menu begins with what is right. An entry without a name is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .geometry import Geometry

Number = np.ndarray | int
Arrays = tuple[np.ndarray, np.ndarray]
Place = Callable[[np.ndarray, Geometry], tuple[Number, Number]]


@dataclass(frozen=True)
class Taken:
    """How gradients, or switches, are taken from an argument of (N, C, OH, OW).

    A gradient that is not taken is NaN. None stands for an error. `back` is what happens to dx in the end.
    """

    name: str
    advice: str
    of: Callable[[np.ndarray, Geometry], np.ndarray | None]
    back: Callable[[np.ndarray], np.ndarray] = lambda dx: dx


def _first(axis: int) -> Callable[[np.ndarray, Geometry], np.ndarray]:
    """Only the first image (axis 0) or channel (axis 1) is taken."""
    return lambda dout, g: np.where(np.indices(dout.shape)[axis] == 0, dout, np.nan)


def _channels_last(a: np.ndarray, g: Geometry) -> np.ndarray:
    return a.reshape(g.N, g.OH, g.OW, g.C).transpose(0, 3, 1, 2)


def _channels_back(dx: np.ndarray) -> np.ndarray:
    return dx.transpose(0, 2, 3, 1).reshape(dx.shape)


LEFT = "Look at where this loop begins and ends, and at the indentation of the lines in it and after it."
SAME = "dout and the switches have the same axes: read both at [n, c, i, j]."
RESHAPE = "reshape never moves an axis; transpose does. Pooling needs neither here."
DOUT = (
    Taken("", "", lambda d, g: d),
    Taken("only the first image counts", LEFT, _first(0)),
    Taken("only the first channel counts", LEFT, _first(1)),
    Taken("dout read with its rows and columns swapped", SAME,
          lambda d, g: d.swapaxes(2, 3) if g.OH == g.OW else None),
    Taken("dout left out: each gradient counts as 1", "A gradient of dout goes to the pixels that made its "
          "output.", lambda d, g: np.ones_like(d)),
    Taken("negative gradients left out", "A gradient may be negative: nothing is cut off in pooling.",
          lambda d, g: np.maximum(d, 0.0)),
    Taken("the sign of each gradient is lost", "A gradient may be negative.", lambda d, g: np.abs(d)),
    Taken("channels put last with reshape, and back again", RESHAPE, _channels_last, _channels_back),
    Taken("dout reshaped to have its channels last", RESHAPE, _channels_last),
)  # fmt: skip
"""How gradients are taken."""

SWITCHES = (
    Taken("", "", lambda s, g: s),
    Taken("switches read with their rows and columns swapped", SAME,
          lambda s, g: s.swapaxes(2, 3) if g.OH == g.OW else None),
    Taken("the switches of the first channel used for all", SAME,
          lambda s, g: np.broadcast_to(s[:, :1], s.shape)),
    Taken("the switches of the first image used for all", SAME,
          lambda s, g: np.broadcast_to(s[:1], s.shape)),
)  # fmt: skip
"""How switches are taken; in `DOUT`, a reshape holds for both."""


@dataclass(frozen=True)
class Sent:
    """Which pixels of a window get a gradient: their rows and columns in it.

    `place` is given the switches; what it gives has one more axis, over the pixels that get something. With
    `absolute`, these are rows and columns of the image.
    """

    name: str
    advice: str
    place: Place
    absolute: bool = False


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
FIRST = Sent(
    "every gradient goes to the first pixel of its window",
    "Your switches are not used: they say which pixel it was.",
    _one(lambda k, g: 0 * k, lambda k, g: 0 * k),
)
WHOLE = "every pixel of the window gets the gradient"

TO_ONE = (
    AT_SWITCH,
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
    FIRST,
    Sent("only the rows follow the switches", READ, _one(lambda k, g: k // g.FW, lambda k, g: 0 * k)),
    Sent("only the columns follow the switches", READ, _one(lambda k, g: 0 * k, lambda k, g: k % g.FW)),
    Sent(WHOLE, "Only the pixel at the switch made the output.", _all_of(lambda g: g.FH, lambda g: g.FW)),
    Sent(
        "switches read as places in the image",
        "A switch counts inside its own window: add the row and column at which the window begins.",
        _divided(lambda g: g.W),
        absolute=True,
    ),
)
"""Pixels that are found by a switch, and what is found instead."""

SIZE = "size[0] is the height of the window and size[1] its width; the stride says how far windows move."
TO_ALL = (
    Sent("", "", _all_of(lambda g: g.FH, lambda g: g.FW)),
    Sent("windows taken as square, FH by FH", SIZE, _all_of(lambda g: g.FH, lambda g: g.FH)),
    Sent("windows taken as square, FW by FW", SIZE, _all_of(lambda g: g.FW, lambda g: g.FW)),
    Sent("height and width of the window swapped", SIZE, _all_of(lambda g: g.FW, lambda g: g.FH)),
    Sent("windows as large as the stride", SIZE, _all_of(lambda g: g.stride, lambda g: g.stride)),
    Sent("windows one short", SIZE, _all_of(lambda g: g.FH - 1, lambda g: g.FW - 1)),
    Sent("only the first pixel of each window gets anything", "Every pixel of a window has its share in it.",
         FIRST.place),
)  # fmt: skip
"""All pixels of a window, and what is taken for it."""

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
    "1 / (H * W)": lambda g: 1 / (g.H * g.W),
    "1 / N": lambda g: 1 / g.N,
    "1 / stride": lambda g: 1 / g.stride,
    "FH * FW": lambda g: float(g.FH * g.FW),
    "2": lambda g: 2.0,
    "1 / 2": lambda g: 0.5,
    "1 / (FH * FW) ** 2": lambda g: 1 / (g.FH * g.FW) ** 2,
}
"""How much of a gradient each pixel gets."""

ADD = "Where windows overlap, a pixel gets from each of them: add to dx with +=, do not assign."
MEAN = "A pixel gets the sum of the gradients that meet there, not their mean."

MEETING: Mapping[str, tuple[str, str]] = {
    "added": ("", ""),
    "replaced": ("each gradient replaces what was sent to its pixel before", ADD),
    "replaced, columns first": (
        "each gradient replaces what was sent to its pixel before, column of outputs by column", ADD,
    ),
    "replaced, place by place": (
        "each place of the window replaces what the places before it sent to the same pixel", ADD,
    ),
    "wiped": ("each window wipes out what earlier windows sent to its pixels", ADD),
    "wiped, place by place": (
        "each place of the window wipes out, with its zeros too, what the places before it sent", ADD,
    ),
    "averaged": ("divided by the number of gradients that meet at a pixel", MEAN),
}  # fmt: skip
"""What happens where several gradients meet at one pixel, with its name and advice."""


@dataclass(frozen=True)
class Messages:
    """What each output sends: values (N, C, OH, OW, pixels) to rows y and columns z, in this order of axes.

    A value that is NaN is not sent. A row or column below zero counts from the end, as Python has it.
    """

    value: np.ndarray
    y: np.ndarray
    z: np.ndarray

    def beyond(self, size: tuple[int, int]) -> bool:
        """Whether a message goes to a pixel that an array of this size does not have."""
        (H, W), sent = size, ~np.isnan(self.value)
        return bool((sent & ((self.y >= H) | (self.y < -H) | (self.z >= W) | (self.z < -W))).any())

    def met(self, meeting: str, size: tuple[int, int], whole: bool = False) -> np.ndarray:
        """The array (N, C, *size) where they have met; sums are cut to whole numbers each time if `whole`."""
        (N, C), (H, W) = self.value.shape[:2], size
        y, z = (np.where(a < 0, a + n, a) for a, n in ((self.y, H), (self.z, W)))
        inside = (y >= 0) & (y < H) & (z >= 0) & (z < W) & ~np.isnan(self.value)
        pixel = (np.arange(N * C).reshape(N, C, 1, 1, 1) * H + y) * W + z
        order = {"columns first": (0, 1, 3, 2, 4), "place by place": (0, 1, 4, 2, 3)}.get(
            meeting.partition(", ")[2], (0, 1, 2, 3, 4)
        )
        pixel, value = (a.transpose(order)[inside.transpose(order)] for a in (pixel, self.value))
        found = np.zeros(N * C * H * W)
        if whole and meeting == "added":
            for place, more in zip(pixel, value, strict=True):
                found[place] = np.trunc(found[place] + more)
        elif meeting in ("added", "averaged"):
            np.add.at(found, pixel, value)
            found /= np.maximum(np.bincount(pixel, minlength=len(found)), 1) if meeting == "averaged" else 1
        else:
            found[pixel] = np.trunc(value) if whole else value  # where several meet, the last one stays
        return found.reshape(N, C, H, W)


def messages(
    meeting: str, value: np.ndarray, begins: Arrays, places: Arrays, window: tuple[int, int]
) -> Messages:
    """Messages of `value` (N, C, OH, OW) to `places`, the rows and columns from where windows begin."""
    if meeting.startswith("wiped"):  # all pixels of the window are set, most of them to zero
        FH, FW = window
        every = np.arange(FH * FW)
        number = np.where((places[1] >= 0) & (places[1] < FW), places[0] * FW + places[1], -1)
        value = value[..., None] * (number[..., None] == every).any(-2)
        places = np.broadcast_to(every // FW, value.shape), np.broadcast_to(every % FW, value.shape)
    else:
        value = np.broadcast_to(value[..., None], places[0].shape)
    return Messages(value, begins[0] + places[0], begins[1] + places[1])


CUT = "np.zeros without a dtype holds floats; with dtype=int, or after astype(int), digits are lost."
ROUNDED: Mapping[str, tuple[str, str]] = {
    "": ("", ""),
    "result": ("the digits after the point are lost in the result", CUT),
    "each": ("the digits after the point of each share are lost", CUT),
    "sums": ("the digits after the point are lost each time that something is added", CUT),
    "floor": ("shares rounded down, as // does", "A share can be any number: divide with /."),
}
"""Where the digits after the point are lost, with the name of the fault and its advice."""


@dataclass(frozen=True)
class Form:
    """How the result comes out of the array, (N, C, *size), to which gradients are added."""

    name: str
    advice: str
    size: Callable[[Geometry], tuple[int, int]] = lambda g: (g.H, g.W)
    made: Callable[[np.ndarray, Geometry], np.ndarray] = lambda dx, g: dx


AS_X = "dx has the shape of x, which you are given."
FORMS = (
    Form("", ""),
    Form("rows and columns of dx swapped", "Rows come before columns, as in x: your dx is transposed.",
         made=lambda dx, g: dx.swapaxes(2, 3)),
    Form("dx OH * stride rows high and OW * stride columns wide", AS_X + " Windows may overlap.",
         size=lambda g: (g.OH * g.stride, g.OW * g.stride)),
    Form("dx as large as what the windows cover", AS_X + " The windows may leave rows and columns out.",
         size=lambda g: ((g.OH - 1) * g.stride + g.FH, (g.OW - 1) * g.stride + g.FW)),
    Form("the channels of dx brought back with reshape", RESHAPE,
         made=lambda dx, g: _channels_back(dx)),
    Form("only the first image of dx is filled", LEFT,
         made=lambda dx, g: np.where(np.indices(dx.shape)[0] == 0, dx, 0.0)),
)  # fmt: skip
"""Shapes and orders in which dx comes out."""
