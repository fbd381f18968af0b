"""What reading says of mistakes by itself, without the catalogue's names."""

from __future__ import annotations

import pytest

from autograder.checks import find
from tests.autograder.checks.reading.test_reading import reading_of

BEYOND = "an error where windows reach beyond the padded image"
BOTH = "in rows and columns"

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
        "padded by 1, whatever the filter": [f"padded by 1, where pad belongs, {BOTH}"],
        "padded by half of F, rounded up": [f"padded by (F + 1) // 2, where pad belongs, {BOTH}"],
        "padded by F on each side": [f"padded by F, where pad belongs, {BOTH}"],
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


@pytest.mark.parametrize(
    ("exercise", "mistake"), [(exercise, mistake) for exercise, said in SAID.items() for mistake in said]
)
def test_a_mistake_is_read_completely(exercise, mistake):
    function = next(m.function for m in find(exercise).mistakes if m.name == mistake)
    sentences = reading_of(exercise, function).sentences
    assert [s.name for s in sentences] == SAID[exercise][mistake]
    assert all(s.whole for s in sentences)
