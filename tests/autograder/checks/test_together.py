"""Two mistakes of the catalogue in one answer are both named, and nothing that could be otherwise is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.checks import Case, Catalogue, Exercise, aspect, find, judge, judge_answer
from autograder.checks.reading.result import Reading


def window(x, w, b, i, j, stride=1):
    """The window of output (i, j), with the stride forgotten in the columns."""
    _, FH, FW = w.shape
    return x[:, i * stride : i * stride + FH, j : j + FW]


def no_stride_and_two_sums(x, w, b, i, j, stride=1):
    return float(np.sum(window(x, w, b, i, j, stride)) * np.sum(w)) + b


def no_stride_and_b_in_the_pixels(x, w, b, i, j, stride=1):
    return float(np.sum((window(x, w, b, i, j, stride) + b) * w))


def no_stride_and_no_sum(x, w, b, i, j, stride=1):
    return window(x, w, b, i, j, stride) * w + b


TWO = {
    no_stride_and_two_sums: "sum of the window times sum of the filter",
    no_stride_and_b_in_the_pixels: "bias added to every pixel",
    no_stride_and_no_sum: "products not summed",
}


@pytest.mark.parametrize(("answer", "other"), TWO.items(), ids=lambda p: getattr(p, "__name__", p))
def test_both_mistakes_are_named_on_every_seed(answer, other):
    for seed in range(2):
        names = {m.name for m in judge("conv_window", answer, seed).mistakes}
        assert names == {"stride for the rows only", other}


@pytest.mark.parametrize(("answer", "other"), TWO.items(), ids=lambda p: getattr(p, "__name__", p))
def test_a_mistake_that_the_catalogue_does_not_have_is_given_no_other_name(answer, other):
    known = find("conv_window")
    without = replace(known, mistakes=tuple(m for m in known.mistakes if m.name != other))
    names = {m.name for m in judge(without, answer).mistakes}
    assert names <= {"stride for the rows only", "at least: the shape (C, FH, FW), where () belongs"}


# Several pairs


def total(a):
    """The sum of the numbers, twice, and one more."""
    start, times, more = 0, 2, 1
    return float(start + times * np.sum(a) + more)


def sums(*changes):
    """An exercise on `total` with these mistakes, each a name and a change."""
    mistakes = Catalogue(total)
    for name, change in changes:
        mistakes.change(name, "Look at it.", change)
    return Exercise(
        name="conv_window",  # one that can be read
        arguments=("a",),
        parts=("V[i, j]",),
        aspects=(aspect("all", 1),),
        reference=total,
        cases=lambda rng: (Case("one", f"{n} numbers", (rng.normal(size=n),)) for n in (1, 0, 2, 3, 4)),
        mistakes=tuple(mistakes),
        program=total,
    )


THRICE = ("three times", {"more = 0, 2, 1": "more = 0, 3, 1"})
TWO_MORE = ("two more", {"+ more": "+ more + 1"})
ONE_AT_FIRST = ("begins at one", {"float(start": "float(1 + start"})
SIGN = ("the sign turned", {"return float": "return -float"})


def thrice_and_two_more(a):
    return 3 * float(np.sum(a)) + 2


def test_if_two_pairs_explain_an_answer_only_what_both_have_is_said(monkeypatch):
    monkeypatch.setattr(judge_answer, "read", lambda *ignored: Reading())
    for changes, names in (
        ((THRICE, TWO_MORE, SIGN), ["three times", "two more"]),
        ((THRICE, TWO_MORE, ONE_AT_FIRST, SIGN), ["three times"]),
        ((THRICE, SIGN), []),
    ):
        found = judge(sums(*changes), thrice_and_two_more).mistakes
        assert sorted(m.name for m in found) == names


def test_no_pair_is_tried_where_one_mistake_or_reading_explains_everything(monkeypatch):
    def tried(*ignored):
        raise AssertionError("a pair is tried")

    monkeypatch.setattr(judge_answer, "together", tried)
    known = find("conv_window")
    single = next(m for m in known.mistakes if m.name == "products not summed")
    assert judge(known, single.function).mistakes
    assert judge(known, known.reference).passed

    def stride_and_bias(x, w, b, i, j, stride=1):
        return float(np.sum(window(x, w, b, i, j, stride) * w)) - b

    assert len(judge(known, stride_and_bias).mistakes) == 2
