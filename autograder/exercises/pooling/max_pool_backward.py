"""max_pool_backward(dout, switches, x_shape, size, stride): gradients go to the pixels that were maxima."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.errors import AnySizeError
from autograder.checks.exercise import Case, Exercise, Slope, aspect
from autograder.exercises.convolution_cases import sizes
from cs_conv.naive import max_pool_backward as reference

from .shared import WINDOWS, backward_mistakes, nested


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """The switches are drawn, not found in an image: any index of the window may be a maximum."""

    def case(tag, about, x_shape, size, stride, draw=integers):
        shape = (*x_shape[:2], *sizes(x_shape, size, stride))
        switches = rng.integers(0, size[0] * size[1], shape)
        return Case(tag, about, (draw(rng, *shape), switches, x_shape, size, stride))

    yield case("values", "one window", (1, 1, 2, 2), (2, 2), 2)
    for tag, about, x_shape, size, stride, draw in WINDOWS:
        if "negative" not in about:
            counted = "values" if tag == "negative" else tag  # a single pixel: dout has any sign
            yield case(counted, about, x_shape, size, stride, reals if draw is reals else integers)
    meeting = (integers(rng, 1, 1, 2, 2), np.array([[[[3, 2], [1, 0]]]]), (1, 1, 3, 3), (2, 2), 1)
    yield Case("geometry", "one pixel is the maximum of four windows", meeting)
    first = (integers(rng, 1, 1, 2, 2), np.zeros((1, 1, 2, 2), int), (1, 1, 4, 4), (2, 2), 2)
    yield Case("values", "tied inputs: every switch is the first place of its window", first)
    # No overlap here: in which order NumPy visits scattered arrays must not decide which gradient is lost.
    dout, switches, *rest = case("edges", "", (2, 3, 4, 4), (2, 2), 2, reals).args
    yield Case("edges", "float32", (dout.astype(np.float32), switches, *rest))
    yield Case("edges", "switches in int32", (dout, switches.astype(np.int32), *rest))
    yield Case("edges", "arrays that are not contiguous", (scattered(dout), scattered(switches), *rest))


def slopes(case, rng):
    """<dout, change of out> = <dx, change of x>: with its switches fixed, pooling only picks pixels out."""
    dout, switches, x_shape, size, stride = case.args
    v = rng.normal(size=x_shape)
    picked = [
        v[n, c, i * stride + k // size[1], j * stride + k % size[1]]
        for (n, c, i, j), k in np.ndenumerate(switches)
    ]
    return [Slope("dx", v, float(dout.ravel() @ np.array(picked)))]


def max_pool_backward(dout, switches, x_shape, size, stride):
    """Return dx (N, C, H, W): each gradient at the pixel that was the maximum of its window.

    dout, switches: (N, C, OH, OW). x_shape: (N, C, H, W). size: (FH, FW).
    """
    N, C, OH, OW = dout.shape
    dx = np.zeros(x_shape)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    top, left = i * stride, j * stride
                    p, q = divmod(switches[n, c, i, j], size[1])
                    dx[n, c, top + p, left + q] += dout[n, c, i, j]
    return dx


mistakes = Catalogue(max_pool_backward)
backward_mistakes(
    mistakes,
    place="n, c, top + p, left + q",
    share="dout[n, c, i, j]",
    loops=nested,
    gradients=("dout", "switches"),
    columns_first={"for i in range(OH)": "for j in range(OW)", "for j in range(OW)": "for i in range(OH)"},
)


@mistakes.also("dx sized from the output")
def _(dout, switches, x_shape, size, stride):
    """Whole windows are added, and those at the end are larger than what is left of dx."""
    N, C, OH, OW = dout.shape
    dx = np.zeros((N, C, OH * stride, OW * stride))
    for n, c, i, j in np.ndindex(N, C, OH, OW):
        window, top, left = np.zeros(size), i * stride, j * stride
        window.flat[switches[n, c, i, j]] = dout[n, c, i, j]
        dx[n, c, top : top + size[0], left : left + size[1]] += window
    return dx


mistakes.change(
    "an image holds the images before it, too",
    "What is added up for one image goes on in the next: begin each image with zeros.",
    {"return dx": "return np.cumsum(dx, axis=0)"},
)
mistakes.change(
    "the gradient to every pixel of the window",
    "All pixels of a window get the gradient. Only the one at the switch made the output; the others get "
    "none.",
    {"top + p, left + q": "top : top + size[0], left : left + size[1]"},
)
mistakes.change(
    "the gradient shared out equally",
    "You divide the gradient among the pixels of the window, as average pooling does. Here one pixel "
    "takes all of it.",
    {
        "top + p, left + q": "top : top + size[0], left : left + size[1]",
        "+= dout[n, c, i, j]": "+= dout[n, c, i, j] / (size[0] * size[1])",
    },
)
mistakes.change(
    "divided by the size of the window",
    "The gradient arrives at the right pixel, but FH * FW times too small. Nothing is divided in max "
    "pooling.",
    {"+= dout[n, c, i, j]": "+= dout[n, c, i, j] / (size[0] * size[1])"},
)
mistakes.change(
    "every gradient to the first pixel of its window",
    "Your switches are not used: they say which pixel it was.",
    {"top + p, left + q": "top, left"},
)
mistakes.change(
    "row and column of the switch swapped",
    "The flat index runs along the rows. Divided by the length of a row it gives the row; the rest is the "
    "column.",
    {"p, q = divmod": "q, p = divmod"},
)
mistakes.change(
    "switch divided by the height",
    "To get the row out of a flat index, divide by the length of a row. Ask how many values one row of "
    "the window holds.",
    {"size[1]": "size[0]"},
)
mistakes.change(
    "switches counted down the columns",
    "The flat index goes along the rows: 0, 1, ... in the first row, then on in the second.",
    {"p, q = divmod": "q, p = divmod", "size[1]": "size[0]"},
)
mistakes.change(
    "switches read as if counted from 1",
    "The first value of a window has the index 0, not 1.",
    {"switches[n, c, i, j]": "switches[n, c, i, j] - 1"},
)
mistakes.change(
    "switches read as places in the image",
    "A switch counts inside its own window. Work out where the window begins and add it.",
    {"dx[n, c, top + p, left + q]": "dx.reshape(N, C, -1)[n, c, switches[n, c, i, j]]"},
)


@mistakes.mistake(
    "each slice overwrites the one before",
    "Slices for different places of the window share pixels where windows overlap: add to dx, and assign "
    "nothing, not even zeros.",
)
def _(dout, switches, x_shape, size, stride):
    dx = np.zeros(x_shape)
    OH, OW = dout.shape[2:]
    for k in range(size[0] * size[1]):
        p, q = divmod(k, size[1])
        rows = slice(p, p + (OH - 1) * stride + 1, stride)
        columns = slice(q, q + (OW - 1) * stride + 1, stride)
        dx[:, :, rows, columns] = np.where(switches == k, dout, 0)
    return dx


mistakes.change(
    "each window overwrites the one before, with zeros too",
    "You set the whole window: the gradient at its maximum and 0 everywhere else. Where windows overlap, "
    "those zeros and gradients wipe out what earlier windows sent.",
    {
        "dx[n, c, top + p, left + q] +=": (
            "dx[n, c, top : top + size[0], left : left + size[1]] = 0\ndx[n, c, top + p, left + q] ="
        ),
    },
)
mistakes.change(
    "window as large as the stride",
    "You read the switches as if windows were `stride` pixels high and wide. Their height and width are in "
    "`size`.",
    {"size[1]": "stride"},
    {"divmod(switches[n, c, i, j], size[1])": "np.unravel_index(switches[n, c, i, j], (stride, stride))"},
)
mistakes.change(
    "switch divided by the width of the image",
    "A switch counts along the rows of its window, which are shorter than those of the image. Ask how many "
    "values one row of the window holds.",
    {"size[1]": "x_shape[3]"},
)
mistakes.change(
    "the switches of the first channel for all",
    "Each channel has its own maxima: read switches[n, c, i, j] with the c of dout.",
    {"switches[n, c, i, j]": "switches[n, 0, i, j]"},
)
mistakes.change(
    "the switches of the first image for all",
    "Each image has its own maxima: read switches[n, c, i, j] with the n of dout.",
    {"switches[n, c, i, j]": "switches[0, c, i, j]"},
)


@mistakes.mistake(
    "only for windows side by side",
    "Your answer works where stride, height and width of the window are one number. Windows may also "
    "overlap, or leave pixels out.",
)
def _(dout, switches, x_shape, size, stride):
    if (stride, stride) != tuple(size):
        raise AnySizeError
    return max_pool_backward(dout, switches, x_shape, size, stride)


exercise = Exercise(
    name="max_pool_backward",
    arguments=("dout", "switches", "x_shape", "size", "stride"),
    parts=("dx",),
    axes={"dx": ("image n", "channel c", "row", "column")},
    aspects=(
        aspect("shape", 1, "values", only_shape=True),
        aspect("values", 2, "values"),
        aspect("stride and overlap", 3, "geometry"),
        aspect("rectangles", 1, "rectangles"),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    program=max_pool_backward,
    mistakes=tuple(mistakes),
    slopes=slopes,
)
