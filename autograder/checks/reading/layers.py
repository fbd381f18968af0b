"""How each exercise is asked: what it is given at a geometry, and which products its results are sums of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from .geometry import PROBES, TABLES, Geometry
from .table import BIAS, OUTPUT, PIXEL, WEIGHT

Arrays = Mapping[str, np.ndarray]
Form = tuple[tuple[str, ...], ...]

COLUMNS = ("c", "p", "q", "n", "i", "j")
"""Where a pixel stands in the matrix of im2col: three numbers say in which row, three in which column."""

READ = ("rc", "rp", "rq", "mn", "mi", "mj")
"""The same of a matrix that the answer is given: which of its numbers a product takes is to be found."""

AXES: Mapping[str, tuple[str, ...]] = {
    "x": PIXEL,
    "dx": PIXEL,
    "w": WEIGHT,
    "dw": WEIGHT,
    "b": BIAS,
    "db": BIAS,
    "w[i, j]": ("wi", "wj", *WEIGHT),
    "b[i, j]": ("bi", "bj", *BIAS),
    "out": OUTPUT,
    "dout": OUTPUT,
    "cols": COLUMNS,
    "matrix": READ,
    "dcols": READ,
    "V[i, j]": OUTPUT,
}
"""The columns of the table that number the places of an array."""

OTHER_FORMS: Mapping[str, tuple[Form, ...]] = {
    "cols": (
        (("n",), COLUMNS[:3], ("i", "j")),
        (("n", *COLUMNS[:3]), ("i", "j")),
        (("n",), ("i", "j"), COLUMNS[:3]),
    ),
    "dcols": (
        (("mn",), READ[:3], ("mi", "mj")),
        (("mn", *READ[:3]), ("mi", "mj")),
    ),
    "dw": ((("wk",), WEIGHT[1:]),),
    "dx": ((("xn",), PIXEL[1:]),),
    "out": ((("k",), ("n", "i", "j")), (("n", "i", "j"), ("k",)), (("n",), ("k",), ("i",), ("j",))),
    "db": ((("bk",), ()), ((), ("bk",)), ((), ("bk",), (), ())),
}
"""Forms in which people give a part whose products are right; an axis without columns has the length 1."""

SIZE = {
    "n": "N", "k": "K", "i": "OH", "j": "OW", "wk": "K", "c": "CG", "p": "FH", "q": "FW",
    "xn": "N", "xc": "C", "y": "H", "z": "W", "bk": "K",
    "wi": "OH", "wj": "OW", "bi": "OH", "bj": "OW",
    "rc": "C", "rp": "FH", "rq": "FW", "mn": "N", "mi": "OH", "mj": "OW",
}  # fmt: skip
"""How far the numbers in a column go."""

LETTERS = {**SIZE, "c": "C"}
"""The same for people: all arrays of which they see the channels have those of the image."""


def sizes(array: str, g: Geometry) -> tuple[int, ...]:
    """The sizes of an array along its axes, one for each of its columns in the table."""
    return tuple(getattr(g, SIZE[axis]) for axis in AXES[array])


@dataclass(frozen=True)
class Sum:
    """A sum of products in a part of a result: of numbers of `hot`, or of them with numbers of `seen`.

    Both are names of arrays that the function is given. To read the table, numbers of `hot` are switched on
    one at a time, and those of `seen` are all different. The weights of a full connection, with `connected`,
    are a matrix (D, K).
    """

    part: str
    hot: str = ""
    seen: str = ""
    connected: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its table: the places of the result and of both factors, each once."""
        return tuple(
            dict.fromkeys(c for array in (self.part, self.hot, self.seen) if array for c in AXES[array])
        )


@dataclass(frozen=True)
class Layer:
    """An exercise whose results are sums of products.

    `given` names the arrays in the order of the arguments. `call` makes the arguments and options of a call,
    and `opened` finds the geometry and the arrays of one again; arrays have an axis a column there. An array
    that goes in or comes out in another form is in `forms`, with the columns that each of its axes counts.
    `pad` is how much padding is right, in words, for a function that has no such argument. `words` has words
    that are said of a convolution, with what is said of this layer instead.
    """

    given: tuple[str, ...]
    sums: tuple[Sum, ...]
    call: Callable[[Geometry, Arrays], tuple[tuple[Any, ...], dict[str, int]]]
    opened: Callable[[tuple[Any, ...], Mapping[str, int]], tuple[Geometry, Arrays]]
    forms: Mapping[str, Form] = field(default_factory=dict)
    tables: tuple[Geometry, ...] = TABLES
    probes: tuple[Geometry, ...] = PROBES
    pad: str = "pad"
    words: Mapping[str, str] = field(default_factory=dict)

    def axes(self, array: str) -> Form:
        """The columns that each axis of an array counts, as it goes in or comes out."""
        return self.forms[array] if array in self.forms else tuple((column,) for column in AXES[array])

    def said(self, words: str) -> str:
        """Words about the padding, and others, as they are said of this function."""
        for before, after in self.words.items():
            words = words.replace(before, after)
        if self.pad == "pad":
            return words
        for before, after in (("where ", " belongs"), ("where -", " belongs"), ("`", "`")):
            words = words.replace(f"{before}pad{after}", f"{before}{self.pad}{after}")
        return words

    def shape(self, array: str, g: Geometry) -> tuple[int, ...]:
        """The shape in which an array goes in or comes out."""
        return tuple(prod(getattr(g, SIZE[c]) for c in axis) for axis in self.axes(array))

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the result."""
        return tuple(dict.fromkeys(s.part for s in self.sums))
