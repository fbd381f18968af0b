"""conv1d_backward(dout, x, w): the gradients of a convolution along a line, where all can be counted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, Slope, aspect


def forward(x, w):
    """out[i] = x[i] w[0] + x[i + 1] w[1] + ...; (W,), (F,) -> (OW,)."""
    return np.array([x[i : i + len(w)] @ w for i in range(len(x) - len(w) + 1)])


def conv1d_backward(dout, x, w):
    """Gradients of a convolution along a line: dout (OW,), x (W,), w (F,) -> dx (W,), dw (F,)."""
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(len(dout)):
        for p in range(len(w)):
            dx[i + p] += dout[i] * w[p]
            dw[p] += dout[i] * x[i + p]
    return dx, dw


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, size, window, draw=integers):
        return Case(tag, about, (draw(rng, size - window + 1), draw(rng, size), draw(rng, window)))

    yield case("values", "two outputs that share one input", 3, 2)
    yield case("values", "three outputs", 4, 2)
    yield case("values", "a filter of three", 5, 3)
    yield case("values", "as many outputs as weights", 7, 4)
    yield case("values", "a filter longer than half the input", 6, 5)
    yield case("values", "real numbers", 9, 4, reals)
    yield case("edges", "a filter of one weight", 3, 1)
    yield case("edges", "a filter as long as the input: one output", 3, 3)
    yield case("edges", "one input, one weight, one output", 1, 1)
    dout, x, w = reals(rng, 6), reals(rng, 8), reals(rng, 3)
    yield Case("edges", "float32", tuple(a.astype(np.float32) for a in (dout, x, w)))
    yield Case("edges", "arrays that are not contiguous", tuple(map(scattered, (dout, x, w))))


def slopes(case, rng):
    """Central differences of <out, dout> along random directions; h = 1 is exact, for all is linear."""
    dout, x, w = (np.asarray(a, np.float64) for a in case.args)
    u, v = rng.normal(size=x.shape), rng.normal(size=w.shape)
    return [
        Slope("dx", u, (forward(x + u, w) - forward(x - u, w)) @ dout / 2),
        Slope("dw", v, (forward(x, w + v) - forward(x, w - v)) @ dout / 2),
    ]


mistakes = Catalogue(conv1d_backward)

mistakes.change(
    "dx overwritten instead of added up",
    "An input that feeds several outputs gets a gradient from each: add them up with +=, do not assign.",
    {"dx[i + p] +=": "dx[i + p] ="},
)
mistakes.change(
    "dx with the weights back to front",
    "Follow one product: x[i + p] meets w[p] in output i, so dout[i] * w[p] belongs to place i + p of dx. "
    "Yours pairs that place with w[F - 1 - p].",
    {"* w[p]": "* w[len(w) - 1 - p]"},
)
mistakes.change(
    "each input feeds only the output of its own number",
    "x[2] stands in out[2], but also in out[1] and out[0], as far as the filter reaches.",
    {"dx[i + p] += dout[i] * w[p]": "dx[i] = dout[i] * w[0]"},
)
mistakes.change(
    "dx only where the whole filter fits",
    "dx is as long as x. The inputs near the ends feed fewer outputs, but some: they have a gradient too.",
    {"return dx, dw": 'return np.convolve(dout, w, "valid"), dw'},
)
mistakes.change(
    "dx cut at both ends, as np.convolve's mode 'same' does",
    "dx is as long as x, longer than dout by len(w) - 1: inputs near the ends have a gradient too.",
    {"return dx, dw": 'return np.convolve(dout, w, "same"), dw'},
)
mistakes.change(
    "dx as long as dout",
    "dx is as long as x: the last inputs feed outputs too, though fewer of them.",
    {"return dx, dw": "return dx[: len(dout)], dw"},
)
mistakes.change(
    "dx from the outputs after its place, not before",
    "Output i reads x[i], x[i + 1], ...: an input is read by the output of its own number and by those "
    "before it, so dx[2] holds dout[2 - p], not dout[2 + p].",
    {"dx[i + p] +=": "if i >= p:\n    dx[i - p] +="},
)
mistakes.change(
    "dx misses the weight 0",
    "p may be 0: output 2 reads x[2] with w[0]. Look at the first value of your range.",
    {"dx[i + p] +=": "if p > 0:\n    dx[i + p] +="},
)
mistakes.change(
    "dx misses the output 0",
    "Output 0 sends a gradient too: the number of an output may be 0. Look for a > that should be >=.",
    {"dx[i + p] +=": "if i > 0:\n    dx[i + p] +="},
)
mistakes.change(
    "dx goes to place i - p",
    "Output i reads x[i + p], so its gradient returns to place i + p. Yours goes to i - p, and a negative "
    "index in Python counts from the end without complaint.",
    {"dx[i + p]": "dx[i - p]"},
)


@mistakes.mistake(
    "a negative index reads dout from its end",
    "For the first inputs the number goes below 0: there is no such output, the term must be left out. "
    "Python takes dout[-1] as the last one instead.",
)
def _(dout, x, w):
    dx = np.zeros_like(x)
    for m in range(len(x)):
        for p in range(len(w)):
            if -len(dout) <= m - p < len(dout):
                dx[m] += dout[m - p] * w[p]
    return dx, conv1d_backward(dout, x, w)[1]


mistakes.change(
    "dx averaged over the outputs an input feeds",
    "Gradients from several outputs are added up, not averaged: each output changes by its own share.",
    {"return dx, dw": "return dx / np.convolve(np.ones_like(dout), np.ones_like(w)), dw"},
)
mistakes.change(
    "the last weight left out",
    "p runs over all weights, 0 to F - 1: range(len(w)) already stops before len(w).",
    {"range(len(w))": "range(len(w) - 1)"},
)
mistakes.change(
    "x and w in each other's place",
    "In a product the gradient of one factor holds the other: dx collects weights, dw collects inputs.",
    {"* w[p]": "* x[i + p]", "* x[i + p]": "* w[p]"},
)
mistakes.change(
    "dw overwritten: only the last output counts",
    "Every output uses w, so every output adds its share to dw: +=, and not =.",
    {"dw[p] +=": "dw[p] ="},
)
mistakes.change(
    "dw back to front",
    "w[0] meets the first input of each window, so dw[0] collects dout[i] * x[i]. Yours holds the right "
    "numbers in reversed order.",
    {"return dx, dw": "return dx, dw[::-1]"},
)
mistakes.change(
    "dw with dout back to front",
    "dw[p] pairs dout[i] with x[i + p]: both run forward together. np.convolve turns its second argument "
    "around.",
    {"dw[p] += dout[i]": "dw[p] += dout[len(dout) - 1 - i]"},
)
mistakes.change(
    "dw without moving along x",
    "Weight p meets x[i + p]: each weight sees x from another starting place. Yours gives all the first.",
    {"* x[i + p]": "* x[i]"},
)
mistakes.change(
    "dw averaged over the outputs",
    "The gradient of w is the sum over all outputs, not their mean: forward divides by nothing.",
    {"return dx, dw": "return dx, dw / len(dout)"},
)
mistakes.change(
    "dout left out",
    "The gradient that arrives from above multiplies everything: a change of out[i] counts dout[i] times.",
    {"dout[i] * w[p]": "w[p]", "dout[i] * x[i + p]": "x[i + p]"},
)
mistakes.change(
    "the last output left out",
    "There are len(x) - len(w) + 1 outputs, which is len(dout). The + 1 is missing in yours.",
    {"range(len(dout))": "range(len(dout) - 1)"},
)
mistakes.change(
    "dw and dx returned in each other's place",
    "The order is `return dx, dw`.",
    {"return dx, dw": "return dw, dx"},
    whole=True,
)
mistakes.change(
    "gradients with their sign turned",
    "The gradient says how much <out, dout> grows; the minus sign belongs to the optimiser's step.",
    {"return dx, dw": "return -dx, -dw"},
)


exercise = Exercise(
    name="conv1d_backward",
    arguments=("dout", "x", "w"),
    parts=("dx", "dw"),
    axes={"dx": ("place",), "dw": ("place",)},
    aspects=(
        aspect("dw", 2, "values", parts=("dw",)),
        aspect("dx", 2, "values", parts=("dx",)),
        aspect("edge cases", 1, "edges"),
    ),
    reference=conv1d_backward,
    cases=cases,
    program=conv1d_backward,
    mistakes=tuple(mistakes),
    slopes=slopes,
)
