"""The pictures of convolution draw without complaint, and the worked example is right."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from cs_conv import im2col, naive
from cs_conv.data import photograph
from cs_conv.pictures import convolution, grid

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")


def texts():
    return {t.get_text() for ax in plt.gcf().axes for t in ax.texts}


@pytest.mark.parametrize("variant", [naive, im2col])
def test_the_worked_example_is_right(variant):
    x, w, b, out, stride, pad = convolution.demo()
    np.testing.assert_array_equal(variant.conv_forward(x[None], w, b, stride, pad)[0], out)


@pytest.mark.parametrize("place", [(0, 0, 0), (1, 2, 2)])
def test_a_step_says_its_sum(place):
    x, w, b, out, stride, pad = convolution.demo()
    convolution.show_step(x, w, b, out, *place, stride=stride, pad=pad)
    assert f"= {int(out[place])} " in plt.gcf().get_suptitle()


def test_a_step_of_one_channel_has_one_row():
    x, w, b, *_ = convolution.demo()
    out = naive.conv_forward(x[None, :1], w[:1, :1], b[:1])[0]
    convolution.show_step(x[:1], w[:1, :1], b[:1], out, 0, 0, 0)
    assert len(plt.gcf().axes) == 4
    assert "out[0, 0, 0] = (-4) + 1 = -3 " in plt.gcf().get_suptitle()


def test_filters_and_answers_are_drawn():
    image = photograph()[::8, ::8]
    filters = np.array([np.full((3, 3), 1 / 9), [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]])
    answers = np.stack([image, -image])
    convolution.show_bank(image, filters, answers, ["blur", "edges"])
    assert {"0.11", "-2"} <= texts()
    convolution.show_filter(image, filters[1], np.zeros_like(image))
    convolution.show_windows((11, 11), (5, 5), 2, [(0, 0), (3, 3)])
    assert {"(0, 0)", "(3, 3)"} <= texts()


def test_a_grid_shows_matrices_only():
    with pytest.raises(ValueError, match="a grid shows a matrix"):
        grid.draw_grid(plt.subplots()[1], np.zeros(3))


def test_unknown_cells_stay_empty():
    grid.show_grids([[[1.0, np.nan], [2.5, -3.0]]])
    assert texts() == {"1", "2.50", "-3"}
