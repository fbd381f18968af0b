"""average_pool_forward(x, size, stride): the mean of each window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cs_conv.naive import average_pool_forward as reference

from ..exercise import Case, Catalogue, Exercise, aspect
from ._pooling import forward_cases, forward_mistakes, in_each_window


def cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from forward_cases(rng)
    x = np.maximum(rng.integers(-3, 4, (1, 1, 4, 4)), 0.0)
    x[0, 0, :2, :2] = [[0, 3], [5, 0]]
    yield Case("values", "many zeros, as after a ReLU", (x, (2, 2), 2))


mistakes = Catalogue()
forward_mistakes(mistakes, np.mean)

mistakes.mistake("sum instead of mean", "You add the window up; divide by how many values it holds.")(
    in_each_window(np.sum)
)

mistakes.mistake(
    "maximum instead of mean", "You keep the largest value of each window; here all of them count."
)(in_each_window(np.max))

mistakes.mistake(
    "median instead of mean", "The value in the middle is the median; the mean is the sum over the count."
)(in_each_window(np.median))

mistakes.mistake(
    "divided by the number of values that are not 0",
    "A zero counts as a value: divide by the size of the window, whatever it holds.",
)(in_each_window(lambda w: w.sum() / max(np.count_nonzero(w), 1)))

mistakes.mistake(
    "divided by the height squared", "You divide by FH * FH. Ask how many values a window of FH by FW holds."
)(in_each_window(lambda w: w.sum() / len(w) ** 2))

mistakes.mistake(
    "divided by the width squared", "You divide by FW * FW. Ask how many values a window of FH by FW holds."
)(in_each_window(lambda w: w.sum() / w.shape[1] ** 2))

mistakes.mistake(
    "divided by the height alone", "You divide by FH. Ask how many values a window of FH by FW holds."
)(in_each_window(lambda w: w.sum() / len(w)))

mistakes.mistake("divided by FH + FW", "A window of FH by FW holds more than FH + FW values.")(
    in_each_window(lambda w: w.sum() / sum(w.shape))
)

mistakes.mistake("divided by 4 always", "4 is right for 2x2 windows only. The window may have any size.")(
    in_each_window(lambda w: w.sum() / 4)
)

mistakes.mistake(
    "whole division",
    "`//` throws away what is behind the point, and rounds down below zero. A mean is any number.",
)(in_each_window(lambda w: w.sum() // w.size))

mistakes.mistake("mean of absolute values", "The signs are lost: the mean of -1 and 1 is 0.")(
    in_each_window(lambda w: np.abs(w).mean())
)


@mistakes.mistake(
    "divided by the stride squared",
    "stride * stride is the size of the window only where the windows lie side by side. Divide by the "
    "window's own size.",
)
def _(x, size, stride):
    return in_each_window(lambda w: w.sum() / stride**2)(x, size, stride)


@mistakes.mistake(
    "divides x in place",
    "`x /= ...` changes the caller's x. Write x / ... instead, or divide the result.",
)
def _(x, size, stride):
    x /= size[0] * size[1]
    return in_each_window(np.sum)(x, size, stride)


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
    mistakes=tuple(mistakes),
)
