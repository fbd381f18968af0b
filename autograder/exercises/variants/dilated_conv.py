"""dilated_conv(x, w, b, stride=1, pad=0, dilation=1): convolution with gaps between the weights."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv import naive


def reference(x, w, b, stride=1, pad=0, dilation=1):
    return naive.conv_forward(x, w, b, stride, pad, dilation)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, w, draw=integers, **options):
        return Case(tag, about, (draw(rng, *x), draw(rng, *w), draw(rng, w[0])), options)

    yield case("dense", "dilation 1 is the convolution that you know", (1, 1, 3, 3), (1, 1, 2, 2))
    yield case("dense", "dilation 1, stride 2 and pad 1", (1, 2, 5, 5), (2, 2, 3, 3), stride=2, pad=1)
    yield case("values", "dilation 2, one window", (1, 1, 3, 3), (1, 1, 2, 2), dilation=2)
    yield case("values", "dilation 2, four windows", (1, 1, 4, 4), (1, 1, 2, 2), dilation=2)
    yield case("values", "dilation 3", (1, 1, 5, 5), (1, 1, 2, 2), dilation=3)
    yield case("values", "dilation 2, two channels, two filters", (1, 2, 4, 4), (2, 2, 2, 2), dilation=2)
    yield case("values", "dilation 2, two images of three channels", (2, 3, 5, 5), (2, 3, 2, 2), dilation=2)
    yield case("values", "dilation 2, real numbers", (2, 3, 7, 7), (4, 3, 3, 3), reals, dilation=2)
    yield case("values", "a 1x1 filter has no gaps", (1, 2, 3, 3), (2, 2, 1, 1), dilation=3)
    yield case("geometry", "dilation 2 and pad 1", (1, 1, 3, 3), (1, 1, 2, 2), dilation=2, pad=1)
    yield case("geometry", "dilation 2 and stride 2", (1, 1, 5, 5), (1, 1, 2, 2), dilation=2, stride=2)
    yield case("geometry", "dilation 3 and stride 2", (1, 1, 6, 6), (1, 1, 2, 2), dilation=3, stride=2)
    yield case("geometry", "dilation 2, stride 3", (1, 1, 6, 6), (1, 1, 2, 2), dilation=2, stride=3)
    yield case(
        "geometry",
        "dilation 2 and pad 2 keep the size of a 3x3 filter's image",
        (2, 2, 4, 4),
        (3, 2, 3, 3),
        reals,
        dilation=2,
        pad=2,
    )
    yield case(
        "geometry",
        "dilation 3, stride 2, pad 1, real numbers",
        (2, 2, 8, 8),
        (2, 2, 2, 2),
        reals,
        dilation=3,
        stride=2,
        pad=1,
    )
    yield case("rectangles", "a high filter on a wide image", (1, 1, 5, 6), (1, 1, 3, 2), dilation=2)
    yield case("rectangles", "a single row", (1, 1, 1, 5), (1, 1, 1, 3), dilation=2)
    yield case(
        "rectangles",
        "a wide filter, dilation 3, stride 2, pad 1, real numbers",
        (2, 3, 6, 10),
        (2, 3, 2, 4),
        reals,
        dilation=3,
        stride=2,
        pad=1,
    )
    x, w, b = reals(rng, 2, 2, 5, 5), reals(rng, 3, 2, 2, 2), reals(rng, 3)
    yield Case("edges", "float32", tuple(a.astype(np.float32) for a in (x, w, b)), {"dilation": 2})
    about = "arrays that are not contiguous"
    yield Case("edges", about, (scattered(x), scattered(w), b), {"dilation": 2, "pad": 1})
    x, w, b = integers(rng, 1, 1, 6, 6), integers(rng, 1, 1, 2, 2), integers(rng, 1)
    yield Case(
        "edges",
        "2x2 weights with dilation 2 at stride 2 on 6x6",
        (x, w, b),
        {"dilation": 2, "stride": 2},
        rounded=(x[:, :, :5, :5], w, b),
    )


def dilated_conv(x, w, b, stride=1, pad=0, dilation=1):
    """Return the convolution with filters whose weights stand `dilation` pixels apart, (N, K, OH, OW).

    x: (N, C, H, W). w: (K, C, FH, FW). b: (K,). dilation=1 is the dense convolution.
    """
    N, _, H, W = x.shape
    K, _, FH, FW = w.shape
    high, wide = (FH - 1) * dilation + 1, (FW - 1) * dilation + 1
    if (H - high + 2 * pad) % stride or (W - wide + 2 * pad) % stride:
        raise ValueError(f"windows of {high}x{wide} at stride {stride} do not fit {H}x{W} with pad {pad}")
    OH = (H - high + 2 * pad) // stride + 1
    OW = (W - wide + 2 * pad) // stride + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, K, OH, OW))
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            window = padded[:, :, top : top + high : dilation, left : left + wide : dilation]
            out[:, :, i, j] = np.tensordot(window, w, ((1, 2, 3), (1, 2, 3))) + b
    return out


mistakes = Catalogue(dilated_conv)

REACH = "high, wide = (FH - 1) * dilation + 1, (FW - 1) * dilation + 1"
"""How far a window reaches: most mistakes with gaps are made here."""

mistakes.change(
    "dilation ignored",
    "The weights stand `dilation` pixels apart: a window takes every `dilation`-th row and column.",
    {REACH: "dilation = 1\nhigh, wide = FH, FW"},
)
mistakes.change(
    "dilation counted as the notes do, 0 for dense",
    "Here dilation is the step from one weight to the next, so 1 is dense. You leave `dilation` pixels out "
    "between two weights, where `dilation - 1` are left out.",
    {REACH: "dilation = dilation + 1\nhigh, wide = (FH - 1) * dilation + 1, (FW - 1) * dilation + 1"},
)
mistakes.change(
    "a window counted as FH times the dilation",
    "Behind the last weight there is no gap: a window reaches over (FH - 1) * dilation + 1 rows.",
    {REACH: "high, wide = FH * dilation, FW * dilation"},
)
mistakes.change(
    "a window counted without its last row and column",
    "From the first weight to the last there are (FH - 1) * dilation steps, and one row more than steps.",
    {REACH: "high, wide = (FH - 1) * dilation, (FW - 1) * dilation"},
)
mistakes.change(
    "the size worked out as if there were no gaps",
    "With gaps a window reaches over (FH - 1) * dilation + 1 rows, so fewer windows fit than without.",
    {
        "if (H - high + 2 * pad) % stride or (W - wide + 2 * pad) % stride:": "if False:",
        "OH = (H - high": "OH = (H - FH",
        "OW = (W - wide": "OW = (W - FW",
    },
)
mistakes.change(
    "stride and dilation in each other's place",
    "The stride moves the window; the dilation spreads the weights inside it.",
    {REACH: "stride, dilation = dilation, stride\n" + REACH},
)
mistakes.change(
    "gaps in the rows only",
    "The columns have gaps, too.",
    {REACH: "high, wide = (FH - 1) * dilation + 1, FW", ": left + wide : dilation": ": left + wide"},
)
mistakes.change(
    "gaps in the columns only",
    "The rows have gaps, too.",
    {REACH: "high, wide = FH, (FW - 1) * dilation + 1", ": top + high : dilation": ": top + high"},
)
mistakes.change(
    "windows placed `stride * dilation` pixels apart",
    "Every window takes pixels with gaps, but neighbouring windows still begin `stride` pixels apart: the "
    "pixels that one window leaves out are read by the next. Thinning out the image loses those.",
    {
        "(H - high + 2 * pad) // stride + 1": "(H - high + 2 * pad) // (stride * dilation) + 1",
        "(W - wide + 2 * pad) // stride + 1": "(W - wide + 2 * pad) // (stride * dilation) + 1",
        "top, left = i * stride, j * stride": "top, left = i * stride * dilation, j * stride * dilation",
    },
    {
        "padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))": (
            "padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))[:, :, ::dilation, ::dilation]\n"
            "OH, OW = (padded.shape[2] - FH) // stride + 1, (padded.shape[3] - FW) // stride + 1\n"
            "dilation, high, wide = 1, FH, FW"
        )
    },
)
mistakes.change(
    "every weight repeated instead of spread",
    "Between two weights there is nothing, that is zeros. You let a weight stand for several pixels.",
    {
        REACH: (
            "w = w.repeat(dilation, axis=2).repeat(dilation, axis=3)\nhigh, wide = w.shape[2:]\ndilation = 1"
        )
    },
)
mistakes.change(
    "padding multiplied by the dilation",
    "There are `pad` rows of zeros on each side; the dilation does not change that.",
    {REACH: REACH + "\npad = pad * dilation"},
)
mistakes.change(
    "padding ignored",
    "Put `pad` rows and columns of zeros on each side of the input first.",
    {REACH: REACH + "\npad = 0"},
)
mistakes.change(
    "padded on one side only",
    "Padding goes on both sides of the rows and of the columns.",
    {"(pad, pad), (pad, pad)": "(0, 2 * pad), (0, 2 * pad)"},
)
mistakes.change(
    "stride ignored",
    "Neighbouring windows begin `stride` pixels apart.",
    {REACH: REACH + "\nstride = 1"},
)
mistakes.change(
    "stride ignored in the window's place",
    "The window of output (i, j) begins at row i * stride and column j * stride.",
    {"i * stride, j * stride": "i, j"},
)
mistakes.change("bias left out", "Add b[k] to every output of filter k.", {" + b\n": "\n"})
mistakes.change(
    "true convolution: the filter is flipped",
    "ConvNets do not flip: the first weight meets the first pixel of the window.",
    {"np.tensordot(window, w,": "np.tensordot(window, w[:, :, ::-1, ::-1],"},
)
mistakes.change(
    "channels not summed",
    "A filter reaches through all channels: sum over c as well as over the window.",
    {"np.tensordot(window, w,": "np.tensordot(window[:, :1], w[:, :1],"},
    {"np.tensordot(window, w,": "np.tensordot(window[:, -1:], w[:, -1:],"},
)
mistakes.change(
    "every filter gives the result of the first",
    "Use w[k] and b[k] for channel k of the output.",
    {"np.tensordot(window, w,": "np.tensordot(window, w[[0] * K],", " + b\n": " + b[0]\n"},
)
mistakes.change(
    "OH used for OW",
    "OH comes from H and FH, OW from W and FW.",
    {"OW = (W - wide + 2 * pad) // stride + 1": "OW = OH"},
)
mistakes.change(
    "output one too small",
    "The output size counts the first window, too: + 1.",
    {
        "OH = (H - high + 2 * pad) // stride + 1": "OH = (H - high + 2 * pad) // stride",
        "OW = (W - wide + 2 * pad) // stride + 1": "OW = (W - wide + 2 * pad) // stride",
    },
)

exercise = Exercise(
    name="dilated_conv",
    arguments=("x", "w", "b"),
    parts=("out",),
    axes={"out": ("image n", "filter k", "row i", "column j")},
    aspects=(
        aspect("values", 2, "dense", "values"),
        aspect("stride and padding", 2, "geometry"),
        aspect("rectangles", 1, "rectangles"),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    program=dilated_conv,
    mistakes=tuple(mistakes),
)
