"""The matrix of columns: its order, its adjoint, and the bands it is made in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs_conv import im2col as variant
from cs_conv import naive
from cs_conv.geometry import pad_images, window_geometry
from cs_conv.gradcheck import adjoint_gap, relative_error
from cs_conv.im2col import bands, col2im, im2col, windows_of

from .drawing import Array, Convolution, Pooling, convolutions, off, pad_with, poolings


def options_of(case: Convolution) -> dict[str, object]:
    return {"size": case.w.shape[2:], **case.options}


def test_the_order_of_rows_and_columns() -> None:
    x = np.arange(2 * 2 * 2 * 3, dtype=np.float64).reshape(2, 2, 2, 3)
    cols = im2col(x, (2, 2))
    assert cols.shape == (2 * 2 * 2, 2 * 1 * 2)
    np.testing.assert_array_equal(
        cols,
        [
            [0, 1, 12, 13],  # channel 0, tap (0, 0): two places in each of two images
            [1, 2, 13, 14],
            [3, 4, 15, 16],
            [4, 5, 16, 17],
            [6, 7, 18, 19],  # channel 1
            [7, 8, 19, 20],
            [9, 10, 21, 22],
            [10, 11, 22, 23],
        ],
    )


def test_the_matrices_of_the_course() -> None:
    x, w_row = np.ones((1, 3, 227, 227), np.float32), np.ones((96, 363), np.float32)
    cols = im2col(x, 11, stride=4)
    assert cols.shape == (363, 3025)
    assert (w_row @ cols).shape == (96, 3025)
    assert cols.size / x.size == pytest.approx(7.1, abs=0.01)  # so often is each pixel kept


@given(case=convolutions())
def test_columns_are_windows(case: Convolution) -> None:
    cols = im2col(case.x, **options_of(case))
    C, FH, FW = case.w.shape[1:]
    N, _, OH, OW = case.dout.shape
    assert cols.shape == (C * FH * FW, N * OH * OW)
    assert cols.dtype == case.x.dtype
    padded, (down, right) = pad_with(case.x, case.pads), case.dilations
    for column, (n, i, j) in enumerate(np.ndindex(N, OH, OW)):
        top, left = i * case.strides[0], j * case.strides[1]
        window = padded[n, :, top : top + down * FH : down, left : left + right * FW : right]
        np.testing.assert_array_equal(cols[:, column], window[:, :FH, :FW].ravel())


@given(case=convolutions())
def test_one_matrix_product_is_the_convolution(case: Convolution) -> None:
    cols = im2col(case.x, **options_of(case))
    K = len(case.w)
    N, _, OH, OW = case.dout.shape
    out = (case.w.reshape(K, -1) @ cols + case.b[:, None]).reshape(K, N, OH, OW).transpose(1, 0, 2, 3)
    assert off(out, naive.conv_forward(case.x, case.w, case.b, **case.options)) < case.tolerance


@given(case=convolutions())
def test_col2im_is_the_adjoint(case: Convolution) -> None:
    cols = im2col(case.x, **options_of(case))
    dcols = np.random.default_rng(0).standard_normal(cols.shape).astype(cols.dtype)
    dx = col2im(dcols, case.x.shape, **options_of(case))
    assert dx.dtype == case.x.dtype
    assert dx.shape == case.x.shape
    assert adjoint_gap(cols, dcols, case.x, dx) < case.tolerance


@given(case=convolutions(dtypes=(np.float64,)))
def test_col2im_returns_a_pixel_once_for_each_window_that_holds_it(case: Convolution) -> None:
    cols = im2col(case.x, **options_of(case))
    times = col2im(np.ones_like(cols), case.x.shape, **options_of(case))
    np.testing.assert_array_equal(times, np.round(times))
    assert relative_error(col2im(cols, case.x.shape, **options_of(case)), times * case.x) < 1e-12


@given(case=convolutions())
def test_filter_gradients_come_without_dx(case: Convolution) -> None:
    _, *expected = variant.conv_backward(case.dout, case.x, case.w, **case.options)
    results = variant.conv_filter_gradients(case.dout, case.x, case.w, **case.options)
    for result, gradient in zip(results, expected, strict=True):
        np.testing.assert_array_equal(result, gradient)


@given(case=convolutions())
def test_narrow_bands_and_images_apart_make_no_difference(case: Convolution) -> None:
    def compute() -> list[Array]:
        out = variant.conv_forward(case.x, case.w, case.b, **case.options)
        return [out, *variant.conv_backward(case.dout, case.x, case.w, **case.options)]

    whole = compute()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variant, "FEW_PLACES", 0)
        apart = compute()
        patch.setattr(variant, "BAND_BYTES", 1)
        patch.setattr(variant, "BAND_COLUMNS", 1)
        banded = compute()
    for one, *others in zip(whole, apart, banded, strict=True):
        assert max(off(one, other) for other in others) < case.tolerance


@given(case=poolings())
def test_small_blocks_make_no_difference(case: Pooling) -> None:
    def compute() -> list[Array]:
        out, switches = variant.max_pool_forward(case.x, **case.options)
        return [
            *(out, switches, variant.max_pool_backward(case.dout, switches, case.x.shape, **case.options)),
            variant.average_pool_forward(case.x, **case.options),
            variant.average_pool_backward(case.dout, case.x.shape, **case.options),
            variant.l2_pool_forward(case.x, **case.options),
            variant.l2_pool_backward(case.dout, case.x, **case.options),
        ]

    whole = compute()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variant, "BAND_BYTES", 2 * case.x[0, 0].nbytes)  # two channels, or one if padded
        cut = compute()
    for one, other in zip(whole, cut, strict=True):
        np.testing.assert_array_equal(one, other)


@given(case=poolings(tied=True), seed=st.integers(0, 2**32 - 1))
def test_windows_searched_one_by_one_make_no_difference(case: Pooling, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.where(rng.random(case.x.shape) < 0.1, np.nan, case.x).astype(case.x.dtype)
    x = np.where(rng.random(case.x.shape) < 0.1, -np.inf, x).astype(case.x.dtype)
    results = []
    for taps in (1, 10**9):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(variant, "MANY_TAPS", taps)
            results.append(variant.max_pool_forward(x, **case.options))
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype


@given(N=st.integers(0, 40), C=st.integers(1, 600), height=st.integers(1, 70), width=st.integers(1, 70))
def test_bands_cover_each_output_once_and_the_first_is_the_largest(
    N: int, C: int, height: int, width: int
) -> None:
    windows = np.broadcast_to(np.float32(0), (N, C, 3, 3, height, width))
    covered = np.zeros((N, height), int)
    sizes = []
    for images, rows, _ in bands(windows):
        covered[images, rows] += 1
        sizes.append((images.stop - images.start, rows.stop - rows.start))
    assert (covered == 1).all()
    assert all(n <= sizes[0][0] and rows <= sizes[0][1] for n, rows in sizes)


def test_an_image_of_several_bands() -> None:
    """Large enough that the bands are those that real work meets, with a last one that is not full."""
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 32, 41, 41)), rng.standard_normal((1, 32, 3, 3))
    windows = windows_of(pad_images(x, g := window_geometry(x.shape, 3, pad=1)), g)
    heights = [rows.stop - rows.start for _, rows, _ in bands(windows)]
    assert len(heights) > 4
    assert heights[-1] < heights[0]
    dout = rng.standard_normal((2, 1, 41, 41))
    out = variant.conv_forward(x, w, np.zeros(1), pad=1)
    assert relative_error(out, naive.conv_forward(x, w, np.zeros(1), pad=1)) < 1e-12
    for one, other in zip(
        variant.conv_backward(dout, x, w, pad=1), naive.conv_backward(dout, x, w, pad=1), strict=True
    ):
        assert relative_error(one, other) < 1e-12


@pytest.mark.parametrize(
    ("cols", "error", "message"),
    [
        (
            np.zeros((4, 3)),
            ValueError,
            r"cols must be \(C \* FH \* FW, N \* OH \* OW\) = \(4, 4\), but .* \(4, 3\)",
        ),
        (np.zeros((4, 4), int), TypeError, "cols holds int64"),
        ([[1.0]], TypeError, "cols must be a numpy array .* not list"),
        (np.zeros(16), ValueError, r"but its shape is \(16,\)"),
    ],
)
def test_columns_that_are_not_of_these_images(cols: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        col2im(cols, (1, 1, 3, 3), 2)
