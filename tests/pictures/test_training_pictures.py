"""Pictures of trainings: what they draw is what was measured, and nothing that failed is left out."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from cs_conv.broken import Run
from cs_conv.pictures.training import LEAST, show_filters, show_images, show_runs, show_training

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")


def test_a_training_is_drawn_with_its_steps_their_mean_and_the_limit():
    losses = [float(n) for n in range(30, 0, -1)]
    show_training(losses, [0.5, 0.875], limit=0.85)
    left, right = plt.gcf().axes
    steps, mean = left.lines
    np.testing.assert_array_equal(steps.get_ydata(), losses)
    np.testing.assert_allclose(mean.get_ydata()[0], np.mean(losses[:20]))
    assert len(mean.get_ydata()) == 11
    accuracies, limit = right.lines
    np.testing.assert_array_equal(accuracies.get_ydata(), [0.5, 0.875])
    assert set(limit.get_ydata()) == {0.85}


def test_fewer_steps_than_the_mean_takes_are_drawn_all_the_same():
    show_training([2.0, 1.0], [0.5])
    assert plt.gcf().axes[0].lines[1].get_ydata() == [1.5]


def test_what_has_not_moved_is_drawn_at_the_bottom_and_a_large_loss_is_told():
    still = Run([1.0, 70.0], [0.5, 0.75], [0.25, 0.5], [0.0, 0.0], [0.1, 0.2])
    nan = Run([1.0, float("nan")], [0.5, 0.1], [0.5, 0.1], [1e3, 1e4], [0.1, 0.2])
    show_runs({"A": still, "B": nan})
    axes = plt.gcf().axes
    assert [ax.get_ylabel() for ax in axes[::3]] == ["A", "B"]
    weights, biases = axes[2].lines
    np.testing.assert_array_equal(weights.get_ydata(), [LEAST, LEAST])
    np.testing.assert_array_equal(biases.get_ydata(), [0.1, 0.2])
    assert axes[0].texts[0].get_text() == "largest: 70"
    assert axes[3].texts[0].get_text() == "largest: nan"


def test_images_and_filters_have_a_title_each():
    show_images(np.zeros((3, 4, 4)), ["one", "two", "three"])
    assert [ax.get_title() for ax in plt.gcf().axes] == ["one", "two", "three"]
    show_filters(np.ones((2, 3, 5, 5)))
    assert [ax.get_title() for ax in plt.gcf().axes] == ["filter 0", "filter 1"]
