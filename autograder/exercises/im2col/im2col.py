"""im2col(x, size, stride=1, pad=0): every window of the images becomes one column."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from autograder.exercises.convolution_cases import pads, remembered
from autograder.exercises.convolution_cases import sizes as output_size
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


right = remembered(reference)

mistakes = Catalogue()


def six_axes(x, size, stride=1, pad=0):
    """The right columns with every axis by itself: (C, FH, FW, N, OH, OW)."""
    N, C = x.shape[:2]
    return right(x, size, stride, pad).reshape(C, *size, N, *sizes(x, size, stride, pad))


def flat(axes):
    """Six axes back to a matrix: the first three are rows, the last three columns."""
    rows = int(np.prod(axes.shape[:3]))
    return axes.reshape(rows, -1)


def by_windows(xp, size, OH, OW, down, right):
    """Columns as loops over the windows make them; the window of (i, j) begins at (i * down, j * right)."""
    N, C = xp.shape[:2]
    FH, FW = size
    cols = np.zeros((N, OH, OW, C * FH * FW))
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                window = xp[n, :, i * down : i * down + FH, j * right : j * right + FW]
                cols[n, i, j] = window.ravel()
    return cols.reshape(-1, C * FH * FW).T


def by_places(xp, size, OH, OW, stride):
    """Columns as loops over the places (p, q) of a window make them, with a slice for all windows."""
    axes = np.zeros((*xp.shape[:2], *size, OH, OW))
    for p, q in np.ndindex(size):
        axes[:, :, p, q] = xp[:, :, p : p + OH * stride : stride, q : q + OW * stride : stride]
    return flat(axes.transpose(1, 2, 3, 0, 4, 5))


def sizes(x, size, stride, pad):
    return output_size(x.shape, size, stride, pad)


def _lengths(x, size):
    """(H, FH) and (W, FW)."""
    return zip(x.shape[2:], size, strict=True)


def _counted(x, size, stride, pad, tops, lefts):
    """A matrix of the right size whose columns are filled one by one, with the windows of these places."""
    xp, cols = pads(x, pad), np.zeros_like(right(x, size, stride, pad))
    places = itertools.product(xp, tops, lefts)
    for m, (image, top, left) in enumerate(places):
        cols[:, m] = image[:, top : top + size[0], left : left + size[1]].ravel()
    return cols


@mistakes.mistake(
    "columns in the order i, j, n",
    "All windows are there, but the columns run through the images fastest. That is the order of the "
    "Stanford course's own im2col, and a fine one; this course keeps each image together: n slowest, "
    "then i, then j.",
)
def _(x, size, stride=1, pad=0):
    return flat(six_axes(x, size, stride, pad).transpose(0, 1, 2, 4, 5, 3))


@mistakes.mistake(
    "the Stanford course's own im2col",
    "This looks like the Stanford course's own im2col: its columns run through the images fastest, while "
    "this course keeps each image together. And before that it asserts that W - FH + 2 pad is a multiple of "
    "the stride, where the window's width is meant.",
)
def _(x, size, stride=1, pad=0):
    assert (x.shape[3] + 2 * pad - size[0]) % stride == 0
    return flat(six_axes(x, size, stride, pad).transpose(0, 1, 2, 4, 5, 3))


@mistakes.mistake(
    "columns in the order n, j, i",
    "Within an image the windows go row by row, as you read: j changes fastest. Yours go down first.",
)
def _(x, size, stride=1, pad=0):
    return flat(six_axes(x, size, stride, pad).transpose(0, 1, 2, 3, 5, 4))


@mistakes.mistake(
    "i and j swapped in the window's place",
    "The window of (i, j) begins at row i * stride and column j * stride: rows come first, as in x.",
)
def _(x, size, stride=1, pad=0):
    (FH, FW), (OH, OW), xp = size, sizes(x, size, stride, pad), pads(x, pad)
    cols = np.zeros((len(x), OH, OW, x.shape[1] * FH * FW))
    for n, i, j in np.ndindex(cols.shape[:3]):
        top, left = j * stride, i * stride
        cols[n, i, j] = xp[n, :, top : top + FH, left : left + FW].ravel()
    return cols.reshape(-1, cols.shape[3]).T


@mistakes.mistake(
    "rows in the order fh, fw, c",
    "Each column holds all of channel 0 first, then all of channel 1. Yours changes the channel "
    "fastest, as in arrays that keep channels last.",
)
def _(x, size, stride=1, pad=0):
    return flat(six_axes(x, size, stride, pad).transpose(1, 2, 0, 3, 4, 5))


@mistakes.mistake(
    "rows in the order c, fw, fh",
    "Within a channel a window is read row by row: fw changes fastest. Yours is read column by column.",
)
def _(x, size, stride=1, pad=0):
    return flat(six_axes(x, size, stride, pad).transpose(0, 2, 1, 3, 4, 5))


@mistakes.mistake(
    "rows in the order fw, fh, c",
    "A column reads a window as you read a page: c slowest, then fh, then fw. Yours has all three "
    "turned round, as .T of a window with three axes does.",
)
def _(x, size, stride=1, pad=0):
    return flat(six_axes(x, size, stride, pad).transpose(2, 1, 0, 3, 4, 5))


@mistakes.mistake(
    "windows as rows",
    "Your matrix is the right one on its side: one window a row, as some books have it. Here a window "
    "is a column, so that the filters can be the rows of the matrix on its left.",
)
def _(x, size, stride=1, pad=0):
    return right(x, size, stride, pad).T


@mistakes.mistake(
    "one window a row, reshaped instead of transposed",
    "You have one window a row and then reshape to the right shape. A reshape keeps the values in their "
    "order in memory; only a transpose turns rows into columns.",
)
def _(x, size, stride=1, pad=0):
    cols = right(x, size, stride, pad)
    return cols.T.reshape(cols.shape)


@mistakes.mistake(
    "reshaped with the images still in front",
    "With one image you are right. With more, n is still the first axis when you reshape, so images are "
    "mixed into the rows: move it behind c, fh and fw first.",
)
def _(x, size, stride=1, pad=0):
    axes = six_axes(x, size, stride, pad)
    return axes.transpose(3, 0, 1, 2, 4, 5).reshape(flat(axes).shape)


@mistakes.mistake(
    "images stacked below each other",
    "The columns of the second image belong to the right of those of the first, not below them: the "
    "number of rows is C * FH * FW, however many images there are.",
)
def _(x, size, stride=1, pad=0):
    axes = six_axes(x, size, stride, pad)
    C, FH, FW, N, OH, OW = axes.shape
    return axes.transpose(3, 0, 1, 2, 4, 5).reshape(N * C * FH * FW, OH * OW)


@mistakes.mistake(
    "one matrix an image",
    "You return an array of three axes with the images in front, as PyTorch's unfold does. This course has "
    "one matrix: the columns of all images side by side, n slowest.",
)
def _(x, size, stride=1, pad=0):
    axes = six_axes(x, size, stride, pad)
    C, FH, FW, N, OH, OW = axes.shape
    return axes.transpose(3, 0, 1, 2, 4, 5).reshape(N, C * FH * FW, OH * OW)


@mistakes.mistake(
    "stride ignored in the window's place",
    "The window of (i, j) begins at row i * stride and column j * stride of the padded image; yours "
    "begin at i and j.",
)
def _(x, size, stride=1, pad=0):
    return by_windows(pads(x, pad), size, *sizes(x, size, stride, pad), 1, 1)


@mistakes.mistake(
    "stride forgotten across",
    "The rows of your windows begin at i * stride, but their columns at j: the stride counts in both "
    "directions.",
)
def _(x, size, stride=1, pad=0):
    return by_windows(pads(x, pad), size, *sizes(x, size, stride, pad), stride, 1)


@mistakes.mistake(
    "stride forgotten downwards",
    "The columns of your windows begin at j * stride, but their rows at i: the stride counts in both "
    "directions.",
)
def _(x, size, stride=1, pad=0):
    return by_windows(pads(x, pad), size, *sizes(x, size, stride, pad), 1, stride)


@mistakes.mistake(
    "stride not used at all",
    "You have the windows of stride 1, too many of them: neither the number of windows nor their places "
    "use stride.",
)
def _(x, size, stride=1, pad=0):
    return right(x, size, 1, pad)


@mistakes.mistake(
    "padding ignored",
    "Put `pad` rows and columns of zeros on each side of every image first.",
)
def _(x, size, stride=1, pad=0):
    return right(x, size, stride)


@mistakes.mistake(
    "more padding counted than put on",
    "Your last windows reach beyond the array that they are cut out of. Either it is not padded on all four "
    "sides, or H and W were taken after padding, and 2 pad is added to them again.",
)
def _(x, size, stride=1, pad=0):
    if not pad:
        return right(x, size, stride)
    return by_windows(pads(x, pad), size, *sizes(x, size, stride, 2 * pad), stride, stride)


@mistakes.also("more padding counted than put on")
def _(x, size, stride=1, pad=0):
    if not pad:
        return right(x, size, stride)
    return by_windows(x, size, *sizes(x, size, stride, pad), stride, stride)


@mistakes.also("more padding counted than put on")
def _(x, size, stride=1, pad=0):
    return by_places(pads(x, pad), size, *sizes(x, size, stride, 2 * pad), stride)


@mistakes.also("more padding counted than put on")
def _(x, size, stride=1, pad=0):
    return by_places(x, size, *sizes(x, size, stride, pad), stride)


@mistakes.mistake(
    "padded by 1 whatever `pad` says",
    "You always put one row and column of zeros on each side. How many there are is the argument `pad`.",
)
def _(x, size, stride=1, pad=0):
    return by_windows(pads(x, 1), size, *sizes(x, size, stride, pad), stride, stride)


@mistakes.mistake(
    "fails without padding",
    "With pad = 0 the slice [pad:-pad] is empty, because -0 is 0. Say where the image ends: pad + H; or "
    "use np.pad.",
)
def _(x, size, stride=1, pad=0):
    N, C, H, W = x.shape
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    xp[:, :, pad:-pad, pad:-pad] = x
    return right(xp, size, stride)


@mistakes.mistake(
    "padded with copies of the border",
    "The padding is zeros: np.pad does that unless its mode says otherwise.",
)
def _(x, size, stride=1, pad=0):
    return right(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge"), size, stride)


@mistakes.mistake(
    "all four axes padded",
    "np.pad(x, pad) also adds images and channels of zeros: only the last two axes, H and W, are padded.",
)
def _(x, size, stride=1, pad=0):
    return right(np.pad(x, pad), size, stride)


@mistakes.mistake(
    "padded on one side only",
    "The zeros stand on both sides of each axis; all of yours are behind the last row and the last column.",
)
def _(x, size, stride=1, pad=0):
    return right(np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad))), size, stride)


@mistakes.mistake(
    "number of windows without the padding",
    "OH and OW count places on the padded image: (H + 2 pad - FH) / stride + 1. Yours leave the padding out.",
)
def _(x, size, stride=1, pad=0):
    OH, OW = sizes(x, size, stride, 0)
    return by_windows(pads(x, pad), size, max(OH, 0), max(OW, 0), stride, stride)


@mistakes.mistake(
    "loops that end where the unpadded image ends",
    "The last window begins at H + 2 pad - FH, in the padded image: your loops stop 2 pad earlier.",
)
def _(x, size, stride=1, pad=0):
    return _counted(x, size, stride, pad, *(range(0, n - f + 1, stride) for n, f in _lengths(x, size)))


@mistakes.mistake(
    "loops in steps of the stride over OH and OW",
    "i and j number the windows, one after the other: 0, 1, 2. The stride moves the window, i * stride.",
)
def _(x, size, stride=1, pad=0):
    return _counted(x, size, stride, pad, *(range(0, n, stride) for n in sizes(x, size, stride, pad)))


@mistakes.mistake(
    "the column counter grows once a row of windows",
    "Every window has a column of its own: the counter grows in the innermost loop. Look at its indentation.",
)
def _(x, size, stride=1, pad=0):
    cols = right(x, size, stride, pad)
    OW = sizes(x, size, stride, pad)[1]
    last = cols[:, OW - 1 :: OW]  # what is left of each row of windows
    return np.pad(last, ((0, 0), (0, cols.shape[1] - last.shape[1])))


@mistakes.mistake(
    "windows numbered with the height of the output",
    "Counted flat, row by row, a row of windows has OW of them. Yours begins a new row every OH.",
)
def _(x, size, stride=1, pad=0):
    cols, (OH, OW) = right(x, size, stride, pad), sizes(x, size, stride, pad)
    mixed = np.zeros_like(cols)
    for m, (n, i, j) in enumerate(np.ndindex(len(x), OH, OW)):
        mixed[:, (n * OH * OW) + i * OH + j] = cols[:, m]
    return mixed


@mistakes.mistake(
    "one window too few in each direction",
    "Count the first place too: (H + 2 pad - FH) / stride + 1.",
)
def _(x, size, stride=1, pad=0):
    OH, OW = sizes(x, size, stride, pad)
    return by_windows(pads(x, pad), size, OH - 1, OW - 1, stride, stride)


@mistakes.mistake(
    "as many windows across as down",
    "Square images hide it: OW comes from W and FW, not from H and FH.",
)
def _(x, size, stride=1, pad=0):
    OH, _ = sizes(x, size, stride, pad)
    return by_windows(pads(x, pad), size, OH, OH, stride, stride)


@mistakes.mistake(
    "i over OW, j over OH",
    "i counts the OH rows of windows and j the OW columns. Somewhere you have them the other way round, "
    "which fails unless there are as many of both.",
)
def _(x, size, stride=1, pad=0):
    OH, OW = sizes(x, size, stride, pad)
    if OH != OW:
        by_windows(pads(x, pad), size, OW, OH, stride, stride)
    return right(x, size, stride, pad)


@mistakes.also("i over OW, j over OH")
def _(x, size, stride=1, pad=0):
    OH, OW = sizes(x, size, stride, pad)
    if OH != OW:
        by_places(pads(x, pad), size, OW, OH, stride)
    return right(x, size, stride, pad)


@mistakes.mistake(
    "windows taken as square",
    "Square windows hide it: a window is FH = size[0] rows high and FW = size[1] columns wide.",
)
def _(x, size, stride=1, pad=0):
    return right(x, (size[0], size[0]), stride, pad)


@mistakes.mistake(
    "height and width of the window swapped",
    "Square windows hide it: size is (FH, FW), the height first.",
)
def _(x, size, stride=1, pad=0):
    return right(x, size[::-1], stride, pad)


@mistakes.mistake(
    "only the first image",
    "There are N * OH * OW columns: the windows of every image, one after the other.",
)
def _(x, size, stride=1, pad=0):
    return right(x[:1], size, stride, pad)


@mistakes.mistake(
    "the column counter starts again with every image",
    "The windows of every image land in the same first columns, so the last image is left there. The "
    "columns of image n begin behind those of the images before it.",
)
def _(x, size, stride=1, pad=0):
    N = len(x)
    cols = np.zeros_like(right(x, size, stride, pad))
    cols[:, : cols.shape[1] // N] = right(x[-1:], size, stride, pad)
    return cols


@mistakes.mistake(
    "only the first channel",
    "A window reaches through all channels: its column has C * FH * FW values.",
)
def _(x, size, stride=1, pad=0):
    return right(x[:, :1], size, stride, pad)


@mistakes.mistake(
    "windows turned by 180 degrees",
    "The columns hold the windows as they stand: nothing is flipped here, nor in the filters later.",
)
def _(x, size, stride=1, pad=0):
    return flat(six_axes(x, size, stride, pad)[:, ::-1, ::-1])


@mistakes.mistake(
    "cut to whole numbers",
    "Real numbers lose their decimals on the way into your matrix: it was made with an integer dtype.",
)
def _(x, size, stride=1, pad=0):
    return right(x, size, stride, pad).astype(int)


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
    mistakes=tuple(mistakes),
)
