"""Locally connected layers, global average pooling and dropout, each against its loops and its identities."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from cs_conv import dropout, global_pool, im2col, locally_connected, naive_layers
from cs_conv.gradcheck import adjoint_gap, numeric_gradient, relative_error

from .drawing import Array, Convolution, convolutions, off


def of_places(case: Convolution) -> tuple[Array, Array]:
    """Filters and biases for each place of the case's outputs."""
    rng = np.random.default_rng(case.x.size)
    places = case.dout.shape[2:]
    w = rng.standard_normal((*places, *case.w.shape)).astype(case.w.dtype)
    return w, rng.standard_normal((*places, *case.b.shape)).astype(case.b.dtype)


@given(case=convolutions())
def test_locally_connected_is_the_specification(case: Convolution) -> None:
    w, b = of_places(case)
    out = locally_connected.locally_connected_forward(case.x, w, b, **case.options)
    assert out.dtype == case.x.dtype
    expected = naive_layers.locally_connected_forward(case.x, w, b, **case.options)
    assert off(out, expected) < case.tolerance
    gradients = locally_connected.locally_connected_backward(case.dout, case.x, w, **case.options)
    for result, one in zip(
        gradients,
        naive_layers.locally_connected_backward(case.dout, case.x, w, **case.options),
        strict=True,
    ):
        assert result.dtype == case.x.dtype
        assert off(result, one) < case.tolerance
    linear = out - b.transpose(2, 0, 1)
    assert adjoint_gap(linear, case.dout, case.x, gradients[0]) < case.tolerance
    assert adjoint_gap(linear, case.dout, w, gradients[1]) < case.tolerance


@given(case=convolutions(dtypes=(np.float64,)))
def test_the_same_filters_everywhere_are_a_convolution(case: Convolution) -> None:
    """And the gradient of shared filters is the sum over the places."""
    places = case.dout.shape[2:]
    w = np.broadcast_to(case.w, (*places, *case.w.shape))
    b = np.broadcast_to(case.b, (*places, *case.b.shape))
    out = locally_connected.locally_connected_forward(case.x, w, b, **case.options)
    assert off(out, im2col.conv_forward(case.x, case.w, case.b, **case.options)) < 1e-9
    dx, dw, db = locally_connected.locally_connected_backward(case.dout, case.x, w, **case.options)
    shared = im2col.conv_backward(case.dout, case.x, case.w, **case.options)
    for result, expected in zip((dx, dw.sum(axis=(0, 1)), db.sum(axis=(0, 1))), shared, strict=True):
        assert off(result, expected) < 1e-9


@pytest.mark.parametrize("way", [naive_layers, locally_connected])
def test_gradients_of_a_locally_connected_layer_are_the_numeric_ones(way: Any) -> None:
    rng = np.random.default_rng(0)
    x, w, b = (rng.standard_normal(s) for s in ((2, 2, 4, 5), (3, 2, 2, 2, 2, 3), (3, 2, 2)))
    dout = rng.standard_normal((2, 2, 3, 2))
    options: dict[str, Any] = {"stride": (1, 2)}
    dx, dw, db = way.locally_connected_backward(dout, x, w, **options)
    forward = way.locally_connected_forward
    for gradient, numeric in (
        (dx, numeric_gradient(lambda x: forward(x, w, b, **options), x, dout, h=1)),
        (dw, numeric_gradient(lambda w: forward(x, w, b, **options), w, dout, h=1)),
        (db, numeric_gradient(lambda b: forward(x, w, b, **options), b, dout, h=1)),
    ):
        assert relative_error(gradient, numeric) < 1e-12


@pytest.mark.parametrize("way", [naive_layers, locally_connected])
@pytest.mark.parametrize(
    ("w", "b", "message"),
    [
        (
            (3, 2, 2, 2, 3, 3),
            (3, 2, 2),
            r"3x2 places, but there are 3x3.* w must be .* = \(3, 3, 2, 2, 3, 3\)",
        ),
        ((0, 3, 2, 2, 3, 3), (3, 3, 2), "a filter bank for each place"),
        ((3, 3, 2, 1, 3, 3), (3, 3, 2), "every filter must see all channels"),
        ((2, 2, 3, 3), (3, 3, 2), r"w must be \(OH, OW, K, C, FH, FW\)"),
        ((3, 3, 2, 2, 3, 3), (2,), r"b must be \(OH, OW, K\)"),
    ],
)
def test_filters_that_do_not_go_with_the_places(way: Any, w: Any, b: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        way.locally_connected_forward(np.zeros((1, 2, 5, 5)), np.zeros(w), np.zeros(b))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(2, 3, 7, 7), (1, 1, 1, 5), (0, 3, 2, 2)])
def test_global_average_pooling_is_the_specification(dtype: Any, shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).standard_normal(shape).astype(dtype)
    out = global_pool.global_average_pool_forward(x)
    assert (out.dtype, out.shape) == (dtype, (*shape[:2], 1, 1))
    np.testing.assert_allclose(out, naive_layers.global_average_pool_forward(x), atol=1e-6)
    dx = global_pool.global_average_pool_backward(out, x.shape)
    assert (dx.dtype, dx.flags.writeable) == (dtype, True)
    np.testing.assert_array_equal(dx, naive_layers.global_average_pool_backward(out, x.shape))
    assert adjoint_gap(out, out, x, dx) < 1e-5


def test_global_average_pooling_is_average_pooling_by_the_whole_image() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 6))[:, :, ::2, ::-1]
    np.testing.assert_allclose(
        global_pool.global_average_pool_forward(x), im2col.average_pool_forward(x, (2, 6), 1), atol=1e-12
    )
    with pytest.raises(ValueError, match=r"dout must be \(N, C, 1, 1\) = \(2, 3, 1, 1\)"):
        global_pool.global_average_pool_backward(np.zeros((2, 3, 2, 6)), x.shape)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (7,), (0, 3), ()])
def test_dropout_is_the_specification(dtype: Any, shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(1).standard_normal(shape)
    x = np.asarray(x).astype(dtype)
    ours, theirs = (way.dropout_forward(x, 0.3, np.random.default_rng(2)) for way in (dropout, naive_layers))
    for one, other in zip(ours, theirs, strict=True):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        np.testing.assert_array_equal(one, other)
    out, kept = ours
    dx = dropout.dropout_backward(x, kept, 0.3)
    np.testing.assert_array_equal(dx, out)
    np.testing.assert_array_equal(dx, naive_layers.dropout_backward(x, kept, 0.3))


@pytest.mark.parametrize("rate", [0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_the_mean_stays_and_the_rate_is_the_rate(rate: float) -> None:
    out, kept = dropout.dropout_forward(np.ones(1_000_000), rate, np.random.Generator(np.random.SFC64(0)))
    assert 1 - kept.mean() == pytest.approx(rate, abs=0.002)
    assert out.mean() == pytest.approx(1, abs=0.1 if rate > 0.99 else 0.02)
    assert set(np.unique(out[kept])) == {out.max()}
    assert not out[~kept].any()


def test_blocks_and_layouts_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(3).standard_normal((6, 7))
    expected, kept = dropout.dropout_forward(x, 0.5, np.random.default_rng(4))
    monkeypatch.setattr(dropout, "BLOCK", 5)
    locked = np.asfortranarray(x)
    locked.flags.writeable = False
    out, _ = dropout.dropout_forward(locked, 0.5, np.random.default_rng(4))
    np.testing.assert_array_equal(out, expected)
    assert not np.shares_memory(out, locked)
    dx = dropout.dropout_backward(x, np.asfortranarray(kept), 0.5)
    np.testing.assert_array_equal(dx, expected)


@pytest.mark.parametrize("way", [naive_layers, dropout])
def test_what_dropout_refuses(way: Any) -> None:
    rng, x = np.random.default_rng(0), np.ones((2, 3))
    for rate in (-0.1, 1, 1.5, float("nan")):
        with pytest.raises(ValueError, match=f"from 0 to less than 1, not {rate}"):
            way.dropout_forward(x, rate, rng)
    with pytest.raises(TypeError, match="x must be a numpy array of float32 or float64, not int64"):
        way.dropout_forward(np.ones(3, np.int64), 0.5, rng)
    with pytest.raises(ValueError, match=r"kept must be booleans in the shape of dout, \(2, 3\)"):
        way.dropout_backward(x, np.ones((3, 2), bool), 0.5)
    with pytest.raises(ValueError, match=r"not float64 of shape \(2, 3\)"):
        way.dropout_backward(x, x, 0.5)
