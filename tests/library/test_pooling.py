"""Every variant's pooling against SciPy, plain Python, the specification and numeric gradients."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from cs_conv import naive
from cs_conv.gradcheck import adjoint_gap, directional, numeric_gradient, relative_error

from . import oracles
from .drawing import Pooling, off, poolings


def image(text: str, dtype: Any = np.float64) -> Any:
    return np.array([[[row.split() for row in text.split("/")]]], dtype)


@given(case=poolings())
def test_max_is_scipy_s(variant: ModuleType, case: Pooling) -> None:
    out, _ = variant.max_pool_forward(case.x, **case.options)
    assert out.dtype == case.x.dtype
    np.testing.assert_array_equal(out, oracles.max_pool_forward(case))


@given(case=poolings(tied=True))
def test_switches_point_at_the_first_maximum_and_gradients_go_there(
    variant: ModuleType, case: Pooling
) -> None:
    _, switches = variant.max_pool_forward(case.x, **case.options)
    dx = variant.max_pool_backward(case.dout, switches, case.x.shape, **case.options)
    expected = np.zeros([n + sum(pad) for n, pad in zip(case.x.shape, ((0,), (0,), *case.pads), strict=True)])
    for (n, c, i, j), (index, row, column) in oracles.max_positions(case).items():
        assert switches[n, c, i, j] == index
        expected[n, c, row, column] += case.dout[n, c, i, j]
    assert np.issubdtype(switches.dtype, np.integer)
    assert dx.dtype == case.dout.dtype
    assert dx.shape == case.x.shape
    assert off(dx, oracles.cut(expected, case)) < case.tolerance


@given(case=poolings())
def test_average_and_l2_are_scipy_s(variant: ModuleType, case: Pooling) -> None:
    average = variant.average_pool_forward(case.x, **case.options)
    l2 = variant.l2_pool_forward(case.x, **case.options)
    assert average.dtype == l2.dtype == case.x.dtype
    assert off(average, oracles.average_pool_forward(case)) < case.tolerance
    assert off(l2, oracles.l2_pool_forward(case)) < case.tolerance


@given(case=poolings())
def test_a_fast_variant_is_the_specification(fast: ModuleType, case: Pooling) -> None:
    results = []
    for module in (fast, naive):
        out, switches = module.max_pool_forward(case.x, **case.options)
        shape = case.x.shape
        results.append(
            [
                out,
                switches,
                module.max_pool_backward(case.dout, switches, shape, **case.options),
                module.average_pool_forward(case.x, **case.options),
                module.average_pool_backward(case.dout, shape, **case.options),
                module.l2_pool_forward(case.x, **case.options),
                module.l2_pool_backward(case.dout, case.x, **case.options),
            ]
        )
    for ours, theirs in zip(*results, strict=True):
        assert ours.shape == theirs.shape
        assert off(ours, theirs) < case.tolerance


@given(case=poolings())
def test_pooling_scales_with_its_input_so_the_identity_holds(variant: ModuleType, case: Pooling) -> None:
    x, dout, options = case.x, case.dout, case.options
    out, switches = variant.max_pool_forward(x, **options)
    dx = variant.max_pool_backward(dout, switches, x.shape, **options)
    assert adjoint_gap(out, dout, x, dx) < case.tolerance
    average = variant.average_pool_forward(x, **options)
    dx = variant.average_pool_backward(dout, x.shape, **options)
    assert adjoint_gap(average, dout, x, dx) < case.tolerance
    l2 = variant.l2_pool_forward(x, **options)
    dx = variant.l2_pool_backward(dout, x, **options)
    assert adjoint_gap(l2, dout, x, dx) < case.tolerance


@settings(max_examples=40)  # each runs the forward pass many times
@given(case=poolings(dtypes=(np.float64,), tied=False))
def test_gradients_along_random_directions(variant: ModuleType, case: Pooling) -> None:
    x, dout, options = case.x, case.dout, case.options
    _, switches = variant.max_pool_forward(x, **options)
    gradients = [
        (
            lambda x: variant.max_pool_forward(x, **options)[0],
            variant.max_pool_backward(dout, switches, x.shape, **options),
        ),
        (
            lambda x: variant.average_pool_forward(x, **options),
            variant.average_pool_backward(dout, x.shape, **options),
        ),
    ]
    rng = np.random.default_rng(0)
    for f, dx in gradients:
        # A step too small to change which value is largest: normal values lie further apart than this.
        pairs = np.array(directional(f, x, dx, dout, rng, h=1e-8))
        assert np.abs(pairs[:, 0] - pairs[:, 1]).max() < 1e-6 * (1 + np.abs(dout).sum())


@pytest.mark.parametrize(
    ("size", "stride", "pad"), [(2, 2, 0), (3, 2, ((0, 1), (1, 0))), ((2, 3), (2, 1), (0, 1)), (1, 3, 0)]
)
def test_gradients_element_by_element(variant: ModuleType, size: Any, stride: Any, pad: Any) -> None:
    rng = np.random.default_rng(4)
    height = 4 if size != 1 else 7
    # Every value apart from every other by far more than the step, and none near 0.
    x = (rng.permutation(2 * 2 * height * height) + 1.0).reshape(2, 2, height, height) / 10
    out, switches = variant.max_pool_forward(x, size, stride, pad)
    dout = rng.standard_normal(out.shape)
    numeric = numeric_gradient(lambda x: variant.max_pool_forward(x, size, stride, pad)[0], x, dout)
    assert (
        relative_error(variant.max_pool_backward(dout, switches, x.shape, size, stride, pad), numeric) < 1e-9
    )
    numeric = numeric_gradient(lambda x: variant.average_pool_forward(x, size, stride, pad), x, dout, h=1)
    assert relative_error(variant.average_pool_backward(dout, x.shape, size, stride, pad), numeric) < 1e-12
    numeric = numeric_gradient(lambda x: variant.l2_pool_forward(x, size, stride, pad), x, dout)
    assert relative_error(variant.l2_pool_backward(dout, x, size, stride, pad), numeric) < 1e-8


def test_worked_by_hand(variant: ModuleType) -> None:
    x = image("1 1 2 4 / 5 6 7 8 / 3 2 1 0 / 1 2 3 4")
    out, switches = variant.max_pool_forward(x, 2, 2)
    np.testing.assert_array_equal(out, image("6 8 / 3 4"))
    np.testing.assert_array_equal(switches, image("3 3 / 0 3", int))
    dx = variant.max_pool_backward(image("1 2 / 3 4"), switches, x.shape, 2, 2)
    np.testing.assert_array_equal(dx, image("0 0 0 0 / 0 1 0 2 / 3 0 0 0 / 0 0 0 4"))
    np.testing.assert_array_equal(variant.average_pool_forward(x, 2, 2), image("3.25 5.25 / 2 2"))
    dx = variant.average_pool_backward(image("4 8 / 0 4"), x.shape, 2, 2)
    np.testing.assert_array_equal(dx, image("1 1 2 2 / 1 1 2 2 / 0 0 1 1 / 0 0 1 1"))
    x = image("3 4 0 / 0 0 0")
    np.testing.assert_array_equal(variant.l2_pool_forward(x, (2, 3), 1), image("5"))
    dx = variant.l2_pool_backward(image("10"), x, (2, 3), 1)
    np.testing.assert_array_equal(dx, image("6 8 0 / 0 0 0"))


def test_of_tied_values_the_first_takes_the_gradient(variant: ModuleType) -> None:
    x = image("0 7 7 / 7 7 7 / 7 7 7")
    out, switches = variant.max_pool_forward(x, 2, 1)
    np.testing.assert_array_equal(out, image("7 7 / 7 7"))
    np.testing.assert_array_equal(switches, image("1 0 / 0 0", int))
    # The pixel at (0, 1) is the first maximum of two windows: their gradients add.
    dx = variant.max_pool_backward(image("1 2 / 4 8"), switches, x.shape, 2, 1)
    np.testing.assert_array_equal(dx, image("0 3 0 / 4 8 0 / 0 0 0"))


def test_padding_never_wins(variant: ModuleType) -> None:
    x = -np.ones((1, 1, 2, 2))
    out, switches = variant.max_pool_forward(x, 2, 2, pad=1)
    np.testing.assert_array_equal(out, x)
    np.testing.assert_array_equal(switches, image("3 2 / 1 0", int))
    dx = variant.max_pool_backward(image("1 2 / 3 4"), switches, x.shape, 2, 2, pad=1)
    np.testing.assert_array_equal(dx, image("1 2 / 3 4"))


def test_a_nan_is_passed_on_and_takes_the_gradient(variant: ModuleType) -> None:
    x = image("1 nan 3 4 / nan 2 9 1")
    out, switches = variant.max_pool_forward(x, 2, 2)
    np.testing.assert_array_equal(out, image("nan 9"))
    np.testing.assert_array_equal(switches, image("1 2", int))
    dx = variant.max_pool_backward(image("nan 5"), switches, x.shape, 2, 2)
    np.testing.assert_array_equal(dx, image("0 nan 0 0 / 0 0 5 0"))
    np.testing.assert_array_equal(variant.average_pool_forward(x, 2, 2), image("nan 4.25"))
    np.testing.assert_array_equal(variant.l2_pool_forward(x, 2, 2)[..., 0], image("nan")[..., 0])
    dx = variant.l2_pool_backward(image("1 0"), x, 2, 2)
    assert np.isnan(dx[..., :2]).all()
    np.testing.assert_array_equal(dx[..., 2:], 0)


def test_infinities(variant: ModuleType) -> None:
    x = image("-inf -inf inf 1 / -inf -inf 2 inf")
    out, switches = variant.max_pool_forward(x, 2, 2)
    np.testing.assert_array_equal(out, image("-inf inf"))
    np.testing.assert_array_equal(switches, image("0 0", int))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_infinite_gradient_goes_to_one_pixel_alone(variant: ModuleType, dtype: Any) -> None:
    """And the others get 0: neither NaN, as inf * 0 is, nor -0.0."""
    switches = image("1 2 / 0 3", np.uint8)
    dx = variant.max_pool_backward(image("inf -1 / nan -inf", dtype), switches, (1, 1, 4, 4), 2, 2)
    expected = image("0 inf 0 0 / 0 0 -1 0 / nan 0 0 0 / 0 0 0 -inf", dtype)
    np.testing.assert_array_equal(dx, expected)
    assert dx.dtype == dtype
    assert not np.signbit(dx[expected == 0]).any()


@pytest.mark.parametrize(
    ("size", "stride"), [(2, 2), ((1, 2), (1, 2)), ((4, 1), (4, 1)), (2, 3), (2, (2, 3))]
)
def test_small_windows_side_by_side_and_with_gaps(fast: ModuleType, size: Any, stride: Any) -> None:
    SH, SW = (stride, stride) if isinstance(stride, int) else stride
    FH, FW = (size, size) if isinstance(size, int) else size
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 3, 2 * SH + FH, 3 * SW + FW)).astype(np.float32)
    out, switches = naive.max_pool_forward(x, size, stride)
    dout = rng.standard_normal(out.shape).astype(np.float32)
    for laid_out in (dout, np.asfortranarray(dout)):
        dx = fast.max_pool_backward(laid_out, switches, x.shape, size, stride)
        np.testing.assert_array_equal(dx, naive.max_pool_backward(dout, switches, x.shape, size, stride))


def test_a_window_of_zeros_has_no_direction(variant: ModuleType) -> None:
    x = image("0 0 1 0 / 0 0 0 0")
    dx = variant.l2_pool_backward(image("5 5"), x, 2, 2)
    np.testing.assert_array_equal(dx, image("0 0 5 0 / 0 0 0 0"))


def test_two_by_two_keeps_a_quarter(fast: ModuleType) -> None:
    x = np.zeros((1, 64, 224, 224), np.float32)
    out, switches = fast.max_pool_forward(x, 2, 2)
    assert out.shape == switches.shape == (1, 64, 112, 112)
    assert 4 * out.size == x.size


@pytest.mark.parametrize("size", [(2, 1), (16, 16), (1, 257), (20, 15)])
def test_switches_of_large_windows(variant: ModuleType, size: tuple[int, int]) -> None:
    """The largest index may be one that a byte cannot hold."""
    x = np.arange(np.prod(size), dtype=np.float64).reshape(1, 1, *size)
    out, switches = variant.max_pool_forward(x, size, 1)
    assert switches.item() == x.size - 1 == out.item()
    dx = variant.max_pool_backward(np.ones_like(out), switches, x.shape, size, 1)
    assert dx[0, 0, -1, -1] == 1 == dx.sum()
