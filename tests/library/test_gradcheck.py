"""The checker itself: exact where it says so, and sharp where a gradient is wrong."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from cs_conv.gradcheck import adjoint_gap, derivative, directional, numeric_gradient, relative_error
from cs_conv.im2col import conv_backward, conv_forward, max_pool_backward, max_pool_forward

from .drawing import Array, Convolution, convolutions


def test_a_cubic_by_hand() -> None:
    """(x + h)^3 - (x - h)^3 over 2h is 3x^2 + h^2: the error is h squared, exactly."""
    x, dout = np.array([[1.0, -2.0, 0.5]]), np.array([[1.0, 10.0, -4.0]])
    for h in (1.0, 0.5, 0.25):
        numeric = numeric_gradient(lambda x: x**3, x, dout, h)
        np.testing.assert_allclose(numeric, dout * (3 * x**2 + h**2), rtol=1e-13)
    assert relative_error(numeric_gradient(lambda x: x**3, x, dout), dout * 3 * x**2) < 1e-9


def test_small_steps_lose_digits() -> None:
    """The lesson of the step: error against h falls, then rises."""
    rng = np.random.default_rng(0)
    x, dout = rng.standard_normal(20), rng.standard_normal(20)

    def error(h: float) -> float:
        return relative_error(numeric_gradient(np.exp, x, dout, h), np.exp(x) * dout)

    assert error(1e-1) > error(1e-3) > error(1e-5) < error(1e-9) < error(1e-13)


@given(case=convolutions())
def test_a_step_of_one_is_exact_for_a_linear_map(case: Convolution) -> None:
    x, w, b, dout, options = case.x, case.w, case.b, case.dout, case.options
    _, _, db = conv_backward(dout, x, w, **options)
    numeric = numeric_gradient(lambda b: conv_forward(x, w, b, **options), b, dout, h=1)
    assert numeric.dtype == np.float64
    scale = np.abs(dout).sum() * (1 + np.abs(b).max())
    assert np.abs(numeric - db).max() < case.tolerance * scale


def planted(name: str, dx: Array, dw: Array) -> tuple[Array, Array]:
    """Gradients with a mistake that people make."""
    mistakes: dict[str, Any] = {
        "sign": (-dx, -dw),
        "border": (dx * (np.arange(dx.shape[-1]) > 0), dw * (np.arange(dw.shape[-1]) > 0)),
        "scale": (dx * 1.000001, dw * 1.000001),
        "channel": (dx[:, ::-1], dw[:, ::-1]),
        "flipped": (dx[..., ::-1, ::-1], dw[..., ::-1, ::-1]),
        "one element": (dx + 1e-6 * (np.arange(dx.size) == 7).reshape(dx.shape), dw * (1 + 1e-6)),
    }
    return mistakes[name]


@pytest.mark.parametrize("mistake", ["sign", "border", "scale", "channel", "flipped", "one element"])
def test_planted_mistakes_are_seen(mistake: str) -> None:
    rng = np.random.default_rng(5)
    x, w, b = rng.standard_normal((2, 3, 7, 6)), rng.standard_normal((4, 3, 3, 2)), rng.standard_normal(4)
    out = conv_forward(x, w, b, stride=2)
    dout = rng.standard_normal(out.shape)
    dx, dw, _ = conv_backward(dout, x, w, stride=2)
    linear = out - b[:, None, None]

    def gaps(dx: Array, dw: Array) -> list[float]:
        pairs = directional(lambda x: conv_forward(x, w, b, stride=2), x, dx, dout, rng, h=1.0)
        along = max(abs(numeric - analytic) for numeric, analytic in pairs)
        return [along, adjoint_gap(linear, dout, x, dx), adjoint_gap(linear, dout, w, dw)]

    assert max(gaps(dx, dw)) < 1e-11
    assert min(gaps(*planted(mistake, dx, dw))) > 1e-10


def test_element_by_element_says_where() -> None:
    rng = np.random.default_rng(6)
    x, w, b = rng.standard_normal((1, 1, 4, 4)), rng.standard_normal((1, 1, 3, 3)), np.zeros(1)
    dout = rng.standard_normal((1, 1, 2, 2))
    dx, _, _ = conv_backward(dout, x, w)
    wrong = dx.copy()
    wrong[0, 0, 2, 1] += 0.5
    numeric = numeric_gradient(lambda x: conv_forward(x, w, b), x, dout, h=1)
    np.testing.assert_array_equal(np.argwhere(np.abs(numeric - wrong) > 1e-9), [[0, 0, 2, 1]])


def test_at_a_tie_no_step_is_right_but_the_identity_is() -> None:
    x, dout = np.ones((1, 1, 2, 2)), np.ones((1, 1, 1, 1))
    out, switches = max_pool_forward(x, 2, 2)
    dx = max_pool_backward(dout, switches, x.shape, 2, 2)
    numeric = numeric_gradient(lambda x: max_pool_forward(x, 2, 2)[0], x, dout)
    np.testing.assert_allclose(numeric, 0.5)  # up by h, down by nothing
    np.testing.assert_array_equal(dx, [[[[1, 0], [0, 0]]]])
    assert adjoint_gap(out, dout, x, dx) == 0


def test_float32_is_too_coarse_for_small_steps_but_not_for_one() -> None:
    rng = np.random.default_rng(7)
    x, w, dout = (
        rng.standard_normal(s).astype(np.float32) for s in ((1, 2, 5, 5), (2, 2, 3, 3), (1, 2, 3, 3))
    )
    b = np.zeros(2, np.float32)
    dx, _, _ = conv_backward(dout, x, w)
    assert relative_error(numeric_gradient(lambda x: conv_forward(x, w, b), x, dout, h=1e-5), dx) > 1e-3
    assert relative_error(numeric_gradient(lambda x: conv_forward(x, w, b), x, dout, h=1), dx) < 1e-5


def test_f_may_write_into_its_argument_and_return_it() -> None:
    def double(x: Array) -> Array:
        x *= 2
        return x

    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(numeric_gradient(double, x, np.array([1.0, 10.0, 100.0]), h=1), [2, 20, 200])
    np.testing.assert_array_equal(x, [1, 2, 3])


def test_directions_are_the_generator_s() -> None:
    x = np.array([1.0, 2.0])
    first, second = (
        directional(np.sin, x, np.cos(x), x, np.random.default_rng(1), draws=4) for _ in range(2)
    )
    assert first == second
    assert len(set(first)) == 4


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([1, 2], [1, 2], 0),
        ([1, 2], [1, 4], 0.5),
        ([0, 100], [1e-9, 100], 1e-11),
        ([0, 0], [0, 0], 0),
        ([0, 0], [0, 5], 1),
        ([1, np.nan], [1, np.nan], np.inf),
        ([1, np.inf], [1, np.inf], np.inf),
        ([], [], 0),
    ],
)
def test_relative_error(a: list[float], b: list[float], expected: float) -> None:
    assert relative_error(np.array(a), np.array(b)) == pytest.approx(expected)
    assert relative_error(np.array(b), np.array(a)) == pytest.approx(expected)


def test_adjoint_gap_of_nothing_and_of_nan() -> None:
    zero, one, nan = np.zeros(2), np.ones(2), np.array([1, np.nan])
    assert adjoint_gap(zero, one, zero, one) == 0
    assert adjoint_gap(one, one, one, -one) == 2
    assert (
        adjoint_gap(np.array([1, 1e-12 - 1]), one, one, zero) < 1e-11
    )  # terms that cancel still have a size
    assert adjoint_gap(nan, one, one, one) == np.inf


def test_shapes_are_not_stretched() -> None:
    x = np.ones((2, 3))
    with pytest.raises(ValueError, match=r"dout has the shape \(3,\) but f\(x\) has \(2, 3\)"):
        numeric_gradient(lambda x: x, x, np.ones(3))
    with pytest.raises(ValueError, match=r"dx has the shape \(3,\) but x has \(2, 3\)"):
        directional(lambda x: x, x, np.ones(3), x, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"direction has the shape \(3,\) but x has \(2, 3\)"):
        derivative(lambda x: x, x, np.ones(3), x)
    with pytest.raises(ValueError, match=r"a has the shape \(2, 3\) but b has \(1, 3\)"):
        relative_error(x, x[:1])
    with pytest.raises(ValueError, match=r"dx has the shape \(1, 3\) but x has \(2, 3\)"):
        adjoint_gap(x, x, x, x[:1])


@pytest.mark.parametrize(
    ("f", "x", "options", "error", "message"),
    [
        (np.abs, np.ones(2, int), {}, TypeError, r"x holds int64, which .* 1e-05: .* x.astype\(np.float64\)"),
        (np.abs, [1.0, 2.0], {}, TypeError, "x must be a numpy array, not list"),
        (np.abs, np.ones(2), {"h": 0}, ValueError, "h must be a step larger than 0, not 0"),
        (np.abs, np.ones(2), {"h": np.nan}, ValueError, "h must be a step larger than 0, not nan"),
        (lambda x: None, np.ones(2), {}, TypeError, "f returned None: does it end with a return"),
        (
            lambda x: (x, x),
            np.ones(2),
            {},
            TypeError,
            "f returned 2 results: take the one that dout",
        ),
    ],
)
def test_what_cannot_be_differentiated(
    f: Any, x: Any, options: dict[str, float], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        numeric_gradient(f, x, np.ones(2), **options)
    with pytest.raises(error, match=message):
        directional(f, x, np.ones(2), np.ones(2), np.random.default_rng(0), **options)


def test_what_cannot_be_compared() -> None:
    x = np.ones(2)
    with pytest.raises(ValueError, match="draws must be at least 1, not 0: without a direction nothing"):
        directional(np.abs, x, x, x, np.random.default_rng(0), draws=0)
    for other in (x + 1j, "no number", None):
        with pytest.raises(TypeError, match="Cannot cast"):
            relative_error(x, other)
