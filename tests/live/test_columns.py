"""The frames of im2col: the learner's matrix, where its numbers come from, and what goes back."""

import numpy as np

from cs_conv import im2col
from cs_conv.live.columns import frame, sentence, start, still
from cs_conv.live.frame import computed

RIGHT = {"im2col": im2col.im2col, "col2im": im2col.col2im}


def test_every_number_of_the_matrix_knows_its_pixel() -> None:
    arrays = frame(RIGHT, start())
    assert arrays["cols"].shape == (4, 9)
    assert arrays["cols"][:, 4].tolist() == [6, 7, 10, 11]
    assert arrays["origin"][:, 4].tolist() == [5, 6, 9, 10]
    assert np.array_equal(arrays["origin"], arrays["wanted"])


def test_padding_comes_from_no_pixel() -> None:
    arrays = frame(RIGHT, start(pad=1))
    assert arrays["origin"][:, 0].tolist() == [-1, -1, -1, 0]


def test_what_goes_back_is_counted_for_each_pixel() -> None:
    assert frame(RIGHT, start())["back"][0].tolist() == [
        [1, 2, 2, 1],
        [2, 4, 4, 2],
        [2, 4, 4, 2],
        [1, 2, 2, 1],
    ]
    assert "back" not in frame({"im2col": im2col.im2col}, start())


def test_a_matrix_in_another_order_is_seen_to_be_one() -> None:
    def one_window_a_row(x, size, stride=1, pad=0):
        return im2col.im2col(x, size, stride=stride, pad=pad).T

    arrays = frame({"im2col": one_window_a_row}, start())
    assert arrays["cols"].shape != arrays["wanted"].shape
    rolled = frame({"im2col": lambda *a, **o: np.roll(im2col.im2col(*a, **o), 1, 0)}, start())
    assert (rolled["origin"] != rolled["wanted"]).all()


def test_what_is_no_matrix_becomes_a_sentence() -> None:
    shown = computed(frame, {"im2col": lambda x, size, stride=1, pad=0: x}, start())
    assert "a matrix was expected" in shown


def test_without_a_kernel_the_image_and_its_columns_stand_there() -> None:
    assert [title for title, _ in still(frame(RIGHT, start()), start())] == ["image", "columns"]
    assert "becomes a column" in sentence(start())
