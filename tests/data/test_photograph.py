"""The photograph is what its docstring says, however often and by whomever it is changed."""

import numpy as np
import pytest

from cs_conv.data import photograph
from cs_conv.data.make_photograph import reduce


@pytest.mark.parametrize(("color", "shape"), [(False, (200, 256)), (True, (200, 256, 3))])
def test_shape_range_and_dtype(color: bool, shape: tuple[int, ...]) -> None:
    picture = photograph(color=color)
    assert picture.shape == shape
    assert picture.dtype == np.float64
    assert 0 <= picture.min() < 0.1
    assert 0.9 < picture.max() <= 1


def test_each_call_gives_a_fresh_array() -> None:
    picture = photograph()
    picture[:] = 7
    assert photograph().max() <= 1


def test_it_has_colors_and_edges() -> None:
    red, green, blue = photograph(color=True).mean(axis=(0, 1))
    assert red > green > blue  # a red saucer on a wooden table
    assert np.abs(np.diff(photograph(), axis=1)).max() > 0.3


def test_reduce_averages_blocks_and_crops() -> None:
    original = np.zeros((400, 600, 3))
    original[0, 48] = 1.0  # one pixel of the first block that is kept
    reduced = reduce(original)
    assert reduced.shape == (200, 256, 3)
    assert reduced[0, 0].tolist() == [64, 64, 64]  # a quarter of 255, rounded
    assert reduced.sum() == 3 * 64
