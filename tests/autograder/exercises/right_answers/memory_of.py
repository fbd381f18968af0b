"""Right answers to memory_of as different people write them."""

import math
from itertools import pairwise

import numpy as np


def loops(rows, batch, state=1, training=True):
    parameters = 0
    for row in rows:
        parameters += row["parameters"]
    if not training:
        largest = rows[0]["values"]
        for before, after in pairwise(rows):
            largest = max(largest, before["values"] + after["values"])
        return (largest * batch + parameters) * 4
    total = 0
    for row in rows:
        total += row["values"] * batch * 2
    return (total + parameters + parameters + state * parameters) * 4


def with_numpy(rows, batch, state=1, training=True):
    values = np.array([row["values"] for row in rows])
    parameters = np.sum([row["parameters"] for row in rows])
    if training:
        return 4 * (batch * 2 * values.sum() + parameters * (state + 2))
    both = values + np.append(values[1:], 0)
    return 4 * (batch * both.max() + parameters)


def in_floats(rows, batch, state=1, training=True):
    return float(loops(rows, batch, state, training))


def by_parts(rows, batch, state=1, training=True):
    parts = {"parameters": sum(r["parameters"] for r in rows)}
    if training:
        parts["activations"] = batch * sum(r["values"] for r in rows)
        parts["their gradients"] = parts["activations"]
        parts["gradients"] = parts["parameters"]
        parts["state"] = state * parts["parameters"]
    else:
        v = [0] + [r["values"] for r in rows]
        parts["volumes"] = batch * max(a + b for a, b in pairwise(v))
    return 4 * sum(parts.values())


def one_line(rows, batch, state=1, training=True):
    v, p = [r["values"] for r in rows], sum(r["parameters"] for r in rows)
    numbers = 2 * batch * sum(v) + (2 + state) * p
    return 4 * (numbers if training else batch * max(map(sum, zip(v, [*v[1:], 0], strict=True))) + p)


def from_shapes(rows, batch, state=1, training=True):
    """Counts the values from the shapes, and skips the image, which has no parameters."""
    values = [math.prod(row["shape"]) for row in rows]
    numbers = sum(row["parameters"] for row in rows if row["kind"] != "input")
    if training:
        return 8 * batch * sum(values) + 4 * (2 + state) * numbers
    return 4 * (numbers + batch * max((a + b for a, b in pairwise(values)), default=values[0]))


ANSWERS = [loops, with_numpy, in_floats, by_parts, one_line, from_shapes]
