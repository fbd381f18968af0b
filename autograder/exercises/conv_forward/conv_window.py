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


mistakes = Catalogue()


@mistakes.mistake("bias left out", "V[i, j] is the sum of the products plus b.")
def _(x, w, b, i, j, stride=1):
    return reference(x, w, 0.0, i, j, stride)


@mistakes.mistake(
    "bias added once a weight",
    "Add b once, after the sum: inside the sum it is added for each of the products.",
)
def _(x, w, b, i, j, stride=1):
    return reference(x, w, b * w.size, i, j, stride)


@mistakes.mistake("bias added once a channel", "Add b once, after the sum over all channels.")
def _(x, w, b, i, j, stride=1):
    return reference(x, w, b * len(w), i, j, stride)


@mistakes.mistake(
    "bias added to every pixel",
    "Add b once, to the sum: added to the pixels of the window, it is multiplied by every weight.",
)
def _(x, w, b, i, j, stride=1):
    return reference(x + b, w, 0.0, i, j, stride)


@mistakes.mistake("bias taken away", "The bias is added to the sum, not subtracted from it.")
def _(x, w, b, i, j, stride=1):
    return reference(x, w, -b, i, j, stride)


@mistakes.mistake(
    "stride ignored",
    "Window i begins at row i * stride, window j at column j * stride; yours begins at (i, j).",
)
def _(x, w, b, i, j, stride=1):
    return reference(x, w, b, i, j)


@mistakes.mistake(
    "stride for the rows only", "The columns move by `stride` as well: look at where column j begins."
)
def _(x, w, b, i, j, stride=1):
    return _begin_at(x, w, b, i * stride, j)


@mistakes.mistake(
    "stride for the columns only", "The rows move by `stride` as well: look at where row i begins."
)
def _(x, w, b, i, j, stride=1):
    return _begin_at(x, w, b, i, j * stride)


@mistakes.mistake(
    "stride forgotten at the window's end",
    "A window is FH rows and FW columns large wherever it begins: its end is its beginning plus that.",
)
def _(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    return np.sum(x[:, i * stride : i + FH, j * stride : j + FW] * w) + b


@mistakes.mistake(
    "stride between the weights",
    "The stride is the step from window to window. Inside one, pixels are neighbours; yours skips some.",
)
def _(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    row, column = i * stride, j * stride
    return np.sum(x[:, row : row + FH * stride : stride, column : column + FW * stride : stride] * w) + b


@mistakes.also("stride between the weights")
def _(x, w, b, i, j, stride=1):
    return b + sum(x[c, (i + p) * stride, (j + q) * stride] * w[c, p, q] for c, p, q in np.ndindex(w.shape))


@mistakes.mistake(
    "stride added, not multiplied",
    "Window i begins i steps after the first one, and each step is `stride` rows: that is a product.",
)
def _(x, w, b, i, j, stride=1):
    return _begin_at(x, w, b, i + stride, j + stride)


@mistakes.mistake(
    "windows side by side",
    "The next window begins `stride` further, not a whole filter further: most windows overlap.",
)
def _(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    return _begin_at(x, w, b, i * FH, j * FW)


@mistakes.mistake(
    "window ends where the next one begins",
    "How large a window is has nothing to do with the stride: it is FH rows and FW columns.",
)
def _(x, w, b, i, j, stride=1):
    return np.sum(x[:, i * stride : (i + 1) * stride, j * stride : (j + 1) * stride] * w) + b


@mistakes.mistake(
    "the filter's size taken for the end of the window",
    "A slice a:b ends before place b, it does not have b rows. A window that begins at row a ends at a + FH.",
)
def _(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    return np.sum(x[:, i * stride : FH, j * stride : FW] * w) + b


@mistakes.mistake(
    "filter size fixed at 3", "The checks bring filters of other sizes: FH and FW stand in w.shape."
)
def _(x, w, b, i, j, stride=1):
    row, column = i * stride, j * stride
    return np.sum(x[:, row : row + 3, column : column + 3] * w) + b


@mistakes.mistake(
    "channels taken as the last axis",
    "x is (C, H, W), channels first: rows are axis 1, columns axis 2. Other notes put channels last.",
)
def _(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    row, column = i * stride, j * stride
    return np.sum(x[row : row + FH, column : column + FW, :] * w) + b


@mistakes.mistake("padded once more", "x is padded already, so the window of (0, 0) begins at x[c, 0, 0].")
def _(x, w, b, i, j, stride=1):
    return _begin_at(np.pad(x, ((0, 0), (1, 1), (1, 1))), w, b, i * stride, j * stride)


@mistakes.mistake(
    "i and j swapped",
    "i counts rows and comes first: x[c, row, column]. Your window lies at row j and column i.",
)
def _(x, w, b, i, j, stride=1):
    return _begin_at(x, w, b, j * stride, i * stride)


@mistakes.mistake(
    "window begins one pixel late", "Output (0, 0) looks at the window whose first pixel is x[c, 0, 0]."
)
def _(x, w, b, i, j, stride=1):
    return _begin_at(x, w, b, i * stride + 1, j * stride + 1)


@mistakes.mistake(
    "window one row and column too small",
    "The end of a slice is not part of it: x[a : a + FH] already has exactly FH rows.",
)
def _(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    return reference(x, w[:, : FH - 1, : FW - 1], b, i, j, stride)


@mistakes.mistake(
    "the filter is flipped",
    "A ConvNet does not flip (cross-correlation): the first weight meets the first pixel of the window.",
)
def _(x, w, b, i, j, stride=1):
    return reference(x, w[:, ::-1, ::-1], b, i, j, stride)


@mistakes.mistake(
    "rows and columns of the filter swapped",
    "Weight w[c, p, q] meets the pixel p rows down and q columns right.",
)
def _(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    row, column = i * stride, j * stride
    return np.sum(x[:, row : row + FH, column : column + FW] * w.transpose(0, 2, 1)) + b


@mistakes.mistake(
    "filters taken as square",
    "The window is FH rows high and FW columns wide: two sizes, one for each direction.",
)
def _(x, w, b, i, j, stride=1):
    F = w.shape[1]
    return np.sum(x[:, i * stride : i * stride + F, j * stride : j * stride + F] * w) + b


@mistakes.mistake(
    "FH and FW swapped", "FH counts rows and comes first in w.shape; the window is FH high and FW wide."
)
def _(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    return np.sum(x[:, i * stride : i * stride + FW, j * stride : j * stride + FH] * w) + b


@mistakes.mistake("only the first channel", "The filter has a slice for every channel: sum over c as well.")
def _(x, w, b, i, j, stride=1):
    return reference(x[:1], w[:1], b, i, j, stride)


@mistakes.mistake(
    "only the last channel",
    "Each channel's sum must be added to the total; yours replaces what was there before.",
)
def _(x, w, b, i, j, stride=1):
    return reference(x[-1:], w[-1:], b, i, j, stride)


@mistakes.mistake(
    "the first channel under every slice of the filter",
    "Slice c of the filter lies on channel c of the window: x[0] is one channel, x[:] is all of them.",
)
def _(x, w, b, i, j, stride=1):
    return reference(np.repeat(x[:1], len(x), axis=0), w, b, i, j, stride)


@mistakes.mistake(
    "summed over the channels only",
    "One window gives one number: sum over rows and columns, too. np.sum without an axis sums everything.",
)
def _(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    row, column = i * stride, j * stride
    return np.sum(x[:, row : row + FH, column : column + FW] * w, axis=0) + b


@mistakes.mistake(
    "channels kept apart",
    "One window gives one number: sum over the channels too, not only over rows and columns.",
)
def _(x, w, b, i, j, stride=1):
    return np.array([reference(x[c : c + 1], w[c : c + 1], b, i, j, stride) for c in range(len(x))])


@mistakes.mistake(
    "matrix product instead of products pixel by pixel",
    "Each pixel meets one weight. `@` and np.dot multiply rows by columns, which mixes them.",
)
def _(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    return np.sum(x[:, i * stride : i * stride + FH, j * stride : j * stride + FW] @ w) + b


@mistakes.mistake(
    "sum of the window times sum of the filter",
    "Multiply first, pixel by pixel, then sum: the sum of products is not the product of sums.",
)
def _(x, w, b, i, j, stride=1):
    return (reference(x, np.ones_like(w), 0.0, i, j, stride)) * w.sum() + b


@mistakes.mistake("products not summed", "One window gives one number: sum the products, then add b.")
def _(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    return x[:, i * stride : i * stride + FH, j * stride : j * stride + FW] * w + b


@mistakes.mistake("mean instead of sum", "A convolution adds the products up; it does not average them.")
def _(x, w, b, i, j, stride=1):
    return reference(x, w / w.size, b, i, j, stride)


@mistakes.mistake("negative results cut off", "The ReLU is a layer of its own: V[i, j] may be negative.")
def _(x, w, b, i, j, stride=1):
    return max(reference(x, w, b, i, j, stride), 0.0)


@mistakes.mistake("cut to a whole number", "Outputs are real numbers: keep what stands behind the point.")
def _(x, w, b, i, j, stride=1):
    return int(reference(x, w, b, i, j, stride))


def _begin_at(x, w, b, row, column):
    """The window that begins at (row, column); a window that reaches beyond x does not match the filter."""
    _, FH, FW = w.shape
    return np.sum(x[:, row : row + FH, column : column + FW] * w) + b


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
    mistakes=tuple(mistakes),
)
