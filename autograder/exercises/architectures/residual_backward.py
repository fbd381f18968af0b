"""residual_backward(dout, x, w1, b1, w2, b2, conv, conv_backward): the gradients of a residual block."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv import naive

from .residual_forward import block
from .shared import conv_backward, conv_forward


def reference(dout, x, w1, b1, w2, b2, conv, conv_backward):
    pad = w1.shape[2] // 2
    first = naive.conv_forward(x, w1, b1, pad=pad)
    inner = np.where(first > 0, first, 0).astype(x.dtype)
    summed = naive.conv_forward(inner, w2, b2, pad=pad) + x
    arrives = np.where(summed > 0, dout, 0).astype(x.dtype)
    dinner, dw2, db2 = naive.conv_backward(arrives, inner, w2, pad=pad)
    dfirst = np.where(first > 0, dinner, 0).astype(x.dtype)
    through, dw1, db1 = naive.conv_backward(dfirst, x, w1, pad=pad)
    return through + arrives, dw1, db1, dw2, db2


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, width, draw=integers, size=3):
        arrays = block(draw, rng, x, width, size)
        return Case(tag, about, (draw(rng, *x), *arrays, conv_forward, conv_backward))

    yield case("values", "1x1 filters, one channel", (1, 1, 1, 3), 1, size=1)
    yield case("values", "1x1 filters, two channels", (1, 2, 2, 2), 2, size=1)
    yield case("values", "3x3 filters, one channel", (1, 1, 2, 2), 1)
    yield case("values", "3x3 filters, two channels", (1, 2, 3, 3), 2)
    yield case("values", "two images, two channels, three inside", (2, 2, 3, 4), 3, reals)
    yield case("values", "three images, three channels, four inside", (3, 3, 4, 3), 4, reals)
    yield case("values", "5x5 filters", (1, 2, 4, 4), 2, reals, size=5)
    dout = reals(rng, 2, 2, 3, 3)
    x, w1, b1, w2, b2 = block(reals, rng, (2, 2, 3, 3), 2)
    functions = conv_forward, conv_backward
    yield Case(
        "values",
        "weights of 0: only x is left",
        (dout, x, 0 * w1, 0 * b1, 0 * w2, 0 * b2, *functions),
    )
    single = tuple(a.astype(np.float32) for a in (dout, x, w1, b1, w2, b2))
    yield Case("edges", "float32", (*single, *functions))
    about = "arrays that are not contiguous"
    yield Case(
        "edges", about, (scattered(dout), scattered(x), scattered(w1), b1, scattered(w2), b2, *functions)
    )


def residual_backward(dout, x, w1, b1, w2, b2, conv, conv_backward):
    """Return dx, dw1, db1, dw2, db2, in the shapes of x, w1, b1, w2 and b2.

    dout: (N, C, H, W). conv, conv_backward: a convolution, forward and backward, of notebooks 02 and 04.
    """
    pad = w1.shape[2] // 2
    first = conv(x, w1, b1, 1, pad)
    inner = np.maximum(first, 0)
    summed = conv(inner, w2, b2, 1, pad) + x
    dsum = dout * (summed > 0)
    dinner, dw2, db2 = conv_backward(dsum, inner, w2, 1, pad)
    dx, dw1, db1 = conv_backward(dinner * (first > 0), x, w1, 1, pad)
    return dx + dsum, dw1, db1, dw2, db2


mistakes = Catalogue(residual_backward)

mistakes.change(
    "the way around forgotten",
    "x was added to the sum, so all that arrives at the sum goes back to x as well.",
    {"return dx + dsum": "return dx"},
)
mistakes.change(
    "only the way around",
    "x went through the convolutions, too: dx is the sum of both ways.",
    {"return dx + dsum": "return dsum"},
)
mistakes.change(
    "dout added in the place of what passed the last ReLU",
    "The last ReLU comes after the sum: where it gave 0, nothing goes back on either way.",
    {"return dx + dsum": "return dx + dout"},
)
mistakes.change(
    "the last ReLU forgotten",
    "Where the block gave 0, nothing goes back.",
    {"dout * (summed > 0)": "dout"},
)
mistakes.change(
    "the ReLU between the convolutions forgotten",
    "Where the first convolution gave something below 0, nothing goes back to it.",
    {"dinner * (first > 0)": "dinner"},
)
mistakes.change(
    "the last ReLU asked without x",
    "What the last ReLU saw is the sum of the second convolution and x.",
    {"conv(inner, w2, b2, 1, pad) + x": "conv(inner, w2, b2, 1, pad)"},
)
mistakes.change(
    "dw2 with the values before the ReLU",
    "The second convolution read what the ReLU let through.",
    {"conv_backward(dsum, inner, w2": "conv_backward(dsum, first, w2"},
)
mistakes.change(
    "dw2 with x",
    "The second convolution read what the first one and the ReLU gave, not x.",
    {
        "dinner, dw2, db2 = conv_backward(dsum, inner, w2, 1, pad)": (
            "dinner, dw2, db2 = conv_backward(dsum, inner, w2, 1, pad)\n"
            "dw2 = conv_backward(dsum, x[:, [0] * len(b1)], w2, 1, pad)[1]"
        )
    },
)
mistakes.change(
    "the first block's gradient from dout",
    "What arrives at the first convolution has gone back through the second.",
    {"conv_backward(dinner * (first > 0), x": "conv_backward(dsum[:, [0] * len(b1)] * (first > 0), x"},
)
mistakes.change(
    "x added twice on the way back",
    "x was added once.",
    {"return dx + dsum": "return dx + 2 * dsum"},
)
mistakes.change(
    "no padding on the way back",
    "Use the pad of the forward pass.",
    {"conv_backward(dsum, inner, w2, 1, pad)": "conv_backward(dsum, inner, w2, 1, 0)"},
)
mistakes.change(
    "the gradients of the second convolution first",
    "The order is dx, dw1, db1, dw2, db2.",
    {"dw1, db1, dw2, db2\n": "dw2, db2, dw1, db1\n"},
    whole=True,
)

exercise = Exercise(
    name="residual_backward",
    arguments=("dout", "x", "w1", "b1", "w2", "b2", "conv", "conv_backward"),
    parts=("dx", "dw1", "db1", "dw2", "db2"),
    axes={
        "dx": ("image n", "channel c", "row", "column"),
        "dw1": ("filter m", "channel c", "row", "column"),
        "db1": ("filter m",),
        "dw2": ("filter c", "channel m", "row", "column"),
        "db2": ("filter c",),
    },
    aspects=(
        aspect("weights", 2, "values", parts=("dw1", "db1", "dw2", "db2")),
        aspect("dx", 2, "values", parts=("dx",)),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    program=residual_backward,
    mistakes=tuple(mistakes),
)
