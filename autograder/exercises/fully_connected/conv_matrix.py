"""conv_matrix(w, x_shape, stride=1, pad=0): the matrix by which a convolution multiplies an image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv import im2col


def reference(w, x_shape, stride=1, pad=0):
    """Column d is what the convolution makes of an image whose pixel d is 1 and whose other pixels are 0."""
    pixels = int(np.prod(x_shape))
    images = np.eye(pixels, dtype=w.dtype).reshape(pixels, *x_shape)
    return im2col.conv_forward(images, w, np.zeros(len(w), w.dtype), stride, pad).reshape(pixels, -1).T


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, w, x_shape, draw=integers, **options):
        return Case(tag, about, (draw(rng, *w), x_shape), options)

    yield case("values", "one row of 3 pixels, 2 weights", (1, 1, 1, 2), (1, 1, 3))
    yield case("values", "2x2 weights on 2x2 pixels: one output", (1, 1, 2, 2), (1, 2, 2))
    yield case("values", "2x2 weights on 3x3 pixels", (1, 1, 2, 2), (1, 3, 3))
    yield case("values", "two filters", (2, 1, 1, 2), (1, 1, 3))
    yield case("values", "two channels", (1, 2, 1, 2), (2, 1, 3))
    yield case("values", "two filters and two channels of 3x3", (2, 2, 2, 2), (2, 3, 3))
    yield case("values", "a 1x1 filter on two channels", (3, 2, 1, 1), (2, 2, 2), reals)
    yield case("geometry", "stride 2", (1, 1, 1, 2), (1, 1, 4), stride=2)
    yield case("geometry", "pad 1 in a column of pixels", (1, 1, 3, 3), (1, 2, 1), pad=1)
    yield case("geometry", "pad 1", (1, 1, 3, 3), (1, 3, 3), pad=1)
    yield case("geometry", "stride 2 and pad 1", (2, 2, 3, 3), (2, 3, 3), reals, stride=2, pad=1)
    yield case("geometry", "pad 2 and 2x2 weights, stride 3", (2, 1, 2, 2), (1, 4, 4), reals, stride=3, pad=2)
    yield case("rectangles", "an image wider than high", (1, 1, 2, 2), (1, 2, 4))
    yield case("rectangles", "an image higher than wide, pad 1", (1, 1, 2, 2), (1, 4, 2), pad=1)
    yield case("rectangles", "a high filter, stride 2", (2, 3, 3, 2), (3, 5, 6), reals, stride=2)
    w = reals(rng, 2, 2, 2, 2)
    yield Case("edges", "float32", (w.astype(np.float32), (2, 3, 3)), {"pad": 1})
    yield Case("edges", "weights that are not contiguous", (scattered(w), (2, 3, 3)))


def conv_matrix(w, x_shape, stride=1, pad=0):
    """Return the matrix of a convolution of one image, (K OH OW, C H W).

    w: (K, C, FH, FW). x_shape: (C, H, W), the shape of one image.
    """
    C, H, W = x_shape
    K, _, FH, FW = w.shape
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    matrix = np.zeros((K, OH, OW, C, H, W))
    for i, j, p, q in np.ndindex(OH, OW, FH, FW):
        row, column = i * stride + p - pad, j * stride + q - pad
        if 0 <= row < H and 0 <= column < W:
            matrix[:, i, j, :, row, column] = w[:, :, p, q]
    return matrix.reshape(K * OH * OW, C * H * W)


mistakes = Catalogue(conv_matrix)

mistakes.change(
    "the matrix of the backward pass",
    "Rows are outputs and columns are pixels: (K OH OW, C H W). Yours is transposed.",
    {"return matrix.reshape(K * OH * OW, C * H * W)": "return matrix.reshape(K * OH * OW, C * H * W).T"},
)
mistakes.change(
    "the filter turned",
    "The convolution of this course does not flip: weight (p, q) meets row i * stride + p, column "
    "j * stride + q.",
    {"= w[:, :, p, q]": "= w[:, :, FH - 1 - p, FW - 1 - q]"},
)
mistakes.change(
    "stride ignored in the window's place",
    "The window of output (i, j) begins at row i * stride and column j * stride.",
    {"i * stride + p - pad, j * stride + q - pad": "i + p - pad, j + q - pad"},
)
mistakes.change(
    "padding ignored in the window's place",
    "With padding, the first window begins `pad` rows above the image.",
    {"i * stride + p - pad, j * stride + q - pad": "i * stride + p, j * stride + q"},
)
mistakes.change(
    "weights on the padding kept",
    "Weights that lie on the padding meet zeros: they stand nowhere in the matrix. Skip rows from H on, and "
    "rows below 0, too: Python takes row -1 for the last one. The same holds for columns.",
    {"0 <= row < H and 0 <= column < W": "True"},
    {"0 <= row < H and 0 <= column < W": "0 <= row and 0 <= column"},
)
mistakes.change(
    "negative indices reach around to the other side",
    "Weights that lie on the padding meet zeros: they stand nowhere in the matrix. Row -1 is the last row to "
    "Python; ask for >= 0, too.",
    {"0 <= row < H and 0 <= column < W": "row < H and column < W"},
)
mistakes.change(
    "pixels numbered with the height of the image",
    "In the row of all pixels, a pixel stands W places after the pixel above it.",
    {
        "np.zeros((K, OH, OW, C, H, W))": "np.zeros((K, OH, OW, C, H * W))",
        "[:, i, j, :, row, column]": "[:, i, j, :, (row * H + column) % (H * W)]",
    },
)
mistakes.change(
    "outputs numbered with the height of the output",
    "Output (i, j) has the number i * OW + j among those of its filter.",
    {
        "np.zeros((K, OH, OW, C, H, W))": "np.zeros((K, OH * OW, C, H, W))",
        "[:, i, j, :, row, column]": "[:, (i * OH + j) % (OH * OW), :, row, column]",
    },
)
mistakes.change(
    "filters after the places",
    "The outputs are numbered as in (K, OH, OW): all places of filter 0 come first.",
    {"return matrix.reshape": "return matrix.transpose(1, 2, 0, 3, 4, 5).reshape"},
)
mistakes.change(
    "channels after the pixels",
    "The pixels are numbered as in (C, H, W): all of channel 0 come first.",
    {"return matrix.reshape": "return matrix.transpose(0, 1, 2, 4, 5, 3).reshape"},
)
mistakes.change(
    "only the first channel",
    "A filter reaches through all channels: each has its block in the matrix.",
    {"[:, i, j, :, row, column] = w[:, :, p, q]": "[:, i, j, 0, row, column] = w[:, 0, p, q]"},
)
mistakes.change(
    "every filter the same as the first",
    "Each filter has rows of its own, with its own weights.",
    {"= w[:, :, p, q]": "= w[0, :, p, q]"},
)
mistakes.change(
    "rows and columns of the filter swapped",
    "p counts rows, q counts columns.",
    {"i * stride + p - pad, j * stride + q - pad": "i * stride + q - pad, j * stride + p - pad"},
)
mistakes.change(
    "only windows that lie inside the image",
    "With padding there are more windows: (H - FH + 2 pad) / stride + 1 rows of them.",
    {"OH = (H - FH + 2 * pad)": "OH = (H - FH)", "OW = (W - FW + 2 * pad)": "OW = (W - FW)"},
)
mistakes.change(
    "output one too small",
    "The output size counts the first window, too: + 1.",
    {
        "OH = (H - FH + 2 * pad) // stride + 1": "OH = (H - FH + 2 * pad) // stride",
        "OW = (W - FW + 2 * pad) // stride + 1": "OW = (W - FW + 2 * pad) // stride",
    },
)
mistakes.change(
    "OH used for OW",
    "OH comes from H and FH, OW from W and FW.",
    {"OW = (W - FW + 2 * pad) // stride + 1": "OW = OH"},
)
mistakes.change(
    "the padding kept as columns of the matrix",
    "Padding is no input: the matrix has a column for each pixel of the image alone.",
    {
        "C, H, W = x_shape": "C, H, W = x_shape\nH, W, border, pad = H + 2 * pad, W + 2 * pad, pad, 0",
    },
)

exercise = Exercise(
    name="conv_matrix",
    arguments=("w", "x_shape"),
    parts=("matrix",),
    axes={"matrix": ("output", "pixel")},
    aspects=(
        aspect("values", 2, "values"),
        aspect("stride and padding", 2, "geometry"),
        aspect("rectangles", 1, "rectangles", "edges"),
    ),
    reference=reference,
    cases=cases,
    program=conv_matrix,
    mistakes=tuple(mistakes),
)
