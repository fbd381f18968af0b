"""momentum_step(parameter, gradient, velocity, rate, momentum): a step of gradient descent with momentum."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def drawn(tag, about, rate, momentum, *shape, draw=integers):
        return Case(tag, about, (*(draw(rng, *shape) for _ in range(3)), rate, momentum))

    def at_rest(about, rate, momentum, *shape):
        parameter, gradient = integers(rng, *shape), integers(rng, *shape)
        return Case("rest", about, (parameter, gradient, np.zeros(shape), rate, momentum))

    one = (np.array([5.0]), np.array([2.0]))
    yield Case("rest", "one number, at rest", (*one, np.zeros(1), 0.5, 0.5))
    yield at_rest("three numbers, at rest", 0.5, 0.75, 3)
    yield at_rest("a table, at rest", 0.25, 0.75, 2, 3)
    yield at_rest("filters, at rest", 0.1, 0.9, 2, 1, 2, 2)
    yield Case("moving", "one number, moving", (*one, np.array([-3.0]), 0.5, 0.75))
    yield drawn("moving", "two numbers, moving", 0.5, 0.75, 2)
    yield drawn("moving", "a table", 0.25, 0.5, 2, 3)
    yield drawn("moving", "no momentum at all", 0.5, 0.0, 3)
    yield drawn("moving", "a rate of 2", 2.0, 0.25, 3)
    yield drawn("moving", "filters", 0.01, 0.9, 3, 2, 2, 2, draw=reals)
    singles = (reals(rng, 2, 4).astype(np.float32) for _ in range(3))
    yield Case("moving", "float32", (*singles, 0.05, 0.9))
    loose = (scattered(reals(rng, 3, 4)) for _ in range(3))
    yield Case("moving", "arrays that are not contiguous", (*loose, 0.05, 0.9))


def momentum_step(parameter, gradient, velocity, rate, momentum):
    """Return the parameter after the step, and its new velocity, both in its shape.

    parameter, gradient, velocity: arrays of one shape. rate: how far a gradient of 1 pushes. momentum: the
    part of the velocity that is kept, 0 to 1.
    """
    velocity = momentum * velocity - rate * gradient
    return parameter + velocity, velocity


mistakes = Catalogue(momentum_step)

mistakes.change(
    "uphill",
    "The gradient points to where the loss grows. The velocity is what is added to the parameter, so it gets "
    "- rate * gradient.",
    {"- rate * gradient": "+ rate * gradient"},
)
mistakes.change(
    "a velocity that is subtracted",
    "Some books keep a velocity that is subtracted. Here it is added to the parameter, so it gets "
    "- rate * gradient, and the old one, which you are given, has that sign, too.",
    {
        "momentum * velocity - rate": "momentum * velocity + rate",
        "return parameter + velocity": "return parameter - velocity",
    },
)
mistakes.change(
    "the old velocity turned round",
    "The old velocity keeps its sign: + momentum * velocity.",
    {"momentum * velocity": "-momentum * velocity"},
)
mistakes.change(
    "a velocity that points uphill",
    "The parameter is right; the velocity is what is added to it, so turn its sign.",
    {
        "momentum * velocity - rate * gradient": "rate * gradient - momentum * velocity",
        "return parameter + velocity": "return parameter - velocity",
    },
)
mistakes.change(
    "rate and momentum in each other's place",
    "momentum is the part of the velocity that is kept; the rate is how far the gradient pushes.",
    {"momentum * velocity - rate * gradient": "rate * velocity - momentum * gradient"},
)
mistakes.change(
    "the rate used twice",
    "The velocity has the rate in it already: add it to the parameter as it is.",
    {"return parameter + velocity": "return parameter + rate * velocity"},
)
mistakes.change(
    "the gradient used twice",
    "The velocity has the gradient in it already: add it to the parameter, and nothing else.",
    {"return parameter + velocity": "return parameter + velocity - rate * gradient"},
)
mistakes.change(
    "the parameter in the place of its gradient",
    "The gradient pushes the velocity; what the parameter is does not matter for it.",
    {"rate * gradient": "rate * parameter"},
)
mistakes.change(
    "no momentum",
    "A part of the old velocity stays: momentum * velocity.",
    {"momentum * velocity - rate": "-rate"},
)
mistakes.change(
    "all of the old velocity kept",
    "Only a part of it stays: momentum * velocity.",
    {"momentum * velocity": "velocity"},
)
mistakes.change(
    "friction in place of momentum",
    "momentum is the part that is kept, not the part that is lost.",
    {"momentum * velocity": "(1 - momentum) * velocity"},
)
mistakes.change(
    "the parameter moved by the gradient alone",
    "The parameter moves by the new velocity, which has the gradient in it.",
    {"return parameter + velocity": "return parameter - rate * gradient"},
)
mistakes.change(
    "the parameter moved by the old velocity",
    "Renew the velocity first, then move by the new one.",
    {
        "velocity = momentum": "old = velocity\nvelocity = momentum",
        "return parameter + velocity": "return parameter + old",
    },
)
mistakes.change(
    "the rate put on the velocity",
    "The velocity has the rate in it already: it is how far the parameter moves.",
    {"- rate * gradient": "- gradient", "return parameter + velocity": "return parameter + rate * velocity"},
    {"- rate * gradient": "+ gradient", "return parameter + velocity": "return parameter - rate * velocity"},
)
mistakes.change("no rate", "The gradient is multiplied by the rate.", {"- rate * gradient": "- gradient"})
mistakes.change(
    "a mean of velocity and gradient",
    "Here the gradient counts whole: it isn't multiplied by 1 - momentum.",
    {"- rate * gradient": "- (1 - momentum) * rate * gradient"},
    {
        "- rate * gradient": "+ (1 - momentum) * gradient",
        "return parameter + velocity": "return parameter - rate * velocity",
    },
    {
        "- rate * gradient": "- (1 - momentum) * gradient",
        "return parameter + velocity": "return parameter + rate * velocity",
    },
)
mistakes.change(
    "momentum on the gradient as well",
    "Only the old velocity is multiplied by momentum.",
    {"momentum * velocity - rate * gradient": "momentum * (velocity - rate * gradient)"},
)
mistakes.change(
    "the velocity subtracted",
    "The velocity is added: it points downhill already.",
    {"return parameter + velocity": "return parameter - velocity"},
)
mistakes.change(
    "the old velocity returned",
    "Return the new velocity: the next step begins with it.",
    {
        "velocity = momentum": "new = momentum",
        "return parameter + velocity": "return parameter + new",
    },
)
mistakes.change(
    "the parameter loses a part of itself",
    "momentum multiplies the velocity; the parameter stays whole.",
    {"return parameter + velocity": "return momentum * parameter + velocity"},
)
mistakes.change(
    "a look ahead",
    "This is Nesterov's momentum, another method. Here the parameter moves by the new velocity alone.",
    {"return parameter + velocity": "return parameter + momentum * velocity - rate * gradient"},
)
mistakes.change(
    "velocity first",
    "Return the parameter first, then the velocity.",
    {"return parameter + velocity, velocity": "return velocity, parameter + velocity"},
    whole=True,
)

exercise = Exercise(
    name="momentum_step",
    arguments=("parameter", "gradient", "velocity", "rate", "momentum"),
    parts=("parameter", "velocity"),
    axes=dict.fromkeys(("parameter", "velocity"), ("axis 0", "axis 1", "axis 2", "axis 3")),
    aspects=(aspect("from rest", 1, "rest"), aspect("moving", 2, "moving")),
    reference=momentum_step,
    cases=cases,
    program=momentum_step,
    mistakes=tuple(mistakes),
)
