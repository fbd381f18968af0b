"""fc_backward(dout, x, w): the gradients of a fully connected layer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, Slope, aspect


def reference(dout, x, w):
    """Each output's gradient goes to the values and weights that made it."""
    (N, K), D = dout.shape, len(w)
    rows = x.reshape(N, D)
    dx, dw, db = np.zeros((N, D), x.dtype), np.zeros(w.shape, x.dtype), np.zeros(K, x.dtype)
    for n, k in np.ndindex(N, K):
        db[k] += dout[n, k]
        dw[:, k] += dout[n, k] * rows[n]
        dx[n] += dout[n, k] * w[:, k]
    return dx.reshape(x.shape), dw, db


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, units, draw=integers):
        sizes = (x[0], units), x, (int(np.prod(x[1:])), units)
        return Case(tag, about, tuple(draw(rng, *size) for size in sizes))

    yield case("values", "one row of two values, one unit", (1, 2), 1)
    yield case("values", "one row of two values, two units", (1, 2), 2)
    yield case("values", "two rows of two values, one unit", (2, 2), 1)
    yield case("values", "two rows of three values, two units", (2, 3), 2)
    yield case("values", "three rows of four values, five units", (3, 4), 5, reals)
    yield case("values", "as many rows as values and units", (3, 3), 3, reals)
    yield case("volumes", "one image of two channels, 1x1", (1, 2, 1, 1), 1)
    yield case("volumes", "two images of 1x2x2", (2, 1, 2, 2), 3)
    yield case("volumes", "two images of 2x2x3", (2, 2, 2, 3), 4, reals)
    dout, x, w = reals(rng, 2, 3), reals(rng, 2, 2, 3, 2), reals(rng, 12, 3)
    yield Case("edges", "float32", tuple(a.astype(np.float32) for a in (dout, x, w)))
    yield Case("edges", "arrays that are not contiguous", tuple(map(scattered, (dout, x, w))))


def slopes(case, rng):
    """The layer is linear in each argument, so no step is needed."""
    dout, x, w = (np.asarray(a, np.float64) for a in case.args)
    v, u, t = rng.normal(size=x.shape), rng.normal(size=w.shape), rng.normal(size=dout.shape[1])
    rows = x.reshape(len(x), -1), v.reshape(len(x), -1)
    return [
        Slope("dx", v, float(np.sum(rows[1] @ w * dout))),
        Slope("dw", u, float(np.sum(rows[0] @ u * dout))),
        Slope("db", t, float(np.sum(t * dout))),
    ]


def fc_backward(dout, x, w):
    """Return dx, dw, db, in the shapes of x, w and b.

    dout: (N, K). x: (N, C, H, W) or (N, D). w: (D, K), with D = C * H * W.
    """
    rows = x.reshape(len(x), -1)  # (N, D)
    dw = rows.T @ dout  # (D, N) @ (N, K)
    db = dout.sum(axis=0)  # (K,)
    dx = dout @ w.T  # (N, K) @ (K, D)
    return dx.reshape(x.shape), dw, db


def pixels_first(x):
    """(N, C, H, W) as (N, H, W, C)."""
    return np.moveaxis(x, 1, -1)


mistakes = Catalogue(fc_backward)

mistakes.change(
    "dx not given the shape of x",
    "dx has the shape of x: fold each row back into channels, rows and columns.",
    {"return dx.reshape(x.shape), dw, db": "return dx, dw, db"},
)
mistakes.change(
    "dw transposed",
    "dw has the shape of w, (D, K): one row for each value, one column for each unit.",
    {"dw = rows.T @ dout": "dw = dout.T @ rows"},
)
mistakes.change(
    "dx with w where its transpose belongs",
    "Going back, K values come in and D go out: each value of x collects along its row of w.",
    {"dout @ w.T": "dout @ w"},
)
mistakes.change(
    "dx without the weights",
    "A value of x reached unit k through the weight w[d, k], so dout comes back through it.",
    {"dout @ w.T": "np.repeat(dout.sum(axis=1, keepdims=True), len(w), axis=1)"},
)
mistakes.change(
    "dw without x",
    "The weight w[d, k] was multiplied by value d, so its gradient is dout times that value.",
    {"rows.T @ dout": "np.ones_like(rows).T @ dout"},
)
mistakes.change(
    "dout left out of dw",
    "dw[d, k] sums value d times dout[:, k] over the images.",
    {"rows.T @ dout": "rows.T @ np.ones_like(dout)"},
)
mistakes.change(
    "db summed over the units",
    "There is one bias for each unit, and every image uses it: sum over the images.",
    {"dout.sum(axis=0)": "dout.sum(axis=1)"},
)
mistakes.change(
    "db summed over everything",
    "There is one bias for each unit: sum over the images only.",
    {"axis=0": "axis=None"},
)
mistakes.change(
    "db not summed",
    "All images use the same bias, so its gradient is the sum over them.",
    {"dout.sum(axis=0)": "dout"},
)
mistakes.change(
    "db averaged over the images",
    "Each image adds its part; a loss that is a mean has put 1/N into dout already.",
    {"dout.sum(axis=0)": "dout.mean(axis=0)"},
)
mistakes.change(
    "dw averaged over the images",
    "Each image adds its part; a loss that is a mean has put 1/N into dout already.",
    {"rows.T @ dout": "rows.T @ dout / len(x)"},
)
mistakes.change(
    "dw of the first image only",
    "dw sums over all images.",
    {"rows.T @ dout": "rows[:1].T @ dout[:1]"},
)
mistakes.change(
    "dw of the last image only",
    "Each image adds its part to dw: += in a loop, or one matrix product.",
    {"rows.T @ dout": "rows[-1:].T @ dout[-1:]"},
)
mistakes.change(
    "pixels of a volume in another order",
    "Value d of a row is the d-th pixel in the order of memory: channels first, then rows, then columns.",
    {
        "x.reshape(len(x), -1)": "pixels_first(x).reshape(len(x), -1)",
        "dx.reshape(x.shape)": "np.moveaxis(dx.reshape(pixels_first(x).shape), -1, 1)",
    },
)
mistakes.change(
    "dw and dx in each other's place",
    "The order is `return dx, dw, db`.",
    {"return dx.reshape(x.shape), dw, db": "return dw, dx.reshape(x.shape), db"},
    whole=True,
)
mistakes.change(
    "the sign turned",
    "The gradient says how the loss grows; the minus sign belongs to the optimiser's step.",
    {"return dx.reshape(x.shape), dw, db": "return -dx.reshape(x.shape), -dw, -db"},
)

exercise = Exercise(
    name="fc_backward",
    arguments=("dout", "x", "w"),
    parts=("dx", "dw", "db"),
    axes={
        "dx": ("image n", "channel c or value d", "row", "column"),
        "dw": ("value d", "unit k"),
        "db": ("unit k",),
    },
    aspects=(
        aspect("dw and db", 1, "values", parts=("dw", "db")),
        aspect("dx", 1, "values", parts=("dx",)),
        aspect("volumes", 1, "volumes", "edges"),
    ),
    reference=reference,
    cases=cases,
    program=fc_backward,
    mistakes=tuple(mistakes),
    slopes=slopes,
)
