"""Every variant's convolution against SciPy, the specification, numeric gradients and worked numbers."""

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings

from cs_conv import naive
from cs_conv.gradcheck import adjoint_gap, directional, numeric_gradient, relative_error

from . import oracles
from .drawing import Array, Convolution, convolutions, off, pad_with


def volume(*channels: str) -> Array:
    """Read a volume as the course prints it: rows between slashes, one text a channel."""
    return np.array([[row.split() for row in channel.split("/")] for channel in channels], np.float64)


DEMO_X = volume(
    "2 0 2 1 0 / 2 1 0 2 0 / 2 1 1 0 0 / 0 0 2 2 0 / 0 1 0 2 0",
    "1 1 0 2 0 / 1 2 0 1 0 / 2 2 2 1 1 / 2 1 2 2 0 / 0 0 1 2 0",
    "0 1 0 1 2 / 0 2 1 0 2 / 1 2 2 0 0 / 1 0 0 2 1 / 1 0 2 0 0",
)[np.newaxis]
DEMO_W = np.stack(
    [
        volume("-1 0 1 / -1 0 -1 / -1 -1 1", "0 1 0 / 0 0 0 / -1 1 1", "0 0 1 / 0 0 0 / 1 -1 -1"),
        volume("1 1 1 / 1 1 0 / 1 0 -1", "-1 0 0 / 0 0 -1 / -1 1 -1", "-1 0 0 / -1 0 1 / 0 1 -1"),
    ]
)
DEMO_OUT = volume("1 1 -5 / 6 2 -4 / 2 4 -3", "-2 -3 3 / 7 -7 2 / 0 2 0")[np.newaxis]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_demo_of_the_course(variant: ModuleType, dtype: type) -> None:
    arrays = [array.astype(dtype) for array in (DEMO_X, DEMO_W, np.array([1, 0]))]
    out = variant.conv_forward(*arrays, stride=2, pad=1)
    np.testing.assert_array_equal(out, DEMO_OUT)
    assert out.dtype == dtype


def test_v_of_the_course(variant: ModuleType) -> None:
    """The 11x11x4 example: V[i, j, d] = sum(X[2i:2i+5, 2j:2j+5, :] * W_d) + b_d."""
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((1, 4, 11, 11)), rng.standard_normal((2, 4, 5, 5)), rng.standard_normal(2)
    out = variant.conv_forward(x, w, b, stride=2)
    assert out.shape == (1, 2, 4, 4)
    for d in range(2):
        assert out[0, d, 0, 0] == pytest.approx(np.sum(x[0, :, :5, :5] * w[d]) + b[d])
        assert out[0, d, 1, 0] == pytest.approx(np.sum(x[0, :, 2:7, :5] * w[d]) + b[d])
        assert out[0, d, 2, 3] == pytest.approx(np.sum(x[0, :, 4:9, 6:11] * w[d]) + b[d])


@given(case=convolutions())
def test_forward_is_scipy_s(variant: ModuleType, case: Convolution) -> None:
    out = variant.conv_forward(case.x, case.w, case.b, **case.options)
    assert out.dtype == case.x.dtype
    assert out.shape == case.dout.shape
    assert off(out, oracles.conv_forward(case)) < case.tolerance


@given(case=convolutions())
def test_backward_is_scipy_s(variant: ModuleType, case: Convolution) -> None:
    gradients = variant.conv_backward(case.dout, case.x, case.w, **case.options)
    for gradient, array, expected in zip(
        gradients, (case.x, case.w, case.b), oracles.conv_backward(case), strict=True
    ):
        assert gradient.dtype == array.dtype
        assert gradient.shape == array.shape
        assert off(gradient, expected) < case.tolerance


@given(case=convolutions(dtypes=(np.float64,)))
def test_one_output_is_the_formula(variant: ModuleType, case: Convolution) -> None:
    out = variant.conv_forward(case.x, case.w, case.b, **case.options)
    padded = pad_with(case.x, case.pads)
    for place in (tuple(0 for _ in out.shape), tuple(n - 1 for n in out.shape)):
        expected = oracles.formula(padded, case.w, case.b, case.strides, case.dilations, place)
        assert out[place] == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(case=convolutions())
def test_a_fast_variant_is_the_specification(fast: ModuleType, case: Convolution) -> None:
    ours = [fast.conv_forward(case.x, case.w, case.b, **case.options)]
    ours += fast.conv_backward(case.dout, case.x, case.w, **case.options)
    theirs = [naive.conv_forward(case.x, case.w, case.b, **case.options)]
    theirs += naive.conv_backward(case.dout, case.x, case.w, **case.options)
    for one, other in zip(ours, theirs, strict=True):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert off(one, other) < case.tolerance


@given(case=convolutions())
def test_the_adjoint_identities(variant: ModuleType, case: Convolution) -> None:
    out = variant.conv_forward(case.x, case.w, case.b, **case.options)
    dx, dw, db = variant.conv_backward(case.dout, case.x, case.w, **case.options)
    linear = out - case.b[:, None, None]
    assert adjoint_gap(linear, case.dout, case.x, dx) < case.tolerance
    assert adjoint_gap(linear, case.dout, case.w, dw) < case.tolerance
    assert adjoint_gap(out - linear, case.dout, case.b, db) < case.tolerance


@settings(max_examples=40)  # each runs the forward pass many times
@given(case=convolutions(dtypes=(np.float64,)))
def test_gradients_along_random_directions(variant: ModuleType, case: Convolution) -> None:
    x, w, b, options = case.x, case.w, case.b, case.options
    dx, dw, db = variant.conv_backward(case.dout, x, w, **options)
    rng = np.random.default_rng(0)
    functions = {
        "x": (lambda x: variant.conv_forward(x, w, b, **options), x, dx),
        "w": (lambda w: variant.conv_forward(x, w, b, **options), w, dw),
        "b": (lambda b: variant.conv_forward(x, w, b, **options), b, db),
    }
    for f, array, gradient in functions.values():
        pairs = np.array(directional(f, array, gradient, case.dout, rng, h=1.0))
        scale = np.abs(gradient).sum() + np.abs(case.dout).sum()
        assert np.abs(pairs[:, 0] - pairs[:, 1]).max() < 1e-9 * scale


@pytest.mark.parametrize(
    ("window", "options"),
    [
        ((3, 2), {"stride": 2, "pad": ((0, 1), (1, 0))}),
        ((3, 3), {"stride": (1, 2), "pad": (0, 2), "dilation": (2, 1)}),
        ((3, 2), {"stride": 3, "pad": ((2, 1), (0, 1))}),
    ],
)
def test_gradients_element_by_element(
    variant: ModuleType, window: tuple[int, int], options: dict[str, object]
) -> None:
    rng = np.random.default_rng(1)
    x, w, b = rng.standard_normal((2, 2, 6, 7)), rng.standard_normal((3, 2, *window)), rng.standard_normal(3)
    dout = rng.standard_normal(variant.conv_forward(x, w, b, **options).shape)
    dx, dw, db = variant.conv_backward(dout, x, w, **options)
    by_x = numeric_gradient(lambda x: variant.conv_forward(x, w, b, **options), x, dout, h=1)
    by_w = numeric_gradient(lambda w: variant.conv_forward(x, w, b, **options), w, dout, h=1)
    by_b = numeric_gradient(lambda b: variant.conv_forward(x, w, b, **options), b, dout, h=1)
    for analytic, numeric in ((dx, by_x), (dw, by_w), (db, by_b)):
        assert relative_error(analytic, numeric) < 1e-12


def test_a_1x1_filter_mixes_channels(variant: ModuleType) -> None:
    rng = np.random.default_rng(2)
    x, w, b = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((6, 3, 1, 1)), rng.standard_normal(6)
    out = variant.conv_forward(x, w, b)
    expected = np.einsum("nchw,kc->nkhw", x, w[:, :, 0, 0]) + b[:, None, None]
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-12)


def test_a_filter_as_large_as_the_image_is_a_fully_connected_layer(variant: ModuleType) -> None:
    rng = np.random.default_rng(3)
    x, w, b = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((6, 3, 4, 5)), rng.standard_normal(6)
    out = variant.conv_forward(x, w, b)
    np.testing.assert_allclose(out[:, :, 0, 0], x.reshape(2, -1) @ w.reshape(6, -1).T + b, rtol=1e-10)


def test_the_first_layer_of_alexnet(fast: ModuleType) -> None:
    x, w, b = (
        np.zeros((1, 3, 227, 227), np.float32),
        np.zeros((96, 3, 11, 11), np.float32),
        np.ones(96, np.float32),
    )
    out = fast.conv_forward(x, w, b, stride=4)
    assert out.shape == (1, 96, 55, 55)
    assert out.size == 290_400
    assert (out == 1).all()
    with pytest.raises(ValueError, match=r"use pad \(\(1, 2\), \(1, 2\)\), or stride 3 or 71"):
        fast.conv_forward(np.zeros((1, 3, 224, 224), np.float32), w, b, stride=4)
    larger = fast.conv_forward(np.zeros((1, 3, 224, 224), np.float32), w, b, stride=4, pad=((1, 2), (1, 2)))
    assert larger.shape == (1, 96, 55, 55)
