"""Right answers to momentum_step as different people write them."""

import numpy as np


def in_two_lines(parameter, gradient, velocity, rate, momentum):
    new = velocity * momentum - gradient * rate
    return parameter + new, new


def uphill_and_back(parameter, gradient, velocity, rate, momentum):
    """Keeps a velocity that points uphill, and turns it at both ends."""
    uphill = momentum * -velocity + rate * gradient
    return parameter - uphill, -uphill


def on_copies(parameter, gradient, velocity, rate, momentum):
    parameter, velocity = parameter.copy(), velocity.copy()
    velocity *= momentum
    velocity -= rate * gradient
    parameter += velocity
    return parameter, velocity


def value_by_value(parameter, gradient, velocity, rate, momentum):
    moved, v = np.empty_like(parameter), np.empty_like(velocity)
    for place in np.ndindex(parameter.shape):
        v[place] = momentum * velocity[place] - rate * gradient[place]
        moved[place] = parameter[place] + v[place]
    return moved, v


def with_functions(parameter, gradient, velocity, rate, momentum):
    velocity = np.subtract(np.multiply(momentum, velocity), np.multiply(rate, gradient))
    return [np.add(parameter, velocity), velocity]


def with_out(parameter, gradient, velocity, rate, momentum):
    new = np.zeros_like(velocity)
    np.multiply(velocity, momentum, out=new)
    new += -rate * gradient
    return parameter.__add__(new), new


ANSWERS = [in_two_lines, uphill_and_back, on_copies, value_by_value, with_functions, with_out]
