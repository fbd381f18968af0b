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

from .shared import WINDOWS, backward_mistakes, divisor_mistakes, every_pixel, send


def cases(rng: np.random.Generator) -> Iterator[Case]:
    for tag, about, x_shape, size, stride, draw in WINDOWS:
        if "negative" not in about:
            real = draw is reals
            shape = (*x_shape[:2], *sizes(x_shape, size, stride))
            # Multiples of the window's size, so that the shares are whole numbers.
            dout = reals(rng, *shape) if real else size[0] * size[1] * integers(rng, *shape)
            yield Case(tag, about, (dout, x_shape, size, stride))
    dout, rest = reals(rng, 2, 3, 2, 3), ((2, 3, 4, 6), (2, 2), 2)
    yield Case("edges", "float32", (dout.astype(np.float32), *rest))
    yield Case("edges", "an array that is not contiguous", (scattered(dout), *rest))


def slopes(case, rng):
    """The forward step is linear: along v it changes by average_pool_forward(v), whatever x is."""
    dout, x_shape, size, stride = case.args
    v = rng.normal(size=x_shape)
    change = average_pool_forward(v, size, stride)
    return [Slope("dx", v, float(np.sum(dout * change)))]


def shares_of(_, size):
    """An equal share to each pixel of the window."""
    return (*every_pixel(size), 1 / (size[0] * size[1]))


shared = Catalogue()
backward_mistakes(shared, shares_of)

mistakes = Catalogue()
for each in shared:

    def without_more(dout, x_shape, size, stride, function=each.function):
        return function(dout, None, x_shape, size, stride)

    mistakes.mistake(each.name, each.advice)(without_more)


def shared_out(share):
    """The right windows, where pixel (p, q) of a window gets share(p, q, FH, FW) of the gradient."""

    def pool(dout, x_shape, size, stride):
        p, q = every_pixel(size)
        return send(dout, x_shape, (p, q, share(p, q, *size)), lambda i: i * stride, lambda j: j * stride)

    return pool


def divided_by(divisor):
    """The right windows, where every pixel gets 1 / divisor(FH, FW, stride) of the gradient."""

    def pool(dout, x_shape, size, stride):
        whole = shared_out(lambda p, q, FH, FW: 1.0)
        return whole(dout, x_shape, size, stride) / divisor(*size, stride)

    return pool


divisor_mistakes(mistakes, divided_by)


@mistakes.mistake(
    "divided by the number of windows",
    "OH * OW is how many gradients arrive. Each is shared out in one window: ask how many pixels that holds.",
)
def _(dout, x_shape, size, stride):
    return divided_by(lambda *_: dout.shape[2] * dout.shape[3])(dout, x_shape, size, stride)


mistakes.mistake(
    "whole division",
    "`//` throws away what is behind the point, and rounds down below zero. A share is any number.",
)(
    lambda dout, x_shape, size, stride: divided_by(lambda FH, FW, stride: 1)(
        dout // (size[0] * size[1]), x_shape, size, stride
    )
)


@mistakes.also("windows laid side by side")
def _(dout, x_shape, size, stride):
    """With slices, which end where dx ends."""
    (FH, FW), dx = size, np.zeros(x_shape)
    for i, j in np.ndindex(dout.shape[2:]):
        dx[:, :, i * FH : i * FH + FH, j * FW : j * FW + FW] += dout[:, :, i, j, None, None] / (FH * FW)
    return dx


mistakes.mistake(
    "not divided",
    "Every pixel of the window gets the whole gradient. Each made only a part of the mean: ask how large "
    "a part.",
)(divided_by(lambda FH, FW, stride: 1))

mistakes.mistake(
    "divided twice", "The share is 1 over the number of values in the window; yours is its square."
)(divided_by(lambda FH, FW, stride: (FH * FW) ** 2))

mistakes.mistake(
    "the whole gradient to one pixel",
    "One pixel takes all of the gradient, as in max pooling. In a mean every pixel of the window has its "
    "part.",
)(shared_out(lambda p, q, FH, FW: 1.0 * ((p == 0) & (q == 0))))

mistakes.mistake(
    "one pixel of each window only",
    "Only the first pixel of each window gets its share. All of them went into the mean.",
)(shared_out(lambda p, q, FH, FW: ((p == 0) & (q == 0)) / (FH * FW)))


@mistakes.mistake(
    "height and width of the window swapped", "`size` is (FH, FW): the rows come first, then the columns."
)
def _(dout, x_shape, size, stride):
    return divided_by(lambda FH, FW, stride: FH * FW)(dout, x_shape, size[::-1], stride)


@mistakes.mistake(
    "windows taken as square", "`size` holds two numbers, FH and FW, and you use the first for both."
)
def _(dout, x_shape, size, stride):
    return divided_by(lambda FH, FW, stride: FH * FW)(dout, x_shape, (size[0], size[0]), stride)


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


@mistakes.mistake(
    "divides dout in place",
    "`dout /= ...` changes the caller's dout. Write dout / ... instead.",
)
def _(dout, x_shape, size, stride):
    dout /= size[0] * size[1]
    return shared_out(lambda p, q, FH, FW: 1.0)(dout, x_shape, size, stride)


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
    mistakes=tuple(mistakes),
    slopes=slopes,
)
