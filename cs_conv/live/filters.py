"""Filters of one's own on a photograph: every change of a weight is seen at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cs_conv.data.photograph import photograph
from cs_conv.live.frame import State
from cs_conv.live.show import show

STARTS = {
    "left to right": [-1, 0, 1, -2, 0, 2, -1, 0, 1],
    "top to bottom": [-1, -2, -1, 0, 0, 0, 1, 2, 1],
    "outline": [-1, -1, -1, -1, 8, -1, -1, -1, -1],
    "sharpen": [0, -1, 0, -1, 5, -1, 0, -1, 0],
    "blur": [1, 1, 1, 1, 1, 1, 1, 1, 1],
    "nothing": [0, 0, 0, 0, 1, 0, 0, 0, 0],
}
"""Filters of 3x3 to begin with, by their names."""


def start(name: str = "left to right", every: int = 2, share: bool = True) -> dict[str, Any]:
    """A first state: one of `STARTS`, every `every`-th pixel of the photograph, and whether to `share`.

    With `share`, weights whose sum is not 0 are divided by it, so that the picture keeps its brightness.
    """
    return {"starts": STARTS, "name": name, "w": list(STARTS[name]), "every": every, "share": int(share)}


def frame(source: Mapping[str, Any], state: State) -> dict[str, np.ndarray]:
    """`image` (H, W) and `answer` (OH, OW), float32: the photograph, and the learner's answer to it."""
    forward = source["conv_forward"]
    every = int(state["every"])
    image = photograph()[::every, ::every]
    w = np.array(state["w"], float).reshape(3, 3)
    if state["share"] and abs(w.sum()) > 1e-9:
        w = w / w.sum()
    answer = np.asarray(forward(image[None, None], w[None, None], np.zeros(1)), float)
    if answer.ndim != 4:
        raise ValueError(f"out has the shape {answer.shape}; (1, 1, OH, OW) was expected")
    return {"image": image.astype(np.float32), "answer": answer[0, 0].astype(np.float32)}


def still(arrays: Mapping[str, np.ndarray], state: State) -> list[tuple[str, np.ndarray]]:
    """The filter; the photograph itself needs a kernel."""
    return [("filter", np.reshape(state["w"], (3, 3)))]


def sentence(state: State) -> str:
    """What stands in the place of the component if no kernel answers."""
    return f"A 3x3 filter ({state['name']}) on a photograph. Run this cell to change its weights yourself."


def filters(source: Mapping[str, Any], **begin: Any) -> None:
    """Show the component; `source` holds the learner's `conv_forward`, `begin` is handed to `start`."""
    show(__name__, source, start(**begin))
