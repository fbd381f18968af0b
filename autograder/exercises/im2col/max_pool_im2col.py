"""max_pool_im2col(x, size, stride): max pooling as a maximum over the rows of each column."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import distinct, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from autograder.exercises.convolution_cases import remembered, sizes
from autograder.exercises.pooling.max_pool_forward import ABOUT_NEARLY_EQUAL, CLOSE, nearly_largest
from autograder.exercises.pooling.shared import near_ties
from cs_conv.im2col import im2col
from cs_conv.naive import max_pool_forward as reference


def tied(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Only 1 and 2: in most windows the maximum stands more than once."""
    return rng.integers(1, 3, shape).astype(np.float64)


def negative(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Different whole numbers below 0."""
    size = int(np.prod(shape))
    return -(rng.permutation(size) + 1.0).reshape(shape)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, size, stride, draw=distinct):
        return Case(tag, about, (draw(rng, *x), size, stride))

    yield case("plain", "one window", (1, 1, 2, 2), (2, 2), 2)
    yield case("plain", "one window, all values negative", (1, 1, 2, 2), (2, 2), 2, negative)
    yield case("plain", "four windows", (1, 1, 4, 4), (2, 2), 2)
    yield case("plain", "a 1x1 window", (1, 1, 1, 1), (1, 1), 1)
    yield case("plain", "real numbers, one channel", (1, 1, 6, 6), (2, 2), 2, reals)
    yield case("channels", "two channels", (1, 2, 2, 2), (2, 2), 2)
    yield case("channels", "two images", (2, 1, 2, 2), (2, 2), 2)
    yield case("channels", "two images, two channels", (2, 2, 2, 2), (2, 2), 2)
    yield case("channels", "two images of four windows", (2, 1, 4, 4), (2, 2), 2)
    yield case(
        "channels", "two images, three channels, all values negative", (2, 3, 4, 4), (2, 2), 2, negative
    )
    yield case("channels", "three images, four channels, real numbers", (3, 4, 4, 4), (2, 2), 2, reals)
    yield case("channels", "three images, three channels, 3x3 windows", (3, 3, 6, 6), (3, 3), 3, reals)
    yield Case("ties", "every value is the same", (np.full((1, 1, 2, 2), 3.0), (2, 2), 2))
    yield Case(
        "ties",
        "the maximum stands in the second place and in the last",
        (np.array([[[[1.0, 5.0], [2.0, 5.0]]]]), (2, 2), 2),
    )
    yield case("ties", "many equal values", (2, 2, 4, 4), (2, 2), 2, tied)
    yield case("ties", "many equal values, 3x3 windows", (2, 3, 6, 6), (3, 3), 3, tied)
    yield Case(
        "ties", "zeros and negative values", (np.minimum(distinct(rng, 2, 2, 4, 4) // 4, 0.0), (2, 2), 2)
    )
    yield from near_ties(rng)
    yield case("windows", "windows that overlap: 2x2 at stride 1", (1, 1, 3, 3), (2, 2), 1)
    yield case("windows", "windows that overlap: 3x3 at stride 2", (1, 2, 5, 5), (3, 3), 2)
    yield case(
        "windows", "stride 3 with a 2x2 window: pixels between windows go unused", (1, 1, 5, 5), (2, 2), 3
    )
    yield case("windows", "an image wider than high", (1, 1, 2, 4), (2, 2), 2)
    yield case("windows", "an image higher than wide", (1, 1, 4, 2), (2, 2), 2)
    yield case("windows", "a window higher than wide", (1, 2, 3, 4), (3, 2), 1)
    yield case("windows", "a window wider than high", (2, 2, 4, 3), (1, 3), 1)
    yield case("windows", "a 2x3 window at stride 2, real numbers", (2, 3, 6, 5), (2, 3), 2, reals)
    yield Case("edges", "numbers far below zero", (1e18 * negative(rng, 1, 2, 2, 2), (2, 2), 2))
    yield case("edges", "a 7x3 window on square images, stride 4", (1, 2, 11, 11), (7, 3), 4, reals)
    x = reals(rng, 2, 3, 5, 4)
    yield Case("edges", "float32", (x.astype(np.float32), (3, 2), 2))
    yield Case("edges", "an image that is not contiguous in memory", (scattered(x), (3, 2), 2))
    x = distinct(rng, 1, 1, 3, 3)
    yield Case(
        "edges", "a 2x2 window at stride 2 on 3x3", (x, (2, 2), 2), rounded=(x[:, :, :2, :2], (2, 2), 2)
    )


columns = remembered(im2col)

mistakes = Catalogue()


def split(x, size, stride):
    """The columns with channels and windows apart, (C, FH * FW, N * OH * OW), and OH, OW; rounded down."""
    FH, FW = size
    OH, OW = sizes(x.shape, size, stride)
    fitting = x[:, :, : (OH - 1) * stride + FH, : (OW - 1) * stride + FW]
    return columns(fitting, size, stride).reshape(x.shape[1], FH * FW, -1), OH, OW


def pooled(taps, N, OH, OW, choose=np.argmax):
    """out and switches from (C, FH * FW, N * OH * OW), both arranged as it is right."""
    switches = choose(taps, axis=1)
    out = np.take_along_axis(taps, switches[:, np.newaxis], axis=1)[:, 0]
    return tuple(a.reshape(len(taps), N, OH, OW).transpose(1, 0, 2, 3) for a in (out, switches))


def last(taps, axis):
    return taps.shape[axis] - 1 - np.argmax(np.flip(taps, axis), axis)


def with_tolerance(close):
    def answer(x, size, stride):
        taps, OH, OW = split(x, size, stride)
        out, _ = pooled(taps, len(x), OH, OW)
        return out, pooled(taps, len(x), OH, OW, partial(nearly_largest, close=close))[1]

    return answer


for _close in CLOSE:
    mistakes.mistake(*ABOUT_NEARLY_EQUAL)(with_tolerance(_close))


@mistakes.mistake(
    "channels not split: one output channel",
    "A column holds all channels below each other, and you take one maximum over all of it. Pooling "
    "treats every channel by itself: give the channels an axis of their own first.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    return pooled(taps.reshape(1, -1, taps.shape[2]), len(x), OH, OW)


@mistakes.mistake(
    "the maximum of all channels in every channel",
    "You take the maximum over all channels and write it into each of them. Pooling treats every "
    "channel by itself.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    both = pooled(taps.reshape(1, -1, taps.shape[2]), len(x), OH, OW)
    return tuple(np.repeat(a, x.shape[1], axis=1) for a in both)


@mistakes.mistake(
    "channels split off at the wrong end",
    "The rows of a column run through a whole window before the channel changes: the order is c, fh, "
    "fw, so C comes first when you split them.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    C, F, M = taps.shape
    return pooled(taps.reshape(F, C, M).transpose(1, 0, 2), len(x), OH, OW)


@mistakes.mistake(
    "switches count through the channels",
    "A switch is a place inside a window of one channel, 0 to FH * FW - 1. Yours count down the whole "
    "column, past the channels before.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    out, switches = pooled(taps, len(x), OH, OW)
    return out, switches + (np.arange(x.shape[1]) * taps.shape[1]).reshape(-1, 1, 1)


@mistakes.mistake(
    "images and channels mixed by a reshape",
    "With one image you are right. Your maxima are (C, N * OH * OW): C is slowest in memory, but out "
    "has N first. Name the axes as they are, then transpose.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    shape = (*x.shape[:2], OH, OW)
    return taps.max(axis=1).reshape(shape), taps.argmax(axis=1).reshape(shape)


@mistakes.mistake(
    "columns read in the order i, j, n",
    "You take the images to change fastest along the columns. That is how the Stanford course's im2col "
    "orders them; in this course n is slowest, then i, then j.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    both = taps.max(axis=1), taps.argmax(axis=1)
    return tuple(a.reshape(-1, OH, OW, len(x)).transpose(3, 0, 1, 2) for a in both)


@mistakes.mistake(
    "channels as images, columns read in the order i, j, n",
    "You pool every channel as an image of its own, which is a good way, but then read the columns with "
    "the images fastest. That is how the Stanford course's im2col orders them; here the image is "
    "slowest.",
)
def _(x, size, stride):
    (N, C), (taps, OH, OW) = x.shape[:2], split(x, size, stride)
    both = pooled(taps, N, OH, OW)
    return tuple(a.reshape(OH, OW, N, C).transpose(2, 3, 0, 1) for a in both)


@mistakes.mistake(
    "im2col called without the stride",
    "The columns of stride 1 are more than OH * OW an image: hand the stride to im2col, too.",
)
def _(x, size, stride):
    taps, _, _ = split(x, size, 1)
    return pooled(taps, len(x), *sizes(x.shape, size, stride))


@mistakes.mistake(
    "images and channels swapped",
    "Your results are (C, N, OH, OW); they are (N, C, OH, OW), the images first.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    return tuple(a.transpose(1, 0, 2, 3) for a in pooled(taps, len(x), OH, OW))


@mistakes.mistake(
    "left as a matrix",
    "Your maxima are still (C, N * OH * OW): bring both results into (N, C, OH, OW).",
)
def _(x, size, stride):
    taps, _, _ = split(x, size, stride)
    return taps.max(axis=1), taps.argmax(axis=1)


@mistakes.mistake(
    "the last maximum instead of the first",
    "Where the largest value stands several times in a window, the switch points to the first of them. "
    "A comparison with >= lets later ones win.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    return pooled(taps, len(x), OH, OW, last)


@mistakes.mistake(
    "0 as the smallest maximum",
    "In windows where every value is negative your maximum is 0: it starts from zeros, or from a window "
    "padded with them.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    out, switches = pooled(taps, len(x), OH, OW)
    return np.maximum(out, 0), switches


@mistakes.mistake(
    "minimum instead of maximum",
    "Your result is the smallest value of each window.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    return pooled(taps, len(x), OH, OW, np.argmin)


@mistakes.mistake(
    "the largest distance from 0",
    "A large negative value is small: compare the values, not their absolute values.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    return pooled(taps, len(x), OH, OW, lambda a, axis: np.argmax(np.abs(a), axis))


@mistakes.mistake(
    "mean instead of maximum",
    "That is average pooling: here the largest value of each window is kept.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    _, switches = pooled(taps, len(x), OH, OW)
    return taps.mean(axis=1).reshape(-1, len(x), OH, OW).transpose(1, 0, 2, 3), switches


@mistakes.mistake(
    "switches read the window column by column",
    "The flat index in a window goes row by row: fh * FW + fw. Yours goes down each column first.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    FH, FW = size
    turned = taps.reshape(-1, FH, FW, taps.shape[2]).swapaxes(1, 2).reshape(taps.shape)
    out, _ = pooled(taps, len(x), OH, OW)
    return out, pooled(turned, len(x), OH, OW)[1]


@mistakes.mistake(
    "switches count rows by the height",
    "A row of the window holds FW places, so the flat index is fh * FW + fw. Yours has FH in it.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    out, switches = pooled(taps, len(x), OH, OW)
    fh, fw = np.divmod(switches, size[1])
    return out, fh * size[0] + fw


@mistakes.mistake(
    "switches count through the image",
    "Your switches are places in the whole image, h * W + w. A switch is a place inside its window, fh "
    "* FW + fw.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    out, switches = pooled(taps, len(x), OH, OW)
    fh, fw = np.divmod(switches, size[1])
    i, j = np.arange(OH).reshape(-1, 1), np.arange(OW)
    return out, (i * stride + fh) * x.shape[3] + j * stride + fw


@mistakes.mistake(
    "switches count from 1",
    "The first place in a window is number 0, the last FH * FW - 1.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    out, switches = pooled(taps, len(x), OH, OW)
    return out, switches + 1


@mistakes.mistake(
    "windows side by side whatever the stride",
    "Your windows never overlap and leave no gap: you move them by their own size, not by stride.",
)
def _(x, size, stride):
    if size[0] != size[1]:
        raise ValueError("one stride for both directions")
    taps, OH, OW = split(x, size, size[0])
    return pooled(taps, len(x), OH, OW)


@mistakes.mistake(
    "stride not used",
    "Your windows move by one pixel: hand the stride on to im2col and use it in OH and OW.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, 1)
    return pooled(taps, len(x), OH, OW)


@mistakes.mistake(
    "windows taken as square",
    "Square windows hide it: a window is FH = size[0] rows high and FW = size[1] columns wide.",
)
def _(x, size, stride):
    taps, OH, OW = split(x, (size[0], size[0]), stride)
    return pooled(taps, len(x), OH, OW)


@mistakes.also("windows taken as square")
def _(x, size, stride):
    if (x.shape[3] - size[0]) % stride:
        raise ValueError("the windows do not fit")
    taps, OH, OW = split(x, (size[0], size[0]), stride)
    return pooled(taps, len(x), OH, OW)


@mistakes.mistake(
    "height and width of the window swapped",
    "`size` is (FH, FW): the rows come first, then the columns.",
)
def _(x, size, stride):
    if any((n - f) % stride for n, f in zip(x.shape[2:], size[::-1], strict=True)):
        raise ValueError("the windows do not fit")
    taps, OH, OW = split(x, size[::-1], stride)
    return pooled(taps, len(x), OH, OW)


@mistakes.mistake(
    "as many windows across as down",
    "Square images hide it: OW comes from W and FW, not from H and FH.",
)
def _(x, size, stride):
    taps, OH, _ = split(x, size, stride)
    return pooled(taps, len(x), OH, OH)


@mistakes.mistake(
    "results in another order",
    "You return the switches first; the order is out, switches.",
    whole=True,
)
def _(x, size, stride):
    taps, OH, OW = split(x, size, stride)
    return pooled(taps, len(x), OH, OW)[::-1]


exercise = Exercise(
    name="max_pool_im2col",
    arguments=("x", "size", "stride"),
    parts=("out", "switches"),
    axes={
        "out": ("image n", "channel c", "row i", "column j"),
        "switches": ("image n", "channel c", "row i", "column j"),
    },
    aspects=(
        aspect("maxima", 2, "plain", "channels", parts=["out"]),
        aspect("switches", 2, "plain", "channels", "ties", parts=["switches"]),
        aspect("overlap and rectangles", 2, "windows"),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    mistakes=tuple(mistakes),
)
