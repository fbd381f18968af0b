"""What the exercises of pooling share: which windows their cases use, and the mistakes made with windows.

All programs of pooling have the same lines for windows, sizes and results, so that a mistake changes the same
text in each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import distinct, reals, scattered
from autograder.checks.errors import AnySizeError
from autograder.checks.exercise import Case
from cs_conv.naive import max_pool_forward


def negative(rng, *shape):
    """Different integers below zero, in random order."""
    return -1.0 - rng.permutation(int(np.prod(shape))).reshape(shape)


def negative_reals(rng, *shape):
    """Real numbers below zero."""
    return -0.1 - np.abs(reals(rng, *shape))


# (tag, about, shape of x, size, stride, draw)

WINDOWS = (
    ("values", "one window", (1, 1, 2, 2), (2, 2), 2, distinct),
    ("negative", "every value is negative", (1, 1, 2, 2), (2, 2), 2, negative),
    ("negative", "a single pixel", (1, 1, 1, 1), (1, 1), 1, negative),
    ("values", "two channels", (1, 2, 2, 2), (2, 2), 2, distinct),
    ("values", "two images", (2, 1, 2, 2), (2, 2), 2, distinct),
    ("values", "four windows", (1, 1, 4, 4), (2, 2), 2, distinct),
    ("values", "two images of three channels", (2, 3, 4, 4), (2, 2), 2, distinct),
    ("values", "a 1x1 window", (2, 2, 2, 2), (1, 1), 1, distinct),
    ("values", "the window covers the whole image", (2, 3, 3, 3), (3, 3), 1, distinct),
    ("values", "real numbers", (3, 3, 4, 4), (2, 2), 2, reals),
    ("negative", "real numbers, all negative", (2, 2, 4, 4), (2, 2), 2, negative_reals),
    ("geometry", "windows that overlap: 2x2 at stride 1", (1, 1, 3, 3), (2, 2), 1, distinct),
    ("geometry", "windows that overlap: 3x3 at stride 2", (1, 1, 5, 5), (3, 3), 2, distinct),
    ("geometry", "a 1x1 window at stride 2", (1, 1, 3, 3), (1, 1), 2, distinct),
    ("geometry", "2x2 at stride 3: no window sees the pixels between", (1, 1, 5, 5), (2, 2), 3, distinct),
    ("geometry", "3x3 at stride 1", (2, 2, 4, 4), (3, 3), 1, distinct),
    ("geometry", "3x3 at stride 2, real numbers", (2, 3, 7, 7), (3, 3), 2, reals),
    ("geometry", "2x2 at stride 3, real numbers", (3, 2, 8, 8), (2, 2), 3, reals),
    ("rectangles", "an image wider than high", (1, 1, 2, 4), (2, 2), 2, distinct),
    ("rectangles", "an image higher than wide", (1, 1, 4, 2), (2, 2), 2, distinct),
    ("rectangles", "a window wider than high", (1, 1, 2, 3), (1, 2), 1, distinct),
    ("rectangles", "a window higher than wide", (1, 1, 3, 2), (2, 1), 1, distinct),
    ("rectangles", "a 2x3 window on one row of places", (1, 1, 2, 5), (2, 3), 2, distinct),
    ("rectangles", "a 3x2 window at stride 2", (2, 2, 5, 6), (3, 2), 2, distinct),
    ("rectangles", "a 2x3 window at stride 2, real numbers", (2, 3, 4, 7), (2, 3), 2, reals),
    ("rectangles", "a 3x2 window at stride 3, real numbers", (2, 2, 6, 5), (3, 2), 3, reals),
    ("rectangles", "a 7x3 window on square images, stride 4, real numbers", (1, 2, 11, 11), (7, 3), 4, reals),
)


def forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Images to pool: the windows above, then float32, scattered memory, and a size that does not fit.

    Where negative numbers are not the point, every window holds a positive one: a maximum that begins at 0 is
    one mistake, and shall not cost the points of all the others.
    """
    for tag, about, shape, size, stride, draw in WINDOWS:
        x = draw(rng, *shape)
        yield Case(tag, about, (x if tag == "negative" else lifted(x, size, stride), size, stride))
    x = lifted(reals(rng, 2, 3, 4, 4), (2, 2), 2)
    yield Case("edges", "float32", (x.astype(np.float32), (2, 2), 2))
    yield Case("edges", "an array that is not contiguous", (scattered(x), (2, 2), 2))
    x = distinct(rng, 1, 1, 3, 3)
    yield Case("edges", "2x2 at stride 2 on 3x3", (x, (2, 2), 2), rounded=(x[:, :, :2, :2], (2, 2), 2))
    x = distinct(rng, 1, 1, 2, 5)
    yield Case("edges", "2x2 at stride 2 on 2x5", (x, (2, 2), 2), rounded=(x[..., :4], (2, 2), 2))


def near_ties(rng: np.random.Generator) -> Iterator[Case]:
    """Windows whose two largest values are almost equal; single precision just tells them apart as well."""
    for about, near, gap in (
        ("two values a ten-millionth apart", 1.0, 2.0**-23),
        ("values very near to zero", 2.0**-43, 2.0**-43),
    ):
        low = -1.0 - rng.permutation(2)
        x = np.array([[low[0], near], [near + gap, low[1]]])
        yield Case("ties", about, (x[None, None], (2, 2), 2))


def lifted(x, size, stride):
    """x, plus what it takes to make the largest value of every window at least 1."""
    return x + max(0.0, 1.0 - max_pool_forward(x, size, stride)[0].min())


# How the programs write their loops and results

Change = Mapping[str, str]
Loops = Callable[..., Change]
"""Changes how far a program's loops go: `loops(n="1")` ends the loop over the images after the first one."""


def nested(n: str = "N", c: str = "C", i: str = "OH", j: str = "OW") -> Change:
    """The loops of a program with a `for` for each of them."""
    return {
        f"range({old})": f"range({new})"
        for old, new in zip(("N", "C", "OH", "OW"), (n, c, i, j), strict=True)
    }


def in_one(n: str = "N", c: str = "C", i: str = "OH", j: str = "OW") -> Change:
    """The loops of a program with one `for`."""
    return {"np.ndindex(N, C, OH, OW)": f"np.ndindex({n}, {c}, {i}, {j})"}


# Forward


def pool_windows(x, size, stride, reduce):
    """Return one number for each window, (N, C, OH, OW): reduce(window), where the window is (FH, FW).

    x: (N, C, H, W). size: (FH, FW). Raises ValueError where the windows do not fit.
    """
    N, C, H, W = x.shape
    FH, FW = size
    if (H - FH) % stride or (W - FW) % stride:
        raise ValueError(f"a {FH}x{FW} window at stride {stride} does not fit a {H}x{W} input")
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    out = np.zeros((N, C, OH, OW))
    for n, c, i, j in np.ndindex(N, C, OH, OW):
        top, left = i * stride, j * stride
        out[n, c, i, j] = reduce(x[n, c, top : top + FH, left : left + FW])
    return out


SIZES = "(H - FH) // stride + 1, (W - FW) // stride + 1"
PLACE = "top, left = i * stride, j * stride"
WINDOW = "top : top + FH, left : left + FW"
REDUCED = f"reduce(x[n, c, {WINDOW}])"
UNCHECKED = {"if (H - FH) % stride or (W - FW) % stride:": "if False:"}


def forward_mistakes(mistakes: Catalogue, loops: Loops = in_one, parts: tuple[str, ...] = ("out",)) -> None:
    """Add the mistakes made with windows; the program returns `parts`."""

    def returned(change: str) -> Change:
        """Change each part when it is returned."""
        return {f"return {', '.join(parts)}": f"return {', '.join(part + change for part in parts)}"}

    def written(place: str) -> Change:
        """Change where the parts are written to."""
        return {f"{part}[n, c, i, j]": f"{part}{place}" for part in parts}

    mistakes.change(
        "stride ignored in the window's place",
        "Your windows move by one pixel. From one output to the next they move by `stride` pixels, down "
        "as well as right.",
        {PLACE: "top, left = i, j"},
    )
    mistakes.change(
        "stride used for the rows only",
        "The windows move down by `stride`, but to the right by one pixel. The stride holds for columns too.",
        {PLACE: "top, left = i * stride, j"},
    )
    mistakes.change(
        "stride used for the columns only",
        "The windows move right by `stride`, but down by one pixel. The stride holds for rows too.",
        {PLACE: "top, left = i, j * stride"},
    )
    mistakes.change(
        "windows laid side by side",
        "Your windows move by their own size. How far they move (`stride`) and how large they are (`size`) "
        "are different numbers: 3x3 windows at stride 2 overlap.",
        {PLACE: "top, left = i * FH, j * FW"},
        {PLACE: "top, left = i * FH, j * FW", SIZES: "H // FH, W // FW"},
    )
    mistakes.change(
        "window as large as the stride",
        "Your window reaches `stride` pixels down and right. Its height and width come from `size`.",
        {WINDOW: "top : top + stride, left : left + stride"},
    )
    mistakes.change(
        "window one short",
        "Your window leaves out its last row and column: a slice [a:b] ends before b.",
        {WINDOW: "top : top + FH - 1, left : left + FW - 1"},
    )
    mistakes.change(
        "windows taken as square",
        "`size` holds two numbers, FH and FW, and you use the first for both.",
        {"FH, FW = size": "FH, FW = size[0], size[0]"},
        UNCHECKED | {"FH, FW = size": "FH, FW = size[0], size[0]"},
    )
    mistakes.change(
        "height and width of the window swapped",
        "`size` is (FH, FW): the rows come first, then the columns.",
        {"FH, FW = size": "FW, FH = size"},
        UNCHECKED | {"FH, FW = size": "FW, FH = size"},
    )
    mistakes.change(
        "output one too small",
        "After the first window there is room for (H - FH) / stride more. Count the first one too.",
        {SIZES: "(H - FH) // stride, (W - FW) // stride"},
    )
    mistakes.change(
        "output size H / stride",
        "H // stride is right only where the windows lie side by side. Ask where the last window may begin.",
        {SIZES: "H // stride, W // stride"},
    )
    mistakes.change(
        "output size H / FH",
        "H // FH is right only where the windows lie side by side. The stride decides how many there are.",
        {SIZES: "H // FH, W // FW"},
    )
    mistakes.change(
        "height used for the width of the output",
        "OH comes from H and FH, OW from W and FW; you use OH twice.",
        {SIZES: "(H - FH) // stride + 1, (H - FH) // stride + 1"},
    )
    mistakes.change(
        "height of the window used for the width of the output",
        "OH comes from H and FH, OW from W and FW; you have FH in both.",
        {SIZES: "(H - FH) // stride + 1, (W - FH) // stride + 1"},
    )
    mistakes.change(
        "rows and columns of the output swapped",
        "Output (i, j) belongs to row i * stride and column j * stride of x: your result is transposed.",
        returned(".swapaxes(2, 3)"),
    )
    mistakes.change(
        "i and j swapped in out[n, c, i, j]",
        "i is the row of an output and comes before its column j, in out as in the place of the window.",
        written("[n, c, j, i]"),
    )
    mistakes.change(
        "i over OW, j over OH",
        "i counts the OH rows of the output and j its OW columns. Somewhere you have them the other way "
        "round, in the loops or in the shape of out, which fails unless the output is square.",
        loops(i="OW", j="OH"),
        {"np.zeros((N, C, OH, OW))": "np.zeros((N, C, OW, OH))"},
    )
    mistakes.change(
        "windows numbered with the height of the output",
        "If you count the windows from 0 on, row by row, each row of the output has OW of them. Yours begins "
        "a new row after OH.",
        written(".reshape(N, C, OH * OW)[n, c, i * OH + j]"),
    )
    mistakes.change(
        "pixels numbered with the height of the image",
        "In a flat array, a pixel stands one row after the pixel above it: W places. You count H places.",
        {
            f"x[n, c, {WINDOW}]": (
                "x.take(((n * C + c) * W + top + np.arange(FH)[:, None]) * H + left + np.arange(FW))"
            ),
        },
    )
    mistakes.change(
        "reshaped to (N, H, W, C), not transposed",
        "x.reshape(N, H, W, C) keeps all numbers in their order, so your windows mix rows and channels. "
        "Moving an axis is a transpose; pooling needs none here.",
        {
            "FH, FW = size": "FH, FW = size\nx = x.reshape(N, H, W, C).transpose(0, 3, 1, 2)",
            **returned(".transpose(0, 2, 3, 1).reshape(N, C, OH, OW)"),
        },
    )
    mistakes.change(
        "only the first image",
        "Only out[0] is filled. There are N images, each pooled by itself.",
        loops(n="1"),
    )
    mistakes.change(
        "only the first channel",
        "Only channel 0 is filled. There are C channels, each pooled by itself.",
        loops(c="1"),
    )
    mistakes.change(
        "channels pooled together",
        "Your window reaches through all channels, as a filter does. Pooling treats each channel by itself.",
        {f"x[n, c, {WINDOW}]": f"x[n, :, {WINDOW}]"},
    )
    mistakes.change(
        "stride 2 built in",
        "Your windows move by 2 pixels whatever `stride` says. Use the argument.",
        UNCHECKED | {"FH, FW = size": "FH, FW = size\nstride = 2"},
    )
    mistakes.change(
        "reshape without transpose",
        "After such a reshape the two axes of a window stand apart, so a second reshape mixes "
        "windows. Bring FH and FW together first. And reshape alone cannot do windows that overlap.",
        {
            f"x[n, c, {WINDOW}]": (
                "x.reshape(N, C, OH, FH, OW, FW).reshape(N, C, OH, OW, FH, FW)[n, c, i, j]"
            ),
        },
    )

    @mistakes.mistake(
        "only for windows side by side",
        "Cutting the image into blocks works where stride, height and width of the window are one number. "
        "Windows may also overlap, or leave pixels out.",
    )
    def _(x, size, stride):
        N, C, H, W = x.shape
        x.reshape(N, C, H // size[0], size[0], W // size[1], size[1])
        if (stride, stride) != tuple(size):
            raise AnySizeError
        return mistakes.program(x, size, stride)

    mistakes.change(
        "results cut to whole numbers",
        "Your arrays hold integers, so the digits after the point are lost. np.zeros without a dtype "
        "holds floats.",
        {"np.zeros((N, C, OH, OW))": "np.zeros((N, C, OH, OW), int)"},
    )


# Backward


def backward_mistakes(
    mistakes: Catalogue,
    place: str,
    share: str,
    loops: Loops = in_one,
    gradients: tuple[str, ...] = ("dout",),
    columns_first: Change | None = None,
    pixel_by_pixel: Change | None = None,
) -> None:
    """Add the mistakes made with windows on the way back.

    The program adds `share` to `dx[place]`. `gradients` are the arguments that have a value for each output.
    `columns_first` exchanges the loops over i and j. `pixel_by_pixel` adds to single pixels, not to a slice:
    a slice ends where dx ends, a pixel beyond it is an error.
    """

    def both(change: Change) -> tuple[Change, ...]:
        """A change of the program, and of the one that goes pixel by pixel."""
        return (change, {**change, **pixel_by_pixel}) if pixel_by_pixel else (change,)

    mistakes.change(
        "gradients that meet are not added up",
        "Where windows overlap, a pixel collects gradients from several of them; yours keeps the last. "
        "Add them up, with `+=`. With index arrays even `dx[...] += ` keeps only one of those that share a "
        "place: `np.add.at` adds all of them.",
        {"+=": "="},
        {"+=": "=", **(columns_first or {})},
    )
    mistakes.change(
        "stride ignored in the window's place",
        "Your windows move by one pixel on the way back. They stand where the forward step put them: "
        "`stride` apart.",
        {PLACE: "top, left = i, j"},
    )
    mistakes.change(
        "stride used for the rows only",
        "Going back, your windows move down by `stride` but right by one pixel. The stride holds for "
        "columns too.",
        {PLACE: "top, left = i * stride, j"},
    )
    mistakes.change(
        "stride used for the columns only",
        "Going back, your windows move right by `stride` but down by one pixel. The stride holds for "
        "rows too.",
        {PLACE: "top, left = i, j * stride"},
    )
    mistakes.change(
        "windows laid side by side",
        "Your windows move by their own size. They begin `stride` pixels apart, which may be less "
        "(overlap) or more.",
        *both({PLACE: "top, left = i * size[0], j * size[1]"}),
    )
    mistakes.change(
        "i and j swapped in dout[n, c, i, j]",
        "i is the row of an output and comes before its column j, in dout as in the place of the window.",
        {"dout[n, c, i, j]": "dout[n, c, j, i]"},
    )
    mistakes.change(
        "i over OW, j over OH",
        "i counts the OH rows of dout and j its OW columns. Somewhere you have them the other way round, "
        "which fails unless dout is square.",
        loops(i="OW", j="OH"),
    )
    mistakes.change(
        "windows numbered with the height of the output",
        "If you count the gradients from 0 on, row by row, each row of dout has OW of them. To find the row "
        "of one, divide by OW; you divide by OH.",
        *both({PLACE: "top, left = (i * OW + j) // OH * stride, j * stride"}),
    )
    mistakes.change(
        "reshaped to (N, H, W, C), not transposed",
        "reshape keeps all numbers in their order, so channels and columns are mixed on the way in and out. "
        "Moving an axis is a transpose; pooling needs none here.",
        {
            "N, C, OH, OW = dout.shape": "\n".join(
                ["N, C, OH, OW = dout.shape"]
                + [f"{g} = {g}.reshape(N, OH, OW, C).transpose(0, 3, 1, 2)" for g in gradients]
            ),
            "return dx": "return dx.transpose(0, 2, 3, 1).reshape(x_shape)",
        },
    )
    mistakes.change(
        "every gradient into the first window",
        "The place inside a window is not yet the place in the image: add where the window of output (i, "
        "j) begins.",
        {PLACE: "top, left = 0, 0"},
    )
    mistakes.change(
        "divided by the number of gradients that meet",
        "A pixel that several windows use gets the sum of their gradients, not their mean.",
        {
            "dx = np.zeros(x_shape)": "dx, hits = np.zeros(x_shape), np.zeros(x_shape)",
            f"dx[{place}] +=": f"hits[{place}] += 1\ndx[{place}] +=",
            "return dx": "return dx / np.maximum(hits, 1)",
        },
    )
    mistakes.change(
        "only the first image",
        "dx of the other images stays zero. Every image sends its own gradients back.",
        loops(n="1"),
    )
    mistakes.change(
        "only the first channel",
        "dx of the other channels stays zero. Every channel sends its own gradients back.",
        loops(c="1"),
    )
    mistakes.change(
        "ones instead of dout",
        "You send a 1 back through each window. What flows back is dout, the gradient of the loss by each "
        "output.",
        {"dout[n, c, i, j]": "1"},
    )
    mistakes.change(
        "negative gradients cut off",
        "A gradient may be negative. Only a ReLU stops anything, and there is none here.",
        {"dout[n, c, i, j]": "max(dout[n, c, i, j], 0)"},
    )
    mistakes.change(
        "sign turned",
        "dx is the gradient itself: nothing is subtracted on the way back.",
        {"+=": "-="},
    )
    mistakes.change(
        "dx sized from the output",
        "dx has the shape of x, which you are given. That is OH * stride by OW * stride only if the windows "
        "lie side by side.",
        *both({"np.zeros(x_shape)": "np.zeros((N, C, OH * stride, OW * stride))"}),
    )
    mistakes.change(
        "rows and columns of dx swapped",
        "Your dx is the right one transposed: rows come before columns, as in x.",
        {"return dx": "return dx.swapaxes(2, 3)"},
    )
    mistakes.change(
        "results cut to whole numbers",
        "Your dx holds integers, so the digits after the point are lost. np.zeros without a dtype holds "
        "floats.",
        {"return dx": "return dx.astype(int)"},
        {"np.zeros(x_shape)": "np.zeros(x_shape, int)", share: f"int({share})"},
        {"np.zeros(x_shape)": "np.zeros(x_shape, int)", **(pixel_by_pixel or {})},
    )
