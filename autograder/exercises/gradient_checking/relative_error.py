"""relative_error(a, b): the largest difference of two arrays, relative to their largest value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import distinct, integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def near(a, place, by):
        """The same array with one value moved."""
        b = a.copy()
        b[place] += by
        return b

    a = 10 * distinct(rng, 4) + 5
    yield Case("values", "one value is larger in b", (a, near(a, 1, 2.0)))
    yield Case("values", "one value is larger in a", (a, near(a, 2, -3.0)))
    yield Case("values", "the largest value is negative", (np.array([1.0, -8, 2]), np.array([2.0, -8, 2])))
    yield Case("values", "the largest value is in a", (np.array([8.0, 1]), np.array([4.0, 2])))
    yield Case("values", "the largest value is in b", (np.array([-4.0, 2]), np.array([-8.0, 1])))
    yield Case("values", "all of b is larger", (np.array([1.0, 2, 3]), np.array([2.0, 6, 5])))
    yield Case("values", "opposite signs", (np.array([3.0, -2]), np.array([-3.0, 2])))
    yield Case("values", "the errors have both signs", (np.array([6.0, 2, 5]), np.array([5.0, 4, 4])))
    yield Case("values", "two tables", (integers(rng, 2, 3), integers(rng, 2, 3)))
    yield Case("values", "real numbers", (reals(rng, 3, 4), reals(rng, 3, 4)))
    a = reals(rng, 2, 2, 3, 3)
    yield Case("values", "nearly equal", (a, near(a, (1, 0, 2, 1), 1e-3)))
    yield Case("zeros", "b is 0", (integers(rng, 3), np.zeros(3)))
    yield Case("zeros", "a is 0", (np.zeros((2, 2)), integers(rng, 2, 2)))
    yield Case("zeros", "both are 0", (np.zeros(2), np.zeros(2)))
    yield Case("zeros", "equal arrays", (a[0], a[0].copy()))
    a, b = np.array([0.0, 200, 0, 100]), np.array([1.0, 201, 0, 99])
    yield Case("zeros", "single zeros beside large values", (a, b))
    yield Case("zeros", "tiny values", (np.array([2e-9, 1e-9]), np.array([1e-9, 1e-9])))
    yield Case("edges", "float32", (reals(rng, 3, 2).astype(np.float32), reals(rng, 3, 2).astype(np.float32)))
    yield Case("edges", "not contiguous", (scattered(reals(rng, 3, 4)), scattered(reals(rng, 3, 4))))


def relative_error(a, b):
    """Return the largest difference of two arrays relative to the largest value in either, a number.

    a, b: arrays of the same shape.
    """
    difference = np.max(np.abs(a - b))
    largest = max(np.max(np.abs(a)), np.max(np.abs(b)))
    return 0.0 if largest == 0 else difference / largest


mistakes = Catalogue(relative_error)
DIFFERENCE, LARGEST = "np.max(np.abs(a - b))", "max(np.max(np.abs(a)), np.max(np.abs(b)))"
RETURN = "return 0.0 if largest == 0 else difference / largest"

mistakes.change(
    "the difference keeps its sign",
    "Where b is larger, a - b is negative, and the maximum does not see it: take absolute values first.",
    {DIFFERENCE: "np.max(a - b)"},
)
mistakes.change(
    "absolute value after the maximum",
    "The maximum of [-5, 1] is 1: take the absolute values first, then the maximum.",
    {DIFFERENCE: "abs(np.max(a - b))"},
)
mistakes.change(
    "the largest value keeps its sign",
    "A value of -8 is larger than one of 2 here: take absolute values of a and of b.",
    {LARGEST: "max(np.max(a), np.max(b))"},
)
mistakes.change(
    "not divided", "The error is relative: divide by the largest value.", {RETURN: "return difference"}
)
mistakes.change(
    "0 / 0",
    "If both arrays hold only zeros, they are equal: return 0.",
    {RETURN: "return difference / largest"},
)
mistakes.change(
    "relative to a alone",
    "Divide by the largest value in either array; a may be the one that is wrong.",
    {LARGEST: "np.max(np.abs(a))"},
)
mistakes.change(
    "relative to b alone",
    "Divide by the largest value in either array; b may be the one that is wrong.",
    {LARGEST: "np.max(np.abs(b))"},
)
mistakes.change(
    "divided by the sum of both",
    "Divide by the larger of the two, not by their sum.",
    {LARGEST: "np.max(np.abs(a)) + np.max(np.abs(b))"},
)
mistakes.change(
    "divided by the smaller of the two",
    "Divide by the larger of the two maxima.",
    {LARGEST: "min(np.max(np.abs(a)), np.max(np.abs(b)))"},
)
mistakes.change(
    "each difference divided by its own values",
    "Here the whole array has one scale. Otherwise a rounding error beside a true 0 looks like a mistake.",
    {RETURN: "return np.max(np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-300))"},
    {RETURN: "return np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)))"},
    {RETURN: "return np.max(np.abs(a - b) / (np.abs(a) + np.abs(b) + 1e-12))"},
)
mistakes.change(
    "a small number added to the divisor",
    "With values of 1e-9 that small number decides. Treat 0 / 0 by itself instead.",
    {RETURN: "return difference / (largest + 1e-8)"},
    {RETURN: "return difference / max(largest, 1e-8)"},
)
mistakes.change(
    "the mean difference",
    "One wrong value among a million right ones must show: take the maximum.",
    {DIFFERENCE: "np.mean(np.abs(a - b))"},
)
mistakes.change(
    "the sum of all differences",
    "Take the maximum of the differences.",
    {DIFFERENCE: "np.sum(np.abs(a - b))"},
)
mistakes.change(
    "differences of opposite sign cancel",
    "A sum of signed differences can be 0 for arrays that differ: take absolute values, then the maximum.",
    {DIFFERENCE: "abs(np.sum(a - b))"},
    {DIFFERENCE: "abs(np.mean(a - b))"},
)
mistakes.change(
    "the difference of the maxima",
    "Compare the arrays place by place: subtract first, then take the maximum.",
    {DIFFERENCE: "abs(np.max(np.abs(a)) - np.max(np.abs(b)))"},
    {DIFFERENCE: "abs(np.max(a) - np.max(b))"},
)
mistakes.change(
    "lengths in place of maxima",
    "Those are lengths of vectors (roots of sums of squares). Here the largest values are asked for.",
    {DIFFERENCE: "np.sqrt(np.sum((a - b) ** 2))", LARGEST: "np.sqrt(max(np.sum(a**2), np.sum(b**2)))"},
    {DIFFERENCE: "np.sqrt(np.sum((a - b) ** 2))", LARGEST: "np.sqrt(np.sum(a**2)) + np.sqrt(np.sum(b**2))"},
)
mistakes.change(
    "in percent", "1 stands for 100%: do not multiply.", {RETURN: RETURN.replace("diff", "100 * diff")}
)
mistakes.change(
    "0 whenever one of them is 0",
    "An array of zeros beside another is as wrong as can be: only 0 / 0 is 0.",
    {"largest == 0": "not (np.any(a) and np.any(b))"},
)
mistakes.change(
    "1 where both are 0", "Two arrays of zeros are equal: their error is 0.", {"return 0.0": "return 1.0"}
)
mistakes.change(
    "one number for each place",
    "Return one number for the whole array: the largest.",
    {DIFFERENCE: "np.abs(a - b)"},
)

exercise = Exercise(
    name="relative_error",
    arguments=("a", "b"),
    parts=("error",),
    aspects=(aspect("values", 2, "values"), aspect("zeros and edge cases", 2, "zeros", "edges")),
    reference=relative_error,
    cases=cases,
    program=relative_error,
    mistakes=tuple(mistakes),
)
