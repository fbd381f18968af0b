"""The pictures of pooling show the maxima, the switches and the gradients that the functions give."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from cs_conv.data import photograph
from cs_conv.naive import max_pool_backward, max_pool_forward
from cs_conv.pictures import pooling

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")


def numbers(ax):
    """The numbers written into a grid, row by row."""
    return [float(t.get_text()) for t in ax.texts]


def example():
    x = np.random.default_rng(0).permutation(25).reshape(5, 5) * 1.0
    out, switches = max_pool_forward(x[None, None], (3, 3), 2)
    return x, out[0, 0], switches[0, 0]


def test_windows_show_maxima_and_switches():
    x, out, switches = example()
    pooling.show_windows(x, (3, 3), 2)
    shown = [numbers(ax) for ax in plt.gcf().axes]
    assert shown == [x.ravel().tolist(), out.ravel().tolist(), switches.ravel().tolist()]


def test_routing_shows_the_gradient_of_max_pooling():
    x, _, switches = example()
    dout = np.array([[1.0, -2], [3, 5]])
    pooling.show_routing(x, dout, (3, 3), 2)
    want = max_pool_backward(dout[None, None], switches[None, None], (1, 1, 5, 5), (3, 3), 2)[0, 0]
    assert numbers(plt.gcf().axes[2]) == want.ravel().tolist()


def test_the_largest_dots_are_brighter_than_all_around_them():
    """Notebook 05 says so: a pixel that four overlapping windows chose is the maximum of its 5x5 pixels."""
    coarse = photograph()[:192].reshape(24, 8, 32, 8).mean(axis=(1, 3))[:23, :31]
    out, switches = max_pool_forward(coarse[None, None], (3, 3), 2)
    dx = max_pool_backward(np.ones_like(out), switches, (1, 1, 23, 31), (3, 3), 2)[0, 0]
    pooling.show_switches(coarse, switches[0, 0], dx, (3, 3), 2)
    dots = plt.gcf().axes[0].collections[0]
    assert len(dots.get_offsets()) == np.count_nonzero(dx)
    assert dots.get_sizes().max() == 7 * dx.max() == 28
    for h, w in np.argwhere(dx == 4):
        around = coarse[max(h - 2, 0) : h + 3, max(w - 2, 0) : w + 3]
        assert np.count_nonzero(around >= coarse[h, w]) == 1


def test_kinds_have_comparable_brightness():
    """Notebook 05 says so: between mean and maximum lies the L2 norm over the root of the window's size."""
    pooling.show_kinds(photograph(), (8, 8), 8)
    _, largest, mean, length = (np.asarray(ax.images[0].get_array()) for ax in plt.gcf().axes)
    assert ((mean <= length) & (length <= largest)).all()
    assert mean.mean() == pytest.approx(photograph().mean())
