"""Is a backward pass right? Ask the forward pass.

A backward function says how much sum(f(x) * dout) changes when x changes. Moving x a little and computing the
sum again is slow, but it needs no theory, so it can test any. There are three ways, from the one that says
most to the cheapest:

    numeric_gradient   one element at a time: says *where* a gradient is wrong; two calls of f per element
    directional        random directions through all elements at once; two calls of f per direction
    adjoint_gap        no step at all, for maps that are linear or scale with x; one call of f

In every function here, `f` takes one argument: hold the others fixed with a lambda, for example
`lambda x: conv_forward(x, w, b, stride=2)`. Sums are computed in float64, whatever the arrays hold.

Draw `dout` at random. With ones, two mistakes that cancel in the sum are not found.
Source: Baydin et al., "Automatic differentiation in machine learning: a survey", 2018 (sections 2.1 and 3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cs_conv.geometry import Array


def numeric_gradient(f: Callable[[Array], Array], x: Array, dout: Array, h: float = 1e-5) -> Array:
    """The gradient of sum(f(x) * dout) by central differences, one element of x at a time.

    x: any shape, float. dout: the shape of f(x). h: the step, in units of x. Returns the shape of x, float64.

    Why central: (f(x + h) - f(x - h)) / 2h is wrong by a multiple of h^2, a one-sided difference by one of h.
    Why h = 1e-5: smaller steps lose digits, since the two values of f agree in more of them; larger steps are
    wrong where f is curved. In float32 only a few digits are left, so check in float64.
    If f is linear in x, as convolution is in x, in w and in b, nothing is curved: take h = 1, which is exact
    up to rounding, in float32 too. At a kink (a tie in max pooling, ReLU at 0) no step gives the gradient.

    >>> numeric_gradient(lambda x: x**2, np.array([1.0, 3.0]), dout=np.array([1.0, 10.0])).round(6)
    array([ 2., 60.])
    """
    _can_move(x, h)
    gradient = np.empty(x.shape, np.float64)
    for index in np.ndindex(x.shape):
        direction = np.zeros_like(x)
        direction[index] = 1
        gradient[index] = derivative(f, x, direction, dout, h)
    return gradient


def directional(
    f: Callable[[Array], Array],
    x: Array,
    dx: Array,
    dout: Array,
    rng: np.random.Generator,
    h: float = 1e-5,
    draws: int = 3,
) -> list[tuple[float, float]]:
    """Return pairs: how sum(f(x) * dout) changes along a random direction, and how it should, by dx.

    x, dx: the same shape. dout: the shape of f(x). h: the step; 1 if f is linear, see numeric_gradient.
    draws: how many directions. If dx is right, the two numbers of each pair are equal.
    A wrong element shows in almost every direction, since each direction moves all elements. So a few draws
    find what numeric_gradient finds with two calls for every element; but they do not say which element.
    ValueError if dx does not have the shape of x, as every gradient must.
    """
    _can_move(x, h)
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}: without a direction nothing is checked")
    _same_shape("dx", dx, "x", x)
    pairs = []
    for _ in range(draws):
        direction = rng.standard_normal(x.shape).astype(x.dtype)
        pairs.append((derivative(f, x, direction, dout, h), _inner(direction, dx)))
    return pairs


def derivative(
    f: Callable[[Array], Array], x: Array, direction: Array, dout: Array, h: float = 1e-5
) -> float:
    """Return how fast sum(f(x) * dout) changes as x moves along `direction`, by a central difference.

    x, direction: the same shape. dout: the shape of f(x). ValueError if shapes differ; TypeError if x holds
    integers, which cannot move a little, or f does not return one array. f gets new arrays, so it may write
    into them.
    """
    _can_move(x, h)
    _same_shape("direction", direction, "x", x)
    step = h * direction
    above, below = _one_array(f(x + step)), _one_array(f(x - step))
    _same_shape("dout", dout, "f(x)", above)
    # Subtract first: the parts that did not change cancel before they can add rounding errors.
    change = np.subtract(above, below, dtype=np.float64)
    return _inner(change, dout) / (2 * h)


def adjoint_gap(out: Array, dout: Array, x: Array, dx: Array) -> float:
    """Return how far <out, dout> is from <x, dx>, relative to the sizes of their terms: 0 if dx is right.

    out, dout: the same shape. x, dx: the same shape.

    A linear map is a matrix A: out = A x and dx = A^T dout, so <A x, dout> = <x, A^T dout>. One forward call
    checks the whole backward pass, without a step. For convolution, subtract the bias first:
    <out - b, dout> = <x, dx> = <w, dw>. Max pooling and ReLU are not linear, but they scale with x,
    f(2x) = 2 f(x). For such functions the identity holds too, even at ties (Euler's theorem on homogeneous
    functions). A wrong forward with a matching wrong backward is not found: check the forward first.

    >>> A, x, dout = np.array([[1.0, 2], [3, 4]]), np.array([1.0, -1]), np.array([2.0, 1])
    >>> adjoint_gap(A @ x, dout, x, A.T @ dout), adjoint_gap(A @ x, dout, x, A @ dout) > 0.1
    (0.0, True)
    """
    _same_shape("dout", dout, "out", out)
    _same_shape("dx", dx, "x", x)
    scale = max(_inner(np.abs(out), np.abs(dout)), _inner(np.abs(x), np.abs(dx)))
    return _ratio(abs(_inner(out, dout) - _inner(x, dx)), scale)


def relative_error(a: Array, b: Array) -> float:
    """Return the largest difference between a and b, divided by the largest value in either.

    a, b: the same shape; ValueError otherwise, since NumPy would stretch one of them. TypeError for anything
    but real numbers. The result is inf if either holds a NaN or an infinity. Below 1e-9 in float64, or 1e-4
    in float32, it is only rounding. The whole array has one scale: dividing each difference by its own
    element would make a mistake of every rounding error beside a true 0.

    >>> relative_error(np.array([1.0, 200.0]), np.array([1.0, 202.0])).__round__(6)
    0.009901
    """
    a, b = (np.asarray(array).astype(np.float64, casting="same_kind") for array in (a, b))
    _same_shape("a", a, "b", b)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    if a.size == 0:
        return 0.0
    return _ratio(float(np.abs(a - b).max()), float(max(np.abs(a).max(), np.abs(b).max())))


def _ratio(difference: float, scale: float) -> float:
    """difference / scale, but 0 for 0 / 0, and inf where there is no finite answer."""
    if difference == 0:
        return 0.0
    return difference / scale if np.isfinite(difference) and scale > 0 else float("inf")


def _can_move(x: Array, h: float) -> None:
    if not isinstance(x, np.ndarray | np.floating):
        raise TypeError(f"x must be a numpy array, not {type(x).__name__}: use np.asarray(x)")
    if not np.issubdtype(x.dtype, np.floating):
        raise TypeError(f"x holds {x.dtype}, which cannot move by {h}: convert it with x.astype(np.float64)")
    if not 0 < h < float("inf"):
        raise ValueError(f"h must be a step larger than 0, not {h}: take 1e-5, or 1 where f is linear")


def _one_array(out: Any) -> Any:
    """Return what f returned; TypeError if that is None, or several arrays, which NumPy would stack."""
    if out is None:
        raise TypeError("f returned None: does it end with a return?")
    if isinstance(out, tuple):
        raise TypeError(
            f"f returned {len(out)} results: take the one that dout belongs to, "
            "as in lambda x: max_pool_forward(x, 2, 2)[0]"
        )
    return out


def _inner(a: Array, b: Array) -> float:
    return float(np.sum(np.multiply(a, b, dtype=np.float64)))


def _same_shape(name: str, array: Array, other_name: str, other: Array) -> None:
    if np.shape(array) != np.shape(other):
        raise ValueError(
            f"{name} has the shape {np.shape(array)} but {other_name} has {np.shape(other)}: "
            f"they must be the same"
        )
