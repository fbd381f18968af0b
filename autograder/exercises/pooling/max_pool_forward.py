"""max_pool_forward(x, size, stride): the largest value of each window, and where it stood."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import reals
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv.naive import max_pool_forward as reference

from .shared import INSIDE, flat, forward_cases, forward_mistakes, in_each_window, near_ties


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


def first(window):
    """The flat index of the first maximum of each window."""
    return flat(window).argmax(-1)


def summary(window):
    return window.max(INSIDE), first(window)


mistakes = Catalogue()
forward_mistakes(mistakes, summary)


def first_above(start):
    """What loops over the window find whose maximum begins at `start`."""

    def keep(window):
        above = window.max(INSIDE) > start
        return np.where(above, window.max(INSIDE), start), np.where(above, first(window), 0)

    return keep


def last(window):
    return flat(window).shape[-1] - 1 - flat(window)[..., ::-1].argmax(-1)


def first_by_columns(window):
    column, row = np.divmod(first(window.swapaxes(-1, -2)), window.shape[-2])
    return row * window.shape[-1] + column


def largest_by_size(window):
    where = first(np.abs(window))
    return np.take_along_axis(flat(window), where[..., None], -1)[..., 0], where


def renumbered(number):
    """A summary with right maxima whose switches are number(row, column, FH, FW)."""

    def keep(window):
        FH, FW = window.shape[-2:]
        return window.max(INSIDE), number(*np.divmod(first(window), FW), FH, FW)

    return keep


mistakes.mistake(
    "maxima begin at 0",
    "A window may hold nothing but negative numbers, and then none of them is above your first best value.",
)(in_each_window(first_above(0.0)))

mistakes.mistake(
    "maxima begin at a number that is not small enough",
    "A maximum that begins at -1e9, say, misses windows with smaller numbers. Begin with something that "
    "no value is below.",
)(in_each_window(first_above(-1e9)))

mistakes.mistake(
    "the last of equal maxima",
    "Of equal maxima the first one counts, in reading order; your switch points to the last. Look at how "
    "you compare, with > or with >=.",
)(in_each_window(lambda w: (w.max(INSIDE), last(w))))

mistakes.mistake(
    "the first maximum by columns",
    "Of equal maxima the first in reading order counts: along the first row, then the second.",
)(in_each_window(lambda w: (w.max(INSIDE), first_by_columns(w))))

ABOUT_NEARLY_EQUAL = (
    "nearly equal values taken for equal",
    "Two values that are almost equal are not equal: the larger one is the maximum. Compare exactly, with > "
    "or ==, without np.isclose and without rounding.",
)


CLOSE = ((1e-5, 1e-8), (1e-6, 1e-8), (0, 1e-8), (1e-6, 0))
"""Tolerances that people use, relative and absolute: np.isclose's own, a smaller one, one of each."""


def nearly_largest(values, close, axis=-1):
    """The first place along an axis whose value is close to the largest one there."""
    return np.isclose(values, values.max(axis, keepdims=True), *close).argmax(axis)


for _close in CLOSE:
    mistakes.mistake(*ABOUT_NEARLY_EQUAL)(
        in_each_window(lambda w, close=_close: (w.max(INSIDE), nearly_largest(flat(w), close)))
    )

mistakes.mistake(
    "switches counted by columns",
    "The flat index goes along the rows: 0, 1, ... in the first row, then on in the second.",
)(in_each_window(renumbered(lambda row, column, FH, FW: column * FH + row)))

mistakes.also("switches counted by columns")(
    in_each_window(lambda w: (w.max(INSIDE), first(w.swapaxes(-1, -2))))
)

mistakes.mistake(
    "row times height in the switch",
    "In the flat index, row p counts p times the length of a row. Ask how many values one row of the "
    "window holds.",
)(in_each_window(renumbered(lambda row, column, FH, FW: row * FH + column)))

mistakes.mistake("switches counted from 1", "The first value of a window has the index 0.")(
    in_each_window(lambda w: (w.max(INSIDE), first(w) + 1))
)

mistakes.mistake(
    "only the row in the switch",
    "Your switch is the row of the maximum inside its window; the column is lost.",
)(in_each_window(renumbered(lambda row, column, FH, FW: row)))

mistakes.mistake(
    "only the column in the switch",
    "Your switch is the column of the maximum inside its window; the row is lost.",
)(in_each_window(renumbered(lambda row, column, FH, FW: column)))

mistakes.mistake("switches of the minima", "Your switches point to the smallest value of each window.")(
    in_each_window(lambda w: (w.max(INSIDE), first(-w)))
)

mistakes.mistake("minimum instead of maximum", "You keep the smallest value of each window.")(
    in_each_window(lambda w: (w.min(INSIDE), first(-w)))
)

mistakes.mistake(
    "the value of largest size, whatever its sign",
    "You compare absolute values. A maximum is the largest value: 1 is more than -5.",
)(in_each_window(largest_by_size))

mistakes.mistake("absolute values", "The signs are lost: the maximum of -1 and -5 is -1.", whole=True)(
    in_each_window(lambda w: summary(np.abs(w)))
)

mistakes.mistake(
    "mean instead of maximum", "Your out holds the mean of each window; that is the next kind of pooling."
)(in_each_window(lambda w: (w.mean(INSIDE), first(w))))

mistakes.mistake(
    "maxima in place of the switches", "Your switches hold the values; they say where the values stood."
)(in_each_window(lambda w: (w.max(INSIDE), w.max(INSIDE))))

mistakes.mistake(
    "switches left at zero", "Your switches are all 0; nothing ever writes the place of the maximum."
)(in_each_window(lambda w: (w.max(INSIDE), 0)))


right = in_each_window(summary)


def in_image(x, size, stride):
    """The flat index of each maximum in its whole image."""
    out, switches = right(x, size, stride)
    rows, columns = (stride * np.arange(n) for n in out.shape[2:])
    return out, (rows[:, None] + switches // size[1]) * x.shape[3] + columns + switches % size[1]


@mistakes.mistake(
    "switches counted through the image",
    "Your index is the place in the image. A switch counts inside its own window, from 0 to FH * FW - 1.",
)
def _(x, size, stride):
    return in_image(x, size, stride)


@mistakes.mistake(
    "switches counted through all images and channels",
    "Your index counts through all images and channels. A switch counts inside its own window, from 0 to "
    "FH * FW - 1.",
)
def _(x, size, stride):
    out, place = in_image(x, size, stride)
    N, C, H, W = x.shape
    return out, place + H * W * np.arange(N * C).reshape(N, C, 1, 1)


@mistakes.mistake("out and switches swapped", "Return the maxima first, then the switches.", whole=True)
def _(x, size, stride):
    return right(x, size, stride)[::-1]


@mistakes.mistake(
    "row and column in place of a flat index",
    "A switch is one number, not a pair: count through the window row by row.",
)
def _(x, size, stride):
    out, switches = right(x, size, stride)
    return out, np.stack(np.divmod(switches, size[1]), axis=-1)


@mistakes.mistake(
    "a mask in place of switches",
    "A mask in the shape of x cannot say which window a maximum belongs to where windows overlap, and it "
    "marks every "
    "tied value. Keep one index for each output.",
)
def _(x, size, stride):
    out, _ = right(x, size, stride)
    mask = np.zeros(x.shape, bool)
    (FH, FW), s = size, stride
    for n, c, i, j in np.ndindex(*out.shape):
        mask[n, c, i * s : i * s + FH, j * s : j * s + FW] |= (
            x[n, c, i * s : i * s + FH, j * s : j * s + FW] == out[n, c, i, j]
        )
    return out, mask


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
    mistakes=tuple(mistakes),
)
