"""fc_to_conv(w, volume): the weights of a fully connected layer as the filters of a convolution."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def reference(w, volume):
    """Unit k and pixel (c, i, j), whose number in the row of all values is (c * H + i) * W + j."""
    C, H, W = volume
    K = w.shape[1]
    filters = np.zeros((K, C, H, W), w.dtype)
    for k, c, i, j in np.ndindex(K, C, H, W):
        filters[k, c, i, j] = w[(c * H + i) * W + j, k]
    return filters


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, volume, units, draw=integers):
        return Case(tag, about, (draw(rng, int(np.prod(volume)), units), volume))

    yield case("values", "two values, one unit", (1, 1, 2), 1)
    yield case("values", "two values, two units", (1, 1, 2), 2)
    yield case("values", "2x2 values, one unit", (1, 2, 2), 1)
    yield case("values", "two channels of 1x2, two units", (2, 1, 2), 2)
    yield case("values", "as many units as values", (1, 2, 2), 4)
    yield case("values", "two channels of 3x3, five units", (2, 3, 3), 5, reals)
    yield case("values", "a volume of 1x1: the layer after the first", (3, 1, 1), 2)
    yield case("rectangles", "three channels of 2x4, two units", (3, 2, 4), 2, reals)
    yield case("rectangles", "two channels of 3x1, three units", (2, 3, 1), 3)
    w = reals(rng, 12, 4)
    yield Case("rectangles", "float32", (w.astype(np.float32), (2, 2, 3)))
    yield Case("rectangles", "weights that are not contiguous", (scattered(w), (3, 2, 2)))


def fc_to_conv(w, volume):
    """Return the filters of a convolution that does the same on a volume, (K, C, H, W).

    w: (D, K), the weights of a fully connected layer. volume: (C, H, W), with D = C * H * W.
    """
    K = w.shape[1]
    return w.T.reshape(K, *volume)


mistakes = Catalogue(fc_to_conv)

mistakes.change(
    "the weights not transposed",
    "w[:, k] are the weights of unit k: a column. reshape reads row by row, so transpose first.",
    {"w.T.reshape": "w.reshape"},
)
mistakes.change(
    "the units last",
    "Filters come first: (K, C, H, W).",
    {"w.T.reshape(K, *volume)": "w.reshape(*volume, K)"},
)
mistakes.change(
    "channels after rows and columns",
    "A volume was laid out channel by channel: the first H * W weights of a unit belong to channel 0.",
    {"w.T.reshape(K, *volume)": "np.moveaxis(w.T.reshape(K, *volume[1:], volume[0]), -1, 1)"},
)
mistakes.change(
    "rows and columns swapped",
    "Within a channel, a row of W pixels follows the other: (K, C, H, W).",
    {"w.T.reshape(K, *volume)": "w.T.reshape(K, volume[0], volume[2], volume[1]).swapaxes(2, 3)"},
)
mistakes.change(
    "the filters flipped",
    "The convolution of this course does not flip.",
    {"w.T.reshape(K, *volume)": "w.T.reshape(K, *volume)[:, :, ::-1, ::-1]"},
)
mistakes.change(
    "the order of the units reversed",
    "Filter k is unit k.",
    {"w.T.reshape(K, *volume)": "w.T.reshape(K, *volume)[::-1]"},
)
mistakes.change(
    "only the filter of the first unit",
    "There is a filter for each of the K units.",
    {"w.T.reshape(K, *volume)": "w.T.reshape(K, *volume)[:1]"},
)
mistakes.change(
    "the memory read column by column",
    "The rows of a fully connected layer were laid out with the last axis first to change: reshape without "
    'order="F".',
    {"w.T.reshape(K, *volume)": 'w.T.reshape(K, *volume, order="F")'},
)
mistakes.change(
    "still two axes",
    "A filter is a volume: (K, C, H, W).",
    {"w.T.reshape(K, *volume)": "w.T"},
)

exercise = Exercise(
    name="fc_to_conv",
    arguments=("w", "volume"),
    parts=("filters",),
    axes={"filters": ("filter k", "channel c", "row", "column")},
    aspects=(aspect("values", 2, "values"), aspect("rectangles", 1, "rectangles")),
    reference=reference,
    cases=cases,
    program=fc_to_conv,
    mistakes=tuple(mistakes),
)
