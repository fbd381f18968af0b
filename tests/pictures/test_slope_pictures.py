"""The pictures of slopes show what was measured."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from cs_conv.pictures.slopes import show_calls, show_errors, show_secants

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")


def slopes_shown():
    return [[t.get_text() for t in ax.get_legend().get_texts()] for ax in plt.gcf().axes]


def test_a_secant_to_both_sides_is_nearer_to_the_tangent():
    show_secants(lambda x: x**3, 1.0, 0.5, slope=3)
    assert slopes_shown() == [["f", "true: 3", "measured: 4.75"], ["f", "true: 3", "measured: 3.25"]]


def test_a_kink_has_no_tangent():
    show_secants(lambda x: np.maximum(x, 0), 0.0, 1.0)
    assert slopes_shown() == [["f", "measured: 1"], ["f", "measured: 0.5"]]


def test_errors_are_points_and_an_error_of_0_is_left_out():
    show_errors(np.array([0.1, 1.0]), {"a": np.array([1e-3, 0.0]), "b": np.array([0.1, 0.2])}, {"b": 0.5})
    a, b, mark = plt.gca().lines
    assert np.isnan(a.get_ydata()).tolist() == [False, True]
    assert b.get_ydata().tolist() == [0.1, 0.2]
    assert mark.get_xdata()[0] == 0.5


def test_calls_are_written_beside_their_bars():
    show_calls({"one by one": 1040, "at once": 1})
    assert [t.get_text() for t in plt.gca().texts] == [" 1", " 1,040"]
