"""conv_work(x_shape, w_shape, out_shape, itemsize=4): what a convolution has to compute and to move."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect


def reference(x_shape, w_shape, out_shape, itemsize=4):
    """Count number by number: every weight of a filter is used once for each of its outputs."""
    K, C, FH, FW = w_shape
    flops = 0
    for _ in range(math.prod(out_shape)):
        flops += 2 * C * FH * FW  # a multiplication and an addition each
    return flops, itemsize * (math.prod(x_shape) + math.prod(w_shape) + math.prod(out_shape))


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


def conv_work(x_shape, w_shape, out_shape, itemsize=4):
    """Return flops and moved: the operations of a convolution, and the bytes it moves at least.

    x_shape: (N, C, H, W). w_shape: (K, C, FH, FW). out_shape: (N, K, OH, OW). itemsize: bytes a number.
    """
    K, C, FH, FW = w_shape
    flops = 2 * math.prod(out_shape) * C * FH * FW
    moved = itemsize * (math.prod(x_shape) + math.prod(w_shape) + math.prod(out_shape))
    return flops, moved


mistakes = Catalogue(conv_work)

FLOPS = "2 * math.prod(out_shape) * C * FH * FW"
MOVED = "itemsize * (math.prod(x_shape) + math.prod(w_shape) + math.prod(out_shape))"

mistakes.change(
    "multiplications only",
    "Each product is also added to a sum: that makes two operations.",
    {FLOPS: "math.prod(out_shape) * C * FH * FW"},
)
mistakes.change(
    "one addition fewer than multiplications",
    "To add n products up takes n - 1 additions, true. The usual count, and the one asked for here, is one "
    "for each weight.",
    {FLOPS: "math.prod(out_shape) * (2 * C * FH * FW - 1)"},
)
mistakes.change(
    "pixels counted in place of outputs",
    "Each of the numbers in out_shape is a sum of products; those in x_shape are only read.",
    {FLOPS: "2 * math.prod(x_shape) * C * FH * FW"},
)
mistakes.change(
    "the number of filters counted twice",
    "prod(w_shape) has K in it, and so has prod(out_shape): one output uses one filter.",
    {FLOPS: "2 * math.prod(out_shape) * math.prod(w_shape)"},
)
mistakes.change(
    "one filter only",
    "There are K filters, and each visits every place.",
    {FLOPS: "2 * math.prod(out_shape) // K * C * FH * FW"},
)
mistakes.change(
    "channels forgotten",
    "A filter reaches through all C channels: C * FH * FW weights for one output.",
    {FLOPS: "2 * math.prod(out_shape) * FH * FW"},
)
mistakes.change(
    "images forgotten",
    "Every one of the N images is convolved.",
    {FLOPS: "2 * math.prod(out_shape[1:]) * C * FH * FW"},
)
mistakes.change(
    "places of the input in place of the output",
    "A filter stops at OH x OW places, not at H x W: stride and missing padding leave some out.",
    {FLOPS: "2 * x_shape[0] * K * x_shape[2] * x_shape[3] * C * FH * FW"},
)
mistakes.change(
    "one operation an output",
    "One output is a sum of C * FH * FW products, not one operation.",
    {FLOPS: "2 * math.prod(out_shape)"},
)
mistakes.change(
    "the outputs added to the weights",
    "Every output uses every weight of its filter: that is a product of the two counts, not their sum.",
    {FLOPS: "2 * (math.prod(out_shape) + math.prod(w_shape))"},
)
mistakes.change(
    "numbers in place of bytes",
    "You count numbers. Each takes itemsize bytes.",
    {"itemsize * (": "("},
)
mistakes.change(
    "four bytes whatever `itemsize` says",
    "Numbers of float64 take 8 bytes; how many there are is the argument itemsize.",
    {"itemsize * (": "4 * ("},
)
mistakes.change(
    "the output not written",
    "The result has to be written to memory: count out too.",
    {MOVED: "itemsize * (math.prod(x_shape) + math.prod(w_shape))"},
)
mistakes.change(
    "the filters not read",
    "The filters have to be read as well, once.",
    {MOVED: "itemsize * (math.prod(x_shape) + math.prod(out_shape))"},
)
mistakes.change(
    "the input not read",
    "The images have to be read as well, once.",
    {MOVED: "itemsize * (math.prod(w_shape) + math.prod(out_shape))"},
)
mistakes.change(
    "every window read anew",
    "You count each pixel as often as windows hold it. The least that has to be moved is each pixel "
    "once: the rest can come from the cache.",
    {"math.prod(x_shape)": "math.prod(out_shape) * C * FH * FW // K"},
)
mistakes.change(
    "bits in place of bytes",
    "itemsize is in bytes already; a byte has 8 bits.",
    {"itemsize * (": "8 * itemsize * ("},
)
mistakes.change(
    "the sizes of one image",
    "There are N images to read and N results to write.",
    {MOVED: "itemsize * (math.prod(x_shape[1:]) + math.prod(w_shape) + math.prod(out_shape[1:]))"},
)
mistakes.change(
    "results in another order",
    "The order is flops, moved; yours is the other way round.",
    {"return flops, moved": "return moved, flops"},
    whole=True,
)


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
    program=conv_work,
    mistakes=tuple(mistakes),
)
