"""conv_backward(dout, x, w, stride=1, pad=0): the exercise of the course where most goes wrong."""

from __future__ import annotations

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Exercise, aspect
from autograder.exercises.convolution_cases import pads, read_one_by_one
from cs_conv.naive import conv_backward as reference

from .conv_db import conv_db
from .conv_dw import conv_dw
from .conv_dx import conv_dx
from .shared import cases, errors_unless_square, slopes


def conv_backward(dout, x, w, stride=1, pad=0):
    """Gradients of a convolution: dout (N, K, OH, OW), x (N, C, H, W), w (K, C, FH, FW)
    -> dx (N, C, H, W), dw (K, C, FH, FW), db (K,)."""
    dx = conv_dx(dout, x, w, stride, pad)
    dw = conv_dw(dout, x, w, stride, pad)
    db = conv_db(dout)
    return dx, dw, db


def in_one_piece(dout, x, w, stride=1, pad=0):
    """The same without the three functions, in one walk over the outputs; most mistakes change this."""
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(len(w))
    N, K, OH, OW = dout.shape
    (H, W), (FH, FW) = x.shape[2:], w.shape[2:]
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dx_pad = np.zeros_like(x_pad)
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    rows = slice(i * stride, i * stride + FH)
                    columns = slice(j * stride, j * stride + FW)
                    db[k] += dout[n, k, i, j]
                    dw[k] += dout[n, k, i, j] * x_pad[n, :, rows, columns]
                    dx_pad[n, :, rows, columns] += dout[n, k, i, j] * w[k]
    dx = dx_pad[:, :, pad : pad + H, pad : pad + W]
    return dx, dw, db


mistakes = Catalogue(in_one_piece)

# db

mistakes.change(
    "db summed over the images only",
    "b[k] is used at every place (i, j) of every image: db is a sum over those axes too, of shape (K,).",
    {"return dx, dw, db": "return dx, dw, dout.sum(axis=0)"},
)
mistakes.change(
    "db not summed over the images",
    "All N images use the same b[k]: sum over them too; db has the shape (K,).",
    {"return dx, dw, db": "return dx, dw, dout.sum(axis=(2, 3))"},
)
mistakes.change(
    "db has one value an image instead of one a filter",
    "The axes of dout are (N, K, OH, OW). The axis that must be left over is K, number 1.",
    {"return dx, dw, db": "return dx, dw, dout.sum(axis=(1, 2, 3))"},
)
mistakes.change(
    "db summed over the filters",
    "Every filter has a bias of its own: the axis K stays, and the sum runs over all the others.",
    {"return dx, dw, db": "return dx, dw, dout.sum()"},
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
        {"return dx, dw, db": f"return dx, dw, dout.sum(axis={axes})"},
    )
mistakes.change(
    "db keeps axes of length 1",
    "b has the shape (K,), and so has its gradient: look at keepdims or reshape.",
    {"return dx, dw, db": "return dx, dw, dout.sum(axis=(0, 2, 3), keepdims=True)"},
)
mistakes.change(
    "db averaged",
    "A bias adds the same to every output: its gradient is their sum, not their mean.",
    {"return dx, dw, db": "return dx, dw, dout.mean(axis=(0, 2, 3))"},
)
mistakes.change(
    "db from the last image only",
    "db grows with every image: start it at zero before the loop and add inside, do not assign.",
    {"for n in range(N):": "for n in range(N):\n    db = np.zeros(K)"},
)
mistakes.change(
    "db overwritten in the loop: only the last output counts",
    "Every output of filter k adds its dout to db[k]: look at = and +=.",
    {"db[k] +=": "db[k] ="},
)
mistakes.change(
    "db counted once a channel",
    "The bias is added once an output, however many channels there are: add to db outside that loop.",
    {"db[k] += dout[n, k, i, j]": "for _ in x[n]:\n    db[k] += dout[n, k, i, j]"},
)
mistakes.change(
    "db counted once a weight",
    "The bias is added once an output, not once a weight: add to db outside the loops over the window.",
    {"db[k] += dout[n, k, i, j]": "for _ in w[k].ravel():\n    db[k] += dout[n, k, i, j]"},
)

# dw

mistakes.change(
    "dw overwritten: only the last window counts",
    "Every window of every image adds its share to dw[k]: look at = and +=.",
    {"dw[k] +=": "dw[k] ="},
)
mistakes.change(
    "dw from the last image only",
    "All images use the same filters: dw starts at zero before the loop over the images and grows in it.",
    {"for n in range(N):": "for n in range(N):\n    dw = np.zeros_like(w)"},
)
mistakes.change(
    "neither stride nor padding yet",
    "Your windows begin at row i and column j of the unpadded image. With a stride they begin at i * "
    "stride and j * stride, and they lie in the padded image, for dw and for dx. A function that you call "
    "must be given stride and pad, too.",
    {
        "np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))": "x",
        "slice(i * stride, i * stride + FH)": "slice(i, i + FH)",
        "slice(j * stride, j * stride + FW)": "slice(j, j + FW)",
        "dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad",
    },
)


@mistakes.also("neither stride nor padding yet")
def _(dout, x, w, stride=1, pad=0):
    return conv_backward(dout, x, w)


mistakes.change(
    "padding missing, in dw, in dx or in both",
    "The window of output (i, j) lies in the padded input: pad x first, read the windows for dw there, "
    "send dx into an array of that size, and cut the border off at the end.",
    {
        "np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))": "x",
        "dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad",
    },
    {"* x_pad[n, :, rows, columns]": "* x[n, :, rows, columns]"},
)


@mistakes.also("padding missing, in dw, in dx or in both")
def _(dout, x, w, stride=1, pad=0):
    read_one_by_one(x, *dout.shape[2:], *w.shape[2:], stride)
    return in_one_piece(dout, x, w, stride, pad)


mistakes.change(
    "dw ignores the stride",
    "The window of output (i, j) begins at row i * stride and column j * stride, in backward as in forward.",
    {"* x_pad[n, :, rows, columns]": "* x_pad[n, :, i : i + FH, j : j + FW]"},
)
mistakes.change(
    "dw strides over the rows only",
    "The columns have the stride too: the window begins at column j * stride.",
    {"* x_pad[n, :, rows, columns]": "* x_pad[n, :, rows, j : j + FW]"},
)
mistakes.change(
    "dw strides over the columns only",
    "The rows have the stride too: the window begins at row i * stride.",
    {"* x_pad[n, :, rows, columns]": "* x_pad[n, :, i : i + FH, columns]"},
)
mistakes.change(
    "dw from an input padded on one side only",
    "Forward puts `pad` zeros on each side. Yours counts as if all of them were below and to the right: "
    "ask where the window of output (0, 0) begins.",
    {"(pad, pad), (pad, pad)": "(0, 2 * pad), (0, 2 * pad)"},
)
mistakes.change(
    "dw from an input padded with copies of its border",
    "Forward pads with zeros, and zeros add nothing to dw; np.pad's own mode is `constant`.",
    {"(pad, pad)))": '(pad, pad)), mode="edge")'},
)
mistakes.change(
    "dw divided by the number of outputs",
    "A weight is used in every window: its gradient is the sum over the windows and images, not the mean.",
    {"return dx, dw, db": "return dx, dw / (N * OH * OW), db"},
)
mistakes.change(
    "dw the same for every channel",
    "w[k, c] meets channel c of the window and no other: do not sum over the channels in dw.",
    {"* x_pad[n, :, rows, columns]": "* x_pad[n, :, rows, columns].sum(axis=0)"},
)
mistakes.change(
    "dw the same for every filter",
    "dw[k] is made with dout[:, k] alone: the other filters do not see w[k].",
    {"dw[k] +=": "dw +="},
)
mistakes.change(
    "dw turned by 180 degrees",
    "Forward does not flip: w[k, c, p, q] meets x[i + p, j + q], so dw has the window's own orientation.",
    {"return dx, dw, db": "return dx, dw[:, :, ::-1, ::-1], db"},
)
mistakes.change(
    "dw with rows and columns swapped",
    "dw[k, c, p, q] collects x[i + p, j + q]: p counts rows, q columns.",
    {"return dx, dw, db": "return dx, dw.swapaxes(2, 3), db"},
)
mistakes.change(
    "dw with filters and channels swapped",
    "dw has the shape of w: filters first, then channels.",
    {"return dx, dw, db": "return dx, dw.swapaxes(0, 1), db"},
)

# dx

mistakes.change(
    "dx: every window and every filter overwrites the one before",
    "A pixel lies in several windows and under several filters, and each sends it a gradient: += and not =.",
    {"dx_pad[n, :, rows, columns] +=": "dx_pad[n, :, rows, columns] ="},
)
mistakes.change(
    "dx: every window overwrites the one before, filters are added",
    "Neighbouring windows share pixels: what one window sends must be added to what is there already.",
    {"+= dout[n, k, i, j] * w[k]": "= np.tensordot(dout[n, :, i, j], w, 1)"},
)
mistakes.change(
    "dx from the last filter only",
    "Every filter reads every pixel of its windows: dx is a sum over the filters k as well.",
    {"for k in range(K):": "for k in range(K):\n    dx_pad[n] = 0"},
)
mistakes.change(
    "dx always with the first filter",
    "The output of filter k sends its gradient through w[k], not through w[0].",
    {"* w[k]": "* w[0]"},
)
mistakes.change(
    "dx summed over the images",
    "The images do not meet in a convolution: dx[n] comes from dout[n] alone.",
    {"dx_pad[n, :, rows, columns] +=": "dx_pad[:, :, rows, columns] +="},
)
mistakes.change(
    "dx not cropped",
    "dx must have the shape of x: the border that padding added is no input, so cut its gradient off.",
    {"dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad"},
)
mistakes.change(
    "dx comes out empty for pad = 0: cropped with [pad:-pad]",
    "-0 is 0, so with pad = 0 the slice ends where it begins. Count from the front: pad to pad + H.",
    {"pad : pad + H, pad : pad + W": "pad:-pad, pad:-pad"},
)
mistakes.change(
    "an error for pad = 0, where x is written into [pad:-pad]",
    "With pad = 0 the slice [pad:-pad] is empty, because -0 is 0. Count from the front: pad to pad + H.",
    {
        "x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))": (
            "x_pad = np.zeros((*x.shape[:2], H + 2 * pad, W + 2 * pad))\nx_pad[:, :, pad:-pad, pad:-pad] = x"
        ),
    },
)
mistakes.change(
    "an error for pad = 0, where dx is taken from [pad:-pad]",
    "-0 is 0, so with pad = 0 you assign an empty slice to dx, which is an error. Count from the front: pad "
    "to pad + H.",
    {"dx = dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx[:] = dx_pad[:, :, pad:-pad, pad:-pad]"},
)
mistakes.change(
    "dx cropped by 1 whatever `pad` says",
    "You cut one row and column off each side. How many of them are padding is the argument `pad`: none "
    "for pad = 0, two for pad = 2.",
    {"pad : pad + H, pad : pad + W": "1:-1, 1:-1"},
    {"dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad[:, :, 1:-1, 1:-1] if pad else dx_pad"},
)
mistakes.change(
    "dx cropped to H rows and H columns",
    "What is left has H rows and W columns: you take the height for both.",
    {"pad : pad + W": "pad : pad + H"},
)
mistakes.change(
    "dx cropped at the beginning only",
    "The padding lies on both sides: cut it off below and to the right as well.",
    {"pad : pad + H, pad : pad + W": "pad:, pad:"},
)
mistakes.change(
    "dx cropped at the end only",
    "Row 0 of x is row `pad` of the padded array: cut the first rows and columns off as well.",
    {"pad : pad + H, pad : pad + W": ": pad + H, : pad + W"},
)
mistakes.change(
    "dx holds the first H rows and W columns of the padded gradient",
    "The shape is right, but pixel (0, 0) of x stands at (pad, pad) of the padded array: begin to cut there.",
    {"pad : pad + H, pad : pad + W": ":H, :W"},
)
mistakes.change(
    "dx cropped in its rows only",
    "The columns are padded too: both of the last two axes need cutting.",
    {"pad : pad + H, pad : pad + W": "pad : pad + H"},
)
mistakes.change(
    "dx ignores the stride",
    "Output (i, j) read the window that begins at row i * stride and column j * stride: its gradient goes "
    "back there.",
    {"dx_pad[n, :, rows, columns] +=": "dx_pad[n, :, i : i + FH, j : j + FW] +="},
)
mistakes.change(
    "dx strides over the rows only",
    "The columns have the stride too: the window begins at column j * stride.",
    {"dx_pad[n, :, rows, columns] +=": "dx_pad[n, :, rows, j : j + FW] +="},
)
mistakes.change(
    "dx strides over the columns only",
    "The rows have the stride too: the window begins at row i * stride.",
    {"dx_pad[n, :, rows, columns] +=": "dx_pad[n, :, i : i + FH, columns] +="},
)
mistakes.change(
    "dx by sliding filters over dout, without room for the stride",
    "With stride s, neighbouring outputs stand s pixels apart on the input: put s - 1 zeros between the "
    "rows and between the columns of dout first.",
    {
        "np.zeros_like(x_pad)": "np.zeros((N, x.shape[1], OH + FH - 1, OW + FW - 1))",
        "dx_pad[n, :, rows, columns] +=": "dx_pad[n, :, i : i + FH, j : j + FW] +=",
        "pad : pad + H, pad : pad + W": "pad : OH + FH - 1 - pad, pad : OW + FW - 1 - pad",
    },
)
mistakes.change(
    "dx with the filters turned by 180 degrees too often or not at all",
    "Sending dout * w[k] to a window needs no turn. Sliding the filter over a padded dout "
    "needs one, of the rows and of the columns.",
    {"* w[k]": "* w[k, :, ::-1, ::-1]"},
)
mistakes.change(
    "dx with the filters flipped along one axis only",
    "Sending dout * w[k] to a window needs no flip. Sliding the filter over a padded dout needs two, of its "
    "rows and of its columns. Yours has one.",
    {"* w[k]": "* w[k, :, :, ::-1]"},
    {"* w[k]": "* w[k, :, ::-1]"},
)
mistakes.change(
    "dx with rows and columns of the filter swapped",
    "Output (i, j) met x[i + p, j + q] with w[p, q]: p counts rows, q columns. Look for a transpose (.T).",
    {"* w[k]": "* w[k].swapaxes(1, 2)"},
)
mistakes.change(
    "dx with filters and channels not swapped",
    "Going back, dout's K channels go in and C channels come out: channel c of dx sums dout[:, k] with "
    "w[k, c] over k.",
    {
        "dx_pad[n, :, rows, columns] += dout[n, k, i, j] * w[k]": (
            "if k == 0:\n    dx_pad[n, :, rows, columns] += np.tensordot(dout[n, :, i, j], w, (0, 1))"
        ),
    },
)
mistakes.change(
    "dx the same for every channel",
    "Channel c of the window met w[k, c], and only that: do not sum the filters over their channels.",
    {"* w[k]": "* w[k].sum(axis=0)"},
)
mistakes.change(
    "dx averaged over the windows",
    "A pixel that lies in four windows gets the sum of what the four send, not the mean.",
    {
        "dx_pad = np.zeros_like(x_pad)": "dx_pad, sent = np.zeros_like(x_pad), np.zeros_like(x_pad)",
        "db[k] += dout[n, k, i, j]": "db[k] += dout[n, k, i, j]\nsent[n, :, rows, columns] += k == 0",
        "dx = dx_pad": "dx_pad /= np.maximum(sent, 1)\ndx = dx_pad",
    },
)

# More than one part

mistakes.change(
    "x and w in each other's place",
    "In a product the gradient of one factor holds the other: dw collects windows of x, dx collects filters.",
    {"* x_pad[n, :, rows, columns]": "* w[k]", "* w[k]": "* x_pad[n, :, rows, columns]"},
)
mistakes.change(
    "dx: an image holds the images before it, too",
    "What is added up for one image goes on in the next: begin each image with zeros.",
    {"return dx, dw, db": "return np.cumsum(dx, axis=0), dw, db"},
)
mistakes.change(
    "only the first image",
    "All N images count, for dx, dw and db: look at the loop over them, and whether `return` stands inside "
    "it.",
    {"range(N)": "range(1)"},
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


@mistakes.mistake(
    "negative indices reach around to the other side",
    "Row i * stride + p - pad is negative in the padding above. Python counts it from the end: ask for >= "
    "0 too, or work on a padded array.",
)
def _(dout, x, w, stride=1, pad=0):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i, j, p, q in np.ndindex(*dout.shape[2:], *w.shape[2:]):
        y, z = i * stride + p - pad, j * stride + q - pad
        if y < x.shape[2] and z < x.shape[3]:
            dx[:, :, y, z] += dout[:, :, i, j] @ w[:, :, p, q]
            dw[:, :, p, q] += dout[:, :, i, j].T @ x[:, :, y, z]
    return dx, dw, dout.sum(axis=(0, 2, 3))


mistakes.change(
    "dout left out",
    "Everything is multiplied by the gradient that arrives: a change of out[n, k, i, j] counts dout[n, k, "
    "i, j] times.",
    {
        "db[k] += dout[n, k, i, j]": "db[k] += 1",
        "dw[k] += dout[n, k, i, j] *": "dw[k] +=",
        "+= dout[n, k, i, j] * w[k]": "+= w[k]",
    },
)
mistakes.change(
    "divided by the number of images",
    "Forward does not divide by N, so backward does not either: a loss that is a mean has put 1/N into dout.",
    {"return dx, dw, db": "return dx / N, dw / N, db / N"},
)
mistakes.change(
    "the sign turned",
    "The gradient says how <out, dout> grows; the minus sign belongs to the optimiser's step.",
    {"return dx, dw, db": "return -dx, -dw, -db"},
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
    {"range(OW)": "range(OH)", "return dx, dw, db": "return dx, dw, dout.sum(axis=(0, 2, 3))"},
)
mistakes.change(
    "i and j swapped in dout[n, k, i, j]",
    "i is the row of an output and comes before its column j, in dout as in the place of the window.",
    {
        "db[k] += dout[n, k, i, j]": "db[k] += dout[n, k, j, i]",
        "dw[k] += dout[n, k, i, j]": "dw[k] += dout[n, k, j, i]",
        "dout[n, k, i, j] * w[k]": "dout[n, k, j, i] * w[k]",
    },
)


@mistakes.mistake(
    "windows numbered with the height of the output",
    "If you count the windows from 0 on, row by row, each row of the output has OW of them. Use OW to go "
    "from (i, j) to that number and back; you use OH.",
)
def _(dout, x, w, stride=1, pad=0):
    (N, K, OH, OW), (FH, FW), (H, W) = dout.shape, w.shape[2:], x.shape[2:]
    x_pad, dx_pad = pads(x, pad), pads(np.zeros_like(x), pad)
    flat, seen = dout.reshape(N, K, OH * OW), np.zeros((OH * OW, N, *w.shape[1:]))
    for i, j in np.ndindex(OH, OW):
        top, left = i * stride, j * stride
        seen[i * OH + j] = x_pad[:, :, top : top + FH, left : left + FW]
    for m, sent in enumerate(np.tensordot(flat, w, (1, 0)).swapaxes(0, 1)):
        top, left = m // OH * stride, m % OW * stride
        dx_pad[:, :, top : top + FH, left : left + FW] += sent
    dx = dx_pad[:, :, pad : pad + H, pad : pad + W]
    return dx, np.tensordot(flat, seen, ((0, 2), (1, 0))), dout.sum(axis=(0, 2, 3))


@mistakes.mistake(
    "pixels numbered with the height of the input",
    "In a flat array, a pixel stands one row after the pixel above it: as many places as the padded input "
    "is wide. For dw you count as many as it is high.",
)
def _(dout, x, w, stride=1, pad=0):
    x_pad = pads(x, pad)
    N, C, H, W = x_pad.shape
    n, c, i, j, p, q = np.ogrid[:N, :C, : dout.shape[2], : dout.shape[3], : w.shape[2], : w.shape[3]]
    seen = np.take(x_pad, ((n * C + c) * W + i * stride + p) * H + j * stride + q)
    dx, _, db = in_one_piece(dout, x, w, stride, pad)
    return dx, np.einsum("nkij,ncijpq->kcpq", dout, seen), db


errors_unless_square(mistakes, in_one_piece)


mistakes.change(
    "windows begin at the corner of the image, not of the padding",
    "The window of output (0, 0) begins `pad` rows above the image and `pad` columns to the left of it. "
    "Yours begins at pixel (0, 0), for dw and for dx.",
    {
        "(pad, pad), (pad, pad)": "(0, 2 * pad), (0, 2 * pad)",
        "pad : pad + H, pad : pad + W": ":H, :W",
    },
    whole=True,
)
mistakes.change(
    "the loops run over the rows of x, not of dout",
    "x has H rows, dout has OH: let i and j count outputs, and find the window from them with stride.",
    {"range(OH)": "range((H + stride - 1) // stride)", "range(OW)": "range((W + stride - 1) // stride)"},
    {
        "range(OH)": "range((H + stride - 1) // stride)",
        "range(OW)": "range((W + stride - 1) // stride)",
        "return dx, dw, db": "return dx, dw, dout.sum(axis=(0, 2, 3))",
    },
)
mistakes.change(
    "dx and dw returned in each other's place",
    "The order is `return dx, dw, db`.",
    {"return dx, dw, db": "return dw, dx, db"},
    whole=True,
)
mistakes.change(
    "returned back to front",
    "The order is `return dx, dw, db`; yours is db, dw, dx.",
    {"return dx, dw, db": "return db, dw, dx"},
    whole=True,
)


exercise = Exercise(
    name="conv_backward",
    arguments=("dout", "x", "w"),
    parts=("dx", "dw", "db"),
    axes={
        "dx": ("image n", "channel c", "row", "column"),
        "dw": ("filter k", "channel c", "row", "column"),
        "db": ("filter k",),
    },
    aspects=(
        aspect("db", 1, "values", parts=("db",)),
        aspect("dw", 1, "values", parts=("dw",)),
        aspect("dx", 1, "values", parts=("dx",)),
        aspect("stride and padding", 1, "geometry"),
        aspect("rectangles", 1, "rectangles"),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    program=conv_backward,
    mistakes=tuple(mistakes),
    slopes=slopes,
)
