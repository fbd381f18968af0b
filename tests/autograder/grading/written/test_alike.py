"""Answers that say the same are one group; what turns the sense round keeps them apart."""

from __future__ import annotations

import random

import pytest

from autograder.grading.written.alike import groups

ONE = "The output is smaller than the input because the filter does not fit at the border."


@pytest.mark.parametrize(
    "other",
    [
        ONE.upper(),
        "  The **output** is smaller\nthan the input, because the filter does not fit at the border",
        ONE.replace("because", "since"),
        ONE.replace("The output", "So the output"),
    ],
)
def test_alike(other):
    assert [sorted(group) for group in groups({"a": ONE, "b": other})] == [["a", "b"]]


@pytest.mark.parametrize(
    "other",
    [
        ONE.replace("smaller", "larger"),
        ONE.replace("does not fit", "does fit"),
        ONE.replace("does not fit", "doesn't fit"),
        ONE + " It has 27 pixels.",
        "Because of the border.",
        ONE.replace("output", "tmp").replace("input", "output").replace("tmp", "input"),
        "",
    ],
)
def test_not_alike(other):
    assert len(groups({"a": ONE, "b": other})) == 2


def test_short_answers_and_code_are_alike_only_if_equal():
    assert len(groups({"a": "27 pixels", "b": "28 pixels", "c": "27  Pixels."})) == 2
    code = {"a": "x = f(a, b, c)  # one", "b": "x = f(a, b, c)  # two", "c": " x = f(a, b, c)  # one\n"}
    assert groups(code, equal_only=True) == [["a", "c"], ["b"]]


def test_groups_do_not_depend_on_the_order_and_the_largest_comes_first():
    texts = {
        f"s{n:02}": (ONE, ONE.replace("because", "since"), "quite another thing", f"{n} alone")[n % 4]
        for n in range(24)
    }
    expected = groups(texts)
    assert [len(group) for group in expected[:2]] == [12, 6]
    for seed in range(5):
        names = list(texts)
        random.Random(seed).shuffle(names)
        assert groups({name: texts[name] for name in names}) == expected


def test_a_class_of_many_different_answers_is_grouped_at_once():
    words = list(dict.fromkeys(ONE.split()))
    draw = random.Random(0)
    texts = {f"s{n}": " ".join(draw.choices(words, k=30)) for n in range(400)}
    assert sum(map(len, groups(texts))) == 400
