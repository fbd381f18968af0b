"""l2_pool_forward(x, size, stride): the length of each window as a vector."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv.naive import l2_pool_forward as reference

from .shared import INSIDE, flat, forward_cases, forward_mistakes, in_each_window


def cases(rng: np.random.Generator) -> Iterator[Case]:
    a, b = rng.permutation([3.0, -4.0])
    yield Case("values", "3 and 4 give 5", (np.array([[[[a, 0.0], [0.0, b]]]]), (2, 2), 2))
    yield from forward_cases(rng)
    yield Case("values", "a window of zeros", (np.zeros((1, 1, 2, 2)), (2, 2), 2))
    x = integers(rng, 1, 1, 2, 4)
    x[..., 2:] = 0
    yield Case("values", "a window of zeros beside another", (x, (2, 2), 2))


def length(window):
    return np.sqrt(np.sum(window**2, INSIDE))


mistakes = Catalogue()
forward_mistakes(mistakes, length)

mistakes.mistake("no square root", "You return the sum of the squares; the length is its square root.")(
    in_each_window(lambda w: np.sum(w**2, INSIDE))
)

mistakes.mistake(
    "root of the mean",
    "You take the mean of the squares. The L2 norm takes their sum, and nothing is divided.",
)(in_each_window(lambda w: np.sqrt(np.mean(w**2, INSIDE))))

mistakes.mistake(
    "divided by the size of the window", "The L2 norm is a root of a sum; nothing is divided after it."
)(in_each_window(lambda w: length(w) / flat(w).shape[-1]))

mistakes.mistake("sum of absolute values", "That is the L1 norm. The L2 norm squares each value first.")(
    in_each_window(lambda w: np.sum(np.abs(w), INSIDE))
)

mistakes.mistake(
    "summed before squaring",
    "You square the sum, which gives its absolute value back. Square each value, then add.",
)(in_each_window(lambda w: np.sqrt(np.sum(w, INSIDE) ** 2)))

mistakes.mistake(
    "not squared", "You take the root of a plain sum: negative values then give NaN. Square each value first."
)(in_each_window(lambda w: np.sqrt(np.sum(w, INSIDE))))

mistakes.mistake("doubled instead of squared", "x * 2 doubles; x * x or x ** 2 squares.")(
    in_each_window(lambda w: np.sqrt(np.sum(w * 2, INSIDE)))
)

mistakes.mistake(
    "maximum instead of the length", "You keep the largest value of each window; here all of them count."
)(in_each_window(lambda w: w.max(INSIDE)))

mistakes.mistake(
    "mean instead of the length", "You average the window; the L2 norm squares, adds and takes the root."
)(in_each_window(lambda w: w.mean(INSIDE)))

mistakes.mistake(
    "the norm of a matrix",
    "np.linalg.norm(window, 2) of a 2-D window is a matrix norm (its largest singular value). "
    "Make the window flat first, or leave out the 2.",
)(in_each_window(lambda w: np.linalg.norm(w, 2, INSIDE)))

mistakes.mistake(
    "a small number added under the root",
    "Nothing is divided here, so no small number is needed: a window of zeros has the length 0 exactly.",
)(in_each_window(lambda w: np.sqrt(np.sum(w**2, INSIDE) + 1e-6)))


@mistakes.mistake(
    "squares x in place",
    "`x **= 2` (or `x *= x`) changes the caller's x. Write x**2, which makes a new array.",
)
def _(x, size, stride):
    x **= 2
    return in_each_window(lambda w: np.sqrt(np.sum(w, INSIDE)))(x, size, stride)


exercise = Exercise(
    name="l2_pool_forward",
    arguments=("x", "size", "stride"),
    parts=("out",),
    axes={"out": ("image n", "channel c", "row i", "column j")},
    aspects=(
        aspect("values", 1, "values", "negative", "edges"),
        aspect("stride and overlap", 1, "geometry"),
        aspect("rectangles", 1, "rectangles"),
    ),
    reference=reference,
    cases=cases,
    mistakes=tuple(mistakes),
)
