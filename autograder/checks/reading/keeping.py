"""What may go wrong in pooling, forward: how pixels are taken, what is kept of them, and where it is put.

Each menu begins with what is right, or goes on to it by name. An entry without a name is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from .geometry import Geometry
from .sending import CUT, RESHAPE

Values = np.ndarray
"""The values of each window in its last axis; those that a short window lacks are NaN."""


# How pixels are taken


@dataclass(frozen=True)
class Taken:
    """How the images x (N, C, H, W) are read, and the values of windows (N, C, OH, OW, pixels) dealt out.

    None stands for an error; `fails` says where it comes.
    """

    name: str
    advice: str
    of: Callable[[np.ndarray, Geometry], np.ndarray | None] = lambda x, g: x
    dealt: Callable[[Values], Values] = lambda values: values
    fails: str = ""


def _by_height(x: np.ndarray, g: Geometry) -> np.ndarray | None:
    """The image if a pixel stands H places after the one above it; pixels beyond the end are infinite."""
    n, c, y, z = np.indices(x.shape)
    flat = ((n * g.C + c) * g.W + y) * g.H + z
    return np.where(flat < x.size, x.ravel()[np.minimum(flat, x.size - 1)], np.inf)


def _channels_last(x: np.ndarray, g: Geometry) -> np.ndarray:
    return x.reshape(g.N, g.H, g.W, g.C).transpose(0, 3, 1, 2)


def _blocks(x: np.ndarray, g: Geometry) -> np.ndarray | None:
    """The image whose blocks are the runs of x, as after reshape without transpose."""
    if g.OH * g.FH != g.H or g.OW * g.FW != g.W:
        return None
    runs = x.reshape(g.N, g.C, g.OH, g.OW, g.FH, g.FW)
    return runs.transpose(0, 1, 2, 4, 3, 5).reshape(x.shape)


def _pooled(values: Values) -> Values:
    """The values of all channels, for each of them."""
    together = values.transpose(0, 2, 3, 1, 4).reshape(len(values), 1, *values.shape[2:4], -1)
    return np.repeat(together, values.shape[1], axis=1)


def _split_at_the_end(values: Values) -> Values:
    """The values of all channels in a row, of which each channel gets those C places apart."""
    N, C, OH, OW, pixels = values.shape
    row = values.transpose(0, 2, 3, 1, 4).reshape(N, OH, OW, pixels, C)
    return row.transpose(0, 4, 1, 2, 3)


EACH = "Pooling treats each channel by itself."
TAKEN = (
    Taken("", ""),
    Taken("channels pooled together", EACH, dealt=_pooled),
    Taken("channels split off at the wrong end", "Channels come first in the rows of im2col: c, fh, fw.",
          dealt=_split_at_the_end),
    Taken("pixels counted with H in a row, where W belong", "A pixel stands W places after the one above it.",
          _by_height),
    Taken("x reshaped to have its channels last", RESHAPE, _channels_last),
    Taken("windows cut out by reshape alone", "After the reshape the two axes of a window stand apart: bring "
          "them together with transpose. Reshape cannot make windows that overlap.", _blocks,
          fails="where windows do not fill the image side by side"),
    Taken("image 0 read for every image", "Image n of the result belongs to image n of x.",
          lambda x, g: np.broadcast_to(x[:1], x.shape)),
    Taken("channel 0 read for every channel", EACH, lambda x, g: np.broadcast_to(x[:, :1], x.shape)),
)  # fmt: skip

# What is kept


@dataclass(frozen=True)
class Kept:
    """What is kept of a window: its name, and what to look at where it belongs or does not."""

    name: str
    advice: str
    formula: Callable[[Values, Geometry], np.ndarray]


def _median(values: Values) -> np.ndarray:
    """The value in the middle, or the mean of the two there; np.nanmedian takes a hundred times as long."""
    count = (~np.isnan(values)).sum(-1, keepdims=True)
    middle = np.concatenate([(count - 1) // 2, count // 2], -1)
    return np.take_along_axis(np.sort(values, -1), middle, -1).mean(-1)


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
        "sum of a wrong number of values divided by FH * FW",
        "Divide by the number of values that you added up.",
        lambda v, g: np.nansum(v, -1) / (g.FH * g.FW),
    ),
    Kept("median", "The values are added up and divided, not sorted.", lambda v, g: _median(v)),
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
    Kept(
        "length divided by FH * FW",
        "The length is a root of a sum; nothing is divided after it.",
        lambda v, g: np.sqrt(np.nansum(v**2, -1)) / (g.FH * g.FW),
    ),
    Kept(
        "length with a small number under the root",
        "Nothing is divided here, so no small number is needed.",
        lambda v, g: np.sqrt(np.nansum(v**2, -1) + 1e-6),
    ),
    Kept(
        "sum of the doubled values, under the root",
        "x * 2 doubles; x * x or x ** 2 squares.",
        lambda v, g: np.sqrt(np.nansum(v * 2, -1)),
    ),
    Kept("sum divided by OH * OW", BY_SIZE, lambda v, g: np.nansum(v, -1) / (g.OH * g.OW)),
    Kept(
        "sum divided by the number of values that are not 0",
        "A zero counts as a value: divide by the size of the window, whatever it holds.",
        lambda v, g: np.nansum(v, -1) / np.maximum(np.nansum(v != 0, -1) - np.isnan(v).sum(-1), 1),
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


# Where it is put

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Placed:
    """How results (N, C, OH, OW) come out; None stands for an error.

    `windows` finds OH and OW in the shape of a result; None if it cannot have this shape. `fails` says where
    there is an error.
    """

    name: str
    advice: str
    of: Callable[[np.ndarray, Geometry], np.ndarray | None] = lambda out, g: out
    windows: Callable[[Shape, Geometry], tuple[int, int] | None] = lambda shape, g: (
        (shape[2], shape[3]) if len(shape) == 4 and shape[:2] == (g.N, g.C) else None
    )
    fails: str = ""


def _first(axis: int) -> Callable[[np.ndarray, Geometry], np.ndarray]:
    """Only the results of the first image (axis 0) or channel (axis 1)."""
    return lambda out, g: np.where(np.indices(out.shape)[axis] == 0, out, 0)


def _numbered(out: np.ndarray, g: Geometry) -> np.ndarray | None:
    """Result (i, j) at place i * OH + j of its image; the last one stays. None if there is no such place."""
    OH, OW = out.shape[2:]
    i, j = np.indices((OH, OW)).reshape(2, -1)
    if (i * OH + j).max(initial=0) >= OH * OW:
        return None
    flat = np.zeros((*out.shape[:2], OH * OW))
    for at, number in enumerate(i * OH + j):
        flat[:, :, number] = out[:, :, i[at], j[at]]
    return flat.reshape(out.shape)


def _channels_back(out: np.ndarray, g: Geometry) -> np.ndarray:
    return out.transpose(0, 2, 3, 1).reshape(out.shape)


def _images_fastest(out: np.ndarray, g: Geometry) -> np.ndarray:
    N, C, OH, OW = out.shape
    return out.transpose(1, 0, 2, 3).reshape(C, OH, OW, N).transpose(3, 0, 1, 2)


def _channels_as_images(out: np.ndarray, g: Geometry) -> np.ndarray:
    N, C, OH, OW = out.shape
    return out.reshape(OH, OW, N, C).transpose(2, 3, 0, 1)


COLUMN = "Column (n * OH + i) * OW + j belongs to window (i, j) of image n: split the columns in this order."
LOOPS = "Look at where this loop begins and ends, and at the indentation of the lines in it and after it."
PLACED = (
    Placed("", ""),
    Placed("rows and columns of the output swapped", "i, the row of an output, comes before j, its column.",
           lambda out, g: out.swapaxes(2, 3),
           lambda shape, g: (shape[3], shape[2]) if len(shape) == 4 and shape[:2] == (g.N, g.C) else None),
    Placed("outputs numbered by i * OH + j, where i * OW + j belongs", "A row of the output has OW values.",
           _numbered, fails="where i * OH + j goes beyond the last output"),
    Placed("only the first image counts", LOOPS, _first(0)),
    Placed("only the first channel counts", LOOPS, _first(1)),
    Placed("the channels of the output brought back with reshape", RESHAPE, _channels_back),
    Placed("images and channels swapped", "The results are (N, C, OH, OW): the images first.",
           lambda out, g: out.transpose(1, 0, 2, 3),
           lambda shape, g: (shape[2], shape[3]) if len(shape) == 4 and shape[:2] == (g.C, g.N) else None),
    Placed("images and channels mixed by a reshape", "The maxima are (C, N * OH * OW): split N off behind C, "
           "and transpose.", lambda out, g: out.transpose(1, 0, 2, 3).reshape(out.shape)),
    Placed("columns read in the order i, j, n", COLUMN, _images_fastest),
    Placed("columns read in the order i, j, n, c", COLUMN, _channels_as_images),
    Placed("left as a matrix (C, N * OH * OW)", "Bring the results into (N, C, OH, OW).",
           lambda out, g: out.transpose(1, 0, 2, 3).reshape(out.shape[1], -1),
           lambda shape, g: (g.OH, g.OW) if shape == (g.C, g.N * g.OH * g.OW) else None),
    Placed("one channel of output only", EACH, lambda out, g: out[:, :1],
           lambda shape, g: (shape[2], shape[3]) if len(shape) == 4 and shape[:2] == (g.N, 1) else None),
)  # fmt: skip

ROUNDED: Mapping[str, tuple[Callable[[np.ndarray], np.ndarray], str]] = {
    "": (np.array, ""),
    "the digits after the point are lost": (np.trunc, CUT),
    "results rounded down, as // does": (np.floor, "A result can be any number: divide with /."),
}
"""How results are rounded, by the name of the fault, with its advice; the first is right."""

# Switches

ARGUMENTS: Mapping[str, Callable[[Values], np.ndarray]] = {
    "": lambda v: np.nanargmax(v, -1),
    "switches of the minima": lambda v: np.nanargmin(v, -1),
    "switches of the values furthest from 0": lambda v: np.nanargmax(np.abs(v), -1),
}
"""Which value of a window a switch stands for, by the name of the fault; the first is right."""

KEPT_AND_SWITCHED = {
    "minimum": "switches of the minima",
    "value of the largest size": "switches of the values furthest from 0",
    "largest absolute value": "switches of the values furthest from 0",
}
"""What is kept, and the switches that go with it: one fault, not two."""

Place = Callable[[Mapping[str, np.ndarray], Geometry], np.ndarray]
COUNT = "A switch counts through its own window, row by row: p * FW + q, from 0 on."
SWITCHES: Mapping[str, Place] = {
    "": lambda t, g: t["p"] * t["width"] + t["q"],
    "row times FW in the switch, though the window is not FW wide": lambda t, g: t["p"] * g.FW + t["q"],
    "switches counted by columns": lambda t, g: t["q"] * g.FH + t["p"],
    "row times the height of the window in the switch": lambda t, g: t["p"] * g.FH + t["q"],
    "switches counted from 1": lambda t, g: t["p"] * t["width"] + t["q"] + 1,
    "only the row in the switch": lambda t, g: t["p"],
    "only the column in the switch": lambda t, g: t["q"],
    "row and column added up in the switch": lambda t, g: t["p"] + t["q"],
    "row times the stride in the switch": lambda t, g: t["p"] * g.stride + t["q"],
    "row times the width of the image in the switch": lambda t, g: t["p"] * g.W + t["q"],
    "switches counted through the image": lambda t, g: t["y"] * g.W + t["z"],
    "switches counted through the image by its height": lambda t, g: t["y"] * g.H + t["z"],
    "only the row of the image in the switch": lambda t, g: t["y"],
    "only the column of the image in the switch": lambda t, g: t["z"],
    "switches counted through all images and channels": lambda t, g: (
        ((t["n"] * g.C + t["c"]) * g.H + t["y"]) * g.W + t["z"]
    ),
    "switches counted on from channel to channel": lambda t, g: (t["c"] * g.FH + t["p"]) * g.FW + t["q"],
    "the values in place of the switches": lambda t, g: t["kept"],
    "all switches 0": lambda t, g: 0 * t["p"],
}
"""How a place of the window is numbered, by the name of the fault; the first is right."""
