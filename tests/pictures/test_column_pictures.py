"""The pictures of im2col show the matrix that im2col makes, and frame what they say."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Rectangle

from cs_conv.im2col import im2col
from cs_conv.pictures import columns

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")


def numbers(ax, shape):
    """The numbers written into a grid, as an array."""
    drawn = np.full(shape, np.nan)
    for text in ax.texts:
        column, row = text.get_position()
        drawn[int(row), int(column)] = float(text.get_text())
    return drawn


def frames(ax):
    return [p for p in ax.patches if isinstance(p, Rectangle) and not p.get_fill()]


@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, 1)])
def test_the_matrix_in_the_picture_is_that_of_im2col(stride, pad):
    x = np.arange(1.0, 37).reshape(2, 2, 3, 3)
    columns.show_columns(x, (3, 3) if pad else (2, 2), stride, pad, columns=[0, 3], labels=True)
    want = im2col(x, (3, 3) if pad else (2, 2), stride, pad)
    matrix = plt.gcf().axes[-1]
    np.testing.assert_array_equal(numbers(matrix, want.shape), want)
    assert [label.get_text() for label in matrix.get_yticklabels()][:2] == ["0 0 0", "0 0 1"]


def test_a_framed_column_has_its_window_framed_in_every_channel():
    x = np.arange(1.0, 25).reshape(2, 2, 2, 3)
    columns.show_columns(x, (2, 2), columns=[3])
    *images, matrix = plt.gcf().axes
    assert [len(frames(ax)) for ax in images] == [0, 0, 1, 1]
    assert frames(matrix)[0].get_x() == 2.5


def test_a_product_shows_the_product():
    w_row, cols = np.array([[1.0, -1], [2, 0]]), np.array([[1.0, 2, 3], [4, 5, 6]])
    columns.show_product(w_row, cols, k=1, m=2)
    np.testing.assert_array_equal(numbers(plt.gcf().axes[2], (2, 3)), w_row @ cols)


def test_sizes_are_named():
    columns.show_sizes(96, 363, 3025)
    words = " ".join(t.get_text() for t in plt.gcf().axes[0].texts)
    for size in ("96 x 363", "363 x 3025", "96 x 3025"):
        assert size in words


def test_a_scan_lights_up_the_pixel_where_row_and_column_meet():
    image = np.linspace(0, 1, 24 * 32).reshape(24, 32)
    cols = im2col(image[None, None], (8, 8), 4)
    columns.show_scan(image, (8, 8), 4, column=17, row=27)
    left, right = plt.gcf().axes
    pixel, entry = frames(left)[-1], frames(right)[-1]
    h, w = int(pixel.get_y() + 0.5), int(pixel.get_x() + 0.5)
    assert (int(entry.get_y() + 0.5), int(entry.get_x() + 0.5)) == (27, 17)
    assert image[h, w] == cols[27, 17]
    lit = left.collections[0].get_offsets()
    np.testing.assert_array_equal([image[int(y), int(x)] for x, y in lit], cols[27])


def test_a_scanned_column_and_its_window_are_lit_and_the_rest_is_dimmed():
    image = np.linspace(0.1, 1, 24 * 32).reshape(24, 32)
    cols = im2col(image[None, None], (8, 8), 4)
    columns.show_scan(image, (8, 8), 4, column=9, row=0)
    left, right = (np.asarray(ax.images[0].get_array()) for ax in plt.gcf().axes)
    assert np.argwhere(left == image).min(axis=0).tolist() == [4, 8]
    assert np.argwhere(left == image).max(axis=0).tolist() == [11, 15]
    assert np.unique(np.argwhere(right == cols)[:, 1]).tolist() == [9]
    np.testing.assert_array_equal(right[:, 9], cols[:, 9])
