"""How a fully connected layer is asked: a convolution whose filters are as large as the image.

Unit k is filter k, and its one output is the output at (0, 0). A volume is laid out as a row of D = C * H * W
values, and the weights of all units are a matrix (D, K).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .geometry import Geometry
from .layers import Arrays, Form, Layer, Sum
from .table import WEIGHT


def _connection(N: int, C: int, H: int, W: int, K: int, rows: bool = False) -> Geometry:
    return Geometry(N, C, H, W, K, H, W, connected=True, rows=rows)


CONNECTIONS = tuple(
    _connection(*sizes)
    for sizes in (
        (1, 1, 1, 2, 2),
        (2, 1, 2, 2, 1),
        (1, 2, 2, 3, 2),
        (2, 2, 2, 3, 3),
        (3, 1, 1, 3, 2),
        (2, 3, 2, 2, 4),
        (2, 2, 3, 1, 2),
        (3, 2, 1, 2, 3),
        (1, 3, 2, 2, 5),
    )
)
"""At these every product is read."""

LARGER = (
    *CONNECTIONS,
    *(
        _connection(*sizes)
        for sizes in (
            (4, 2, 3, 2, 3),
            (2, 4, 1, 1, 3),
            (3, 3, 2, 4, 2),
            (1, 1, 3, 3, 4),
            (5, 2, 2, 2, 1),
            (4, 1, 4, 1, 4),
            (2, 1, 1, 1, 1),
            (3, 2, 3, 3, 6),
        )
    ),
    *(_connection(N, D, 1, 1, K, rows=True) for N, D, K in ((1, 3, 2), (2, 4, 3), (4, 2, 2), (3, 5, 1))),
)
"""These, further volumes, and values that are no volumes."""

MATRIX: Form = (WEIGHT[1:], WEIGHT[:1])

WORDS = {
    "Filter w[k] and bias b[k] belong to channel k of the output": (
        "Column w[:, k] and bias b[k] belong to unit k"
    ),
    "A weight w[k, c] meets the pixels of channel c, and of no other.": (
        "A weight w[d, k] meets value d of a row, and no other."
    ),
    "Weight (p, q) of a filter meets the pixel p rows and q columns from the corner of the window.": (
        "Weight w[d, k] meets value d of a row: pixel (c, row, column), with d = (c * H + row) * W + column."
    ),
    "the filters flipped": "the values in reversed order",
    "the filters": "the volume",
    "filter": "unit",
    "C * FH * FW": "D",
    "C * H * W": "D",
}
"""What is called otherwise in a fully connected layer."""


def _call(g: Geometry, arrays: Arrays) -> tuple[tuple[Any, ...], dict[str, int]]:
    dout, x, w = (arrays[name] for name in ("dout", "x", "w"))
    x = x.reshape(g.N, g.C) if g.rows else x
    return (dout.reshape(g.N, g.K), x, np.ascontiguousarray(w.reshape(g.K, -1).T)), {}


def _open(args: tuple[Any, ...], options: Mapping[str, int]) -> tuple[Geometry, Arrays]:
    dout, x, w = args
    volume = (*x.shape, 1, 1) if x.ndim == 2 else x.shape
    N, C, H, W = volume
    K = w.shape[1]
    arrays = {"dout": dout.reshape(N, K, 1, 1), "x": x.reshape(volume), "w": w.T.reshape(K, C, H, W)}
    return _connection(N, C, H, W, K, rows=x.ndim == 2), arrays


CONNECTED = Layer(
    ("dout", "x", "w"),
    (
        Sum("dx", "dout", "w", connected=True),
        Sum("dw", "dout", "x", connected=True),
        Sum("db", "dout", connected=True),
    ),
    _call,
    _open,
    {"w": MATRIX, "dw": MATRIX, "dout": (("n",), ("k",))},
    CONNECTIONS,
    LARGER,
    words=WORDS,
)
