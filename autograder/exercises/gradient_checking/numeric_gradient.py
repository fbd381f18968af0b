"""numeric_gradient(f, x, dout, h=1e-5): the gradient of sum(f(x) * dout), measured entry by entry."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def squares(x):
    """Each entry squared."""
    return x**2


def cubes(x):
    """The third power of each entry."""
    return x**3


def waves(x):
    """The sine of each entry."""
    return np.sin(x)


def neighbours(x):
    """Each entry of the last axis times the next one: one fewer than in x."""
    return x[..., 1:] * x[..., :-1]


def blocks(x):
    """The square of each row's sum, one number a row."""
    return np.sum(x, axis=-1) ** 2


def doubled(x):
    """Each entry times 2."""
    return 2 * x


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, f, *shape, draw=integers, **options):
        x = draw(rng, *shape)
        return Case(tag, about, (f, x, draw(rng, *f(x).shape)), options)

    yield case("values", "two entries, each of them squared, h = 0.5", squares, 2, h=0.5)
    yield case("values", "three entries times their neighbours, h = 0.5", neighbours, 3, h=0.5)
    yield case("values", "third powers and a wide step, h = 2", cubes, 2, h=2.0)
    yield case("values", "five entries times their neighbours, h = 0.25", neighbours, 5, draw=reals, h=0.25)
    yield case("values", "a sine and a wide step, h = 0.5", waves, 4, draw=reals, h=0.5)
    yield case("values", "a sine and the default step", waves, 3, draw=reals)
    yield case("shapes", "two rows of two entries, h = 0.5", squares, 2, 2, h=0.5)
    yield case("shapes", "rows times their neighbours, h = 0.5", neighbours, 2, 3, h=0.5)
    yield case("shapes", "three rows make three numbers, h = 1", blocks, 3, 2, h=1.0)
    yield case("shapes", "four axes, third powers, h = 0.5", cubes, 2, 1, 3, 2, draw=reals, h=0.5)
    x = scattered(integers(rng, 2, 3))
    yield Case("edges", "x is not contiguous", (squares, x, integers(rng, 2, 3)), {"h": 0.5})
    x, dout = (integers(rng, 2, 2).astype(np.float32) for _ in range(2))
    yield Case("edges", "float32, each entry doubled, h = 0.5", (doubled, x, dout), {"h": 0.5})


def numeric_gradient(f, x, dout, h=1e-5):
    """Return the gradient of sum(f(x) * dout) by central differences, in the shape of x.

    f: takes an array of the shape of x and gives one of the shape of dout. x: floats. h: the step.
    """
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += h
        below[index] -= h
        change = f(above) - f(below)
        gradient[index] = np.sum(change * dout) / (2 * h)
    return gradient


mistakes = Catalogue(numeric_gradient)
COPIES, CHANGE = "above, below = x.copy(), x.copy()", "change = f(above) - f(below)"
SLOPE = "np.sum(change * dout) / (2 * h)"

mistakes.change(
    "divided by h",
    "From x - h to x + h the distance is not h.",
    {"/ (2 * h)": "/ h"},
)
mistakes.change(
    "brackets missing in the divisor",
    "`a / 2 * h` divides by 2 and then multiplies by h: put brackets around 2 * h.",
    {"/ (2 * h)": "/ 2 * h"},
)
mistakes.change("not divided", "A slope is a change divided by a distance.", {" / (2 * h)": ""})
mistakes.change(
    "a difference to one side",
    "Move to both sides of x: (f(x + h) - f(x - h)) / 2h has a far smaller error.",
    {CHANGE: "change = f(above) - f(x)", "/ (2 * h)": "/ h"},
)
mistakes.change(
    "a difference to one side, divided by 2h",
    "From x to x + h the distance is h. And move to both sides: its error is far smaller.",
    {CHANGE: "change = f(above) - f(x)"},
    {CHANGE: "change = f(x) - f(below)"},
)
mistakes.change(
    "below minus above", "The change is f above minus f below.", {CHANGE: "change = f(below) - f(above)"}
)
mistakes.change(
    "signs dropped", "A slope may be negative.", {SLOPE: "np.abs(np.sum(change * dout)) / (2 * h)"}
)
mistakes.change(  # beside its twin, the two would make a central difference
    "a difference to one side",
    "Move to both sides of x: (f(x + h) - f(x - h)) / 2h has a far smaller error.",
    {CHANGE: "change = f(x) - f(below)", "/ (2 * h)": "/ h"},
)
mistakes.change(
    "dout left out",
    "How much an output matters is in dout: multiply each change by its own dout before you sum.",
    {"change * dout": "change"},
)
mistakes.change(
    "dout summed by itself",
    "Each change has a dout of its own: multiply first, then sum.",
    {"np.sum(change * dout)": "np.sum(change) * np.sum(dout)"},
)
mistakes.change(
    "the mean in place of the sum",
    "The gradient of a sum is asked for: sum the products.",
    {"np.sum(change * dout)": "np.mean(change * dout)"},
)
mistakes.change(
    "h is not used",
    "The step is an argument: use h, not a number of your own.",
    {"+= h": "+= 1e-5", "-= h": "-= 1e-5", "2 * h": "2e-5"},
)
mistakes.change(
    "all entries moved at once",
    "That measures all slopes together. Move one entry and leave the others.",
    {"above[index] += h": "above += h", "below[index] -= h": "below -= h"},
)
mistakes.change(
    "every slope is 0",
    "Does `f` get other numbers in its second call? `a = b` gives one array a second name, so that two moves "
    "cancel. `copy` and `flatten` make another array: if you move that one, `x` stays. Hand over what moved.",
    {COPIES: "above = below = x.copy()"},
)
mistakes.change(
    "the entry moved by a share of itself",
    "x + h, not x * (1 + h): the distance is 2h, whatever the entry is.",
    {"above[index] += h": "above[index] *= 1 + h", "below[index] -= h": "below[index] *= 1 - h"},
)
mistakes.change(
    "whole rows moved",
    "A loop over the first axis moves a whole row at once: np.ndindex(x.shape) visits every entry.",
    {"np.ndindex(x.shape)": "range(len(x))"},
)
mistakes.change(
    "only the first row is measured",
    "The other entries are still 0: np.ndindex(x.shape) visits all of them.",
    {"np.ndindex(x.shape)": "np.ndindex(1, *x.shape[1:])"},
)
mistakes.change(
    "the gradient of sum(f(x)**2)",
    "Multiply by dout, not by f itself.",
    {
        "change = f(above) - f(below)": "change = (f(above) ** 2 - f(below) ** 2) / 2",
        "change * dout": "change",
    },
)
mistakes.change(
    "the result in one row",
    "The gradient has the shape of x.",
    {"return gradient": "return gradient.ravel()"},
)
mistakes.change(
    "one number for all entries",
    "The gradient has the shape of x: one slope for each entry. Add nothing up over the entries.",
    {"return gradient": "return gradient.sum()"},
)
mistakes.change(
    "cut to whole numbers",
    "An array of whole numbers cuts each slope: make the gradient an array of floats.",
    {"np.zeros(x.shape)": "np.zeros(x.shape, int)"},
)
mistakes.change(
    "moved by half a step",
    "You moved by h / 2 to each side and divided by 2h.",
    {"+= h": "+= h / 2", "-= h": "-= h / 2"},
)
mistakes.change(
    "steps of half the width",
    "The formula asks for x + h and x - h, so that the distance is 2h.",
    {"+= h": "+= h / 2", "-= h": "-= h / 2", "(2 * h)": "h"},
)


@mistakes.mistake(
    "entries are not put back",
    "When an entry is measured, those before it must be as they were: put them back, or make new copies.",
)
def _(f, x, dout, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += h
        above = f(x)
        x[index] -= 2 * h
        gradient[index] = np.sum((above - f(x)) * dout) / (2 * h)
    return gradient


@mistakes.also("entries are not put back")
def _(f, x, dout, h=1e-5):
    gradient, moved = np.zeros(x.shape), x.copy()
    for index in np.ndindex(x.shape):
        moved[index] += h
        above = f(moved)
        moved[index] -= 2 * h
        gradient[index] = np.sum((above - f(moved)) * dout) / (2 * h)
    return gradient


@mistakes.also("entries are not put back")
def _(f, x, dout, h=1e-5):
    gradient, above, below = np.zeros(x.shape), x.copy(), x.copy()
    for index in np.ndindex(x.shape):
        above[index] += h
        below[index] -= h
        gradient[index] = np.sum((f(above) - f(below)) * dout) / (2 * h)
    return gradient


@mistakes.mistake(
    "a flat copy is moved in place of x",
    "If x is not contiguous, ravel and reshape give a copy, and moving the copy does not move x.",
)
def _(f, x, dout, h=1e-5):
    flat, gradient = x.reshape(-1), np.zeros(x.size)
    for i, value in enumerate(flat.tolist()):
        flat[i] = value + h
        above = f(x)
        flat[i] = value - h
        below = f(x)
        flat[i] = value
        gradient[i] = np.sum((above - below) * dout) / (2 * h)
    return gradient.reshape(x.shape)


@mistakes.mistake(
    "the flat array is handed to f",
    "f wants an array of the shape of x: give it the shape back before you call f.",
)
def _(f, x, dout, h=1e-5):
    flat, gradient = x.flatten(), np.zeros(x.size)
    for i in range(x.size):
        above, below = flat.copy(), flat.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = np.sum((f(above) - f(below)) * dout) / (2 * h)
    return gradient.reshape(x.shape)


exercise = Exercise(
    name="numeric_gradient",
    arguments=("f", "x", "dout"),
    parts=("gradient",),
    axes={"gradient": ("axis 0", "axis 1", "axis 2", "axis 3")},
    aspects=(aspect("values", 4, "values"), aspect("any shape", 2, "shapes", "edges")),
    reference=numeric_gradient,
    cases=cases,
    program=numeric_gradient,
    mistakes=tuple(mistakes),
)
