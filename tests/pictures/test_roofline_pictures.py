"""The roofline says what was measured: points where they belong, under limits that are right."""

import matplotlib
import matplotlib.pyplot as plt
import pytest

from cs_conv.pictures.roofline import show_bars, show_curves, show_roofline

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")


def test_a_point_stands_at_its_work_and_speed_with_its_share_of_the_limit():
    show_roofline({"a": (4e9, 1e9, 2.0), "b": (2e9, 1e8, 0.1)}, peak=1e11, bandwidth=1e10)
    ax = plt.gca()
    roof, *points = ax.lines
    assert [(p.get_xdata()[0], p.get_ydata()[0]) for p in points] == [(4, 2), (20, 20)]
    assert roof.get_ydata().max() == pytest.approx(100)
    words = [t.get_text() for t in ax.texts]
    assert "a: 2 Gflop/s, 5% of the limit" in words  # 4 operations a byte: moving allows 40
    assert "b: 20 Gflop/s, 20% of the limit" in words  # 20 a byte: computing allows 100
    assert "copying: 10 GB/s" in words


def test_with_a_span_the_axes_stay_from_picture_to_picture():
    shown = []
    for seconds in (0.1, 100.0):
        show_roofline({"a": (1e9, 1e8, seconds)}, peak=1e11, bandwidth=1e10, span=(0.1, 1e4), lowest=1e6)
        shown.append((plt.gca().get_xlim(), plt.gca().get_ylim()))
    assert shown[0] == shown[1]
    assert shown[0][0] == (0.1, 1e4)


def test_curves_and_bars_are_named():
    show_curves([1, 10], {"one": [1.0, 2.0]}, "numbers", "seconds")
    assert [t.get_text().strip() for t in plt.gca().texts] == ["one"]
    assert plt.gca().get_xlabel() == "numbers"
    show_bars({"one": 0.25, "two": 12.4}, "seconds")
    assert [t.get_text().strip() for t in plt.gca().texts] == ["0.25", "12"]
