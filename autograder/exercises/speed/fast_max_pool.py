"""fast_max_pool(x, size, stride): max pooling by folding slices of the image."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Exercise, Speed, aspect
from autograder.exercises.pooling.max_pool_forward import cases
from autograder.exercises.pooling.max_pool_forward import exercise as with_loops
from cs_conv.geometry import output_size
from cs_conv.im2col import max_pool_forward as fold
from cs_conv.naive import max_pool_forward as reference

STRIDE = 2


def draw(rng, N, C, OH, OW, FH, FW):
    """Images in float32 that give N x C x OH x OW outputs at stride 2."""
    shape = (N, C, (OH - 1) * STRIDE + FH, (OW - 1) * STRIDE + FW)
    return rng.standard_normal(shape, np.float32), (FH, FW), STRIDE


ABOUT_LOOPS = {
    "i over OW, j over OH",
    "windows numbered with the height of the output",
    "pixels numbered with the height of the image",
    "switches left at zero",
}


def fast_max_pool(x, size, stride):
    """Return the maximum of every window and its flat index there: out, switches, both (N, C, OH, OW).

    x: (N, C, H, W). size: (FH, FW). Raises ValueError where the windows do not fit.
    """
    N, C, H, W = x.shape
    FH, FW = size
    if (H - FH) % stride or (W - FW) % stride:
        raise ValueError(f"a {FH}x{FW} window at stride {stride} does not fit {H}x{W} pixels")
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    out = np.full((N, C, OH, OW), -np.inf, x.dtype)
    switches = np.zeros((N, C, OH, OW), np.int64)
    for p in range(FH):
        for q in range(FW):
            piece = x[:, :, p : p + (OH - 1) * stride + 1 : stride, q : q + (OW - 1) * stride + 1 : stride]
            switches = np.where(piece > out, p * FW + q, switches)
            out = np.maximum(out, piece)
    return out, switches


shared = (m for m in with_loops.mistakes if m.name not in ABOUT_LOOPS)
mistakes = Catalogue(fast_max_pool, mistakes=shared)


def outputs(x, size, stride):
    """OH and OW."""
    return tuple(output_size(x.shape[axis + 2], size[axis], stride) for axis in (0, 1))


def empty(x, size, stride):
    """Room for out and switches."""
    shape = (*x.shape[:2], *outputs(x, size, stride))
    return np.zeros(shape, x.dtype), np.zeros(shape, np.int64)


def windows(x, size, stride):
    """All windows as a view: (N, C, OH, OW, FH, FW)."""
    outputs(x, size, stride)
    return sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride]


mistakes.change(
    "the maximum is renewed before the switch",
    "Your switches stay 0. Compare the slice with the maximum so far before you renew it: afterwards "
    "nothing is larger.",
    {
        "switches = np.where(piece > out, p * FW + q, switches)": "out = np.maximum(out, piece)",
        "out = np.maximum(out, piece)": "switches = np.where(piece > out, p * FW + q, switches)",
    },
)
mistakes.change(
    "each slice compared with the first one",
    "You compare each slice with the first place of the window. It has to be compared with the largest value "
    "so far.",
    {
        "for p in range(FH):": "first = x[:, :, ::stride, ::stride][:, :, :OH, :OW]\nfor p in range(FH):",
        "piece > out": "piece > first",
        "np.maximum(out, piece)": "np.where((piece > first) | (p == q == 0), piece, out)",
    },
)


@mistakes.slow(
    "six loops, number by number",
    "Every comparison is a line of Python. Keep the two loops over the window, and let NumPy compare a whole "
    "slice of the images at once.",
)
def _(x, size, stride):
    out, switches = empty(x, size, stride)
    for n, c, i, j in np.ndindex(out.shape):
        best = -np.inf
        for p in range(size[0]):
            for q in range(size[1]):
                value = x[n, c, i * stride + p, j * stride + q]
                if value > best:
                    best, switches[n, c, i, j] = value, p * size[1] + q
        out[n, c, i, j] = best
    return out, switches


@mistakes.slow(
    "a maximum over a generator for every output",
    "A generator inside max() is a loop of Python too: each number that it gives is a call. Let "
    "NumPy compare whole slices.",
)
def _(x, size, stride):
    out, switches = empty(x, size, stride)
    for n, c, i, j in np.ndindex(out.shape):
        window = x[n, c, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
        out[n, c, i, j] = max(value for value in window.ravel())
        switches[n, c, i, j] = window.argmax()
    return out, switches


@mistakes.slow(
    "four loops: images, channels, rows, columns",
    "NumPy looks at one window at a time, a few numbers, and Python does all the rest. Turn it round: loop "
    "over the few places of the window, and let NumPy do all windows.",
)
def _(x, size, stride):
    out, switches = empty(x, size, stride)
    seen = windows(x, size, stride)
    for n in range(out.shape[0]):
        for c in range(out.shape[1]):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    out[n, c, i, j] = seen[n, c, i, j].max()
                    switches[n, c, i, j] = seen[n, c, i, j].argmax()
    return out, switches


@mistakes.slow(
    "three loops: images, rows, columns",
    "All channels at once is a good step, but Python still visits every place. Loop over the few places of "
    "the window instead.",
)
def _(x, size, stride):
    out, switches = empty(x, size, stride)
    for n, i, j in np.ndindex(len(out), *out.shape[2:]):
        window = windows(x, size, stride)[n, :, i, j].reshape(x.shape[1], -1)
        out[n, :, i, j], switches[n, :, i, j] = window.max(axis=1), window.argmax(axis=1)
    return out, switches


@mistakes.slow(
    "three loops: channels, rows, columns",
    "All images at once is a good step, but Python still visits every place. Loop over the few places of the "
    "window instead.",
)
def _(x, size, stride):
    out, switches = empty(x, size, stride)
    for c, i, j in np.ndindex(out.shape[1:]):
        window = windows(x, size, stride)[:, c, i, j].reshape(len(x), -1)
        out[:, c, i, j], switches[:, c, i, j] = window.max(axis=1), window.argmax(axis=1)
    return out, switches


@mistakes.slow(
    "two loops: rows and columns",
    "All images and channels at once: only the places are left in Python. There are many of them, and few "
    "places in a window; change the roles.",
)
def _(x, size, stride):
    out, switches = empty(x, size, stride)
    seen = windows(x, size, stride)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            window = seen[:, :, i, j].reshape(*x.shape[:2], -1)
            out[:, :, i, j], switches[:, :, i, j] = window.max(axis=2), window.argmax(axis=2)
    return out, switches


@mistakes.slow(
    "four loops: the window's and the places'",
    "The loops over the window are right. The two over rows and columns inside them are what a slice with a "
    "step does at once.",
)
def _(x, size, stride):
    out, switches = empty(x, size, stride)
    out[:] = -np.inf
    for p, q in np.ndindex(*size):
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                value = x[:, :, i * stride + p, j * stride + q]
                switches[:, :, i, j] = np.where(
                    value > out[:, :, i, j], p * size[1] + q, switches[:, :, i, j]
                )
                out[:, :, i, j] = np.maximum(out[:, :, i, j], value)
    return out, switches


@mistakes.slow(
    "np.vectorize",
    "np.vectorize only looks like NumPy: it calls your Python function once for every output. What "
    "is fast is one call of NumPy for many numbers.",
)
def _(x, size, stride):
    seen = windows(x, size, stride)
    pool = np.vectorize(lambda n, c, i, j: (seen[n, c, i, j].max(), seen[n, c, i, j].argmax()))
    return pool(*np.indices(seen.shape[:4]))


@mistakes.slow(
    "np.apply_along_axis",
    "np.apply_along_axis calls your function once for every window, so it is a loop, too. Most of NumPy's "
    "functions have an axis argument of their own.",
)
def _(x, size, stride):
    seen = windows(x, size, stride)
    rows = seen.reshape(*seen.shape[:4], -1)
    return rows.max(axis=-1), np.apply_along_axis(lambda window: window.argmax(), -1, rows)


@mistakes.slow(
    "outputs collected one by one",
    "np.append copies everything collected so far, each time, and Python visits every window. Make room for "
    "out once, and fill all of it in FH * FW steps.",
)
def _(x, size, stride):
    seen = windows(x, size, stride)
    out, switches = np.empty(0, x.dtype), np.empty(0, np.int64)
    for n, c, i, j in np.ndindex(seen.shape[:4]):
        out = np.append(out, seen[n, c, i, j].max())
        switches = np.append(switches, seen[n, c, i, j].argmax())
    return out.reshape(seen.shape[:4]), switches.reshape(seen.shape[:4])


exercise = Exercise(
    name="fast_max_pool",
    arguments=("x", "size", "stride"),
    parts=("out", "switches"),
    axes=dict.fromkeys(("out", "switches"), ("image n", "channel c", "row i", "column j")),
    aspects=(
        aspect("maxima", 2, "values", "ties", "negative", "geometry", "rectangles", parts=["out"]),
        aspect("switches", 2, "values", "ties", "geometry", "rectangles", parts=["switches"]),
        aspect("edge cases", 1, "edges", "negative"),
        aspect("speed", 3),
    ),
    reference=reference,
    cases=cases,
    program=fast_max_pool,
    mistakes=tuple(mistakes),
    speed=Speed(
        "speed",
        20,
        draw,
        {"N": 2, "C": 2, "OH": 5, "OW": 4, "FH": 2, "FW": 2},
        {"N": 1, "C": 8, "OH": 64, "OW": 64, "FH": 2, "FW": 2},
        fold,
    ),
)
