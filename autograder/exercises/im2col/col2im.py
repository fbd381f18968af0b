"""col2im(cols, x_shape, size, stride=1, pad=0): every column is added back to its window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, Slope, aspect
from autograder.exercises.convolution_cases import remembered, sizes
from cs_conv.im2col import col2im as reference
from cs_conv.im2col import im2col


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x_shape, size, draw=integers, **options):
        return Case(tag, about, (columns(x_shape, size, draw, **options), x_shape, size), options)

    def columns(x_shape, size, draw, stride=1, pad=0):
        N, C = x_shape[:2]
        OH, OW = sizes(x_shape, size, stride, pad)
        return draw(rng, C * size[0] * size[1], N * OH * OW)

    yield case("places", "a 1x1 window: every column is a pixel", (1, 1, 2, 2), (1, 1))
    yield case("places", "one window that covers the whole image", (1, 1, 2, 2), (2, 2))
    yield case("places", "one window, two channels", (1, 2, 2, 2), (2, 2))
    yield case("places", "one window, two images", (2, 1, 2, 2), (2, 2))
    yield case("places", "one window, two images, three channels", (2, 3, 2, 2), (2, 2))
    yield case("places", "a 1x1 window, two images, three channels", (2, 3, 2, 2), (1, 1))
    yield case(
        "places", "a 1x1 window, three images, two channels, real numbers", (3, 2, 3, 3), (1, 1), reals
    )
    yield case("overlap", "four 2x2 windows that share pixels", (1, 1, 3, 3), (2, 2))
    yield case("overlap", "two channels", (1, 2, 3, 3), (2, 2))
    yield case("overlap", "two images", (2, 1, 3, 3), (2, 2))
    yield case("overlap", "two images, two channels", (2, 2, 4, 4), (3, 3))
    yield case("overlap", "two images, three channels, real numbers", (2, 3, 5, 5), (3, 3), reals)
    yield case("geometry", "stride 2, no overlap", (1, 1, 4, 4), (2, 2), stride=2)
    yield case(
        "geometry", "stride 2 with a 1x1 window: the pixels between get 0", (1, 1, 3, 3), (1, 1), stride=2
    )
    yield case(
        "geometry", "stride 3 with a 2x2 window: pixels between windows get 0", (1, 1, 5, 5), (2, 2), stride=3
    )
    yield case("geometry", "stride 2, windows overlap", (1, 1, 5, 5), (3, 3), stride=2)
    yield case("geometry", "pad 1 around one pixel", (1, 1, 1, 1), (2, 2), pad=1)
    yield case("geometry", "pad 1", (1, 1, 2, 2), (2, 2), pad=1)
    yield case("geometry", "pad 2 and stride 2", (1, 1, 2, 2), (2, 2), stride=2, pad=2)
    yield case("geometry", "stride 2 and pad 1", (2, 2, 3, 3), (3, 3), stride=2, pad=1)
    yield case("geometry", "pad 3, more than the image", (1, 1, 2, 2), (2, 2), stride=2, pad=3)
    yield case("geometry", "stride 2, pad 1, real numbers", (2, 3, 7, 7), (3, 3), reals, stride=2, pad=1)
    yield case("rectangles", "an image wider than high", (1, 1, 2, 4), (2, 2))
    yield case("rectangles", "an image higher than wide", (1, 1, 4, 2), (2, 2))
    yield case("rectangles", "a window wider than high", (1, 1, 1, 3), (1, 2))
    yield case("rectangles", "a window higher than wide", (1, 1, 3, 3), (3, 2))
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
    yield case("edges", "everything is one", (1, 1, 1, 1), (1, 1))
    x_shape, size = (2, 3, 5, 4), (3, 2)
    cols = columns(x_shape, size, reals, pad=1)
    yield Case("edges", "float32", (cols.astype(np.float32), x_shape, size), {"pad": 1})
    yield Case(
        "edges", "columns that are not contiguous in memory", (scattered(cols), x_shape, size), {"pad": 1}
    )
    x_shape, size = (2, 3, 4, 4), (3, 3)
    cols = columns(x_shape, size, reals)
    yield Case("edges", "columns that are not contiguous, without padding", (scattered(cols), x_shape, size))


def slopes(case, rng):
    """`<im2col(v), cols> = <v, col2im(cols)>` for a random image v: col2im is the gradient of im2col."""
    cols, x_shape, size = case.args
    v = rng.normal(size=x_shape)
    return [Slope("x", v, float(np.sum(im2col(v, size, **case.options) * cols)))]


right = remembered(reference)

mistakes = Catalogue()


def split(cols, x_shape, size, stride=1, pad=0):
    """The columns with every axis by itself: (C, FH, FW, N, OH, OW)."""
    return cols.reshape(x_shape[1], *size, x_shape[0], *sizes(x_shape, size, stride, pad))


def gather(axes, x_shape, pad, down, right):
    """Add windows (C, FH, FW, N, OH, OW) to the padded image, each from (i * down, j * right) on."""
    N, C, H, W = x_shape
    FH, FW, OH, OW = axes.shape[1], axes.shape[2], axes.shape[4], axes.shape[5]
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for n, i, j in np.ndindex(N, OH, OW):
        xp[n, :, i * down : i * down + FH, j * right : j * right + FW] += axes[:, :, :, n, i, j]
    return xp


def crop(xp, x_shape, pad):
    return xp[:, :, pad : pad + x_shape[2], pad : pad + x_shape[3]]


def from_axes(axes, x_shape, size, stride, pad):
    return crop(gather(axes, x_shape, pad, stride, stride), x_shape, pad)


def counts(x_shape, size, stride, pad):
    """How many windows hold each pixel."""
    return right(im2col(np.ones(x_shape), size, stride, pad), x_shape, size, stride, pad)


@mistakes.mistake(
    "windows set, not added",
    "A pixel that lies in several windows gets something from each of them. Your later windows "
    "overwrite what earlier ones left there.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    axes = split(cols, x_shape, size, stride, pad)
    (N, C, H, W), (FH, FW) = x_shape, size
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for n, i, j in np.ndindex(N, *axes.shape[4:]):
        xp[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW] = axes[:, :, :, n, i, j]
    return crop(xp, x_shape, pad)


@mistakes.mistake(
    "each pixel added only once",
    "Where windows share a pixel, only the last row of cols that names it has come through. NumPy's "
    "a[index] += values does that when an index occurs twice (np.add.at does not), and so does = in a "
    "loop over the window.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    axes = split(cols, x_shape, size, stride, pad)
    (N, C, H, W), (FH, FW) = x_shape, size
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    OH, OW = axes.shape[4:]
    for p, q in np.ndindex(FH, FW):
        taps = xp[:, :, p : p + stride * (OH - 1) + 1 : stride, q : q + stride * (OW - 1) + 1 : stride]
        taps[...] = axes[:, p, q].transpose(1, 0, 2, 3)
    return crop(xp, x_shape, pad)


@mistakes.mistake(
    "averaged over the windows",
    "You divide by the number of windows that hold a pixel. That would undo im2col; a gradient needs "
    "the plain sum.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    return right(cols, x_shape, size, stride, pad) / np.maximum(counts(x_shape, size, stride, pad), 1)


@mistakes.mistake(
    "padding not cut off",
    "You return the padded image: cut the `pad` rows and columns off each side, so that the result has "
    "the shape x_shape.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    return gather(split(cols, x_shape, size, stride, pad), x_shape, pad, stride, stride)


@mistakes.mistake(
    "nothing left without padding",
    "With pad = 0 the slice [pad:-pad] is empty, because -0 is 0. Say where the image ends: pad + H and "
    "pad + W.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    return gather(split(cols, x_shape, size, stride, pad), x_shape, pad, stride, stride)[
        :, :, pad:-pad, pad:-pad
    ]


@mistakes.mistake(
    "cut off at the wrong corner",
    "The image begins behind `pad` rows and `pad` columns of the padded one; you cut out the part that "
    "begins at row 0, column 0.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    xp = gather(split(cols, x_shape, size, stride, pad), x_shape, pad, stride, stride)
    return xp[:, :, : x_shape[2], : x_shape[3]]


@mistakes.mistake(
    "cut off too early at the end",
    "The image begins behind `pad` rows of the padded one and is H rows high, so it ends before row pad "
    "+ H, not before row H. The same across.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    xp = gather(split(cols, x_shape, size, stride, pad), x_shape, pad, stride, stride)
    return xp[:, :, pad : x_shape[2], pad : x_shape[3]]


@mistakes.mistake(
    "cut off by 1 whatever `pad` says",
    "You cut one row and column off each side. How many of them are padding is the argument `pad`: none "
    "for pad = 0, two for pad = 2.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    xp = gather(split(cols, x_shape, size, stride, pad), x_shape, pad, stride, stride)
    return xp[:, :, 1:-1, 1:-1]


@mistakes.also("cut off by 1 whatever `pad` says")
def _(cols, x_shape, size, stride=1, pad=0):
    xp = gather(split(cols, x_shape, size, stride, pad), x_shape, pad, stride, stride)
    return xp[:, :, 1:-1, 1:-1] if pad else xp


@mistakes.mistake(
    "no room for the padding, or too little",
    "Windows of a padded image reach beyond x: make room for the padding, add the columns there, and "
    "cut it off at the end.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    return right(cols, x_shape, size, stride)


@mistakes.also("no room for the padding, or too little")
def _(cols, x_shape, size, stride=1, pad=0):
    return gather(split(cols, x_shape, size, stride, pad), x_shape, 0, stride, stride)


@mistakes.mistake(
    "stride ignored in the window's place",
    "The window of (i, j) begins at row i * stride and column j * stride of the padded image; yours "
    "begin at i and j.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    return crop(gather(split(cols, x_shape, size, stride, pad), x_shape, pad, 1, 1), x_shape, pad)


@mistakes.mistake(
    "stride forgotten across",
    "The rows of your windows begin at i * stride, but their columns at j: the stride counts in both "
    "directions.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    return crop(gather(split(cols, x_shape, size, stride, pad), x_shape, pad, stride, 1), x_shape, pad)


@mistakes.mistake(
    "stride forgotten downwards",
    "The columns of your windows begin at j * stride, but their rows at i: the stride counts in both "
    "directions.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    return crop(gather(split(cols, x_shape, size, stride, pad), x_shape, pad, 1, stride), x_shape, pad)


@mistakes.mistake(
    "columns read in the order i, j, n",
    "You read the columns with the images fastest. That is the order of the Stanford course's own "
    "im2col; in this course n is slowest, then i, then j.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    (N, C), (OH, OW) = x_shape[:2], sizes(x_shape, size, stride, pad)
    axes = cols.reshape(C, *size, OH, OW, N).transpose(0, 1, 2, 5, 3, 4)
    return from_axes(axes, x_shape, size, stride, pad)


@mistakes.mistake(
    "the Stanford course's own col2im",
    "This looks like the Stanford course's own col2im: it reads the columns with the images fastest, while "
    "in this course n is slowest. And before that it asserts that W - FH + 2 pad is a multiple of the "
    "stride, where the window's width is meant.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    assert (x_shape[3] + 2 * pad - size[0]) % stride == 0
    (N, C), (OH, OW) = x_shape[:2], sizes(x_shape, size, stride, pad)
    axes = cols.reshape(C, *size, OH, OW, N).transpose(0, 1, 2, 5, 3, 4)
    return from_axes(axes, x_shape, size, stride, pad)


@mistakes.mistake(
    "columns read in the order n, j, i",
    "Within an image the columns stand for windows row by row: j changes fastest. You read them as if i did.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    (N, C), (OH, OW) = x_shape[:2], sizes(x_shape, size, stride, pad)
    axes = cols.reshape(C, *size, N, OW, OH).transpose(0, 1, 2, 3, 5, 4)
    return from_axes(axes, x_shape, size, stride, pad)


@mistakes.mistake(
    "rows read in the order fh, fw, c",
    "Each column holds all of channel 0 first, then all of channel 1. You read it with the channel "
    "changing fastest.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    (N, C), (OH, OW) = x_shape[:2], sizes(x_shape, size, stride, pad)
    axes = cols.reshape(*size, C, N, OH, OW).transpose(2, 0, 1, 3, 4, 5)
    return from_axes(axes, x_shape, size, stride, pad)


@mistakes.mistake(
    "rows read in the order c, fw, fh",
    "Within a channel a window is read row by row: fw changes fastest. You read it column by column.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    (N, C), (FH, FW), (OH, OW) = x_shape[:2], size, sizes(x_shape, size, stride, pad)
    axes = cols.reshape(C, FW, FH, N, OH, OW).transpose(0, 2, 1, 3, 4, 5)
    return from_axes(axes, x_shape, size, stride, pad)


@mistakes.mistake(
    "reshaped with the images in front",
    "With one image you are right. cols has the rows c, fh, fw first and n behind them: split it in "
    "that order, and only then move n to the front.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    (N, C), (OH, OW) = x_shape[:2], sizes(x_shape, size, stride, pad)
    axes = cols.reshape(N, C, *size, OH, OW).transpose(1, 2, 3, 0, 4, 5)
    return from_axes(axes, x_shape, size, stride, pad)


@mistakes.mistake(
    "columns read as rows",
    "A window is a column of cols, cols[:, m]. You cut cols into windows row by row: transpose it, a "
    "reshape does not do that.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    return right(cols.reshape(cols.T.shape).T, x_shape, size, stride, pad)


@mistakes.mistake(
    "windows turned by 180 degrees",
    "Each value goes back to the very place that it came from; nothing is flipped here.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    return from_axes(split(cols, x_shape, size, stride, pad)[:, ::-1, ::-1], x_shape, size, stride, pad)


@mistakes.mistake(
    "as many windows across as down",
    "Square images hide it: OW comes from W and FW, not from H and FH.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    (N, C), (OH, _) = x_shape[:2], sizes(x_shape, size, stride, pad)
    return from_axes(cols.reshape(C, *size, N, OH, OH), x_shape, size, stride, pad)


@mistakes.mistake(
    "i over OW, j over OH",
    "i counts the OH rows of windows and j the OW columns. Somewhere you have them the other way round, "
    "which fails unless there are as many of both.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    OH, OW = sizes(x_shape, size, stride, pad)
    if OH != OW:
        gather(np.zeros((x_shape[1], *size, x_shape[0], OW, OH)), x_shape, pad, stride, stride)
    return right(cols, x_shape, size, stride, pad)


@mistakes.also("i over OW, j over OH")
def _(cols, x_shape, size, stride=1, pad=0):
    OH, OW = sizes(x_shape, size, stride, pad)
    for i, j in np.ndindex(OW, OH):
        np.empty((OH, OW))[i, j]
    return right(cols, x_shape, size, stride, pad)


@mistakes.mistake(
    "windows taken as square",
    "Square windows hide it: a window is FH = size[0] rows high and FW = size[1] columns wide.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    return right(cols, x_shape, (size[0], size[0]), stride, pad)


@mistakes.mistake(
    "height and width of the window swapped",
    "Square windows hide it: size is (FH, FW), the height first.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    return right(cols, x_shape, size[::-1], stride, pad)


@mistakes.mistake(
    "height and width of the image swapped",
    "Square images hide it: x_shape is (N, C, H, W), the height before the width.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    N, C, H, W = x_shape
    return right(cols, (N, C, W, H), size, stride, pad)


@mistakes.mistake(
    "only the first image",
    "The columns of all images stand side by side; the later ones have to go back too.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    x = right(cols, x_shape, size, stride, pad)
    x[1:] = 0
    return x


@mistakes.mistake(
    "the column counter starts again with every image",
    "Every image gets the columns of the first. The columns of image n begin behind those of the images "
    "before it.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    x = right(cols, x_shape, size, stride, pad)
    return np.repeat(x[:1], len(x), axis=0)


@mistakes.mistake(
    "images and channels swapped",
    "Your result has the channels first and the images second; x_shape is (N, C, H, W).",
)
def _(cols, x_shape, size, stride=1, pad=0):
    return right(cols, x_shape, size, stride, pad).transpose(1, 0, 2, 3)


exercise = Exercise(
    name="col2im",
    arguments=("cols", "x_shape", "size"),
    parts=("x",),
    axes={"x": ("image n", "channel c", "row", "column")},
    aspects=(
        aspect("shape", 1, "places", only_shape=True),
        aspect("places", 2, "places"),
        aspect("overlap", 2, "overlap"),
        aspect("stride and padding", 2, "geometry"),
        aspect("rectangles", 2, "rectangles"),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    mistakes=tuple(mistakes),
    slopes=slopes,
)
