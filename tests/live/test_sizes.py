"""The frames of sizes: where windows begin, what none reaches, and what the learner's formula says."""

import numpy as np
import pytest

from cs_conv.live.sizes import frame, sentence, start, still


def output_size(W, F, S=1, P=0):
    if (W - F + 2 * P) % S:
        raise ValueError("does not fit")
    return (W - F + 2 * P) // S + 1


@pytest.mark.parametrize(
    ("sizes", "windows", "left"),
    [
        ({"W": 5, "F": 3, "P": 1}, 5, 0),
        ({"W": 5, "F": 3, "P": 1, "S": 2}, 3, 0),
        ({"W": 5, "F": 3, "P": 1, "S": 3}, 2, 1),
        ({"W": 10, "F": 3, "S": 2}, 4, 1),
        ({"W": 7, "F": 3}, 5, 0),
        ({"W": 11, "F": 5, "S": 2}, 4, 0),
        ({"W": 7, "F": 3, "D": 2}, 3, 0),
        ({"W": 2, "F": 5}, 0, -3),
    ],
)
def test_windows_are_counted_and_the_learners_size_stands_beside(sizes, windows, left) -> None:
    arrays = frame({"output_size": output_size}, start(**sizes))
    assert len(arrays["begins"]) == windows
    assert arrays["left"][0] == left
    if left == 0:
        assert arrays["yours"][0] == windows
    assert arrays["refused"][0] == (left > 0)


def test_pixels_that_no_window_reaches_are_counted_as_such() -> None:
    assert frame({}, start(W=5, F=1, S=2))["reached"].tolist() == [1, 0, 1, 0, 1]
    assert frame({}, start(W=6, F=2, D=3))["reached"].tolist() == [1, 1, 1, 1, 1, 1]
    assert frame({}, start(W=3, F=3, P=1))["reached"].tolist() == [1, 2, 3, 2, 1]


def test_the_picture_follows_the_learners_function_and_does_without_it() -> None:
    wrong = frame({"output_size": lambda W, F, S, P: W - F}, start())
    assert wrong["yours"][0] == 4

    def unwritten(W, F, S=1, P=0):
        raise NotImplementedError

    for source in ({}, {"output_size": unwritten}):
        assert np.isnan(frame(source, start())["yours"][0])
        assert frame(source, start())["refused"][0] == 0


def test_without_a_kernel_a_row_of_counts_and_a_sentence_stand_there() -> None:
    ((_title, row),) = still(frame({}, start()), start())
    assert row.tolist() == [[1, 2, 3, 3, 3, 2, 1]]
    assert sentence(start()) == "Windows on a row of pixels: W = 7, F = 3, S = 1, P = 0. " + (
        "Run this cell to move things yourself."
    )
