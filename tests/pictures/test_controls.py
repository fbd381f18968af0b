"""Pictures that follow controls: the newest values, one at a time, without pyplot; once without widgets."""

from __future__ import annotations

import re
import sys
import threading
import time

import ipywidgets
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython import display

from cs_conv.pictures.controls import Choice, Lines, Powers, Slider, Steps, Switch, play_with
from cs_conv.pictures.grid import show_grids, subplots

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")


@pytest.fixture
def shown(monkeypatch):
    """What is displayed."""
    kept: list[ipywidgets.VBox] = []
    monkeypatch.setattr(display, "display", kept.append)
    return kept


def parts(box):
    """The controls by their names, and the picture."""
    row, picture = box.children
    return {widget.description: widget for widget in row.children if hasattr(widget, "description")}, picture


def draw(step, stride):
    show_grids([np.full((2, 2), step)])
    return f"step {step}, stride {stride}"


def test_a_move_draws_the_new_values_and_leaves_pyplot_alone(shown):
    play_with(draw, step=Slider(1, 0, 9, play=100), stride=Choice([1, 2], 2))
    controls, picture = parts(shown[0])
    before = picture.value
    assert "step 1, stride 2" in before
    assert 'alt="the picture for step = 1, stride = 2"' in before
    controls["step"].value = 5
    assert "step 5, stride 2" in picture.value
    assert re.findall(r"base64,\S+", picture.value) != re.findall(r"base64,\S+", before)
    assert plt.get_fignums() == []


def test_every_kind_of_control_gives_its_value(shown):
    seen = []
    kinds = {
        "a": Slider(2, 0, 3, waits=True),
        "b": Powers(10, 0, 2),
        "c": Choice(["x", "y"], "y"),
        "d": Steps([1, 3, 5], 3),
        "e": Switch("on?", False),
        "f": Lines({"first": "1 2", "second": "3"}),
    }
    play_with(lambda **values: seen.append(values), **kinds)
    assert seen == [{"a": 2, "b": 10, "c": "y", "d": 3, "e": False, "f": "1 2"}]
    controls, _ = parts(shown[0])
    controls["begin with"].value = "3"
    assert seen[-1]["f"] == "3"


def test_a_slider_ends_where_the_other_controls_say(shown):
    last = {1: 8, 3: 2}
    play_with(draw, step=Slider(0, 0, 8, most=lambda now: last[now["stride"]]), stride=Choice([1, 3], 1))
    controls, picture = parts(shown[0])
    controls["step"].value = 7
    controls["stride"].value = 3
    assert controls["step"].max == 2
    assert "step 2, stride 3" in picture.value
    controls["stride"].value = 1
    assert controls["step"].max == 8


def test_an_error_is_raised_at_first_and_shown_later(shown):
    def fails_above(step):
        if step > 2:
            raise ValueError("too <far>")

    with pytest.raises(ValueError, match="far"):
        play_with(fails_above, step=Slider(3, 0, 9))
    assert shown == []
    play_with(fails_above, step=Slider(0, 0, 9))
    controls, picture = parts(shown[0])
    controls["step"].value = 3
    assert picture.value == "<pre>ValueError: too &lt;far&gt;</pre>"
    controls["step"].value = 1
    assert "Error" not in picture.value


def test_moves_from_many_threads_are_drawn_one_at_a_time_and_end_with_the_last(shown):
    at_work, most = [], []

    def slow(step):
        at_work.append(step)
        most.append(len(at_work))
        figure, ax = subplots(figsize=(1, 1))
        time.sleep(0.002)
        assert len(figure.axes) == 1
        ax.plot([step])
        at_work.remove(step)
        return f"step {step}"

    play_with(slow, step=Slider(0, 0, 100))
    controls, picture = parts(shown[0])

    def move(values):
        for value in values:
            controls["step"].value = value

    threads = [threading.Thread(target=move, args=(range(k, 60, 4),)) for k in range(4)]
    for thread in threads:
        thread.start()
    show_grids([np.eye(2)])  # a cell that draws meanwhile
    for thread in threads:
        thread.join()
    controls["step"].value = 100
    assert max(most) == 1
    assert "step 100" in picture.value
    assert len(plt.get_fignums()) == 1


def test_without_ipywidgets_the_picture_is_drawn_once_and_that_is_said(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    play_with(draw, step=Slider(1, 0, 9, play=100), stride=Choice([1, 2], 2))
    assert len(plt.get_fignums()) == 1
    said = capsys.readouterr().out
    assert "step 1, stride 2" in said
    assert "ipywidgets is not installed, so this stays as it is: step = 1, stride = 2." in said
