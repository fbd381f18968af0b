"""left_edges(x): how much brighter each pixel is than its left neighbour. The notebook plants a bug."""

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import distinct, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def left_edges(x):
    """Return how much brighter each pixel of x is than its left neighbour, (H, W). The first column is 0."""
    H, W = x.shape
    out = np.zeros((H, W))
    for i in range(H):
        for j in range(1, W):
            out[i, j] = x[i, j] - x[i, j - 1]
    return out


def reference(x):
    return left_edges(x).astype(x.dtype)  # what is computed in float32 is as exact as float32


def cases(rng):
    yield Case("values", "one row", (distinct(rng, 1, 3),))
    yield Case("values", "a 2x3 image", (distinct(rng, 2, 3),))
    yield Case("values", "an image higher than wide", (distinct(rng, 4, 3),))
    yield Case("values", "real numbers, 5x6", (reals(rng, 5, 6),))
    yield Case("values", "all pixels alike", (np.full((2, 3), 7.0),))
    yield Case("values", "one column", (distinct(rng, 3, 1),))
    yield Case("values", "float32", (reals(rng, 3, 4).astype(np.float32),))
    yield Case("values", "an array that is not contiguous", (scattered(reals(rng, 3, 4)),))


NO_NEIGHBOUR = "The first column has no left neighbour: its results are 0, whatever the image."

mistakes = Catalogue(left_edges)
mistakes.change(
    "the first column compared with another pixel",
    "In the first column j is 0: find out which pixel `x[i, j - 1]` is then.",
    {"range(1, W)": "range(W)"},
)
mistakes.change("the first column kept as it is", NO_NEIGHBOUR, {"np.zeros((H, W))": "x.astype(float)"})
mistakes.change(
    "the first column left out", "The result has all W columns.", {"return out": "return out[:, 1:]"}
)
mistakes.change(
    "the last column left out", "The last pixel has a left neighbour.", {"range(1, W)": "range(1, W - 1)"}
)
mistakes.change("the first row left out", "Every row is compared.", {"range(H)": "range(1, H)"})
mistakes.change(
    "compared with the pixel above",
    "Rows come first: `x[i, j]` is row i, column j. The left neighbour is in the same row.",
    {"x[i, j - 1]": "x[i - 1, j]"},
    {"x[i, j - 1]": "x[i - 1, j]", "range(H)": "range(1, H)", "range(1, W)": "range(W)"},
)
mistakes.change(
    "compared with the right neighbour",
    "The left neighbour has the smaller j.",
    {"x[i, j - 1]": "x[i, j + 1]", "range(1, W)": "range(W - 1)"},
    {"x[i, j - 1]": "x[i, (j + 1) % W]"},
)
mistakes.change(
    "each difference in the place of the left pixel",
    "The difference belongs to the right one of the two pixels.",
    {"out[i, j] =": "out[i, j - 1] ="},
)
mistakes.change(
    "the difference the wrong way round",
    "A pixel that is brighter than its neighbour has a positive result.",
    {"x[i, j] - x[i, j - 1]": "x[i, j - 1] - x[i, j]"},
)
mistakes.change(
    "the sum in place of the difference", "Subtract the neighbour.", {" - x[i, j - 1]": " + x[i, j - 1]"}
)
mistakes.change(
    "signs dropped",
    "A pixel that is darker than its neighbour has a negative result.",
    {"x[i, j] - x[i, j - 1]": "abs(x[i, j] - x[i, j - 1])"},
)
mistakes.change(
    "negative results cut off",
    "A pixel that is darker than its neighbour has a negative result.",
    {"x[i, j] - x[i, j - 1]": "max(x[i, j] - x[i, j - 1], 0)"},
)
mistakes.change(
    "compared with the first pixel of the row",
    "Compare each pixel with the one beside it.",
    {"x[i, j - 1]": "x[i, 0]"},
)
mistakes.change(
    "compared with the result beside it",
    "Subtract a pixel of the image, not of the result.",
    {"x[i, j - 1]": "out[i, j - 1]"},
)
mistakes.change(
    "compared with the pixel two to the left", "Subtract the pixel beside it.", {"x[i, j - 1]": "x[i, j - 2]"}
)
mistakes.change(
    "cut to whole numbers",
    "Results are real numbers: no whole-number dtype can hold them.",
    {"np.zeros((H, W))": "np.zeros((H, W), int)"},
)
mistakes.change(
    "rows and columns of the result swapped",
    "Row i of the result belongs to row i of the image.",
    {"return out": "return out.T"},
)

exercise = Exercise(
    name="left_edges",
    arguments=("x",),
    parts=("out",),
    axes={"out": ("row i", "column j")},
    aspects=(aspect("values", 2, "values"),),
    reference=reference,
    cases=cases,
    mistakes=tuple(mistakes),
    program=left_edges,
)
