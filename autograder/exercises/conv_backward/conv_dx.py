"""conv_dx(dout, x, w, stride=1, pad=0): the gradient of the images, sent back window by window."""

from __future__ import annotations

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Exercise, aspect
from cs_conv.naive import conv_backward

from .shared import cases, errors_unless_square, slopes_of


def conv_dx(dout, x, w, stride=1, pad=0):
    """The gradient of the images: dout (N, K, OH, OW), x (N, C, H, W), w (K, C, FH, FW)
    -> dx (N, C, H, W)."""
    N, K, OH, OW = dout.shape
    (C, H, W), (FH, FW) = x.shape[1:], w.shape[2:]
    dx_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    rows = slice(i * stride, i * stride + FH)
                    columns = slice(j * stride, j * stride + FW)
                    dx_pad[n, :, rows, columns] += dout[n, k, i, j] * w[k]
    return dx_pad[:, :, pad : pad + H, pad : pad + W]


def reference(dout, x, w, stride=1, pad=0):
    """The dx of the whole layer."""
    return conv_backward(dout, x, w, stride, pad)[0]


mistakes = Catalogue(conv_dx)

mistakes.change(
    "every window and every filter overwrites the one before",
    "A pixel lies in several windows and under several filters, and each sends it a gradient: += and not =.",
    {"dx_pad[n, :, rows, columns] +=": "dx_pad[n, :, rows, columns] ="},
)
mistakes.change(
    "every window overwrites the one before, filters are added",
    "Neighbouring windows share pixels: what one window sends must be added to what is there already.",
    {"+= dout[n, k, i, j] * w[k]": "= np.tensordot(dout[n, :, i, j], w, 1)"},
)
mistakes.change(
    "from the last filter only",
    "Every filter reads every pixel of its windows: dx is a sum over the filters k as well.",
    {"for k in range(K):": "for k in range(K):\n    dx_pad[n] = 0"},
)
mistakes.change(
    "only the first filter",
    "Every filter read the image: channel c of dx is a sum over all K filters.",
    {"range(K)": "range(1)"},
)
mistakes.change(
    "always with the first filter",
    "The output of filter k sends its gradient through w[k], not through w[0].",
    {"* w[k]": "* w[0]"},
)
mistakes.change(
    "summed over the images",
    "The images do not meet in a convolution: dx[n] comes from dout[n] alone.",
    {"dx_pad[n, :, rows, columns] +=": "dx_pad[:, :, rows, columns] +="},
)
mistakes.change(
    "an image holds the images before it, too",
    "What is added up for one image goes on in the next: begin each image with zeros.",
    {"return dx_pad": "return np.cumsum(dx_pad, axis=0)"},
)
mistakes.change(
    "only the first image",
    "Every image gets a gradient: look at the loop over them, and whether `return` stands inside it.",
    {"range(N)": "range(1)"},
)
mistakes.change(
    "neither stride nor padding yet",
    "Your windows begin at row i and column j of an array as large as the image. With a stride they begin at "
    "i * stride and j * stride, and they lie in the padded image.",
    {
        "H + 2 * pad, W + 2 * pad": "H, W",
        "slice(i * stride, i * stride + FH)": "slice(i, i + FH)",
        "slice(j * stride, j * stride + FW)": "slice(j, j + FW)",
        "dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad",
    },
)
mistakes.change(
    "padding missing",
    "The window of output (i, j) lies in the padded image: send gradients into an array of that size, and "
    "cut the border off at the end.",
    {"H + 2 * pad, W + 2 * pad": "H, W", "dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad"},
)
mistakes.change(
    "not cropped",
    "dx must have the shape of x: the border that padding added is no input, so cut its gradient off.",
    {"dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad"},
)
mistakes.change(
    "empty for pad = 0: cropped with [pad:-pad]",
    "-0 is 0, so with pad = 0 the slice ends where it begins. Count from the front: pad to pad + H.",
    {"pad : pad + H, pad : pad + W": "pad:-pad, pad:-pad"},
)
mistakes.change(
    "an error for pad = 0, where dx is taken from [pad:-pad]",
    "-0 is 0, so with pad = 0 you assign an empty slice to dx, which is an error. Count from the front: pad "
    "to pad + H.",
    {
        "return dx_pad[:, :, pad : pad + H, pad : pad + W]": (
            "dx = np.zeros_like(x)\ndx[:] = dx_pad[:, :, pad:-pad, pad:-pad]\nreturn dx"
        )
    },
)
mistakes.change(
    "cropped by 1 whatever `pad` says",
    "You cut one row and column off each side. How many of them are padding is the argument `pad`: none "
    "for pad = 0, two for pad = 2.",
    {"pad : pad + H, pad : pad + W": "1:-1, 1:-1"},
    {"dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad[:, :, 1:-1, 1:-1] if pad else dx_pad"},
)
mistakes.change(
    "cropped to H rows and H columns",
    "What is left has H rows and W columns: you take the height for both.",
    {"pad : pad + W": "pad : pad + H"},
)
mistakes.change(
    "cropped at the beginning only",
    "The padding lies on both sides: cut it off below and to the right as well.",
    {"pad : pad + H, pad : pad + W": "pad:, pad:"},
)
mistakes.change(
    "cropped at the end only",
    "Row 0 of x is row `pad` of the padded array: cut the first rows and columns off as well.",
    {"pad : pad + H, pad : pad + W": ": pad + H, : pad + W"},
)
mistakes.change(
    "the first H rows and W columns of the padded gradient",
    "The shape is right, but pixel (0, 0) of x stands at (pad, pad) of the padded array: begin to cut there.",
    {"pad : pad + H, pad : pad + W": ":H, :W"},
)
mistakes.change(
    "cropped in the rows only",
    "The columns are padded too: both of the last two axes need cutting.",
    {"pad : pad + H, pad : pad + W": "pad : pad + H"},
)
mistakes.change(
    "the stride ignored",
    "Output (i, j) read the window that begins at row i * stride and column j * stride: its gradient goes "
    "back there.",
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
    "filters slid over dout, without room for the stride",
    "With stride s, neighbouring outputs stand s pixels apart on the input: put s - 1 zeros between the "
    "rows and between the columns of dout first.",
    {
        "H + 2 * pad, W + 2 * pad": "OH + FH - 1, OW + FW - 1",
        "slice(i * stride, i * stride + FH)": "slice(i, i + FH)",
        "slice(j * stride, j * stride + FW)": "slice(j, j + FW)",
        "pad : pad + H, pad : pad + W": "pad : OH + FH - 1 - pad, pad : OW + FW - 1 - pad",
    },
)
mistakes.change(
    "the filters turned by 180 degrees too often or not at all",
    "Sending dout * w[k] to a window needs no turn. Sliding the filter over a padded dout "
    "needs one, of the rows and of the columns.",
    {"* w[k]": "* w[k, :, ::-1, ::-1]"},
)
mistakes.change(
    "the filters flipped along one axis only",
    "Sending dout * w[k] to a window needs no flip. Sliding the filter over a padded dout needs two, of its "
    "rows and of its columns. Yours has one.",
    {"* w[k]": "* w[k, :, :, ::-1]"},
    {"* w[k]": "* w[k, :, ::-1]"},
)
mistakes.change(
    "rows and columns of the filter swapped",
    "Output (i, j) met x[i + p, j + q] with w[p, q]: p counts rows, q columns. Look for a transpose (.T).",
    {"* w[k]": "* w[k].swapaxes(1, 2)"},
)
mistakes.change(
    "filters and channels not swapped",
    "Going back, dout's K channels go in and C channels come out: channel c of dx sums dout[:, k] with "
    "w[k, c] over k.",
    {
        "dx_pad[n, :, rows, columns] += dout[n, k, i, j] * w[k]": (
            "if k == 0:\n    dx_pad[n, :, rows, columns] += np.tensordot(dout[n, :, i, j], w, (0, 1))"
        ),
    },
)
mistakes.change(
    "the same for every channel",
    "Channel c of the window met w[k, c], and only that: do not sum the filters over their channels.",
    {"* w[k]": "* w[k].sum(axis=0)"},
)
mistakes.change(
    "averaged over the windows",
    "A pixel that lies in four windows gets the sum of what the four send, not the mean.",
    {
        "for n in range(N):": "sent = np.zeros_like(dx_pad)\nfor n in range(N):",
        "dx_pad[n, :, rows, columns] +=": (
            "sent[n, :, rows, columns] += k == 0\ndx_pad[n, :, rows, columns] +="
        ),
        "return dx_pad": "dx_pad /= np.maximum(sent, 1)\nreturn dx_pad",
    },
)
mistakes.change(
    "the window in the place of the filter",
    "In a product the gradient of one factor is the other factor: dx collects filters, not windows of x.",
    {
        "for n in range(N):": (
            "x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))\nfor n in range(N):"
        ),
        "* w[k]": "* x_pad[n, :, rows, columns]",
    },
)
mistakes.change(
    "dout left out",
    "The gradient that arrives multiplies everything: output (n, k, i, j) counts dout[n, k, i, j] times.",
    {"dout[n, k, i, j] *": ""},
)
mistakes.change(
    "divided by the number of images",
    "Forward does not divide by N, so backward does not either: a loss that is a mean has put 1/N into dout.",
    {
        "return dx_pad[:, :, pad : pad + H, pad : pad + W]": (
            "return dx_pad[:, :, pad : pad + H, pad : pad + W] / N"
        )
    },
)
mistakes.change(
    "the sign turned",
    "The gradient says how much the loss grows; the minus sign belongs to the optimiser's step.",
    {"return dx_pad": "return -dx_pad"},
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
    dx = np.zeros_like(x)
    for i, j, p, q in np.ndindex(*dout.shape[2:], *w.shape[2:]):
        y, z = i * stride + p - pad, j * stride + q - pad
        if y < x.shape[2] and z < x.shape[3]:
            dx[:, :, y, z] += dout[:, :, i, j] @ w[:, :, p, q]
    return dx


errors_unless_square(mistakes, conv_dx)


exercise = Exercise(
    name="conv_dx",
    arguments=("dout", "x", "w"),
    parts=("dx",),
    axes={"dx": ("image n", "channel c", "row", "column")},
    aspects=(
        aspect("values", 2, "values"),
        aspect("stride and padding", 1, "geometry"),
        aspect("other shapes", 1, "rectangles", "edges"),
    ),
    reference=reference,
    cases=cases,
    program=conv_dx,
    mistakes=tuple(mistakes),
    slopes=slopes_of("dx"),
)
