"""average_pool_backward(dout, x_shape, size, stride): each gradient is shared equally in its window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, Slope, aspect
from autograder.exercises.convolution_cases import sizes
from cs_conv.naive import average_pool_backward as reference
from cs_conv.naive import average_pool_forward

from .shared import WINDOWS, backward_mistakes


def cases(rng: np.random.Generator) -> Iterator[Case]:
    for tag, about, x_shape, size, stride, draw in WINDOWS:
        if "negative" not in about:
            real = draw is reals
            shape = (*x_shape[:2], *sizes(x_shape, size, stride))
            # Multiples of the window's size, so that the shares are whole numbers.
            dout = reals(rng, *shape) if real else size[0] * size[1] * integers(rng, *shape)
            counted = "values" if tag == "negative" else tag  # a single pixel: dout has any sign
            yield Case(counted, about, (dout, x_shape, size, stride))
    dout, rest = reals(rng, 2, 3, 2, 3), ((2, 3, 4, 6), (2, 2), 2)
    yield Case("edges", "float32", (dout.astype(np.float32), *rest))
    yield Case("edges", "an array that is not contiguous", (scattered(dout), *rest))


def slopes(case, rng):
    """The forward step is linear: along v it changes by average_pool_forward(v), whatever x is."""
    dout, x_shape, size, stride = case.args
    v = rng.normal(size=x_shape)
    change = average_pool_forward(v, size, stride)
    return [Slope("dx", v, float(np.sum(dout * change)))]


def average_pool_backward(dout, x_shape, size, stride):
    """Return dx (N, C, H, W): each gradient shared out equally among the pixels of its window.

    dout: (N, C, OH, OW). x_shape: (N, C, H, W). size: (FH, FW).
    """
    N, C, OH, OW = dout.shape
    FH, FW = size
    dx = np.zeros(x_shape)
    for n, c, i, j in np.ndindex(N, C, OH, OW):
        top, left = i * stride, j * stride
        dx[n, c, top : top + FH, left : left + FW] += dout[n, c, i, j] / (FH * FW)
    return dx


mistakes = Catalogue(average_pool_backward)

PIXEL_BY_PIXEL = {
    "dx[n, c, top : top + FH, left : left + FW] +=": (
        "for p, q in np.ndindex(FH, FW):\n    dx[n, c, top + p, left + q] +="
    ),
}

backward_mistakes(
    mistakes,
    place="n, c, top : top + FH, left : left + FW",
    share="dout[n, c, i, j] / (FH * FW)",
    columns_first={"n, c, i, j in np.ndindex(N, C, OH, OW)": "n, c, j, i in np.ndindex(N, C, OW, OH)"},
    pixel_by_pixel=PIXEL_BY_PIXEL,
)

mistakes.change(
    "an image holds the images before it, too",
    "What is added up for one image goes on in the next: begin each image with zeros.",
    {"return dx": "return np.cumsum(dx, axis=0)"},
)
mistakes.change(
    "whole division",
    "`//` drops the digits after the point, and rounds negative numbers down. A share can be any number.",
    {"/ (FH * FW)": "// (FH * FW)"},
)
mistakes.change(
    "the whole gradient to one pixel",
    "One pixel takes all of the gradient, as in max pooling. In a mean every pixel of the window has its "
    "part.",
    {"top : top + FH, left : left + FW": "top, left", " / (FH * FW)": ""},
)
mistakes.change(
    "one pixel of each window only",
    "Only the first pixel of each window gets its share. All of them went into the mean.",
    {"top : top + FH, left : left + FW": "top, left"},
)
mistakes.change(
    "height and width of the window swapped",
    "`size` is (FH, FW): the rows come first, then the columns.",
    {"FH, FW = size": "FW, FH = size"},
    PIXEL_BY_PIXEL | {"FH, FW = size": "FW, FH = size"},
)
mistakes.change(
    "windows taken as square",
    "`size` holds two numbers, FH and FW, and you use the first for both.",
    {"FH, FW = size": "FH, FW = size[0], size[0]"},
    PIXEL_BY_PIXEL | {"FH, FW = size": "FH, FW = size[0], size[0]"},
)


@mistakes.mistake(
    "gradients repeated by the size of the window",
    "Repeating dout FH times down and FW times to the right is right only where windows lie side by side. "
    "Put each window where it stood, and add.",
)
def _(dout, x_shape, size, stride):
    FH, FW = size
    return np.repeat(np.repeat(dout, FH, axis=2), FW, axis=3) / (FH * FW)


@mistakes.mistake(
    "gradients repeated by the stride",
    "Repeating dout `stride` times in both directions is right only where windows lie side by side. "
    "A window reaches as far as its size.",
)
def _(dout, x_shape, size, stride):
    return np.repeat(np.repeat(dout, stride, axis=2), stride, axis=3) / (size[0] * size[1])


@mistakes.mistake(
    "each slice overwrites the one before",
    "Slices for different places of the window share pixels where windows overlap: add to dx, do not assign.",
)
def _(dout, x_shape, size, stride):
    dx = np.zeros(x_shape)
    OH, OW = dout.shape[2:]
    for p in range(size[0]):
        for q in range(size[1]):
            rows = slice(p, p + (OH - 1) * stride + 1, stride)
            columns = slice(q, q + (OW - 1) * stride + 1, stride)
            dx[:, :, rows, columns] = dout / (size[0] * size[1])
    return dx


mistakes.change(
    "divides dout in place",
    "`dout /= ...` changes the caller's dout. Write dout / ... instead.",
    {"dx = np.zeros(x_shape)": "dx = np.zeros(x_shape)\ndout /= FH * FW", " / (FH * FW)": ""},
)


exercise = Exercise(
    name="average_pool_backward",
    arguments=("dout", "x_shape", "size", "stride"),
    parts=("dx",),
    axes={"dx": ("image n", "channel c", "row", "column")},
    aspects=(
        aspect("values", 2, "values", "edges"),
        aspect("stride and overlap", 2, "geometry"),
        aspect("rectangles", 1, "rectangles"),
    ),
    reference=reference,
    cases=cases,
    program=average_pool_backward,
    mistakes=tuple(mistakes),
    slopes=slopes,
)
