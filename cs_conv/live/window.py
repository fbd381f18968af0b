"""Window by window: what each output of a convolution reads, and where its gradient goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from cs_conv.live.frame import State
from cs_conv.live.show import show

IMAGE, FILTERS = (3, 5, 5), (2, 3, 3)
"""The sizes of the notes' example: (C, H, W) and (K, FH, FW)."""


def start(
    x: np.ndarray | None = None, w: np.ndarray | None = None, b: np.ndarray | None = None, **changes: Any
) -> dict[str, Any]:
    """A first state.

    `x` (C, H, W), `w` (K, C, FH, FW) and `b` (K,) are drawn as whole numbers where they are not given.
    `changes` are further entries of the state: `stride`, `pad`, and `pick`, the cell that is looked at,
    ("output" | "pixel" | "weight", plane, row, column).
    """
    rng = np.random.default_rng(0)
    image = IMAGE if x is None else tuple(x.shape)
    filters = FILTERS if w is None else (len(w), *w.shape[2:])
    x = rng.integers(-2, 3, image) if x is None else x
    w = rng.integers(-1, 2, (filters[0], image[0], *filters[1:])) if w is None else w
    b = np.zeros(filters[0]) if b is None else b
    return {
        "image": list(image),
        "filters": list(filters),
        "x": np.asarray(x, float).ravel().tolist(),
        "w": np.asarray(w, float).ravel().tolist(),
        "b": np.asarray(b, float).ravel().tolist(),
        "stride": 1,
        "pad": 0,
        "pick": ["output", 0, 0, 0],
        **changes,
    }


def frame(source: Mapping[str, Any], state: State) -> dict[str, np.ndarray]:
    """The arrays of one picture, from the learner's `conv_forward` and, if it is there, `conv_backward`.

    `out` (K, OH, OW). `reads` (OH, OW, C * FH * FW): the pixel that each weight meets for an output, as a
    flat index into the image, -1 for none (padding) and -2 for anything but a single pixel. `dout`, `dx`,
    `dw`, `db`: the gradients if the picked output sends 1, or all outputs do if something else is picked.
    """
    forward = source["conv_forward"]
    backward = source.get("conv_backward")
    C, H, W = state["image"]
    K, FH, FW = state["filters"]
    stride, pad = int(state["stride"]), int(state["pad"])
    x = np.array(state["x"], float).reshape(1, C, H, W)
    w = np.array(state["w"], float).reshape(K, C, FH, FW)
    out = np.asarray(forward(x, w, np.array(state["b"], float), stride=stride, pad=pad), float)
    if out.ndim != 4 or out.shape[:2] != (1, K):
        raise ValueError(f"out has the shape {out.shape}; (1, {K}, OH, OW) was expected")
    arrays = {"out": out[0], "reads": _reads(forward, (C, H, W), (FH, FW), stride, pad)}
    kind, *place = state["pick"]
    dout = np.zeros_like(out)
    picked = kind == "output" and all(index < size for index, size in zip(place, out.shape[1:], strict=True))
    dout[(0, *place) if picked else ...] = 1.0
    arrays["dout"] = dout[0]
    if backward is not None:
        try:
            dx, dw, db = backward(dout, x, w, stride=stride, pad=pad)
        except NotImplementedError:
            return arrays
        arrays |= {"dx": np.asarray(dx, float)[0], "dw": np.asarray(dw, float), "db": np.asarray(db, float)}
    return arrays


Forward = Callable[..., Any]
_known: WeakKeyDictionary[Forward, dict[tuple[Any, ...], np.ndarray]] = WeakKeyDictionary()
"""What each function reads at each size: asked once, as long as the function lives."""


def _reads(
    forward: Forward, image: tuple[int, int, int], size: tuple[int, int], stride: int, pad: int
) -> np.ndarray:
    """Which pixel meets which weight, asked of the function itself in one call.

    There is one filter for each weight, with a 1 in its place, and every pixel holds its own number: the
    output of a filter is then the number of the pixel that its weight meets.
    """
    known = _known.setdefault(forward, {})
    key = (image, size, stride, pad)
    if key not in known:
        weights = image[0] * size[0] * size[1]
        numbers = np.arange(1.0, np.prod(image) + 1).reshape(1, *image)
        filters = np.eye(weights).reshape(weights, image[0], *size)
        met = np.asarray(forward(numbers, filters, np.zeros(weights), stride=stride, pad=pad), float)[0]
        single = (met == np.round(met)) & (met >= 0) & (met <= numbers.size)
        known[key] = np.where(single, met - 1, -2).transpose(1, 2, 0).astype(np.int32)
    return known[key]


def sentence(state: State) -> str:
    """What stands in the place of the component if no kernel answers."""
    C, H, W = state["image"]
    K, FH, FW = state["filters"]
    several = "one filter" if K == 1 else f"{K} filters"
    channels = f" with {C} channels" if C > 1 else ""
    return (
        f"An image of {H}x{W} pixels{channels} and {several} of {FH}x{FW}, stride {state['stride']}, "
        f"pad {state['pad']}. Run this cell to move things yourself."
    )


def still(arrays: Mapping[str, np.ndarray], state: State) -> list[tuple[str, np.ndarray]]:
    """The matrices of the first picture, with their titles."""
    C, H, W = state["image"]
    images = np.reshape(state["x"], (C, H, W))
    shown = [(f"image, channel {c}" if C > 1 else "image", plane) for c, plane in enumerate(images)]
    return shown + [(f"output {k}", plane) for k, plane in enumerate(arrays["out"])]


def window(source: Mapping[str, Any], **begin: Any) -> None:
    """Show the component; `source` holds the learner's functions, `begin` is handed to `start`."""
    show(__name__, source, start(**begin))
