"""conv_forward(x, w, b, stride=1, pad=0): convolution as the notes define it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.errors import AnySizeError
from autograder.checks.exercise import Case, Exercise, aspect
from autograder.exercises.convolution_cases import pads, read_one_by_one, sizes
from cs_conv.naive import conv_forward as reference

from .conv_window import conv_window
from .conv_window import mistakes as window_mistakes


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, w, draw=integers, **options):
        args = (draw(rng, *x), draw(rng, *w), draw(rng, w[0]))
        return Case(tag, about, args, options)

    yield case("values", "one image, one channel, one filter", (1, 1, 3, 3), (1, 1, 2, 2))
    yield case("values", "two channels are summed", (1, 2, 2, 2), (1, 2, 2, 2))
    yield case("values", "two filters", (1, 1, 3, 3), (2, 1, 2, 2))
    yield case("values", "two images", (2, 1, 3, 3), (1, 1, 2, 2))
    yield case("values", "three images, one channel, two filters", (3, 1, 2, 2), (2, 1, 1, 1))
    yield case("values", "one image, two channels, three filters", (1, 2, 3, 3), (3, 2, 2, 2))
    yield case("values", "two images, two channels, three filters", (2, 2, 4, 4), (3, 2, 3, 3))
    yield case("values", "a 1x1 filter", (2, 3, 3, 3), (2, 3, 1, 1))
    yield case("values", "the filter covers the whole input", (2, 3, 3, 3), (3, 3, 3, 3))
    yield case("values", "real numbers", (2, 3, 5, 5), (3, 3, 3, 3), reals)
    yield case("geometry", "pad 1", (1, 1, 3, 3), (1, 1, 3, 3), pad=1)
    yield case("geometry", "stride 2", (1, 1, 5, 5), (1, 1, 3, 3), stride=2)
    yield case("geometry", "stride 2 and pad 1", (2, 2, 5, 5), (2, 2, 3, 3), stride=2, pad=1)
    yield case(
        "geometry",
        "stride 3 with a 2x2 filter: pixels between windows go unused",
        (1, 1, 5, 5),
        (1, 1, 2, 2),
        stride=3,
    )
    yield case("geometry", "stride 3 and pad 1", (1, 1, 4, 4), (1, 1, 3, 3), stride=3, pad=1)
    yield case("geometry", "a 1x1 filter at stride 2", (1, 2, 3, 3), (1, 2, 1, 1), stride=2)
    yield case("geometry", "pad 2 and an even filter", (1, 1, 2, 2), (1, 1, 2, 2), pad=2)
    yield case("geometry", "pad 3, more than the image", (1, 1, 2, 2), (1, 1, 2, 2), stride=2, pad=3)
    yield case(
        "geometry", "stride 3, pad 1, real numbers", (2, 3, 7, 7), (4, 3, 3, 3), reals, stride=3, pad=1
    )
    yield case("rectangles", "an input wider than high", (1, 1, 2, 4), (1, 1, 2, 2))
    yield case("rectangles", "a filter higher than wide", (1, 1, 4, 3), (1, 1, 3, 2))
    yield case(
        "rectangles",
        "a rectangular input and filter, stride 2, pad 1",
        (2, 2, 6, 5),
        (2, 2, 2, 3),
        stride=2,
        pad=1,
    )
    yield case(
        "rectangles", "a filter wider than high, real numbers", (2, 3, 6, 4), (3, 3, 2, 4), reals, pad=1
    )
    yield case(
        "rectangles", "a wide input, stride 3, real numbers", (3, 2, 5, 8), (2, 2, 2, 5), reals, stride=3
    )
    yield case("rectangles", "one column of pixels", (1, 1, 3, 1), (1, 1, 1, 1))
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
        "three images, a high filter, stride 3, pad 2, real numbers",
        (3, 3, 5, 7),
        (2, 3, 3, 2),
        reals,
        stride=3,
        pad=2,
    )
    x, w, b = reals(rng, 2, 2, 4, 4), reals(rng, 3, 2, 3, 3), reals(rng, 3)
    yield Case("edges", "float32", tuple(a.astype(np.float32) for a in (x, w, b)), {"pad": 1})
    yield Case("edges", "arrays that are not contiguous", (scattered(x), scattered(w), b), {"pad": 1})
    x, w, b = reals(rng, 2, 3, 4, 4), reals(rng, 2, 3, 3, 3), reals(rng, 2)
    yield Case("edges", "arrays that are not contiguous, without padding", tuple(map(scattered, (x, w, b))))
    x, w, b = integers(rng, 1, 1, 6, 6), integers(rng, 1, 1, 3, 3), integers(rng, 1)
    yield Case(
        "edges", "a 3x3 filter at stride 2 on 6x6", (x, w, b), {"stride": 2}, rounded=(x[:, :, :5, :5], w, b)
    )
    x = integers(rng, 1, 1, 5, 8)
    yield Case(
        "edges", "a 3x3 filter at stride 2 on 5x8", (x, w, b), {"stride": 2}, rounded=(x[..., :7], w, b)
    )


def conv_forward(x, w, b, stride=1, pad=0):
    """Return the convolution of images with filters, (N, K, OH, OW).

    x: (N, C, H, W). w: (K, C, FH, FW). b: (K,). Raises ValueError where the windows do not fit.
    """
    N, _, H, W = x.shape
    K, _, FH, FW = w.shape
    if (H - FH + 2 * pad) % stride or (W - FW + 2 * pad) % stride:
        raise ValueError(f"a {FH}x{FW} filter at stride {stride} does not fit a {H}x{W} input with pad {pad}")
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    out[n, k, i, j] = conv_window(padded[n], w[k], b[k], i, j, stride)
    return out


mistakes = Catalogue(conv_forward, conv_window)

UNCHECKED = {"if (H - FH + 2 * pad) % stride or (W - FW + 2 * pad) % stride:": "if False:"}

mistakes.change("bias left out", "Every output of filter k is a sum plus b[k].", {"b[k]": "0"})
mistakes.change(
    "true convolution: the filter is flipped",
    "ConvNets do not flip (cross-correlation): a filter's first weight meets the first pixel of the window.",
    {"window * w": "window * w[:, ::-1, ::-1]"},
)
mistakes.from_helper(
    window_mistakes,
    "stride forgotten at the window's end",
    "window ends where the next one begins",
    "the filter's size taken for the end of the window",
    "filter size fixed at 3",
)
mistakes.change(
    "bias added once a channel",
    "Add b[k] after the sum over all channels, not inside the loop over them.",
    {"b[k]": "b[k] * len(w[k])"},
)
mistakes.change(
    "bias added once a filter weight",
    "Add b[k] after the sum over the window, not inside it.",
    {"np.sum(window * w) + b": "np.sum(window * w + b)"},
)
mistakes.change(
    "padding ignored",
    "Put `pad` rows and columns of zeros on each side of the input first.",
    {
        "OH = (H - FH + 2 * pad)": "OH = (H - FH)",
        "OW = (W - FW + 2 * pad)": "OW = (W - FW)",
        "np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))": "x",
    },
)


@mistakes.also("padding ignored")
def without_padding(x, w, b, stride=1, pad=0):
    windows = sliding_window_view(x, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijpq,kcpq->nkij", windows, w) + b[:, None, None]


mistakes.change(
    "more padding counted than put on",
    "Your last windows reach beyond the array that they are cut out of. Either it is not padded on all four "
    "sides, or H and W were taken after padding, and 2 pad is added to them again.",
    {"np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))": "x"},
    UNCHECKED | {"N, _, H, W = x.shape": "N, _, H, W = x.shape\nH, W = H + 2 * pad, W + 2 * pad"},
)


@mistakes.also("more padding counted than put on")
def _(x, w, b, stride=1, pad=0):
    right = conv_forward(x, w, b, stride, pad)
    out = np.zeros((*right.shape[:2], *_size(x, w, stride, 2 * pad)), x.dtype)
    out[...] = right
    return out


@mistakes.also("more padding counted than put on")
def _(x, w, b, stride=1, pad=0):
    read_one_by_one(pads(x, pad), *_size(x, w, stride, 2 * pad), *w.shape[2:], stride)
    return conv_forward(x, w, b, stride, pad)


mistakes.change(
    "fit asked without all of the padding",
    "Windows must fit the padded input: ask whether H - FH + 2 pad is a multiple of the stride.",
    {
        "(H - FH + 2 * pad) % stride": "(H - FH + pad) % stride",
        "(W - FW + 2 * pad) % stride": "(W - FW + pad) % stride",
    },
    {
        "(H - FH + 2 * pad) % stride": "(H - FH) % stride",
        "(W - FW + 2 * pad) % stride": "(W - FW) % stride",
    },
)
mistakes.change(
    "padded by 1 whatever `pad` says",
    "You always put one row and column of zeros on each side. How many there are is the argument `pad`.",
    {"(pad, pad), (pad, pad)": "(1, 1), (1, 1)"},
)
mistakes.change(
    "neither stride nor padding yet",
    "Your answer is right for stride 1 without padding, and gives that whatever the arguments say. Both "
    "change the size of the output, and the stride also the place of each window.",
    {"N, _, H, W = x.shape": "stride, pad = 1, 0\nN, _, H, W = x.shape"},
)
mistakes.change(
    "stride ignored in the window's place",
    "The window of output (i, j) begins at row i * stride and column j * stride of the padded input.",
    {"i * stride, j * stride": "i, j"},
)
mistakes.change(
    "channels not summed",
    "A filter reaches through all channels: sum over c as well as over the window.",
    {"window * w": "window[-1] * w[-1]"},
    {"window * w": "window[0] * w[0]"},
)
mistakes.change(
    "only the first image",
    "Loop over all N images, out has one entry for each; and `return` stands after that loop, not in it.",
    {"return out": "    return out"},
)
mistakes.change(
    "every filter gives the result of the first",
    "Use w[k] and b[k] for channel k of the output.",
    {"w[k], b[k]": "w[0], b[0]"},
)
mistakes.change(
    "mean instead of sum",
    "A convolution adds the products up; it does not average them.",
    {"np.sum(": "np.mean("},
)
mistakes.change(
    "padded with copies of the border",
    "The padding is zeros: np.pad does that unless its mode says otherwise.",
    {"(pad, pad)))": '(pad, pad)), mode="edge")'},
)
mistakes.change(
    "padded on one side only",
    "Padding goes on both sides: ((0, 0), (0, 0), (pad, pad), (pad, pad)).",
    {"(pad, pad), (pad, pad)": "(0, 2 * pad), (0, 2 * pad)"},
)
mistakes.change(
    "rows padded below only",
    "Rows are padded above and below, as columns are left and right.",
    {"(pad, pad), (pad, pad)": "(0, 2 * pad), (pad, pad)"},
)
mistakes.change(
    "an error for pad = 0, where x is written into [pad:-pad]",
    "With pad = 0 the slice [pad:-pad] is empty: -0 is 0. Write [pad:pad + H], or use np.pad.",
    {
        "padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))": (
            "padded = np.zeros((*x.shape[:2], H + 2 * pad, W + 2 * pad))\n"
            "padded[:, :, pad:-pad, pad:-pad] = x"
        ),
    },
)
mistakes.change(
    "output one too small",
    "The output size is (H - FH + 2 pad) / stride + 1: count the first window too.",
    {
        "OH = (H - FH + 2 * pad) // stride + 1": "OH = (H - FH + 2 * pad) // stride",
        "OW = (W - FW + 2 * pad) // stride + 1": "OW = (W - FW + 2 * pad) // stride",
    },
)
mistakes.change(
    "output size forgets the padding",
    "The output size is (H - FH + 2 pad) / stride + 1, with 2 pad in it.",
    {"OH = (H - FH + 2 * pad)": "OH = (H - FH)", "OW = (W - FW + 2 * pad)": "OW = (W - FW)"},
)
mistakes.change(
    "the 1 of the output size added before dividing",
    "First divide by the stride, then add 1: there is one window more than there are steps from window to "
    "window.",
    {
        "OH = (H - FH + 2 * pad) // stride + 1": "OH = (H - FH + 2 * pad + 1) // stride",
        "OW = (W - FW + 2 * pad) // stride + 1": "OW = (W - FW + 2 * pad + 1) // stride",
    },
)
mistakes.change(
    "output size counts the padding once",
    "Both sides are padded: H + 2 pad, not H + pad.",
    {"OH = (H - FH + 2 * pad)": "OH = (H - FH + pad)", "OW = (W - FW + 2 * pad)": "OW = (W - FW + pad)"},
)
mistakes.change(
    "OH used for OW, in the loops and for the array",
    "OH comes from H and FH, OW from W and FW.",
    {"OW = (W - FW + 2 * pad) // stride + 1": "OW = OH"},
)
mistakes.change(
    "OH used for OW for the array only",
    "Your loops find the right windows, but the array they fill has OH rows and OH columns. Its width comes "
    "from W and FW.",
    {"np.zeros((N, K, OH, OW))": "np.zeros((N, K, OH, OH))"},
)
mistakes.change(
    "windows numbered with the height of the output",
    "If you count the windows from 0 on, row by row, each row of the output has OW of them. Yours begins "
    "a new row after OH.",
    {
        "np.zeros((N, K, OH, OW))": "np.zeros((N, K, OH * OW))",
        "out[n, k, i, j]": "out[n, k, i * OH + j]",
        "return out": "return out.reshape(N, K, OH, OW)",
    },
    {
        "np.zeros((N, K, OH, OW))": "np.zeros((N, K, OH * OW))",
        "out[n, k, i, j]": "out[n, k, i * OH + j]",
        "b[k]": "0",
        "return out": "return out.reshape(N, K, OH, OW) + b[:, None, None]",
    },
)


@mistakes.mistake(
    "pixels numbered with the height of the input",
    "In a flat array, a pixel stands one row after the pixel above it: as many places as the padded input "
    "is wide. You count as many as it is high.",
)
def _(x, w, b, stride=1, pad=0):
    xp = pads(x, pad)
    N, C, H, W = xp.shape
    (FH, FW), (OH, OW) = w.shape[2:], _size(x, w, stride, pad)
    n, c, i, j, p, q = np.ogrid[:N, :C, :OH, :OW, :FH, :FW]
    seen = np.take(xp, ((n * C + c) * W + i * stride + p) * H + j * stride + q)
    return np.einsum("ncijpq,kcpq->nkij", seen, w) + b[:, None, None]


mistakes.change(
    "images and filters taken as square",
    "Height and width are two sizes: OH comes from H and FH, OW from W and FW, and a window is FH by FW.",
    {"OW = (W - FW + 2 * pad) // stride + 1": "OW = OH", "column + FW": "column + FH"},
)


@mistakes.mistake(
    "an error for filters that are not square", "The window is FH rows high and FW columns wide."
)
def _(x, w, b, stride=1, pad=0):
    if w.shape[2] != w.shape[3]:
        raise AnySizeError
    return conv_forward(x, w, b, stride, pad)


mistakes.change(
    "rows and columns of the filter swapped",
    "Multiply x[i + p, j + q] by w[p, q], not by w[q, p].",
    {"window * w": "window * w.transpose(0, 2, 1)"},
)
mistakes.change(
    "negative sums cut off",
    "The ReLU is a layer of its own; a convolution may give negative numbers.",
    {"return out": "return np.maximum(out, 0)"},
)
mistakes.change(
    "flipped along the channels as well",
    "A convolution of three-dimensional arrays flips all three axes. ConvNets flip none of them.",
    {"window * w": "window * w[::-1, ::-1, ::-1]"},
)
mistakes.change(
    "the running total never starts again",
    "Each output is a sum of its own: set the total back before each window.",
    {
        "out = np.zeros((N, K, OH, OW))": "out, total = np.zeros((N, K, OH, OW)), 0",
        "out[n, k, i, j] = conv_window(padded[n], w[k], b[k], i, j, stride)": (
            "total += conv_window(padded[n], w[k], 0, i, j, stride)\nout[n, k, i, j] = total + b[k]"
        ),
    },
    {"b[k]": "0", "return out": "return np.cumsum(out, axis=1) + b[:, None, None]"},
)
mistakes.change(
    "an image holds the images before it, too",
    "What is added up for one image goes on in the next: begin each image with zeros.",
    {"return out": "return np.cumsum(out - b[:, None, None], axis=0) + b[:, None, None]"},
    {"return out": "return np.cumsum(out, axis=0)"},
)
mistakes.change(
    "multiplied by the bias",
    "The bias is added to the sum of the products.",
    {"w[k], b[k], i, j, stride)": "w[k], 0, i, j, stride) * b[k]"},
)
mistakes.change(
    "only the first filter",
    "Loop over all K filters; out has one channel for each.",
    {"range(K)": "range(1)"},
)
mistakes.change(
    "every image gives the result of the first",
    "Take the window out of image n, not out of the first one.",
    {"padded[n]": "padded[0]"},
)
mistakes.change(
    "bias of the image's number", "The biases belong to the filters: b[k], not b[n].", {"b[k]": "b[n]"}
)
mistakes.change("the first bias for every filter", "Filter k has a bias of its own, b[k].", {"b[k]": "b[0]"})
mistakes.change(
    "bias added along the columns",
    "`out + b` lines b up with the last axis, the columns. The K biases belong to axis 1 of out.",
    {"b[k]": "0", "return out": "return out + b"},
)
mistakes.change(
    "stride for the rows only",
    "The windows move by `stride` to the right as well as down.",
    {"i * stride, j * stride": "i * stride, j"},
)
mistakes.change(
    "stride for the columns only",
    "The windows move by `stride` down as well as to the right.",
    {"i * stride, j * stride": "i, j * stride"},
)
mistakes.change(
    "rows and columns of the output swapped",
    "i goes with the rows and j with the columns, in out[n, k, i, j] as in the window's place.",
    {"row, column =": "column, row ="},
)
mistakes.change(
    "i and j swapped in out[n, k, i, j]",
    "i is the row of an output and comes before its column j, in out as in the place of the window.",
    {"out[n, k, i, j]": "out[n, k, j, i]"},
)
mistakes.change(
    "i over OW, j over OH",
    "i counts the OH rows of the output and j its OW columns. Somewhere you have them the other way round, "
    "in the loops or in the shape of out, which fails unless the output is square.",
    {"range(OH)": "range(OW)", "range(OW)": "range(OH)"},
    {"np.zeros((N, K, OH, OW))": "np.zeros((N, K, OW, OH))"},
)


@mistakes.also("i over OW, j over OH")
def _(x, w, b, stride=1, pad=0):
    OH, OW = _size(x, w, stride, pad)
    read_one_by_one(pads(x, pad), OW, OH, *w.shape[2:], stride)
    return conv_forward(x, w, b, stride, pad)


mistakes.change(
    "row and column swapped in x",
    "x is indexed by image, channel, row, column: i and p belong to the row, j and q to the column.",
    {"x[:, row : row + FH,": "x.swapaxes(1, 2)[:, row : row + FH,"},
    {
        "x[:, row : row + FH, column : column + FW]": (
            "x[:, column + np.arange(FW), row + np.arange(FH)[:, None]]"
        ),
    },
)
mistakes.change(
    "loops in steps of the stride",
    "i and j number the outputs, one after the other: 0, 1, 2. The stride moves the window, i * stride.",
    {
        "range(OH)": "range(0, OH, stride)",
        "range(OW)": "range(0, OW, stride)",
        "i * stride, j * stride": "i, j",
    },
)
mistakes.change(
    "last row and column of the output left empty",
    "The last windows count too. range(n) already stops at n - 1: look at where your loops end.",
    {"range(OH)": "range(OH - 1)", "range(OW)": "range(OW - 1)"},
)
mistakes.change(
    "output as large as the input",
    "The output has (H - FH + 2 pad) / stride + 1 rows; only some paddings keep the size of the input.",
    {"np.zeros((N, K, OH, OW))": "np.zeros((N, K, H, W))"},
)
mistakes.change(
    "out made like x",
    "out is (N, K, OH, OW): as many channels as filters, and rows and columns of its own.",
    {"np.zeros((N, K, OH, OW))": "np.zeros_like(x)"},
)
mistakes.change(
    "OW worked out from H instead of W",
    "OH comes from H and FH, OW from W and FW.",
    {"OW = (W - FW + 2 * pad)": "OW = (H - FW + 2 * pad)"},
)
mistakes.change(
    "OW worked out from FH instead of FW",
    "OH comes from H and FH, OW from W and FW; you have FH in both.",
    {"OW = (W - FW + 2 * pad)": "OW = (W - FH + 2 * pad)"},
)
mistakes.change(
    "only the first FH columns of the filters used",
    "The window is FH rows high and FW columns wide, in the output's size as well as in the sums.",
    {
        "OW = (W - FW + 2 * pad)": "OW = (W - FH + 2 * pad)",
        "column + FW": "column + FH",
        "window * w": "window * w[:, :, :FH]",
    },
)
mistakes.change(
    "all four axes padded",
    "np.pad(x, pad) pads images and channels too. Those two axes get (0, 0), rows and columns (pad, pad).",
    {"((0, 0), (0, 0), (pad, pad), (pad, pad))": "pad"},
)
mistakes.change(
    "padded with ones",
    "The padding is zeros: a border that adds nothing to any sum.",
    {"(pad, pad)))": "(pad, pad)), constant_values=1)"},
)
mistakes.change(
    "reshape of (K, N, OH, OW) where a transpose is needed",
    "The values are right, their places are not: reshape never moves an axis; transpose does.",
    {"return out": "return out.transpose(1, 0, 2, 3).reshape(N, K, OH, OW)"},
)
mistakes.change(
    "filters at the end",
    "out is (N, K, OH, OW): filters on axis 1, like the channels of the input.",
    {"return out": "return out.transpose(0, 2, 3, 1)"},
)
mistakes.change(
    "images and filters swapped",
    "out is (N, K, OH, OW): images first, then filters.",
    {"return out": "return out.transpose(1, 0, 2, 3)"},
)
mistakes.change(
    "outputs cut to whole numbers",
    "out must hold real numbers: np.zeros without a dtype does, an array of int does not.",
    {"np.zeros((N, K, OH, OW))": "np.zeros((N, K, OH, OW), int)"},
)
mistakes.change(
    "loops over channels where filters are meant",
    "The channels of out are the filters: loop over K there, not over C.",
    {"range(K)": "range(x.shape[1])"},
)
mistakes.change(
    "returns after the first number",
    "Look at the indentation of `return`: it belongs after all loops, not inside them.",
    {"return out": "                return out"},
)
mistakes.change(
    "returns after the first filter",
    "Look at the indentation of `return`: it belongs after all loops, not inside them.",
    {"return out": "        return out"},
)
mistakes.change(
    "zeros around the output",
    "The zeros go around the input, before the windows are cut out, not around the result.",
    {
        "OH = (H - FH + 2 * pad)": "OH = (H - FH)",
        "OW = (W - FW + 2 * pad)": "OW = (W - FW)",
        "np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))": "x",
        "return out": "return np.pad(out, ((0, 0), (0, 0), (pad, pad), (pad, pad)))",
    },
)


@mistakes.also("zeros around the output")
def _(x, w, b, stride=1, pad=0):
    return np.pad(without_padding(x, w, b, stride), ((0, 0), (0, 0), (pad, pad), (pad, pad)))


mistakes.change(
    "same padding whatever `pad` says",
    "Pad by the argument `pad`, even if the output becomes smaller than the input.",
    {"N, _, H, W = x.shape": "pad = (w.shape[2] - 1) // 2\nN, _, H, W = x.shape"},
)
mistakes.change(
    "reshape of (K, OH, OW, N) where a transpose is needed",
    "The values are right, but the images come last: transpose brings them to the front, reshape does not.",
    {"return out": "return out.transpose(1, 2, 3, 0).reshape(N, K, OH, OW)"},
)


def _size(x, w, stride, pad):
    return sizes(x.shape, w.shape[2:], stride, pad)


exercise = Exercise(
    name="conv_forward",
    arguments=("x", "w", "b"),
    parts=("out",),
    axes={"out": ("image n", "filter k", "row i", "column j")},
    aspects=(
        aspect("shape", 1, "values", only_shape=True),
        aspect("values", 3, "values"),
        aspect("stride and padding", 3, "geometry"),
        aspect("rectangles", 2, "rectangles"),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    program=conv_forward,
    mistakes=tuple(mistakes),
)
