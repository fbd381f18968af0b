"""What the exercises of pooling share: which windows their cases use, and the mistakes made with windows.

A forward mistake walks wrong windows with a right `summary` (what is kept of a window); a backward mistake
sends gradients to wrong places with right `shares` (which pixels of a window get how much).
Results keep the dtype of what came in, so that float32 is compared with the tolerance of float32, however a
student adds up.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import distinct, reals, scattered
from autograder.checks.errors import AnySizeError
from autograder.checks.exercise import Case, Function
from autograder.exercises.convolution_cases import sizes


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
    return x + max(0.0, 1.0 - in_each_window(lambda w: w.max(INSIDE))(x, size, stride).min())


# Forward

INSIDE = (-2, -1)
"""The axes inside a window: summaries see the windows of all images and channels at once, (N, C, FH, FW)."""


def flat(window):
    """The values of each window in a row: (N, C, FH * FW)."""
    return window.reshape(*window.shape[:2], -1)


def walk(x, OH, OW, window, summary):
    """Fill `out`, and all else that `summary` gives, from window(i, j) -> (N, C, rows, columns)."""
    several = isinstance(summary(np.zeros((1, 1, 1, 1))), tuple)
    kept = np.zeros((2 if several else 1, *x.shape[:2], OH, OW), x.dtype)
    for i, j in np.ndindex(OH, OW):
        found = summary(window(i, j))
        for each, value in zip(kept, found if several else (found,), strict=True):
            each[:, :, i, j] = value
    return tuple(kept) if several else kept[0]


def look(x, top, left, FH, FW):
    """Windows of FH by FW that begin at row top(i) and column left(j), cut short where x ends."""
    return lambda i, j: x[:, :, top(i) : top(i) + FH, left(j) : left(j) + FW]


def in_each_window(summary):
    """A pooling with the right windows that keeps summary(window) of each."""

    def pool(x, size, stride):
        window = look(x, lambda i: i * stride, lambda j: j * stride, *size)
        return walk(x, *sizes(x.shape, size, stride), window, summary)

    return pool


def forward_mistakes(catalogue: Catalogue, summary: Function) -> None:
    """Add the mistakes made with windows; `summary` keeps of a window what the exercise asks for."""

    right = in_each_window(summary)

    def right_or_error(x, size, stride):
        if any((n - f) % stride for n, f in zip(x.shape[2:], size, strict=True)):
            raise ValueError("the windows do not fit")
        return right(x, size, stride)

    def every(result, change):
        return tuple(change(a) for a in result) if isinstance(result, tuple) else change(result)

    @catalogue.mistake(
        "stride ignored in the window's place",
        "Your windows move by one pixel. From one output to the next they move by `stride` pixels, down "
        "as well as right.",
    )
    def _(x, size, stride):
        window = look(x, lambda i: i, lambda j: j, *size)
        return walk(x, *sizes(x.shape, size, stride), window, summary)

    @catalogue.mistake(
        "stride used for the rows only",
        "The windows move down by `stride`, but to the right by one pixel. The stride holds for columns too.",
    )
    def _(x, size, stride):
        window = look(x, lambda i: i * stride, lambda j: j, *size)
        return walk(x, *sizes(x.shape, size, stride), window, summary)

    @catalogue.mistake(
        "stride used for the columns only",
        "The windows move right by `stride`, but down by one pixel. The stride holds for rows too.",
    )
    def _(x, size, stride):
        window = look(x, lambda i: i, lambda j: j * stride, *size)
        return walk(x, *sizes(x.shape, size, stride), window, summary)

    @catalogue.mistake(
        "windows laid side by side",
        "Your windows move by their own size. How far they move (`stride`) and how large they are "
        "(`size`) are "
        "different numbers: 3x3 windows at stride 2 overlap.",
    )
    def _(x, size, stride):
        window = look(x, lambda i: i * size[0], lambda j: j * size[1], *size)
        return walk(x, *sizes(x.shape, size, stride), window, summary)

    @catalogue.also("windows laid side by side")
    def _(x, size, stride):
        window = look(x, lambda i: i * size[0], lambda j: j * size[1], *size)
        return walk(x, x.shape[2] // size[0], x.shape[3] // size[1], window, summary)

    @catalogue.mistake(
        "window as large as the stride",
        "Your window reaches `stride` pixels down and right. Its height and width come from `size`.",
    )
    def _(x, size, stride):
        window = look(x, lambda i: i * stride, lambda j: j * stride, stride, stride)
        return walk(x, *sizes(x.shape, size, stride), window, summary)

    @catalogue.mistake(
        "window one short",
        "Your window leaves out its last row and column: a slice [a:b] ends before b.",
    )
    def _(x, size, stride):
        window = look(x, lambda i: i * stride, lambda j: j * stride, size[0] - 1, size[1] - 1)
        return walk(x, *sizes(x.shape, size, stride), window, summary)

    @catalogue.mistake(
        "windows taken as square",
        "`size` holds two numbers, FH and FW, and you use the first for both.",
    )
    def _(x, size, stride):
        return right(x, (size[0], size[0]), stride)

    @catalogue.mistake(
        "height and width of the window swapped",
        "`size` is (FH, FW): the rows come first, then the columns.",
    )
    def _(x, size, stride):
        return right(x, size[::-1], stride)

    @catalogue.also("windows taken as square")
    def _(x, size, stride):
        return right_or_error(x, (size[0], size[0]), stride)

    @catalogue.also("height and width of the window swapped")
    def _(x, size, stride):
        return right_or_error(x, size[::-1], stride)

    @catalogue.mistake(
        "output one too small",
        "After the first window there is room for (H - FH) / stride more. Count the first one too.",
    )
    def _(x, size, stride):
        return every(right(x, size, stride), lambda a: a[:, :, :-1, :-1])

    @catalogue.mistake(
        "output size H / stride",
        "H // stride is right only where the windows lie side by side. Ask where the last window may begin.",
    )
    def _(x, size, stride):
        window = look(x, lambda i: i * stride, lambda j: j * stride, *size)
        return walk(x, x.shape[2] // stride, x.shape[3] // stride, window, summary)

    @catalogue.mistake(
        "output size H / FH",
        "H // FH is right only where the windows lie side by side. The stride decides how many there are.",
    )
    def _(x, size, stride):
        window = look(x, lambda i: i * stride, lambda j: j * stride, *size)
        return walk(x, x.shape[2] // size[0], x.shape[3] // size[1], window, summary)

    @catalogue.mistake(
        "height used for the width of the output",
        "OH comes from H and FH, OW from W and FW; you use OH twice.",
    )
    def _(x, size, stride):
        OH, _OW = sizes(x.shape, size, stride)
        window = look(x, lambda i: i * stride, lambda j: j * stride, *size)
        return walk(x, OH, OH, window, summary)

    @catalogue.mistake(
        "height of the window used for the width of the output",
        "OH comes from H and FH, OW from W and FW; you have FH in both.",
    )
    def _(x, size, stride):
        OH, _OW = sizes(x.shape, size, stride)
        window = look(x, lambda i: i * stride, lambda j: j * stride, *size)
        return walk(x, OH, (x.shape[3] - size[0]) // stride + 1, window, summary)

    @catalogue.mistake(
        "rows and columns of the output swapped",
        "Output (i, j) belongs to row i * stride and column j * stride of x: your result is transposed.",
    )
    def _(x, size, stride):
        return every(right(x, size, stride), lambda a: a.swapaxes(2, 3))

    @catalogue.mistake(
        "i and j swapped in out[n, c, i, j]",
        "i is the row of an output and comes before its column j, in out as in the place of the window.",
    )
    def _(x, size, stride):
        OH, OW = sizes(x.shape, size, stride)
        if OH != OW:
            raise IndexError("out has no such row or column")
        return every(right(x, size, stride), lambda a: a.swapaxes(2, 3))

    @catalogue.mistake(
        "i over OW, j over OH",
        "i counts the OH rows of the output and j its OW columns. Somewhere you have them the other way "
        "round, in the loops or in the shape of out, which fails unless the output is square.",
    )
    def _(x, size, stride):
        result, (OH, OW) = right(x, size, stride), sizes(x.shape, size, stride)
        for i, j in np.ndindex(OW, OH):
            every(result, lambda a, i=i, j=j: a[:, :, i, j])
        return result

    @catalogue.also("i over OW, j over OH")
    def _(x, size, stride):
        (OH, OW), window = (
            sizes(x.shape, size, stride),
            look(x, lambda i: i * stride, lambda j: j * stride, *size),
        )
        result = right(x, size, stride)
        for i, j in np.ndindex(OW, OH):
            summary(window(i, j))
            every(result, lambda a, i=i, j=j: a[:, :, i, j])
        return result

    @catalogue.mistake(
        "windows numbered with the height of the output",
        "Counted flat, row by row, a row of the output holds OW windows. Yours begins a new row every OH.",
    )
    def _(x, size, stride):
        (FH, FW), (OH, OW) = size, sizes(x.shape, size, stride)
        seen = np.zeros((OH * OW, *x.shape[:2], FH, FW), x.dtype)
        for i, j in np.ndindex(OH, OW):
            top, left = i * stride, j * stride
            seen[i * OH + j] = x[:, :, top : top + FH, left : left + FW]
        return walk(x, OH, OW, lambda i, j: seen[i * OW + j], summary)

    @catalogue.mistake(
        "pixels numbered with the height of the image",
        "Counted flat, a pixel stands W places behind the pixel above it, one whole row. Yours stands H "
        "behind.",
    )
    def _(x, size, stride):
        (N, C, H, W), (FH, FW), (OH, OW) = x.shape, size, sizes(x.shape, size, stride)
        n, c, i, j, p, q = np.ogrid[:N, :C, :OH, :OW, :FH, :FW]
        seen = np.take(x, ((n * C + c) * W + i * stride + p) * H + j * stride + q)
        return walk(x, OH, OW, lambda i, j: seen[:, :, i, j], summary)

    @catalogue.mistake(
        "reshaped to (N, H, W, C), not transposed",
        "x.reshape(N, H, W, C) keeps all numbers in their order, so your windows mix rows and channels. "
        "Moving an axis is a transpose; pooling needs none here.",
    )
    def _(x, size, stride):
        N, C, H, W = x.shape
        result = right(x.reshape(N, H, W, C).transpose(0, 3, 1, 2), size, stride)
        return every(result, lambda a: a.transpose(0, 2, 3, 1).reshape(a.shape))

    @catalogue.mistake(
        "only the first image", "Only out[0] is filled. There are N images, each pooled by itself."
    )
    def _(x, size, stride):
        return every(right(x, size, stride), lambda a: a * (np.arange(len(a)) == 0)[:, None, None, None])

    @catalogue.mistake(
        "only the first channel", "Only channel 0 is filled. There are C channels, each pooled by itself."
    )
    def _(x, size, stride):
        return every(right(x, size, stride), lambda a: a * (np.arange(a.shape[1]) == 0)[None, :, None, None])

    @catalogue.mistake(
        "channels pooled together",
        "Your window reaches through all channels, as a filter does. Pooling treats each channel by itself.",
    )
    def _(x, size, stride):
        right_place = look(x, lambda i: i * stride, lambda j: j * stride, *size)

        def window(i, j):
            return right_place(i, j).reshape(len(x), 1, -1, size[1])

        return walk(x, *sizes(x.shape, size, stride), window, summary)

    @catalogue.mistake(
        "stride 2 built in", "Your windows move by 2 pixels whatever `stride` says. Use the argument."
    )
    def _(x, size, stride):
        return right(x, size, 2)

    @catalogue.mistake(
        "reshape without transpose",
        "After such a reshape the two axes of a window stand apart, so a second reshape mixes "
        "windows. Bring FH and FW together first. And reshape alone cannot do windows that overlap.",
    )
    def _(x, size, stride):
        N, C = x.shape[:2]
        OH, OW = sizes(x.shape, size, stride)
        split = x.reshape(N, C, OH, size[0], OW, size[1]).reshape(N, C, OH, OW, size[0] * size[1])
        return walk(x, OH, OW, lambda i, j: split[:, :, i, j, None], summary)

    @catalogue.mistake(
        "only for windows side by side",
        "Cutting the image into blocks works where stride, height and width of the window are one number. "
        "Windows may also overlap, or leave pixels out.",
    )
    def _(x, size, stride):
        N, C, H, W = x.shape
        x.reshape(N, C, H // size[0], size[0], W // size[1], size[1])
        if (stride, stride) != tuple(size):
            raise AnySizeError
        return right(x, size, stride)

    @catalogue.mistake(
        "results cut to whole numbers",
        "Your arrays hold integers, so the digits after the point are lost. np.zeros without a dtype "
        "holds floats.",
    )
    def _(x, size, stride):
        result = right(x, size, stride)
        return every(result, lambda a: a.astype(np.int64))


# Backward


def send(dout, x_shape, shares, top, left, add=True, columns_outside=False, dtype=None, one_by_one=False):
    """dx from `shares`: each output gives share times its dout to pixel (p, q) of its window.

    p, q and share are arrays (N, C, OH, OW, number of pixels), or what broadcasts to that. The window begins
    at row top(i) and column left(j). A `dtype` of whole numbers cuts each share or, one by one, each sum.
    """
    p, q, share = shares
    n, c, i, j, _ = np.ogrid[tuple(slice(size) for size in (*dout.shape, 1))]
    places = np.broadcast_arrays(n, c, top(i) + p, left(j) + q, dout[..., None] * share)
    places = [a.swapaxes(2, 3) for a in places] if columns_outside else places
    *places, values = (a.ravel() for a in places)  # in this order: of two that are set, the last one stays
    dx = np.zeros(x_shape, dtype or dout.dtype)
    if one_by_one:
        for *place, value in zip(*places, values, strict=True):
            dx[tuple(place)] += value
    elif add:
        np.add.at(dx, tuple(places), values.astype(dx.dtype))
    else:
        dx[tuple(places)] = values
    return dx


def every_pixel(size):
    """Row and column of each pixel of a window."""
    return np.divmod(np.arange(size[0] * size[1]), size[1])


def backward_mistakes(catalogue: Catalogue, shares_of: Function) -> None:
    """Add the mistakes made with windows on the way back.

    The mistakes take (dout, more, x_shape, size, stride), where `more` is what else the exercise hands over;
    shares_of(more, size) gives the `shares` of `send`.
    """

    def right(dout, more, x_shape, size, stride):
        shares = shares_of(more, size)
        return send(dout, x_shape, shares, lambda i: i * stride, lambda j: j * stride)

    @catalogue.mistake(
        "= instead of +=",
        "Where windows overlap, a pixel collects gradients from several of them; yours keeps the last. "
        "Add them up. "
        "With index arrays, `dx[...] += ` also keeps only one of those that share a place.",
    )
    def _(dout, more, x_shape, size, stride):
        shares = shares_of(more, size)
        return send(dout, x_shape, shares, lambda i: i * stride, lambda j: j * stride, add=False)

    @catalogue.also("= instead of +=")
    def _(dout, more, x_shape, size, stride):
        places = (lambda i: i * stride), (lambda j: j * stride)
        return send(dout, x_shape, shares_of(more, size), *places, add=False, columns_outside=True)

    @catalogue.mistake(
        "stride ignored in the window's place",
        "Your windows move by one pixel on the way back. They stand where the forward step put them: "
        "`stride` apart.",
    )
    def _(dout, more, x_shape, size, stride):
        return send(dout, x_shape, shares_of(more, size), lambda i: i, lambda j: j)

    @catalogue.mistake(
        "stride used for the rows only",
        "Going back, your windows move down by `stride` but right by one pixel. The stride holds for "
        "columns too.",
    )
    def _(dout, more, x_shape, size, stride):
        return send(dout, x_shape, shares_of(more, size), lambda i: i * stride, lambda j: j)

    @catalogue.mistake(
        "stride used for the columns only",
        "Going back, your windows move right by `stride` but down by one pixel. The stride holds for "
        "rows too.",
    )
    def _(dout, more, x_shape, size, stride):
        return send(dout, x_shape, shares_of(more, size), lambda i: i, lambda j: j * stride)

    @catalogue.mistake(
        "windows laid side by side",
        "Your windows move by their own size. They begin `stride` pixels apart, which may be less "
        "(overlap) or more.",
    )
    def _(dout, more, x_shape, size, stride):
        shares = shares_of(more, size)
        return send(dout, x_shape, shares, lambda i: i * size[0], lambda j: j * size[1])

    @catalogue.mistake(
        "i and j swapped in dout[n, c, i, j]",
        "i is the row of an output and comes before its column j, in dout as in the place of the window.",
    )
    def _(dout, more, x_shape, size, stride):
        if dout.shape[2] != dout.shape[3]:
            raise IndexError("dout has no such row or column")
        return right(dout.swapaxes(2, 3), more, x_shape, size, stride)

    @catalogue.mistake(
        "i over OW, j over OH",
        "i counts the OH rows of dout and j its OW columns. Somewhere you have them the other way round, "
        "which fails unless dout is square.",
    )
    def _(dout, more, x_shape, size, stride):
        for i, j in np.ndindex(*dout.shape[:1:-1]):
            dout[:, :, i, j]
        return right(dout, more, x_shape, size, stride)

    @catalogue.mistake(
        "windows numbered with the height of the output",
        "Counted flat, row by row, a row of dout holds OW gradients. To come back to row i, divide by that "
        "number; you divide by OH.",
    )
    def _(dout, more, x_shape, size, stride):
        (FH, FW), (OH, OW), shares = size, dout.shape[2:], shares_of(more, size)
        dx = np.zeros(x_shape, dout.dtype)
        for i, j in np.ndindex(OH, OW):
            here = (slice(None), slice(None), slice(i, i + 1), slice(j, j + 1))
            p, q, share = (a[here] if np.ndim(a) == 5 else a for a in shares)
            patch = send(dout[here], (*x_shape[:2], FH, FW), (p, q, share), lambda i: 0, lambda j: 0)
            top, left = (i * OW + j) // OH * stride, j * stride
            dx[:, :, top : top + FH, left : left + FW] += patch
        return dx

    @catalogue.mistake(
        "reshaped to (N, H, W, C), not transposed",
        "reshape keeps all numbers in their order, so channels and columns are mixed on the way in and out. "
        "Moving an axis is a transpose; pooling needs none here.",
    )
    def _(dout, more, x_shape, size, stride):
        N, C, H, W = x_shape

        def moved(a):
            return a.reshape(N, *dout.shape[2:], C).transpose(0, 3, 1, 2)

        more = moved(more) if isinstance(more, np.ndarray) else more
        return right(moved(dout), more, x_shape, size, stride).transpose(0, 2, 3, 1).reshape(x_shape)

    @catalogue.mistake(
        "every gradient into the first window",
        "The place inside a window is not yet the place in the image: add where the window of output (i, "
        "j) begins.",
    )
    def _(dout, more, x_shape, size, stride):
        return send(dout, x_shape, shares_of(more, size), lambda i: 0, lambda j: 0)

    @catalogue.mistake(
        "divided by the number of gradients that meet",
        "A pixel that several windows use gets the sum of their gradients, not their mean.",
    )
    def _(dout, more, x_shape, size, stride):
        hits = right(np.ones(dout.shape), more, x_shape, size, stride)
        _p, _q, share = shares_of(more, size)
        return right(dout, more, x_shape, size, stride) / np.maximum(hits / np.max(share), 1)

    @catalogue.mistake(
        "only the first image", "dx of the other images stays zero. Every image sends its own gradients back."
    )
    def _(dout, more, x_shape, size, stride):
        return right(dout, more, x_shape, size, stride) * (np.arange(len(dout)) == 0)[:, None, None, None]

    @catalogue.mistake(
        "only the first channel",
        "dx of the other channels stays zero. Every channel sends its own gradients back.",
    )
    def _(dout, more, x_shape, size, stride):
        first = (np.arange(dout.shape[1]) == 0)[None, :, None, None]
        return right(dout, more, x_shape, size, stride) * first

    @catalogue.mistake(
        "ones instead of dout",
        "You send a 1 back through each window. What flows back is dout, the gradient of the loss by each "
        "output.",
    )
    def _(dout, more, x_shape, size, stride):
        return right(np.ones(dout.shape), more, x_shape, size, stride)

    @catalogue.mistake(
        "negative gradients cut off",
        "A gradient may be negative. Only a ReLU stops anything, and there is none here.",
    )
    def _(dout, more, x_shape, size, stride):
        return right(np.maximum(dout, 0), more, x_shape, size, stride)

    @catalogue.mistake("sign turned", "dx is the gradient itself: nothing is subtracted on the way back.")
    def _(dout, more, x_shape, size, stride):
        return -right(dout, more, x_shape, size, stride)

    @catalogue.mistake(
        "dx sized from the output",
        "dx has the shape of x, which you are given. OH * stride by OW * stride is that only for windows "
        "side by side.",
    )
    def _(dout, more, x_shape, size, stride):
        N, C, OH, OW = dout.shape
        dx = right(dout, more, x_shape, size, stride)
        made = np.zeros((N, C, OH * stride, OW * stride))
        if made.shape[2] < dx.shape[2] or made.shape[3] < dx.shape[3]:
            raise IndexError("a window reaches beyond dx")
        made[:, :, : dx.shape[2], : dx.shape[3]] = dx
        return made

    @catalogue.mistake(
        "rows and columns of dx swapped",
        "Your dx is the right one transposed: rows come before columns, as in x.",
    )
    def _(dout, more, x_shape, size, stride):
        return right(dout, more, x_shape, size, stride).swapaxes(2, 3)

    @catalogue.mistake(
        "results cut to whole numbers",
        "Your dx holds integers, so the digits after the point are lost. np.zeros without a dtype holds "
        "floats.",
    )
    def _(dout, more, x_shape, size, stride):
        return right(dout, more, x_shape, size, stride).astype(np.int64)

    for each in ({}, {"one_by_one": True}):

        @catalogue.also("results cut to whole numbers")
        def _(dout, more, x_shape, size, stride, each=each):
            places = (lambda i: i * stride), (lambda j: j * stride)
            return send(dout, x_shape, shares_of(more, size), *places, dtype=np.int64, **each)


# Averages: what people divide by instead of FH * FW, forward and backward

DIVISORS = (
    ("the height squared", "You divide by FH * FH.", lambda FH, FW, stride: FH**2),
    ("the width squared", "You divide by FW * FW.", lambda FH, FW, stride: FW**2),
    ("the height alone", "You divide by FH.", lambda FH, FW, stride: FH),
    ("the width alone", "You divide by FW.", lambda FH, FW, stride: FW),
    ("FH + FW", "You divide by FH + FW.", lambda FH, FW, stride: FH + FW),
    ("4 always", "You divide by 4, which is right for 2x2 windows only.", lambda FH, FW, stride: 4),
    (
        "the stride squared",
        "stride * stride is the size of the window only where the windows lie side by side.",
        lambda FH, FW, stride: stride**2,
    ),
)


def divisor_mistakes(catalogue: Catalogue, divided_by: Function) -> None:
    """Add what averages are divided by; divided_by(divisor) divides by divisor(FH, FW, stride)."""
    for number, advice, divisor in DIVISORS:
        question = " Ask how many values a window of FH by FW holds."
        catalogue.mistake(f"divided by {number}", advice + question)(divided_by(divisor))
