"""What the two fast convolutions share: inputs for the clock, and the slow ways."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Mistake
from autograder.exercises.conv_forward import conv_forward
from cs_conv.geometry import conv_geometry

SMALL = {"N": 2, "C": 2, "K": 2, "OH": 5, "OW": 4, "FH": 2, "FW": 2}


def draw(rng, N, C, K, OH, OW, FH, FW):
    """Images, filters and biases in float32 that give N x K x OH x OW outputs at stride 1."""
    shapes = (N, C, OH + FH - 1, OW + FW - 1), (K, C, FH, FW), (K,)
    return tuple(rng.standard_normal(shape, np.float32) for shape in shapes)


ABOUT_LOOPS = {
    "stride ignored in the window's place",
    "windows numbered with the height of the output",
    "pixels numbered with the height of the input",
    "the running total never starts again",
    "returns after the first number",
    "loops over channels where filters are meant",
    "last row and column of the output left empty",
    "rows and columns of the output swapped",
    "i over OW, j over OH",
}


def wrong_values() -> list[Mistake]:
    """The mistakes of `conv_forward` that are made without loops over places too."""
    return [m for m in conv_forward.exercise.mistakes if m.name not in ABOUT_LOOPS]


def padded(x, pad):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def sizes(x, w, stride, pad):
    g = conv_geometry(x, w, stride, pad)
    return g.OH, g.OW


def taps(x, w, stride, pad):
    """Each place of the filter with the slice of the images that it meets."""
    OH, OW = sizes(x, w, stride, pad)
    x_pad = padded(x, pad)
    for p, q in np.ndindex(w.shape[2:]):
        rows, columns = (slice(t, t + (o - 1) * stride + 1, stride) for t, o in ((p, OH), (q, OW)))
        yield p, q, x_pad[:, :, rows, columns]


def windows(x, w, stride, pad):
    """All windows as a view: (N, C, OH, OW, FH, FW)."""
    sizes(x, w, stride, pad)
    return sliding_window_view(padded(x, pad), w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]


def add_loops(mistakes: Catalogue) -> None:
    """Right values by loops over the places of the output."""

    @mistakes.slow(
        "seven loops, number by number",
        "Every single multiplication is several lines of Python. Begin inside: ask which of the seven loops "
        "NumPy can do in one go.",
    )
    def _(x, w, b, stride=1, pad=0):
        x_pad = padded(x, pad)
        out = np.zeros((len(x), len(w), *sizes(x, w, stride, pad)), x.dtype)
        for n, k, i, j in np.ndindex(out.shape):
            total = b[k]
            for c in range(x.shape[1]):
                for p in range(w.shape[2]):
                    for q in range(w.shape[3]):
                        total += x_pad[n, c, i * stride + p, j * stride + q] * w[k, c, p, q]
            out[n, k, i, j] = total
        return out

    @mistakes.slow(
        "a sum over a generator for every output",
        "A generator inside sum() is a loop of Python too: each number that it gives is a call. Let NumPy "
        "multiply and add whole arrays.",
    )
    def _(x, w, b, stride=1, pad=0):
        x_pad = padded(x, pad)
        out = np.zeros((len(x), len(w), *sizes(x, w, stride, pad)), x.dtype)
        for n, k, i, j in np.ndindex(out.shape):
            places = np.ndindex(w.shape[1:])
            terms = (x_pad[n, c, i * stride + p, j * stride + q] * w[k, c, p, q] for c, p, q in places)
            out[n, k, i, j] = sum(terms) + b[k]
        return out

    @mistakes.slow(
        "four loops: images, filters, rows, columns",
        "NumPy does one window times one filter at a time, a few numbers, and Python does all the rest. Turn "
        "it round: loop over the few places of the filter, and let NumPy do all places of the image.",
    )
    def _(x, w, b, stride=1, pad=0):
        seen = windows(x, w, stride, pad)
        out = np.zeros((len(x), len(w), *seen.shape[2:4]), x.dtype)
        for n in range(len(x)):
            for k in range(len(w)):
                for i in range(out.shape[2]):
                    for j in range(out.shape[3]):
                        out[n, k, i, j] = np.sum(seen[n, :, i, j] * w[k]) + b[k]
        return out

    @mistakes.slow(
        "five loops, channels among them",
        "Each channel of each window is summed by itself. NumPy sums over the channels with the window, and "
        "the loops over the places can go as well.",
    )
    def _(x, w, b, stride=1, pad=0):
        seen = windows(x, w, stride, pad)
        out = np.zeros((len(x), len(w), *seen.shape[2:4]), x.dtype) + b[:, None, None]
        for n, k, i, j in np.ndindex(out.shape):
            for c in range(x.shape[1]):
                out[n, k, i, j] += np.sum(seen[n, c, i, j] * w[k, c])
        return out

    @mistakes.slow(
        "three loops: images, rows, columns",
        "All filters at once is a good step, but Python still visits every place of every image, or builds "
        "one column after the other. Loop over the few places of the filter instead.",
    )
    def _(x, w, b, stride=1, pad=0):
        seen = windows(x, w, stride, pad)
        out = np.zeros((len(x), len(w), *seen.shape[2:4]), x.dtype)
        for n in range(len(x)):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    out[n, :, i, j] = w.reshape(len(w), -1) @ seen[n, :, i, j].ravel() + b
        return out

    @mistakes.slow(
        "three loops: filters, rows, columns",
        "All images at once is a good step, but Python still visits every place. Loop over the few places of "
        "the filter instead.",
    )
    def _(x, w, b, stride=1, pad=0):
        seen = windows(x, w, stride, pad)
        out = np.zeros((len(x), len(w), *seen.shape[2:4]), x.dtype)
        for k in range(len(w)):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    out[:, k, i, j] = (seen[:, :, i, j] * w[k]).sum(axis=(1, 2, 3)) + b[k]
        return out

    @mistakes.slow(
        "two loops: rows and columns",
        "All images and filters at once: only the places are left in Python. There are many of them, and few "
        "places in a filter; change the roles.",
    )
    def _(x, w, b, stride=1, pad=0):
        seen = windows(x, w, stride, pad)
        out = np.zeros((len(x), len(w), *seen.shape[2:4]), x.dtype)
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                out[:, :, i, j] = np.tensordot(seen[:, :, i, j], w, ((1, 2, 3), (1, 2, 3))) + b
        return out

    @mistakes.slow(
        "np.vectorize",
        "np.vectorize only looks like NumPy: it calls your Python function once for every output. "
        "What is fast is one call of NumPy for many numbers.",
    )
    def _(x, w, b, stride=1, pad=0):
        seen = windows(x, w, stride, pad)
        one = np.vectorize(lambda n, k, i, j: np.sum(seen[n, :, i, j] * w[k]) + b[k], otypes=[x.dtype])
        return one(*np.indices((len(x), len(w), *seen.shape[2:4])))

    @mistakes.slow(
        "np.apply_along_axis",
        "np.apply_along_axis calls your Python function once for every window, so it is a loop, too. All "
        "windows times all filters is one matrix product.",
    )
    def _(x, w, b, stride=1, pad=0):
        seen = windows(x, w, stride, pad).transpose(0, 2, 3, 1, 4, 5)
        rows = seen.reshape(*seen.shape[:3], -1)
        filters = w.reshape(len(w), -1)
        return np.apply_along_axis(lambda window: filters @ window + b, 3, rows).transpose(0, 3, 1, 2)

    @mistakes.slow(
        "columns collected one by one",
        "np.append copies everything collected so far, each time. Make room once, np.empty((C, FH, "
        "FW, N, OH, OW)), and fill it in FH * FW steps.",
    )
    def _(x, w, b, stride=1, pad=0):
        seen = windows(x, w, stride, pad)
        N, C, OH, OW, FH, FW = seen.shape
        cols = np.empty((C * FH * FW, 0), x.dtype)
        for n in range(N):
            for i in range(OH):
                for j in range(OW):
                    cols = np.append(cols, seen[n, :, i, j].reshape(-1, 1), axis=1)
        out = w.reshape(len(w), -1) @ cols + b[:, None]
        return out.reshape(len(w), N, OH, OW).transpose(1, 0, 2, 3)

    @mistakes.slow(
        "five loops: the filter's and the places'",
        "The loops over the filter are right. The two over rows and columns inside them are what a "
        "slice with a step does at once.",
    )
    def _(x, w, b, stride=1, pad=0):
        x_pad = padded(x, pad)
        out = np.zeros((len(x), len(w), *sizes(x, w, stride, pad)), x.dtype) + b[:, None, None]
        for c, p, q in np.ndindex(w.shape[1:]):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    out[:, :, i, j] += x_pad[:, c, i * stride + p, j * stride + q, None] * w[:, c, p, q]
        return out


def add_heavy(mistakes: Catalogue) -> None:
    """Right values without a loop over places, but without the matrix product either."""

    @mistakes.slow(
        "einsum without its optimiser",
        "np.einsum over all windows multiplies number by number in C, without the tuned matrix product. With "
        "optimize=True it looks for one; or write the product yourself, with @ or np.tensordot.",
    )
    def _(x, w, b, stride=1, pad=0):
        return np.einsum("ncijpq,kcpq->nkij", windows(x, w, stride, pad), w) + b[:, None, None]

    @mistakes.slow(
        "one image and one filter at a time",
        "Each pair of an image and a filter reads all windows of the image anew. A matrix product uses a "
        "piece of the windows for all filters while it is in the cache.",
    )
    def _(x, w, b, stride=1, pad=0):
        seen = windows(x, w, stride, pad)
        out = np.zeros((len(x), len(w), *seen.shape[2:4]), x.dtype)
        for n in range(len(x)):
            for k in range(len(w)):
                out[n, k] = np.tensordot(seen[n], w[k], ((0, 3, 4), (0, 1, 2))) + b[k]
        return out

    @mistakes.slow(
        "one filter at a time",
        "Each filter reads all windows anew. A matrix product uses a piece of the windows for all filters "
        "while it is in the cache.",
    )
    def _(x, w, b, stride=1, pad=0):
        seen = windows(x, w, stride, pad)
        out = np.zeros((len(x), len(w), *seen.shape[2:4]), x.dtype)
        for k in range(len(w)):
            out[:, k] = np.tensordot(seen, w[k], ((1, 4, 5), (0, 1, 2))) + b[k]
        return out

    @mistakes.slow(
        "one weight at a time",
        "You multiply a slice of the image by one weight at a time. Each of these K * C * FH * FW steps "
        "reads and writes a whole plane and computes very little. Collect the slices, and multiply once.",
    )
    def _(x, w, b, stride=1, pad=0):
        out = np.zeros((len(x), len(w), *sizes(x, w, stride, pad)), x.dtype) + b[:, None, None]
        for p, q, piece in taps(x, w, stride, pad):
            for k in range(len(w)):
                for c in range(w.shape[1]):
                    out[:, k] += w[k, c, p, q] * piece[:, c]
        return out

    @mistakes.slow(
        "all products written out before they are summed",
        "You write an array of all products to memory, and .sum() reads it again. A matrix product adds up "
        "as it goes.",
    )
    def _(x, w, b, stride=1, pad=0):
        seen = windows(x, w, stride, pad)[:, None]
        return (seen * w[:, :, None, None]).sum(axis=(2, 5, 6)) + b[:, None, None]
