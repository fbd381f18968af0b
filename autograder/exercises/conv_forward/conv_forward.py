"""conv_forward(x, w, b, stride=1, pad=0): convolution as the notes define it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.errors import AnySizeError
from autograder.checks.exercise import Case, Exercise, aspect
from autograder.exercises.convolution_cases import convolve, pads, read_one_by_one, sizes
from cs_conv.naive import conv_forward as reference


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


# Mistakes keep the dtype of x, so that float32 is compared with the tolerance of float32, however a student
# adds up.

mistakes = Catalogue()


@mistakes.mistake("bias left out", "Every output of filter k is a sum plus b[k].")
def _(x, w, b, stride=1, pad=0):
    return convolve(x, w, 0 * b, stride, pad)


@mistakes.mistake(
    "true convolution: the filter is flipped",
    "ConvNets do not flip (cross-correlation): a filter's first weight meets the first pixel of the window.",
)
def _(x, w, b, stride=1, pad=0):
    return convolve(x, w[:, :, ::-1, ::-1], b, stride, pad)


@mistakes.mistake(
    "bias added once a channel", "Add b[k] after the sum over all channels, not inside the loop over them."
)
def _(x, w, b, stride=1, pad=0):
    return convolve(x, w, b * x.shape[1], stride, pad)


@mistakes.mistake("bias added once a filter weight", "Add b[k] after the sum over the window, not inside it.")
def _(x, w, b, stride=1, pad=0):
    return convolve(x, w, b * w[0].size, stride, pad)


@mistakes.mistake("padding ignored", "Put `pad` rows and columns of zeros on each side of the input first.")
def _(x, w, b, stride=1, pad=0):
    return _rounded(x, w, b, stride)


@mistakes.mistake(
    "more padding counted than put on",
    "Your last windows reach beyond the array that they are cut out of. Either it is not padded on all four "
    "sides, or H and W were taken after padding, and 2 pad is added to them again.",
)
def _(x, w, b, stride=1, pad=0):
    right = convolve(x, w, b, stride, pad)
    out = np.zeros((*right.shape[:2], *_size(x, w, stride, 2 * pad)), x.dtype)
    out[...] = right
    return out


@mistakes.also("more padding counted than put on")
def _(x, w, b, stride=1, pad=0):
    read_one_by_one(pads(x, pad), *_size(x, w, stride, 2 * pad), *w.shape[2:], stride)
    return convolve(x, w, b, stride, pad)


@mistakes.also("more padding counted than put on")
def _(x, w, b, stride=1, pad=0):
    return _windows(x, w, b, 0, lambda i, j: (i * stride, j * stride), *_size(x, w, stride, pad))


@mistakes.also("more padding counted than put on")
def _(x, w, b, stride=1, pad=0):
    return _windows(x, w, b, pad, lambda i, j: (i * stride, j * stride), *_size(x, w, stride, 2 * pad))


@mistakes.mistake(
    "fit asked without all of the padding",
    "Windows must fit the padded input: ask of H - FH + 2 pad, the number that the output size divides.",
)
def _(x, w, b, stride=1, pad=0):
    return _if_fits(x, w, b, stride, pad, counted=pad)


@mistakes.also("fit asked without all of the padding")
def _(x, w, b, stride=1, pad=0):
    return _if_fits(x, w, b, stride, pad, counted=0)


@mistakes.mistake(
    "padded by 1 whatever `pad` says",
    "You always put one row and column of zeros on each side. How many there are is the argument `pad`.",
)
def _(x, w, b, stride=1, pad=0):
    return _windows(x, w, b, 1, lambda i, j: (i * stride, j * stride), *_size(x, w, stride, pad))


@mistakes.mistake(
    "neither stride nor padding yet",
    "Your answer is right for stride 1 without padding, and gives that whatever the arguments say. Both "
    "change the size of the output, and the stride also the place of each window.",
)
def _(x, w, b, stride=1, pad=0):
    return _windows(x, w, b, 0, lambda i, j: (i, j), *_size(x, w, 1, 0))


@mistakes.mistake(
    "stride ignored in the window's place",
    "The window of output (i, j) begins at row i * stride and column j * stride of the padded input.",
)
def _(x, w, b, stride=1, pad=0):
    right = convolve(x, w, b, stride, pad)
    return convolve(x, w, b, 1, pad)[:, :, : right.shape[2], : right.shape[3]]


@mistakes.mistake(
    "channels not summed", "A filter reaches through all channels: sum over c as well as over the window."
)
def _(x, w, b, stride=1, pad=0):
    return convolve(x[:, -1:], w[:, -1:], b, stride, pad)


@mistakes.also("channels not summed")
def _(x, w, b, stride=1, pad=0):
    return convolve(x[:, :1], w[:, :1], b, stride, pad)


@mistakes.mistake(
    "only the first image",
    "Loop over all N images, out has one entry for each; and `return` stands after that loop, not in it.",
)
def _(x, w, b, stride=1, pad=0):
    out = convolve(x, w, b, stride, pad)
    out[1:] = 0
    return out


@mistakes.mistake(
    "every filter gives the result of the first", "Use w[k] and b[k] for channel k of the output."
)
def _(x, w, b, stride=1, pad=0):
    return np.repeat(convolve(x, w[:1], b[:1], stride, pad), len(w), axis=1)


@mistakes.mistake("mean instead of sum", "A convolution adds the products up; it does not average them.")
def _(x, w, b, stride=1, pad=0):
    return convolve(x, w / w[0].size, b, stride, pad)


@mistakes.mistake(
    "padded with copies of the border",
    "The padding is zeros: np.pad does that unless its mode says otherwise.",
)
def _(x, w, b, stride=1, pad=0):
    return convolve(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge"), w, b, stride)


@mistakes.mistake(
    "padded on one side only", "Padding goes on both sides: ((0, 0), (0, 0), (pad, pad), (pad, pad))."
)
def _(x, w, b, stride=1, pad=0):
    padded = np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))
    return convolve(padded, w, b, stride)


@mistakes.mistake("rows padded below only", "Rows are padded above and below, as columns are left and right.")
def _(x, w, b, stride=1, pad=0):
    right = convolve(x, w, b, stride, pad)
    padded = np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (pad, pad)))
    return convolve(padded, w, b, stride).reshape(right.shape)


@mistakes.mistake(
    "an error for pad = 0, where x is written into [pad:-pad]",
    "With pad = 0 the slice [pad:-pad] is empty: -0 is 0. Write [pad:pad + H], or use np.pad.",
)
def _(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), x.dtype)
    padded[:, :, pad:-pad, pad:-pad] = x
    return convolve(padded, w, b, stride)


@mistakes.mistake(
    "output one too small", "The output size is (H - FH + 2 pad) / stride + 1: count the first window too."
)
def _(x, w, b, stride=1, pad=0):
    return convolve(x, w, b, stride, pad)[:, :, :-1, :-1]


@mistakes.mistake(
    "output size forgets the padding", "The output size is (H - FH + 2 pad) / stride + 1, with 2 pad in it."
)
def _(x, w, b, stride=1, pad=0):
    OH, OW = ((n - f) // stride + 1 for n, f in zip(x.shape[2:], w.shape[2:], strict=True))
    return convolve(x, w, b, stride, pad)[:, :, :OH, :OW]


@mistakes.mistake(
    "the 1 of the output size added before dividing",
    "First divide by the stride, then add 1: the first window is one more than the steps.",
)
def _(x, w, b, stride=1, pad=0):
    right = convolve(x, w, b, stride, pad)
    OH, OW = ((n + 2 * pad - f + 1) // stride for n, f in zip(x.shape[2:], w.shape[2:], strict=True))
    return right[:, :, :OH, :OW]


@mistakes.mistake("output size counts the padding once", "Both sides are padded: H + 2 pad, not H + pad.")
def _(x, w, b, stride=1, pad=0):
    OH, OW = ((n - f + pad) // stride + 1 for n, f in zip(x.shape[2:], w.shape[2:], strict=True))
    return convolve(x, w, b, stride, pad)[:, :, :OH, :OW]


@mistakes.mistake(
    "OH used for OW, in the loops and for the array", "OH comes from H and FH, OW from W and FW."
)
def _(x, w, b, stride=1, pad=0):
    OH, _OW = _size(x, w, stride, pad)
    return _windows(x, w, b, pad, lambda i, j: (i * stride, j * stride), OH, OH)


@mistakes.mistake(
    "OH used for OW for the array only",
    "Your loops find the right windows, but the array they fill has OH rows and OH columns. Its width comes "
    "from W and FW.",
)
def _(x, w, b, stride=1, pad=0):
    right = convolve(x, w, b, stride, pad)
    OH, OW = right.shape[2:]
    if OW > OH:
        raise IndexError("the output has no such column")
    return np.pad(right, ((0, 0), (0, 0), (0, 0), (0, OH - OW)))


@mistakes.mistake(
    "windows numbered with the height of the output",
    "Counted flat, row by row, a row of the output holds OW windows. Yours begins a new row every OH.",
)
def _(x, w, b, stride=1, pad=0):
    right = convolve(x, w, 0 * b, stride, pad)
    N, K, OH, OW = right.shape
    flat = np.zeros((N, K, OH * OW), right.dtype)
    for i, j in np.ndindex(OH, OW):
        flat[:, :, i * OH + j] = right[:, :, i, j]
    return flat.reshape(right.shape) + b[:, None, None]


@mistakes.mistake(
    "pixels numbered with the height of the input",
    "Counted flat, a pixel stands one whole row of the padded input further than the pixel above it. You "
    "count rows of its height, not of its width.",
)
def _(x, w, b, stride=1, pad=0):
    xp = pads(x, pad)
    N, C, H, W = xp.shape
    (FH, FW), (OH, OW) = w.shape[2:], _size(x, w, stride, pad)
    n, c, i, j, p, q = np.ogrid[:N, :C, :OH, :OW, :FH, :FW]
    seen = np.take(xp, ((n * C + c) * W + i * stride + p) * H + j * stride + q)
    return np.einsum("ncijpq,kcpq->nkij", seen, w) + b[:, None, None]


@mistakes.mistake(
    "images and filters taken as square",
    "Height and width are two sizes: OH comes from H and FH, OW from W and FW, and a window is FH by FW.",
)
def _(x, w, b, stride=1, pad=0):
    padded = pads(x, pad)
    F = w.shape[2]
    size = (padded.shape[2] - F) // stride + 1
    out = np.zeros((len(x), len(w), size, size), x.dtype)
    for i, j in np.ndindex(size, size):
        row, column = i * stride, j * stride
        window = padded[:, None, :, row : row + F, column : column + F]
        out[:, :, i, j] = np.sum(window * w, axis=(2, 3, 4)) + b
    return out


@mistakes.mistake(
    "an error for filters that are not square", "The window is FH rows high and FW columns wide."
)
def _(x, w, b, stride=1, pad=0):
    if w.shape[2] != w.shape[3]:
        raise AnySizeError
    return convolve(x, w, b, stride, pad)


@mistakes.mistake(
    "rows and columns of the filter swapped", "Multiply x[i + p, j + q] by w[p, q], not by w[q, p]."
)
def _(x, w, b, stride=1, pad=0):
    if w.shape[2] != w.shape[3]:
        raise ValueError("the window does not match the filter")
    return convolve(x, np.swapaxes(w, 2, 3), b, stride, pad)


@mistakes.mistake(
    "negative sums cut off", "The ReLU is a layer of its own; a convolution may give negative numbers."
)
def _(x, w, b, stride=1, pad=0):
    return np.maximum(convolve(x, w, b, stride, pad), 0)


@mistakes.mistake(
    "flipped along the channels as well",
    "A convolution of three-dimensional arrays flips all three axes. ConvNets flip none of them.",
)
def _(x, w, b, stride=1, pad=0):
    return convolve(x, w[:, ::-1, ::-1, ::-1], b, stride, pad)


@mistakes.mistake(
    "the running total never starts again",
    "Each output is a sum of its own: set the total back before each window.",
)
def _(x, w, b, stride=1, pad=0):
    totals = np.cumsum(convolve(x, w, 0 * b, stride, pad))
    return totals.reshape(convolve(x, w, b, stride, pad).shape) + b[:, None, None]


@mistakes.also("the running total never starts again")
def _(x, w, b, stride=1, pad=0):
    return np.cumsum(convolve(x, w, 0 * b, stride, pad), axis=1) + b[:, None, None]


@mistakes.mistake("only the first filter", "Loop over all K filters; out has one channel for each.")
def _(x, w, b, stride=1, pad=0):
    out = convolve(x, w, b, stride, pad)
    out[:, 1:] = 0
    return out


@mistakes.mistake("every image gives the result of the first", "Take the window out of image n: xp[n].")
def _(x, w, b, stride=1, pad=0):
    return np.repeat(convolve(x[:1], w, b, stride, pad), len(x), axis=0)


@mistakes.mistake("bias of the image's number", "The biases belong to the filters: b[k], not b[n].")
def _(x, w, b, stride=1, pad=0):
    out = convolve(x, w, 0 * b, stride, pad)
    for n in range(len(x)):
        out[n] += b[n]
    return out


@mistakes.mistake("the first bias for every filter", "Filter k has a bias of its own, b[k].")
def _(x, w, b, stride=1, pad=0):
    return convolve(x, w, np.full_like(b, b[0]), stride, pad)


@mistakes.mistake(
    "bias added along the columns",
    "`out + b` lines b up with the last axis, the columns. The K biases belong to axis 1 of out.",
)
def _(x, w, b, stride=1, pad=0):
    return convolve(x, w, 0 * b, stride, pad) + b


@mistakes.mistake("stride for the rows only", "The windows move by `stride` to the right as well as down.")
def _(x, w, b, stride=1, pad=0):
    return _windows(x, w, b, pad, lambda i, j: (i * stride, j), *_size(x, w, stride, pad))


@mistakes.mistake("stride for the columns only", "The windows move by `stride` down as well as to the right.")
def _(x, w, b, stride=1, pad=0):
    return _windows(x, w, b, pad, lambda i, j: (i, j * stride), *_size(x, w, stride, pad))


@mistakes.mistake(
    "rows and columns of the output swapped",
    "i goes with the rows and j with the columns, in out[n, k, i, j] as in the window's place.",
)
def _(x, w, b, stride=1, pad=0):
    return _windows(x, w, b, pad, lambda i, j: (j * stride, i * stride), *_size(x, w, stride, pad))


@mistakes.mistake(
    "i and j swapped in out[n, k, i, j]",
    "i is the row of an output and comes before its column j, in out as in the place of the window.",
)
def _(x, w, b, stride=1, pad=0):
    right = convolve(x, w, b, stride, pad)
    if right.shape[2] != right.shape[3]:
        raise IndexError("out has no such row or column")
    return right.swapaxes(2, 3)


@mistakes.mistake(
    "i over OW, j over OH",
    "i counts the OH rows of the output and j its OW columns. Somewhere you have them the other way round, "
    "in the loops or in the shape of out, which fails unless the output is square.",
)
def _(x, w, b, stride=1, pad=0):
    right = convolve(x, w, b, stride, pad)
    for i, j in np.ndindex(*right.shape[:1:-1]):
        right[:, :, i, j]
    return right


@mistakes.also("i over OW, j over OH")
def _(x, w, b, stride=1, pad=0):
    return _windows(
        x, w, b, pad, lambda i, j: (i * stride, j * stride), *_size(x, w, stride, pad), turned=True
    )


@mistakes.also("i over OW, j over OH")
def _(x, w, b, stride=1, pad=0):
    right = convolve(x, w, b, stride, pad)
    read_one_by_one(pads(x, pad), *right.shape[:1:-1], *w.shape[2:], stride)
    return right


@mistakes.mistake(
    "row and column swapped in x",
    "x is indexed by image, channel, row, column: i and p belong to the row, j and q to the column.",
)
def _(x, w, b, stride=1, pad=0):
    xp, (OH, OW), (FH, FW) = pads(x, pad), _size(x, w, stride, pad), w.shape[2:]
    H, W = (OH - 1) * stride + FH, (OW - 1) * stride + FW
    if xp.shape[3] < H or xp.shape[2] < W:
        raise IndexError("x has no such row or column")
    return convolve(xp.swapaxes(2, 3)[:, :, :H, :W], w, b, stride)


@mistakes.mistake(
    "loops in steps of the stride",
    "i and j number the outputs, one after the other: 0, 1, 2. The stride moves the window, i * stride.",
)
def _(x, w, b, stride=1, pad=0):
    right = convolve(x, w, b, stride, pad)
    out = np.zeros_like(right)
    at_stride_1 = convolve(x, w, b, 1, pad)  # row i of it is the window that begins at row i
    for i, j in np.ndindex(right.shape[2:]):
        if i % stride == j % stride == 0:
            out[:, :, i, j] = at_stride_1[:, :, i, j]
    return out


@mistakes.mistake(
    "last row and column of the output left empty",
    "The last windows count too. range(n) already stops at n - 1: look at where your loops end.",
)
def _(x, w, b, stride=1, pad=0):
    out = convolve(x, w, b, stride, pad)
    out[:, :, -1], out[:, :, :, -1] = 0, 0
    return out


@mistakes.mistake(
    "output as large as the input",
    "The output has (H - FH + 2 pad) / stride + 1 rows; only some paddings keep the size of the input.",
)
def _(x, w, b, stride=1, pad=0):
    return _written_into(np.zeros((len(x), len(w), *x.shape[2:]), x.dtype), convolve(x, w, b, stride, pad))


@mistakes.mistake(
    "out made like x", "out is (N, K, OH, OW): as many channels as filters, and rows and columns of its own."
)
def _(x, w, b, stride=1, pad=0):
    return _written_into(np.zeros_like(x), convolve(x, w, b, stride, pad))


@mistakes.mistake("OW worked out from H instead of W", "OH comes from H and FH, OW from W and FW.")
def _(x, w, b, stride=1, pad=0):
    OH, _ = _size(x, w, stride, pad)
    OW = (x.shape[2] + 2 * pad - w.shape[3]) // stride + 1
    return _windows(x, w, b, pad, lambda i, j: (i * stride, j * stride), OH, OW)


@mistakes.mistake(
    "OW worked out from FH instead of FW", "OH comes from H and FH, OW from W and FW; you have FH in both."
)
def _(x, w, b, stride=1, pad=0):
    OH, _ = _size(x, w, stride, pad)
    OW = (x.shape[3] + 2 * pad - w.shape[2]) // stride + 1
    return _windows(x, w, b, pad, lambda i, j: (i * stride, j * stride), OH, OW)


@mistakes.mistake(
    "only the first FH columns of the filters used",
    "The window is FH rows high and FW columns wide, in the output's size as well as in the sums.",
)
def _(x, w, b, stride=1, pad=0):
    FH, FW = w.shape[2:]
    if FH > FW:
        raise IndexError("the filter has no such column")
    w = w[:, :, :, :FH]
    return _windows(x, w, b, pad, lambda i, j: (i * stride, j * stride), *_size(x, w, stride, pad))


@mistakes.mistake(
    "all four axes padded",
    "np.pad(x, pad) pads images and channels too. Those two axes get (0, 0), rows and columns (pad, pad).",
)
def _(x, w, b, stride=1, pad=0):
    padded = np.pad(x, pad)
    OH, OW = _size(x, w, stride, pad)
    out = np.zeros((len(x), len(w), OH, OW), x.dtype)
    FH, FW = w.shape[2:]
    for n, k, i, j in np.ndindex(out.shape):
        window = padded[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
        out[n, k, i, j] = np.sum(window * w[k]) + b[k]
    return out


@mistakes.mistake("padded with ones", "The padding is zeros: a border that adds nothing to any sum.")
def _(x, w, b, stride=1, pad=0):
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=1)
    return convolve(padded, w, b, stride)


@mistakes.mistake(
    "reshape of (K, N, OH, OW) where a transpose is needed",
    "The values are right, their places are not: reshape never moves an axis; transpose does.",
)
def _(x, w, b, stride=1, pad=0):
    out = convolve(x, w, b, stride, pad)
    return out.transpose(1, 0, 2, 3).reshape(out.shape)


@mistakes.mistake(
    "filters at the end", "out is (N, K, OH, OW): filters on axis 1, like the channels of the input."
)
def _(x, w, b, stride=1, pad=0):
    return convolve(x, w, b, stride, pad).transpose(0, 2, 3, 1)


@mistakes.mistake("images and filters swapped", "out is (N, K, OH, OW): images first, then filters.")
def _(x, w, b, stride=1, pad=0):
    return convolve(x, w, b, stride, pad).transpose(1, 0, 2, 3)


@mistakes.mistake(
    "outputs cut to whole numbers",
    "out must hold real numbers: np.zeros without a dtype does, an array of int does not.",
)
def _(x, w, b, stride=1, pad=0):
    return convolve(x, w, b, stride, pad).astype(int)


@mistakes.mistake(
    "loops over channels where filters are meant",
    "The channels of out are the filters: loop over K there, not over C.",
)
def _(x, w, b, stride=1, pad=0):
    right = convolve(x, w, b, stride, pad)
    out = np.zeros_like(right)
    for k in range(x.shape[1]):
        out[:, k] = right[:, k]
    return out


@mistakes.mistake(
    "returns after the first number",
    "Look at the indentation of `return`: it belongs after all loops, not inside them.",
)
def _(x, w, b, stride=1, pad=0):
    right = convolve(x, w, b, stride, pad)
    out = np.zeros_like(right)
    out[0, 0, 0, 0] = right[0, 0, 0, 0]
    return out


@mistakes.mistake(
    "returns after the first filter",
    "Look at the indentation of `return`: it belongs after all loops, not inside them.",
)
def _(x, w, b, stride=1, pad=0):
    right = convolve(x, w, b, stride, pad)
    out = np.zeros_like(right)
    out[0, 0] = right[0, 0]
    return out


@mistakes.mistake(
    "zeros around the output",
    "The zeros go around the input, before the windows are cut out, not around the result.",
)
def _(x, w, b, stride=1, pad=0):
    return np.pad(_rounded(x, w, b, stride), ((0, 0), (0, 0), (pad, pad), (pad, pad)))


@mistakes.mistake(
    "same padding whatever `pad` says", "Pad by the argument `pad`, also where that shrinks the output."
)
def _(x, w, b, stride=1, pad=0):
    return convolve(x, w, b, stride, (w.shape[2] - 1) // 2)


@mistakes.mistake(
    "reshape of (K, OH, OW, N) where a transpose is needed",
    "The values are right, but the images come last: transpose brings them to the front, reshape does not.",
)
def _(x, w, b, stride=1, pad=0):
    out = convolve(x, w, b, stride, pad)
    return out.transpose(1, 2, 3, 0).reshape(out.shape)


def _size(x, w, stride, pad):
    return sizes(x.shape, w.shape[2:], stride, pad)


def _rounded(x, w, b, stride):
    """The convolution without padding on as much of x as fits: a student's size is rounded down."""
    (OH, OW), (FH, FW) = _size(x, w, stride, 0), w.shape[2:]
    return convolve(x[:, :, : (OH - 1) * stride + FH, : (OW - 1) * stride + FW], w, b, stride)


def _if_fits(x, w, b, stride, pad, counted):
    """The right answer where the windows fit an input that only `counted` rows and columns were added to."""
    if any((n - f + counted) % stride for n, f in zip(x.shape[2:], w.shape[2:], strict=True)):
        raise ValueError("the windows do not fit")
    return convolve(x, w, b, stride, pad)


def _written_into(out, right):
    """An array of a wrong shape with the right outputs written into it, where it has room for them."""
    if any(n > room for n, room in zip(right.shape, out.shape, strict=True)):
        raise IndexError("an output does not fit into the array")
    out[tuple(map(slice, right.shape))] = right
    return out


def _windows(x, w, b, pad, place, OH, OW, turned=False):
    """Windows at place(i, j), cut out and multiplied as NumPy does it in a student's loop.

    With `turned`, i runs over OW and j over OH.
    A window that reaches beyond the padded input is cut short; times the filter that is an error, but for a
    window cut to one row or column: NumPy stretches it.
    """
    padded = pads(x, pad)
    FH, FW = w.shape[2:]
    out = np.zeros((len(x), len(w), OH, OW), x.dtype)
    for i, j in np.ndindex(*((OW, OH) if turned else (OH, OW))):
        row, column = place(i, j)
        window = padded[:, None, :, row : row + FH, column : column + FW]
        out[:, :, i, j] = np.sum(window * w, axis=(2, 3, 4)) + b
    return out


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
    mistakes=tuple(mistakes),
)
