"""The receptive field: one number sent back through three layers lights up the pixels that it depends on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cs_conv.live.frame import State
from cs_conv.live.show import show

SIDE = 15
"""The image and all volumes after it have SIDE x SIDE numbers: each layer is padded so that this stays."""

LAYERS = ("first", "second", "third")
"""The layers, from the image on."""


def start(dilations: tuple[int, int, int] = (1, 1, 1), place: tuple[int, int] = (7, 7)) -> dict[str, Any]:
    """A first state: the dilation of each 3x3 layer, and the output (row, column) that sends."""
    return {**dict(zip(LAYERS, dilations, strict=True)), "place": list(place)}


def frame(source: Mapping[str, Any], state: State) -> dict[str, np.ndarray]:
    """What the learner's `dilated_conv_dx` sends back from one output, through three 3x3 layers of ones.

    `third`, `second`, `first` (SIDE, SIDE): in how many ways each number at the input of that layer feeds
    the output; `first` is the image. `right` (SIDE, SIDE): the right one for the image.
    """
    from cs_conv import im2col  # an answer of the course, which graded notebooks cannot import

    w, shape = np.ones((1, 1, 3, 3)), (1, 1, SIDE, SIDE)
    yours = np.zeros(shape)
    yours[0, 0, state["place"][0], state["place"][1]] = 1
    right = yours
    arrays = {}
    for layer in reversed(LAYERS):
        dilation = int(state[layer])
        options = {"pad": dilation, "dilation": dilation}
        yours = np.asarray(source["dilated_conv_dx"](yours, w, shape, **options), float)
        if yours.shape != shape:
            raise ValueError(f"dx has the shape {yours.shape}; that of x, {shape}, was expected")
        right = im2col.conv_backward(right, np.zeros(shape), w, **options)[0]
        arrays[layer] = yours[0, 0]
    return {**arrays, "right": right[0, 0]}


def still(arrays: Mapping[str, np.ndarray], state: State) -> list[tuple[str, np.ndarray]]:
    """The image alone."""
    return [("in how many ways each pixel feeds the output", arrays["first"])]


def sentence(state: State) -> str:
    """What stands in the place of the component if no kernel answers."""
    row, column = state["place"]
    dilations = ", ".join(str(state[layer]) for layer in LAYERS)
    return (
        f"Three 3x3 layers with dilations {dilations}: the output at row {row}, column {column} depends on "
        "the pixels that are coloured. Run this cell to move things yourself."
    )


def field(source: Mapping[str, Any], **begin: Any) -> None:
    """Show the component; `source` holds `dilated_conv_dx`, `begin` is handed to `start`."""
    show(__name__, source, start(**begin))
