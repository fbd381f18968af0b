"""Pooling: which pixel each window takes, its switch, ties, and where the gradients go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cs_conv.live.frame import State
from cs_conv.live.show import show


def start(x: np.ndarray | None = None, size: int = 2, stride: int = 2) -> dict[str, Any]:
    """A first state: one image `x` (H, W), windows of `size` by `size`, and which output is looked at."""
    x = np.random.default_rng(3).integers(0, 10, (6, 6)) if x is None else np.asarray(x)
    return {
        "image": list(x.shape),
        "x": x.astype(float).ravel().tolist(),
        "size": size,
        "stride": stride,
        "pick": ["output", 0, 0, 0],
    }


def frame(source: Mapping[str, Any], state: State) -> dict[str, np.ndarray]:
    """The learner's maxima and switches, and where gradients of 1 go.

    `out`, `switches` (OH, OW) from `max_pool_forward`; `taken` (OH, OW): the pixel that each switch stands
    for, as a flat index into the image, -1 for none; `dx` (H, W): what `max_pool_backward` sends if each
    output sends 1, the right backward pass where the learner has none yet.
    """
    H, W = state["image"]
    size, stride = (int(state["size"]),) * 2, int(state["stride"])
    x = np.array(state["x"], float).reshape(1, 1, H, W)
    out, switches = source["max_pool_forward"](x, size, stride)
    out, switches = np.asarray(out, float), np.asarray(switches)
    if out.ndim != 4 or switches.shape != out.shape:
        raise ValueError(
            f"out has the shape {out.shape} and switches {switches.shape}; both have (1, 1, OH, OW)"
        )
    i, j = np.indices(out.shape[2:])
    p, q = np.divmod(switches[0, 0].astype(int), size[1])
    rows, columns = i * stride + p, j * stride + q
    inside = (switches[0, 0] >= 0) & (p < size[0]) & (rows < H) & (columns < W)
    arrays = {
        "out": out[0, 0],
        "switches": switches[0, 0].astype(float),
        "taken": np.where(inside, rows * W + columns, -1).astype(np.int32),
    }
    try:
        backward = source["max_pool_backward"]
        dx = np.asarray(backward(np.ones(out.shape), switches.astype(int), x.shape, size, stride), float)
        arrays["dx"] = dx[0, 0]
    except (KeyError, NotImplementedError):
        pass
    return arrays


def still(arrays: Mapping[str, np.ndarray], state: State) -> list[tuple[str, np.ndarray]]:
    """The image, the maxima and the switches."""
    image = np.reshape(state["x"], state["image"])
    return [("image", image), ("maxima", arrays["out"]), ("switches", arrays["switches"])]


def sentence(state: State) -> str:
    """What stands in the place of the component if no kernel answers."""
    H, W = state["image"]
    size = f"{state['size']}x{state['size']}"
    return (
        f"The largest value of each {size} window of {H}x{W} pixels, at stride {state['stride']}. "
        "Run this cell to move things yourself."
    )


def pooling(source: Mapping[str, Any], **begin: Any) -> None:
    """Show the component; `source` holds the learner's functions, `begin` is handed to `start`."""
    show(__name__, source, start(**begin))
