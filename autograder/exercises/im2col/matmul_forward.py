"""matmul_forward(cols, w, b, out_shape): the whole convolution as one matrix product."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def reference(cols, w, b, out_shape):
    """One filter times one column at a time."""
    N, K, OH, OW = out_shape
    out = np.zeros(out_shape, np.result_type(cols, w))
    for m, (n, i, j) in enumerate(np.ndindex(N, OH, OW)):
        for k in range(K):
            out[n, k, i, j] = np.sum(w[k].ravel() * cols[:, m]) + b[k]
    return out


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, w, out, draw=integers):
        K, rows = w[0], int(np.prod(w[1:]))
        N, OH, OW = out
        return Case(tag, about, (draw(rng, rows, N * OH * OW), draw(rng, *w), draw(rng, K), (N, K, OH, OW)))

    yield case("one", "one filter of one weight on one pixel", (1, 1, 1, 1), (1, 1, 1))
    yield case("one", "one filter, one column", (1, 1, 2, 2), (1, 1, 1))
    yield case("one", "two filters, one column", (2, 1, 1, 2), (1, 1, 1))
    yield case("one", "one filter, four windows", (1, 1, 1, 2), (1, 2, 2))
    yield case("one", "three filters, two windows side by side", (3, 1, 1, 2), (1, 1, 2))
    yield case("one", "two filters, two windows", (2, 1, 1, 2), (1, 1, 2))
    yield case("one", "three filters of two channels", (3, 2, 2, 2), (1, 2, 1))
    yield case("one", "two filters of three channels, high windows", (2, 3, 3, 2), (1, 2, 3), reals)
    yield case("one", "four filters, four windows, real numbers", (4, 2, 2, 3), (1, 2, 2), reals)
    yield case("several", "two images, two filters", (2, 1, 1, 1), (2, 1, 2))
    yield case("several", "two images, one filter", (1, 1, 1, 2), (2, 2, 1))
    yield case("several", "three images, two filters, 2x2 places", (2, 1, 1, 2), (3, 2, 2))
    yield case("several", "two images, three filters of two channels", (3, 2, 1, 2), (2, 2, 3))
    yield case("several", "three images, three filters, real numbers", (3, 2, 2, 3), (3, 3, 2), reals)
    cols, w, b, out_shape = case("edges", "", (3, 2, 3, 2), (2, 3, 4), reals).args
    small = tuple(a.astype(np.float32) for a in (cols, w, b))
    yield Case("edges", "float32", (*small, out_shape))
    yield Case(
        "edges", "arrays that are not contiguous in memory", (scattered(cols), scattered(w), b, out_shape)
    )


def matmul_forward(cols, w, b, out_shape):
    """Return the convolution from its columns, (N, K, OH, OW) = out_shape.

    cols: (C * FH * FW, N * OH * OW). w: (K, C, FH, FW). b: (K,).
    """
    N, K, OH, OW = out_shape
    product = w.reshape(K, -1) @ cols + b.reshape(K, 1)  # (K, N * OH * OW)
    return product.reshape(K, N, OH, OW).transpose(1, 0, 2, 3)


mistakes = Catalogue(matmul_forward)

ARRANGED = "product.reshape(K, N, OH, OW).transpose(1, 0, 2, 3)"

mistakes.change(
    "reshaped, not transposed",
    "With one image you are right. The product has the filters in its rows, so K is its slowest axis, but "
    "a reshape straight to out_shape takes N for the slowest. Reshape to the axes that it has, in their "
    "order, then transpose.",
    {ARRANGED: "product.reshape(N, K, OH, OW)"},
)
mistakes.change(
    "columns read in the order i, j, n",
    "You take the images to change fastest along the columns. That is how the Stanford course's im2col "
    "orders them; in this course n is slowest, then i, then j.",
    {ARRANGED: "product.reshape(K, OH, OW, N).transpose(3, 0, 1, 2)"},
)
mistakes.change(
    "columns read in the order n, j, i",
    "Within an image the columns stand for windows row by row: j changes fastest. You read them as if i did.",
    {ARRANGED: "product.reshape(K, N, OW, OH).transpose(1, 0, 3, 2)"},
)
mistakes.change(
    "transposed product reshaped",
    "You multiply the other way round and get one window a row, (N * OH * OW, K). A reshape to "
    "out_shape reads its values in that order, with the filter changing fastest; split the rows and "
    "move K to its place.",
    {ARRANGED: "product.T.reshape(N, K, OH, OW)"},
)
mistakes.change(
    "product split as if the filters came last",
    "The product is (K, N * OH * OW), filters first: split it in that order, before any axis moves.",
    {ARRANGED: "product.reshape(N, OH, OW, K).transpose(0, 3, 1, 2)"},
)
mistakes.change(
    "filters at the end",
    "Your result is (N, OH, OW, K); out is (N, K, OH, OW): K comes right after N.",
    {ARRANGED: "product.reshape(K, N, OH, OW).transpose(1, 2, 3, 0)"},
)
mistakes.change(
    "filters in front of the images",
    "Your result is (K, N, OH, OW); out is (N, K, OH, OW): swap the first two axes.",
    {ARRANGED: "product.reshape(K, N, OH, OW)"},
)
mistakes.change(
    "left as a matrix",
    "Your product is (K, N * OH * OW): it still has to be brought into out_shape.",
    {ARRANGED: "product"},
)
mistakes.change("bias left out", "Row k of the product still needs b[k].", {" + b.reshape(K, 1)": ""})
mistakes.change(
    "bias added along the columns",
    "NumPy lines b up with the last axis. One bias belongs to one filter: before you add b to the "
    "product, give it the shape (K, 1).",
    {"b.reshape(K, 1)": "b"},
    {" + b.reshape(K, 1)": "", ARRANGED: f"{ARRANGED} + b"},
)
mistakes.change(
    "bias added to every product",
    "Add b[k] once, after the sum; yours is in it once for every row of cols.",
    {"b.reshape(K, 1)": "len(cols) * b.reshape(K, 1)"},
)
mistakes.change(
    "the first bias for every filter",
    "Filter k has its own bias b[k]; all of yours get b[0].",
    {"b.reshape(K, 1)": "b[0]"},
)
mistakes.change(
    "filters reshaped into columns",
    "w.reshape(-1, K) does not put one filter in a column: a reshape keeps the order in memory, where a "
    "filter's weights stand next to each other. Make filters rows first.",
    {"w.reshape(K, -1)": "w.reshape(-1, K).T"},
)
mistakes.change(
    "filter rows in the order fh, fw, c",
    "The weights of a filter must have the order of the rows of cols: c, then fh, then fw. You moved the "
    "channels to the end.",
    {"w.reshape(K, -1)": "w.transpose(0, 2, 3, 1).reshape(K, -1)"},
)
mistakes.change(
    "filter rows in the order c, fw, fh",
    "The weights of a filter must have the order of the rows of cols: c, then fh, then fw. You swapped "
    "the last two.",
    {"w.reshape(K, -1)": "w.transpose(0, 1, 3, 2).reshape(K, -1)"},
)
mistakes.change(
    "all axes of the filters turned round",
    "w.T reverses all four axes, to (FW, FH, C, K). First make w a matrix with one filter a row, then "
    "transpose the matrix.",
    {"w.reshape(K, -1)": "w.T.reshape(-1, K).T"},
)
mistakes.change(
    "filters flipped",
    "Nothing is flipped: the first weight of a filter meets the first value of a column.",
    {"w.reshape(K, -1)": "w[:, :, ::-1, ::-1].reshape(K, -1)"},
)
mistakes.change(
    "negative sums cut off",
    "The ReLU is a layer of its own: here negative numbers stay.",
    {ARRANGED: f"np.maximum({ARRANGED}, 0)"},
)
mistakes.change(
    "mean instead of sum",
    "A matrix product adds the products up; you divide the sum by their number.",
    {"@ cols": "@ cols / len(cols)"},
)
mistakes.change(
    "only the first image",
    "cols holds the windows of all images: out has an entry for each.",
    {"return product": "product[:, OH * OW :] = 0\nreturn product"},
)


exercise = Exercise(
    name="matmul_forward",
    arguments=("cols", "w", "b", "out_shape"),
    parts=("out",),
    axes={"out": ("image n", "filter k", "row i", "column j")},
    aspects=(
        aspect("shape", 1, "one", "several", only_shape=True),
        aspect("one image", 2, "one"),
        aspect("several images", 2, "several"),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    program=matmul_forward,
    mistakes=tuple(mistakes),
)
