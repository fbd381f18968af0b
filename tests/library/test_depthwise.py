"""Depthwise convolution by banded matrices: both ways, tiles that do not come out even, what spreads."""

from types import ModuleType
from unittest import mock

import numpy as np
import pytest
from hypothesis import given

from cs_conv import depthwise, naive, shifted

from .drawing import Array, Convolution, convolutions, draw_values, off

NO_IMAGE, ANY_IMAGE = 0, 2**30  # pixels up to which an image counts as small


@pytest.fixture(scope="module", params=[NO_IMAGE, ANY_IMAGE], ids=["by tiles", "whole images"])
def way(request: pytest.FixtureRequest) -> ModuleType:
    """The module, made to go one way, with tiles of two rows and bands of a few planes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(depthwise, "SMALL", request.param)
        patch.setattr(depthwise, "TILE_ROWS", 2)
        patch.setattr(depthwise, "BAND_BYTES", 1000)
        yield depthwise


@given(case=convolutions(depthwise=True))
def test_both_ways_are_the_loops(way: ModuleType, case: Convolution) -> None:
    out = way.conv_forward(case.x, case.w, case.b, **case.options)
    assert out.dtype == case.x.dtype
    assert off(out, naive.conv_forward(case.x, case.w, case.b, **case.options)) < case.tolerance
    gradients = way.conv_backward(case.dout, case.x, case.w, **case.options)
    for gradient, right in zip(
        gradients, naive.conv_backward(case.dout, case.x, case.w, **case.options), strict=True
    ):
        assert gradient.dtype == case.x.dtype
        assert off(gradient, right) < case.tolerance
    for gradient, same in zip(
        way.conv_filter_gradients(case.dout, case.x, case.w, **case.options), gradients[1:], strict=True
    ):
        np.testing.assert_array_equal(gradient, same)


@pytest.mark.parametrize("stride", [1, 2])
def test_images_of_many_tiles_and_a_rest(way: ModuleType, stride: int) -> None:
    rng = np.random.default_rng(0)
    x, w = draw_values(rng, (3, 5, 17, 17), np.float64), draw_values(rng, (5, 1, 3, 3), np.float64)
    options = {"stride": stride, "pad": 1, "groups": 5}
    out = way.conv_forward(x, w, np.zeros(5), **options)
    assert off(out, naive.conv_forward(x, w, np.zeros(5), **options)) < 1e-12
    for gradient, right in zip(
        way.conv_backward(out, x, w, **options), naive.conv_backward(out, x, w, **options), strict=True
    ):
        assert off(gradient, right) < 1e-12


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e38])
@pytest.mark.parametrize("size", [5, 20])
def test_what_is_not_finite_reaches_its_windows_alone(value: float, size: int) -> None:
    def spoilt(array: Array) -> Array:
        array = array.copy()
        array[0, 0, 2, 2] = value
        return array

    rng = np.random.default_rng(1)
    x, w = draw_values(rng, (1, 2, size, size), np.float32), draw_values(rng, (2, 1, 3, 3), np.float32)
    b, options = np.zeros(2, np.float32), {"pad": 1, "groups": 2}
    dout = draw_values(rng, x.shape, np.float32)
    with np.errstate(all="ignore"):
        for arrays in ((spoilt(x), w, dout), (x, spoilt(w), dout), (x, w, spoilt(dout))):
            x_, w_, dout_ = arrays
            pairs = [[module.conv_forward(x_, w_, b, **options) for module in (depthwise, shifted)]]
            both = (module.conv_backward(dout_, x_, w_, **options) for module in (depthwise, shifted))
            for found, right in pairs + [list(pair) for pair in zip(*both, strict=True)]:
                np.testing.assert_array_equal(np.isfinite(found), np.isfinite(right))


def test_who_is_not_depthwise_is_left_to_shifted() -> None:
    x, w = np.zeros((1, 4, 5, 5)), np.zeros((8, 1, 3, 3))
    with mock.patch.object(shifted, "conv_forward", return_value="shifted"):
        assert depthwise.conv_forward(x, w, np.zeros(8), groups=4) == "shifted"
