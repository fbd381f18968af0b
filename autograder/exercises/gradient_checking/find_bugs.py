"""find_bugs(forward, backward, x, w): which gradients of a layer are wrong, in few calls of forward.

The layers and their planted bugs are those of `cs_conv.suspects`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv.suspects import BOTH, Suspect, convolution, fully_connected, line

LAST, TURNED, OTHER = (
    "lacks its last column",
    "was computed from dout turned around",
    "was computed with the other input turned around",
)
SIGN, TWICE, NAN = (
    "has the wrong sign",
    "is twice as large as it should be",
    "is not a number in its last column",
)
MORE, LESS = "has 1% of its own input added", "has 1% of its own input taken away"


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag: str, suspect: Suspect, *gradients: str, fault: str = "", about: str = "") -> Case:
        if fault:
            suspect = suspect.with_fault(fault, *gradients)
        names = "each of dx and dw" if len(gradients) > 1 else "".join(gradients)
        found = f"{names} {fault}" if fault else "all right"
        arguments = suspect.forward, suspect.backward, suspect.x, suspect.w
        most = {"few calls": 4, "one call": 1}.get(tag)
        return Case(tag, f"{suspect.kind}{about}; {found}", arguments, calls=most, calls_of=("forward",))

    def one() -> str:
        return str(rng.choice(BOTH))

    def times(suspect: Suspect, factor: float) -> Suspect:
        return replace(suspect, x=factor * suspect.x, w=factor * suspect.w)

    def heavy(suspect: Suspect) -> Suspect:
        """With dx much larger than x: a hundredth of x in it is a gap of far less than a hundredth."""
        return replace(suspect, w=20 * suspect.w)

    single, near_zero = ", float32", ", all outputs near 0"
    bugs = [
        case("bugs", line(rng)),
        case("bugs", fully_connected(rng)),
        case("bugs", convolution(rng)),
        case("bugs", fully_connected(rng).in_float32(), about=single),
        case("bugs", convolution(rng).in_float32(), about=single),
        case("bugs", _cancelling(rng), about=near_zero),
        case("bugs", _cancelling(rng).in_float32(), about=single + near_zero),
        case("bugs", _cancelling(rng).in_float32(), about=single + near_zero),
        case("bugs", times(fully_connected(rng), 1e6), about=", values of a million"),
        case("bugs", times(fully_connected(rng), 1e-6), "dx", fault=TWICE, about=", tiny values"),
        case("bugs", line(rng), "dx", fault=TURNED),
        case("bugs", line(rng), "dw", fault=TURNED),
        case("bugs", convolution(rng), "dx", fault=OTHER),
        case("bugs", convolution(rng), "dw", fault=OTHER),
        case("bugs", fully_connected(rng), "dx", fault=LAST),
        case("bugs", convolution(rng), "dw", fault=LAST),
        case("bugs", convolution(rng).in_float32(), one(), fault=SIGN, about=single),
        case("bugs", line(rng), *BOTH, fault=TWICE),
        case("bugs", fully_connected(rng), one(), fault=MORE),
        case("bugs", convolution(rng), one(), fault=LESS),
        case("bugs", times(line(rng), 0.3), one(), fault=MORE),
        case("bugs", heavy(line(rng)), "dx", fault=MORE, about=", large weights"),
        case("bugs", fully_connected(rng), one(), fault=NAN),
    ]
    yield from (bugs[i] for i in rng.permutation(len(bugs)))
    for tag in ("few calls", "one call"):
        few = [
            case(tag, fully_connected(rng)),
            case(tag, line(rng), "dx", fault=OTHER),
            case(tag, convolution(rng), "dw", fault=LAST),
            case(tag, convolution(rng), *BOTH, fault=TWICE),
        ]
        yield from (few[i] for i in rng.permutation(len(few)))


def _cancelling(rng: np.random.Generator) -> Suspect:
    """A matrix product in which the products of x and w cancel in every output, whatever dout will be.

    Only rounding is left in out. So both sums of the check are near 0, and their terms are not.
    """
    suspect = fully_connected(rng)
    x, w = suspect.x, suspect.w
    return replace(suspect, w=w - np.linalg.pinv(x) @ (x @ w))


def find_bugs(forward, backward, x, w):
    """Return the names of the wrong gradients, a list: [], ["dx"], ["dw"] or ["dx", "dw"].

    forward(x, w) -> out is linear in x and in w. backward(dout, x, w) -> dx, dw may be wrong.
    """
    rng = np.random.default_rng(0)
    out = forward(x, w)
    dout = rng.standard_normal(out.shape)
    dx, dw = backward(dout, x, w)
    wrong = []
    for name, value, gradient in (("dx", x, dx), ("dw", w, dw)):
        terms = value * gradient
        gap = abs(np.sum(out * dout) - np.sum(terms))
        if not gap < 1e-6 * np.sum(np.abs(terms)):
            wrong.append(name)
    return wrong


mistakes = Catalogue(find_bugs)
PAIRS, GAP = '(("dx", x, dx), ("dw", w, dw))', "gap = abs(np.sum(out * dout) - np.sum(terms))"
IF = "if not gap < 1e-6 * np.sum(np.abs(terms)):"

mistakes.change(
    "dout of ones",
    "With ones, what is only in the wrong place adds up to the same sum: draw dout at random.",
    {"rng.standard_normal(out.shape)": "np.ones(out.shape)"},
)
mistakes.change(
    "x and w of ones",
    "With equal values a mix-up of places does not show: take x and w as they are, or draw new ones.",
    {"out = forward": "x, w = np.ones_like(x), np.ones_like(w)\nout = forward"},
    {
        "out = forward": "x, w = np.ones_like(x), np.ones_like(w)\nout = forward",
        "rng.standard_normal(out.shape)": "np.ones(out.shape)",
    },
)
mistakes.change("only dx is checked", "dw may be wrong, too.", {PAIRS: '(("dx", x, dx),)'})
mistakes.change("only dw is checked", "dx may be wrong, too.", {PAIRS: '(("dw", w, dw),)'})
mistakes.change(
    "no look at dw once dx is wrong",
    "Both can be wrong: go on after the first.",
    {"wrong.append(name)": "return [name]"},
)
mistakes.change(
    "the names exchanged",
    "dx belongs to x and dw to w: look at which of the two you checked.",
    {PAIRS: '(("dw", x, dx), ("dx", w, dw))'},
)
mistakes.change(
    "the right ones are named", "Return the names of the wrong gradients.", {"if not gap <": "if gap <"}
)
mistakes.change(
    "too much is let through",
    "A relative error of 1e-3 is a bug. Rounding leaves far smaller gaps, in float32 too.",
    {"1e-6": "0.01"},
    {"1e-6": "0.05"},
    {"1e-6": "0.1"},
)
mistakes.change(
    "rounding is called a bug",
    "Right gradients have small gaps, too, and float32 rounds more than float64. A step of 1e-5 leaves few "
    "digits in float32: a layer that is linear allows a step of 1.",
    {"1e-6": "1e-12"},
)
mistakes.change(
    "equality asked for",
    "Rounding leaves a gap even where the gradient is right: compare it with the size of the terms.",
    {"gap < 1e-6 * np.sum(np.abs(terms))": "gap == 0"},
)
mistakes.change(
    "the size of the numbers ignored",
    "The same gap is much among tiny numbers and nothing among millions: compare it with the size of the "
    "terms. np.isclose lets 1e-8 through, unless you set its atol.",
    {" * np.sum(np.abs(terms))": ""},
    {IF: "if not np.isclose(np.sum(out * dout), np.sum(terms)):"},
)
mistakes.change(
    "the gap compared with a sum that can be near 0",
    "Positive and negative terms can cancel, in a right layer too, even within every output. Then rounding "
    "looks large. Compare the gap with the size of the terms: sum(abs(x * dx)), or sum(abs(w * dw)) for dw.",
    {"np.sum(np.abs(terms))": "abs(np.sum(terms))"},
    {"np.sum(np.abs(terms))": "max(abs(np.sum(out * dout)), abs(np.sum(terms)))"},
    {"np.sum(np.abs(terms))": "abs(np.sum(out * dout))"},
    {"np.sum(np.abs(terms))": "np.sum(np.abs(out * dout))"},
)
mistakes.change(
    "a gap below 0 is let through",
    "The difference may have either sign: take its absolute value.",
    {GAP: "gap = np.sum(out * dout) - np.sum(terms)"},
)
mistakes.change(
    "a gap above 0 is let through",
    "The difference may have either sign: take its absolute value.",
    {GAP: "gap = np.sum(terms) - np.sum(out * dout)"},
)
mistakes.change(
    "NaN is let through",
    "Every comparison with NaN is False. Write the test so that False means wrong: `not gap <= limit`.",
    {IF: "if gap > 1e-6 * np.sum(np.abs(terms)):"},
)
mistakes.change(
    "dout left out of the sum",
    "The loss is the sum of out * dout.",
    {"np.sum(out * dout)": "np.sum(out)"},
)
mistakes.change(
    "yes or no in place of names",
    "Return a list of names, so that one can see which gradient is wrong.",
    {"return wrong": "return bool(wrong)"},
)
mistakes.change(
    "names in one text",
    "Return a list, with one text for each wrong gradient.",
    {"return wrong": 'return " ".join(wrong)'},
)


@mistakes.mistake(
    "one entry of each gradient is checked",
    "The other entries may be wrong: check all of them, or one random direction through all.",
)
def _(forward, backward, x, w):
    out = forward(x, w)
    dout = np.random.default_rng(0).standard_normal(out.shape)
    dx, dw = backward(dout, x, w)
    x_step, w_step = np.zeros(x.shape), np.zeros(w.shape)
    x_step.flat[0] = w_step.flat[0] = 1
    slopes = np.sum((forward(x + x_step, w) - out) * dout), np.sum((forward(x, w + w_step) - out) * dout)
    near = np.isclose([dx.flat[0], dw.flat[0]], slopes, 1e-3, 1e-6 * np.sum(np.abs(out)))
    return [name for name, same in zip(BOTH, near, strict=True) if not same]


@mistakes.mistake(
    "dx and dw are compared with each other",
    "If both are wrong in the same way, their sums agree; if they differ, either may be wrong. Ask forward.",
)
def _(forward, backward, x, w):
    out = forward(x, w)
    dx, dw = backward(np.random.default_rng(0).standard_normal(out.shape), x, w)
    both = np.sum(x * dx), np.sum(w * dw)
    return [] if np.isclose(*both, 1e-5, 1e-5 * np.sum(np.abs(x * dx))) else ["dx", "dw"]


@mistakes.mistake(
    "differences of opposite sign cancel",
    "A sum of signed differences can be 0 although every entry is wrong: take absolute values, or a "
    "random direction.",
)
def _(forward, backward, x, w):
    out = forward(x, w)
    dout = np.random.default_rng(0).standard_normal(out.shape)
    gradients = backward(dout, x, w)
    slopes = np.sum((forward(x + 1, w) - out) * dout), np.sum((forward(x, w + 1) - out) * dout)
    pairs = zip(BOTH, gradients, slopes, strict=True)
    return [name for name, g, slope in pairs if not abs(slope - g.sum()) < 1e-4 * np.abs(g).sum()]


@mistakes.also("rounding is called a bug")
def _(forward, backward, x, w):
    rng = np.random.default_rng(0)
    out = forward(x, w)
    dout = rng.standard_normal(out.shape)
    gradients = backward(dout, x, w)
    wrong = []
    for name, value, gradient in zip(BOTH, (x, w), gradients, strict=True):
        h = 1e-5 * np.max(np.abs(value))
        direction = rng.standard_normal(value.shape).astype(value.dtype)
        moved = forward(x + h * direction, w) if name == "dx" else forward(x, w + h * direction)
        terms = gradient * direction
        if not abs(np.sum((moved - out) * dout) / h - np.sum(terms)) < 1e-5 * np.sum(np.abs(terms)):
            wrong.append(name)
    return wrong


exercise = Exercise(
    name="find_bugs",
    arguments=("forward", "backward", "x", "w"),
    parts=("wrong",),
    data=("wrong",),
    axes={"wrong": ("names",)},
    aspects=(
        aspect("bugs", 4, "bugs"),
        aspect("few calls", 2, "few calls"),
        aspect("one call", 1, "one call"),
    ),
    reference=find_bugs,
    cases=cases,
    program=find_bugs,
    mistakes=tuple(mistakes),
)
