"""inception_backward(dout, x, w1, w3, w5, conv_backward): gradients of three convolutions side by side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv import naive

from .shared import conv_backward


def reference(dout, x, w1, w3, w5, conv_backward):
    dx, gradients, begin = np.zeros_like(x), [], 0
    for w in (w1, w3, w5):
        part = np.ascontiguousarray(dout[:, begin : begin + len(w)])
        mine, dw, _ = naive.conv_backward(part, x, w, pad=w.shape[2] // 2)
        dx += mine
        gradients.append(dw)
        begin += len(w)
    return dx, *gradients


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def arrays(draw, x, K1, K3, K5):
        shapes = (x[0], K1 + K3 + K5, *x[2:]), x, *((K, x[1], F, F) for K, F in ((K1, 1), (K3, 3), (K5, 5)))
        return [draw(rng, *shape) for shape in shapes]

    def case(tag, about, x, *filters, draw=integers):
        return Case(tag, about, (*arrays(draw, x, *filters), conv_backward))

    yield case("values", "one filter a branch, one pixel", (1, 1, 1, 1), 1, 1, 1)
    yield case("values", "one filter a branch, 2x2 pixels", (1, 1, 2, 2), 1, 1, 1)
    yield case("values", "two filters in the first branch", (1, 1, 1, 2), 2, 1, 1)
    yield case("values", "two filters in the second branch", (1, 1, 2, 1), 1, 2, 1)
    yield case("values", "two channels", (1, 2, 2, 2), 1, 1, 2)
    yield case("values", "two images, three channels, real numbers", (2, 3, 3, 4), 2, 3, 1, draw=reals)
    yield case("values", "three images, two channels, 4x3", (3, 2, 4, 3), 3, 2, 4, draw=reals)
    small = arrays(reals, (2, 2, 3, 3), 2, 3, 4)
    yield Case("edges", "float32", (*(a.astype(np.float32) for a in small), conv_backward))
    yield Case("edges", "arrays that are not contiguous", (*map(scattered, small), conv_backward))


def inception_backward(dout, x, w1, w3, w5, conv_backward):
    """Return dx, dw1, dw3, dw5, in the shapes of x, w1, w3 and w5.

    dout: (N, K1 + K3 + K5, H, W), the channels of the three branches one after the other. x: (N, C, H, W).
    w1: (K1, C, 1, 1). w3: (K3, C, 3, 3). w5: (K5, C, 5, 5). conv_backward: as in notebook 04.
    """
    K1, K3 = len(w1), len(w3)
    dx1, dw1, _ = conv_backward(dout[:, :K1], x, w1, 1, 0)
    dx3, dw3, _ = conv_backward(dout[:, K1 : K1 + K3], x, w3, 1, 1)
    dx5, dw5, _ = conv_backward(dout[:, K1 + K3 :], x, w5, 1, 2)
    return dx1 + dx3 + dx5, dw1, dw3, dw5


mistakes = Catalogue(inception_backward)

mistakes.change(
    "dx of the last branch only",
    "All three branches read x: their gradients are added.",
    {"return dx1 + dx3 + dx5": "return dx5"},
)
mistakes.change(
    "dx of the first branch only",
    "All three branches read x: their gradients are added.",
    {"return dx1 + dx3 + dx5": "return dx1"},
)
mistakes.change(
    "one branch left out of dx",
    "All three branches read x: their gradients are added.",
    {"return dx1 + dx3 + dx5": "return dx1 + dx3"},
    {"return dx1 + dx3 + dx5": "return dx3 + dx5"},
    {"return dx1 + dx3 + dx5": "return dx1 + dx5"},
)
mistakes.change(
    "dx averaged over the branches",
    "Gradients of several ways are added, not averaged.",
    {"return dx1 + dx3 + dx5": "return (dx1 + dx3 + dx5) / 3"},
)
mistakes.change(
    "the gradients of the branches side by side",
    "dx has the shape of x: the three gradients are added, not joined.",
    {"return dx1 + dx3 + dx5": "return np.concatenate([dx1, dx3, dx5], axis=1)"},
)
mistakes.change(
    "branches in reversed order",
    "The first K1 channels of dout belong to the 1x1 branch, the last K5 to the 5x5 branch.",
    {
        "dout[:, :K1]": "dout[:, len(w5) + K3 :]",
        "dout[:, K1 : K1 + K3]": "dout[:, len(w5) : len(w5) + K3]",
        "dout[:, K1 + K3 :]": "dout[:, : len(w5)]",
    },
)
mistakes.change(
    "dout divided into three equal parts",
    "The branches may have different numbers of filters: w1, w3 and w5 say how many.",
    {
        "K1, K3 = len(w1), len(w3)": (
            "K = dout.shape[1] // 3\nw1, w3, w5 = (np.resize(w, (K, *w.shape[1:])) for w in (w1, w3, w5))\n"
            "K1, K3 = K, K\ndout = dout[:, : 3 * K]"
        )
    },
    {"K1, K3 = len(w1), len(w3)": "K1 = K3 = dout.shape[1] // 3"},
    {"K1, K3 = len(w1), len(w3)": "K1 = K3 = np.split(dout, 3, axis=1)[0].shape[1]"},
)
mistakes.change(
    "a branch padded as it was not",
    "The branches kept the size: 1x1 filters with pad 0, 3x3 filters with pad 1, 5x5 filters with pad 2.",
    {"w3, 1, 1)": "w3, 1, 0)", "w5, 1, 2)": "w5, 1, 0)"},
    {"w5, 1, 2)": "w5, 1, 1)"},
)
mistakes.change(
    "the second branch begins at channel 0",
    "The channels of the second branch come after the K1 of the first.",
    {"dout[:, K1 : K1 + K3]": "dout[:, :K3]"},
)
mistakes.change(
    "the weights' gradients in reversed order",
    "The order is dx, dw1, dw3, dw5.",
    {"dw1, dw3, dw5\n": "dw5, dw3, dw1\n"},
    whole=True,
)

exercise = Exercise(
    name="inception_backward",
    arguments=("dout", "x", "w1", "w3", "w5", "conv_backward"),
    parts=("dx", "dw1", "dw3", "dw5"),
    axes={
        "dx": ("image n", "channel c", "row", "column"),
        "dw1": ("filter k", "channel c", "row", "column"),
        "dw3": ("filter k", "channel c", "row", "column"),
        "dw5": ("filter k", "channel c", "row", "column"),
    },
    aspects=(
        aspect("weights", 1, "values", parts=("dw1", "dw3", "dw5")),
        aspect("dx", 2, "values", parts=("dx",)),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    program=inception_backward,
    mistakes=tuple(mistakes),
)
