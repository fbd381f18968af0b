"""The frames of field: which pixels one output depends on, through three layers."""

import numpy as np
import pytest

from autograder.checks import find
from cs_conv.live.field import SIDE, frame, sentence, start, still
from cs_conv.live.frame import computed

RIGHT = {"dilated_conv_dx": find("dilated_conv_dx").program}


@pytest.mark.parametrize(("dilations", "side"), [((1, 1, 1), 7), ((1, 2, 4), 15), ((2, 1, 1), 9)])
def test_the_field_grows_by_two_dilations_a_layer(dilations, side):
    arrays = frame(RIGHT, start(dilations))
    rows, columns = np.nonzero(arrays["first"])
    assert np.ptp(rows) + 1 == np.ptp(columns) + 1 == side
    assert np.array_equal(arrays["first"], arrays["right"])


def test_dense_layers_reach_the_middle_in_many_ways_and_doubling_dilations_reach_everything():
    assert frame(RIGHT, start())["first"].max() == 49  # 7 ways along each axis
    assert np.count_nonzero(frame(RIGHT, start((1, 2, 4)))["first"]) == SIDE**2


def test_the_learners_function_is_drawn_beside_the_right_one():
    def dense(dout, w, x_shape, stride=1, pad=0, dilation=1):
        return RIGHT["dilated_conv_dx"](dout, w, x_shape, stride, 1)

    arrays = frame({"dilated_conv_dx": dense}, start((1, 1, 2)))
    assert np.count_nonzero(arrays["first"]) == 49
    assert np.count_nonzero(arrays["right"]) == 81


def test_a_gradient_of_another_shape_is_said_to_be_one():
    shown = computed(frame, {"dilated_conv_dx": lambda *a, **o: np.zeros((1, 1, 7, 7))}, start())
    assert "dx has the shape (1, 1, 7, 7); that of x, (1, 1, 15, 15), was expected" in shown
    assert "dilated_conv_dx is not defined here" in computed(frame, {}, start())


def test_without_a_kernel_the_image_stands_there():
    assert [matrix.shape for _, matrix in still(frame(RIGHT, start()), start())] == [(SIDE, SIDE)]
    assert "dilations 1, 1, 1" in sentence(start())
