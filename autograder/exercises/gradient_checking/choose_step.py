"""choose_step(x): the step at which the two errors of a central difference are about equal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def inside(*shape):
        """Values of both signs, none further from 0 than 0.9."""
        return rng.uniform(0.1, 0.9, shape) * rng.choice([-1.0, 1.0], shape)

    def single(array):
        return array.astype(np.float32)

    yield Case("dtypes", "one small value in float64", (inside(1),))
    yield Case("dtypes", "one small value in float32", (single(inside(1)),))
    yield Case("dtypes", "small values in float64", (inside(2, 3),))
    yield Case("dtypes", "small values in float32", (single(inside(3, 2)),))
    for about, large in (("positive", 1.0), ("negative", -1.0)):
        x = inside(2, 2)
        x[1, 0] = large * rng.integers(20, 90)
        yield Case("units", f"one large {about} value", (x,))
        yield Case("units", f"one large {about} value, float32", (single(x),))
    yield Case("units", "all values are large", (1000 * reals(rng, 2, 3),))
    yield Case("units", "all values are large and negative", (-rng.uniform(20, 90, 3),))
    yield Case("units", "values around 1", (1 + np.abs(reals(rng, 4)),))
    yield Case("units", "all values are zero", (np.zeros((2, 2)),))
    yield Case("edges", "three axes, not contiguous", (scattered(30 * reals(rng, 2, 3, 2)),))


def choose_step(x):
    """Return a step for central differences at x, a number in the units of x.

    x: an array of any shape, float32 or float64.
    """
    eps = np.finfo(x.dtype).eps
    scale = max(1, np.max(np.abs(x)))
    return eps ** (1 / 3) * scale


mistakes = Catalogue(choose_step)

mistakes.change(
    "the square root of eps",
    "That is the best step of a one-sided difference. Here the errors are h² and eps / h: find the h at "
    "which they are equal.",
    {"eps ** (1 / 3)": "eps ** (1 / 2)"},
)
mistakes.change(
    "a step of almost nothing",
    "So small a step leaves no digits. From h³ = eps it follows that h is the cube root of eps, "
    "`eps ** (1 / 3)` with brackets, where eps is `np.finfo(x.dtype).eps`.",
    {"eps ** (1 / 3)": "eps"},
    {"eps ** (1 / 3)": "eps / 3"},
    {"eps ** (1 / 3)": "eps**3"},
    {"np.finfo(x.dtype).eps": "np.finfo(x.dtype).tiny"},
)
mistakes.change(
    "whole division in the exponent", "`1 // 3` is 0, and eps ** 0 is 1.", {"(1 / 3)": "(1 // 3)"}
)
mistakes.change(
    "the eps of float64 for every dtype",
    "float32 has fewer digits: ask np.finfo for the dtype of x.",
    {"np.finfo(x.dtype).eps": "np.finfo(np.float64).eps"},
)
mistakes.change(
    "the eps of float32 for every dtype",
    "float64 has more digits: ask np.finfo for the dtype of x.",
    {"np.finfo(x.dtype).eps": "np.finfo(np.float32).eps"},
)
mistakes.change(
    "a rounded step",
    "1e-5 and 1e-2 are near, but they are not the cube root of eps. In np.finfo, `resolution` is eps "
    "rounded: take `eps`.",
    {"np.finfo(x.dtype).eps": "np.finfo(x.dtype).resolution"},
)
mistakes.change(
    "1e-5, whatever x is",
    "The step depends on the dtype of x and on how large its values are.",
    {"return eps ** (1 / 3) * scale": "return 1e-5"},
)
mistakes.change(
    "the size of the values ignored",
    "Numbers around 1000 lie 1000 times further apart: multiply by the largest absolute value.",
    {" * scale": ""},
)
mistakes.change(
    "without the smallest scale of 1",
    "If all values are 0, this step is 0. The scale is at least 1.",
    {"max(1, np.max(np.abs(x)))": "np.max(np.abs(x))"},
)
mistakes.change(
    "signs not dropped",
    "-50 is as large as 50 here: take absolute values before the maximum.",
    {"np.max(np.abs(x))": "np.max(x)"},
)
mistakes.change(
    "absolute value after the maximum",
    "The largest of [-50, 1] is 1. Take absolute values first.",
    {"np.max(np.abs(x))": "np.abs(np.max(x))"},
)
mistakes.change(
    "the mean in place of the largest",
    "One step must suit the largest value: take the maximum.",
    {"np.max(np.abs(x))": "np.mean(np.abs(x))"},
)
mistakes.change(
    "the sum of all values", "Take the largest absolute value.", {"np.max(np.abs(x))": "np.sum(np.abs(x))"}
)
mistakes.change(
    "the length of x as a vector",
    "Take the largest absolute value, not the root of the sum of squares.",
    {"np.max(np.abs(x))": "np.sqrt(np.sum(x**2))"},
)
mistakes.change(
    "the smaller of the two",
    "max and min: the scale is at least 1.",
    {"max(1, np": "min(1, np"},
)
mistakes.change(
    "1 added to the scale",
    "The scale is the larger of the two, not their sum.",
    {"max(1, np.max(np.abs(x)))": "1 + np.max(np.abs(x))"},
)
mistakes.change(
    "divided by the scale", "Larger values need a larger step: multiply.", {" * scale": " / scale"}
)
mistakes.change(
    "a step for each value",
    "Return one number for the whole array.",
    {"max(1, np.max(np.abs(x)))": "np.maximum(1, np.abs(x))"},
)

exercise = Exercise(
    name="choose_step",
    arguments=("x",),
    parts=("h",),
    aspects=(aspect("dtypes", 1, "dtypes"), aspect("units of x", 2, "units", "edges")),
    reference=choose_step,
    cases=cases,
    program=choose_step,
    mistakes=tuple(mistakes),
)
