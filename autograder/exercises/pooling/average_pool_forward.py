"""average_pool_forward(x, size, stride): the mean of each window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv.naive import average_pool_forward as reference

from .shared import INSIDE, divisor_mistakes, forward_cases, forward_mistakes, in_each_window


def cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from forward_cases(rng)
    x = np.maximum(rng.integers(-3, 4, (1, 1, 4, 4)), 0.0)
    x[0, 0, :2, :2] = [[0, 3], [5, 0]]
    yield Case("values", "many zeros, as after a ReLU", (x, (2, 2), 2))


mistakes = Catalogue()
forward_mistakes(mistakes, lambda w: w.mean(INSIDE))
sums = in_each_window(lambda w: w.sum(INSIDE))


def divided_by(divisor):
    return lambda x, size, stride: sums(x, size, stride) / divisor(*size, stride)


divisor_mistakes(mistakes, divided_by)


@mistakes.mistake(
    "divided by the number of windows",
    "OH * OW is how many means there are. Each is over one window: ask how many values that holds.",
)
def _(x, size, stride):
    total = sums(x, size, stride)
    return total / (total.shape[2] * total.shape[3])


mistakes.mistake("sum instead of mean", "You add the window up; divide by how many values it holds.")(sums)

mistakes.mistake(
    "maximum instead of mean", "You keep the largest value of each window; here all of them count."
)(in_each_window(lambda w: w.max(INSIDE)))

mistakes.mistake(
    "median instead of mean", "The value in the middle is the median; the mean is the sum over the count."
)(in_each_window(lambda w: np.median(w, INSIDE)))

mistakes.mistake(
    "divided by the number of values that are not 0",
    "A zero counts as a value: divide by the size of the window, whatever it holds.",
)(in_each_window(lambda w: w.sum(INSIDE) / np.maximum(np.count_nonzero(w, INSIDE), 1)))

mistakes.also("divided by the number of values that are not 0")(
    in_each_window(lambda w: w.sum(INSIDE) / np.count_nonzero(w, INSIDE))
)

mistakes.mistake(
    "whole division",
    "`//` throws away what is behind the point, and rounds down below zero. A mean is any number.",
)(lambda x, size, stride: sums(x, size, stride) // (size[0] * size[1]))

mistakes.mistake("mean of absolute values", "The signs are lost: the mean of -1 and 1 is 0.")(
    in_each_window(lambda w: np.abs(w).mean(INSIDE))
)


@mistakes.mistake(
    "divides x in place",
    "`x /= ...` changes the caller's x. Write x / ... instead, or divide the result.",
)
def _(x, size, stride):
    x /= size[0] * size[1]
    return sums(x, size, stride)


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
