"""batch_norm_backward(dout, x, gamma, mean, var, eps=1e-5): the gradient, also through mean and variance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def reference(dout, x, gamma, mean, var, eps=1e-5):
    """Step by step: what arrives through the value itself, through the variance, and through the mean."""
    dx, dgamma, dbeta = np.zeros(x.shape, x.dtype), np.zeros_like(gamma), np.zeros_like(gamma)
    for c in range(x.shape[1]):
        values, d = x[:, c].astype(np.float64), dout[:, c].astype(np.float64)
        deviation = np.sqrt(np.float64(var[c]) + eps)
        centred = values - mean[c]
        dbeta[c], dgamma[c] = d.sum(), np.sum(d * centred / deviation)
        dnormal = d * gamma[c]
        dvar = np.sum(dnormal * centred) * -0.5 / deviation**3
        dcentred = dnormal / deviation + dvar * 2 * centred / values.size
        dx[:, c] = dcentred - dcentred.mean()
    return dx, dgamma, dbeta


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, draw=reals, eps=None):
        dout, x, gamma = draw(rng, *x), draw(rng, *x), draw(rng, x[1])
        moments = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        return Case(tag, about, (dout, x, gamma, *moments), {} if eps is None else {"eps": eps})

    small, sent = (np.array(v, float).reshape(3, 1, 1, 1) for v in ([1, 2, 6], [1, 0, 0]))
    moments = small.mean(axis=(0, 2, 3)), small.var(axis=(0, 2, 3))
    yield Case("values", "three values of one channel", (sent, small, np.ones(1), *moments))
    yield case("values", "one image of 2x2", (1, 1, 2, 2), integers)
    yield case("values", "two images of 1x2", (2, 1, 1, 2), integers)
    yield case("values", "two channels", (2, 2, 1, 2), integers)
    yield case("values", "three images, two channels, 2x3", (3, 2, 2, 3))
    yield case("values", "as many images as channels, rows and columns", (3, 3, 3, 3))
    yield case("values", "many images, one pixel", (6, 4, 1, 1))
    yield case("edges", "eps 0.1", (2, 2, 2, 2), eps=0.1)
    yield case("edges", "eps 1, real numbers", (3, 2, 2, 2), eps=1.0)
    x, dout, gamma = reals(rng, 4, 3, 2, 5), reals(rng, 4, 3, 2, 5), reals(rng, 3)
    x, dout, gamma = (a.astype(np.float32) for a in (x, dout, gamma))
    yield Case("edges", "float32", (dout, x, gamma, x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))))
    x, dout, gamma = reals(rng, 4, 3, 2, 5), reals(rng, 4, 3, 2, 5), reals(rng, 3)
    moments = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
    yield Case("edges", "arrays that are not contiguous", (scattered(dout), scattered(x), gamma, *moments))


def batch_norm_backward(dout, x, gamma, mean, var, eps=1e-5):
    """Return dx (N, C, H, W), dgamma (C,) and dbeta (C,).

    dout, x: (N, C, H, W). gamma: (C,). mean, var: (C,), as batch_norm_forward returned them.
    """
    shape, axes = (1, -1, 1, 1), (0, 2, 3)
    deviation = np.sqrt(var + eps).reshape(shape)
    normal = (x - mean.reshape(shape)) / deviation
    dbeta = dout.sum(axis=axes)
    dgamma = (dout * normal).sum(axis=axes)
    values = dout[:, 0].size  # how many share a mean
    left = dout - dbeta.reshape(shape) / values - normal * dgamma.reshape(shape) / values
    dx = gamma.reshape(shape) / deviation * left
    return dx, dgamma, dbeta


mistakes = Catalogue(batch_norm_backward)

MEAN, VAR = " - dbeta.reshape(shape) / values", " - normal * dgamma.reshape(shape) / values"

mistakes.change(
    "mean and variance taken for constants",
    "A value moves the mean and the variance of its channel, and with them every other output. They are "
    "constants only after training.",
    {MEAN: "", VAR: ""},
)
mistakes.change(
    "the way through the mean forgotten",
    "A value moves the mean, which is subtracted from all values of the channel.",
    {MEAN: ""},
)
mistakes.change(
    "the way through the variance forgotten",
    "A value moves the variance, by which all values of the channel are divided.",
    {VAR: ""},
)
mistakes.change(
    "a sum where the mean over the values belongs",
    "Each value makes up 1 / (N H W) of the mean and of the variance.",
    {MEAN: " - dbeta.reshape(shape)", VAR: " - normal * dgamma.reshape(shape)"},
)
mistakes.change(
    "divided by the number of images alone",
    "N * H * W values share a mean, not N.",
    {"dout[:, 0].size": "len(dout)"},
)
mistakes.change(
    "divided by the number of places alone",
    "N * H * W values share a mean, not H * W: the images of the batch share it, too.",
    {"dout[:, 0].size": "dout[0, 0].size"},
)
mistakes.change(
    "divided by the number of all values",
    "N * H * W values share a mean; each channel has its own.",
    {"dout[:, 0].size": "dout.size"},
)
mistakes.change(
    "gamma left out of dx",
    "Forward multiplies by gamma, so what comes back is multiplied by it, too.",
    {"gamma.reshape(shape) / deviation": "1 / deviation"},
)
mistakes.change(
    "dx not divided by the deviation",
    "Forward divides by the deviation, so what comes back is divided by it, too.",
    {"gamma.reshape(shape) / deviation": "gamma.reshape(shape)"},
)
mistakes.change(
    "the two means taken without gamma",
    "gamma belongs to all three terms: to what arrives and to both means that are subtracted from it. dbeta "
    "and dgamma are sums without gamma.",
    {
        "left = dout -": "left = gamma.reshape(shape) * dout -",
        "gamma.reshape(shape) / deviation * left": "left / deviation",
    },
    {
        "left = dout -": "left = gamma.reshape(shape) / deviation * dout -",
        "gamma.reshape(shape) / deviation * left": "left",
    },
)
mistakes.change(
    "divided by the variance",
    "The deviation is the square root of the variance (and eps).",
    {"np.sqrt(var + eps)": "(var + eps)"},
)
mistakes.change(
    "eps left out",
    "Forward divides by sqrt(var + eps): the same eps belongs here.",
    {"np.sqrt(var + eps)": "np.sqrt(var)"},
)
mistakes.change("eps fixed", "Use the argument eps.", {"np.sqrt(var + eps)": "np.sqrt(var + 1e-5)"})
mistakes.change(
    "dgamma with the values as they came in",
    "gamma was multiplied by the normalised values, not by x.",
    {
        "(dout * normal).sum": "(dout * x).sum",
        VAR: " - normal * (dout * normal).sum(axis=axes).reshape(shape) / values",
    },
)
mistakes.change(
    "dgamma with the outputs",
    "gamma was multiplied by the normalised values, before gamma and beta.",
    {
        "(dout * normal).sum": "(dout * normal * gamma.reshape(shape)).sum",
        VAR: " - normal * (dout * normal).sum(axis=axes).reshape(shape) / values",
    },
)
mistakes.change(
    "dgamma and dbeta in each other's place",
    "The order is `return dx, dgamma, dbeta`.",
    {"return dx, dgamma, dbeta": "return dx, dbeta, dgamma"},
    whole=True,
)
mistakes.change(
    "dgamma and dbeta averaged",
    "Every value adds its part to dgamma and dbeta: a sum, not a mean.",
    {"return dx, dgamma, dbeta": "return dx, dgamma / values, dbeta / values"},
)
mistakes.change(
    "dgamma and dbeta for each image",
    "All images use the same gamma and beta: sum over them, too.",
    {
        "return dx, dgamma, dbeta": "return dx, (dout * normal).sum(axis=(2, 3)), dout.sum(axis=(2, 3))",
    },
)
mistakes.change(
    "the way through the variance with the wrong sign",
    "A value far from the mean makes the variance larger, and all outputs smaller.",
    {VAR: " + normal * dgamma.reshape(shape) / values"},
)
mistakes.change(
    "the way through the variance counted half",
    "The derivative of a square brings a 2, that of the root a 1/2: together they are 1.",
    {VAR: " - normal * dgamma.reshape(shape) / (2 * values)"},
)
mistakes.change(
    "dout left out of dgamma",
    "A change of gamma counts dout times at each output.",
    {
        "(dout * normal).sum": "normal.sum",
        VAR: " - normal * (dout * normal).sum(axis=axes).reshape(shape) / values",
    },
)

exercise = Exercise(
    name="batch_norm_backward",
    arguments=("dout", "x", "gamma", "mean", "var"),
    parts=("dx", "dgamma", "dbeta"),
    axes={
        "dx": ("image n", "channel c", "row", "column"),
        "dgamma": ("channel c",),
        "dbeta": ("channel c",),
    },
    aspects=(
        aspect("dgamma and dbeta", 1, "values", parts=("dgamma", "dbeta")),
        aspect("dx", 3, "values", parts=("dx",)),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    program=batch_norm_backward,
    mistakes=tuple(mistakes),
)
