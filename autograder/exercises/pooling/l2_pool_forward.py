"""l2_pool_forward(x, size, stride): the length of each window as a vector."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv.naive import l2_pool_forward as reference

from .shared import REDUCED, forward_cases, forward_mistakes, pool_windows


def cases(rng: np.random.Generator) -> Iterator[Case]:
    a, b = rng.permutation([3.0, -4.0])
    yield Case("values", "3 and 4 give 5", (np.array([[[[a, 0.0], [0.0, b]]]]), (2, 2), 2))
    yield from forward_cases(rng)
    yield Case("values", "a window of zeros", (np.zeros((1, 1, 2, 2)), (2, 2), 2))
    x = integers(rng, 1, 1, 2, 4)
    x[..., 2:] = 0
    yield Case("values", "a window of zeros beside another", (x, (2, 2), 2))


def l2_pool_forward(x, size, stride):
    """Return the L2 norm of each window, (N, C, OH, OW).

    x: (N, C, H, W). size: (FH, FW). Raises ValueError where the windows do not fit.
    """
    return pool_windows(x, size, stride, lambda window: np.sqrt(np.sum(window**2)))


mistakes = Catalogue(l2_pool_forward, pool_windows)
forward_mistakes(mistakes)

mistakes.change(
    "no square root",
    "You return the sum of the squares; the length is its square root.",
    {"np.sqrt(": "("},
)
mistakes.change(
    "root of the mean",
    "You take the mean of the squares. The L2 norm takes their sum, and nothing is divided.",
    {"np.sum(": "np.mean("},
)
mistakes.change(
    "divided by the size of the window",
    "The L2 norm is a root of a sum; nothing is divided after it.",
    {REDUCED: f"{REDUCED} / (FH * FW)"},
)
mistakes.change(
    "sum of absolute values",
    "That is the L1 norm. The L2 norm squares each value first.",
    {"np.sqrt(np.sum(": "np.sum(abs(", "**2": ""},
)
mistakes.change(
    "summed before squaring",
    "You square the sum, which gives its absolute value back. Square each value, then add.",
    {"**2))": ") ** 2)"},
)
mistakes.change(
    "not squared",
    "You take the root of a plain sum: negative values then give NaN. Square each value first.",
    {"**2": ""},
)
mistakes.change("doubled instead of squared", "x * 2 doubles; x * x or x ** 2 squares.", {"**2": " * 2"})
mistakes.change(
    "maximum instead of the length",
    "You keep the largest value of each window; here all of them count.",
    {"np.sqrt(np.sum(": "(np.max(", "**2": ""},
)
mistakes.change(
    "mean instead of the length",
    "You average the window; the L2 norm squares, adds and takes the root.",
    {"np.sqrt(np.sum(": "(np.mean(", "**2": ""},
)
mistakes.change(
    "the norm of a matrix",
    "np.linalg.norm(window, 2) of a 2-D window is a matrix norm (its largest singular value). "
    "Make the window flat first, or leave out the 2.",
    {"np.sqrt(np.sum(": "np.linalg.norm(", "**2))": ", 2)"},
)
mistakes.change(
    "a small number added under the root",
    "Nothing is divided here, so no small number is needed: a window of zeros has the length 0 exactly.",
    {"**2))": "**2) + 1e-6)"},
)
mistakes.change(
    "squares x in place",
    "`x **= 2` (or `x *= x`) changes the caller's x. Write x**2, which makes a new array.",
    {"FH, FW = size": "FH, FW = size\nx **= 2", "**2": ""},
)


exercise = Exercise(
    name="l2_pool_forward",
    arguments=("x", "size", "stride"),
    parts=("out",),
    axes={"out": ("image n", "channel c", "row i", "column j")},
    aspects=(
        aspect("values", 1, "values", "negative", "edges"),
        aspect("stride and overlap", 1, "geometry"),
        aspect("rectangles", 1, "rectangles"),
    ),
    reference=reference,
    cases=cases,
    program=l2_pool_forward,
    mistakes=tuple(mistakes),
)
