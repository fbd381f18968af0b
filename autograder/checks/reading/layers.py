"""How each exercise is asked: what it is given at a geometry, and which products its results are sums of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from .geometry import Geometry
from .table import BIAS, OUTPUT, PIXEL, WEIGHT

Arrays = Mapping[str, np.ndarray]
Form = tuple[tuple[str, ...], ...]

COLUMNS = ("c", "p", "q", "n", "i", "j")
"""Where a pixel stands in the matrix of im2col: three numbers say in which row, three in which column."""

AXES: Mapping[str, tuple[str, ...]] = {
    "x": PIXEL,
    "dx": PIXEL,
    "w": WEIGHT,
    "dw": WEIGHT,
    "b": BIAS,
    "db": BIAS,
    "out": OUTPUT,
    "dout": OUTPUT,
    "cols": COLUMNS,
}
"""The columns of the table that number the places of an array."""

SIZE = {
    "n": "N", "k": "K", "i": "OH", "j": "OW", "wk": "K", "c": "C", "p": "FH", "q": "FW",
    "xn": "N", "xc": "C", "y": "H", "z": "W", "bk": "K",
}  # fmt: skip
"""How far the numbers in a column go."""


def sizes(array: str, g: Geometry) -> tuple[int, ...]:
    """The sizes of an array along its axes, one for each of its columns in the table."""
    return tuple(getattr(g, SIZE[axis]) for axis in AXES[array])


@dataclass(frozen=True)
class Sum:
    """A sum of products in a part of a result: of numbers of `hot`, or of them with numbers of `seen`.

    Both are names of arrays that the function is given. To read the table, numbers of `hot` are switched on
    one at a time, and those of `seen` are all different.
    """

    part: str
    hot: str = ""
    seen: str = ""

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
    """

    given: tuple[str, ...]
    sums: tuple[Sum, ...]
    call: Callable[[Geometry, Arrays], tuple[tuple[Any, ...], dict[str, int]]]
    opened: Callable[[tuple[Any, ...], Mapping[str, int]], tuple[Geometry, Arrays]]
    forms: Mapping[str, Form] = field(default_factory=dict)
    suits: Callable[[Geometry], bool] = lambda g: True
    tables: tuple[Geometry, ...] = ()

    def axes(self, array: str) -> Form:
        """The columns that each axis of an array counts, as it goes in or comes out."""
        return self.forms.get(array) or tuple((column,) for column in AXES[array])

    def shape(self, array: str, g: Geometry) -> tuple[int, ...]:
        """The shape in which an array goes in or comes out."""
        return tuple(prod(getattr(g, SIZE[c]) for c in axis) for axis in self.axes(array))

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the result."""
        return tuple(dict.fromkeys(s.part for s in self.sums))


def _options(g: Geometry) -> dict[str, int]:
    """The options of a call, without those that have their default."""
    return {**({"stride": g.stride} if g.stride != 1 else {}), **({"pad": g.pad} if g.pad else {})}


def _layer(x: tuple[int, ...], w: tuple[int, ...], options: Mapping[str, int]) -> Geometry:
    """The geometry of a layer, from the shapes of its images and filters."""
    N, C, H, W = x
    K, _, FH, FW = w
    return Geometry(N, C, H, W, K, FH, FW, options.get("stride", 1), options.get("pad", 0))


def _plain(*given: str) -> Callable[[Geometry, Arrays], tuple[tuple[Any, ...], dict[str, int]]]:
    return lambda g, arrays: (tuple(arrays[name] for name in given), _options(g))


def _open_backward(args: tuple[Any, ...], options: Mapping[str, int]) -> tuple[Geometry, Arrays]:
    dout, x, w = args
    return _layer(x.shape, w.shape, options), {"dout": dout, "x": x, "w": w}


def _open_input_gradient(args: tuple[Any, ...], options: Mapping[str, int]) -> tuple[Geometry, Arrays]:
    dout, w = args
    stride, pad = options.get("stride", 1), options.get("pad", 0)
    H, W = ((o - 1) * stride + f - 2 * pad for o, f in zip(dout.shape[2:], w.shape[2:], strict=True))
    return _layer((len(dout), w.shape[1], H, W), w.shape, options), {"dout": dout, "w": w}


def _open_line(args: tuple[Any, ...], options: Mapping[str, int]) -> tuple[Geometry, Arrays]:
    dout, x, w = args
    arrays = {name: a.reshape(1, 1, 1, -1) for name, a in zip(("dout", "x", "w"), args, strict=True)}
    return Geometry(1, 1, 1, len(x), 1, 1, len(w)), arrays


def _open_im2col(args: tuple[Any, ...], options: Mapping[str, int]) -> tuple[Geometry, Arrays]:
    x, size = args
    return _layer(x.shape, (1, x.shape[1], *size), options), {"x": x}


def _open_col2im(args: tuple[Any, ...], options: Mapping[str, int]) -> tuple[Geometry, Arrays]:
    cols, x_shape, size = args
    g = _layer(x_shape, (1, x_shape[1], *size), options)
    return g, {"cols": cols.reshape(sizes("cols", g))}


MATRIX: Mapping[str, Form] = {"cols": (COLUMNS[:3], COLUMNS[3:])}
"""The matrix of im2col has two axes."""

LINE: Mapping[str, Form] = {array: ((AXES[array][-1],),) for array in ("x", "dx", "w", "dw", "out", "dout")}
"""Along a line, only the last axis is there."""


FORWARD = Layer(
    ("x", "w", "b"),
    (Sum("out", "w", "x"), Sum("out", "b")),
    _plain("x", "w", "b"),
    lambda args, options: (
        _layer(args[0].shape, args[1].shape, options),
        dict(zip(("x", "w", "b"), args, strict=True)),
    ),
)

LAYERS: Mapping[str, Layer] = {
    "conv_forward": FORWARD,
    "fast_conv_forward": FORWARD,
    "conv_slices": FORWARD,
    "conv_direct": FORWARD,
    "conv_backward": Layer(
        ("dout", "x", "w"),
        (Sum("dx", "dout", "w"), Sum("dw", "dout", "x"), Sum("db", "dout")),
        _plain("dout", "x", "w"),
        _open_backward,
    ),
    "input_gradient": Layer(
        ("dout", "w"), (Sum("dx", "dout", "w"),), _plain("dout", "w"), _open_input_gradient
    ),
    "conv1d_backward": Layer(
        ("dout", "x", "w"),
        (Sum("dx", "dout", "w"), Sum("dw", "dout", "x")),
        lambda g, arrays: (tuple(arrays[name].ravel() for name in ("dout", "x", "w")), {}),
        _open_line,
        LINE,
        lambda g: False,
        tuple(
            Geometry(1, 1, 1, W, 1, 1, F) for W, F in ((3, 2), (4, 2), (5, 3), (6, 4), (5, 1), (3, 3), (6, 5))
        ),
    ),
    "im2col": Layer(
        ("x",),
        (Sum("cols", "", "x"),),
        lambda g, arrays: ((arrays["x"], (g.FH, g.FW)), _options(g)),
        _open_im2col,
        MATRIX,
    ),
    "col2im": Layer(
        ("cols",),
        (Sum("x", "cols"),),
        lambda g, arrays: (
            (arrays["cols"].reshape(g.C * g.FH * g.FW, -1), (g.N, g.C, g.H, g.W), (g.FH, g.FW)),
            _options(g),
        ),
        _open_col2im,
        MATRIX,
    ),
}
"""The exercises whose table can be read, by name."""
