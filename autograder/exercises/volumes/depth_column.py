"""depth_column(x, i, j): the numbers of all channels at one place of a volume."""

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import distinct, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def depth_column(x, i, j):
    """Return the depth column of a volume x (C, H, W) at row i and column j: an array (C,)."""
    return x[:, i, j]


def cases(rng):
    yield Case("columns", "two channels", (distinct(rng, 2, 3, 3), 0, 2))
    yield Case("columns", "three channels, wider than high", (distinct(rng, 3, 2, 4), 1, 3))
    yield Case("columns", "as many channels as rows and columns", (distinct(rng, 3, 3, 3), 1, 2))
    yield Case("columns", "higher than wide", (distinct(rng, 4, 5, 2), 4, 1))
    x = rng.random((6, 5, 7))
    yield Case("columns", "real numbers", (x, int(rng.integers(1, 4)), int(rng.integers(4, 7))))
    yield Case("columns", "float32", (x.astype(np.float32), 2, 6))
    yield Case("columns", "an array that is not contiguous", (scattered(x), 4, 3))
    yield Case("columns", "one channel", (distinct(rng, 1, 2, 2), 1, 0))


mistakes = Catalogue(depth_column)
mistakes.change(
    "row and column swapped",
    "i counts rows, j counts columns: compare with the order of the axes of x.",
    {"x[:, i, j]": "x[:, j, i]"},
)
mistakes.change(
    "the first two axes indexed, as if channels came last",
    "Here x is (C, H, W): the axis that must stay whole is the first one.",
    {"x[:, i, j]": "x[i, j]"},
)
mistakes.change(
    "the axes of rows and columns are still there",
    "A column is (C,). A number as an index takes its axis away, a range keeps it.",
    {"x[:, i, j]": "x[:, i : i + 1, j : j + 1]"},
)
mistakes.change(
    "a whole row of each channel",
    "Take the numbers at one place: column j of that row.",
    {"x[:, i, j]": "x[:, i]"},
)
mistakes.change(
    "a whole column of each channel",
    "Take the numbers at one place: row i of that column.",
    {"x[:, i, j]": "x[:, :, j]"},
)
mistakes.change("one channel only", "A depth column reaches through all channels.", {"x[:,": "x[0,"})
mistakes.change("counted from 1", "Rows and columns begin at 0.", {"i, j]": "i - 1, j - 1]"})
mistakes.change("the channels in reverse order", "Channel 0 comes first.", {"x[:,": "x[::-1,"})
mistakes.change("the channels summed", "Return all C numbers.", {"x[:, i, j]": "x[:, i, j].sum()"})
mistakes.change("the mean of the channels", "Return all C numbers.", {"x[:, i, j]": "x[:, i, j].mean()"})

exercise = Exercise(
    name="depth_column",
    arguments=("x", "i", "j"),
    parts=("column",),
    axes={"column": ("channel d",)},
    aspects=(aspect("columns", 2, "columns"),),
    reference=depth_column,
    cases=cases,
    mistakes=tuple(mistakes),
    program=depth_column,
)
