"""squared_loss(out, target): a loss, and the dout that it sends back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, Slope, aspect


def reference(out, target):
    N = len(out)
    loss, dout = 0.0, np.zeros(out.shape, out.dtype)
    for place in np.ndindex(out.shape):
        difference = out[place] - target[place]
        loss += difference**2 / N
        dout[place] = 2 * difference / N
    return loss, dout


def slopes(case: Case, rng: np.random.Generator) -> list[Slope]:
    """The loss is a parabola along every line, for which a central difference is exact at any step."""
    out, target = (array.astype(np.float64) for array in case.args)
    along = rng.standard_normal(out.shape)
    above, below = (reference(out + step, target)[0] for step in (along, -along))
    return [Slope("dout", along, (above - below) / 2)]


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, *shape, draw=integers):
        return Case(tag, about, (draw(rng, *shape), draw(rng, *shape)))

    yield case("one", "one image with one output", 1, 1, 1, 1)
    yield case("one", "one image with two outputs", 1, 1, 1, 2)
    yield case("one", "one image with two channels, real numbers", 1, 2, 2, 3, draw=reals)
    yield case("several", "two images with one output each", 2, 1, 1, 1)
    yield case("several", "three images with 1x2 outputs", 3, 1, 1, 2)
    yield case("several", "two images with three channels", 2, 3, 1, 2, draw=reals)
    yield case("several", "four images, real numbers", 4, 2, 3, 2, draw=reals)
    out = reals(rng, 3, 2, 2, 2)
    yield Case("edges", "out is the target", (out, out.copy()))
    single = reals(rng, 2, 1, 3, 2).astype(np.float32), reals(rng, 2, 1, 3, 2).astype(np.float32)
    yield Case("edges", "float32", single)
    pair = scattered(reals(rng, 2, 2, 3, 3)), scattered(reals(rng, 2, 2, 3, 3))
    yield Case("edges", "arrays that are not contiguous", pair)


def squared_loss(out, target):
    """Return the loss, a number, and dout, in the shape of out.

    out, target: (N, K, OH, OW), what a layer gave for N images, and what it should have given.
    """
    N = len(out)
    difference = out - target
    loss = np.sum(difference**2) / N
    dout = 2 * difference / N
    return loss, dout


mistakes = Catalogue(squared_loss)
LOSS, DOUT = "loss = np.sum(difference**2) / N", "dout = 2 * difference / N"

mistakes.change(
    "dout: the 2 forgotten",
    "The square of the difference grows twice as fast as half a square does.",
    {DOUT: "dout = difference / N"},
)
mistakes.change(
    "dout: not divided by N",
    "The loss was divided by N, so its slopes are divided by N, too.",
    {DOUT: "dout = 2 * difference"},
)
mistakes.change(
    "dout: the loss of half a square",
    "That is the slope of the sum of squares / 2. Here the loss is the sum of squares / N.",
    {DOUT: "dout = difference"},
)
mistakes.change(
    "dout: the wrong sign",
    "If an output is too large, and grows, the loss grows: then dout is positive.",
    {DOUT: "dout = 2 * (target - out) / N"},
)
mistakes.change(
    "dout: squared",
    "dout grows as fast as the difference, not as its square.",
    {DOUT: "dout = difference**2 / N"},
)
mistakes.change(
    "dout: signs dropped",
    "An output below its target must grow: there dout is negative.",
    {DOUT: "dout = 2 * np.abs(difference) / N"},
)
mistakes.change(
    "dout: only signs",
    "That is the slope of the sum of absolute values. A square is steeper further out.",
    {DOUT: "dout = np.sign(difference) / N"},
    {DOUT: "dout = np.sign(difference)"},
)
mistakes.change(
    "dout: divided by the number of outputs",
    "Divide by the number of images, N, as the loss does, not by that of all outputs.",
    {DOUT: "dout = 2 * difference / out.size"},
)
mistakes.change(
    "dout: the loss in every place",
    "Each output has a slope of its own: it depends on that output's difference only.",
    {DOUT: "dout = np.full(out.shape, loss)"},
)
mistakes.change(
    "dout: summed over the images",
    "dout has the shape of out: one number for each output of each image.",
    {DOUT: "dout = 2 * difference.sum(axis=0) / N"},
)
mistakes.change(
    "loss: not divided by N",
    "Divide the sum by the number of images.",
    {LOSS: "loss = np.sum(difference**2)"},
)
mistakes.change(
    "loss: the mean of all values",
    "Divide by the number of images, N, not by the number of all outputs.",
    {LOSS: "loss = np.mean(difference**2)"},
)
mistakes.change(
    "loss: halved",
    "Many texts put 1/2 in front, which makes dout shorter. Here there is no 1/2.",
    {LOSS: "loss = np.sum(difference**2) / (2 * N)"},
)
mistakes.change(
    "loss: the root taken",
    "The loss is the sum of squares itself, divided by N, without a root.",
    {LOSS: "loss = np.sqrt(np.sum(difference**2) / N)"},
    {LOSS: "loss = np.sqrt(np.sum(difference**2)) / N"},
)
mistakes.change(
    "loss: absolute values",
    "Square the differences: a large error counts more than two of half its size.",
    {LOSS: "loss = np.sum(np.abs(difference)) / N"},
)
mistakes.change(
    "loss: squared after the sum",
    "Square each difference first; otherwise errors of opposite sign cancel.",
    {LOSS: "loss = np.sum(difference) ** 2 / N"},
)
mistakes.change(
    "loss: not squared",
    "Errors of opposite sign cancel: square each difference.",
    {LOSS: "loss = np.sum(difference) / N"},
)
mistakes.change(
    "loss: one number for each image",
    "The loss is one number: sum over the images, too.",
    {LOSS: "loss = np.sum(difference**2, axis=(1, 2, 3))"},
)
mistakes.change(
    "mean of all values, in both",
    "Both are divided by the number of all outputs; divide by the number of images.",
    {LOSS: "loss = np.mean(difference**2)", DOUT: "dout = 2 * difference / out.size"},
    whole=True,
)
mistakes.change(
    "half of everything",
    "Loss and dout belong together, but to a loss with 1/2 in front. Here there is no 1/2.",
    {LOSS: "loss = np.sum(difference**2) / (2 * N)", DOUT: "dout = difference / N"},
    whole=True,
)
mistakes.change(
    "nothing divided by N",
    "Divide the sum of squares by the number of images; then its slopes are divided, too.",
    {LOSS: "loss = np.sum(difference**2)", DOUT: "dout = 2 * difference"},
    whole=True,
)
mistakes.change(
    "N is another size",
    "N is the number of images, the first size of out.",
    {"len(out)": "out.shape[1]"},
    {"len(out)": "out.shape[-1]"},
    {"len(out)": "out.shape[2]"},
    whole=True,
)
mistakes.change(
    "loss and dout swapped", "Return the loss first.", {"return loss, dout": "return dout, loss"}, whole=True
)

exercise = Exercise(
    name="squared_loss",
    arguments=("out", "target"),
    parts=("loss", "dout"),
    axes={"dout": ("image n", "channel k", "row i", "column j")},
    aspects=(
        aspect("loss", 1, "one", "several", parts=("loss",)),
        aspect("dout", 2, "one", "several", parts=("dout",)),
        aspect("edge cases", 1, "edges"),
    ),
    reference=reference,
    cases=cases,
    slopes=slopes,
    program=squared_loss,
    mistakes=tuple(mistakes),
)
