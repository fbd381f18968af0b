"""Functions that compute with a small buffer leave everybody else's as it is."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cs_conv import shifted
from cs_conv._row_by_row import BUFFER, row_by_row


@row_by_row
def size_inside(fails: bool = False) -> int:
    """Some words."""
    if fails:
        raise ValueError("inside")
    return np.getbufsize()


def test_the_buffer_is_small_inside_and_comes_back() -> None:
    before = np.getbufsize()
    assert size_inside() == BUFFER
    assert np.getbufsize() == before
    with pytest.raises(ValueError, match="inside"):
        size_inside(fails=True)
    assert np.getbufsize() == before


def test_another_size_and_other_threads_are_left_alone() -> None:
    with np.errstate(), ThreadPoolExecutor(1) as other:
        np.setbufsize(2048)
        there = other.submit(np.getbufsize).result()
        size_inside()
        assert np.getbufsize() == 2048
        assert other.submit(np.getbufsize).result() == there


def test_warnings_are_those_that_the_caller_asked_for() -> None:
    x, w = np.full((1, 1, 3, 3), 1e38, np.float32), np.full((1, 1, 3, 3), 1e38, np.float32)
    with np.errstate(over="raise", invalid="raise"), pytest.raises(FloatingPointError):
        shifted.conv_forward(x, w, np.zeros(1, np.float32))


def test_name_and_words_are_kept() -> None:
    assert size_inside.__name__ == "size_inside"
    assert size_inside.__doc__ == "Some words."
