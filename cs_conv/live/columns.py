"""im2col: each window as a column of a matrix, and the columns going back to their pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cs_conv.live.frame import State
from cs_conv.live.show import show


def start(
    x: np.ndarray | None = None, size: tuple[int, int] = (2, 2), stride: int = 1, pad: int = 0
) -> dict[str, Any]:
    """A first state: one image `x` (C, H, W), windows of `size` (FH, FW), and which cell is looked at."""
    x = np.arange(1.0, 17).reshape(1, 4, 4) if x is None else np.asarray(x, float)
    return {
        "image": list(x.shape),
        "x": x.ravel().tolist(),
        "size": list(size),
        "stride": stride,
        "pad": pad,
        "pick": ["column", 0, 0, 0],
    }


def frame(source: Mapping[str, Any], state: State) -> dict[str, np.ndarray]:
    """The learner's matrix, and where its numbers come from.

    `cols` (rows, columns) from `im2col(x, size, stride, pad)`; `origin` (rows, columns): the pixel that
    each number was copied from, as a flat index into the image, -1 for padding and -2 for none; `wanted`: the
    right matrix of the same; `back` (C, H, W): what `col2im` adds up if every number of the matrix is 1.
    """
    from cs_conv import im2col as right  # an answer of the course, which graded notebooks cannot import

    C, H, W = state["image"]
    size, stride, pad = tuple(state["size"]), int(state["stride"]), int(state["pad"])
    options = {"stride": stride, "pad": pad}
    x = np.array(state["x"], float).reshape(1, C, H, W)
    numbers = np.arange(1.0, x.size + 1).reshape(x.shape)
    im2col = source["im2col"]
    cols, numbered = (np.asarray(im2col(a, size, **options), float) for a in (x, numbers))
    if cols.ndim != 2:
        raise ValueError(f"the columns have the shape {cols.shape}; a matrix was expected")
    known = (numbered == np.round(numbered)) & (numbered >= 0) & (numbered <= x.size)
    arrays = {
        "cols": cols,
        "origin": np.where(known, numbered - 1, -2).astype(np.int32),
        "wanted": (right.im2col(numbers, size, **options) - 1).astype(np.int32),
    }
    try:
        back = np.asarray(source["col2im"](np.ones(cols.shape), x.shape, size, **options), float)
        arrays["back"] = back[0]
    except (KeyError, NotImplementedError):
        pass
    return arrays


def still(arrays: Mapping[str, np.ndarray], state: State) -> list[tuple[str, np.ndarray]]:
    """The image and its columns."""
    planes = np.reshape(state["x"], state["image"])
    return [
        *((f"channel {c}" if len(planes) > 1 else "image", x) for c, x in enumerate(planes)),
        ("columns", arrays["cols"]),
    ]


def sentence(state: State) -> str:
    """What stands in the place of the component if no kernel answers."""
    (_, H, W), (FH, FW) = state["image"], state["size"]
    return (
        f"Each {FH}x{FW} window of an image of {H}x{W} pixels becomes a column, stride {state['stride']} and "
        f"pad {state['pad']}. Run this cell to move things yourself."
    )


def columns(source: Mapping[str, Any], **begin: Any) -> None:
    """Show the component; `source` holds the learner's functions, `begin` is handed to `start`."""
    show(__name__, source, start(**begin))
