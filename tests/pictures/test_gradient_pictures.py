"""The pictures of gradients show what arrives, where, and which outputs a pixel feeds."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from cs_conv.naive import conv_backward
from cs_conv.pictures import gradients

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")


def bold(ax):
    """The (row, column) of every number in bold."""
    places = (t.get_position() for t in ax.texts if t.get_fontweight() == "bold")
    return {(int(row), int(column)) for column, row in places}


@pytest.mark.parametrize(("step", "stride", "pad"), [(0, 1, 0), (3, 1, 0), (2, 2, 1)])
def test_what_an_output_has_just_sent_is_bold(step, stride, pad):
    dout, w = np.array([[2.0, -1], [3, 1]]), np.array([[1.0, 0], [-1, 2]])
    size = stride + 2 - 2 * pad
    sent = [np.where(np.arange(4).reshape(2, 2) <= last, dout, 0) for last in (step - 1, step)]
    x = np.zeros((1, 1, size, size))
    before, after = (conv_backward(d[None, None], x, w[None, None], stride, pad)[0][0, 0] for d in sent)
    gradients.show_arrival(dout, w, after, step, stride, pad)
    assert bold(plt.gcf().axes[2]) == {(h + pad, j + pad) for h, j in np.argwhere(after != before).tolist()}


@pytest.mark.parametrize(("pixel", "stride", "pad"), [((1, 2), 1, 0), ((2, 3), 2, 1), ((0, 0), 1, 1)])
def test_a_pixel_feeds_the_outputs_that_look_at_it(pixel, stride, pad):
    gradients.show_feeds((5, 5), (3, 3), pixel, stride, pad)
    side = (5 + 2 * pad - 3) // stride + 1
    weights = np.arange(1.0, 10).reshape(1, 1, 3, 3)  # so that a value names its weight
    x = np.zeros((1, 1, 5, 5))
    fed = set()
    for i, j in np.ndindex(side, side):
        one = np.zeros((1, 1, side, side))
        one[0, 0, i, j] = 1
        weight = int(conv_backward(one, x, weights, stride, pad)[0][0, 0][pixel])
        if weight:
            fed.add((j, i, f"w[{(weight - 1) // 3},{(weight - 1) % 3}]"))
    assert {(*t.get_position(), t.get_text()) for t in plt.gcf().axes[1].texts} == fed


def test_a_table_holds_each_weight_where_output_and_input_meet():
    gradients.show_table(filter_size=3, outputs=3, stride=2, column=2, dout=[1, 0, 2])
    ax = plt.gca()
    cells = {(t.get_position()[1], t.get_position()[0]): t.get_text() for t in ax.texts}
    assert cells == {(i, 2 * i + p): f"w[{p}]" for i in range(3) for p in range(3)}
    assert [label.get_text() for label in ax.get_xticklabels()] == [f"x[{w}]" for w in range(7)]
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "dout[0] = 1",
        "dout[1] = 0",
        "dout[2] = 2",
    ]
