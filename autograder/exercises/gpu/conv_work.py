"""conv_work(x_shape, w_shape, out_shape, itemsize=4): what a convolution has to compute and to move."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect


def reference(x_shape, w_shape, out_shape, itemsize=4):
    """Count number by number: every weight of a filter is used once for each of its outputs."""
    K, C, FH, FW = w_shape
    flops = 0
    for _ in range(prod(out_shape)):
        flops += 2 * C * FH * FW  # a multiplication and an addition each
    return flops, itemsize * (prod(x_shape) + prod(w_shape) + prod(out_shape))


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, w, stride=1, pad=0, **options):
        OH, OW = ((n + 2 * pad - f) // stride + 1 for n, f in zip(x[2:], w[2:], strict=True))
        return Case(tag, about, (x, w, (x[0], w[0], OH, OW)), options)

    a, b, c, d = (int(v) for v in rng.permutation(np.arange(2, 6)))
    yield case("work", "one pixel, one weight", (1, 1, 1, 1), (1, 1, 1, 1))
    yield case("work", "one image, one filter of two weights", (1, 1, 1, 2), (1, 1, 1, 2))
    yield case("work", "one filter of 2x2 weights, four places", (1, 1, 3, 3), (1, 1, 2, 2))
    yield case("work", f"{a} channels", (1, a, 3, 3), (1, a, 2, 2))
    yield case("work", f"{a} filters", (1, 1, 3, 3), (a, 1, 2, 2))
    yield case("work", f"{a} images", (a, 1, 3, 3), (1, 1, 2, 2))
    yield case("work", "all numbers different", (a, b, 6, 5), (c, b, 2, 3))
    yield case("work", "a 1x1 filter", (a, b, 4, 4), (d, b, 1, 1))
    yield case("work", "pad 1", (a, b, 4, 5), (c, b, 3, 3), pad=1)
    yield case("work", "stride 2", (a, b, 7, 9), (c, b, 3, 3), stride=2)
    yield case("work", "stride 2, pad 1, float64", (a, d, 7, 5), (b, d, 3, 3), 2, 1, itemsize=8)
    yield case("work", "float64, one pixel", (1, 1, 1, 1), (1, 1, 1, 1), itemsize=8)
    yield case("work", "half precision", (b, c, 3, 6), (a, c, 2, 2), itemsize=2)
    yield case("work", "32 images of 3x32x32, 16 filters", (32, 3, 32, 32), (16, 3, 3, 3), pad=1)


mistakes = Catalogue()


def right(x_shape, w_shape, out_shape, itemsize=4):
    K, C, FH, FW = w_shape
    return 2 * prod(out_shape) * C * FH * FW, itemsize * (prod(x_shape) + prod(w_shape) + prod(out_shape))


def flops_of(name, advice, count):
    """A mistake in flops: `count(x_shape, w_shape, out_shape)` instead of the right number."""

    @mistakes.mistake(name, advice)
    def _(x_shape, w_shape, out_shape, itemsize=4):
        return count(x_shape, w_shape, out_shape), right(x_shape, w_shape, out_shape, itemsize)[1]


def bytes_of(name, advice, count):
    """A mistake in the bytes: `count(x_shape, w_shape, out_shape, itemsize)` instead of the right number."""

    @mistakes.mistake(name, advice)
    def _(x_shape, w_shape, out_shape, itemsize=4):
        return right(x_shape, w_shape, out_shape)[0], count(x_shape, w_shape, out_shape, itemsize)


flops_of(
    "multiplications only",
    "Each product is also added to a sum: that makes two operations.",
    lambda x, w, out: prod(out) * prod(w[1:]),
)
flops_of(
    "one addition fewer than multiplications",
    "To add n products up takes n - 1 additions, true. The usual count, and the one asked for here, is one "
    "for each weight.",
    lambda x, w, out: prod(out) * (2 * prod(w[1:]) - 1),
)
flops_of(
    "pixels counted in place of outputs",
    "Each of the numbers in out_shape is a sum of products; those in x_shape are only read.",
    lambda x, w, out: 2 * prod(x) * prod(w[1:]),
)
flops_of(
    "the number of filters counted twice",
    "prod(w_shape) has K in it, and so has prod(out_shape): one output uses one filter.",
    lambda x, w, out: 2 * prod(out) * prod(w),
)
flops_of(
    "one filter only",
    "There are K filters, and each visits every place.",
    lambda x, w, out: 2 * prod(out) // out[1] * prod(w[1:]),
)
flops_of(
    "channels forgotten",
    "A filter reaches through all C channels: C * FH * FW weights for one output.",
    lambda x, w, out: 2 * prod(out) * prod(w[2:]),
)
flops_of(
    "images forgotten",
    "Every one of the N images is convolved.",
    lambda x, w, out: 2 * prod(out[1:]) * prod(w[1:]),
)
flops_of(
    "places of the input in place of the output",
    "A filter stops at OH x OW places, not at H x W: stride and missing padding leave some out.",
    lambda x, w, out: 2 * x[0] * w[0] * x[2] * x[3] * prod(w[1:]),
)
flops_of(
    "one operation an output",
    "One output is a sum of C * FH * FW products, not one operation.",
    lambda x, w, out: 2 * prod(out),
)
flops_of(
    "the outputs added to the weights",
    "Every output uses every weight of its filter: that is a product of the two counts, not their sum.",
    lambda x, w, out: 2 * (prod(out) + prod(w)),
)
bytes_of(
    "numbers in place of bytes",
    "You count numbers. Each takes itemsize bytes.",
    lambda x, w, out, itemsize: prod(x) + prod(w) + prod(out),
)
bytes_of(
    "four bytes whatever `itemsize` says",
    "Numbers of float64 take 8 bytes; how many there are is the argument itemsize.",
    lambda x, w, out, itemsize: 4 * (prod(x) + prod(w) + prod(out)),
)
bytes_of(
    "the output not written",
    "The result has to be written to memory: count out too.",
    lambda x, w, out, itemsize: itemsize * (prod(x) + prod(w)),
)
bytes_of(
    "the filters not read",
    "The filters have to be read as well, once.",
    lambda x, w, out, itemsize: itemsize * (prod(x) + prod(out)),
)
bytes_of(
    "the input not read",
    "The images have to be read as well, once.",
    lambda x, w, out, itemsize: itemsize * (prod(w) + prod(out)),
)
bytes_of(
    "every window read anew",
    "You count each pixel as often as windows hold it. The least that has to be moved is each pixel "
    "once: the rest can come from the cache.",
    lambda x, w, out, itemsize: itemsize * (prod(out) * prod(w[1:]) // w[0] + prod(w) + prod(out)),
)
bytes_of(
    "bits in place of bytes",
    "itemsize is in bytes already; a byte has 8 bits.",
    lambda x, w, out, itemsize: 8 * itemsize * (prod(x) + prod(w) + prod(out)),
)
bytes_of(
    "the sizes of one image",
    "There are N images to read and N results to write.",
    lambda x, w, out, itemsize: itemsize * (prod(x[1:]) + prod(w) + prod(out[1:])),
)


@mistakes.mistake(
    "results in another order", "The order is flops, moved; yours is the other way round.", whole=True
)
def _(x_shape, w_shape, out_shape, itemsize=4):
    return right(x_shape, w_shape, out_shape, itemsize)[::-1]


exercise = Exercise(
    name="conv_work",
    arguments=("x_shape", "w_shape", "out_shape"),
    parts=("flops", "moved"),
    axes={"flops": (), "moved": ()},
    aspects=(
        aspect("flops", 2, "work", parts=["flops"]),
        aspect("bytes", 2, "work", parts=["moved"]),
    ),
    reference=reference,
    cases=cases,
    mistakes=tuple(mistakes),
)
