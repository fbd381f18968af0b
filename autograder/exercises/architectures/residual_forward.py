"""residual_forward(x, w1, b1, w2, b2, conv): two convolutions, and the input added to what they give."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv import naive

from .shared import conv_forward


def reference(x, w1, b1, w2, b2, conv):
    pads = [(w.shape[2] // 2, w.shape[3] // 2) for w in (w1, w2)]
    inner = naive.conv_forward(x, w1, b1, pad=pads[0])
    inner[inner < 0] = 0
    out = naive.conv_forward(inner, w2, b2, pad=pads[1]) + x
    out[out < 0] = 0
    return out


def block(draw, rng, x, width, size=3):
    """Arguments x, w1, b1, w2, b2: the block has `width` channels inside."""
    C = x[1]
    return (
        draw(rng, *x),
        draw(rng, width, C, size, size),
        draw(rng, width),
        draw(rng, C, width, size, size),
        draw(rng, C),
    )


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, width, draw=integers, size=3):
        return Case(tag, about, (*block(draw, rng, x, width, size), conv_forward))

    yield case("values", "1x1 filters, one channel", (1, 1, 1, 2), 1, size=1)
    yield case("values", "1x1 filters, two channels", (1, 2, 2, 2), 2, size=1)
    yield case("values", "3x3 filters, one channel", (1, 1, 2, 2), 1)
    yield case("values", "two images, two channels, three inside", (2, 2, 3, 4), 3, reals)
    yield case("values", "5x5 filters", (1, 2, 4, 4), 2, reals, size=5)
    x, w1, b1, w2, b2 = block(reals, rng, (2, 2, 3, 3), 2)
    yield Case(
        "values", "weights of 0: only the input is left", (x, 0 * w1, 0 * b1, 0 * w2, 0 * b2, conv_forward)
    )
    yield Case("edges", "float32", (*(a.astype(np.float32) for a in (x, w1, b1, w2, b2)), conv_forward))
    about = "arrays that are not contiguous"
    yield Case("edges", about, (scattered(x), scattered(w1), b1, scattered(w2), b2, conv_forward))


def residual_forward(x, w1, b1, w2, b2, conv):
    """Return relu(conv2(relu(conv1(x))) + x), (N, C, H, W).

    x: (N, C, H, W). w1: (M, C, F, F), w2: (C, M, F, F), F odd. b1: (M,), b2: (C,). conv: a convolution.
    """
    pad = w1.shape[2] // 2
    inner = np.maximum(conv(x, w1, b1, 1, pad), 0)
    return np.maximum(conv(inner, w2, b2, 1, pad) + x, 0)


mistakes = Catalogue(residual_forward)

mistakes.change("the input not added", "Add x to what the second convolution gives.", {" + x, 0)": ", 0)"})
mistakes.change(
    "the input added after the last ReLU",
    "Add first, then apply ReLU.",
    {"np.maximum(conv(inner, w2, b2, 1, pad) + x, 0)": "np.maximum(conv(inner, w2, b2, 1, pad), 0) + x"},
)
mistakes.change(
    "no ReLU at the end",
    "A ReLU follows the sum.",
    {"np.maximum(conv(inner, w2, b2, 1, pad) + x, 0)": "conv(inner, w2, b2, 1, pad) + x"},
)
mistakes.change(
    "no ReLU between the convolutions",
    "Without a ReLU between them, two convolutions are one.",
    {"np.maximum(conv(x, w1, b1, 1, pad), 0)": "conv(x, w1, b1, 1, pad)"},
)
mistakes.change(
    "a ReLU before the sum, too",
    "The second convolution is added to x as it is, also where it is negative.",
    {"conv(inner, w2, b2, 1, pad) + x": "np.maximum(conv(inner, w2, b2, 1, pad), 0) + x"},
)
mistakes.change(
    "padded by 1 whatever the filter",
    "A filter of F keeps the size with a pad of (F - 1) / 2.",
    {"w1.shape[2] // 2": "1"},
)
mistakes.change(
    "no padding",
    "Both convolutions must keep the size, or x cannot be added: pad (F - 1) / 2.",
    {"w1.shape[2] // 2": "0"},
)
mistakes.change(
    "what the first convolution gives added",
    "The way around leads past both convolutions: add x.",
    {"+ x, 0)": "+ inner, 0)"},
)
mistakes.change(
    "biases left out",
    "Pass b1 and b2 to conv.",
    {"w1, b1, 1": "w1, 0 * b1, 1", "w2, b2, 1": "w2, 0 * b2, 1"},
)
mistakes.change(
    "only the second convolution",
    "x goes through conv1 and ReLU first.",
    {"conv(inner, w2, b2": "conv(x[:, [0] * len(b1)], w2, b2"},
)

exercise = Exercise(
    name="residual_forward",
    arguments=("x", "w1", "b1", "w2", "b2", "conv"),
    parts=("out",),
    axes={"out": ("image n", "channel c", "row", "column")},
    aspects=(aspect("values", 2, "values", "edges"),),
    reference=reference,
    cases=cases,
    program=residual_forward,
    mistakes=tuple(mistakes),
)
