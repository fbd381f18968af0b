"""conv_window(x, w, b, i, j, stride=1): one output of a convolution."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def reference(x, w, b, i, j, stride=1):
    total = b
    C, FH, FW = w.shape
    for c in range(C):
        for p in range(FH):
            for q in range(FW):
                total = total + x[c, i * stride + p, j * stride + q] * w[c, p, q]
    return total


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, w, place, draw=integers, **options):
        args = (draw(rng, *x), draw(rng, *w), float(draw(rng, 1)[0]), *place)
        return Case(tag, about, args, options)

    yield case("values", "a 1x1 filter: one product", (1, 1, 2), (1, 1, 1), (0, 1))
    yield case("values", "the first window, at (0, 0)", (1, 2, 3), (1, 2, 2), (0, 0))
    yield case("values", "the window one to the right, at (0, 1)", (1, 2, 3), (1, 2, 2), (0, 1))
    yield case("values", "the window one down, at (1, 0)", (1, 3, 2), (1, 2, 2), (1, 0))
    yield case("values", "two channels are summed", (2, 2, 2), (2, 2, 2), (0, 0))
    yield case("values", "the last window", (1, 4, 4), (1, 2, 2), (2, 2))
    yield case("values", "three channels", (3, 4, 4), (3, 3, 3), (1, 0))
    yield case("values", "real numbers", (4, 6, 6), (4, 3, 3), (1, 3), reals)
    yield case("stride", "stride 2, the first window", (1, 4, 4), (1, 2, 2), (0, 0), stride=2)
    yield case("stride", "stride 2, one to the right", (1, 2, 4), (1, 2, 2), (0, 1), stride=2)
    yield case("stride", "stride 2, one down", (1, 4, 2), (1, 2, 2), (1, 0), stride=2)
    yield case("stride", "stride 2, windows overlap", (2, 7, 7), (2, 3, 3), (2, 1), stride=2)
    yield case(
        "stride", "stride 3, pixels between the windows go unused", (1, 5, 5), (1, 2, 2), (1, 1), stride=3
    )
    yield case("stride", "stride 2, real numbers", (3, 11, 11), (3, 5, 5), (1, 2), reals, stride=2)
    yield case("rectangles", "a filter wider than high", (1, 2, 3), (1, 1, 2), (1, 1))
    yield case("rectangles", "a filter higher than wide", (1, 3, 2), (1, 2, 1), (1, 1))
    yield case("rectangles", "a filter wider than high, two channels", (2, 3, 5), (2, 2, 3), (1, 2))
    yield case("rectangles", "a filter higher than wide, stride 2", (2, 5, 4), (2, 3, 2), (1, 1), stride=2)
    yield case("rectangles", "real numbers", (3, 7, 5), (3, 4, 2), (3, 2), reals)
    x, w, b = reals(rng, 2, 5, 6), reals(rng, 2, 2, 3), float(reals(rng, 1)[0])
    single = (x.astype(np.float32), w.astype(np.float32), np.float32(b))
    yield Case("edges", "float32", (*single, 2, 1))
    yield Case("edges", "arrays that are not contiguous", (scattered(x), scattered(w), b, 3, 2))


def conv_window(x, w, b, i, j, stride=1):
    """Return V[i, j], one number of a convolution.

    x: (C, H, W), one image, already padded. w: (C, FH, FW), one filter. b: a number, its bias.
    """
    _, FH, FW = w.shape
    row, column = i * stride, j * stride
    window = x[:, row : row + FH, column : column + FW]  # (C, FH, FW)
    return np.sum(window * w) + b


mistakes = Catalogue(conv_window)

mistakes.change("bias left out", "V[i, j] is the sum of the products plus b.", {" + b": ""})
mistakes.change(
    "bias added once a weight",
    "Add b once, after the sum: inside the sum it is added for each of the products.",
    {"np.sum(window * w) + b": "np.sum(window * w + b)"},
)
mistakes.change(
    "bias added once a channel",
    "Add b once, after the sum over all channels.",
    {"np.sum(window * w) + b": "sum(np.sum(window[c] * w[c]) + b for c in range(len(w)))"},
)
mistakes.change(
    "bias added to every pixel",
    "Add b once, to the sum: added to the pixels of the window, it is multiplied by every weight.",
    {"np.sum(window * w) + b": "np.sum((window + b) * w)"},
)
mistakes.change("bias taken away", "The bias is added to the sum, not subtracted from it.", {"+ b": "- b"})
mistakes.change(
    "stride ignored",
    "The window of (i, j) begins at row i * stride and column j * stride; yours begins at row i and "
    "column j.",
    {"i * stride, j * stride": "i, j"},
)
mistakes.change(
    "stride for the rows only",
    "The columns move by `stride` as well: look at where column j begins.",
    {"i * stride, j * stride": "i * stride, j"},
)
mistakes.change(
    "stride for the columns only",
    "The rows move by `stride` as well: look at where row i begins.",
    {"i * stride, j * stride": "i, j * stride"},
)
mistakes.change(
    "stride forgotten at the window's end",
    "A window is FH rows and FW columns large wherever it begins: its end is its beginning plus that.",
    {"row + FH": "i + FH", "column + FW": "j + FW"},
)
mistakes.change(
    "stride between the weights",
    "The stride is the step from window to window. Inside one, pixels are neighbours; yours skips some.",
    {"row + FH": "row + FH * stride : stride", "column + FW": "column + FW * stride : stride"},
)


@mistakes.also("stride between the weights")
def _(x, w, b, i, j, stride=1):
    return b + sum(x[c, (i + p) * stride, (j + q) * stride] * w[c, p, q] for c, p, q in np.ndindex(w.shape))


mistakes.change(
    "stride added, not multiplied",
    "Window i begins i steps after the first one, and each step is `stride` rows: that is a product.",
    {"i * stride, j * stride": "i + stride, j + stride"},
)
mistakes.change(
    "windows side by side",
    "The next window begins `stride` further, not a whole filter further: most windows overlap.",
    {"i * stride, j * stride": "i * FH, j * FW"},
)
mistakes.change(
    "window ends where the next one begins",
    "How large a window is has nothing to do with the stride: it is FH rows and FW columns.",
    {"row + FH": "row + stride", "column + FW": "column + stride"},
)
mistakes.change(
    "the filter's size taken for the end of the window",
    "A slice a:b ends before place b, it does not have b rows. A window that begins at row a ends at a + FH.",
    {"row + FH": "FH", "column + FW": "FW"},
)
mistakes.change(
    "filter size fixed at 3",
    "The checks bring filters of other sizes: FH and FW stand in w.shape.",
    {"row + FH": "row + 3", "column + FW": "column + 3"},
)
mistakes.change(
    "channels taken as the last axis",
    "x is (C, H, W), channels first: rows are axis 1, columns axis 2. Other notes put channels last.",
    {"x[:, row : row + FH, column : column + FW]": "x[row : row + FH, column : column + FW, :]"},
)
mistakes.change(
    "padded once more",
    "x is padded already, so the window of (0, 0) begins at x[c, 0, 0].",
    {"_, FH, FW = w.shape": "_, FH, FW = w.shape\nx = np.pad(x, ((0, 0), (1, 1), (1, 1)))"},
)
mistakes.change(
    "i and j swapped",
    "i counts rows and comes first: x[c, row, column]. Your window lies at row j and column i.",
    {"row, column =": "column, row ="},
)
mistakes.change(
    "window begins one pixel late",
    "Output (0, 0) looks at the window whose first pixel is x[c, 0, 0].",
    {"i * stride, j * stride": "i * stride + 1, j * stride + 1"},
)
mistakes.change(
    "window one row and column too small",
    "The end of a slice is not part of it: x[a : a + FH] already has exactly FH rows.",
    {"_, FH, FW = w.shape": "w = w[:, :-1, :-1]\n_, FH, FW = w.shape"},
)
mistakes.change(
    "the filter is flipped",
    "A ConvNet does not flip (cross-correlation): the first weight meets the first pixel of the window.",
    {"window * w": "window * w[:, ::-1, ::-1]"},
)
mistakes.change(
    "rows and columns of the filter swapped",
    "Weight w[c, p, q] meets the pixel p rows down and q columns right.",
    {"window * w": "window * w.transpose(0, 2, 1)"},
)
mistakes.change(
    "filters taken as square",
    "The window is FH rows high and FW columns wide: two sizes, one for each direction.",
    {"column + FW": "column + FH"},
)
mistakes.change(
    "FH and FW swapped",
    "FH counts rows and comes first in w.shape; the window is FH high and FW wide.",
    {"_, FH, FW": "_, FW, FH"},
)
mistakes.change(
    "only the first channel",
    "The filter has a slice for every channel: sum over c as well.",
    {"window * w": "window[0] * w[0]"},
)
mistakes.change(
    "only the last channel",
    "Each channel's sum must be added to the total; yours replaces what was there before.",
    {"window * w": "window[-1] * w[-1]"},
)
mistakes.change(
    "the first channel under every slice of the filter",
    "Slice c of the filter lies on channel c of the window: x[0] is one channel, x[:] is all of them.",
    {"x[:, row": "x[0, row"},
)
mistakes.change(
    "summed over the channels only",
    "One window gives one number: sum over rows and columns, too. np.sum without an axis sums everything.",
    {"window * w": "window * w, axis=0"},
)
mistakes.change(
    "channels kept apart",
    "One window gives one number: sum over the channels too, not only over rows and columns.",
    {"window * w": "window * w, axis=(1, 2)"},
)
mistakes.change(
    "matrix product instead of products pixel by pixel",
    "Each pixel meets one weight. `@` and np.dot multiply rows by columns, which mixes them.",
    {"window * w": "window @ w"},
)
mistakes.change(
    "sum of the window times sum of the filter",
    "Multiply first, pixel by pixel, then sum: the sum of products is not the product of sums.",
    {"np.sum(window * w)": "np.sum(window) * np.sum(w)"},
)
mistakes.change(
    "products not summed",
    "One window gives one number: sum the products, then add b.",
    {"np.sum(window * w)": "window * w"},
)
mistakes.change(
    "mean instead of sum",
    "A convolution adds the products up; it does not average them.",
    {"np.sum": "np.mean"},
)
mistakes.change(
    "negative results cut off",
    "The ReLU is a layer of its own: V[i, j] may be negative.",
    {"np.sum(window * w) + b": "max(np.sum(window * w) + b, 0.0)"},
)
mistakes.change(
    "cut to a whole number",
    "Outputs are real numbers: keep the digits after the point.",
    {"np.sum(window * w) + b": "int(np.sum(window * w) + b)"},
)


exercise = Exercise(
    name="conv_window",
    arguments=("x", "w", "b", "i", "j"),
    parts=("V[i, j]",),
    axes={},
    aspects=(
        aspect("values", 2, "values"),
        aspect("stride", 1, "stride"),
        aspect("rectangles", 1, "rectangles", "edges"),
    ),
    reference=reference,
    cases=cases,
    program=conv_window,
    mistakes=tuple(mistakes),
)
