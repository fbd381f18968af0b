"""An author's slip in an exercise ends in an error that names it; it never gives points to every answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.checks import Case, Exercise, aspect, judge
from tests.autograder.checks.sample_exercises import PARSE_CHAIN, WINDOWS


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reference": lambda W, F, S: (W - F) // S + 1}, "it should raise a ValueError, and gave a result"),
        ({"reference": lambda W, F, S: 1 // 0}, "raised ZeroDivisionError"),
        ({"reference": lambda W, F, S: {W}}, "return one number"),
    ],
)
def test_a_reference_that_does_not_answer_its_own_cases(change, words):
    with pytest.raises(ValueError, match="the reference of exercise 'windows'") as error:
        judge(replace(WINDOWS, **change), lambda W, F, S: 1)
    assert words in str(error.value)


def test_a_reference_whose_error_does_not_mention_what_it_should():
    def cases(rng):
        yield Case("chains", "one layer", ("FC",))
        yield Case("errors", "a layer that there is not", ("FC -> FX",), error=(7,))

    with pytest.raises(ValueError, match=r"unknown layer 'FX' at index 6\. Its message should name 7, not 6"):
        judge(replace(PARSE_CHAIN, cases=cases), lambda text: [text])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"aspects": (aspect("sizes", 1, "size"), aspect("misfits", 1, "misfits"))},
            "its aspect 'sizes' counts the tag 'size'; its cases have 'misfits', 'sizes'",
        ),
        ({"aspects": (aspect("sizes", 1, "sizes"),)}, "no aspect counts the cases with the tag 'misfits'"),
        ({"cases": lambda rng: ()}, "it has no cases"),
    ],
)
def test_tags_that_cases_and_aspects_do_not_share(change, words):
    with pytest.raises(ValueError, match=f"exercise 'windows': {words}"):
        judge(replace(WINDOWS, **change), lambda W, F, S: 1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"aspects": (aspect("sizes", 1, "sizes"), aspect("sizes", 1, "misfits"))}, "called 'sizes'"),
        ({"aspects": (aspect("sizes", 1, parts=["counts"]),)}, "no part 'counts'; its parts are 'count'"),
        ({"axes": {"counts": ("row",)}}, "no part 'counts'"),
        ({"data": ("counts",)}, "no part 'counts'"),
    ],
)
def test_names_that_do_not_fit(change, words):
    with pytest.raises(ValueError, match=words):
        replace(WINDOWS, **change)


def test_a_nan_that_is_right_is_not_counted_as_wrong():
    exercise = Exercise(
        name="with_nan",
        arguments=("x",),
        parts=("y",),
        axes={"y": ("row",)},
        aspects=(aspect("values", 1),),
        reference=lambda x: np.array([np.nan, x]),
        cases=lambda rng: [Case("values", "a number", (2,))],
        mistakes=(),
    )
    assert "1 of 2 values wrong" in judge(exercise, lambda x: np.array([np.nan, x + 1])).failure.problem
    nan = judge(exercise, lambda x: np.array([np.nan, np.nan])).failure.problem
    assert "holds 1 of 2 values that are NaN or infinite" in nan
