"""im2col(x, size, stride=1, pad=0): every window of the images becomes one column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from autograder.exercises.convolution_cases import pads, sizes
from cs_conv.im2col import im2col as reference


def places(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """The numbers 1, 2, 3, ... in random order: no two tie, none is 0."""
    size = int(np.prod(shape))
    return (rng.permutation(size) + 1.0).reshape(shape)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, size, draw=places, **options):
        return Case(tag, about, (draw(rng, *x), size), options)

    yield case("values", "one image, one channel: four windows", (1, 1, 3, 3), (2, 2))
    yield case("values", "a 1x1 window", (1, 1, 2, 2), (1, 1))
    yield case("values", "two channels", (1, 2, 3, 3), (2, 2))
    yield case("values", "two images", (2, 1, 3, 3), (2, 2))
    yield case("values", "two images, two channels", (2, 2, 3, 3), (2, 2))
    yield case("values", "two images, three channels, a 1x1 window", (2, 3, 2, 2), (1, 1))
    yield case("values", "the window covers the whole image", (2, 3, 2, 2), (2, 2))
    yield case("values", "real numbers", (3, 2, 5, 5), (3, 3), reals)
    yield case("geometry", "pad 1", (1, 1, 2, 2), (2, 2), pad=1)
    yield case("geometry", "pad 1 around one pixel", (1, 1, 1, 1), (2, 2), pad=1)
    yield case("geometry", "stride 2, no overlap", (1, 1, 4, 4), (2, 2), stride=2)
    yield case("geometry", "stride 2, windows overlap", (1, 1, 5, 5), (3, 3), stride=2)
    yield case("geometry", "stride 2 with a 1x1 window", (1, 1, 3, 3), (1, 1), stride=2)
    yield case(
        "geometry",
        "stride 3 with a 2x2 window: pixels between windows go unused",
        (1, 1, 5, 5),
        (2, 2),
        stride=3,
    )
    yield case("geometry", "stride 2 and pad 1", (2, 2, 3, 3), (3, 3), stride=2, pad=1)
    yield case("geometry", "pad 2 and an even window", (1, 1, 4, 4), (2, 2), stride=2, pad=2)
    yield case("geometry", "pad 3, more than the image", (1, 1, 2, 2), (2, 2), stride=2, pad=3)
    yield case("geometry", "stride 2, pad 1, real numbers", (2, 3, 7, 7), (3, 3), reals, stride=2, pad=1)
    yield case("rectangles", "an image wider than high", (1, 1, 2, 4), (2, 2))
    yield case("rectangles", "an image higher than wide", (1, 1, 4, 2), (2, 2))
    yield case("rectangles", "a window higher than wide", (1, 1, 3, 3), (3, 2))
    yield case("rectangles", "a window wider than high", (1, 2, 3, 3), (1, 3))
    yield case(
        "rectangles", "a rectangular image and window, stride 2, pad 1", (2, 2, 6, 5), (2, 3), stride=2, pad=1
    )
    yield case(
        "rectangles", "a wide window on a high image, real numbers", (2, 3, 6, 4), (2, 4), reals, pad=1
    )
    yield case("rectangles", "a high window on a wide image, stride 3", (2, 3, 4, 8), (4, 2), reals, stride=3)
    yield case("rectangles", "one column of pixels", (1, 1, 3, 1), (1, 1))
    yield case(
        "rectangles", "a 7x3 window on square images, stride 4", (1, 2, 11, 11), (7, 3), reals, stride=4
    )
    yield case("rectangles", "pad 3 around 1x2 pixels", (1, 1, 1, 2), (3, 2), stride=2, pad=3)
    yield case(
        "rectangles",
        "three images, a high window, stride 2, pad 2",
        (3, 3, 5, 8),
        (3, 2),
        reals,
        stride=2,
        pad=2,
    )
    x = reals(rng, 2, 3, 5, 4)
    yield Case("edges", "float32", (x.astype(np.float32), (3, 2)), {"pad": 1})
    yield Case("edges", "an image that is not contiguous in memory", (scattered(x), (3, 2)), {"pad": 1})
    x = reals(rng, 2, 3, 4, 4)
    yield Case("edges", "an image that is not contiguous, without padding", (scattered(x), (3, 3)))
    x = places(rng, 1, 1, 4, 4)
    yield Case(
        "edges", "a 3x3 window at stride 2 on 4x4", (x, (3, 3)), {"stride": 2}, (x[:, :, :3, :3], (3, 3))
    )
    x = places(rng, 1, 1, 3, 4)
    yield Case(
        "edges", "a 3x3 window at stride 2 on 3x4", (x, (3, 3)), {"stride": 2}, (x[:, :, :, :3], (3, 3))
    )


def im2col(x, size, stride=1, pad=0):
    """Return every window of the images as a column, (C * FH * FW, N * OH * OW).

    x: (N, C, H, W). size: (FH, FW). Rows in the order c, fh, fw, columns in the order n, i, j.
    Raises ValueError where the windows do not fit.
    """
    N, C, H, W = x.shape
    FH, FW = size
    if (H - FH + 2 * pad) % stride or (W - FW + 2 * pad) % stride:
        raise ValueError(f"a {FH}x{FW} window at stride {stride} does not fit {H}x{W} pixels with pad {pad}")
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cols = np.zeros((C * FH * FW, N * OH * OW), x.dtype)
    m = 0
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                top, left = i * stride, j * stride
                cols[:, m] = padded[n, :, top : top + FH, left : left + FW].ravel()
                m += 1
    return cols


mistakes = Catalogue(im2col)

UNCHECKED = {"if (H - FH + 2 * pad) % stride or (W - FW + 2 * pad) % stride:": "if False:"}
PLACE = "top, left = i * stride, j * stride"
IMAGES_FASTEST = {
    "for n in range(N)": "for i in range(OH)",
    "for i in range(OH)": "for j in range(OW)",
    "for j in range(OW)": "for n in range(N)",
}
ROWS_FASTEST = {"for i in range(OH)": "for j in range(OW)", "for j in range(OW)": "for i in range(OH)"}


def by_places(xp, size, OH, OW, stride):
    """Columns as loops over the places (p, q) of a window make them, with a slice for all windows."""
    axes = np.zeros((*xp.shape[:2], *size, OH, OW))
    for p, q in np.ndindex(size):
        axes[:, :, p, q] = xp[:, :, p : p + OH * stride : stride, q : q + OW * stride : stride]
    return axes.transpose(1, 2, 3, 0, 4, 5).reshape(xp.shape[1] * size[0] * size[1], -1)


mistakes.change(
    "columns in the order i, j, n",
    "All windows are there, but the columns run through the images fastest. That is the order of the "
    "Stanford course's own im2col, and a fine one; this course keeps each image together: n slowest, "
    "then i, then j.",
    IMAGES_FASTEST,
)
mistakes.change(
    "the Stanford course's own im2col",
    "This looks like the Stanford course's own im2col: its columns run through the images fastest, while "
    "this course keeps each image together. It also asserts that W - FH + 2 pad is a multiple of the "
    "stride, where it means W - FW + 2 pad.",
    IMAGES_FASTEST | {"FH, FW = size": "FH, FW = size\nassert (W + 2 * pad - FH) % stride == 0"},
)
mistakes.change(
    "columns in the order n, j, i",
    "Within an image the windows go row by row, as you read: j changes fastest. Yours go down first.",
    ROWS_FASTEST,
)
mistakes.change(
    "i and j swapped in the window's place",
    "The window of (i, j) begins at row i * stride and column j * stride: rows come first, as in x.",
    {PLACE: "top, left = j * stride, i * stride"},
)
mistakes.change(
    "rows in the order fh, fw, c",
    "Each column holds all of channel 0 first, then all of channel 1. Yours changes the channel "
    "fastest, as in arrays that keep channels last.",
    {".ravel()": ".transpose(1, 2, 0).ravel()"},
)
mistakes.change(
    "rows in the order c, fw, fh",
    "Within a channel a window is read row by row: fw changes fastest. Yours is read column by column.",
    {".ravel()": ".transpose(0, 2, 1).ravel()"},
)
mistakes.change(
    "rows in the order fw, fh, c",
    "A column reads a window as you read a page: c slowest, then fh, then fw. Yours has all three "
    "turned round, as .T of a window with three axes does.",
    {".ravel()": ".T.ravel()"},
)
mistakes.change(
    "windows as rows",
    "Your matrix is the right one on its side: one window a row, as some books have it. Here a window "
    "is a column, so that the filters can be the rows of the matrix on its left.",
    {"return cols": "return cols.T"},
)
mistakes.change(
    "one window a row, reshaped instead of transposed",
    "You have one window a row and then reshape to the right shape. A reshape keeps the values in their "
    "order in memory; only a transpose turns rows into columns.",
    {"return cols": "return cols.T.reshape(cols.shape)"},
)
mistakes.change(
    "reshaped with the images still in front",
    "With one image you are right. With more, n is still the first axis when you reshape, so images are "
    "mixed into the rows: move it behind c, fh and fw first.",
    {"return cols": "return cols.reshape(-1, N, OH * OW).swapaxes(0, 1).reshape(cols.shape)"},
)
mistakes.change(
    "images stacked below each other",
    "The columns of the second image belong to the right of those of the first, not below them: the "
    "number of rows is C * FH * FW, however many images there are.",
    {"return cols": "return cols.reshape(-1, N, OH * OW).swapaxes(0, 1).reshape(-1, OH * OW)"},
)
mistakes.change(
    "one matrix an image",
    "You return an array of three axes with the images in front, as PyTorch's unfold does. This course has "
    "one matrix: the columns of all images side by side, n slowest.",
    {"return cols": "return cols.reshape(-1, N, OH * OW).swapaxes(0, 1)"},
)
mistakes.change(
    "stride ignored in the window's place",
    "The window of (i, j) begins at row i * stride and column j * stride of the padded image; yours "
    "begin at i and j.",
    {PLACE: "top, left = i, j"},
)
mistakes.change(
    "stride forgotten across",
    "The rows of your windows begin at i * stride, but their columns at j: the stride counts in both "
    "directions.",
    {PLACE: "top, left = i * stride, j"},
)
mistakes.change(
    "stride forgotten downwards",
    "The columns of your windows begin at j * stride, but their rows at i: the stride counts in both "
    "directions.",
    {PLACE: "top, left = i, j * stride"},
)
mistakes.change(
    "stride not used at all",
    "You have the windows of stride 1, too many of them: neither the number of windows nor their places "
    "use stride.",
    {"FH, FW = size": "FH, FW = size\nstride = 1"},
)
mistakes.change(
    "padding ignored",
    "Put `pad` rows and columns of zeros on each side of every image first.",
    {"FH, FW = size": "FH, FW = size\npad = 0"},
)


@mistakes.also("padding ignored")
def _(x, size, stride=1, pad=0):
    windows = sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride]
    return windows.transpose(1, 4, 5, 0, 2, 3).reshape(x.shape[1] * size[0] * size[1], -1)


mistakes.change(
    "more padding counted than put on",
    "Your last windows reach beyond the array that they are cut out of. Either it is not padded on all four "
    "sides, or H and W were taken after padding, and 2 pad is added to them again.",
    UNCHECKED | {"FH, FW = size": "FH, FW = size\nH, W = H + 2 * pad, W + 2 * pad"},
    {"np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))": "x"},
)


@mistakes.also("more padding counted than put on")
def _(x, size, stride=1, pad=0):
    return by_places(pads(x, pad), size, *sizes(x.shape, size, stride, 2 * pad), stride)


@mistakes.also("more padding counted than put on")
def _(x, size, stride=1, pad=0):
    return by_places(x, size, *sizes(x.shape, size, stride, pad), stride)


mistakes.change(
    "padded by 1 whatever `pad` says",
    "You always put one row and column of zeros on each side. How many there are is the argument `pad`.",
    {"(pad, pad), (pad, pad)": "(1, 1), (1, 1)"},
)
mistakes.change(
    "fails without padding",
    "With pad = 0 the slice [pad:-pad] is empty, because -0 is 0. Say where the image ends: pad + H; or "
    "use np.pad.",
    {
        "padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))": (
            "padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad))\npadded[:, :, pad:-pad, pad:-pad] = x"
        ),
    },
)
mistakes.change(
    "padded with copies of the border",
    "The padding is zeros: np.pad does that unless its mode says otherwise.",
    {"(pad, pad)))": '(pad, pad)), mode="edge")'},
)
mistakes.change(
    "all four axes padded",
    "np.pad(x, pad) also adds images and channels of zeros: only the last two axes, H and W, are padded.",
    {"N, C, H, W = x.shape": "x, pad = np.pad(x, pad), 0\nN, C, H, W = x.shape"},
)
mistakes.change(
    "padded on one side only",
    "The zeros stand on both sides of each axis; all of yours are behind the last row and the last column.",
    {"(pad, pad), (pad, pad)": "(0, 2 * pad), (0, 2 * pad)"},
)
mistakes.change(
    "number of windows without the padding",
    "OH and OW count places on the padded image: (H + 2 pad - FH) / stride + 1. Yours leave the padding out.",
    {"OH = (H - FH + 2 * pad)": "OH = (H - FH)", "OW = (W - FW + 2 * pad)": "OW = (W - FW)"},
)
mistakes.change(
    "loops that end where the unpadded image ends",
    "The last window begins at H + 2 pad - FH, in the padded image: your loops stop 2 pad earlier.",
    {"range(OH)": "range((H - FH) // stride + 1)", "range(OW)": "range((W - FW) // stride + 1)"},
)
mistakes.change(
    "loops in steps of the stride over OH and OW",
    "i and j number the windows, one after the other: 0, 1, 2. The stride moves the window, i * stride.",
    {
        "range(OH)": "range(0, OH, stride)",
        "range(OW)": "range(0, OW, stride)",
        PLACE: "top, left = i, j",
    },
)
mistakes.change(
    "the column counter grows once a row of windows",
    "Every window has a column of its own: the counter grows in the innermost loop. Look at its indentation.",
    {"    m += 1": "m += 1"},
)
mistakes.change(
    "windows numbered with the height of the output",
    "If you count the windows from 0 on, row by row, each row has OW of them. Yours begins a new row "
    "after OH.",
    {"cols[:, m]": "cols[:, n * OH * OW + i * OH + j]"},
)
mistakes.change(
    "one window too few in each direction",
    "Count the first place too: (H + 2 pad - FH) / stride + 1.",
    {
        "OH = (H - FH + 2 * pad) // stride + 1": "OH = (H - FH + 2 * pad) // stride",
        "OW = (W - FW + 2 * pad) // stride + 1": "OW = (W - FW + 2 * pad) // stride",
    },
)
mistakes.change(
    "as many windows across as down",
    "Square images hide it: OW comes from W and FW, not from H and FH.",
    {"OW = (W - FW + 2 * pad) // stride + 1": "OW = OH"},
)
mistakes.change(
    "i over OW, j over OH",
    "i counts the OH rows of windows and j the OW columns. Somewhere you have them the other way round, "
    "which fails unless there are as many of both.",
    {"range(OH)": "range(OW)", "range(OW)": "range(OH)"},
)


@mistakes.also("i over OW, j over OH")
def _(x, size, stride=1, pad=0):
    OH, OW = sizes(x.shape, size, stride, pad)
    by_places(pads(x, pad), size, OW, OH, stride)
    return im2col(x, size, stride, pad)


mistakes.change(
    "windows taken as square",
    "Square windows hide it: a window is FH = size[0] rows high and FW = size[1] columns wide.",
    {"FH, FW = size": "FH, FW = size[0], size[0]"},
)
mistakes.change(
    "height and width of the window swapped",
    "Square windows hide it: size is (FH, FW), the height first.",
    {"FH, FW = size": "FW, FH = size"},
)
mistakes.change(
    "only the first image",
    "There are N * OH * OW columns: the windows of every image, one after the other.",
    {"N, C, H, W = x.shape": "_, C, H, W = x.shape\nN = 1"},
)
mistakes.change(
    "the column counter starts again with every image",
    "The windows of every image land in the same first columns, so the last image is left there. The "
    "columns of image n begin behind those of the images before it.",
    {"m = 0\nfor n in range(N):": "for n in range(N):\n    m = 0"},
)
mistakes.change(
    "only the first channel",
    "A window reaches through all channels: its column has C * FH * FW values.",
    {"zeros((C * FH": "zeros((FH", "padded[n, :, top": "padded[n, 0, top"},
)
mistakes.change(
    "windows turned by 180 degrees",
    "The columns hold the windows as they stand: nothing is flipped here, nor in the filters later.",
    {".ravel()": "[:, ::-1, ::-1].ravel()"},
)
mistakes.change(
    "the images reshaped, not cut into windows",
    "A reshape deals out the pixels in their order in memory, each once. Windows that overlap share pixels, "
    "and the rows of a window are not neighbours in memory: cut each window out of the padded image.",
    {"return cols": "return padded.reshape(C * FH * FW, -1)"},
)
mistakes.change(
    "cut to whole numbers",
    "Real numbers lose their decimals on the way into your matrix: it was made with an integer dtype.",
    {"x.dtype)": "int)"},
)


exercise = Exercise(
    name="im2col",
    arguments=("x", "size"),
    parts=("cols",),
    axes={"cols": ("row", "column")},
    aspects=(
        aspect("shape", 1, "values", only_shape=True),
        aspect("values", 3, "values"),
        aspect("stride and padding", 3, "geometry"),
        aspect("rectangles", 2, "rectangles"),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    program=im2col,
    mistakes=tuple(mistakes),
)
