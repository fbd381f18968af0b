"""average_pool_forward(x, size, stride): the mean of each window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv.naive import average_pool_forward as reference

from .shared import REDUCED, WINDOW, forward_cases, forward_mistakes, pool_windows


def cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from forward_cases(rng)
    x = np.maximum(rng.integers(-3, 4, (1, 1, 4, 4)), 0.0)
    x[0, 0, :2, :2] = [[0, 3], [5, 0]]
    yield Case("values", "many zeros, as after a ReLU", (x, (2, 2), 2))


def average_pool_forward(x, size, stride):
    """Return the mean of each window, (N, C, OH, OW).

    x: (N, C, H, W). size: (FH, FW). Raises ValueError where the windows do not fit.
    """
    return pool_windows(x, size, stride, np.mean)


mistakes = Catalogue(average_pool_forward, pool_windows)
forward_mistakes(mistakes)


def divided_by(number):
    """The change that divides the sum of a window by another number."""
    return {REDUCED: f"np.sum(x[n, c, {WINDOW}]) / ({number})"}


mistakes.change(
    "sum instead of mean",
    "You add the window up; divide by how many values it holds.",
    {"np.mean": "np.sum"},
)
mistakes.change(
    "maximum instead of mean",
    "You keep the largest value of each window; here all of them count.",
    {"np.mean": "np.max"},
)
mistakes.change(
    "median instead of mean",
    "The value in the middle is the median; the mean is the sum over the count.",
    {"np.mean": "np.median"},
)
mistakes.change(
    "divided by the number of values that are not 0",
    "A zero counts as a value: divide by the size of the window, whatever it holds.",
    divided_by(f"max(np.count_nonzero(x[n, c, {WINDOW}]), 1)"),
    divided_by(f"np.count_nonzero(x[n, c, {WINDOW}])"),
)
mistakes.change(
    "whole division",
    "`//` drops the digits after the point, and rounds negative numbers down. A mean can be any number.",
    {REDUCED: f"np.sum(x[n, c, {WINDOW}]) // (FH * FW)"},
)
mistakes.change(
    "mean of absolute values",
    "The signs are lost: the mean of -1 and 1 is 0.",
    {f"x[n, c, {WINDOW}]": f"abs(x[n, c, {WINDOW}])"},
)
mistakes.change(
    "divides x in place",
    "`x /= ...` changes the caller's x. Write x / ... instead, or divide the result.",
    {"FH, FW = size": "FH, FW = size\nx /= FH * FW", "np.mean": "np.sum"},
)


exercise = Exercise(
    name="average_pool_forward",
    arguments=("x", "size", "stride"),
    parts=("out",),
    axes={"out": ("image n", "channel c", "row i", "column j")},
    aspects=(
        aspect("values", 2, "values", "negative", "edges"),
        aspect("stride and overlap", 1, "geometry"),
        aspect("rectangles", 1, "rectangles"),
    ),
    reference=reference,
    cases=cases,
    program=average_pool_forward,
    mistakes=tuple(mistakes),
)
