"""What the exercises of this lesson share: the layers of their cases, slopes, and two mistakes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.errors import AnySizeError
from autograder.checks.exercise import Case, Function, Slope
from autograder.exercises.convolution_cases import pads, sizes


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, w, draw=integers, **options):
        stride, pad = options.get("stride", 1), options.get("pad", 0)
        OH, OW = sizes(x, w[2:], stride, pad)
        return Case(tag, about, (draw(rng, x[0], w[0], OH, OW), draw(rng, *x), draw(rng, *w)), options)

    yield case("values", "one image, one channel, one filter", (1, 1, 3, 3), (1, 1, 2, 2))
    yield case("values", "a 1x1 filter", (1, 1, 2, 2), (1, 1, 1, 1))
    yield case("values", "two channels", (1, 2, 2, 2), (1, 2, 2, 2))
    yield case("values", "two filters", (1, 1, 3, 3), (2, 1, 2, 2))
    yield case("values", "two images", (2, 1, 3, 3), (1, 1, 2, 2))
    yield case("values", "two images, two channels, two filters", (2, 2, 3, 3), (2, 2, 2, 2))
    yield case("values", "three images, two channels, two filters", (3, 2, 3, 3), (2, 2, 2, 2))
    yield case("values", "two images, two channels, three filters", (2, 2, 4, 4), (3, 2, 3, 3))
    yield case("values", "two images, three channels, two filters of 1x1", (2, 3, 3, 3), (2, 3, 1, 1))
    yield case("values", "the filter covers the whole input", (2, 3, 3, 3), (3, 3, 3, 3))
    yield case("values", "real numbers", (2, 3, 5, 5), (4, 3, 3, 3), reals)
    yield case("geometry", "stride 2 and windows that do not overlap", (1, 1, 4, 4), (1, 1, 2, 2), stride=2)
    yield case("geometry", "stride 2 and windows that overlap", (1, 1, 5, 5), (1, 1, 3, 3), stride=2)
    yield case("geometry", "stride 3: pixels between windows go unused", (1, 1, 5, 5), (1, 1, 2, 2), stride=3)
    yield case("geometry", "pad 1", (1, 1, 2, 2), (1, 1, 3, 3), pad=1)
    yield case("geometry", "pad 1 and an even filter", (1, 1, 2, 2), (1, 1, 2, 2), pad=1)
    yield case("geometry", "pad 2: some windows see only padding", (1, 1, 2, 2), (1, 1, 2, 2), pad=2)
    yield case("geometry", "pad 3, more than the image", (1, 1, 2, 2), (1, 1, 2, 2), stride=2, pad=3)
    yield case("geometry", "stride 3 and pad 1", (1, 1, 4, 4), (1, 1, 3, 3), stride=3, pad=1)
    yield case("geometry", "stride 2 and pad 1", (2, 2, 5, 5), (2, 2, 3, 3), stride=2, pad=1)
    yield case(
        "geometry", "stride 3, pad 2, real numbers", (2, 3, 5, 5), (4, 3, 3, 3), reals, stride=3, pad=2
    )
    yield case("rectangles", "a single row", (1, 1, 1, 3), (1, 1, 1, 2))
    yield case("rectangles", "a filter higher than wide", (1, 1, 3, 2), (1, 1, 2, 1))
    yield case("rectangles", "a square filter on a wide input", (1, 1, 2, 4), (1, 1, 2, 2))
    yield case("rectangles", "a wide filter on a square input, pad 1", (1, 1, 3, 3), (1, 1, 2, 3), pad=1)
    yield case(
        "rectangles",
        "a high input, a wide filter, stride 2, pad 1",
        (2, 2, 6, 5),
        (2, 2, 2, 3),
        stride=2,
        pad=1,
    )
    yield case(
        "rectangles", "a filter wider than high, real numbers", (2, 3, 4, 6), (3, 3, 2, 4), reals, pad=1
    )
    yield case("rectangles", "a single column", (1, 1, 3, 1), (1, 1, 1, 1))
    yield case(
        "rectangles",
        "a 7x3 filter on a square input, stride 4",
        (1, 2, 11, 11),
        (1, 2, 7, 3),
        reals,
        stride=4,
    )
    yield case(
        "rectangles", "pad 3 around 1x2 pixels, a 3x2 filter", (1, 1, 1, 2), (1, 1, 3, 2), stride=2, pad=3
    )
    yield case(
        "rectangles",
        "three images, a high filter, stride 2, pad 2, real numbers",
        (3, 3, 5, 8),
        (2, 3, 3, 2),
        reals,
        stride=2,
        pad=2,
    )
    dout, x, w = reals(rng, 2, 3, 4, 4), reals(rng, 2, 2, 4, 4), reals(rng, 3, 2, 3, 3)
    yield Case("edges", "float32", tuple(a.astype(np.float32) for a in (dout, x, w)), {"pad": 1})
    yield Case("edges", "arrays that are not contiguous", tuple(map(scattered, (dout, x, w))), {"pad": 1})
    dout, x, w = reals(rng, 2, 2, 2, 2), reals(rng, 2, 3, 4, 4), reals(rng, 2, 3, 3, 3)
    about = "arrays that are not contiguous, without padding"
    yield Case("edges", about, tuple(map(scattered, (dout, x, w))))
    yield case("edges", "one image of one pixel, a 1x1 filter", (1, 1, 1, 1), (1, 1, 1, 1))


def slopes(case, rng):
    """Central differences of <out, dout> along random directions; h = 1 is exact, for all is linear."""
    dout, x, w = (np.asarray(a, np.float64) for a in case.args)
    stride, pad = case.options.get("stride", 1), case.options.get("pad", 0)
    b = np.zeros(len(w))

    def loss(x, w, b):
        windows = sliding_window_view(pads(x, pad), w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
        out = np.einsum("ncijpq,kcpq->nkij", windows, w) + b[:, None, None]
        return float(np.sum(out * dout))

    u, v, d = (rng.normal(size=a.shape) for a in (x, w, b))
    return [
        Slope("db", d, (loss(x, w, b + d) - loss(x, w, b - d)) / 2),
        Slope("dw", v, (loss(x, w + v, b) - loss(x, w - v, b)) / 2),
        Slope("dx", u, (loss(x + u, w, b) - loss(x - u, w, b)) / 2),
    ]


def slopes_of(part):
    """The same for an exercise that returns one of the three gradients."""
    return lambda case, rng: [slope for slope in slopes(case, rng) if slope.part == part]


def errors_unless_square(mistakes: Catalogue, right: Function) -> None:
    """Add the two mistakes of a program that is `right`, but ends in an error for rectangles."""

    @mistakes.mistake(
        "an error for filters that are not square",
        "A window has FH rows and FW columns: look at where one of them stands for the other.",
    )
    def _(dout, x, w, stride=1, pad=0):
        if w.shape[2] != w.shape[3]:
            raise AnySizeError
        return right(dout, x, w, stride, pad)

    @mistakes.mistake(
        "an error for images that are not square",
        "x has H rows and W columns: look at where one of them stands for the other.",
    )
    def _(dout, x, w, stride=1, pad=0):
        if x.shape[2] != x.shape[3]:
            raise AnySizeError
        return right(dout, x, w, stride, pad)
