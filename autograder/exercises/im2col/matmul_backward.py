"""matmul_backward(dout, cols, w): the gradients of the matrix product."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, Slope, aspect

from .matmul_forward import matmul_forward


def reference(dout, cols, w):
    """What every single output sends back to its column, its filter and its bias."""
    N, K, OH, OW = dout.shape
    dcols = np.zeros(cols.shape, cols.dtype)
    dw = np.zeros(w.shape, cols.dtype)
    db = np.zeros(K, cols.dtype)
    for m, (n, i, j) in enumerate(np.ndindex(N, OH, OW)):
        for k in range(K):
            dcols[:, m] += dout[n, k, i, j] * w[k].ravel()
            dw[k] += dout[n, k, i, j] * cols[:, m].reshape(w.shape[1:])
            db[k] += dout[n, k, i, j]
    return dcols, dw, db


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, w, out, draw=integers):
        K, rows = w[0], int(np.prod(w[1:]))
        N, OH, OW = out
        return Case(tag, about, (draw(rng, N, K, OH, OW), draw(rng, rows, N * OH * OW), draw(rng, *w)))

    yield case("one", "one filter of one weight on one pixel", (1, 1, 1, 1), (1, 1, 1))
    yield case("one", "one filter, one column", (1, 1, 1, 2), (1, 1, 1))
    yield case("one", "two filters, one column", (2, 1, 1, 2), (1, 1, 1))
    yield case("one", "one filter, two windows", (1, 1, 1, 2), (1, 1, 2))
    yield case("one", "two filters, four windows", (2, 1, 1, 2), (1, 2, 2))
    yield case("one", "three filters of two channels", (3, 2, 2, 2), (1, 2, 1))
    yield case("one", "two filters of three channels, high windows", (2, 3, 3, 2), (1, 2, 3), reals)
    yield case("one", "four filters, four windows, real numbers", (4, 2, 2, 3), (1, 2, 2), reals)
    yield case("several", "two images, two filters", (2, 1, 1, 1), (2, 1, 2))
    yield case("several", "two images, one filter", (1, 1, 1, 2), (2, 2, 1))
    yield case("several", "three images, two filters, 2x2 places", (2, 1, 1, 2), (3, 2, 2))
    yield case("several", "two images, three filters of two channels", (3, 2, 1, 2), (2, 2, 3))
    yield case("several", "three images, three filters, real numbers", (3, 2, 2, 3), (3, 3, 2), reals)
    dout, cols, w = case("edges", "", (3, 2, 3, 2), (2, 3, 4), reals).args
    yield Case("edges", "float32", tuple(a.astype(np.float32) for a in (dout, cols, w)))
    yield Case(
        "edges", "arrays that are not contiguous in memory", (scattered(dout), scattered(cols), scattered(w))
    )


def slopes(case, rng):
    """The forward pass is linear in cols, in w and in b: its change along a direction is its value there."""
    dout, cols, w = case.args

    def change(cols, w, b):
        return np.sum(matmul_forward(cols, w, b, dout.shape) * dout)

    no_bias, no_cols = np.zeros(len(w)), np.zeros_like(cols)
    directions = {
        "dcols": rng.normal(size=cols.shape),
        "dw": rng.normal(size=w.shape),
        "db": rng.normal(size=len(w)),
    }
    along = {
        "dcols": lambda v: change(v, w, no_bias),
        "dw": lambda v: change(cols, v, no_bias),
        "db": lambda v: change(no_cols, w, v),
    }
    return [Slope(part, v, float(along[part](v))) for part, v in directions.items()]


def matmul_backward(dout, cols, w):
    """Return dcols, dw, db, the gradients of matmul_forward, in the shapes of cols, w, b.

    dout: (N, K, OH, OW). cols: (C * FH * FW, N * OH * OW). w: (K, C, FH, FW).
    """
    K = w.shape[0]
    dout_row = dout.transpose(1, 0, 2, 3).reshape(K, -1)  # (K, N * OH * OW)
    dcols = w.reshape(K, -1).T @ dout_row  # (R, K) @ (K, M) -> (R, M)
    dw = (dout_row @ cols.T).reshape(w.shape)  # (K, M) @ (M, R) -> (K, R)
    db = dout_row.sum(axis=1)
    return dcols, dw, db


mistakes = Catalogue(matmul_backward)

DB, RIGHT_DB = "dout_row.sum(axis=1)", "dout.sum(axis=(0, 2, 3))"
ROWS = "dout.transpose(1, 0, 2, 3).reshape(K, -1)"

mistakes.change(
    "dout reshaped, not transposed",
    "With one image you are right. In dout the images are slowest, in the product the filters are: "
    "before you reshape dout to K rows, K has to be its first axis.",
    {ROWS: "dout.reshape(K, -1)"},
    {ROWS: "dout.reshape(K, -1)", DB: RIGHT_DB},
)
mistakes.change(
    "dout in the column order i, j, n",
    "You bring dout into columns with the images fastest. That is the order of the Stanford course's "
    "im2col; the columns of cols here are n slowest, then i, then j.",
    {ROWS: "dout.transpose(1, 2, 3, 0).reshape(K, -1)"},
)
mistakes.change(
    "dout in the column order n, j, i",
    "Within an image the columns of cols stand for windows row by row: j changes fastest. In your "
    "matrix of dout i does.",
    {ROWS: "dout.transpose(1, 0, 3, 2).reshape(K, -1)"},
)
mistakes.change(
    "dout reshaped with the filters behind",
    "You move the filters of dout behind i and j and then reshape to K rows. A reshape does not "
    "transpose: for K rows, K has to be the first axis.",
    {ROWS: "dout.transpose(0, 2, 3, 1).reshape(K, -1)"},
    {ROWS: "dout.transpose(0, 2, 3, 1).reshape(K, -1)", DB: RIGHT_DB},
)
mistakes.change(
    "all axes of dout turned round",
    "dout.T reverses all four axes, to (OW, OH, K, N). Here only the first two trade places.",
    {ROWS: "dout.T.reshape(K, -1)"},
)
mistakes.change(
    "db summed over the filters",
    "There is one db for each filter: sum over everything but the axis of the filters. You kept the "
    "axis of the images.",
    {DB: "dout.sum(axis=(1, 2, 3))"},
)
for axes, kept in (
    ("(0, 1, 2)", "OW"),
    ("(0, 1, 3)", "OH"),
    ("(0, 1)", "OH and OW"),
    ("(0, 2)", "K and OW"),
    ("(0, 3)", "K and OH"),
):
    mistakes.change(
        f"db summed over the axes {axes}",
        f"The axes of dout are (N, K, OH, OW); yours has {kept} left over. The one that must be left is K.",
        {DB: f"dout.sum(axis={axes})"},
    )
mistakes.change(
    "db summed over the rows",
    "There is one db for each filter. You summed the matrix of dout over its rows and got one for each "
    "column.",
    {DB: "dout_row.sum(axis=0)"},
)
mistakes.change(
    "db summed over the images only",
    "The bias of a filter is added at every place of every image, so db is a sum over images, rows and "
    "columns.",
    {DB: "dout.sum(axis=0)"},
)
mistakes.change(
    "db left as a column",
    "b has the shape (K,); your db is (K, 1): the sum was told to keep its axis, or reshaped.",
    {DB: "dout_row.sum(axis=1, keepdims=True)"},
)
mistakes.change(
    "db averaged",
    "Gradients that arrive at one bias add up; you took their mean.",
    {DB: "dout_row.mean(axis=1)"},
)
mistakes.change(
    "db averaged over the images",
    "The gradient of b is the plain sum. A mean over the images belongs to the loss, not to this layer.",
    {DB: "dout_row.sum(axis=1) / len(dout)"},
)
mistakes.change(
    "db one number for all",
    "Every filter has its own bias and its own db; you summed over the filters too.",
    {DB: "dout_row.sum()"},
)
mistakes.change(
    "dw left as a matrix",
    "Your dw is (K, C * FH * FW): a gradient has the shape of what it belongs to, here of w.",
    {".reshape(w.shape)": ""},
)
mistakes.change(
    "dw reshaped from its transpose",
    "You multiply to (C * FH * FW, K) and reshape that to the shape of w. One filter is a column there; "
    "a reshape does not turn it into a row.",
    {"dout_row @ cols.T": "cols @ dout_row.T"},
)
mistakes.change(
    "dw read in the order fh, fw, c",
    "A row of dw has its weights in the order of the rows of cols: c, then fh, then fw. You split it as "
    "if c came last.",
    {".reshape(w.shape)": ".reshape(w.transpose(0, 2, 3, 1).shape).transpose(0, 3, 1, 2)"},
)
mistakes.change(
    "dw read in the order c, fw, fh",
    "A row of dw has its weights in the order of the rows of cols: c, then fh, then fw. You split it as "
    "if fh came last.",
    {".reshape(w.shape)": ".reshape(w.swapaxes(2, 3).shape).swapaxes(2, 3)"},
)
mistakes.change(
    "dw averaged over the images",
    "The gradient of w is the sum over all columns. A mean over the images belongs to the loss, not to "
    "this layer.",
    {".reshape(w.shape)": ".reshape(w.shape) / len(dout)"},
)
mistakes.change(
    "dw averaged over the columns",
    "The gradient of w is the sum over all columns; you divided it by their number.",
    {".reshape(w.shape)": ".reshape(w.shape) / cols.shape[1]"},
)
mistakes.change(
    "dw of the last image only",
    "What the images send to w adds up. Yours keeps the part of the last one.",
    {"dout_row @ cols.T": "dout_row[:, -dout[0, 0].size :] @ cols[:, -dout[0, 0].size :].T"},
)
mistakes.change(
    "filters reshaped into columns",
    "w.reshape(-1, K) does not put one filter in a column: a reshape keeps the order in memory. Make "
    "filters rows, then transpose the matrix.",
    {"w.reshape(K, -1).T": "w.reshape(-1, K)"},
)
mistakes.change(
    "all axes of the filters turned round",
    "w.T reverses all four axes, to (FW, FH, C, K). First make w a matrix with one filter a row, then "
    "transpose the matrix.",
    {"w.reshape(K, -1).T": "w.T.reshape(-1, K)"},
)
mistakes.change(
    "filter rows in the order fh, fw, c",
    "The rows of dcols have the order of the rows of cols: c, then fh, then fw. You moved the channels of "
    "w to the end before you made it a matrix.",
    {"w.reshape(K, -1).T": "w.transpose(0, 2, 3, 1).reshape(K, -1).T"},
)
mistakes.change(
    "dcols on its side",
    "Your dcols is (N * OH * OW, C * FH * FW); it has the shape of cols, one window a column.",
    {"w.reshape(K, -1).T @ dout_row": "dout_row.T @ w.reshape(K, -1)"},
)
mistakes.change(
    "filters flipped",
    "Flipped filters belong to dx written as a convolution. Here every weight sends its gradient back "
    "to the very row it was multiplied with.",
    {"w.reshape(K, -1).T": "w[:, :, ::-1, ::-1].reshape(K, -1).T"},
)
mistakes.change(
    "results in another order",
    "You have all three, but return dw before dcols: the order is dcols, dw, db.",
    {"return dcols, dw, db": "return dw, dcols, db"},
    whole=True,
)


exercise = Exercise(
    name="matmul_backward",
    arguments=("dout", "cols", "w"),
    parts=("dcols", "dw", "db"),
    axes={
        "dcols": ("row", "column"),
        "dw": ("filter k", "channel c", "row", "column"),
        "db": ("filter k",),
    },
    aspects=(
        aspect("db", 1, "one", parts=["db"]),
        aspect("dw", 2, "one", parts=["dw"]),
        aspect("dcols", 2, "one", parts=["dcols"]),
        aspect("several images", 1, "several"),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    program=matmul_backward,
    mistakes=tuple(mistakes),
    slopes=slopes,
)
