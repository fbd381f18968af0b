"""locally_connected(x, w, b, stride=1): the windows of a convolution, with filters of their own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv import naive_layers


def reference(x, w, b, stride=1):
    return naive_layers.locally_connected_forward(x, w, b, stride)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, w, draw=integers, **options):
        return Case(tag, about, (draw(rng, *x), draw(rng, *w), draw(rng, *w[:3])), options)

    yield case("values", "one place", (1, 1, 2, 2), (1, 1, 1, 1, 2, 2))
    yield case("values", "two places, one weight each", (1, 1, 1, 2), (1, 2, 1, 1, 1, 1))
    yield case("values", "four places", (1, 1, 3, 3), (2, 2, 1, 1, 2, 2))
    yield case("values", "two filters a place", (1, 1, 2, 3), (1, 2, 2, 1, 2, 2))
    yield case("values", "two channels", (1, 2, 2, 3), (1, 2, 1, 2, 2, 2))
    yield case("values", "two images", (2, 1, 3, 2), (2, 1, 1, 1, 2, 2))
    yield case("values", "two images, three channels, two filters", (2, 3, 4, 4), (2, 2, 2, 3, 3, 3), reals)
    yield case("stride", "stride 2", (1, 1, 3, 3), (2, 2, 1, 1, 1, 1), stride=2)
    yield case("stride", "stride 2, 3x3 filters", (2, 2, 5, 5), (2, 2, 3, 2, 3, 3), reals, stride=2)
    yield case("rectangles", "a wide image", (1, 1, 2, 4), (1, 3, 1, 1, 2, 2))
    yield case("rectangles", "high filters, stride 3", (2, 2, 6, 5), (2, 2, 2, 2, 3, 2), reals, stride=3)
    x, w, b = reals(rng, 2, 2, 4, 3), reals(rng, 3, 2, 2, 2, 2, 2), reals(rng, 3, 2, 2)
    yield Case("edges", "float32", tuple(a.astype(np.float32) for a in (x, w, b)))
    yield Case("edges", "arrays that are not contiguous", (scattered(x), scattered(w), scattered(b)))


def locally_connected(x, w, b, stride=1):
    """Return the output of a layer in which every place has filters of its own, (N, K, OH, OW).

    x: (N, C, H, W). w: (OH, OW, K, C, FH, FW). b: (OH, OW, K).
    """
    OH, OW, K, _, FH, FW = w.shape
    out = np.zeros((len(x), K, OH, OW))
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + FH, left : left + FW]  # (N, C, FH, FW)
            out[:, :, i, j] = np.tensordot(window, w[i, j], ((1, 2, 3), (1, 2, 3))) + b[i, j]
    return out


mistakes = Catalogue(locally_connected)

mistakes.change(
    "every place uses the filters of the first",
    "This is a convolution: the filters of the place (0, 0) see everything. Place (i, j) has w[i, j].",
    {"w[i, j]": "w[0, 0]"},
)
mistakes.change(
    "every place uses the filters of the last",
    "Place (i, j) has filters of its own, w[i, j].",
    {"w[i, j]": "w[-1, -1]"},
)
mistakes.change(
    "the filters of the row's first place for the whole row",
    "The filters change with the column j, too.",
    {"w[i, j]": "w[i, 0]"},
)
mistakes.change(
    "the filters of the column's first place for the whole column",
    "The filters change with the row i, too.",
    {"w[i, j]": "w[0, j]"},
)
mistakes.change(
    "the mean of all places' filters",
    "Place (i, j) has filters of its own, w[i, j]; they are not averaged.",
    {"w[i, j]": "w.mean(axis=(0, 1))"},
)
mistakes.change("bias left out", "Place (i, j) adds its own biases, b[i, j].", {" + b[i, j]": ""})
mistakes.change(
    "the biases of the first place for all",
    "Place (i, j) adds its own biases, b[i, j].",
    {"b[i, j]": "b[0, 0]"},
)
mistakes.change(
    "the bias of the first filter for all",
    "Filter k of place (i, j) has the bias b[i, j, k].",
    {"b[i, j]": "b[i, j, 0]"},
)
mistakes.change(
    "the window is the same at every place",
    "The window of place (i, j) begins at row i * stride and column j * stride.",
    {"i * stride, j * stride": "0, 0"},
)
mistakes.change(
    "stride ignored in the window's place",
    "The window of place (i, j) begins at row i * stride and column j * stride.",
    {"i * stride, j * stride": "i, j"},
)
mistakes.change(
    "windows side by side, whatever the stride",
    "The stride says how far the next window is; the size of the filter does not.",
    {"i * stride, j * stride": "min(i * FH, x.shape[2] - FH), min(j * FW, x.shape[3] - FW)"},
)
mistakes.change(
    "the filters are flipped",
    "ConvNets do not flip: the first weight meets the first pixel of the window.",
    {"w[i, j]": "w[i, j, :, :, ::-1, ::-1]"},
)
mistakes.change(
    "channels not summed",
    "A filter reaches through all channels: sum over c as well as over the window.",
    {"np.tensordot(window, w[i, j],": "np.tensordot(window[:, :1], w[i, j, :, :1],"},
    {"np.tensordot(window, w[i, j],": "np.tensordot(window[:, -1:], w[i, j, :, -1:],"},
)
mistakes.change(
    "every filter gives the result of the first",
    "A place has K filters, w[i, j, k], and each makes its own channel.",
    {"w[i, j]": "w[i, j, [0] * K]", "b[i, j]": "b[i, j, 0]"},
)
mistakes.change(
    "only the first image",
    "All N images go through the layer.",
    {"window = x[": "window = x[:1][", "np.zeros((len(x), K": "np.zeros((1, K"},
)
mistakes.change(
    "rows and columns of the places swapped in the output",
    "out[n, k, i, j]: i is the row of the place, j its column.",
    {"return out": "return out.swapaxes(2, 3)"},
)
mistakes.change(
    "filters last, as in the array of the weights",
    "The output is (N, K, OH, OW): channels come before places.",
    {"return out": "return out.transpose(0, 2, 3, 1)"},
)
mistakes.change(
    "mean instead of sum",
    "The products are added up, not averaged.",
    {"+ b[i, j]": "/ w[i, j, 0].size + b[i, j]"},
)

exercise = Exercise(
    name="locally_connected",
    arguments=("x", "w", "b"),
    parts=("out",),
    axes={"out": ("image n", "filter k", "row i", "column j")},
    aspects=(
        aspect("values", 2, "values"),
        aspect("stride", 1, "stride"),
        aspect("rectangles", 1, "rectangles", "edges"),
    ),
    reference=reference,
    cases=cases,
    program=locally_connected,
    mistakes=tuple(mistakes),
)
