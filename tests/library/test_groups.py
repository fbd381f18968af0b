"""Grouped and depthwise convolution: each group is a convolution of its own."""

from types import ModuleType
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given

from cs_conv import depthwise, im2col, naive, pointwise, shifted, winograd
from cs_conv.choice import kernels_for
from cs_conv.geometry import conv_geometry
from cs_conv.gpu import arrays
from cs_conv.gradcheck import adjoint_gap, numeric_gradient, relative_error
from tests.gpu.places import emulated

from .drawing import Array, Convolution, convolutions, off

VARIANTS = {
    "naive": naive,
    "im2col": im2col,
    "winograd": winograd,
    "shifted": shifted,
    "pointwise": pointwise,
    "depthwise": depthwise,
    "gpu-arrays": emulated(arrays),
}


@pytest.fixture(scope="module", params=VARIANTS)
def on_cpu(request: pytest.FixtureRequest) -> ModuleType:
    return VARIANTS[request.param]


def dense(w: Array, groups: int) -> Array:
    """The filters (K, C, FH, FW) over all channels, with zeros for those outside of their group."""
    K, seen, FH, FW = w.shape
    filled = np.zeros((K, seen * groups, FH, FW), w.dtype)
    for k in range(K):
        first = k // (K // groups) * seen
        filled[k, first : first + seen] = w[k]
    return filled


def of_groups(dw: Array, groups: int) -> Array:
    """The adjoint of dense: of the gradient of dense filters what belongs to each filter's group."""
    K, C = dw.shape[:2]
    seen = C // groups
    return np.stack([dw[k, k // (K // groups) * seen :][:seen] for k in range(K)])


@given(case=convolutions(grouped=True))
def test_groups_are_a_dense_convolution_with_zeros(on_cpu: ModuleType, case: Convolution) -> None:
    options = dict(case.options)
    groups = options.pop("groups")
    w = dense(case.w, groups)
    out = on_cpu.conv_forward(case.x, case.w, case.b, **case.options)
    assert out.dtype == case.x.dtype
    assert off(out, naive.conv_forward(case.x, w, case.b, **options)) < case.tolerance
    dx, dw, db = on_cpu.conv_backward(case.dout, case.x, case.w, **case.options)
    expected_dx, expected_dw, expected_db = naive.conv_backward(case.dout, case.x, w, **options)
    for gradient, expected in zip(
        (dx, dw, db), (expected_dx, of_groups(expected_dw, groups), expected_db), strict=True
    ):
        assert gradient.dtype == case.x.dtype
        assert off(gradient, expected) < case.tolerance


@given(case=convolutions(grouped=True))
def test_the_adjoint_identities(on_cpu: ModuleType, case: Convolution) -> None:
    out = on_cpu.conv_forward(case.x, case.w, case.b, **case.options) - case.b[:, None, None]
    dx, dw, _ = on_cpu.conv_backward(case.dout, case.x, case.w, **case.options)
    assert adjoint_gap(out, case.dout, case.x, dx) < case.tolerance
    assert adjoint_gap(out, case.dout, case.w, dw) < case.tolerance


@given(case=convolutions(grouped=True))
def test_filter_gradients_alone_are_the_same(case: Convolution) -> None:
    for variant in (im2col, winograd, shifted, pointwise, depthwise):
        _, *expected = variant.conv_backward(case.dout, case.x, case.w, **case.options)
        results = variant.conv_filter_gradients(case.dout, case.x, case.w, **case.options)
        for result, gradient in zip(results, expected, strict=True):
            assert relative_error(result, gradient) < case.tolerance


def test_depthwise_element_by_element(on_cpu: ModuleType) -> None:
    """Two filters a channel, at stride 2: filters 0 and 1 see channel 0, filters 2 and 3 channel 1."""
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((2, 3, 5, 6)), rng.standard_normal((6, 1, 3, 2)), rng.standard_normal(6)
    options: dict[str, Any] = {"stride": 2, "pad": ((1, 1), (0, 0)), "groups": 3}
    out = on_cpu.conv_forward(x, w, b, **options)
    alone = naive.conv_forward(x[:, 1:2], w[2:4], b[2:4], stride=2, pad=((1, 1), (0, 0)))
    np.testing.assert_allclose(out[:, 2:4], alone, atol=1e-12)
    dout = rng.standard_normal(out.shape)
    dx, dw, db = on_cpu.conv_backward(dout, x, w, **options)
    by_x = numeric_gradient(lambda x: on_cpu.conv_forward(x, w, b, **options), x, dout, h=1)
    by_w = numeric_gradient(lambda w: on_cpu.conv_forward(x, w, b, **options), w, dout, h=1)
    by_b = numeric_gradient(lambda b: on_cpu.conv_forward(x, w, b, **options), b, dout, h=1)
    for analytic, numeric in ((dx, by_x), (dw, by_w), (db, by_b)):
        assert relative_error(analytic, numeric) < 1e-12


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (3, 1), (2, 2)])
def test_filters_that_reach_beyond_the_whole_image(on_cpu: ModuleType, size: tuple[int, int]) -> None:
    """Of a dilated 3x3 filter over one pixel with padding, all taps but the middle one see padding."""
    rng = np.random.default_rng(3)
    x, w, b = rng.standard_normal((2, 4, *size)), rng.standard_normal((6, 2, 3, 3)), rng.standard_normal(6)
    options: dict[str, Any] = {"pad": 3, "dilation": 3, "groups": 2}
    out = on_cpu.conv_forward(x, w, b, **options)
    grouped = x.reshape(2, 2, 2, *size)
    middle = np.einsum("ngchw,gkc->ngkhw", grouped, w[:, :, 1, 1].reshape(2, 3, 2))
    np.testing.assert_allclose(out, middle.reshape(out.shape) + b[:, None, None], atol=1e-12)
    dx, dw, _ = on_cpu.conv_backward(out, x, w, **options)
    assert adjoint_gap(out - b[:, None, None], out, x, dx) < 1e-12
    assert adjoint_gap(out - b[:, None, None], out, w, dw) < 1e-12


def test_several_bands_of_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shifted, "BAND_BYTES", 5000)
    rng = np.random.default_rng(1)
    x, w, b = rng.standard_normal((7, 4, 6, 5)), rng.standard_normal((4, 2, 3, 3)), rng.standard_normal(4)
    out = shifted.conv_forward(x, w, b, pad=1, groups=2)
    assert relative_error(out, naive.conv_forward(x, w, b, pad=1, groups=2)) < 1e-12
    results, expected = (variant.conv_backward(out, x, w, pad=1, groups=2) for variant in (shifted, naive))
    for result, gradient in zip(results, expected, strict=True):
        assert relative_error(result, gradient) < 1e-12


@given(case=convolutions(grouped=True))
def test_large_images_in_parts_give_the_same(case: Convolution) -> None:
    whole = shifted.conv_forward(case.x, case.w, case.b, **case.options)
    with mock.patch.object(shifted, "PART_BYTES", 1):
        parts = shifted.conv_forward(case.x, case.w, case.b, **case.options)
    assert off(parts, whole) < case.tolerance


@pytest.mark.parametrize("size", [(3, 3), (12, 11)])
@pytest.mark.parametrize(
    "options", [{}, {"stride": 2}, {"groups": 2}, {"stride": (1, 2), "groups": 4}], ids=str
)
def test_1x1_filters_over_small_and_large_images(size: tuple[int, int], options: dict[str, Any]) -> None:
    """Small images share a product, large ones have their own."""
    rng = np.random.default_rng(4)
    (H, W), seen = size, 4 // options.get("groups", 1)
    H, W = 2 * H + 1, 2 * W + 1
    x, w, b = rng.standard_normal((7, 4, H, W)), rng.standard_normal((8, seen, 1, 1)), rng.standard_normal(8)
    with mock.patch.object(pointwise, "im2col", None):  # nobody else computes
        out = pointwise.conv_forward(x, w, b, **options)
        gradients = pointwise.conv_backward(out, x, w, **options)
    assert relative_error(out, naive.conv_forward(x, w, b, **options)) < 1e-12
    for result, expected in zip(gradients, naive.conv_backward(out, x, w, **options), strict=True):
        assert relative_error(result, expected) < 1e-12


def test_no_images_and_inputs_in_any_layout(on_cpu: ModuleType) -> None:
    rng = np.random.default_rng(2)
    x, w, b = rng.standard_normal((2, 4, 5, 5)), rng.standard_normal((6, 2, 3, 3)), rng.standard_normal(6)
    out = on_cpu.conv_forward(x, w, b, groups=2)
    turned = [np.asfortranarray(array) for array in (x, w, b)]
    for array in turned:
        array.flags.writeable = False
    assert relative_error(on_cpu.conv_forward(*turned, groups=2), out) < 1e-12
    assert on_cpu.conv_forward(x[:0], w, b, groups=2).shape == (0, 6, 3, 3)
    dx, dw, db = on_cpu.conv_backward(out[:0], x[:0], w, groups=2)
    assert (dx.shape, dw.any(), db.any()) == ((0, 4, 5, 5), False, False)


@pytest.mark.parametrize(
    ("shape", "groups", "error", "message"),
    [
        ((6, 2, 3, 3), 3, ValueError, "4 channels do not divide into 3 equal groups.* groups may be 1, 2$"),
        ((5, 2, 3, 3), 2, ValueError, "5 filters do not divide into 2 equal groups.* groups may be 1$"),
        ((6, 4, 3, 3), 2, ValueError, "must see the 2 channels of its group, of 2"),
        ((6, 2, 3, 3), 1, ValueError, "filters of 2 channels .* must see all channels"),
        ((6, 2, 3, 3), 0, ValueError, "groups must be at least 1, not 0"),
        ((6, 2, 3, 3), 2.0, TypeError, "groups must be an integer, not 2.0"),
        ((6, 2, 3, 3), True, TypeError, "groups must be an integer, not True"),
    ],
)
def test_groups_that_do_not_divide(
    on_cpu: ModuleType, shape: tuple[int, ...], groups: Any, error: type[Exception], message: str
) -> None:
    x, w = np.zeros((1, 4, 5, 5)), np.zeros(shape)
    with pytest.raises(error, match=message):
        on_cpu.conv_forward(x, w, np.zeros(shape[0]), groups=groups)
    with pytest.raises(error, match=message):
        on_cpu.conv_backward(np.zeros((1, shape[0], 3, 3)), x, w, groups=groups)


@pytest.mark.parametrize(
    ("C", "K", "size", "options", "expected"),
    [
        (16, 16, 3, {"pad": 1}, shifted),
        (3, 16, 3, {"pad": 1}, im2col),  # too few channels
        (16, 64, 3, {"pad": 1}, im2col),  # fewer outputs, 49, than filters
        (16, 16, 1, {}, pointwise),
        (16, 16, 1, {"stride": 2}, pointwise),
        (16, 16, 1, {"pad": 1}, im2col),  # no rows to share
        (16, 16, 3, {"pad": 1, "stride": 3}, im2col),
        (16, 16, 3, {"pad": 1, "stride": 3, "groups": 8}, shifted),
        (16, 16, 3, {"pad": 1, "stride": 3, "groups": 16}, depthwise),
        (16, 32, 3, {"pad": 1, "groups": 16}, shifted),  # two filters a channel
        (1, 1, 3, {"pad": 1}, im2col),
        (4, 4, 1, {"groups": 2}, pointwise),
    ],
)
def test_who_computes(C: int, K: int, size: int, options: dict[str, Any], expected: ModuleType) -> None:
    x, w = np.zeros((1, C, 7, 7)), np.zeros((K, C // options.get("groups", 1), size, size))
    assert kernels_for(conv_geometry(x, w, **options)) is expected
