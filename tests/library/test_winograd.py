"""Winograd's algorithm against the loops: the layers it serves, and those that it leaves to im2col."""

import inspect
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs_conv import im2col, naive, winograd
from cs_conv.gradcheck import adjoint_gap, numeric_gradient, relative_error

from .drawing import Array, Convolution, as_typed, convolutions, draw_values, pad_as_typed

Sides = tuple[tuple[int, int], tuple[int, int]]


@pytest.fixture(autouse=True, scope="module")
def _small_layers_will_do() -> Iterator[None]:
    with mock.patch.multiple(winograd, FEWEST_CHANNELS=1, LEAST_FILLED=0, FILTER_VALUES=0):
        yield


@st.composite
def served(draw: st.DrawFn) -> Convolution:
    """3x3 filters at stride 1: outputs that are seldom whole tiles, any dilation, uneven padding."""
    dilations = draw(st.tuples(st.integers(1, 3), st.integers(1, 2)), label="dilation")
    pads: Sides = tuple(  # type: ignore[assignment]
        draw(st.tuples(st.integers(0, 2 * d), st.integers(0, 2 * d)), label="pad") for d in dilations
    )
    smallest = [max(1, 2 * d + 1 - sum(pad)) for d, pad in zip(dilations, pads, strict=True)]
    H, W = (draw(st.integers(least, least + 9), label="size") for least in smallest)
    OH, OW = (n + sum(p) - 2 * d for n, p, d in zip((H, W), pads, dilations, strict=True))
    N, C, K = (draw(st.integers(1, 3)) for _ in "NCK")
    dtype = draw(st.sampled_from([np.float64, np.float32]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1), label="seed"))
    shapes = (N, C, H, W), (K, C, 3, 3), (K,), (N, K, OH, OW)
    x, w, b, dout = (draw_values(rng, shape, dtype) for shape in shapes)
    options = {"pad": pad_as_typed(*pads), "dilation": as_typed(*dilations)}
    return Convolution(x, w, b, dout, options, pads, (1, 1), dilations)


def results_of(variant: ModuleType, case: Convolution) -> list[Array]:
    out = variant.conv_forward(case.x, case.w, case.b, **case.options)
    return [out, *variant.conv_backward(case.dout, case.x, case.w, **case.options)]


def drawn(*shape: int, dtype: Any = np.float64) -> Array:
    return np.random.default_rng(len(shape)).standard_normal(shape).astype(dtype)


def off(one: Array, other: Array) -> float:
    """The largest difference, as a part of the largest value."""
    return float(np.abs(one - other).max() / np.abs(other).max())


@given(case=served())
def test_it_is_the_specification(case: Convolution) -> None:
    with mock.patch.object(winograd, "im2col", None):  # nobody else computes
        results = results_of(winograd, case)
    magnitudes = {name: abs(getattr(case, name)) for name in ("x", "w", "b", "dout")}
    sizes = results_of(naive, replace(case, **magnitudes))
    for result, expected, size in zip(results, results_of(naive, case), sizes, strict=True):
        assert result.dtype == case.x.dtype
        assert result.shape == expected.shape
        assert result.flags.c_contiguous
        assert abs(result - expected).max() <= case.tolerance * size.max()  # before terms cancelled


@given(case=convolutions())
def test_what_it_leaves_to_im2col_is_right_too(case: Convolution) -> None:
    for result, expected in zip(results_of(winograd, case), results_of(im2col, case), strict=True):
        assert relative_error(result, expected) < case.tolerance


@pytest.mark.parametrize(
    ("size", "options"), [(3, {"stride": 2}), (5, {}), (1, {}), ((3, 1), {}), (3, {"pad": 3})], ids=str
)
def test_other_layers_are_left_to_im2col(size: Any, options: dict[str, Any]) -> None:
    FH, FW = (size, size) if isinstance(size, int) else size
    x, w, b = drawn(1, 2, 5, 5), drawn(3, 2, FH, FW), drawn(3)
    out = winograd.conv_forward(x, w, b, **options)
    np.testing.assert_array_equal(out, im2col.conv_forward(x, w, b, **options))
    for name in ("conv_backward", "conv_filter_gradients"):
        results, expected = (getattr(variant, name)(out, x, w, **options) for variant in (winograd, im2col))
        for one, other in zip(results, expected, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("C", "K", "size", "dilation", "serves"),
    [
        (31, 32, 4, 1, False),
        (32, 31, 4, 1, False),
        (32, 32, 4, 1, True),
        (32, 32, 3, 1, True),  # 9 outputs of the 16 in their tile
        (32, 32, 2, 1, False),  # 4 of 16
        (32, 32, 5, 1, False),  # 25 of 64
        (32, 32, 6, 2, True),  # 36 of 64
        (32, 32, 6, 3, False),  # 36 of 144: each of 9 phases has a tile of its own
    ],
)
def test_layers_where_it_would_lose_are_left_to_im2col(
    C: int, K: int, size: int, dilation: int, serves: bool
) -> None:
    x, w, b = drawn(1, C, size, size), drawn(K, C, 3, 3), drawn(K)
    with mock.patch.multiple(winograd, FEWEST_CHANNELS=32, LEAST_FILLED=1 / 2):
        out = winograd.conv_forward(x, w, b, pad=dilation, dilation=dilation)
    expected = im2col.conv_forward(x, w, b, pad=dilation, dilation=dilation)
    assert np.array_equal(out, expected) is not serves  # to the last bit


def test_the_error_that_it_states() -> None:
    """In float32 about 6e-6 of the largest output, ten times im2col's; in float64 it does not matter."""
    x, w, b = drawn(4, 64, 18, 18, dtype=np.float32), drawn(64, 64, 3, 3, dtype=np.float32), np.zeros(64)
    right = im2col.conv_forward(x.astype(np.float64), w.astype(np.float64), b, pad=1)
    b = b.astype(np.float32)
    assert 1e-6 < off(winograd.conv_forward(x, w, b, pad=1), right) < 2e-5
    assert off(im2col.conv_forward(x, w, b, pad=1), right) < 1e-6


def test_numeric_gradients() -> None:
    x, w, b, dout = drawn(1, 2, 5, 6), drawn(2, 2, 3, 3), drawn(2), drawn(1, 2, 5, 6)
    dx, dw, db = winograd.conv_backward(dout, x, w, pad=1)
    expected = [
        numeric_gradient(lambda x: winograd.conv_forward(x, w, b, pad=1), x, dout, h=1),
        numeric_gradient(lambda w: winograd.conv_forward(x, w, b, pad=1), w, dout, h=1),
        numeric_gradient(lambda b: winograd.conv_forward(x, w, b, pad=1), b, dout, h=1),
    ]
    for gradient, numeric in zip((dx, dw, db), expected, strict=True):
        assert relative_error(gradient, numeric) < 1e-9


def test_bands_of_rows_and_of_images() -> None:
    """Two images of 17 x 5 tiles are cut into rows, and forty of 1 x 1 tile are put together."""
    for N, height, width in ((2, 66, 19), (40, 4, 3)):
        x, w, b = drawn(N, 2, height, width), drawn(3, 2, 3, 3), drawn(3)
        with mock.patch.object(winograd, "BAND_TILES", 32):
            out = winograd.conv_forward(x, w, b, pad=1)
            dx, dw, _ = winograd.conv_backward(out, x, w, pad=1)
        assert off(out, im2col.conv_forward(x, w, b, pad=1)) < 1e-12
        assert adjoint_gap(out - b[:, None, None], out, x, dx) < 1e-12
        assert adjoint_gap(out - b[:, None, None], out, w, dw) < 1e-12


class OfItsOwn(np.ndarray[Any, Any]):
    """As np.memmap is: an array whose arithmetic gives more of its kind."""


def test_inputs_in_any_layout_are_read_and_not_changed() -> None:
    x, w, dout, b = drawn(2, 3, 6, 7), drawn(4, 3, 3, 3), drawn(2, 4, 6, 7), drawn(4)
    plain = [winograd.conv_forward(x, w, b, pad=1), *winograd.conv_backward(dout, x, w, pad=1)]
    x2, w2, dout2 = (
        np.asfortranarray(np.repeat(a, 2, axis=2))[:, :, ::2].view(OfItsOwn) for a in (x, w, dout)
    )
    for array in (x2, w2, dout2, b):
        array.flags.writeable = False
    again = [winograd.conv_forward(x2, w2, b, pad=1), *winograd.conv_backward(dout2, x2, w2, pad=1)]
    for one, other in zip(again, plain, strict=True):
        assert relative_error(one, other) < 1e-12
        assert type(one) is np.ndarray
        assert one.flags.writeable
        assert not any(np.shares_memory(one, given) for given in (x2, w2, dout2, b))


def test_no_images() -> None:
    assert winograd.conv_forward(np.zeros((0, 2, 5, 5)), np.zeros((3, 2, 3, 3)), np.zeros(3)).shape == (
        0,
        3,
        3,
        3,
    )
    gradients = winograd.conv_backward(np.zeros((0, 3, 3, 3)), np.zeros((0, 2, 5, 5)), np.ones((3, 2, 3, 3)))
    assert [gradient.shape for gradient in gradients] == [(0, 2, 5, 5), (3, 2, 3, 3), (3,)]
    assert not any(gradient.any() for gradient in gradients)


def test_errors_are_those_of_the_other_variants() -> None:
    x, w = drawn(1, 2, 5, 5), drawn(3, 2, 3, 3)
    with pytest.raises(ValueError, match=r"b must be \(K,\) = \(3,\)"):
        winograd.conv_forward(x, w, np.zeros(2))
    with pytest.raises(ValueError, match=r"dout must be \(N, K, OH, OW\) = \(1, 3, 3, 3\)"):
        winograd.conv_backward(np.zeros((1, 3, 3, 2)), x, w)
    with pytest.raises(TypeError, match="dout holds float32"):
        winograd.conv_backward(np.zeros((1, 3, 3, 3), np.float32), x, w)
    with pytest.raises(ValueError, match="filters of 2 channels"):
        winograd.conv_forward(x[:, :1], w, np.zeros(3))


def test_the_interface_is_that_of_the_other_variants() -> None:
    for name, function in inspect.getmembers(naive, inspect.isfunction):
        if name.endswith("ward"):
            assert inspect.signature(getattr(winograd, name)) == inspect.signature(function)
