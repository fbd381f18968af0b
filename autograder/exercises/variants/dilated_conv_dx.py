"""dilated_conv_dx(dout, w, x_shape, stride=1, pad=0, dilation=1): the gradient of a dilated layer's input."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, Slope, aspect
from cs_conv import naive


def reference(dout, w, x_shape, stride=1, pad=0, dilation=1):
    """The dx of backward; the pixels of x do not matter to it, only their places."""
    x = np.zeros(tuple(x_shape), dout.dtype)
    return naive.conv_backward(dout, x, w, stride, pad, dilation)[0]


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, w, draw=integers, stride=1, pad=0, dilation=1):
        OH, OW = (
            (n + 2 * pad - (f - 1) * dilation - 1) // stride + 1 for n, f in zip(x[2:], w[2:], strict=True)
        )
        options = {"stride": stride, "pad": pad, "dilation": dilation}
        options = {name: value for name, value in options.items() if value != (name != "pad")}
        return Case(tag, about, (draw(rng, x[0], w[0], OH, OW), draw(rng, *w), x), options)

    yield case("values", "dilation 1: one output, one 2x2 filter", (1, 1, 2, 2), (1, 1, 2, 2))
    yield case("values", "dilation 2: one output, one 2x2 filter", (1, 1, 3, 3), (1, 1, 2, 2), dilation=2)
    yield case("values", "dilation 2, four outputs", (1, 1, 4, 4), (1, 1, 2, 2), dilation=2)
    yield case("values", "dilation 2, windows that share pixels", (1, 1, 5, 5), (1, 1, 2, 2), dilation=2)
    yield case("values", "dilation 3, two filters", (1, 1, 5, 5), (2, 1, 2, 2), dilation=3)
    yield case("values", "dilation 2, two channels", (1, 2, 4, 4), (1, 2, 2, 2), dilation=2)
    yield case("values", "dilation 2, two images", (2, 1, 4, 4), (1, 1, 2, 2), dilation=2)
    yield case("values", "dilation 2, real numbers", (2, 3, 7, 7), (4, 3, 3, 3), reals, dilation=2)
    yield case("geometry", "dilation 2 and pad 1", (1, 1, 3, 3), (1, 1, 2, 2), dilation=2, pad=1)
    yield case("geometry", "dilation 2 and stride 2", (1, 1, 5, 5), (1, 1, 2, 2), dilation=2, stride=2)
    yield case("geometry", "dilation 2 and stride 3", (1, 1, 6, 6), (1, 1, 2, 2), dilation=2, stride=3)
    yield case("geometry", "dilation 2 and pad 2", (1, 1, 3, 3), (1, 1, 3, 3), dilation=2, pad=2)
    yield case(
        "geometry",
        "dilation 3, stride 2, pad 1, real numbers",
        (2, 3, 8, 8),
        (2, 3, 2, 2),
        reals,
        dilation=3,
        stride=2,
        pad=1,
    )
    yield case("rectangles", "a high image", (1, 1, 6, 4), (1, 1, 2, 2), dilation=2)
    yield case("rectangles", "a wide image, two channels", (2, 2, 4, 7), (3, 2, 2, 2), reals, dilation=2)
    yield case("rectangles", "a single row", (1, 1, 1, 5), (1, 1, 1, 3), dilation=2)
    yield case("rectangles", "a high filter on a wide image", (1, 1, 5, 6), (1, 1, 3, 2), dilation=2)
    yield case(
        "rectangles",
        "a wide filter, dilation 3, stride 2, pad 1, real numbers",
        (2, 3, 6, 10),
        (2, 3, 2, 4),
        reals,
        dilation=3,
        stride=2,
        pad=1,
    )
    dout, w = reals(rng, 2, 3, 3, 3), reals(rng, 3, 2, 2, 2)
    small = tuple(a.astype(np.float32) for a in (dout, w))
    yield Case("edges", "float32", (*small, (2, 2, 5, 5)), {"dilation": 2})
    about = "arrays that are not contiguous"
    yield Case("edges", about, (scattered(dout), scattered(w), (2, 2, 3, 3)), {"dilation": 2, "pad": 1})
    yield case("edges", "a 1x1 filter has no gaps", (1, 2, 3, 3), (2, 2, 1, 1), dilation=3)


def slopes(case, rng):
    """<dx, v> against <forward(v), dout>: forward is linear in the image, so no step is needed."""
    dout, w = (np.asarray(a, np.float64) for a in case.args[:2])
    v = rng.normal(size=case.args[2])
    out = naive.conv_forward(v, w, np.zeros(len(w)), **case.options)
    return [Slope("dx", v, float(np.sum(out * dout)))]


def dilated_conv_dx(dout, w, x_shape, stride=1, pad=0, dilation=1):
    """Return dx, the gradient that arrives at the input, (N, C, H, W).

    dout: (N, K, OH, OW). w: (K, C, FH, FW). x_shape: (N, C, H, W), the shape of the input.
    """
    N, C, H, W = x_shape
    FH, FW = w.shape[2:]
    high, wide = (FH - 1) * dilation + 1, (FW - 1) * dilation + 1
    dx_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            top, left = i * stride, j * stride
            sent = np.tensordot(dout[:, :, i, j], w, 1)  # (N, K) . (K, C, FH, FW) -> (N, C, FH, FW)
            dx_pad[:, :, top : top + high : dilation, left : left + wide : dilation] += sent
    return dx_pad[:, :, pad : pad + H, pad : pad + W]


mistakes = Catalogue(dilated_conv_dx)

REACH = "high, wide = (FH - 1) * dilation + 1, (FW - 1) * dilation + 1"
"""How far a window reaches."""

mistakes.change(
    "dilation ignored",
    "Send each message to the pixels that the window read: every `dilation`-th row and column.",
    {REACH: "dilation = 1\nhigh, wide = FH, FW"},
)
mistakes.change(
    "dilation counted as the notes do, 0 for dense",
    "Here dilation is the step from one weight to the next, so 1 is dense.",
    {
        REACH: "dilation = dilation + 1\n" + REACH,
        "H + 2 * pad, W + 2 * pad": "H + 2 * pad + high, W + 2 * pad + wide",
    },
)
mistakes.change(
    "every window overwrites the one before",
    "Windows share pixels: what one sends is added to what is there already, so += and not =.",
    {"] += sent": "] = sent"},
)
mistakes.change(
    "stride and dilation in each other's place",
    "The stride moves the window; the dilation spreads the weights inside it.",
    {
        REACH: "stride, dilation = dilation, stride\n" + REACH,
        "H + 2 * pad, W + 2 * pad": "4 * (H + 2 * pad), 4 * (W + 2 * pad)",
    },
)
mistakes.change(
    "windows placed by stride times dilation",
    "The window of output (i, j) begins at row i * stride, whatever the dilation.",
    {
        "top, left = i * stride, j * stride": "top, left = i * stride * dilation, j * stride * dilation",
        "H + 2 * pad, W + 2 * pad": "9 * (H + 2 * pad), 9 * (W + 2 * pad)",
    },
)
mistakes.change(
    "gaps in the rows only",
    "The columns have gaps, too.",
    {": left + wide : dilation": ": left + FW"},
)
mistakes.change(
    "gaps in the columns only", "The rows have gaps, too.", {": top + high : dilation": ": top + FH"}
)
mistakes.change(
    "stride ignored",
    "Output (i, j) read the window that begins at row i * stride and column j * stride.",
    {"top, left = i * stride, j * stride": "top, left = i, j"},
)
mistakes.change(
    "dx not cropped",
    "dx has the shape of x: the border that padding added is no input, so cut its gradient off.",
    {"dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad"},
)
mistakes.change(
    "dx holds the first H rows and W columns of the padded gradient",
    "Pixel (0, 0) of x stands at (pad, pad) of the padded array: begin to cut there.",
    {"pad : pad + H, pad : pad + W": ":H, :W"},
)
mistakes.change(
    "dx comes out empty for pad = 0: cropped with [pad:-pad]",
    "-0 is 0, so with pad = 0 the slice ends where it begins. Count from the front: pad to pad + H.",
    {"pad : pad + H, pad : pad + W": "pad:-pad, pad:-pad"},
)
mistakes.change(
    "the filters flipped",
    "A message is dout times the weights as they stand: nothing is turned when you send it to the window.",
    {"np.tensordot(dout[:, :, i, j], w, 1)": "np.tensordot(dout[:, :, i, j], w[:, :, ::-1, ::-1], 1)"},
)
mistakes.change(
    "only the first filter sends messages",
    "Every filter read every window: sum over k.",
    {"np.tensordot(dout[:, :, i, j], w, 1)": "np.tensordot(dout[:, :1, i, j], w[:1], 1)"},
)
mistakes.change(
    "dx the same for every channel",
    "Channel c of the window met w[k, c], and only that.",
    {"] += sent": "] += sent.sum(axis=1, keepdims=True)"},
)
mistakes.change(
    "dout left out",
    "A message is the weight times the gradient of the output that it made.",
    {"np.tensordot(dout[:, :, i, j], w, 1)": "np.tensordot(np.ones(dout.shape[:2]), w, 1)"},
)
mistakes.change(
    "the last row and column of outputs left out",
    "There are OH x OW outputs, the shape of dout says how many.",
    {"range(dout.shape[2])": "range(dout.shape[2] - 1)", "range(dout.shape[3])": "range(dout.shape[3] - 1)"},
)
mistakes.change(
    "i over OW, j over OH",
    "i runs over OH rows and j over OW columns: dout.shape[2] and dout.shape[3].",
    {"range(dout.shape[2])": "range(dout.shape[3])", "range(dout.shape[3])": "range(dout.shape[2])"},
)
mistakes.change(
    "the sign turned",
    "The gradient says how the loss grows; the minus sign belongs to the optimiser's step.",
    {"return dx_pad": "return -dx_pad"},
)

exercise = Exercise(
    name="dilated_conv_dx",
    arguments=("dout", "w", "x_shape"),
    parts=("dx",),
    axes={"dx": ("image n", "channel c", "row", "column")},
    aspects=(
        aspect("values", 2, "values"),
        aspect("stride and padding", 2, "geometry"),
        aspect("rectangles", 1, "rectangles", "edges"),
    ),
    reference=reference,
    cases=cases,
    program=dilated_conv_dx,
    mistakes=tuple(mistakes),
    slopes=slopes,
)
