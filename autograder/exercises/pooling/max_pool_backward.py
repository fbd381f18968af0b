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

from .shared import WINDOWS, backward_mistakes, every_pixel, send


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """The switches are drawn, not found in an image: any index of the window may be a maximum."""

    def case(tag, about, x_shape, size, stride, draw=integers):
        shape = (*x_shape[:2], *sizes(x_shape, size, stride))
        switches = rng.integers(0, size[0] * size[1], shape)
        return Case(tag, about, (draw(rng, *shape), switches, x_shape, size, stride))

    yield case("values", "one window", (1, 1, 2, 2), (2, 2), 2)
    for tag, about, x_shape, size, stride, draw in WINDOWS:
        if "negative" not in about:
            yield case(tag, about, x_shape, size, stride, reals if draw is reals else integers)
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


mistakes = Catalogue()


def shares_of(switches, size):
    """All of a gradient goes to the pixel of its switch."""
    return (*np.divmod(switches[..., None], size[1]), 1.0)


backward_mistakes(mistakes, shares_of)


def sent_to(place):
    """The right windows, with place(switches, FH, FW) -> p, q, share in place of the switches' own."""

    def pool(dout, switches, x_shape, size, stride):
        shares = place(switches[..., None], *size)
        return send(dout, x_shape, shares, lambda i: i * stride, lambda j: j * stride)

    return pool


mistakes.mistake(
    "the gradient to every pixel of the window",
    "All pixels of a window get the gradient. Only the one at the switch made the output; the others get "
    "none.",
)(sent_to(lambda k, FH, FW: (*every_pixel((FH, FW)), 1.0)))

mistakes.mistake(
    "the gradient shared out equally",
    "You divide the gradient among the pixels of the window, as average pooling does. Here one pixel "
    "takes all of it.",
)(sent_to(lambda k, FH, FW: (*every_pixel((FH, FW)), 1 / (FH * FW))))

mistakes.mistake(
    "divided by the size of the window",
    "The gradient arrives at the right pixel, but FH * FW times too small. Nothing is divided in max "
    "pooling.",
)(sent_to(lambda k, FH, FW: (k // FW, k % FW, 1 / (FH * FW))))

mistakes.mistake(
    "every gradient to the first pixel of its window",
    "Your switches are not used: they say which pixel it was.",
)(sent_to(lambda k, FH, FW: (0 * k, 0 * k, 1.0)))

mistakes.mistake(
    "row and column of the switch swapped",
    "The flat index runs along the rows: the row is what whole rows of the window fit into it, the column "
    "is the rest.",
)(sent_to(lambda k, FH, FW: (k % FW, k // FW, 1.0)))

mistakes.mistake(
    "switch divided by the height",
    "To get the row out of a flat index, divide by the length of a row. Ask how many values one row of "
    "the window holds.",
)(sent_to(lambda k, FH, FW: (k // FH, k % FH, 1.0)))

mistakes.mistake(
    "switches counted down the columns",
    "The flat index goes along the rows: 0, 1, ... in the first row, then on in the second.",
)(sent_to(lambda k, FH, FW: (k % FH, k // FH, 1.0)))

mistakes.mistake("switches read as if counted from 1", "The first value of a window has the index 0, not 1.")(
    sent_to(lambda k, FH, FW: (*np.divmod(k - 1, FW), 1.0))
)


@mistakes.mistake(
    "switches read as places in the image",
    "A switch counts inside its own window. Work out where the window begins and add it.",
)
def _(dout, switches, x_shape, size, stride):
    N, C, H, W = x_shape
    dx = np.zeros((N, C, H * W))
    for (n, c, i, j), k in np.ndenumerate(switches):
        dx[n, c, k] += dout[n, c, i, j]
    return dx.reshape(x_shape)


@mistakes.mistake(
    "each slice overwrites the one before",
    "Slices for different places of the window share pixels where windows overlap: add to dx, do not "
    "assign, zeros least of all.",
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


@mistakes.mistake(
    "each window overwrites the one before, with zeros too",
    "You set the whole window: the gradient at its maximum and 0 everywhere else. Where windows overlap, "
    "those zeros and gradients wipe out what earlier windows sent.",
)
def _(dout, switches, x_shape, size, stride):
    dx = np.zeros(x_shape)
    for (n, c, i, j), k in np.ndenumerate(switches):
        window = dx[n, c, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
        window[...] = 0
        window[np.unravel_index(k, size)] = dout[n, c, i, j]
    return dx


@mistakes.mistake(
    "window as large as the stride",
    "You read the switches as if windows were `stride` pixels high and wide. Their height and width are in "
    "`size`.",
)
def _(dout, switches, x_shape, size, stride):
    dx = np.zeros(x_shape)
    for (n, c, i, j), k in np.ndenumerate(switches):
        p, q = np.unravel_index(k, (stride, stride))
        dx[n, c, i * stride + p, j * stride + q] += dout[n, c, i, j]
    return dx


@mistakes.also("window as large as the stride")
def _(dout, switches, x_shape, size, stride):
    return sent_to(lambda k, FH, FW: (k // stride, k % stride, 1.0))(dout, switches, x_shape, size, stride)


@mistakes.mistake(
    "switch divided by the width of the image",
    "A switch counts along the rows of its window, which are shorter than those of the image. Ask how many "
    "values one row of the window holds.",
)
def _(dout, switches, x_shape, size, stride):
    W = x_shape[3]
    return sent_to(lambda k, FH, FW: (k // W, k % W, 1.0))(dout, switches, x_shape, size, stride)


@mistakes.mistake(
    "the switches of the first channel for all",
    "Each channel has its own maxima: read switches[n, c, i, j] with the c of dout.",
)
def _(dout, switches, x_shape, size, stride):
    return reference(dout, np.broadcast_to(switches[:, :1], switches.shape), x_shape, size, stride)


@mistakes.mistake(
    "the switches of the first image for all",
    "Each image has its own maxima: read switches[n, c, i, j] with the n of dout.",
)
def _(dout, switches, x_shape, size, stride):
    return reference(dout, np.broadcast_to(switches[:1], switches.shape), x_shape, size, stride)


@mistakes.mistake(
    "only for windows side by side",
    "Your answer works where stride, height and width of the window are one number. Windows may also "
    "overlap, or leave pixels out.",
)
def _(dout, switches, x_shape, size, stride):
    if (stride, stride) != tuple(size):
        raise AnySizeError
    return reference(dout, switches, x_shape, size, stride)


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
    mistakes=tuple(mistakes),
    slopes=slopes,
)
