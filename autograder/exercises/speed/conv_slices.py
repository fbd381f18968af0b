"""conv_slices(x, w, b, stride=1, pad=0): convolution by a loop over the places of the filter alone."""

from __future__ import annotations

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers
from autograder.checks.exercise import Case, Exercise, Speed, aspect
from autograder.exercises.conv_forward.conv_forward import cases as of_conv_forward
from cs_conv.im2col import conv_forward as convolve
from cs_conv.naive import conv_forward as reference

from .shared import SMALL, add_loops, draw, windows, wrong_values


def cases(rng):
    """Those of `conv_forward`, and first one in which nothing but the stride can go wrong."""
    x, w, b = integers(rng, 1, 1, 1, 6), integers(rng, 1, 1, 1, 2), integers(rng, 1)
    yield Case("geometry", "stride 2 on one row of pixels", (x, w, b), {"stride": 2})
    yield from of_conv_forward(rng)


def conv_slices(x, w, b, stride=1, pad=0):
    """Return the convolution of x (N, C, H, W) with w (K, C, FH, FW) and b (K,): out (N, K, OH, OW).

    Loops over the places of the filter only. Raises ValueError where the windows do not fit.
    """
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    if (H - FH + 2 * pad) % stride or (W - FW + 2 * pad) % stride:
        raise ValueError(f"a {FH}x{FW} filter at stride {stride} does not fit {H}x{W} pixels with pad {pad}")
    OH, OW = (H - FH + 2 * pad) // stride + 1, (W - FW + 2 * pad) // stride + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, K, OH, OW), x.dtype)
    for p in range(FH):
        for q in range(FW):
            rows = slice(p, p + (OH - 1) * stride + 1, stride)
            columns = slice(q, q + (OW - 1) * stride + 1, stride)
            piece = padded[:, :, rows, columns]
            out += np.einsum("ncij,kc->nkij", piece, w[:, :, p, q], optimize=True)
    return out + b.reshape(K, 1, 1)


slips = Catalogue(conv_slices)
"""Wrong values that come with slices and columns."""

ROWS, COLUMNS = "slice(p, p + (OH - 1) * stride + 1, stride)", "slice(q, q + (OW - 1) * stride + 1, stride)"

slips.change(
    "each place of the filter overwrites the one before",
    "Only the last place of the filter is in your result: every one of them adds its share.",
    {"out +=": "out ="},
)
slips.change(
    "every place of the filter meets the same slice",
    "The slice for place (p, q) begins at row p and column q of the padded input; yours all begin at 0.",
    {ROWS: "slice(0, (OH - 1) * stride + 1, stride)", COLUMNS: "slice(0, (OW - 1) * stride + 1, stride)"},
)
slips.change(
    "p and q swapped in the slice",
    "p moves the slice down and belongs to the rows, q moves it to the right. Square filters on "
    "their own do not hide it: the filter is turned over its diagonal.",
    {"slice(p, p +": "slice(q, q +", "slice(q, q +": "slice(p, p +"},
)
slips.change(
    "slices without the stride",
    "The slice for place (p, q) takes every stride-th row and column, OH of them: it ends at "
    "p + (OH - 1) * stride + 1, and has a step.",
    {ROWS: "slice(p, p + OH)", COLUMNS: "slice(q, q + OW)"},
)
slips.change(
    "slices that end as if the step were 1",
    "With a step of stride, OH rows reach further than OH: your slice for place (p, q) ends too early.",
    {ROWS: "slice(p, p + OH, stride)", COLUMNS: "slice(q, q + OW, stride)"},
    {
        ROWS: "slice(p, p + OH, stride)",
        COLUMNS: "slice(q, q + OW, stride)",
        "padded[:, :, rows, columns]": "padded[:, :, rows, columns].reshape(N, C, OH, OW)",
    },
)
slips.change(
    "slices up to the end of the image",
    "The slice for place (p, q) has OH rows and OW columns: it ends where the last window has (p, q).",
    {ROWS: "slice(p, None, stride)", COLUMNS: "slice(q, None, stride)"},
)
slips.change(
    "bias added at every place of the filter",
    "Add the bias once, before or after the loop over the filter, not inside it.",
    {"out +=": "out += b.reshape(K, 1, 1) +", "return out + b.reshape(K, 1, 1)": "return out"},
)


@slips.mistake(
    "columns and filters in two orders",
    "A row of w.reshape(K, -1) goes through c, then fh, then fw. Your columns go through fh and "
    "fw first, and c last: each weight meets the wrong number.",
)
def _(x, w, b, stride=1, pad=0):
    cols = windows(x, w, stride, pad).transpose(4, 5, 1, 0, 2, 3)  # (FH, FW, C, N, OH, OW)
    rows = w.reshape(w.shape[0], -1)
    out = rows @ cols.reshape(rows.shape[1], -1) + b[:, None]
    return out.reshape(len(w), len(x), *cols.shape[4:]).transpose(1, 0, 2, 3)


mistakes = Catalogue(mistakes=[*wrong_values(), *slips])
add_loops(mistakes)

exercise = Exercise(
    name="conv_slices",
    arguments=("x", "w", "b"),
    parts=("out",),
    axes={"out": ("image n", "filter k", "row i", "column j")},
    aspects=(
        aspect("values", 2, "values"),
        aspect("stride and padding", 2, "geometry"),
        aspect("rectangles and edge cases", 1, "rectangles", "edges"),
        aspect("no loop over places", 3),
    ),
    reference=reference,
    cases=cases,
    program=conv_slices,
    mistakes=tuple(mistakes),
    speed=Speed(
        "no loop over places",
        40,
        draw,
        SMALL,
        {"N": 1, "C": 3, "K": 8, "OH": 48, "OW": 48, "FH": 3, "FW": 3},
        convolve,
    ),
)
