"""The gradient that arrives at an image, message by message, beside the right one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cs_conv.live.frame import State
from cs_conv.live.show import show


def start(
    x_shape: tuple[int, int] = (5, 5),
    w: np.ndarray | None = None,
    dout: np.ndarray | None = None,
    stride: int = 1,
    pad: int = 0,
) -> dict[str, Any]:
    """A first state: an image of `x_shape` (H, W), one filter `w` (FH, FW), and what each output sends.

    Numbers that are not given are drawn: whole ones. `dout` has one for each output at stride 1 without
    padding, in rows; where there are more or fewer outputs it is repeated or cut.
    """
    rng = np.random.default_rng(1)
    w = rng.integers(1, 5, (3, 3)) if w is None else np.asarray(w)
    H, W = x_shape
    outputs = (H - w.shape[0] + 1) * (W - w.shape[1] + 1)
    dout = rng.integers(1, 4, outputs) if dout is None else np.asarray(dout)
    return {
        "image": [H, W],
        "filter": list(w.shape),
        "w": w.astype(float).ravel().tolist(),
        "dout": dout.astype(float).ravel().tolist(),
        "stride": stride,
        "pad": pad,
        "sent": outputs,
    }


def frame(source: Mapping[str, Any], state: State) -> dict[str, np.ndarray]:
    """What the learner's `conv_dx` gives after `sent` outputs have sent their messages.

    If there is no `conv_dx`, it is what `conv_backward` gives.

    `dout` (OH, OW): what each output sends. `dx` (H, W): the learner's gradient. `right` (H, W): the right
    one. `last` (H, W): the right message of the last output that sent. ValueError if the sizes do not fit.
    """
    from cs_conv import im2col  # an answer of the course, which graded notebooks cannot import

    H, W = state["image"]
    FH, FW = state["filter"]
    stride, pad, sent = int(state["stride"]), int(state["pad"]), int(state["sent"])
    w = np.array(state["w"], float).reshape(1, 1, FH, FW)
    x = np.zeros((1, 1, H, W))
    shape = im2col.conv_forward(x, w, np.zeros(1), stride=stride, pad=pad).shape
    values = np.resize(np.array(state["dout"], float), shape)
    number = np.arange(values.size).reshape(shape)
    dout, last = np.where(number < sent, values, 0.0), np.where(number == sent - 1, values, 0.0)
    if "conv_backward" in source and "conv_dx" not in source:
        dx = source["conv_backward"](dout, x, w, stride=stride, pad=pad)[0]
    else:
        dx = source["conv_dx"](dout, x, w, stride=stride, pad=pad)
    dx = np.asarray(dx, float)
    if dx.shape != x.shape:
        raise ValueError(f"dx has the shape {dx.shape}; that of x, {x.shape}, was expected")
    right, arriving = (im2col.conv_backward(d, x, w, stride=stride, pad=pad)[0] for d in (dout, last))
    return {"dout": values[0, 0], "dx": dx[0, 0], "right": right[0, 0], "last": arriving[0, 0]}


def still(arrays: Mapping[str, np.ndarray], state: State) -> list[tuple[str, np.ndarray]]:
    """What the outputs send, and what arrives."""
    return [("sent", arrays["dout"]), ("arrives at x: yours", arrays["dx"]), ("right", arrays["right"])]


def sentence(state: State) -> str:
    """What stands in the place of the component if no kernel answers."""
    H, W = state["image"]
    FH, FW = state["filter"]
    return (
        f"Each output of a {FH}x{FW} filter on {H}x{W} pixels sends its message back to the pixels that it "
        f"read, at stride {state['stride']} and pad {state['pad']}. Run this cell to move things yourself."
    )


def messages(source: Mapping[str, Any], **begin: Any) -> None:
    """Show the component; `source` holds `conv_dx` or `conv_backward`, `begin` is handed to `start`."""
    show(__name__, source, start(**begin))
