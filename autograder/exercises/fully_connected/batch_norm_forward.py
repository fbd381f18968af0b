"""batch_norm_forward(x, gamma, beta, eps=1e-5): each channel of the batch gets mean beta, deviation gamma."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def reference(x, gamma, beta, eps=1e-5):
    """Channel by channel."""
    out, mean, var = np.zeros(x.shape, x.dtype), np.zeros(len(gamma), x.dtype), np.zeros(len(gamma), x.dtype)
    for c in range(x.shape[1]):
        values = x[:, c].astype(np.float64)
        mean[c], var[c] = values.mean(), values.var()
        out[:, c] = gamma[c] * (values - values.mean()) / np.sqrt(values.var() + eps) + beta[c]
    return out, mean, var


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, draw=reals, **options):
        return Case(tag, about, (draw(rng, *x), draw(rng, x[1]), draw(rng, x[1])), options)

    small = np.array([1.0, 3.0]).reshape(2, 1, 1, 1)
    yield Case("values", "the values 1 and 3, gamma 1, beta 0", (small, np.ones(1), np.zeros(1)))
    yield Case("values", "the values 1 and 3, gamma 2, beta 5", (small, np.array([2.0]), np.array([5.0])))
    yield case("values", "one image of 2x2", (1, 1, 2, 2), integers)
    yield case("values", "two channels", (1, 2, 2, 2), integers)
    yield case("values", "two images, two channels", (2, 2, 2, 2), integers)
    yield case("values", "three images, two channels, 2x3", (3, 2, 2, 3))
    yield case("values", "as many images as channels, rows and columns", (3, 3, 3, 3))
    yield case("values", "many images, one pixel", (6, 4, 1, 1))
    yield case("edges", "eps 0.1", (2, 2, 2, 2), eps=0.1)
    constant = np.full((2, 1, 2, 2), 3.0)
    yield Case("edges", "a channel whose values are all equal", (constant, np.array([2.0]), np.array([1.0])))
    x, gamma, beta = reals(rng, 4, 3, 2, 5), reals(rng, 3), reals(rng, 3)
    yield Case("edges", "float32", tuple(a.astype(np.float32) for a in (x, gamma, beta)))
    yield Case("edges", "an array that is not contiguous", (scattered(x), gamma, beta))


def batch_norm_forward(x, gamma, beta, eps=1e-5):
    """Return out (N, C, H, W), and the mean and variance of each channel, (C,).

    x: (N, C, H, W). gamma, beta: (C,). eps is added to the variance, so that nothing is divided by 0.
    """
    mean = x.mean(axis=(0, 2, 3))  # (C,)
    var = x.var(axis=(0, 2, 3))  # (C,)
    shape = (1, -1, 1, 1)  # a number for each channel
    normal = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)
    out = gamma.reshape(shape) * normal + beta.reshape(shape)
    return out, mean, var


mistakes = Catalogue(batch_norm_forward)

mistakes.change(
    "one mean for all channels",
    "Each channel has a mean and a variance of its own: over the images, rows and columns.",
    {
        "mean = x.mean(axis=(0, 2, 3))": "mean = np.full(x.shape[1], x.mean())",
        "var = x.var(axis=(0, 2, 3))": "var = np.full(x.shape[1], x.var())",
    },
)
mistakes.change(
    "a mean for each image",
    "All images of the batch share the mean of a channel; with a mean for each image this is "
    "instance normalisation.",
    {
        "mean = x.mean(axis=(0, 2, 3))": "mean = x.mean(axis=(2, 3))",
        "var = x.var(axis=(0, 2, 3))": "var = x.var(axis=(2, 3))",
        "shape = (1, -1, 1, 1)": (
            "shape = (*x.shape[:2], 1, 1)\nmean, var = mean.reshape(shape), var.reshape(shape)"
        ),
        "(x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)": "(x - mean) / np.sqrt(var + eps)",
        "return out, mean, var": "return out, mean.mean(axis=(0, 2, 3)), var.mean(axis=(0, 2, 3))",
    },
    {
        "mean = x.mean(axis=(0, 2, 3))": "mean = x.mean(axis=(2, 3))",
        "var = x.var(axis=(0, 2, 3))": "var = x.var(axis=(2, 3))",
    },
    {
        "mean = x.mean(axis=(0, 2, 3))": "mean = x.mean(axis=(2, 3), keepdims=True)",
        "var = x.var(axis=(0, 2, 3))": "var = x.var(axis=(2, 3), keepdims=True)",
        "(x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)": "(x - mean) / np.sqrt(var + eps)",
    },
)
mistakes.change(
    "a mean for each pixel",
    "All places of a channel share its mean: sum over the rows and columns, too.",
    {
        "mean = x.mean(axis=(0, 2, 3))": "mean = x.mean(axis=0)",
        "var = x.var(axis=(0, 2, 3))": "var = x.var(axis=0)",
        "(x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)": "(x - mean) / np.sqrt(var + eps)",
        "return out, mean, var": "return out, mean.mean(axis=(1, 2)), var.mean(axis=(1, 2))",
    },
)
mistakes.change(
    "the variance divided by one less than the number of values",
    "Divide by the number of values, not by one less: the values are the whole batch, not a sample of it.",
    {"x.var(axis=(0, 2, 3))": "x.var(axis=(0, 2, 3)) * (x[:, 0].size / (x[:, 0].size - 1))"},
)
mistakes.change(
    "the standard deviation returned in place of the variance",
    "The third result is the variance; the deviation is its square root.",
    {"return out, mean, var": "return out, mean, np.sqrt(var)"},
    {"return out, mean, var": "return out, mean, np.sqrt(var + eps)"},
)
mistakes.change(
    "eps counted in the variance that is returned",
    "Return the variance as it is; eps is only added where it is divided by.",
    {"return out, mean, var": "return out, mean, var + eps"},
)
mistakes.change(
    "divided by the variance",
    "Divide by the deviation, the square root of the variance (and eps).",
    {"np.sqrt(var.reshape(shape) + eps)": "(var.reshape(shape) + eps)"},
)
mistakes.change(
    "eps left out",
    "If all values of a channel are equal, you divide 0 by 0. eps is added to the variance.",
    {"np.sqrt(var.reshape(shape) + eps)": "np.sqrt(var.reshape(shape))"},
)
mistakes.change(
    "eps added to the deviation",
    "eps belongs under the root: sqrt(var + eps).",
    {"np.sqrt(var.reshape(shape) + eps)": "(np.sqrt(var.reshape(shape)) + eps)"},
)
mistakes.change(
    "eps fixed",
    "Use the argument eps.",
    {"np.sqrt(var.reshape(shape) + eps)": "np.sqrt(var.reshape(shape) + 1e-5)"},
)
mistakes.change(
    "the mean not subtracted",
    "First subtract the channel's mean.",
    {"(x - mean.reshape(shape))": "x"},
)
mistakes.change("gamma left out", "Multiply each channel by its gamma.", {"gamma.reshape(shape) * ": ""})
mistakes.change("beta left out", "Add to each channel its beta.", {" + beta.reshape(shape)": ""})
mistakes.change(
    "gamma and beta in each other's place",
    "gamma multiplies, beta is added.",
    {"gamma.reshape(shape) *": "beta.reshape(shape) *", "+ beta.reshape": "+ gamma.reshape"},
)
mistakes.change(
    "beta added before multiplying",
    "First multiply by gamma, then add beta.",
    {"normal + beta.reshape(shape)": "(normal + beta.reshape(shape))"},
)
mistakes.change(
    "gamma and beta of the first channel for all",
    "Channel c has gamma[c] and beta[c].",
    {"gamma.reshape(shape) * normal + beta.reshape(shape)": "gamma[0] * normal + beta[0]"},
)
mistakes.change(
    "gamma and beta along the columns",
    "An array of C numbers meets the last axis, the columns. Give it the shape (1, C, 1, 1).",
    {"gamma.reshape(shape) * normal + beta.reshape(shape)": "gamma * normal + beta"},
)
mistakes.change(
    "mean and variance along the columns",
    "An array of C numbers meets the last axis, the columns. Give mean and variance the shape (1, C, 1, 1).",
    {"(x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)": "(x - mean) / np.sqrt(var + eps)"},
    {
        "(x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)": "(x - mean) / np.sqrt(var + eps)",
        "gamma.reshape(shape) * normal + beta.reshape(shape)": "gamma * normal + beta",
    },
)
mistakes.change(
    "the variance before the mean",
    "The order is `return out, mean, var`.",
    {"return out, mean, var": "return out, var, mean"},
    whole=True,
)
mistakes.change(
    "the variance around 0",
    "The variance is the mean square of what is left after the mean is subtracted.",
    {"x.var(axis=(0, 2, 3))": "(x**2).mean(axis=(0, 2, 3))"},
)

exercise = Exercise(
    name="batch_norm_forward",
    arguments=("x", "gamma", "beta"),
    parts=("out", "mean", "var"),
    axes={
        "out": ("image n", "channel c", "row", "column"),
        "mean": ("channel c",),
        "var": ("channel c",),
    },
    aspects=(
        aspect("mean and variance", 1, "values", parts=("mean", "var")),
        aspect("output", 2, "values", parts=("out",)),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    program=batch_norm_forward,
    mistakes=tuple(mistakes),
)
