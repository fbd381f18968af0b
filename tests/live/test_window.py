"""The frames of window by window: computed by the learner's functions, whatever these do."""

import json

import numpy as np
import pytest

from cs_conv import im2col, naive
from cs_conv.live import still
from cs_conv.live.frame import computed, packed
from cs_conv.live.window import frame, sentence, start
from cs_conv.live.window import still as still_of

RIGHT = {"conv_forward": naive.conv_forward, "conv_backward": naive.conv_backward}


def test_a_frame_holds_what_the_learners_functions_give() -> None:
    state = start(stride=2, pad=1)
    arrays = frame(RIGHT, state)
    x, w = np.reshape(state["x"], (1, 3, 5, 5)), np.reshape(state["w"], (2, 3, 3, 3))
    out = im2col.conv_forward(x, w, np.array(state["b"]), stride=2, pad=1)
    assert np.array_equal(arrays["out"], out[0])
    dout = np.zeros_like(out)
    dout[0, 0, 0, 0] = 1.0
    dx, dw, _db = im2col.conv_backward(dout, x, w, stride=2, pad=1)
    assert np.array_equal(arrays["dx"], dx[0])
    assert np.array_equal(arrays["dw"], dw)


def test_what_an_output_reads_is_asked_of_the_function() -> None:
    right = frame(RIGHT, start(stride=2, pad=1))["reads"]
    assert right.shape == (3, 3, 27)
    assert right[0, 0].tolist()[:9] == [-1, -1, -1, -1, 0, 1, -1, 5, 6]
    turned = frame(
        {"conv_forward": lambda x, w, b, **o: naive.conv_forward(x, w[:, :, ::-1], b, **o)}, start()
    )
    assert turned["reads"][0, 0].tolist()[:3] == [10, 11, 12]
    doubled = frame({"conv_forward": lambda x, w, b, **o: 1.5 * naive.conv_forward(x, w, b, **o)}, start())
    assert -2 in doubled["reads"]


def test_a_function_that_is_defined_anew_is_asked_anew() -> None:
    source = dict(RIGHT)
    first = frame(source, start())["out"]
    source["conv_forward"] = lambda x, w, b, **options: 2 * naive.conv_forward(x, w, b, **options)
    assert np.array_equal(frame(source, start())["out"], 2 * first)


def test_an_output_that_is_not_there_any_more_sends_nothing_of_its_own() -> None:
    arrays = frame(RIGHT, start(stride=2, pick=["output", 0, 2, 2]))
    assert arrays["dout"].all()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({}, "conv_forward is not defined here: run the cell that defines it first."),
        (
            {"conv_forward": lambda *a, **o: 1 / 0},
            "Your function ended in ZeroDivisionError: division by zero",
        ),
        ({"conv_forward": lambda *a, **o: None}, "Your function ended in"),
        ({"conv_forward": lambda *a, **o: np.zeros((2, 2))}, "out has the shape (2, 2)"),
    ],
)
def test_whatever_goes_wrong_becomes_a_sentence(source: dict[str, object], said: str) -> None:
    shown = computed(frame, source, start())
    assert said in shown
    assert packed(shown) == ({"error": shown}, [])


def test_an_answer_that_is_not_written_yet_is_said_to_be_so() -> None:
    def conv_forward(x, w, b, stride=1, pad=0):
        raise NotImplementedError("conv_forward")

    assert computed(frame, {"conv_forward": conv_forward}, start()) == "Not written yet: conv_forward."

    def conv_backward(dout, x, w, stride=1, pad=0):
        raise NotImplementedError

    arrays = frame({**RIGHT, "conv_backward": conv_backward}, start())
    assert "dx" not in arrays
    assert "out" in arrays


def test_arrays_cross_as_bytes_with_a_header_that_json_can_hold() -> None:
    arrays = {"a": np.arange(3, dtype=np.int32), "b": np.ones((2, 2), ">f4"), "c": np.array([True, False])}
    arrays |= {"d": np.array([7, 255], np.uint8), "words": "two\nlines"}
    header, buffers = packed(arrays)
    assert json.loads(json.dumps(header)) == {
        "arrays": [["a", [3], "<i4"], ["b", [2, 2], "<f4"], ["c", [2], "<f8"], ["d", [2], "|u1"]],
        "texts": {"words": "two\nlines"},
    }
    assert np.frombuffer(buffers[1], "<f4").tolist() == [1.0] * 4


def test_the_still_picture_shows_the_first_numbers_and_says_how_to_move_them() -> None:
    state = start(x=np.full((1, 3, 3), 7.0), w=np.ones((1, 1, 2, 2)))
    picture = still.svg(still_of(frame(RIGHT, state), state), sentence(state))
    assert picture.count(">7<") == 9
    assert picture.count(">28<") == 4
    assert "Run this cell to move things yourself." in picture
