"""conv_dw(dout, x, w, stride=1, pad=0): the gradient of the filters, a sum over all windows."""

from __future__ import annotations

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Exercise, aspect
from autograder.exercises.convolution_cases import read_one_by_one
from cs_conv.naive import conv_backward

from .shared import cases, errors_unless_square, slopes_of


def conv_dw(dout, x, w, stride=1, pad=0):
    """The gradient of the filters: dout (N, K, OH, OW), x (N, C, H, W), w (K, C, FH, FW)
    -> dw (K, C, FH, FW)."""
    N, K, OH, OW = dout.shape
    FH, FW = w.shape[2:]
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dw = np.zeros_like(w)
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    rows = slice(i * stride, i * stride + FH)
                    columns = slice(j * stride, j * stride + FW)
                    dw[k] += dout[n, k, i, j] * x_pad[n, :, rows, columns]
    return dw


def reference(dout, x, w, stride=1, pad=0):
    """The dw of the whole layer."""
    return conv_backward(dout, x, w, stride, pad)[1]


mistakes = Catalogue(conv_dw)

mistakes.change(
    "overwritten: only the last window counts",
    "Every window of every image adds its share to dw[k]: look at = and +=.",
    {"dw[k] +=": "dw[k] ="},
)
mistakes.change(
    "from the last image only",
    "All images use the same filters: dw starts at zero before the loop over the images and grows in it.",
    {"for n in range(N):": "for n in range(N):\n    dw = np.zeros_like(w)"},
)
mistakes.change(
    "only the first image",
    "All N images count: look at the loop over them, and whether `return` stands inside it.",
    {"range(N)": "range(1)"},
)
mistakes.change(
    "neither stride nor padding yet",
    "Your windows begin at row i and column j of the unpadded image. With a stride they begin at i * "
    "stride and j * stride, and they lie in the padded image.",
    {
        "np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))": "x",
        "slice(i * stride, i * stride + FH)": "slice(i, i + FH)",
        "slice(j * stride, j * stride + FW)": "slice(j, j + FW)",
    },
)
mistakes.change(
    "padding missing",
    "The window of output (i, j) lies in the padded input: pad x first, then read the windows there.",
    {"np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))": "x"},
    {"* x_pad[n, :, rows, columns]": "* x[n, :, rows, columns]"},
)


@mistakes.also("padding missing")
def _(dout, x, w, stride=1, pad=0):
    read_one_by_one(x, *dout.shape[2:], *w.shape[2:], stride)
    return conv_dw(dout, x, w, stride, pad)


mistakes.change(
    "the stride ignored",
    "The window of output (i, j) begins at row i * stride and column j * stride, in backward as in forward.",
    {
        "slice(i * stride, i * stride + FH)": "slice(i, i + FH)",
        "slice(j * stride, j * stride + FW)": "slice(j, j + FW)",
    },
)
mistakes.change(
    "a stride of the rows only",
    "The columns have the stride too: the window begins at column j * stride.",
    {"slice(j * stride, j * stride + FW)": "slice(j, j + FW)"},
)
mistakes.change(
    "a stride of the columns only",
    "The rows have the stride too: the window begins at row i * stride.",
    {"slice(i * stride, i * stride + FH)": "slice(i, i + FH)"},
)
mistakes.change(
    "the stride spreads the weights instead of the windows",
    "The stride belongs to i and j, the place of the window; inside the window p and q count pixel by pixel.",
    {
        "(pad, pad), (pad, pad)": "(pad, pad + FH * stride), (pad, pad + FW * stride)",
        "slice(i * stride, i * stride + FH)": "slice(i, i + FH * stride, stride)",
        "slice(j * stride, j * stride + FW)": "slice(j, j + FW * stride, stride)",
    },
)
mistakes.change(
    "padding below and to the right only",
    "Forward puts `pad` zeros on each side. Yours counts as if all of them were below and to the right: "
    "ask where the window of output (0, 0) begins.",
    {"(pad, pad), (pad, pad)": "(0, 2 * pad), (0, 2 * pad)"},
)
mistakes.change(
    "padded with copies of the border",
    "Forward pads with zeros, and zeros add nothing to dw; np.pad's own mode is `constant`.",
    {"(pad, pad)))": '(pad, pad)), mode="edge")'},
)
mistakes.change(
    "an error for pad = 0, where x is written into [pad:-pad]",
    "With pad = 0 the slice [pad:-pad] is empty, because -0 is 0. Count from the front: pad to pad + H.",
    {
        "x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))": (
            "x_pad = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))\n"
            "x_pad[:, :, pad:-pad, pad:-pad] = x"
        ),
    },
)
mistakes.change(
    "divided by the number of outputs",
    "A weight is used in every window: its gradient is the sum over the windows and images, not the mean.",
    {"return dw": "return dw / (N * OH * OW)"},
)
mistakes.change(
    "divided by the number of images",
    "Forward does not divide by N, so backward does not either: a loss that is a mean has put 1/N into dout.",
    {"return dw": "return dw / N"},
)
mistakes.change(
    "the sign turned",
    "The gradient says how much the loss grows; the minus sign belongs to the optimiser's step.",
    {"return dw": "return -dw"},
)
mistakes.change(
    "the same for every channel",
    "w[k, c] meets channel c of the window and no other: do not sum over the channels.",
    {"* x_pad[n, :, rows, columns]": "* x_pad[n, :, rows, columns].sum(axis=0)"},
)
mistakes.change(
    "the same for every filter",
    "dw[k] is made with dout[:, k] alone: the other filters do not see w[k].",
    {"dw[k] +=": "dw +="},
)
mistakes.change(
    "turned by 180 degrees",
    "Forward does not flip: w[k, c, p, q] meets x[i + p, j + q], so dw has the window's own orientation. "
    "Only dx brings a flip.",
    {"return dw": "return dw[:, :, ::-1, ::-1]"},
)
mistakes.change(
    "dout turned by 180 degrees",
    "Output (i, j) and its own window run forward together: dout[n, k, i, j] belongs to window (i, j).",
    {"dout[n, k, i, j] *": "dout[n, k, OH - 1 - i, OW - 1 - j] *"},
)
mistakes.change(
    "rows and columns swapped",
    "dw[k, c, p, q] collects x[i + p, j + q]: p counts rows, q columns.",
    {"return dw": "return dw.swapaxes(2, 3)"},
)
mistakes.change(
    "filters and channels swapped",
    "dw has the shape of w: filters first, then channels.",
    {"return dw": "return dw.swapaxes(0, 1)"},
)
mistakes.change(
    "dout left out",
    "The gradient that arrives multiplies everything: output (n, k, i, j) counts dout[n, k, i, j] times.",
    {"dout[n, k, i, j] *": ""},
)
mistakes.change(
    "the filter in the place of the window",
    "In a product the gradient of one factor is the other factor: dw collects windows of x, not filters.",
    {"* x_pad[n, :, rows, columns]": "* w[k]"},
)
mistakes.change(
    "the last row and column of outputs left out",
    "There are OH x OW outputs, the shape of dout says how many: look at where your loops end.",
    {"range(OH)": "range(OH - 1)", "range(OW)": "range(OW - 1)"},
)
mistakes.change(
    "i over OW, j over OH",
    "i runs over OH rows and j over OW columns: take both from dout.shape and look at which loop gets which.",
    {"range(OH)": "range(OW)", "range(OW)": "range(OH)"},
)
mistakes.change(
    "j over OH, not over OW",
    "There are OH rows of outputs and OW columns. Your loop over the columns stops at the height.",
    {"range(OW)": "range(OH)"},
)
mistakes.change(
    "i and j swapped in dout[n, k, i, j]",
    "i is the row of an output and comes before its column j, in dout as in the place of the window.",
    {"dout[n, k, i, j]": "dout[n, k, j, i]"},
)


@mistakes.mistake(
    "negative indices reach around to the other side",
    "Row i * stride + p - pad is negative in the padding above. Python counts it from the end: ask for >= "
    "0 too, or work on a padded array.",
)
def _(dout, x, w, stride=1, pad=0):
    dw = np.zeros_like(w)
    for i, j, p, q in np.ndindex(*dout.shape[2:], *w.shape[2:]):
        y, z = i * stride + p - pad, j * stride + q - pad
        if y < x.shape[2] and z < x.shape[3]:
            dw[:, :, p, q] += dout[:, :, i, j].T @ x[:, :, y, z]
    return dw


errors_unless_square(mistakes, conv_dw)


exercise = Exercise(
    name="conv_dw",
    arguments=("dout", "x", "w"),
    parts=("dw",),
    axes={"dw": ("filter k", "channel c", "row", "column")},
    aspects=(
        aspect("values", 2, "values"),
        aspect("stride and padding", 1, "geometry"),
        aspect("other shapes", 1, "rectangles", "edges"),
    ),
    reference=reference,
    cases=cases,
    program=conv_dw,
    mistakes=tuple(mistakes),
    slopes=slopes_of("dw"),
)
