"""max_pool_forward(x, size, stride): the largest value of each window, and where it stood."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import reals
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv.naive import max_pool_forward as reference

from .shared import forward_cases, forward_mistakes, near_ties, nested


def cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from forward_cases(rng)
    low, high = rng.integers(-4, 1) * 1.0, rng.integers(1, 5) * 1.0
    tied = np.array([[low, high], [high, low]])[None, None]
    yield Case("ties", "two equal maxima", (tied, (2, 2), 2))
    yield Case("ties", "every value the same", (np.full((1, 1, 2, 2), high), (2, 2), 2))
    yield Case("ties", "every value zero", (np.zeros((1, 1, 2, 2)), (2, 2), 2))
    x = np.maximum(np.round(2 * reals(rng, 2, 2, 4, 4)), 0)
    yield Case("ties", "many zeros, as after a ReLU", (x, (2, 2), 2))
    yield Case("ties", "zeros and ones, 3x3 at stride 2", (rng.integers(0, 2, (2, 3, 7, 7)) * 1.0, (3, 3), 2))
    yield Case("ties", "ones and twos, 2x2 at stride 1", (rng.integers(1, 3, (3, 2, 4, 4)) * 1.0, (2, 2), 1))
    yield from near_ties(rng)
    below = -1.0 - rng.permutation(4).reshape(1, 1, 2, 2)
    below[0, 0, 1, rng.integers(2)] = 0
    yield Case("negative", "zero is the largest", (below, (2, 2), 2))
    huge = -1e18 * (1 + rng.permutation(4).reshape(1, 1, 2, 2))
    yield Case("negative", "numbers far below zero", (huge, (2, 2), 2))


def max_pool_forward(x, size, stride):
    """Return the maximum of each window and its place: out, switches, both (N, C, OH, OW).

    x: (N, C, H, W). size: (FH, FW). Raises ValueError where the windows do not fit.
    """
    N, C, H, W = x.shape
    FH, FW = size
    if (H - FH) % stride or (W - FW) % stride:
        raise ValueError(f"a {FH}x{FW} window at stride {stride} does not fit a {H}x{W} input")
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    out = np.zeros((N, C, OH, OW))
    switches = np.zeros((N, C, OH, OW), dtype=int)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    top, left = i * stride, j * stride
                    window = x[n, c, top : top + FH, left : left + FW]  # (FH, FW)
                    out[n, c, i, j] = window.max()
                    switches[n, c, i, j] = window.argmax()
    return out, switches


mistakes = Catalogue(max_pool_forward)
forward_mistakes(mistakes, nested, ("out", "switches"))


def only_above(start):
    """What loops over the window find whose maximum begins at `start`."""
    return {
        "window.max()": f"max(window.max(), {start})",
        "window.argmax()": f"window.argmax() if window.max() > {start} else 0",
    }


mistakes.change(
    "maxima begin at 0",
    "A window may hold nothing but negative numbers, and then none of them is larger than the value that "
    "you begin with.",
    only_above("0"),
)
mistakes.change(
    "maxima begin at a number that is not small enough",
    "A maximum that begins at -1e9, say, misses windows with smaller numbers. Begin with something that "
    "no value is below.",
    only_above("-1e9"),
)
mistakes.change(
    "the last of equal maxima",
    "Of equal maxima the first one counts, in reading order; your switch points to the last. Look at how "
    "you compare, with > or with >=.",
    {"window.argmax()": "window.size - 1 - window[::-1, ::-1].argmax()"},
)
mistakes.change(
    "the first maximum by columns",
    "Of equal maxima the first in reading order counts: along the first row, then the second.",
    {"window.argmax()": "window.T.argmax() % FH * FW + window.T.argmax() // FH"},
)

ABOUT_NEARLY_EQUAL = (
    "nearly equal values taken for equal",
    "Two values that are almost equal are not equal: the larger one is the maximum. Compare exactly, with > "
    "or ==, without np.isclose and without rounding.",
)

CLOSE = ((1e-5, 1e-8), (1e-6, 1e-8), (0, 1e-8), (1e-6, 0))
"""Tolerances that people use, relative and absolute: np.isclose's own, a smaller one, one of each."""

mistakes.change(
    *ABOUT_NEARLY_EQUAL,
    *(
        {"window.argmax()": f"np.isclose(window, window.max(), {relative}, {absolute}).argmax()"}
        for relative, absolute in CLOSE
    ),
)
mistakes.change(
    "switches counted by columns",
    "The flat index goes along the rows: 0, 1, ... in the first row, then on in the second.",
    {"window.argmax()": "window.argmax() % FW * FH + window.argmax() // FW"},
    {"window.argmax()": "window.T.argmax()"},
)
mistakes.change(
    "row times height in the switch",
    "In the flat index, row p counts p times the length of a row. Ask how many values one row of the "
    "window holds.",
    {"window.argmax()": "window.argmax() // FW * FH + window.argmax() % FW"},
)
mistakes.change(
    "switches counted from 1",
    "The first value of a window has the index 0.",
    {"window.argmax()": "window.argmax() + 1"},
)
mistakes.change(
    "only the row in the switch",
    "Your switch is the row of the maximum inside its window; the column is lost.",
    {"window.argmax()": "window.argmax() // FW"},
)
mistakes.change(
    "only the column in the switch",
    "Your switch is the column of the maximum inside its window; the row is lost.",
    {"window.argmax()": "window.argmax() % FW"},
)
mistakes.change(
    "switches of the minima",
    "Your switches point to the smallest value of each window.",
    {"window.argmax()": "window.argmin()"},
)
mistakes.change(
    "minimum instead of maximum",
    "You keep the smallest value of each window.",
    {"window.max()": "window.min()", "window.argmax()": "window.argmin()"},
)
mistakes.change(
    "the value of largest size, whatever its sign",
    "You compare absolute values. A maximum is the largest value: 1 is more than -5.",
    {"window.max()": "window.flat[abs(window).argmax()]", "window.argmax()": "abs(window).argmax()"},
)
mistakes.change(
    "absolute values",
    "The signs are lost: the maximum of -1 and -5 is -1.",
    {"window.max()": "abs(window).max()", "window.argmax()": "abs(window).argmax()"},
    whole=True,
)
mistakes.change(
    "mean instead of maximum",
    "Your out holds the mean of each window; that is the next kind of pooling.",
    {"window.max()": "window.mean()"},
)
mistakes.change(
    "maxima in place of the switches",
    "Your switches hold the values; they say where the values stood.",
    {", dtype=int": "", "window.argmax()": "window.max()"},
)
mistakes.change(
    "switches left at zero",
    "Your switches are all 0; nothing ever writes the place of the maximum.",
    {"switches[n, c, i, j] = window.argmax()": ""},
)
mistakes.change(
    "switches counted through the image",
    "Your index is the place in the image. A switch counts inside its own window, from 0 to FH * FW - 1.",
    {"window.argmax()": "(top + window.argmax() // FW) * W + left + window.argmax() % FW"},
)
mistakes.change(
    "switches counted through all images and channels",
    "Your index counts through all images and channels. A switch counts inside its own window, from 0 to "
    "FH * FW - 1.",
    {
        "window.argmax()": (
            "((n * C + c) * H + top + window.argmax() // FW) * W + left + window.argmax() % FW"
        ),
    },
)
mistakes.change(
    "out and switches swapped",
    "Return the maxima first, then the switches.",
    {"return out, switches": "return switches, out"},
    whole=True,
)
mistakes.change(
    "row and column in place of a flat index",
    "A switch is one number, not a pair: count through the window row by row.",
    {
        "np.zeros((N, C, OH, OW), dtype=int)": "np.zeros((N, C, OH, OW, 2), dtype=int)",
        "window.argmax()": "divmod(window.argmax(), FW)",
    },
)
mistakes.change(
    "a mask in place of switches",
    "A mask in the shape of x cannot say which window a maximum belongs to where windows overlap, and it "
    "marks every tied value. Keep one index for each output.",
    {
        "np.zeros((N, C, OH, OW), dtype=int)": "np.zeros(x.shape, dtype=bool)",
        "switches[n, c, i, j] = window.argmax()": (
            "switches[n, c, top : top + FH, left : left + FW] |= window == window.max()"
        ),
    },
)


exercise = Exercise(
    name="max_pool_forward",
    arguments=("x", "size", "stride"),
    parts=("out", "switches"),
    axes=dict.fromkeys(("out", "switches"), ("image n", "channel c", "row i", "column j")),
    aspects=(
        aspect("shape", 1, "values", only_shape=True),
        aspect("values", 2, "values", "ties", "negative", parts=["out"]),
        aspect("stride and overlap", 2, "geometry", parts=["out"]),
        aspect("rectangles", 1, "rectangles", parts=["out"]),
        aspect("switches", 3, "values", "ties", "geometry", "rectangles", parts=["switches"]),
        aspect("edge cases", 1, "edges", "negative"),
    ),
    reference=reference,
    cases=cases,
    program=max_pool_forward,
    mistakes=tuple(mistakes),
)
