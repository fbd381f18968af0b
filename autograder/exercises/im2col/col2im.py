"""col2im(cols, x_shape, size, stride=1, pad=0): every column is added back to its window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, Slope, aspect
from autograder.exercises.convolution_cases import sizes
from cs_conv.im2col import col2im as reference
from cs_conv.im2col import im2col

from .im2col import IMAGES_FASTEST, PLACE, ROWS_FASTEST


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


def col2im(cols, x_shape, size, stride=1, pad=0):
    """Return the images to which every column has been added back, (N, C, H, W).

    cols: (C * FH * FW, N * OH * OW), as im2col orders it. x_shape: (N, C, H, W). size: (FH, FW).
    """
    N, C, H, W = x_shape
    FH, FW = size
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), cols.dtype)
    m = 0
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                top, left = i * stride, j * stride
                padded[n, :, top : top + FH, left : left + FW] += cols[:, m].reshape(C, FH, FW)
                m += 1
    return padded[:, :, pad : pad + H, pad : pad + W]


mistakes = Catalogue(col2im)

SIX_AXES = {
    "m = 0": "cols = cols.reshape(C, FH, FW, N, OH, OW)",
    "cols[:, m].reshape(C, FH, FW)": "cols[:, :, :, n, i, j]",
    "m += 1": "",
}
"""The program with an axis of cols for each loop, so that wrong sizes are an error of reshape."""

mistakes.change(
    "windows set, not added",
    "A pixel that lies in several windows gets something from each of them. Your later windows "
    "overwrite what earlier ones left there.",
    {"left + FW] +=": "left + FW] ="},
)


@mistakes.mistake(
    "each pixel added only once",
    "If windows share a pixel, only one of their values arrives there. NumPy's a[index] += values does "
    "that when an index occurs twice (np.add.at does not), and so does = in a loop over the window.",
)
def _(cols, x_shape, size, stride=1, pad=0):
    (N, C, H, W), (FH, FW), (OH, OW) = x_shape, size, sizes(x_shape, size, stride, pad)
    axes = cols.reshape(C, FH, FW, N, OH, OW)
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for p, q in np.ndindex(FH, FW):
        rows, columns = (slice(t, t + stride * (o - 1) + 1, stride) for t, o in ((p, OH), (q, OW)))
        padded[:, :, rows, columns] = axes[:, p, q].transpose(1, 0, 2, 3)
    return padded[:, :, pad : pad + H, pad : pad + W]


mistakes.change(
    "averaged over the windows",
    "You divide by the number of windows that hold a pixel. That would undo im2col; a gradient needs "
    "the plain sum.",
    {
        "m = 0": "m, hits = 0, np.zeros_like(padded)",
        "m += 1": "m += 1\nhits[n, :, top : top + FH, left : left + FW] += 1",
        "return padded": "return (padded / np.maximum(hits, 1))",
    },
)
mistakes.change(
    "padding not cut off",
    "You return the padded image: cut the `pad` rows and columns off each side, so that the result has "
    "the shape x_shape.",
    {"return padded[:, :, pad : pad + H, pad : pad + W]": "return padded"},
)
mistakes.change(
    "nothing left without padding",
    "With pad = 0 the slice [pad:-pad] is empty, because -0 is 0. Say where the image ends: pad + H and "
    "pad + W.",
    {"pad : pad + H, pad : pad + W": "pad:-pad, pad:-pad"},
)
mistakes.change(
    "cut off at the wrong corner",
    "The image begins behind `pad` rows and `pad` columns of the padded one; you cut out the part that "
    "begins at row 0, column 0.",
    {"pad : pad + H, pad : pad + W": ":H, :W"},
)
mistakes.change(
    "cut off too early at the end",
    "The image begins behind `pad` rows of the padded one and is H rows high, so it ends before row pad "
    "+ H, not before row H. The same across.",
    {"pad : pad + H, pad : pad + W": "pad:H, pad:W"},
)
mistakes.change(
    "cut off by 1 whatever `pad` says",
    "You cut one row and column off each side. How many of them are padding is the argument `pad`: none "
    "for pad = 0, two for pad = 2.",
    {"pad : pad + H, pad : pad + W": "1:-1, 1:-1"},
    {"padded[:, :, pad : pad + H, pad : pad + W]": "padded[:, :, 1:-1, 1:-1] if pad else padded"},
)
mistakes.change(
    "no room for the padding, or too little",
    "Windows of a padded image reach beyond x: make room for the padding, add the columns there, and "
    "cut it off at the end.",
    SIX_AXES | {"FH, FW = size": "FH, FW = size\npad = 0"},
    {
        "H + 2 * pad, W + 2 * pad": "H, W",
        "return padded[:, :, pad : pad + H, pad : pad + W]": "return padded",
    },
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
    "columns read in the order i, j, n",
    "You read the columns with the images fastest. That is the order of the Stanford course's own "
    "im2col; in this course n is slowest, then i, then j.",
    IMAGES_FASTEST,
)
mistakes.change(
    "the Stanford course's own col2im",
    "This looks like the Stanford course's own col2im: it reads the columns with the images fastest, "
    "while in this course n is slowest. It also asserts that W - FH + 2 pad is a multiple of the stride, "
    "where it means W - FW + 2 pad.",
    IMAGES_FASTEST | {"FH, FW = size": "FH, FW = size\nassert (W + 2 * pad - FH) % stride == 0"},
)
mistakes.change(
    "columns read in the order n, j, i",
    "Within an image the columns stand for windows row by row: j changes fastest. You read them as if i did.",
    ROWS_FASTEST,
)
mistakes.change(
    "rows read in the order fh, fw, c",
    "Each column holds all of channel 0 first, then all of channel 1. You read it with the channel "
    "changing fastest.",
    {".reshape(C, FH, FW)": ".reshape(FH, FW, C).transpose(2, 0, 1)"},
)
mistakes.change(
    "rows read in the order c, fw, fh",
    "Within a channel a window is read row by row: fw changes fastest. You read it column by column.",
    {".reshape(C, FH, FW)": ".reshape(C, FW, FH).transpose(0, 2, 1)"},
)
mistakes.change(
    "reshaped with the images in front",
    "With one image you are right. cols has the rows c, fh, fw first and n behind them: split it in "
    "that order, and only then move n to the front.",
    {
        "m = 0": "cols = cols.reshape(N, C, FH, FW, OH, OW)",
        "cols[:, m].reshape(C, FH, FW)": "cols[n, :, :, :, i, j]",
        "m += 1": "",
    },
)
mistakes.change(
    "columns read as rows",
    "A window is a column of cols, cols[:, m]. You cut cols into windows row by row: transpose it, a "
    "reshape does not do that.",
    {"cols[:, m]": "cols.reshape(N * OH * OW, -1)[m]"},
)
mistakes.change(
    "windows turned by 180 degrees",
    "Each value goes back to the very place that it came from; nothing is flipped here.",
    {".reshape(C, FH, FW)": ".reshape(C, FH, FW)[:, ::-1, ::-1]"},
)
mistakes.change(
    "as many windows across as down",
    "Square images hide it: OW comes from W and FW, not from H and FH.",
    SIX_AXES | {"OW = (W - FW + 2 * pad) // stride + 1": "OW = OH"},
    {"OW = (W - FW + 2 * pad) // stride + 1": "OW = OH"},
)
mistakes.change(
    "i over OW, j over OH",
    "i counts the OH rows of windows and j the OW columns. Somewhere you have them the other way round, "
    "which fails unless there are as many of both.",
    {"range(OH)": "range(OW)", "range(OW)": "range(OH)"},
    SIX_AXES | {"range(OH)": "range(OW)", "range(OW)": "range(OH)"},
)
mistakes.change(
    "windows taken as square",
    "Square windows hide it: a window is FH = size[0] rows high and FW = size[1] columns wide.",
    {"FH, FW = size": "FH, FW = size[0], size[0]"},
)
mistakes.change(
    "height and width of the window swapped",
    "Square windows hide it: size is (FH, FW), the height first.",
    SIX_AXES | {"FH, FW = size": "FW, FH = size"},
    {"FH, FW = size": "FW, FH = size"},
)
mistakes.change(
    "height and width of the image swapped",
    "Square images hide it: x_shape is (N, C, H, W), the height before the width.",
    SIX_AXES | {"N, C, H, W = x_shape": "N, C, W, H = x_shape"},
    {"N, C, H, W = x_shape": "N, C, W, H = x_shape"},
)
mistakes.change(
    "an image holds the images before it, too",
    "What is added up for one image goes on in the next: begin each image with zeros.",
    {"return padded": "return np.cumsum(padded, axis=0)"},
)
mistakes.change(
    "only the first image",
    "The columns of all images stand side by side; the later ones have to go back too.",
    {"range(N)": "range(1)"},
)
mistakes.change(
    "the column counter starts again with every image",
    "Every image gets the columns of the first. The columns of image n begin behind those of the images "
    "before it.",
    {"m = 0\nfor n in range(N):": "for n in range(N):\n    m = 0"},
)
mistakes.change(
    "images and channels swapped",
    "Your result has the channels first and the images second; x_shape is (N, C, H, W).",
    {"pad : pad + W]": "pad : pad + W].transpose(1, 0, 2, 3)"},
)


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
    program=col2im,
    mistakes=tuple(mistakes),
    slopes=slopes,
)
