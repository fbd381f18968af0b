"""The pictures of volumes show the numbers and the sizes that they are given."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Polygon

from cs_conv.pictures import volumes

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")


def test_a_row_shows_the_outputs_of_each_stride_that_fit():
    x, w = np.array([1.0, 2, -1, 1, -3]), np.array([1.0, 0, -1])
    volumes.show_row(x, w, strides=[1, 2], pad=1)
    shown = [[t.get_text() for t in ax.texts] for ax in plt.gcf().axes]
    padded = ["0", "1", "2", "-1", "1", "-3", "0"]
    assert shown == [[*padded, "-2", "2", "1", "2", "1"], [*padded, "-2", "1", "1"]]
    assert [ax.get_title() for ax in plt.gcf().axes] == ["stride 1: 5 outputs", "stride 2: 3 outputs"]


def test_channels_are_cards_with_one_line_through_them():
    x = np.random.default_rng(0).random((3, 20, 30))
    volumes.show_channels(x, ["red", "green", "blue"], place=(5, 7))
    (ax,) = plt.gcf().axes
    assert {"x[0]: red", "x[2]: blue", "x[:, 5, 7]"} <= {t.get_text() for t in ax.texts}
    front = min(ax.images, key=lambda card: card.get_extent()[0])
    np.testing.assert_array_equal(front.get_array(), x[0])


def test_a_layer_is_drawn_to_scale_or_refused():
    volumes.show_layer(227, C=3, F=11, stride=4, K=96, places=[(10, 12)])
    (ax,) = plt.gcf().axes
    assert {t.get_text() for t in ax.texts} == {"input\n227 x 227 x 3", "output\n55 x 55 x 96"}
    fronts = [np.ptp(p.get_xy(), axis=0).tolist() for p in ax.patches if isinstance(p, Polygon)][::3]
    np.testing.assert_allclose(fronts, [[3, 227], [96, 55], [3, 11], [96, 1]])
    with pytest.raises(ValueError, match="windows of 11 pixels at stride 4 do not fit 224 pixels"):
        volumes.show_layer(224, C=3, F=11, stride=4, K=96, places=[])
