"""The exercises whose results are sums of products, and how each is asked; variants are in `variants.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .geometry import TABLES, Geometry
from .layers import AXES, COLUMNS, READ, Arrays, Form, Layer, Sum, sizes
from .variants import VARIANTS, conv_forward


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


def _open_db(args: tuple[Any, ...], options: Mapping[str, int]) -> tuple[Geometry, Arrays]:
    (dout,) = args
    N, K, OH, OW = dout.shape
    return Geometry(N, 1, OH, OW, K, 1, 1), {"dout": dout}


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


def _open_window(args: tuple[Any, ...], options: Mapping[str, int]) -> tuple[Geometry, Arrays]:
    x, w, b, i, j = args
    (C, H, W), (_, FH, FW) = x.shape, w.shape
    g = Geometry(1, C, H, W, 1, FH, FW, options.get("stride", 1), 0, (i, j))
    return g, {"x": x[None], "w": w[None], "b": np.array([b])}


def _call_window(g: Geometry, arrays: Arrays) -> tuple[tuple[Any, ...], dict[str, int]]:
    i, j = g.only or (0, 0)
    return (arrays["x"][0], arrays["w"][0], float(arrays["b"][0]), i, j), _options(g)


def _open_bank(args: tuple[Any, ...], options: Mapping[str, int]) -> tuple[Geometry, Arrays]:
    image, filters, _ = args
    (H, W), (K, FH, FW) = image.shape, filters.shape
    g = Geometry(1, 1, H, W, K, FH, FW, 1, (FH - 1) // 2)
    return g, {"x": image[None, None], "w": filters[:, None]}


def _flat(matrix: np.ndarray) -> np.ndarray:
    """A matrix with its two axes; all six numbers that say where a pixel stands have one here."""
    return matrix.reshape(int(np.prod(matrix.shape[:3])), -1)


def _of_products(w: tuple[int, ...], out: tuple[int, ...]) -> Geometry:
    """The geometry of a matrix product: an image that gives this output at stride 1 without padding."""
    (K, C, FH, FW), (N, _, OH, OW) = w, out
    return Geometry(N, C, OH + FH - 1, OW + FW - 1, K, FH, FW)


def _open_matmul(args: tuple[Any, ...], options: Mapping[str, int]) -> tuple[Geometry, Arrays]:
    cols, w, b, out_shape = args
    g = _of_products(w.shape, out_shape)
    return g, {"matrix": cols.reshape(sizes("matrix", g)), "w": w, "b": b}


def _open_matmul_backward(args: tuple[Any, ...], options: Mapping[str, int]) -> tuple[Geometry, Arrays]:
    dout, cols, w = args
    g = _of_products(w.shape, dout.shape)
    return g, {"dout": dout, "matrix": cols.reshape(sizes("matrix", g)), "w": w}


MATRIX: Mapping[str, Form] = {
    "cols": (COLUMNS[:3], COLUMNS[3:]),
    **dict.fromkeys(("matrix", "dcols"), (READ[:3], READ[3:])),
}
"""The matrix of im2col has two axes."""

LINE: Mapping[str, Form] = {array: ((AXES[array][-1],),) for array in ("x", "dx", "w", "dw", "out", "dout")}
"""Along a line, only the last axis is there."""


LINES = tuple(
    Geometry(1, 1, 1, W, 1, 1, F) for W, F in ((3, 2), (4, 2), (5, 3), (6, 4), (5, 1), (3, 3), (6, 5))
)
"""A line of W pixels and a filter of F weights."""

WINDOWS = tuple(
    Geometry(1, C, H, W, 1, FH, FW, stride, 0, place)
    for C, H, W, FH, FW, stride, places in (
        (1, 2, 3, 2, 2, 1, ((0, 0), (0, 1))),
        (1, 3, 2, 2, 2, 1, ((1, 0),)),
        (2, 5, 6, 2, 3, 1, ((2, 1), (1, 2))),
        (2, 7, 7, 3, 2, 2, ((1, 2), (1, 1))),
        (3, 7, 8, 1, 2, 3, ((2, 1), (1, 0))),
        (1, 9, 9, 3, 3, 2, ((2, 1), (3, 2), (0, 2))),
        (2, 9, 8, 3, 2, 3, ((1, 1), (1, 2))),
    )
    for place in places
)
"""One output at a time: at which place is a size of its own. Most windows at (j, i) are inside, too."""

BANKS = tuple(
    Geometry(1, 1, H, W, K, F, F, 1, (F - 1) // 2)
    for H, W, K, F in (
        (3, 3, 1, 3),
        (3, 4, 2, 3),
        (5, 4, 3, 3),
        (2, 3, 2, 1),
        (3, 5, 1, 5),
        (5, 6, 2, 5),
        (6, 3, 4, 3),
        (4, 3, 1, 5),
    )
)
"""Square filters with as much padding as keeps the size of the image."""

PRODUCTS = (
    *(g for g in TABLES if not g.pad),
    Geometry(2, 1, 3, 2, 3, 1, 1),
    Geometry(1, 3, 2, 5, 2, 2, 3),
    Geometry(2, 2, 3, 3, 1, 2, 2),
)
"""The matrix is given, so nothing depends on stride and padding."""

OUTPUTS = tuple(dict.fromkeys(Geometry(g.N, 1, g.OH, g.OW, g.K, 1, 1) for g in PRODUCTS))
"""Only outputs are given: their numbers are all there is."""

FORWARD = Layer(
    ("x", "w", "b"),
    (Sum("out", "w", "x"), Sum("out", "b")),
    _plain("x", "w", "b"),
    lambda args, options: (
        _layer(args[0].shape, args[1].shape, options),
        dict(zip(("x", "w", "b"), args, strict=True)),
    ),
)

BACKWARD = Layer(
    ("dout", "x", "w"),
    (Sum("dx", "dout", "w"), Sum("dw", "dout", "x"), Sum("db", "dout")),
    _plain("dout", "x", "w"),
    _open_backward,
)

LAYERS: Mapping[str, Layer] = {
    **VARIANTS,
    "conv_forward": FORWARD,
    "fast_conv_forward": FORWARD,
    "conv_slices": FORWARD,
    "conv_direct": FORWARD,
    "conv_backward": BACKWARD,
    "fast_conv_backward": BACKWARD,
    "conv_dw": Layer(("dout", "x", "w"), (Sum("dw", "dout", "x"),), _plain("dout", "x", "w"), _open_backward),
    "conv_dx": Layer(("dout", "x", "w"), (Sum("dx", "dout", "w"),), _plain("dout", "x", "w"), _open_backward),
    "conv_db": Layer(
        ("dout",),
        (Sum("db", "dout"),),
        lambda g, arrays: ((arrays["dout"],), {}),
        _open_db,
        tables=OUTPUTS,
        probes=OUTPUTS,
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
        LINES,
        LINES,
    ),
    "conv_window": Layer(
        ("x", "w", "b"),
        (Sum("V[i, j]", "w", "x"), Sum("V[i, j]", "b")),
        _call_window,
        _open_window,
        {"x": (("xc",), ("y",), ("z",)), "w": (("c",), ("p",), ("q",)), "b": (), "V[i, j]": ()},
        WINDOWS,
        WINDOWS,
    ),
    "filter_bank": Layer(
        ("x", "w"),
        (Sum("out", "w", "x"),),
        lambda g, arrays: ((arrays["x"][0, 0], arrays["w"][:, 0], conv_forward), {}),
        _open_bank,
        {"x": (("y",), ("z",)), "w": (("wk",), ("p",), ("q",)), "out": (("k",), ("i",), ("j",))},
        BANKS,
        BANKS,
        pad="(F - 1) / 2",
    ),
    "matmul_forward": Layer(
        ("matrix", "w", "b"),
        (Sum("out", "w", "matrix"), Sum("out", "b")),
        lambda g, arrays: (
            (_flat(arrays["matrix"]), arrays["w"], arrays["b"], (g.N, g.K, g.OH, g.OW)),
            {},
        ),
        _open_matmul,
        MATRIX,
        PRODUCTS,
        PRODUCTS,
    ),
    "matmul_backward": Layer(
        ("dout", "matrix", "w"),
        (Sum("dcols", "dout", "w"), Sum("dw", "dout", "matrix"), Sum("db", "dout")),
        lambda g, arrays: ((arrays["dout"], _flat(arrays["matrix"]), arrays["w"]), {}),
        _open_matmul_backward,
        MATRIX,
        PRODUCTS,
        PRODUCTS,
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
