"""conv_backward(dout, x, w, stride=1, pad=0): the exercise of the course where most goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps

import numpy as np

from autograder.checks.draw import integers, reals, scattered
from autograder.checks.errors import AnySizeError
from autograder.checks.exercise import Case, Catalogue, Exercise, Function, Slope, aspect
from autograder.exercises.convolution_cases import pads, read_one_by_one, remembered, sizes, views
from cs_conv.naive import conv_backward as reference


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, w, draw=integers, **options):
        stride, pad = options.get("stride", 1), options.get("pad", 0)
        OH, OW = sizes(x, w[2:], stride, pad)
        return Case(tag, about, (draw(rng, x[0], w[0], OH, OW), draw(rng, *x), draw(rng, *w)), options)

    yield case("values", "one image, one channel, one filter", (1, 1, 3, 3), (1, 1, 2, 2))
    yield case("values", "a 1x1 filter", (1, 1, 2, 2), (1, 1, 1, 1))
    yield case("values", "two channels", (1, 2, 2, 2), (1, 2, 2, 2))
    yield case("values", "two filters", (1, 1, 3, 3), (2, 1, 2, 2))
    yield case("values", "two images", (2, 1, 3, 3), (1, 1, 2, 2))
    yield case("values", "two images, two channels, two filters", (2, 2, 3, 3), (2, 2, 2, 2))
    yield case("values", "three images, two channels, two filters", (3, 2, 3, 3), (2, 2, 2, 2))
    yield case("values", "two images, two channels, three filters", (2, 2, 4, 4), (3, 2, 3, 3))
    yield case("values", "two images, three channels, two filters of 1x1", (2, 3, 3, 3), (2, 3, 1, 1))
    yield case("values", "the filter covers the whole input", (2, 3, 3, 3), (3, 3, 3, 3))
    yield case("values", "real numbers", (2, 3, 5, 5), (4, 3, 3, 3), reals)
    yield case("geometry", "stride 2 and windows that do not overlap", (1, 1, 4, 4), (1, 1, 2, 2), stride=2)
    yield case("geometry", "stride 2 and windows that overlap", (1, 1, 5, 5), (1, 1, 3, 3), stride=2)
    yield case("geometry", "stride 3: pixels between windows go unused", (1, 1, 5, 5), (1, 1, 2, 2), stride=3)
    yield case("geometry", "pad 1", (1, 1, 2, 2), (1, 1, 3, 3), pad=1)
    yield case("geometry", "pad 1 and an even filter", (1, 1, 2, 2), (1, 1, 2, 2), pad=1)
    yield case("geometry", "pad 2: some windows see only padding", (1, 1, 2, 2), (1, 1, 2, 2), pad=2)
    yield case("geometry", "pad 3, more than the image", (1, 1, 2, 2), (1, 1, 2, 2), stride=2, pad=3)
    yield case("geometry", "stride 3 and pad 1", (1, 1, 4, 4), (1, 1, 3, 3), stride=3, pad=1)
    yield case("geometry", "stride 2 and pad 1", (2, 2, 5, 5), (2, 2, 3, 3), stride=2, pad=1)
    yield case(
        "geometry", "stride 3, pad 2, real numbers", (2, 3, 5, 5), (4, 3, 3, 3), reals, stride=3, pad=2
    )
    yield case("rectangles", "a single row", (1, 1, 1, 3), (1, 1, 1, 2))
    yield case("rectangles", "a filter higher than wide", (1, 1, 3, 2), (1, 1, 2, 1))
    yield case("rectangles", "a square filter on a wide input", (1, 1, 2, 4), (1, 1, 2, 2))
    yield case("rectangles", "a wide filter on a square input, pad 1", (1, 1, 3, 3), (1, 1, 2, 3), pad=1)
    yield case(
        "rectangles",
        "a high input, a wide filter, stride 2, pad 1",
        (2, 2, 6, 5),
        (2, 2, 2, 3),
        stride=2,
        pad=1,
    )
    yield case(
        "rectangles", "a filter wider than high, real numbers", (2, 3, 4, 6), (3, 3, 2, 4), reals, pad=1
    )
    yield case("rectangles", "a single column", (1, 1, 3, 1), (1, 1, 1, 1))
    yield case(
        "rectangles",
        "a 7x3 filter on a square input, stride 4",
        (1, 2, 11, 11),
        (1, 2, 7, 3),
        reals,
        stride=4,
    )
    yield case(
        "rectangles", "pad 3 around 1x2 pixels, a 3x2 filter", (1, 1, 1, 2), (1, 1, 3, 2), stride=2, pad=3
    )
    yield case(
        "rectangles",
        "three images, a high filter, stride 2, pad 2, real numbers",
        (3, 3, 5, 8),
        (2, 3, 3, 2),
        reals,
        stride=2,
        pad=2,
    )
    dout, x, w = reals(rng, 2, 3, 4, 4), reals(rng, 2, 2, 4, 4), reals(rng, 3, 2, 3, 3)
    yield Case("edges", "float32", tuple(a.astype(np.float32) for a in (dout, x, w)), {"pad": 1})
    yield Case("edges", "arrays that are not contiguous", tuple(map(scattered, (dout, x, w))), {"pad": 1})
    dout, x, w = reals(rng, 2, 2, 2, 2), reals(rng, 2, 3, 4, 4), reals(rng, 2, 3, 3, 3)
    about = "arrays that are not contiguous, without padding"
    yield Case("edges", about, tuple(map(scattered, (dout, x, w))))
    yield case("edges", "one image of one pixel, a 1x1 filter", (1, 1, 1, 1), (1, 1, 1, 1))


def crop(dx_pad, x, pad):
    return dx_pad[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]


def slopes(case, rng):
    """Central differences of <out, dout> along random directions; h = 1 is exact, for all is linear."""
    dout, x, w = (np.asarray(a, np.float64) for a in case.args)
    stride, pad = case.options.get("stride", 1), case.options.get("pad", 0)
    b = np.zeros(len(w))

    def loss(x, w, b):
        windows = views(pads(x, pad), *dout.shape[2:], *w.shape[2:], stride, stride)
        out = np.einsum("ncijpq,kcpq->nkij", windows, w) + b[:, None, None]
        return float(np.sum(out * dout))

    u, v, d = (rng.normal(size=a.shape) for a in (x, w, b))
    return [
        Slope("db", d, (loss(x, w, b + d) - loss(x, w, b - d)) / 2),
        Slope("dw", v, (loss(x, w + v, b) - loss(x, w - v, b)) / 2),
        Slope("dx", u, (loss(x + u, w, b) - loss(x - u, w, b)) / 2),
    ]


def filter_gradient(dout, x_pad, w, rows, columns):
    seen = views(x_pad, *dout.shape[2:], *w.shape[2:], rows, columns)
    return np.einsum("nkij,ncijpq->kcpq", dout, seen)


def padded_input_gradient(dout, x, w, rows, columns, pad):
    """dx with its padding, as a full convolution of the dilated dout with the flipped filters."""
    (OH, OW), (FH, FW) = dout.shape[2:], w.shape[2:]
    height, width = (OH - 1) * rows + FH, (OW - 1) * columns + FW
    spread = np.zeros((*dout.shape[:2], height + FH - 1, width + FW - 1), dout.dtype)
    spread[:, :, FH - 1 : height : rows, FW - 1 : width : columns] = dout
    dx_pad = pads(np.zeros_like(x), pad)
    dx_pad[:, :, :height, :width] = np.einsum(
        "nkyzpq,kcpq->ncyz", views(spread, height, width, FH, FW), w[:, :, ::-1, ::-1]
    )
    return dx_pad


def input_gradient(dout, x, w, stride, pad):
    return crop(padded_input_gradient(dout, x, w, stride, stride, pad), x, pad)


@remembered
def backward(dout, x, w, stride=1, pad=0):
    """dx, dw and db, as they are right."""
    dw = filter_gradient(dout, pads(x, pad), w, stride, stride)
    return input_gradient(dout, x, w, stride, pad), dw, dout.sum(axis=(0, 2, 3))


def windows(dout, w, stride):
    """The places of the output with the rows and the columns of their windows, as people loop over them."""
    for i, j in np.ndindex(dout.shape[2:]):
        top, left = i * stride, j * stride
        yield i, j, slice(top, top + w.shape[2]), slice(left, left + w.shape[3])


def only(part: str) -> Callable[[Function], Function]:
    """An answer that is right but for one part, which the function below computes."""

    def wrap(wrong: Function) -> Function:
        @wraps(wrong)
        def answer(dout, x, w, stride=1, pad=0):
            parts = dict(zip(("dx", "dw", "db"), backward(dout, x, w, stride, pad), strict=True))
            parts[part] = wrong(dout, x, w, stride, pad)
            return parts["dx"], parts["dw"], parts["db"]

        return answer

    return wrap


mistakes = Catalogue()

# db


@mistakes.mistake(
    "db summed over the images only",
    "b[k] is used at every place (i, j) of every image: db is a sum over those axes too, of shape (K,).",
)
@only("db")
def _(dout, x, w, stride, pad):
    return dout.sum(axis=0)


@mistakes.mistake(
    "db not summed over the images",
    "All N images use the same b[k]: sum over them too; db has the shape (K,).",
)
@only("db")
def _(dout, x, w, stride, pad):
    return dout.sum(axis=(2, 3))


@mistakes.mistake(
    "db has one value an image instead of one a filter",
    "The axes of dout are (N, K, OH, OW). The axis that must be left over is K, number 1.",
)
@only("db")
def _(dout, x, w, stride, pad):
    return dout.sum(axis=(1, 2, 3))


@mistakes.mistake(
    "db summed over the filters",
    "Every filter has a bias of its own: the axis K stays, and the sum runs over all the others.",
)
@only("db")
def _(dout, x, w, stride, pad):
    return dout.sum()


def db_over(axes: tuple[int, ...], kept: str) -> None:
    """Add the mistake of summing dout over the wrong axes, of which `kept` are left."""

    @mistakes.mistake(
        f"db summed over the axes {axes}",
        f"The axes of dout are (N, K, OH, OW); yours has {kept} left over. The one that must be left is K.",
    )
    @only("db")
    def _(dout, x, w, stride, pad):
        return dout.sum(axis=axes)


db_over((0, 1, 2), "OW")
db_over((0, 1, 3), "OH")
db_over((0, 1), "OH and OW")
db_over((0, 2), "K and OW")
db_over((0, 3), "K and OH")


@mistakes.mistake(
    "db keeps axes of length 1", "b has the shape (K,), and so has its gradient: look at keepdims or reshape."
)
@only("db")
def _(dout, x, w, stride, pad):
    return dout.sum(axis=(0, 2, 3), keepdims=True)


@mistakes.mistake(
    "db averaged", "A bias adds the same to every output: its gradient is their sum, not their mean."
)
@only("db")
def _(dout, x, w, stride, pad):
    return dout.mean(axis=(0, 2, 3))


@mistakes.mistake(
    "db from the last image only",
    "db grows with every image: start it at zero before the loop and add inside, do not assign.",
)
@only("db")
def _(dout, x, w, stride, pad):
    return dout[-1].sum(axis=(1, 2))


@mistakes.mistake(
    "db overwritten in the loop: only the last output counts",
    "Every output of filter k adds its dout to db[k]: look at = and +=.",
)
@only("db")
def _(dout, x, w, stride, pad):
    return dout[-1, :, -1, -1]


@mistakes.mistake(
    "db counted once a channel",
    "The bias is added once an output, however many channels there are: add to db outside that loop.",
)
@only("db")
def _(dout, x, w, stride, pad):
    return dout.sum(axis=(0, 2, 3)) * x.shape[1]


@mistakes.mistake(
    "db counted once a weight",
    "The bias is added once an output, not once a weight: add to db outside the loops over the window.",
)
@only("db")
def _(dout, x, w, stride, pad):
    return dout.sum(axis=(0, 2, 3)) * w[0].size


# dw


@mistakes.mistake(
    "dw overwritten: only the last window counts",
    "Every window of every image adds its share to dw[k]: look at = and +=.",
)
@only("dw")
def _(dout, x, w, stride, pad):
    dw = np.zeros_like(w)
    for i, j, rows, columns in windows(dout, w, stride):
        dw[:] = dout[-1, :, i, j][:, None, None, None] * pads(x, pad)[-1, :, rows, columns]
    return dw


@mistakes.mistake(
    "dw from the last image only",
    "All images use the same filters: dw starts at zero before the loop over the images and grows in it.",
)
@only("dw")
def _(dout, x, w, stride, pad):
    return backward(dout[-1:], x[-1:], w, stride, pad)[1]


@mistakes.mistake(
    "neither stride nor padding yet",
    "Your windows begin at row i and column j of the unpadded image. With a stride they begin at i * "
    "stride and j * stride, and they lie in the padded image, for dw and for dx.",
)
def _(dout, x, w, stride=1, pad=0):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for n, k in np.ndindex(dout.shape[:2]):
        for i, j, rows, columns in windows(dout, w, 1):
            dw[k] += dout[n, k, i, j] * x[n, :, rows, columns]
            dx[n, :, rows, columns] += dout[n, k, i, j] * w[k]
    return dx, dw, dout.sum(axis=(0, 2, 3))


@mistakes.mistake(
    "padding missing, in dw, in dx or in both",
    "The window of output (i, j) lies in the padded input: pad x first, read the windows for dw there, "
    "send dx into an array of that size, and cut the border off at the end.",
)
def _(dout, x, w, stride=1, pad=0):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for n, k in np.ndindex(dout.shape[:2]):
        for i, j, rows, columns in windows(dout, w, stride):
            dw[k] += dout[n, k, i, j] * x[n, :, rows, columns]
            dx[n, :, rows, columns] += dout[n, k, i, j] * w[k]
    return dx, dw, dout.sum(axis=(0, 2, 3))


@mistakes.also("padding missing, in dw, in dx or in both")
def _(dout, x, w, stride=1, pad=0):
    read_one_by_one(x, *dout.shape[2:], *w.shape[2:], stride)
    return backward(dout, x, w, stride, pad)


@mistakes.also("padding missing, in dw, in dx or in both")
@only("dw")
def _(dout, x, w, stride, pad):
    dw = np.zeros_like(w)
    for n, k in np.ndindex(dout.shape[:2]):
        for i, j, rows, columns in windows(dout, w, stride):
            dw[k] += dout[n, k, i, j] * x[n, :, rows, columns]
    return dw


@mistakes.mistake(
    "dw ignores the stride",
    "The window of output (i, j) begins at row i * stride and column j * stride, in backward as in forward.",
)
@only("dw")
def _(dout, x, w, stride, pad):
    return filter_gradient(dout, pads(x, pad), w, 1, 1)


@mistakes.mistake(
    "dw strides over the rows only",
    "The columns have the stride too: the window begins at column j * stride.",
)
@only("dw")
def _(dout, x, w, stride, pad):
    return filter_gradient(dout, pads(x, pad), w, stride, 1)


@mistakes.mistake(
    "dw strides over the columns only", "The rows have the stride too: the window begins at row i * stride."
)
@only("dw")
def _(dout, x, w, stride, pad):
    return filter_gradient(dout, pads(x, pad), w, 1, stride)


@mistakes.mistake(
    "dw from an input padded on one side only",
    "Forward puts `pad` zeros on each side. Yours counts as if all of them were below and to the right: "
    "ask where the window of output (0, 0) begins.",
)
@only("dw")
def _(dout, x, w, stride, pad):
    return filter_gradient(dout, np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad))), w, stride, stride)


@mistakes.mistake(
    "dw from an input padded with copies of its border",
    "Forward pads with zeros, and zeros add nothing to dw; np.pad's own mode is `constant`.",
)
@only("dw")
def _(dout, x, w, stride, pad):
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge")
    return filter_gradient(dout, x_pad, w, stride, stride)


@mistakes.mistake(
    "dw divided by the number of outputs",
    "A weight is used in every window: its gradient is the sum over the windows and images, not the mean.",
)
@only("dw")
def _(dout, x, w, stride, pad):
    return backward(dout, x, w, stride, pad)[1] / dout[:, 0].size


@mistakes.mistake(
    "dw the same for every channel",
    "w[k, c] meets channel c of the window and no other: do not sum over the channels in dw.",
)
@only("dw")
def _(dout, x, w, stride, pad):
    dw = backward(dout, x, w, stride, pad)[1]
    return np.broadcast_to(dw.sum(axis=1, keepdims=True), dw.shape)


@mistakes.mistake(
    "dw the same for every filter",
    "dw[k] is made with dout[:, k] alone: the other filters do not see w[k].",
)
@only("dw")
def _(dout, x, w, stride, pad):
    dw = backward(dout, x, w, stride, pad)[1]
    return np.broadcast_to(dw.sum(axis=0, keepdims=True), dw.shape)


@mistakes.mistake(
    "dw turned by 180 degrees",
    "Forward does not flip: w[k, c, p, q] meets x[i + p, j + q], so dw has the window's own orientation.",
)
@only("dw")
def _(dout, x, w, stride, pad):
    return backward(dout, x, w, stride, pad)[1][:, :, ::-1, ::-1]


@mistakes.mistake(
    "dw with rows and columns swapped", "dw[k, c, p, q] collects x[i + p, j + q]: p counts rows, q columns."
)
@only("dw")
def _(dout, x, w, stride, pad):
    dw = backward(dout, x, w, stride, pad)[1]
    return np.swapaxes(dw, 2, 3)


@mistakes.mistake(
    "dw with filters and channels swapped", "dw has the shape of w: filters first, then channels."
)
@only("dw")
def _(dout, x, w, stride, pad):
    return np.swapaxes(backward(dout, x, w, stride, pad)[1], 0, 1)


# dx


@mistakes.mistake(
    "dx: every window and every filter overwrites the one before",
    "A pixel lies in several windows and under several filters, and each sends it a gradient: += and not =.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    dx_pad = pads(np.zeros_like(x), pad)
    for i, j, rows, columns in windows(dout, w, stride):
        dx_pad[:, :, rows, columns] = dout[:, -1, i, j][:, None, None, None] * w[-1]
    return crop(dx_pad, x, pad)


@mistakes.mistake(
    "dx: every window overwrites the one before, filters are added",
    "Neighbouring windows share pixels: what one window sends must be added to what is there already.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    dx_pad = pads(np.zeros_like(x), pad)
    for i, j, rows, columns in windows(dout, w, stride):
        dx_pad[:, :, rows, columns] = np.tensordot(dout[:, :, i, j], w, 1)
    return crop(dx_pad, x, pad)


@mistakes.mistake(
    "dx from the last filter only",
    "Every filter reads every pixel of its windows: dx is a sum over the filters k as well.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    return input_gradient(dout[:, -1:], x, w[-1:], stride, pad)


@mistakes.mistake(
    "dx always with the first filter",
    "The output of filter k sends its gradient through w[k], not through w[0].",
)
@only("dx")
def _(dout, x, w, stride, pad):
    return input_gradient(dout, x, np.broadcast_to(w[:1], w.shape), stride, pad)


@mistakes.mistake(
    "dx summed over the images", "The images do not meet in a convolution: dx[n] comes from dout[n] alone."
)
@only("dx")
def _(dout, x, w, stride, pad):
    dx = input_gradient(dout, x, w, stride, pad)
    return np.broadcast_to(dx.sum(axis=0, keepdims=True), dx.shape)


@mistakes.mistake(
    "dx not cropped",
    "dx must have the shape of x: the border that padding added is no input, so cut its gradient off.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    return padded_input_gradient(dout, x, w, stride, stride, pad)


@mistakes.mistake(
    "dx comes out empty for pad = 0: cropped with [pad:-pad]",
    "-0 is 0, so with pad = 0 the slice ends where it begins. Count from the front: pad to pad + H.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    return padded_input_gradient(dout, x, w, stride, stride, pad)[:, :, pad:-pad, pad:-pad]


@mistakes.mistake(
    "an error for pad = 0, where x is written into [pad:-pad]",
    "With pad = 0 the slice [pad:-pad] is empty, because -0 is 0. Count from the front: pad to pad + H.",
)
def _(dout, x, w, stride=1, pad=0):
    N, C, H, W = x.shape
    x_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad), x.dtype)
    x_pad[:, :, pad:-pad, pad:-pad] = x
    return backward(dout, x, w, stride, pad)


@mistakes.mistake(
    "an error for pad = 0, where dx is taken from [pad:-pad]",
    "-0 is 0, so with pad = 0 you assign an empty slice to dx, which is an error. Count from the front: pad "
    "to pad + H.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    dx = np.zeros_like(x)
    for n, each in enumerate(padded_input_gradient(dout, x, w, stride, stride, pad)):
        dx[n] = each[:, pad:-pad, pad:-pad]
    return dx


@mistakes.mistake(
    "dx cropped by 1 whatever `pad` says",
    "You cut one row and column off each side. How many of them are padding is the argument `pad`: none "
    "for pad = 0, two for pad = 2.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    return padded_input_gradient(dout, x, w, stride, stride, pad)[:, :, 1:-1, 1:-1]


@mistakes.also("dx cropped by 1 whatever `pad` says")
@only("dx")
def _(dout, x, w, stride, pad):
    dx_pad = padded_input_gradient(dout, x, w, stride, stride, pad)
    return dx_pad[:, :, 1:-1, 1:-1] if pad else dx_pad


@mistakes.mistake(
    "dx cropped to H rows and H columns",
    "What is left has H rows and W columns: you take the height for both.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    dx_pad = padded_input_gradient(dout, x, w, stride, stride, pad)
    return dx_pad[:, :, pad : pad + x.shape[2], pad : pad + x.shape[2]]


@mistakes.mistake(
    "dx cropped at the beginning only",
    "The padding lies on both sides: cut it off below and to the right as well.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    return padded_input_gradient(dout, x, w, stride, stride, pad)[:, :, pad:, pad:]


@mistakes.mistake(
    "dx cropped at the end only",
    "Row 0 of x is row `pad` of the padded array: cut the first rows and columns off as well.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    dx_pad = padded_input_gradient(dout, x, w, stride, stride, pad)
    return dx_pad[:, :, : dx_pad.shape[2] - pad, : dx_pad.shape[3] - pad]


@mistakes.mistake(
    "dx holds the first H rows and W columns of the padded gradient",
    "The shape is right, but pixel (0, 0) of x stands at (pad, pad) of the padded array: begin to cut there.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    return crop(padded_input_gradient(dout, x, w, stride, stride, pad), x, 0)


@mistakes.mistake(
    "dx cropped in its rows only", "The columns are padded too: both of the last two axes need cutting."
)
@only("dx")
def _(dout, x, w, stride, pad):
    return padded_input_gradient(dout, x, w, stride, stride, pad)[:, :, pad : pad + x.shape[2]]


@mistakes.mistake(
    "dx ignores the stride",
    "Output (i, j) read the window that begins at row i * stride and column j * stride: its gradient goes "
    "back there.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    return crop(padded_input_gradient(dout, x, w, 1, 1, pad), x, pad)


@mistakes.mistake(
    "dx strides over the rows only",
    "The columns have the stride too: the window begins at column j * stride.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    return crop(padded_input_gradient(dout, x, w, stride, 1, pad), x, pad)


@mistakes.mistake(
    "dx strides over the columns only", "The rows have the stride too: the window begins at row i * stride."
)
@only("dx")
def _(dout, x, w, stride, pad):
    return crop(padded_input_gradient(dout, x, w, 1, stride, pad), x, pad)


@mistakes.mistake(
    "dx by sliding filters over dout, without room for the stride",
    "With stride s, neighbouring outputs stand s pixels apart on the input: put s - 1 zeros between the "
    "rows and between the columns of dout first.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    sizes = (o + f - 1 - 2 * pad for o, f in zip(dout.shape[2:], w.shape[2:], strict=True))
    small = np.zeros((*x.shape[:2], *sizes), x.dtype)
    return input_gradient(dout, small, w, 1, pad)


@mistakes.mistake(
    "dx with the filters turned by 180 degrees too often or not at all",
    "Sending dout * w[k] to a window needs no turn. Sliding the filter over a padded dout "
    "needs one, of the rows and of the columns.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    return input_gradient(dout, x, w[:, :, ::-1, ::-1], stride, pad)


@mistakes.mistake(
    "dx with the filters flipped along one axis only",
    "Sending dout * w[k] to a window needs no flip. Sliding the filter over a padded dout needs two, of its "
    "rows and of its columns. Yours has one.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    return input_gradient(dout, x, w[:, :, :, ::-1], stride, pad)


@mistakes.also("dx with the filters flipped along one axis only")
@only("dx")
def _(dout, x, w, stride, pad):
    return input_gradient(dout, x, w[:, :, ::-1], stride, pad)


@mistakes.mistake(
    "dx with rows and columns of the filter swapped",
    "Output (i, j) met x[i + p, j + q] with w[p, q]: p counts rows, q columns. Look for a transpose (.T).",
)
@only("dx")
def _(dout, x, w, stride, pad):
    if w.shape[2] != w.shape[3]:
        raise ValueError("operands could not be broadcast together")
    return input_gradient(dout, x, np.swapaxes(w, 2, 3), stride, pad)


@mistakes.mistake(
    "dx with filters and channels not swapped",
    "Going back, dout's K channels go in and C channels come out: channel c of dx sums dout[:, k] with "
    "w[k, c] over k.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    if w.shape[0] != w.shape[1]:
        raise ValueError("the channels do not match")
    return input_gradient(dout, x, np.swapaxes(w, 0, 1), stride, pad)


@mistakes.mistake(
    "dx the same for every channel",
    "Channel c of the window met w[k, c], and only that: do not sum the filters over their channels.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    return input_gradient(dout, x, np.broadcast_to(w.sum(axis=1, keepdims=True), w.shape), stride, pad)


@mistakes.mistake(
    "dx averaged over the windows",
    "A pixel that lies in four windows gets the sum of what the four send, not the mean.",
)
@only("dx")
def _(dout, x, w, stride, pad):
    count = input_gradient(np.ones_like(dout[:, :1]), x[:, :1], np.ones_like(w[:1, :1]), stride, pad)
    return input_gradient(dout, x, w, stride, pad) / np.maximum(count, 1)


# More than one part


@mistakes.mistake(
    "x and w in each other's place",
    "In a product the gradient of one factor holds the other: dw collects windows of x, dx collects filters.",
)
def _(dout, x, w, stride=1, pad=0):
    x_pad, dx_pad, dw = pads(x, pad), pads(np.zeros_like(x), pad), np.zeros_like(w)
    for n, k in np.ndindex(dout.shape[:2]):
        for i, j, rows, columns in windows(dout, w, stride):
            dw[k] += dout[n, k, i, j] * w[k]
            dx_pad[n, :, rows, columns] += dout[n, k, i, j] * x_pad[n, :, rows, columns]
    return crop(dx_pad, x, pad), dw, dout.sum(axis=(0, 2, 3))


@mistakes.mistake(
    "only the first image",
    "All N images count, for dx, dw and db: look at the loop over them, and whether `return` stands inside "
    "it.",
)
def _(dout, x, w, stride=1, pad=0):
    first = dout.copy()
    first[1:] = 0
    return backward(first, x, w, stride, pad)


@mistakes.mistake(
    "the stride spreads the weights instead of the windows",
    "The stride belongs to i and j, the place of the window; inside the window p and q count pixel by pixel.",
)
def _(dout, x, w, stride=1, pad=0):
    (FH, FW), (OH, OW) = w.shape[2:], dout.shape[2:]
    room = stride * max(x.shape[2:])
    x_pad, dw = np.pad(pads(x, pad), ((0, 0), (0, 0), (0, room), (0, room))), np.zeros_like(w)
    dx_pad = np.zeros_like(x_pad)
    for p, q in np.ndindex(FH, FW):
        rows, columns = slice(p * stride, p * stride + OH), slice(q * stride, q * stride + OW)
        dw[:, :, p, q] = np.einsum("nkij,ncij->kc", dout, x_pad[:, :, rows, columns])
        dx_pad[:, :, rows, columns] += np.einsum("nkij,kc->ncij", dout, w[:, :, p, q])
    return crop(dx_pad, x, pad), dw, dout.sum(axis=(0, 2, 3))


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


@mistakes.mistake(
    "dout left out",
    "Everything is multiplied by the gradient that arrives: a change of out[n, k, i, j] counts dout[n, k, "
    "i, j] times.",
)
def _(dout, x, w, stride=1, pad=0):
    return backward(np.ones_like(dout), x, w, stride, pad)


@mistakes.mistake(
    "divided by the number of images",
    "Forward does not divide by N, so backward does not either: a loss that is a mean has put 1/N into dout.",
)
def _(dout, x, w, stride=1, pad=0):
    return tuple(a / len(x) for a in backward(dout, x, w, stride, pad))


@mistakes.mistake(
    "the sign turned",
    "The gradient says how <out, dout> grows; the minus sign belongs to the optimiser's step.",
)
def _(dout, x, w, stride=1, pad=0):
    return tuple(-a for a in backward(dout, x, w, stride, pad))


@mistakes.mistake(
    "the last row and column of outputs left out",
    "There are OH x OW outputs, the shape of dout says how many: look at where your loops end.",
)
def _(dout, x, w, stride=1, pad=0):
    kept = dout.copy()
    kept[:, :, -1] = 0
    kept[:, :, :, -1] = 0
    return backward(kept, x, w, stride, pad)


@mistakes.mistake(
    "i over OW, j over OH",
    "i runs over OH rows and j over OW columns: take both from dout.shape and look at which loop gets which.",
)
def _(dout, x, w, stride=1, pad=0):
    OH, OW = dout.shape[2:]
    x_pad, dx_pad, dw = pads(x, pad), pads(np.zeros_like(x), pad), np.zeros_like(w)
    for i in range(OW):
        for j in range(OH):
            rows, columns = (
                slice(a * stride, a * stride + f) for a, f in zip((i, j), w.shape[2:], strict=True)
            )
            dw += np.tensordot(dout[:, :, i, j], x_pad[:, :, rows, columns], (0, 0))
            dx_pad[:, :, rows, columns] += np.tensordot(dout[:, :, i, j], w, 1)
    return crop(dx_pad, x, pad), dw, dout.sum(axis=(0, 2, 3))


@mistakes.mistake(
    "j over OH, not over OW",
    "There are OH rows of outputs and OW columns. Your loop over the columns stops at the height.",
)
def _(dout, x, w, stride=1, pad=0):
    OH, OW = dout.shape[2:]
    if OH > OW:
        raise IndexError("dout has no such column")
    seen = dout.copy()
    seen[..., OH:] = 0
    return backward(seen, x, w, stride, pad)


@mistakes.also("j over OH, not over OW")
def _(dout, x, w, stride=1, pad=0):
    OH, OW = dout.shape[2:]
    if OH > OW:
        raise IndexError("dout has no such column")
    seen = dout.copy()
    seen[..., OH:] = 0
    dx, dw, _ = backward(seen, x, w, stride, pad)
    return dx, dw, dout.sum(axis=(0, 2, 3))


@mistakes.mistake(
    "i and j swapped in dout[n, k, i, j]",
    "i is the row of an output and comes before its column j, in dout as in the place of the window.",
)
def _(dout, x, w, stride=1, pad=0):
    if dout.shape[2] != dout.shape[3]:
        raise IndexError("dout has no such row or column")
    return backward(dout.swapaxes(2, 3), x, w, stride, pad)


@mistakes.mistake(
    "windows numbered with the height of the output",
    "Counted flat, row by row, a row of the output holds OW windows; that number leads from (i, j) to the "
    "place in the row and back again. Yours is OH.",
)
def _(dout, x, w, stride=1, pad=0):
    (N, K, OH, OW), (FH, FW) = dout.shape, w.shape[2:]
    x_pad, dx_pad = pads(x, pad), pads(np.zeros_like(x), pad)
    flat, seen = dout.reshape(N, K, OH * OW), np.zeros((OH * OW, N, *w.shape[1:]), x.dtype)
    for i, j, rows, columns in windows(dout, w, stride):
        seen[i * OH + j] = x_pad[:, :, rows, columns]
    for m, sent in enumerate(np.tensordot(flat, w, (1, 0)).swapaxes(0, 1)):
        top, left = m // OH * stride, m % OW * stride
        dx_pad[:, :, top : top + FH, left : left + FW] += sent
    return crop(dx_pad, x, pad), np.tensordot(flat, seen, ((0, 2), (1, 0))), dout.sum(axis=(0, 2, 3))


@mistakes.mistake(
    "pixels numbered with the height of the input",
    "Counted flat, a pixel stands one whole row of the padded input further than the pixel above it. For dw "
    "you count rows of its height, not of its width.",
)
@only("dw")
def _(dout, x, w, stride, pad):
    x_pad = pads(x, pad)
    N, C, H, W = x_pad.shape
    n, c, i, j, p, q = np.ogrid[:N, :C, : dout.shape[2], : dout.shape[3], : w.shape[2], : w.shape[3]]
    seen = np.take(x_pad, ((n * C + c) * W + i * stride + p) * H + j * stride + q)
    return np.einsum("nkij,ncijpq->kcpq", dout, seen)


@mistakes.mistake(
    "an error for filters that are not square",
    "A window has FH rows and FW columns: look at where one of them stands for the other.",
)
def _(dout, x, w, stride=1, pad=0):
    if w.shape[2] != w.shape[3]:
        raise AnySizeError
    return backward(dout, x, w, stride, pad)


@mistakes.mistake(
    "an error for images that are not square",
    "x has H rows and W columns: look at where one of them stands for the other.",
)
def _(dout, x, w, stride=1, pad=0):
    if x.shape[2] != x.shape[3]:
        raise AnySizeError
    return backward(dout, x, w, stride, pad)


@mistakes.mistake(
    "windows begin at the corner of the image, not of the padding",
    "The window of output (0, 0) begins `pad` rows above the image and `pad` columns to the left of it. "
    "Yours begins at pixel (0, 0), for dw and for dx.",
    whole=True,
)
def _(dout, x, w, stride=1, pad=0):
    larger = np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))
    dx = crop(padded_input_gradient(dout, x, w, stride, stride, pad), x, 0)
    return dx, filter_gradient(dout, larger, w, stride, stride), dout.sum(axis=(0, 2, 3))


@mistakes.mistake(
    "the loops run over the rows of x, not of dout",
    "x has H rows, dout has OH: let i and j count outputs, and find the window from them with stride.",
)
def _(dout, x, w, stride=1, pad=0):
    x_pad, dx_pad, dw = pads(x, pad), pads(np.zeros_like(x), pad), np.zeros_like(w)
    for i in range(0, x.shape[2], stride):
        for j in range(0, x.shape[3], stride):
            rows, columns = slice(i, i + w.shape[2]), slice(j, j + w.shape[3])
            one = dout[:, :, i // stride, j // stride]
            dw += np.tensordot(one, x_pad[:, :, rows, columns], (0, 0))
            dx_pad[:, :, rows, columns] += np.tensordot(one, w, 1)
    return crop(dx_pad, x, pad), dw, dout.sum(axis=(0, 2, 3))


@mistakes.mistake("dx and dw returned in each other's place", "The order is `return dx, dw, db`.", whole=True)
def _(dout, x, w, stride=1, pad=0):
    dx, dw, db = backward(dout, x, w, stride, pad)
    return dw, dx, db


@mistakes.mistake(
    "returned back to front", "The order is `return dx, dw, db`; yours is db, dw, dx.", whole=True
)
def _(dout, x, w, stride=1, pad=0):
    return backward(dout, x, w, stride, pad)[::-1]


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
        aspect("dw", 2, "values", parts=("dw",)),
        aspect("dx", 2, "values", parts=("dx",)),
        aspect("stride and padding", 2, "geometry"),
        aspect("rectangles", 2, "rectangles"),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    mistakes=tuple(mistakes),
    slopes=slopes,
)
