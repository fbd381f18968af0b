"""fast_conv_backward(dout, x, w, stride=1, pad=0): the gradients of a convolution by two matrix products."""

from __future__ import annotations

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Exercise, Speed, aspect
from autograder.exercises.conv_backward.conv_backward import exercise as with_loops
from autograder.exercises.conv_backward.shared import cases, slopes
from cs_conv.im2col import conv_backward as by_columns
from cs_conv.naive import conv_backward as reference

from .shared import SMALL, padded, taps, windows
from .shared import draw as draw_forward


def draw(rng, N, C, K, OH, OW, FH, FW):
    """Gradients, images and filters in float32, with N x K x OH x OW outputs at stride 1."""
    x, w, _ = draw_forward(rng, N, C, K, OH, OW, FH, FW)
    return rng.standard_normal((N, K, OH, OW), np.float32), x, w


WITHOUT_LOOPS = {
    "db summed over the images only",
    "db not summed over the images",
    "db has one value an image instead of one a filter",
    "db summed over the filters",
    "db keeps axes of length 1",
    "db averaged",
    "neither stride nor padding yet",
    "padding missing, in dw, in dx or in both",
    "dw ignores the stride",
    "dw from an input padded on one side only",
    "dw divided by the number of outputs",
    "dw turned by 180 degrees",
    "dw with rows and columns swapped",
    "dw with filters and channels swapped",
    "dx not cropped",
    "dx comes out empty for pad = 0: cropped with [pad:-pad]",
    "dx cropped to H rows and H columns",
    "dx holds the first H rows and W columns of the padded gradient",
    "dx ignores the stride",
    "dx by sliding filters over dout, without room for the stride",
    "dx with the filters turned by 180 degrees too often or not at all",
    "dx with rows and columns of the filter swapped",
    "dx with filters and channels not swapped",
    "x and w in each other's place",
    "dout left out",
    "divided by the number of images",
    "the sign turned",
    "windows begin at the corner of the image, not of the padding",
    "dx and dw returned in each other's place",
    "returned back to front",
}
"""The mistakes of `conv_backward` that are made without loops over places too."""


def fast_conv_backward(dout, x, w, stride=1, pad=0):
    """Return dx, dw, db, the gradients of a convolution, in the shapes of x, w and the bias.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (K, C, FH, FW). The sizes fit.
    """
    N, K, OH, OW = dout.shape
    _, C, H, W = x.shape
    FH, FW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dout_row = dout.reshape(N, K, OH * OW)
    dcols = (w.reshape(K, -1).T @ dout_row).reshape(N, C, FH, FW, OH, OW)  # (R, K) @ (N, K, M) -> (N, R, M)
    cols, dpadded = np.empty_like(dcols), np.zeros_like(padded)
    for p in range(FH):
        for q in range(FW):
            rows = slice(p, p + (OH - 1) * stride + 1, stride)
            columns = slice(q, q + (OW - 1) * stride + 1, stride)
            cols[:, :, p, q] = padded[:, :, rows, columns]
            dpadded[:, :, rows, columns] += dcols[:, :, p, q]
    matrices = cols.reshape(N, C * FH * FW, OH * OW).transpose(0, 2, 1)
    dw = (dout_row @ matrices).sum(axis=0).reshape(w.shape)  # (N, K, M) @ (N, M, R) -> (N, K, R)
    dx = dpadded[:, :, pad : pad + H, pad : pad + W]
    db = dout.sum(axis=(0, 2, 3))
    return dx, dw, db


shared = (m for m in with_loops.mistakes if m.name in WITHOUT_LOOPS)
mistakes = Catalogue(fast_conv_backward, mistakes=shared)

mistakes.change(
    "dx: each place of the filter overwrites the one before",
    "The slices of different places of the filter share pixels: what one of them sends must be added to what "
    "is there already.",
    {"dpadded[:, :, rows, columns] +=": "dpadded[:, :, rows, columns] ="},
)
mistakes.change(
    "dx: every place of the filter adds to the same slice",
    "Place (p, q) of the filter met the slice that begins at row p and column q of the padded input, and "
    "there its gradients go. Yours all go to the slice that begins at 0.",
    {
        "dpadded[:, :, rows, columns] +=": (
            "dpadded[:, :, : (OH - 1) * stride + 1 : stride, : (OW - 1) * stride + 1 : stride] +="
        )
    },
)
mistakes.change(
    "dw: every place of the filter meets the same slice",
    "Place (p, q) of the filter met the slice that begins at row p and column q of the padded input; for dw "
    "yours all begin at 0.",
    {
        "= padded[:, :, rows, columns]": (
            "= padded[:, :, : (OH - 1) * stride + 1 : stride, : (OW - 1) * stride + 1 : stride]"
        )
    },
)
mistakes.change(
    "dx: the rows of the columns in another order",
    "A row of w.reshape(K, -1) goes through c, then fh, then fw, and so do the rows of its transpose. "
    "You read them as if they went through fh and fw first.",
    {
        "dout_row).reshape(N, C, FH, FW, OH, OW)": (
            "dout_row).reshape(N, FH, FW, C, OH, OW).transpose(0, 3, 1, 2, 4, 5)"
        )
    },
)


@mistakes.mistake(
    "dout reshaped to K rows without a transpose",
    "A reshape keeps all numbers in their order, so dout.reshape(K, -1) mixes images and filters. The "
    "axis of the filters has to come first before that.",
)
def _(dout, x, w, stride=1, pad=0):
    (N, K, OH, OW), (H, W) = dout.shape, x.shape[2:]
    rows = dout.reshape(K, N * OH * OW)
    seen = windows(x, w, stride, pad).transpose(1, 4, 5, 0, 2, 3)  # (C, FH, FW, N, OH, OW)
    dw = rows @ seen.reshape(-1, N * OH * OW).T
    dcols = (w.reshape(K, -1).T @ rows).reshape(seen.shape)
    sent = np.zeros_like(padded(x, pad))
    for p, q in np.ndindex(w.shape[2:]):
        ends = p + (OH - 1) * stride + 1, q + (OW - 1) * stride + 1
        sent[:, :, p : ends[0] : stride, q : ends[1] : stride] += dcols[:, p, q].swapaxes(0, 1)
    return sent[:, :, pad : pad + H, pad : pad + W], dw.reshape(w.shape), rows.sum(axis=1)


# Right, and slow


def cut(sent, x, pad):
    return sent[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]


@mistakes.slow(
    "seven loops, number by number",
    "Every single multiplication is several lines of Python. Begin inside: ask which of the seven loops "
    "NumPy can do in one go.",
)
def _(dout, x, w, stride=1, pad=0):
    x_pad = padded(x, pad)
    sent, dw = np.zeros_like(x_pad), np.zeros_like(w)
    for n, k, i, j in np.ndindex(dout.shape):
        for c in range(x.shape[1]):
            for p in range(w.shape[2]):
                for q in range(w.shape[3]):
                    dw[k, c, p, q] += dout[n, k, i, j] * x_pad[n, c, i * stride + p, j * stride + q]
                    sent[n, c, i * stride + p, j * stride + q] += dout[n, k, i, j] * w[k, c, p, q]
    return cut(sent, x, pad), dw, dout.sum(axis=(0, 2, 3))


@mistakes.slow(
    "four loops: images, filters, rows, columns",
    "NumPy does one window times one number at a time, and Python does all the rest. Turn it round: loop "
    "over the few places of the filter, and let NumPy do all places of the image.",
)
def _(dout, x, w, stride=1, pad=0):
    return with_loops.program(dout, x, w, stride, pad)


@mistakes.slow(
    "three loops: images, rows, columns",
    "All filters at once is a good step, but Python still visits every place of every image, or takes one "
    "column after the other. Loop over the few places of the filter instead.",
)
def _(dout, x, w, stride=1, pad=0):
    seen, w_row = windows(x, w, stride, pad), w.reshape(len(w), -1)
    sent, dw = np.zeros_like(padded(x, pad)), np.zeros_like(w_row)
    for n in range(len(x)):
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                arrived, top, left = dout[n, :, i, j], i * stride, j * stride
                dw += np.outer(arrived, seen[n, :, i, j])
                window = (arrived @ w_row).reshape(w.shape[1:])
                sent[n, :, top : top + w.shape[2], left : left + w.shape[3]] += window
    return cut(sent, x, pad), dw.reshape(w.shape), dout.sum(axis=(0, 2, 3))


@mistakes.slow(
    "two loops: rows and columns",
    "All images and filters at once: only the places are left in Python. There are many of them, and few "
    "places in a filter; change the roles.",
)
def _(dout, x, w, stride=1, pad=0):
    seen = windows(x, w, stride, pad)
    sent, dw = np.zeros_like(padded(x, pad)), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            top, left = i * stride, j * stride
            dw += np.tensordot(dout[:, :, i, j], seen[:, :, i, j], (0, 0))
            window = np.tensordot(dout[:, :, i, j], w, 1)
            sent[:, :, top : top + w.shape[2], left : left + w.shape[3]] += window
    return cut(sent, x, pad), dw, dout.sum(axis=(0, 2, 3))


@mistakes.slow(
    "four loops: the filter's and the places'",
    "The loops over the filter are right. The two over rows and columns inside them are what a slice with a "
    "step does at once.",
)
def _(dout, x, w, stride=1, pad=0):
    x_pad = padded(x, pad)
    sent, dw = np.zeros_like(x_pad), np.zeros_like(w)
    for p, q in np.ndindex(w.shape[2:]):
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                row, column = i * stride + p, j * stride + q
                dw[:, :, p, q] += dout[:, :, i, j].T @ x_pad[:, :, row, column]
                sent[:, :, row, column] += dout[:, :, i, j] @ w[:, :, p, q]
    return cut(sent, x, pad), dw, dout.sum(axis=(0, 2, 3))


@mistakes.slow(
    "einsum without its optimiser",
    "np.einsum over all windows multiplies number by number in C, without the tuned matrix product. With "
    "optimize=True it looks for one; or write the products yourself, with @ or np.tensordot.",
)
def _(dout, x, w, stride=1, pad=0):
    dw = np.einsum("nkij,ncijpq->kcpq", dout, windows(x, w, stride, pad))
    (OH, OW), (FH, FW) = dout.shape[2:], w.shape[2:]
    around = np.zeros((*dout.shape[:2], (OH - 1) * stride + 2 * FH - 1, (OW - 1) * stride + 2 * FW - 1))
    around = around.astype(dout.dtype)
    around[:, :, FH - 1 : 1 - FH or None : stride, FW - 1 : 1 - FW or None : stride] = dout
    met = np.lib.stride_tricks.sliding_window_view(around, (FH, FW), (2, 3))
    sent = np.zeros_like(padded(x, pad))
    full = np.einsum("nkijpq,kcpq->ncij", met, w[:, :, ::-1, ::-1])
    sent[:, :, : full.shape[2], : full.shape[3]] = full
    return cut(sent, x, pad), dw, dout.sum(axis=(0, 2, 3))


@mistakes.slow(
    "one weight at a time",
    "You treat one weight after the other. Each of these K * C * FH * FW steps reads and writes whole planes "
    "and computes very little. Collect the slices, and multiply once.",
)
def _(dout, x, w, stride=1, pad=0):
    sent, dw = np.zeros_like(padded(x, pad)), np.zeros_like(w)
    OH, OW = dout.shape[2:]
    for p, q, piece in taps(x, w, stride, pad):
        rows = slice(p, p + (OH - 1) * stride + 1, stride)
        columns = slice(q, q + (OW - 1) * stride + 1, stride)
        for k in range(len(w)):
            for c in range(w.shape[1]):
                dw[k, c, p, q] = (dout[:, k] * piece[:, c]).sum()
                sent[:, c, rows, columns] += dout[:, k] * w[k, c, p, q]
    return cut(sent, x, pad), dw, dout.sum(axis=(0, 2, 3))


exercise = Exercise(
    name="fast_conv_backward",
    arguments=("dout", "x", "w"),
    parts=("dx", "dw", "db"),
    axes=with_loops.axes,
    aspects=(
        aspect("db and dw", 2, "values", parts=("db", "dw")),
        aspect("dx", 2, "values", parts=("dx",)),
        aspect("stride and padding", 1, "geometry"),
        aspect("rectangles and edge cases", 1, "rectangles", "edges"),
        aspect("speed", 4),
    ),
    reference=reference,
    cases=cases,
    program=fast_conv_backward,
    mistakes=tuple(mistakes),
    slopes=slopes,
    speed=Speed(
        "speed",
        60,
        draw,
        SMALL,
        {"N": 1, "C": 4, "K": 24, "OH": 28, "OW": 28, "FH": 3, "FW": 3},
        by_columns,
    ),
)
