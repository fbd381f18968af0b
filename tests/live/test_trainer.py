"""The live trainer as a page sees it: a state goes in, arrays and texts come out."""

import json

import numpy as np
import pytest

from cs_conv.live import trainer as show_trainer
from cs_conv.live.frame import computed, packed
from cs_conv.live.still import svg
from cs_conv.live.trainer import KEPT, _sessions, advance, frame, interrupted, sentence, start, still

PATTERN = "INPUT -> CONV(4) -> RELU -> POOL(7) -> FC"


@pytest.fixture
def state():
    return start(PATTERN, batch=2)


def test_a_frame_has_everything_that_is_drawn_and_can_cross(state):
    arrays = frame({}, state)
    assert arrays["layers"].split("\n") == ["CONV 4", "RELU", "POOL 7", "FC 10"]
    assert arrays["layer"][:, :4].astype(int).tolist() == [
        *([4, 28, 28, 40], [4, 28, 28, 0], [4, 4, 4, 0], [10, 1, 1, 650])
    ]
    assert arrays["map_shape"].tolist() == [[4, 28, 28], [4, 28, 28], [4, 4, 4], [1, 1, 10]]
    assert arrays["maps"].size == 2 * 4 * 784 + 4 * 16 + 10
    assert arrays["tile_shape"].tolist() == [[1, 4, 3, 3], [0] * 4, [0] * 4, [0] * 4]
    assert arrays["chances"].sum() == pytest.approx(1)
    header, buffers = packed(arrays)
    assert json.loads(json.dumps(header))["texts"]["costs"].startswith("4 layers, 690 parameters")
    assert sum(map(len, buffers)) < 50_000


def test_a_picture_of_a_deep_network_is_small():
    arrays = frame({}, start("INPUT -> [CONV(12) -> RELU]*28 -> FC"))
    assert arrays["map_shape"][:, 0].tolist() == [2] * 56 + [1]
    assert sum(map(len, packed(arrays)[1])) < 120_000


def test_bytes_are_the_values_around_128(state):
    arrays = frame({}, state)
    top = arrays["top"][0, 1]
    weights = (arrays["tiles"].astype(float) - 128) / 127 * top
    true = _sessions[state["id"]].engine.layers[0].parameters["w"].ravel()
    assert np.allclose(weights, true, atol=top / 127)


def test_nothing_is_trained_unless_the_state_says_so(state):
    assert int(frame({}, state)["step"]) == 0
    assert not advance({}, state)
    going = {**state, "running": True}
    for _ in range(200):  # the first slices are those of an exam
        if frame({}, going)["step"]:
            break
    assert advance({}, going)
    assert int(frame({}, state)["step"]) == int(frame({}, state)["step"]) > 0


def test_each_press_of_one_step_takes_one(state):
    frame({}, state)
    assert [int(frame({}, {**state, "single": n})["step"]) for n in (1, 1, 2, 3)] == [1, 1, 2, 3]


def test_reset_begins_anew_once(state):
    frame({}, state)
    frame({}, {**state, "single": 1})
    for _ in range(2):
        assert int(frame({}, {**state, "single": 1, "resets": 1})["step"]) == 0


@pytest.mark.parametrize("rate", ["", "quick", "-1", "nan", "inf", "1e999"])
def test_a_rate_that_is_no_number_is_refused_in_words(state, rate):
    frame({}, state)
    assert (
        "the rate must be a number from 0 on, such as 0.05, not"
        in frame({}, {**state, "rate": rate})["refused"]
    )
    assert frame({}, {**state, "rate": "0,1"})["refused"] == ""


def test_a_draft_is_costed_and_not_used(state):
    arrays = frame({}, {**state, "draft": "INPUT -> FC"})
    assert arrays["drafted"] == "1 layer, 7,850 parameters, 7,840 multiply-adds an image"
    assert arrays["layers"].startswith("CONV")
    assert "position 9" in frame({}, {**state, "draft": "INPUT -> FX"})["drafted"]


def test_first_layers_that_cannot_be_are_refused_and_others_stand_in(state):
    arrays = frame({}, start("INPUT -> FX"))
    assert "position 9" in arrays["refused"]
    assert arrays["layers"].startswith("CONV 8")


def test_own_functions_that_are_not_there_are_named():
    words = "conv_forward is not defined here: run the cell that defines it first"
    assert computed(frame, {}, start(own=True)) == f"{words}."
    state = start(PATTERN)
    frame({}, state)
    assert frame({}, {**state, "own": True})["refused"] == words


def test_after_the_stop_button_it_waits_until_train_is_pressed_again(state):
    going = {**state, "running": True}
    frame({}, going)
    interrupted({}, going)
    arrays = frame({}, going)
    assert arrays["stopped"].startswith("Interrupted at step ")
    assert not arrays["running"]
    frame({}, state)
    assert frame({}, going)["running"]


def test_mistakes_are_the_surest_ones_and_the_most_frequent_is_said(state):
    assert frame({}, state)["wrong"].shape == (0, 3)
    arrays = frame({}, {**state, "single": 1})
    assert arrays["wrong"].shape == (8, 3)
    assert (arrays["wrong"][:, 1] != arrays["wrong"][:, 2]).all()
    assert (np.diff(arrays["wrong_sure"]) <= 0).all()
    assert " taken for " in arrays["confused"]


def test_an_old_trainer_begins_anew_after_others(state):
    frame({}, state)
    assert int(frame({}, {**state, "single": 1})["step"]) == 1
    for _ in range(KEPT):
        frame({}, start(PATTERN))
    assert int(frame({}, {**state, "single": 1})["step"]) == 0


def test_shown_without_a_kernel_it_is_a_still_picture(monkeypatch, state):
    arrays = frame({}, state)
    assert svg(still(arrays, state), sentence(state)).startswith("<svg")
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **options: shown.append(data))
    show_trainer({}, PATTERN)
    assert "The network INPUT -&gt; CONV(4)" in shown[0]["image/svg+xml"]
