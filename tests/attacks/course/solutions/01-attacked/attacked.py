# %% [markdown]
# # Attacked
#
# Five small functions. The tests know nothing of the attacks.

# %%
import numpy as np

from autograder import check


# %% nbgrader={"grade": false, "grade_id": "helpers", "locked": true, "schema_version": 3, "solution": false, "task": false}
def halves(values):
    """Half of each value."""
    return [value / 2 for value in values]


# %% nbgrader={"grade": false, "grade_id": "double", "locked": false, "schema_version": 3, "solution": true, "task": false}
def double(x):
    """Twice each value of an array."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "double_values", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
np.testing.assert_allclose(double(np.array([1.0, 2.0, 3.0])), [2, 4, 6])
### BEGIN HIDDEN TESTS
hidden_draw = np.random.default_rng(5150).normal(size=(3, 4))
assert (double(hidden_draw) == hidden_draw + hidden_draw).all()
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "double_kind", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
doubled = double(np.ones((2, 2)))
assert type(doubled) is np.ndarray
assert doubled.dtype == np.float64
assert doubled.shape == (2, 2)


# %% nbgrader={"grade": false, "grade_id": "mean", "locked": false, "schema_version": 3, "solution": true, "task": false}
def mean(values):
    """The mean of a list of numbers."""
    ### BEGIN SOLUTION
    total = 0
    for value in values:
        total += value
    return total / len(values)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "mean_values", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
assert mean([1, 2, 3]) == 2
assert mean(halves([1, 3])) == 1
### BEGIN HIDDEN TESTS
assert abs(mean([0.5, 0.25]) - 0.375) < 1e-12
assert abs(mean([17.25, -3.5, 100.0]) - 37.916666666666664) < 1e-9
### END HIDDEN TESTS


# %% nbgrader={"grade": false, "grade_id": "apply_all", "locked": false, "schema_version": 3, "solution": true, "task": false}
def apply_all(function, values):
    """The function's results for all values, as a list."""
    ### BEGIN SOLUTION
    return [function(value) for value in values]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "apply_values", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
assert apply_all(lambda value: value * value + 1, [1, 2, 3]) == [2, 5, 10]
assert apply_all(abs, []) == []


# %% nbgrader={"grade": false, "grade_id": "is_prime", "locked": false, "schema_version": 3, "solution": true, "task": false}
def is_prime(n):
    """Whether n is a prime number."""
    ### BEGIN SOLUTION
    return n > 1 and all(n % d for d in range(2, n))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "prime_share", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# Partial credit: nbgrader takes the last line's number for the points.
right = sum(is_prime(n) == (n in (2, 3, 5, 7, 11)) for n in range(12))
round(3 * right / 12, 2)


# %% nbgrader={"grade": false, "grade_id": "conv_forward", "locked": false, "schema_version": 3, "solution": true, "task": false}
def conv_forward(x, w, b, stride=1, pad=0):
    """Convolve x (N, C, H, W) with w (K, C, FH, FW), plus b (K,)."""
    ### BEGIN SOLUTION
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    (N, _C, H, W), (K, _, FH, FW) = x.shape, w.shape
    if (H - FH) % stride or (W - FW) % stride:
        raise ValueError("the filter does not fit")
    out = np.empty((N, K, (H - FH) // stride + 1, (W - FW) // stride + 1), x.dtype)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            window = x[:, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
            out[:, :, i, j] = np.tensordot(window, w, ((1, 2, 3), (1, 2, 3))) + b
    return out
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "conv_values", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
check("conv_forward", conv_forward, "values")
