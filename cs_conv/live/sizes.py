"""Sizes: how windows of F pixels at stride S fit on W pixels with padding P, beside the learner's formula."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cs_conv.live.frame import State
from cs_conv.live.show import show

LIMITS = {"W": (1, 32), "F": (1, 11), "S": (1, 6), "P": (0, 5), "D": (1, 4)}
"""The smallest and the largest value of each slider."""


def start(W: int = 7, F: int = 3, S: int = 1, P: int = 0, D: int = 1) -> dict[str, Any]:
    """A first state: W pixels, F weights D pixels apart, stride S, padding P on each side."""
    return {"W": W, "F": F, "S": S, "P": P, "D": D, "window": 0}


def frame(source: Mapping[str, Any], state: State) -> dict[str, np.ndarray]:
    """Where windows begin, and what the learner's `output_size(W, F, S, P)` says.

    `begins`: the first pixel of each window that fits, the first real pixel being 0. `reached` (W + 2P,): how
    many windows read each pixel of the padded row. `left` (1,): how many pixels remain after the last window.
    `yours` (1,): the learner's size, NaN if it is an error or there is no such function yet, with `refused`
    (1,), 1 for an error. A filter with gaps (D > 1) is handed over as one of (F - 1) * D + 1 weights.
    """
    W, F, S, P, D = (int(state[name]) for name in "WFSPD")
    reach = (F - 1) * D + 1
    room = W + 2 * P - reach
    begins = np.arange(0, room + 1, S) if room >= 0 else np.zeros(0, int)
    reached = np.zeros(W + 2 * P)
    for begin in begins:
        reached[begin : begin + reach : D] += 1
    yours, refused = np.nan, 0
    if "output_size" in source:
        try:
            yours = float(source["output_size"](W, reach, S, P))
        except NotImplementedError:
            pass
        except Exception:  # an error is an answer here
            refused = 1
    return {
        "begins": (begins - P).astype(np.int32),
        "reached": reached,
        "left": np.array([room % S if room >= 0 else room], np.int32),
        "yours": np.array([yours]),
        "refused": np.array([refused], np.int32),
    }


def still(arrays: Mapping[str, np.ndarray], state: State) -> list[tuple[str, np.ndarray]]:
    """How many windows read each pixel."""
    return [("how many windows read each pixel", arrays["reached"][np.newaxis])]


def sentence(state: State) -> str:
    """What stands in the place of the component if no kernel answers."""
    numbers = ", ".join(f"{name} = {state[name]}" for name in "WFSP")
    return f"Windows on a row of pixels: {numbers}. Run this cell to move things yourself."


def sizes(source: Mapping[str, Any] | None = None, **begin: int) -> None:
    """Show the component; `source` may hold the learner's `output_size`, `begin` is handed to `start`."""
    show(__name__, source or {}, start(**begin))
