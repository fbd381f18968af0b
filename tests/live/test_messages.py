"""The frames of messages: what arrives at an image after so many outputs have sent theirs."""

import numpy as np

from cs_conv import naive
from cs_conv.live.frame import computed
from cs_conv.live.messages import frame, sentence, start, still

RIGHT = {"conv_backward": naive.conv_backward}
W = np.array([[1.0, 2.0], [3.0, 4.0]])
BEGIN = {"x_shape": (3, 3), "w": W, "dout": np.array([1.0, 10.0, 100.0, 1000.0])}


def test_each_output_adds_its_message_to_what_is_there() -> None:
    state = start(**BEGIN)
    arrived = [frame(RIGHT, {**state, "sent": sent})["dx"] for sent in range(5)]
    assert not arrived[0].any()
    assert np.array_equal(arrived[1][:2, :2], W)
    assert arrived[2][0].tolist() == [1.0, 12.0, 20.0]
    assert np.array_equal(arrived[4], frame(RIGHT, state)["right"])
    assert np.array_equal(arrived[4] - arrived[3], frame(RIGHT, state)["last"])


def test_the_learners_gradient_is_drawn_beside_the_right_one() -> None:
    def overwriting(dout, x, w, stride=1, pad=0):
        dx = np.zeros_like(x)
        for i, j in np.ndindex(*dout.shape[2:]):
            dx[0, 0, i : i + 2, j : j + 2] = dout[0, 0, i, j] * w[0, 0]
        return dx

    arrays = frame({"conv_dx": overwriting}, start(**BEGIN))
    assert arrays["dx"][0, 1] == 10.0
    assert arrays["right"][0, 1] == 12.0
    both = frame({**RIGHT, "conv_dx": overwriting}, start(**BEGIN))
    assert both["dx"][0, 1] == 10.0, "where both are written, it is conv_dx that is drawn"


def test_other_strides_have_other_outputs_and_sizes_that_do_not_fit_are_said() -> None:
    state = start(x_shape=(5, 5), w=np.ones((3, 3)))
    assert frame(RIGHT, {**state, "stride": 2})["dout"].shape == (2, 2)
    assert "does not fit" in computed(frame, RIGHT, {**state, "stride": 3})


def test_a_gradient_of_another_shape_is_said_to_be_one() -> None:
    shown = computed(frame, {"conv_dx": lambda *a, **o: np.zeros((1, 1, 7, 7))}, start())
    assert "dx has the shape (1, 1, 7, 7); that of x, (1, 1, 5, 5), was expected" in shown
    assert "conv_dx is not defined here" in computed(frame, {}, start())


def test_without_a_kernel_what_is_sent_and_what_arrives_stand_there() -> None:
    titles = [title for title, _ in still(frame(RIGHT, start()), start())]
    assert titles == ["sent", "arrives at x: yours", "right"]
    assert "sends its message back" in sentence(start())
