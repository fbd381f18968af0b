"""Batch, group and local response normalisation: loops against fast ways, numeric gradients, hard numbers."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs_conv import naive_layers, normalisation
from cs_conv.gradcheck import numeric_gradient, relative_error

from .drawing import Array

WAYS = {"loops": naive_layers, "fast": normalisation}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Any:
    return WAYS[request.param]


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """Images or rows of values, whose means and deviations may be of very different size."""
    N, group, groups = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    plane = draw(st.sampled_from([(), (1, 2), (3, 1), (4, 5)]))
    N += 1 if not plane else 0
    dtype = draw(st.sampled_from([np.float64, np.float32]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    C = group * groups
    offset = draw(st.sampled_from([0, 1, 30, 1000]))
    means = offset * rng.standard_normal((C, *(1 for _ in plane)))
    x = (rng.standard_normal((N, C, *plane)) + means).astype(dtype)
    return {
        "x": x,
        "dout": rng.standard_normal(x.shape).astype(dtype),
        "gamma": rng.standard_normal(C).astype(dtype),
        "beta": rng.standard_normal(C).astype(dtype),
        "groups": groups,
        "tolerance": 1e-8 if dtype == np.float64 else 2e-3,
    }


def close(ours: Any, theirs: Any, tolerance: float) -> None:
    for one, other in zip(ours, theirs, strict=True):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        scale = max(1.0, np.abs(other).max(initial=0))
        assert np.abs(one - other).max(initial=0) < tolerance * scale


@given(case=cases())
def test_batch_normalisation_is_the_specification(case: dict[str, Any]) -> None:
    x, gamma, beta = case["x"], case["gamma"], case["beta"]
    results, expected = (way.batch_norm_forward(x, gamma, beta) for way in (normalisation, naive_layers))
    close(results, expected, case["tolerance"])
    mean, var = expected[1:]
    close(
        normalisation.batch_norm_backward(case["dout"], x, gamma, mean, var),
        naive_layers.batch_norm_backward(case["dout"], x, gamma, mean, var),
        case["tolerance"],
    )
    close(
        normalisation.batch_norm_inference_backward(case["dout"], x, gamma, mean, var),
        naive_layers.batch_norm_inference_backward(case["dout"], x, gamma, mean, var),
        case["tolerance"],
    )
    known = normalisation.batch_norm_inference(x, gamma, beta, mean, var)
    close([known], [naive_layers.batch_norm_inference(x, gamma, beta, mean, var)], case["tolerance"])


@given(case=cases())
def test_group_normalisation_is_the_specification(case: dict[str, Any]) -> None:
    x, gamma, beta, groups = case["x"], case["gamma"], case["beta"], case["groups"]
    if x[0, : x.shape[1] // groups].size == 1:
        x = np.concatenate([x, x], axis=1)
        gamma, beta = np.tile(gamma, 2), np.tile(beta, 2)
    dout = np.resize(case["dout"], x.shape)
    results, expected = (
        way.group_norm_forward(x, gamma, beta, groups) for way in (normalisation, naive_layers)
    )
    close(results, expected, case["tolerance"])
    mean, var = expected[1:]
    ours, theirs = (
        way.group_norm_backward(dout, x, gamma, mean, var) for way in (normalisation, naive_layers)
    )
    scale = max(1.0, float(1 / np.sqrt(var.min() + 1e-5)))  # dx is divided by the deviation
    close(ours, theirs, case["tolerance"] * scale)


@given(case=cases(), size=st.sampled_from([1, 3, 5, 9]), beta=st.sampled_from([0.75, 0.5, 1.0]))
def test_local_response_normalisation_is_the_specification(
    case: dict[str, Any], size: int, beta: float
) -> None:
    x, dout = (case[name].reshape(*case["x"].shape[:2], -1, 1) for name in ("x", "dout"))
    options = {"size": size, "alpha": 0.3, "beta": beta, "k": 1.5}
    close(
        [normalisation.local_response_norm_forward(x, **options)],
        [naive_layers.local_response_norm_forward(x, **options)],
        1e-9 if x.dtype == np.float64 else 1e-4,
    )
    close(
        [normalisation.local_response_norm_backward(dout, x, **options)],
        [naive_layers.local_response_norm_backward(dout, x, **options)],
        1e-9 if x.dtype == np.float64 else 1e-4,
    )


def drawn(*shape: int) -> Array:
    return np.random.default_rng(len(shape)).standard_normal(shape)


@pytest.mark.parametrize("shape", [(3, 4, 2, 3), (5, 4)])
def test_gradients_of_batch_normalisation_are_the_numeric_ones(way: Any, shape: tuple[int, ...]) -> None:
    x, gamma, beta, dout = drawn(*shape), drawn(4), drawn(4) + 1, np.random.default_rng(9).normal(size=shape)
    _, mean, var = way.batch_norm_forward(x, gamma, beta)
    dx, dgamma, dbeta = way.batch_norm_backward(dout, x, gamma, mean, var)
    for gradient, numeric in (
        (dx, numeric_gradient(lambda x: way.batch_norm_forward(x, gamma, beta)[0], x, dout)),
        (dgamma, numeric_gradient(lambda g: way.batch_norm_forward(x, g, beta)[0], gamma, dout)),
        (dbeta, numeric_gradient(lambda b: way.batch_norm_forward(x, gamma, b)[0], beta, dout)),
    ):
        assert relative_error(gradient, numeric) < 1e-8


@pytest.mark.parametrize(("shape", "groups"), [((2, 4, 2, 3), 2), ((3, 4), 1), ((2, 4, 2, 3), 4)])
def test_gradients_of_group_normalisation_are_the_numeric_ones(
    way: Any, shape: tuple[int, ...], groups: int
) -> None:
    x, gamma, beta, dout = drawn(*shape), drawn(4), drawn(4) + 1, np.random.default_rng(9).normal(size=shape)
    _, mean, var = way.group_norm_forward(x, gamma, beta, groups)
    dx, dgamma, dbeta = way.group_norm_backward(dout, x, gamma, mean, var)
    for gradient, numeric in (
        (dx, numeric_gradient(lambda x: way.group_norm_forward(x, gamma, beta, groups)[0], x, dout)),
        (dgamma, numeric_gradient(lambda g: way.group_norm_forward(x, g, beta, groups)[0], gamma, dout)),
        (dbeta, numeric_gradient(lambda b: way.group_norm_forward(x, gamma, b, groups)[0], beta, dout)),
    ):
        assert relative_error(gradient, numeric) < 1e-8


def test_the_gradient_of_local_response_normalisation_is_the_numeric_one(way: Any) -> None:
    x, dout = drawn(2, 6, 2, 2), np.random.default_rng(9).standard_normal((2, 6, 2, 2))
    dx = way.local_response_norm_backward(dout, x, alpha=0.1)
    numeric = numeric_gradient(lambda x: way.local_response_norm_forward(x, alpha=0.1), x, dout)
    assert relative_error(dx, numeric) < 1e-8


def test_what_comes_out_has_the_mean_and_the_deviation_asked_for(way: Any) -> None:
    x, gamma, beta = 5 * drawn(8, 3, 4, 4) - 2, np.array([1.0, 2, 0.5]), np.array([0.0, -1, 7])
    out, mean, var = way.batch_norm_forward(x, gamma, beta, eps=0)
    np.testing.assert_allclose(out.mean(axis=(0, 2, 3)), beta, atol=1e-12)
    np.testing.assert_allclose(out.std(axis=(0, 2, 3)), gamma, atol=1e-12)
    np.testing.assert_allclose(mean, x.mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(var, x.var(axis=(0, 2, 3)))


def test_one_group_is_layer_normalisation_and_a_group_a_channel_instance_normalisation(way: Any) -> None:
    x = drawn(2, 4, 3, 3) * 3 + 1
    layer, *_ = way.group_norm_forward(x, np.ones(4), np.zeros(4), groups=1)
    np.testing.assert_allclose(layer.mean(axis=(1, 2, 3)), 0, atol=1e-12)
    instance, *_ = way.group_norm_forward(x, np.ones(4), np.zeros(4), groups=4)
    np.testing.assert_allclose(instance.mean(axis=(2, 3)), 0, atol=1e-12)


def test_the_paper_s_local_response_normalisation_by_hand(way: Any) -> None:
    """Channels 1, 2, 3 and neighbours on either side: 2 / (2 + 0.5 * (1 + 4 + 9)) ** 0.75 in the middle."""
    x = np.array([1.0, 2.0, 3.0]).reshape(1, 3, 1, 1)
    out = way.local_response_norm_forward(x, size=3, alpha=0.5, k=2)
    np.testing.assert_allclose(out.ravel(), [1 / 4.5**0.75, 2 / 9**0.75, 3 / 8.5**0.75])


@pytest.mark.parametrize("mean", [1e3, 1e4, -1e4])
def test_a_mean_far_from_zero_costs_no_digits(mean: float) -> None:
    """Squares of 10,000 leave no digit of a variance of 1 in float32."""
    x = (drawn(16, 2, 8, 8) + mean).astype(np.float32)
    right = (x.astype(np.float64) - x.mean(axis=(0, 2, 3), dtype=np.float64, keepdims=True)) / x.std(
        axis=(0, 2, 3), dtype=np.float64, keepdims=True
    )
    gamma, beta = np.ones(2, np.float32), np.zeros(2, np.float32)
    out, *moments = normalisation.batch_norm_forward(x, gamma, beta)
    assert np.abs(out - right).max() < 1e-3
    dout = drawn(16, 2, 8, 8).astype(np.float32)
    _, dgamma, _ = normalisation.batch_norm_backward(dout, x, gamma, *moments)
    assert relative_error(dgamma, (dout * right).sum(axis=(0, 2, 3))) < 1e-3


def test_values_that_are_all_the_same_become_beta(way: Any) -> None:
    x = np.full((4, 2, 3, 3), 7.0, np.float32)
    out, mean, var = way.batch_norm_forward(x, np.ones(2, np.float32), np.array([1, 2], np.float32))
    np.testing.assert_array_equal(out, np.broadcast_to([[[1]], [[2]]], x.shape))
    np.testing.assert_array_equal(var, 0)
    np.testing.assert_array_equal(mean, 7)


def test_no_images(way: Any) -> None:
    x, ones, zeros = np.zeros((0, 4, 3, 3)), np.ones(4), np.zeros(4)
    out, mean, var = way.batch_norm_forward(x, ones, zeros)
    assert (out.shape, mean.shape, var.shape) == (x.shape, (4,), (4,))
    dx, dgamma, dbeta = way.batch_norm_backward(x, x, ones, mean, var)
    assert (dx.shape, dgamma.any(), dbeta.any()) == (x.shape, False, False)
    out, mean, var = way.group_norm_forward(x, ones, zeros, groups=2)
    assert (out.shape, mean.shape, var.shape) == (x.shape, (0, 2), (0, 2))
    assert way.local_response_norm_forward(x).shape == x.shape


class OfItsOwn(np.ndarray[Any, Any]):
    """As np.memmap is: an array whose arithmetic gives more of its kind."""


def test_blocks_and_layouts_do_not_show_and_inputs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    x, dout, gamma, beta = drawn(6, 4, 3, 5), drawn(6, 4, 3, 5)[::-1], drawn(4), drawn(4)

    def everything() -> list[Array]:
        out, mean, var = normalisation.batch_norm_forward(x, gamma, beta)
        results = [out, *normalisation.batch_norm_backward(dout, x, gamma, mean, var)]
        out, mean, var = normalisation.group_norm_forward(x, gamma, beta, 2)
        results += [out, *normalisation.group_norm_backward(dout, x, gamma, mean, var)]
        results.append(normalisation.local_response_norm_backward(dout, x))
        return [*results, normalisation.local_response_norm_forward(x)]

    expected = everything()
    monkeypatch.setattr(normalisation, "BLOCK_BYTES", 100)
    x, dout = np.asfortranarray(x).view(OfItsOwn), np.ascontiguousarray(dout).view(OfItsOwn)
    for array in (x, dout, gamma, beta):
        array.flags.writeable = False
    for result, one in zip(everything(), expected, strict=True):
        assert relative_error(result, one) < 1e-12
        assert type(result) is np.ndarray
        assert result.flags.writeable
        assert not any(np.shares_memory(result, array) for array in (x, dout, gamma, beta))


X, C4 = np.zeros((2, 4, 3, 3)), np.ones(4)
WRONG: dict[str, tuple[Any, type[Exception], str]] = {
    "gamma": (lambda w: w.batch_norm_forward(X, C4[:3], C4), ValueError, r"gamma must be \(C,\) = \(4,\)"),
    "dtype": (
        lambda w: w.batch_norm_forward(X, C4, C4.astype(np.float32)),
        TypeError,
        "beta holds float32 but x holds float64",
    ),
    "x": (lambda w: w.batch_norm_forward(X[0], C4, C4), ValueError, r"x must be \(N, C, H, W\)"),
    "eps": (lambda w: w.batch_norm_forward(X, C4, C4, eps=-1), ValueError, "at least 0, not -1"),
    "one value": (
        lambda w: w.batch_norm_forward(X[:1, :, :1, :1], C4, C4),
        ValueError,
        r"x \(1, 4, 1, 1\) has one value a channel",
    ),
    "dout": (
        lambda w: w.batch_norm_backward(X[:1], X, C4, C4, C4),
        ValueError,
        r"dout must be \(N, C, H, W\) = \(2, 4, 3, 3\)",
    ),
    "groups": (lambda w: w.group_norm_forward(X, C4, C4, 3), ValueError, "groups may be 1, 2, 4$"),
    "moments": (
        lambda w: w.group_norm_backward(X, X, C4, np.ones((2, 2)), np.ones((2, 1))),
        ValueError,
        r"var must be \(N, groups\) = \(2, 2\)",
    ),
    "even": (lambda w: w.local_response_norm_forward(X, size=4), ValueError, "size must be odd.* not 4"),
    "zero": (lambda w: w.local_response_norm_forward(X, alpha=0, k=0), ValueError, "k is 0 and alpha 0"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_bad_input_is_a_clear_error(way: Any, wrong: str) -> None:
    call, error, message = WRONG[wrong]
    with pytest.raises(error, match=message):
        call(way)
