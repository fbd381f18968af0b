"""fast_conv_forward(x, w, b, stride=1, pad=0): convolution as fast as one matrix product makes it."""

from __future__ import annotations

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Exercise, Speed, aspect
from cs_conv.im2col import conv_forward as convolve
from cs_conv.naive import conv_forward as reference

from .conv_slices import cases, slips
from .shared import SMALL, add_heavy, add_loops, draw, wrong_values


def fast_conv_forward(x, w, b, stride=1, pad=0):
    """Return the convolution of x (N, C, H, W) with w (K, C, FH, FW) and b (K,): out (N, K, OH, OW).

    Raises ValueError where the windows do not fit.
    """
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    if (H - FH + 2 * pad) % stride or (W - FW + 2 * pad) % stride:
        raise ValueError(f"a {FH}x{FW} filter at stride {stride} does not fit {H}x{W} pixels with pad {pad}")
    OH, OW = (H - FH + 2 * pad) // stride + 1, (W - FW + 2 * pad) // stride + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cols = np.empty((N, C, FH, FW, OH, OW), x.dtype)
    for p in range(FH):
        for q in range(FW):
            rows = slice(p, p + (OH - 1) * stride + 1, stride)
            columns = slice(q, q + (OW - 1) * stride + 1, stride)
            cols[:, :, p, q] = padded[:, :, rows, columns]
    out = w.reshape(K, -1) @ cols.reshape(N, C * FH * FW, OH * OW)  # (K, R) @ (N, R, M) -> (N, K, M)
    out += b.reshape(K, 1)
    return out.reshape(N, K, OH, OW)


mistakes = Catalogue(mistakes=[*wrong_values(), *slips])
add_loops(mistakes)
add_heavy(mistakes)

exercise = Exercise(
    name="fast_conv_forward",
    arguments=("x", "w", "b"),
    parts=("out",),
    axes={"out": ("image n", "filter k", "row i", "column j")},
    aspects=(
        aspect("values", 2, "values"),
        aspect("stride and padding", 2, "geometry"),
        aspect("rectangles and edge cases", 1, "rectangles", "edges"),
        aspect("speed", 5),
    ),
    reference=reference,
    cases=cases,
    program=fast_conv_forward,
    mistakes=tuple(mistakes),
    speed=Speed(
        "speed", 100, draw, SMALL, {"N": 1, "C": 4, "K": 24, "OH": 36, "OW": 36, "FH": 3, "FW": 3}, convolve
    ),
)
