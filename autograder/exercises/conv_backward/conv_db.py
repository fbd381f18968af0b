"""conv_db(dout): the gradient of the biases, the shortest of the three."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def conv_db(dout):
    """The gradient of the biases: dout (N, K, OH, OW) -> db (K,)."""
    return np.sum(dout, axis=(0, 2, 3))


def reference(dout):
    """The same, output by output."""
    db = np.zeros(dout.shape[1], dout.dtype)
    for n, k, i, j in np.ndindex(dout.shape):
        db[k] += dout[n, k, i, j]
    return db


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, shape, draw=integers):
        return Case(tag, about, (draw(rng, *shape),))

    yield case("values", "one image, one filter, two outputs", (1, 1, 1, 2))
    yield case("values", "two filters", (1, 2, 2, 1))
    yield case("values", "two images", (2, 1, 2, 2))
    yield case("values", "two images, two filters", (2, 2, 2, 2))
    yield case("values", "three images, two filters", (3, 2, 2, 2))
    yield case("values", "two images, three filters, 1x4 outputs", (2, 3, 1, 4))
    yield case("values", "as many images as filters and rows", (3, 3, 3, 2))
    yield case("values", "one image, four filters, 3x2 outputs", (1, 4, 3, 2))
    yield case("values", "real numbers", (3, 5, 4, 2), reals)
    yield case("edges", "a single output", (1, 1, 1, 1))
    yield case("edges", "more filters than outputs", (1, 6, 1, 1))
    yield Case("edges", "float32", (reals(rng, 2, 3, 4, 5).astype(np.float32),))
    yield Case("edges", "an array that is not contiguous", (scattered(reals(rng, 2, 3, 4, 5)),))


mistakes = Catalogue(conv_db)

mistakes.change(
    "not summed over the images",
    "All N images use the same b[k]: sum over them too. db has the shape (K,).",
    {"(0, 2, 3)": "(2, 3)"},
)
mistakes.change(
    "summed over the images only",
    "b[k] is used at every place (i, j) of every image: db is a sum over those axes too, of shape (K,).",
    {"(0, 2, 3)": "0"},
)
mistakes.change(
    "one value an image instead of one a filter",
    "The axes of dout are (N, K, OH, OW). The axis that must be left over is K, number 1.",
    {"(0, 2, 3)": "(1, 2, 3)"},
)
mistakes.change(
    "summed over the filters",
    "Every filter has a bias of its own: the axis K stays, and the sum runs over all the others.",
    {", axis=(0, 2, 3)": ""},
)
for axes, kept in (
    ("(0, 1, 2)", "OW"),
    ("(0, 1, 3)", "OH"),
    ("(0, 1)", "OH and OW"),
    ("(0, 2)", "K and OW"),
    ("(0, 3)", "K and OH"),
    ("(1, 2)", "N and OW"),
    ("(1, 3)", "N and OH"),
):
    mistakes.change(
        f"summed over the axes {axes}",
        f"The axes of dout are (N, K, OH, OW); yours has {kept} left over. The one that must be left is K.",
        {"(0, 2, 3)": axes},
    )
mistakes.change(
    "axes of length 1 kept",
    "b has the shape (K,), and so has its gradient: look at keepdims or reshape.",
    {"(0, 2, 3)": "(0, 2, 3), keepdims=True"},
)
mistakes.change(
    "the mean instead of the sum",
    "A bias adds the same to every output: its gradient is their sum, not their mean.",
    {"np.sum": "np.mean"},
)
mistakes.change(
    "divided by the number of images",
    "Forward does not divide by N, so backward does not either: a loss that is a mean has put 1/N into dout.",
    {"(0, 2, 3))": "(0, 2, 3)) / len(dout)"},
)
mistakes.change(
    "only the first image",
    "All N images use the same b[k], so all of them send it a gradient.",
    {"np.sum(dout,": "np.sum(dout[:1],"},
)
mistakes.change(
    "only the last image",
    "db grows with every image: start it at zero before the loop and add inside, do not assign.",
    {"np.sum(dout,": "np.sum(dout[-1:],"},
)
mistakes.change(
    "only the last output of each filter",
    "Every output of filter k adds its dout to db[k]: look at = and +=.",
    {"np.sum(dout, axis=(0, 2, 3))": "dout[-1, :, -1, -1].copy()"},
)
mistakes.change(
    "dout left out: the outputs counted",
    "The gradient that arrives multiplies everything: output (n, k, i, j) counts dout[n, k, i, j] times.",
    {"np.sum(dout,": "np.sum(np.ones_like(dout),"},
)
mistakes.change(
    "the sign turned",
    "The gradient says how much the loss grows; the minus sign belongs to the optimiser's step.",
    {"return np.sum": "return -np.sum"},
)


exercise = Exercise(
    name="conv_db",
    arguments=("dout",),
    parts=("db",),
    axes={"db": ("filter k",)},
    aspects=(aspect("values", 1),),
    reference=reference,
    cases=cases,
    program=conv_db,
    mistakes=tuple(mistakes),
)
