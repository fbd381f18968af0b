"""What wrong values look like is said where all failing cases look like it, and three at least."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import find, judge
from cs_conv.naive import conv_forward


def failures_like(change):
    """What is said of the first failure of an answer whose results are changed, were it not named."""
    verdict = judge("conv_forward", lambda *args, **options: change(conv_forward(*args, **options)))
    return verdict.failure.sentences(named=False)


def test_a_likeness_of_one_small_case_is_not_spoken():
    """Turning the filters of the first case by 180 degrees, on most seeds, only looks like something else."""
    for seed in range(12):

        def answer(x, w, b, stride=1, pad=0):
            return conv_forward(x, np.rot90(w, 2), b, stride, pad)

        for verdict in (judge("conv_forward", answer, seed), judge("conv_window", turned_filters, seed)):
            assert {a.failure.relation for a in verdict.aspects if a.failure} == {""}


def turned_filters(x, w, *more, **options):
    return find("conv_window").reference(x, np.rot90(w, 2, axes=(-2, -1)), *more, **options)


def test_a_likeness_that_some_cases_do_not_have_is_not_spoken():
    def sometimes(out):
        return -out if out.size < 10 else out + 1

    assert "sign" not in failures_like(sometimes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda out: -out, "with its sign turned"),
        (lambda out: out * 0, "Yours is all zeros."),
        (lambda out: out / 2, "yours is 0.5 times the right value"),
        (lambda out: out + 3, "yours is off by +3 everywhere"),
        (
            lambda out: out + np.arange(1.0, out.shape[1] + 1)[:, None, None],
            "off by a constant of its own: +1.",
        ),
        (lambda out: out[..., ::-1, :], "upside down"),
        (lambda out: np.where(out > 0, 0, out), "The wrong values are all zero."),
    ],
)
def test_a_likeness_that_all_failing_cases_have_is_spoken(change, words):
    assert words in failures_like(change)


def test_one_number_is_told_by_its_factor_where_all_failing_cases_share_it():
    verdict = judge("conv_window", lambda *a, **o: 3 * find("conv_window").reference(*a, **o))
    assert "Yours is 3 times the right value in each" in verdict.failure.sentences(named=False)


def test_two_failing_cases_are_too_few_for_a_likeness():
    def rarely(x, w, b, stride=1, pad=0):
        out = conv_forward(x, w, b, stride, pad)
        return 3 * out if (pad, stride) == (3, 2) else out

    aspects = judge("conv_forward", rarely).aspects
    assert all(a.failure.relation == "" for a in aspects if a.failure and len(a.failure.others) < 2)
    assert any(a.failure for a in aspects)


def test_one_failing_case_of_an_aspect_is_compared_with_those_of_the_others():
    def rounded(x, w, b, stride=1, pad=0):
        return np.round(conv_forward(x, w, b, stride, pad), 4)

    failure = judge("conv_forward", rounded).failure
    assert "Yours is nearly right" in failure.sentences(named=False)
