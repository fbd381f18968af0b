"""input_gradient(dout, w, stride=1, pad=0): dx as a convolution of its own, without looking at x."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, Slope, aspect
from cs_conv.naive import conv_backward


def image_size(dout, w, stride, pad):
    """The only H and W that give such a dout and leave no row or column over."""
    return tuple((o - 1) * stride + f - 2 * pad for o, f in zip(dout.shape[2:], w.shape[2:], strict=True))


def reference(dout, w, stride=1, pad=0):
    """The dx of backward; the pixels of x do not matter to it, only their places."""
    x = np.zeros((len(dout), w.shape[1], *image_size(dout, w, stride, pad)), dout.dtype)
    return conv_backward(dout, x, w, stride, pad)[0]


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, dout, w, draw=integers, **options):
        return Case(tag, about, (draw(rng, *dout), draw(rng, *w)), options)

    yield case("values", "one output, one 2x2 filter", (1, 1, 1, 1), (1, 1, 2, 2))
    yield case("values", "four outputs, one 2x2 filter", (1, 1, 2, 2), (1, 1, 2, 2))
    yield case("values", "a 1x1 filter", (1, 1, 2, 2), (1, 1, 1, 1))
    yield case("values", "two channels", (1, 1, 2, 2), (1, 2, 2, 2))
    yield case("values", "two filters", (1, 2, 2, 2), (2, 1, 2, 2))
    yield case("values", "two images", (2, 1, 2, 2), (1, 1, 2, 2))
    yield case("values", "two images, two channels, two filters", (2, 2, 2, 2), (2, 2, 2, 2))
    yield case("values", "one image, two channels, three filters of 3x3", (1, 3, 2, 2), (3, 2, 3, 3))
    yield case("values", "real numbers", (2, 4, 3, 3), (4, 3, 3, 3), reals)
    yield case("geometry", "stride 2", (1, 1, 2, 2), (1, 1, 2, 2), stride=2)
    yield case("geometry", "stride 2 and windows that overlap", (1, 1, 2, 2), (1, 1, 3, 3), stride=2)
    yield case("geometry", "stride 3: pixels between windows go unused", (1, 1, 2, 2), (1, 1, 2, 2), stride=3)
    yield case("geometry", "pad 1", (1, 1, 2, 2), (1, 1, 3, 3), pad=1)
    yield case("geometry", "pad 1 and an even filter", (1, 1, 3, 3), (1, 1, 2, 2), pad=1)
    yield case("geometry", "pad 2 with a 4x4 filter", (1, 1, 2, 2), (1, 1, 4, 4), pad=2)
    yield case("geometry", "stride 2 and pad 1", (2, 2, 3, 3), (2, 2, 3, 3), stride=2, pad=1)
    yield case(
        "geometry", "stride 3, pad 1, real numbers", (2, 4, 2, 2), (4, 3, 4, 4), reals, stride=3, pad=1
    )
    yield case("geometry", "pad 3, more than the image", (1, 1, 4, 4), (1, 1, 2, 2), stride=2, pad=3)
    yield case("rectangles", "a single row", (1, 1, 1, 2), (1, 1, 1, 2))
    yield case("rectangles", "a filter higher than wide", (1, 1, 2, 2), (1, 1, 3, 2))
    yield case("rectangles", "a wide dout, a square filter", (1, 1, 1, 3), (1, 1, 2, 2))
    yield case("rectangles", "a high dout, a wide filter, stride 2", (2, 2, 3, 2), (2, 2, 2, 4), stride=2)
    yield case(
        "rectangles",
        "a filter wider than high, stride 2, pad 1",
        (2, 3, 2, 3),
        (3, 3, 2, 4),
        reals,
        stride=2,
        pad=1,
    )
    yield case("rectangles", "a single column", (1, 1, 3, 1), (1, 1, 1, 1))
    yield case("rectangles", "a 7x3 filter, stride 4", (1, 2, 2, 3), (2, 3, 7, 3), reals, stride=4)
    yield case(
        "rectangles", "pad 3 around 1x2 pixels, a 3x2 filter", (1, 1, 3, 4), (1, 1, 3, 2), stride=2, pad=3
    )
    yield case(
        "rectangles",
        "three images, a high filter, stride 2, pad 2, real numbers",
        (3, 2, 4, 6),
        (2, 3, 3, 2),
        reals,
        stride=2,
        pad=2,
    )
    dout, w = reals(rng, 2, 3, 3, 4), reals(rng, 3, 2, 3, 2)
    yield Case("edges", "float32", tuple(a.astype(np.float32) for a in (dout, w)), {"pad": 1})
    yield Case("edges", "arrays that are not contiguous", (scattered(dout), scattered(w)), {"pad": 1})
    dout, w = reals(rng, 2, 3, 2, 2), reals(rng, 3, 2, 3, 3)
    about = "arrays that are not contiguous, without padding"
    yield Case("edges", about, (scattered(dout), scattered(w)))
    yield case(
        "edges",
        "pad 1 with a 1x1 filter: the border of dout saw only padding",
        (1, 1, 3, 3),
        (1, 1, 1, 1),
        pad=1,
    )
    yield case("edges", "pad 2 with a 2x2 filter, stride 2", (1, 2, 3, 3), (2, 1, 2, 2), stride=2, pad=2)


def slopes(case, rng):
    """<dx, v> against <forward(v), dout>: forward is linear in the image, so no step is needed."""
    dout, w = (np.asarray(a, np.float64) for a in case.args)
    stride, pad = case.options.get("stride", 1), case.options.get("pad", 0)
    v = rng.normal(size=(len(dout), w.shape[1], *image_size(dout, w, stride, pad)))
    v_pad = np.pad(v, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(v_pad, w.shape[2:], axis=(2, 3))
    out = np.einsum("ncijpq,kcpq->nkij", windows[:, :, ::stride, ::stride], w)
    return [Slope("dx", v, float(np.sum(out * dout)))]


def correlate(x, w):
    """Slide the filters w (K, C, FH, FW) over x (N, C, H, W), stride 1, no padding -> (N, K, OH, OW)."""
    if x.shape[1] != w.shape[1]:
        raise ValueError(f"x {x.shape} has {x.shape[1]} channels, the filters w {w.shape} have {w.shape[1]}")
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("ncijpq,kcpq->nkij", windows, w)


def input_gradient(dout, w, stride=1, pad=0):
    """dx by a full convolution: dout (N, K, OH, OW), w (K, C, FH, FW) -> dx (N, C, H, W)."""
    N, K, OH, OW = dout.shape
    FH, FW = w.shape[2:]
    spread = np.zeros((N, K, (OH - 1) * stride + 1, (OW - 1) * stride + 1))
    spread[:, :, ::stride, ::stride] = dout
    spread = np.pad(spread, ((0, 0), (0, 0), (FH - 1, FH - 1), (FW - 1, FW - 1)))
    turned = w[:, :, ::-1, ::-1].swapaxes(0, 1)  # (C, K, FH, FW)
    dx_pad = correlate(spread, turned)
    H, W = dx_pad.shape[2] - 2 * pad, dx_pad.shape[3] - 2 * pad
    return dx_pad[:, :, pad : pad + H, pad : pad + W]


mistakes = Catalogue(input_gradient)

INTO_DX = {
    "H, W = dx_pad.shape[2] - 2 * pad, dx_pad.shape[3] - 2 * pad": (
        "H, W = (OH - 1) * stride + FH - 2 * pad, (OW - 1) * stride + FW - 2 * pad\n"
        "dx = np.zeros((N, w.shape[1], H, W))"
    ),
    "return dx_pad[:, :, pad : pad + H, pad : pad + W]": (
        "dx[:] = dx_pad[:, :, pad : dx_pad.shape[2] - pad, pad : dx_pad.shape[3] - pad]\nreturn dx"
    ),
}
"""An array of the right shape takes what is left of dx_pad: another shape is an error."""

mistakes.change(
    "an image holds the images before it, too",
    "What is added up for one image goes on in the next: begin each image with zeros.",
    {"return dx_pad": "return np.cumsum(dx_pad, axis=0)"},
)
mistakes.change(
    "filters not flipped",
    "Down a column of the table the weights stand in reversed order: turn the filters by 180 degrees "
    "before you slide them.",
    {"w[:, :, ::-1, ::-1]": "w"},
)
mistakes.change(
    "filters flipped in their rows only",
    "A turn by 180 degrees reverses the rows and the columns. In yours the columns keep their order.",
    {"w[:, :, ::-1, ::-1]": "w[:, :, ::-1]"},
)
mistakes.change(
    "filters flipped in their columns only",
    "A turn by 180 degrees reverses the rows and the columns. In yours the rows keep their order.",
    {"w[:, :, ::-1, ::-1]": "w[:, :, :, ::-1]"},
)
mistakes.change(
    "filters turned by 90 degrees instead of 180",
    "Turn twice: w[FH - 1, FW - 1] comes to the corner where w[0, 0] was.",
    {"w[:, :, ::-1, ::-1]": "np.rot90(w, -1, (2, 3))"},
    INTO_DX | {"w[:, :, ::-1, ::-1]": "np.rot90(w, -1, (2, 3))"},
)
mistakes.change(
    "filters and channels not swapped",
    "Going back, K channels go in and C come out: the filters that you slide have the shape (C, K, FH, "
    "FW). Where K = C nothing complains, but the wrong ones meet.",
    {".swapaxes(0, 1)": ""},
)
mistakes.change(
    "filters used as they are, neither flipped nor swapped",
    "Two things change on the way back: the filter is turned by 180 degrees, and its filters and channels "
    "trade places, for K channels go in and C come out.",
    {"correlate(spread, turned)": "correlate(spread, w)"},
)


@mistakes.mistake(
    "overwritten where windows overlap",
    "A pixel lies in several windows and under several filters, and each sends it a gradient: += and not =.",
)
def _(dout, w, stride=1, pad=0):
    (FH, FW), (H, W) = w.shape[2:], image_size(dout, w, stride, 0)
    dx_pad = np.zeros((len(dout), w.shape[1], H, W))
    for i, j in np.ndindex(dout.shape[2:]):
        window = dx_pad[:, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
        window[:] = dout[:, -1, i, j][:, None, None, None] * w[-1]
    return dx_pad[:, :, pad : H - pad, pad : W - pad]


mistakes.change(
    "filters and channels swapped with reshape",
    "reshape keeps the order in memory and only cuts it anew. To exchange axes use transpose or swapaxes.",
    {".swapaxes(0, 1)": ".reshape(w.shape[1], K, FH, FW)"},
)
mistakes.change(
    "every axis reversed, the channels too",
    "Only rows and columns are reversed. The order of filters and channels must stay: look for [::-1] on "
    "the first two axes, or for np.flip without axis.",
    {"w[:, :, ::-1, ::-1]": "np.flip(w)"},
)
mistakes.change(
    "all axes of the filters transposed",
    "Exchange the first two axes and leave rows and columns alone: .T turns the order of all four around.",
    {".swapaxes(0, 1)": ".transpose(1, 0, 3, 2)"},
    INTO_DX | {".swapaxes(0, 1)": ".transpose(1, 0, 3, 2)"},
)
mistakes.change(
    "dout not dilated",
    "With stride s, neighbouring outputs stand s pixels apart on the input: put s - 1 zeros between them.",
    {"(OH - 1) * stride + 1, (OW - 1) * stride + 1": "OH, OW", "[:, :, ::stride, ::stride]": "[:]"},
)
mistakes.change(
    "dout dilated in its rows only",
    "The columns of outputs stand `stride` pixels apart too: dilate both axes.",
    {"(OW - 1) * stride + 1": "OW", "::stride, ::stride": "::stride"},
)
mistakes.change(
    "dout dilated in its columns only",
    "The rows of outputs stand `stride` pixels apart too: dilate both axes.",
    {"(OH - 1) * stride + 1": "OH", "::stride, ::stride": ":, ::stride"},
)
mistakes.change(
    "one zero too many between the values of dout",
    "At stride s two neighbours are s apart, so s - 1 zeros fit between them; at stride 1 there are none.",
    {"FH, FW = w.shape[2:]": "FH, FW = w.shape[2:]\nstride = stride + 1"},
)
mistakes.change(
    "zeros after the last value of dout",
    "Zeros go between the values only: OH of them spread over (OH - 1) * stride + 1 places, not OH * stride.",
    {"(OH - 1) * stride + 1, (OW - 1) * stride + 1": "OH * stride, OW * stride"},
)
mistakes.change(
    "dout repeated instead of dilated",
    "Between two outputs of a stride there is no output: put zeros there, not copies.",
    {
        "spread[:, :, ::stride, ::stride] = dout": "spread = np.kron(dout, np.ones((stride, stride)))",
    },
)
mistakes.change(
    "the values of dout stand at the end of their gaps",
    "The first window begins at row 0, so the first value of dout stays at place 0 and zeros follow it.",
    {
        "spread[:, :, ::stride, ::stride] = dout": (
            "late = spread[:, :, stride - 1 :: stride, stride - 1 :: stride]\n"
            "late[:] = dout[:, :, : late.shape[2], : late.shape[3]]"
        ),
    },
)
mistakes.change(
    "strides a second time",
    "Going back, the filter moves by 1, so that every pixel is reached: the stride is already in the zeros.",
    {"correlate(spread, turned)": "correlate(spread, turned)[:, :, ::stride, ::stride]"},
)
mistakes.change(
    "dout not padded",
    "The pixels near the border feed few outputs, but they feed some: pad dout, so that the filter may "
    "reach over its edge until only one weight touches it.",
    {
        "spread = np.pad(spread, ((0, 0), (0, 0), (FH - 1, FH - 1), (FW - 1, FW - 1)))": "",
        "dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad",
    },
)
mistakes.change(
    "dout padded by the whole filter",
    "One less: the filter and dout must still share a row and a column in the outermost place.",
    {"(FH - 1, FH - 1), (FW - 1, FW - 1)": "(FH, FH), (FW, FW)"},
)
mistakes.change(
    "dout padded by pad, as in forward",
    "That is right only where pad = (F - 1) / 2. Going back the filter reaches over the edge by F - 1: so "
    "many zeros on each side, and `pad` of the result taken off.",
    {
        "(FH - 1, FH - 1), (FW - 1, FW - 1)": "(pad, pad), (pad, pad)",
        "dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad",
    },
)
mistakes.change(
    "the padding of forward not taken off",
    "The full convolution gives the gradient of the padded image: cut `pad` off on each side of it.",
    {"dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad"},
)
mistakes.change(
    "cropped with [pad:-pad], which is empty for pad = 0",
    "-0 is 0, so with pad = 0 the slice ends where it begins. Count from the front: pad to pad + H.",
    {"pad : pad + H, pad : pad + W": "pad:-pad, pad:-pad"},
)
mistakes.change(
    "cropped by 1 whatever `pad` says",
    "You cut one row and column off each side. How many of them are padding is the argument `pad`: none "
    "for pad = 0, two for pad = 2.",
    {"pad : pad + H, pad : pad + W": "1:-1, 1:-1"},
    {"dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad[:, :, 1:-1, 1:-1] if pad else dx_pad"},
)
mistakes.change(
    "cropped at the beginning only",
    "The padding lies on both sides: cut it off below and to the right as well.",
    {"pad : pad + H, pad : pad + W": "pad:, pad:"},
)
mistakes.change(
    "the first H rows and W columns kept instead of the middle",
    "The shape is right, but pixel (0, 0) stands at (pad, pad) of the padded gradient: begin to cut there.",
    {"pad : pad + H, pad : pad + W": ":H, :W"},
)
mistakes.change(
    "height and width of the filter mixed up in the padding",
    "Rows are padded by FH - 1, columns by FW - 1: look at which of them goes with which axis.",
    {"(FH - 1, FH - 1), (FW - 1, FW - 1)": "(FW - 1, FW - 1), (FH - 1, FH - 1)"},
)
mistakes.change(
    "fails where pad is larger than FH - 1",
    "FH - 1 - pad may be negative, and np.pad cannot take away. Pad by FH - 1 and cut `pad` off at the end.",
    {
        "(FH - 1, FH - 1), (FW - 1, FW - 1)": "(FH - 1 - pad, FH - 1 - pad), (FW - 1 - pad, FW - 1 - pad)",
        "dx_pad[:, :, pad : pad + H, pad : pad + W]": "dx_pad",
    },
)
mistakes.change(
    "only the first filter",
    "Every filter read the image: channel c of dx is a sum over all K filters.",
    {"correlate(spread, turned)": "correlate(spread[:, :1], turned[:, :1])"},
)


exercise = Exercise(
    name="input_gradient",
    arguments=("dout", "w"),
    parts=("dx",),
    axes={"dx": ("image n", "channel c", "row", "column")},
    aspects=(
        aspect("values", 2, "values"),
        aspect("stride and padding", 1, "geometry"),
        aspect("rectangles", 1, "rectangles"),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    program=input_gradient,
    mistakes=tuple(mistakes),
    slopes=slopes,
)
