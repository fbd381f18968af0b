"""The frames of pooling: the learner's maxima and switches, and where gradients go."""

import numpy as np

from cs_conv import naive
from cs_conv.live.frame import computed
from cs_conv.live.pooling import frame, sentence, start, still

RIGHT = {"max_pool_forward": naive.max_pool_forward, "max_pool_backward": naive.max_pool_backward}
X = np.array([[1.0, 5.0, 2.0, 0.0], [5.0, 3.0, 7.0, 7.0], [0.0, 0.0, 1.0, 2.0], [0.0, 9.0, 4.0, 3.0]])


def test_a_frame_holds_maxima_switches_and_the_pixels_that_they_stand_for() -> None:
    arrays = frame(RIGHT, start(X))
    assert arrays["out"].tolist() == [[5, 7], [9, 4]]
    assert arrays["switches"].tolist() == [[1, 2], [3, 2]]
    assert arrays["taken"].tolist() == [[1, 6], [13, 14]]
    assert arrays["dx"].sum() == 4
    assert arrays["dx"][0, 1] == 1


def test_windows_that_overlap_send_their_gradients_to_one_pixel() -> None:
    arrays = frame(RIGHT, start(X, stride=1))
    assert arrays["out"].shape == (3, 3)
    assert arrays["dx"][1, 2] == 4


def test_a_switch_outside_of_its_window_stands_for_no_pixel() -> None:
    def from_one(x, size, stride):
        out, switches = naive.max_pool_forward(x, size, stride)
        return out, switches + 1

    assert frame({"max_pool_forward": from_one}, start(X))["taken"].tolist() == [[4, 7], [-1, 15]]


def test_a_backward_pass_that_is_not_written_yet_is_left_out() -> None:
    def unwritten(*ignored):
        raise NotImplementedError

    for source in ({}, {"max_pool_backward": unwritten}):
        assert "dx" not in frame({"max_pool_forward": naive.max_pool_forward, **source}, start(X))


def test_what_is_no_pair_of_arrays_becomes_a_sentence() -> None:
    shown = computed(frame, {"max_pool_forward": lambda x, size, stride: (x, x[0])}, start(X))
    assert "both have (1, 1, OH, OW)" in shown
    assert "not enough values" in computed(frame, {"max_pool_forward": lambda *a: [1]}, start(X))


def test_without_a_kernel_image_maxima_and_switches_stand_there() -> None:
    assert [title for title, _ in still(frame(RIGHT, start(X)), start(X))] == ["image", "maxima", "switches"]
    assert sentence(start(X)).startswith("The largest value of each 2x2 window")
