"""What reading says of mistakes by itself, without the catalogue's names."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from autograder.checks import find, judge
from autograder.checks.catalogue import in_their_precision
from tests.autograder.checks.reading.test_reading import reading_of

BEYOND = "an error where windows reach beyond the padded image"
BOTH = "in rows and columns"

HALF = "(F - 1) / 2"

SAID = {
    "conv_window": {
        "stride added, not multiplied": [BEYOND, f"the stride added to the index, not multiplied, {BOTH}"],
        "i and j swapped": [
            BEYOND,
            "rows found with j, where i belongs",
            "columns found with i, where j belongs",
        ],
        "window begins one pixel late": [BEYOND, f"windows begin at 1, where -pad belongs, {BOTH}"],
        "cut to a whole number": ["cut to whole numbers"],
    },
    "filter_bank": {
        "no padding": ["an error where the filter is larger than the image", f"no padding {BOTH}"],
        "padded by 1, whatever the filter": [f"padded by 1, where {HALF} belongs, {BOTH}"],
        "padded by half of F, rounded up": [f"padded by (F + 1) // 2, where {HALF} belongs, {BOTH}"],
        "padded by F on each side": [f"padded by F, where {HALF} belongs, {BOTH}"],
        "a bias of one": ["1 added to each result"],
        "signs dropped": ["signs dropped"],
    },
    "matmul_forward": {
        "filters flipped": [
            "the row of the windows in reversed order",
            "the column of the windows in reversed order",
        ],
        "filter rows in the order fh, fw, c": ["rows in the order fh, fw, c"],
    },
    "im2col": {
        "i and j swapped in the window's place": [
            BEYOND,
            "rows found with j, where i belongs",
            "columns found with i, where j belongs",
        ],
        "cut to whole numbers": ["cut to whole numbers"],
    },
}


PAIRS = [
    (
        "filter_bank",
        ("the axis of images is still there", "padded by F on each side"),
        ["the shape (N, K, OH, OW), where (K, OH, OW) belongs", f"padded by F, where {HALF} belongs, {BOTH}"],
    ),
    (
        "filter_bank",
        ("filters at the end", "padded by half of F, rounded up"),
        ["the axes in the order (OH, OW, K)", f"padded by (F + 1) // 2, where {HALF} belongs, {BOTH}"],
    ),
    (
        "filter_bank",
        ("padded with copies of the border", "rows and columns of the filters swapped"),
        [
            "rows and columns of the filters swapped, in rows and columns",
            f"copies of the border, where zeros belong, {BOTH}",
        ],
    ),
    (
        "matmul_forward",
        ("filters at the end", "filter rows in the order c, fw, fh"),
        ["the axes in the order (N, OH, OW, K)", "rows in the order c, fw, fh"],
    ),
]


@pytest.mark.parametrize(("exercise", "mistakes", "said"), PAIRS)
def test_two_mistakes_are_read_completely(exercise, mistakes, said):
    changes = {m.name: inspect.unwrap(m.function) for m in find(exercise).mistakes}
    one, two = (changes[name] for name in mistakes)
    sentences = reading_of(exercise, in_their_precision(one.and_also(two))).sentences
    assert [s.name for s in sentences] == said
    assert all(s.whole for s in sentences)


@pytest.mark.parametrize(
    ("exercise", "mistake"), [(exercise, mistake) for exercise, said in SAID.items() for mistake in said]
)
def test_a_mistake_is_read_completely(exercise, mistake):
    function = next(m.function for m in find(exercise).mistakes if m.name == mistake)
    sentences = reading_of(exercise, function).sentences
    assert [s.name for s in sentences] == SAID[exercise][mistake]
    assert all(s.whole for s in sentences)


def test_the_padding_is_named_as_the_function_knows_it():
    """`filter_bank` has no argument `pad`: what belongs there follows from the size of the filters."""

    def pads_by_1(image, filters, conv):
        return conv(image[None, None], filters[:, None], np.zeros(len(filters)), pad=1)

    told = [(m.name, m.advice) for m in judge("filter_bank", pads_by_1).mistakes]
    assert not [words for words in told if "`pad`" in words[1] or "where pad" in words[0]]
    assert any("(F - 1) / 2" in words for mistake in told for words in mistake)


def test_a_result_that_changes_with_x_only_if_there_is_a_bias():
    """Without a bias it is 0 for every x; that it does not change with x would be untrue."""
    multiplied = next(m for m in find("conv_forward").mistakes if m.name == "multiplied by the bias")
    said = [s.name for s in reading_of("conv_forward", multiplied.function).sentences]
    assert said == ["at least: nothing is left where b is 0"]
    biases = reading_of(
        "conv_forward",
        lambda *args, **options: 0 * find("conv_forward").reference(*args, **options) + args[2].sum(),
    )
    assert [s.name for s in biases.sentences] == ["at least: it does not change with x"]
