"""max_pool_im2col(x, size, stride): max pooling as a maximum over the rows of each column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import distinct, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from autograder.exercises.pooling.max_pool_forward import ABOUT_NEARLY_EQUAL, CLOSE
from autograder.exercises.pooling.shared import near_ties
from cs_conv.naive import max_pool_forward as reference

from .im2col import UNCHECKED, im2col


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


def max_pool_im2col(x, size, stride):
    """Return the maximum of every window and its flat index there: out, switches, both (N, C, OH, OW).

    x: (N, C, H, W). size: (FH, FW). Raises ValueError where the windows do not fit.
    """
    N, C, H, W = x.shape
    FH, FW = size
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    taps = im2col(x, size, stride).reshape(C, FH * FW, N * OH * OW)
    out = taps.max(axis=1).reshape(C, N, OH, OW).transpose(1, 0, 2, 3)
    switches = taps.argmax(axis=1).reshape(C, N, OH, OW).transpose(1, 0, 2, 3)
    return out, switches


mistakes = Catalogue(max_pool_im2col, im2col)

MAX, ARGMAX = "taps.max(axis=1)", "taps.argmax(axis=1)"
SPLIT = "reshape(C, FH * FW, N * OH * OW)"
SIZE = "FH, FW = size\nOH, OW ="


def arranged(how):
    """Maxima and switches, both of them (C, N * OH * OW), arranged in another way."""
    return {f"{a}.reshape(C, N, OH, OW).transpose(1, 0, 2, 3)": f"{a}{how}" for a in (MAX, ARGMAX)}


mistakes.change(
    *ABOUT_NEARLY_EQUAL,
    *(
        {ARGMAX: f"np.isclose(taps, taps.max(axis=1, keepdims=True), {relative}, {absolute}).argmax(axis=1)"}
        for relative, absolute in CLOSE
    ),
)
mistakes.change(
    "channels not split: one output channel",
    "A column holds all channels below each other, and you take one maximum over all of it. Pooling "
    "treats every channel by itself: give the channels an axis of their own first.",
    {SPLIT: "reshape(1, C * FH * FW, N * OH * OW)"}
    | arranged(".reshape(1, N, OH, OW).transpose(1, 0, 2, 3)"),
)
mistakes.change(
    "the maximum of all channels in every channel",
    "You take the maximum over all channels and write it into each of them. Pooling treats every "
    "channel by itself.",
    {SPLIT: "reshape(1, C * FH * FW, N * OH * OW).repeat(C, axis=0)"},
)
mistakes.change(
    "channels split off at the wrong end",
    "The rows of a column run through a whole window before the channel changes: the order is c, fh, "
    "fw, so C comes first when you split them.",
    {SPLIT: "reshape(FH * FW, C, N * OH * OW).transpose(1, 0, 2)"},
)
mistakes.change(
    "switches count through the channels",
    "A switch is a place inside a window of one channel, 0 to FH * FW - 1. Yours count down the whole "
    "column, past the channels before.",
    {ARGMAX: f"({ARGMAX} + FH * FW * np.arange(C).reshape(C, 1))"},
)
mistakes.change(
    "images and channels mixed by a reshape",
    "With one image you are right. Your maxima are (C, N * OH * OW): C is slowest in memory, but out "
    "has N first. Name the axes as they are, then transpose.",
    arranged(".reshape(N, C, OH, OW)"),
)
mistakes.change(
    "columns read in the order i, j, n",
    "You take the images to change fastest along the columns. That is how the Stanford course's im2col "
    "orders them; in this course n is slowest, then i, then j.",
    arranged(".reshape(C, OH, OW, N).transpose(3, 0, 1, 2)"),
)
mistakes.change(
    "channels as images, columns read in the order i, j, n",
    "You pool every channel as an image of its own, which is a good way, but then read the columns with "
    "the images fastest. That is how the Stanford course's im2col orders them; here the image is "
    "slowest.",
    arranged(".reshape(C, N, OH, OW).swapaxes(0, 1).reshape(OH, OW, N, C).transpose(2, 3, 0, 1)"),
)
mistakes.change(
    "im2col called without the stride",
    "The columns of stride 1 are more than OH * OW an image: hand the stride to im2col, too.",
    {"taps = im2col(x, size, stride)": "taps = im2col(x, size)"},
)
mistakes.change(
    "images and channels swapped",
    "Your results are (C, N, OH, OW); they are (N, C, OH, OW), the images first.",
    arranged(".reshape(C, N, OH, OW)"),
)
mistakes.change(
    "left as a matrix",
    "Your maxima are still (C, N * OH * OW): bring both results into (N, C, OH, OW).",
    arranged(""),
)
mistakes.change(
    "the last maximum instead of the first",
    "Where the largest value stands several times in a window, the switch points to the first of them. "
    "A comparison with >= lets later ones win.",
    {ARGMAX: "(FH * FW - 1 - taps[:, ::-1].argmax(axis=1))"},
)
mistakes.change(
    "0 as the smallest maximum",
    "In windows where every value is negative your maximum is 0: it starts from zeros, or from a window "
    "padded with them.",
    {MAX: "np.maximum(taps.max(axis=1), 0)"},
)
mistakes.change(
    "minimum instead of maximum",
    "Your result is the smallest value of each window.",
    {MAX: "taps.min(axis=1)", ARGMAX: "taps.argmin(axis=1)"},
)
mistakes.change(
    "the largest distance from 0",
    "A large negative value is small: compare the values, not their absolute values.",
    {
        MAX: "np.take_along_axis(taps, abs(taps).argmax(axis=1, keepdims=True), axis=1)",
        ARGMAX: "abs(taps).argmax(axis=1)",
    },
)
mistakes.change(
    "mean instead of maximum",
    "That is average pooling: here the largest value of each window is kept.",
    {MAX: "taps.mean(axis=1)"},
)
mistakes.change(
    "switches read the window column by column",
    "The flat index in a window goes row by row: fh * FW + fw. Yours goes down each column first.",
    {ARGMAX: "taps.reshape(C, FH, FW, -1).swapaxes(1, 2).reshape(taps.shape).argmax(axis=1)"},
)
mistakes.change(
    "switches count rows by the height",
    "A row of the window holds FW places, so the flat index is fh * FW + fw. Yours has FH in it.",
    {ARGMAX: f"({ARGMAX} // FW * FH + {ARGMAX} % FW)"},
)
mistakes.change(
    "switches count through the image",
    "Your switches are places in the whole image, h * W + w. A switch is a place inside its window, fh "
    "* FW + fw.",
    {
        "return out, switches": (
            "top, left = stride * np.arange(OH).reshape(OH, 1), stride * np.arange(OW)\n"
            "return out, (top + switches // FW) * W + left + switches % FW"
        ),
    },
)
mistakes.change(
    "switches count from 1",
    "The first place in a window is number 0, the last FH * FW - 1.",
    {"return out, switches": "return out, switches + 1"},
)
mistakes.change(
    "windows side by side whatever the stride",
    "Your windows never overlap and leave no gap: you move them by their own size, not by stride.",
    UNCHECKED | {SIZE: "FH, FW = size\nif FH != FW:\n    raise ValueError\nstride = FH\nOH, OW ="},
)
mistakes.change(
    "stride not used",
    "Your windows move by one pixel: hand the stride on to im2col and use it in OH and OW.",
    {SIZE: "FH, FW = size\nstride = 1\nOH, OW ="},
)
mistakes.change(
    "windows taken as square",
    "Square windows hide it: a window is FH = size[0] rows high and FW = size[1] columns wide.",
    {SIZE: "FH, FW = size = size[0], size[0]\nOH, OW ="},
    UNCHECKED | {SIZE: "FH, FW = size = size[0], size[0]\nOH, OW ="},
)
mistakes.change(
    "height and width of the window swapped",
    "`size` is (FH, FW): the rows come first, then the columns.",
    {SIZE: "FH, FW = size = size[::-1]\nOH, OW ="},
)
mistakes.change(
    "as many windows across as down",
    "Square images hide it: OW comes from W and FW, not from H and FH.",
    {"(W - FW) // stride + 1": "(H - FH) // stride + 1"},
)
mistakes.change(
    "results in another order",
    "You return the switches first; the order is out, switches.",
    {"return out, switches": "return switches, out"},
    whole=True,
)


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
    program=max_pool_im2col,
    mistakes=tuple(mistakes),
)
