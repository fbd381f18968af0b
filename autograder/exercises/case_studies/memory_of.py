"""memory_of(rows, batch, state=1, training=True): the bytes that a network needs, in float32."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect

from .shared import rows_of


def cases(rng: np.random.Generator) -> Iterator[Case]:
    one = rows_of((4, 0), (2, 10))
    several = rows_of((48, 0), (64, 30), (16, 0), (10, 170))
    yield Case("training", "two rows, one image, momentum", (one, 1))
    yield Case("training", "two rows, three images", (one, 3))
    yield Case("training", "four rows, two images", (several, 2))
    yield Case("training", "plain gradient descent keeps no state", (several, 2), {"state": 0})
    yield Case("training", "Adam keeps two numbers a parameter", (several, 2), {"state": 2})
    yield Case("training", "no parameters at all", (rows_of((5, 0), (3, 0)), 4))
    numbers = [(int(rng.integers(1, 1000)), 0), *rng.integers(1, 1000, (4, 2)).tolist()]
    yield Case("training", "numbers drawn at random", (rows_of(*numbers), 7), {"state": 2})
    yield Case("use", "two rows, one image, no training", (one, 1), {"training": False})
    yield Case("use", "the largest two volumes in a row", (several, 1), {"training": False})
    yield Case("use", "three images", (several, 3), {"training": False})
    falling = rows_of((9, 0), (1, 5), (8, 5), (7, 5))
    yield Case("use", "the largest volumes are not neighbours", (falling, 1), {"training": False})
    yield Case("use", "only the image", (rows_of((6, 0)), 2), {"training": False})
    yield Case("use", "other numbers drawn at random", (rows_of(*numbers), 5), {"training": False})


def memory_of(rows, batch, state=1, training=True):
    """Return the bytes that a network needs, for float32 numbers of 4 bytes.

    rows: a ledger. batch: images at a time. state: numbers that the optimiser keeps for each parameter.
    """
    parameters = sum(row["parameters"] for row in rows)
    values = [row["values"] for row in rows]
    if training:
        return 4 * (2 * batch * sum(values) + (2 + state) * parameters)
    pairs = [a + b for a, b in zip(values, [*values[1:], 0], strict=True)]
    return 4 * (batch * max(pairs) + parameters)


mistakes = Catalogue(memory_of)

TRAINING = "2 * batch * sum(values) + (2 + state) * parameters"
mistakes.change(
    "numbers, not bytes",
    "A float32 number has 4 bytes.",
    {"return 4 * (2 * batch": "return (2 * batch", "return 4 * (batch": "return (batch"},
)
mistakes.change(
    "8 bytes a number",
    "A float32 number has 4 bytes; 8 are those of float64.",
    {"return 4 * (2 * batch": "return 8 * (2 * batch", "return 4 * (batch": "return 8 * (batch"},
)
mistakes.change(
    "the gradients of the values forgotten",
    "In training each value has a gradient, too.",
    {TRAINING: "batch * sum(values) + (2 + state) * parameters"},
)
mistakes.change(
    "the gradients of the parameters forgotten",
    "In training each parameter has a gradient, beside what the optimiser keeps.",
    {TRAINING: "2 * batch * sum(values) + (1 + state) * parameters"},
)
mistakes.change(
    "the parameters forgotten in use",
    "A network in use needs its parameters.",
    {"max(pairs) + parameters": "max(pairs)"},
)
mistakes.change(
    "the parameters and their gradients forgotten",
    "The parameters take memory, and their gradients do, beside the optimiser's state.",
    {TRAINING: "2 * batch * sum(values) + state * parameters", "max(pairs) + parameters": "max(pairs)"},
)
mistakes.change(
    "the optimiser's state forgotten",
    "The optimiser keeps `state` numbers for each parameter.",
    {TRAINING: "2 * batch * sum(values) + 2 * parameters"},
)
mistakes.change(
    "one number of state, whatever the optimiser",
    "How many numbers it keeps for each parameter is the argument `state`.",
    {TRAINING: "2 * batch * sum(values) + 3 * parameters"},
)
mistakes.change(
    "the parameters counted for each image",
    "All images use the same parameters.",
    {
        TRAINING: "batch * (2 * sum(values) + (2 + state) * parameters)",
        "batch * max(pairs) + parameters": "batch * (max(pairs) + parameters)",
    },
)
mistakes.change(
    "the values counted for one image",
    "Each image of the batch has values of its own.",
    {TRAINING: "2 * sum(values) + (2 + state) * parameters", "batch * max(pairs)": "max(pairs)"},
)
mistakes.change(
    "the image left out of the values",
    "The image takes memory, too.",
    {'values = [row["values"] for row in rows]': 'values = [row["values"] for row in rows[1:]] or [0]'},
)
mistakes.change(
    "all volumes kept in use",
    "Without training a volume can be forgotten when the next one is there: two neighbours at a time.",
    {"max(pairs)": "sum(values)"},
)
mistakes.change(
    "the two largest volumes, neighbours or not",
    "A layer reads the volume before it: the two volumes stand one after the other.",
    {"max(pairs)": "sum(sorted(values)[-2:])"},
)
mistakes.change(
    "only the largest volume",
    "A layer needs its input and its output at the same time.",
    {"max(pairs)": "max(values)"},
)
mistakes.change(
    "twice the largest volume",
    "Add up each volume and the next one, and take the largest of these sums.",
    {"max(pairs)": "2 * max(values)"},
)
mistakes.change(
    "only the first two volumes",
    "Any two neighbours may be the largest.",
    {"max(pairs)": "pairs[0]"},
)
mistakes.change(
    "gradients of the values in use",
    "Without training there are no gradients: count two neighbours once.",
    {"batch * max(pairs)": "2 * batch * max(pairs)"},
)
mistakes.change(
    "the optimiser's numbers kept in use",
    "Without training there are no gradients and no optimiser: count the parameters once.",
    {"max(pairs) + parameters": "max(pairs) + (2 + state) * parameters"},
    {"max(pairs) + parameters": "max(pairs) + (1 + state) * parameters"},
)
mistakes.change(
    "4 bytes for the values, 1 for the parameters",
    "A parameter has 4 bytes as well: put brackets around the sum.",
    {
        "4 * (2 * batch * sum(values) + (2 + state) * parameters)": (
            "4 * 2 * batch * sum(values) + (2 + state) * parameters"
        ),
        "4 * (batch * max(pairs) + parameters)": "4 * batch * max(pairs) + parameters",
    },
)
mistakes.change(
    "the parameters multiplied by state",
    "A parameter, its gradient and the numbers of the optimiser lie side by side: add them up.",
    {TRAINING: "2 * batch * sum(values) + 2 * state * parameters"},
)
mistakes.change(
    "a gradient of the parameters for each image",
    "The images' gradients are added up: a parameter has one, whatever the batch.",
    {TRAINING: "2 * batch * sum(values) + (1 + batch + state) * parameters"},
)
mistakes.change(
    "the gradients of the values counted for one image",
    "Each image of the batch has its own values, and its own gradients of them.",
    {TRAINING: "(batch + 1) * sum(values) + (2 + state) * parameters"},
)
mistakes.change(
    "no gradient for the image",
    "Count twice the values of every row here, those of the image, too.",
    {TRAINING: "batch * (2 * sum(values) - values[0]) + (2 + state) * parameters"},
)
mistakes.change(
    "the optimiser's numbers kept for the values",
    "The optimiser keeps numbers for what it changes: the parameters. A value has a gradient and no more.",
    {TRAINING: "(2 + state) * batch * sum(values) + (2 + state) * parameters"},
)
mistakes.change(
    "three of each value",
    "A value has one gradient: count it twice.",
    {TRAINING: "3 * batch * sum(values) + (2 + state) * parameters"},
)
mistakes.change(
    "no brackets around 2 + state",
    "* comes before +: without brackets only state is multiplied.",
    {TRAINING: "2 * batch * sum(values) + 2 + state * parameters"},
)
mistakes.change(
    "gigabytes or mebibytes",
    "Return bytes.",
    {"return 4 * (2 * batch": "return 4e-9 * (2 * batch", "return 4 * (batch": "return 4e-9 * (batch"},
    {
        "return 4 * (2 * batch": "return 4 / 2**20 * (2 * batch",
        "return 4 * (batch": "return 4 / 2**20 * (batch",
    },
)
mistakes.change(
    "the last pair of volumes left out",
    "The last two volumes are neighbours, too: look at where your loop ends.",
    {"max(pairs)": "max(pairs[:-2] or values)"},
)
mistakes.change(
    "the image left out of the neighbours",
    "The image and the first volume are neighbours, too.",
    {"max(pairs)": "max(pairs[1:-1] or values)"},
)
mistakes.change(
    "the first and the last volume taken for neighbours",
    "values[-1] is the last entry. The image has no volume before it: begin with the second row.",
    {"max(pairs)": "max(values[n] + values[n - 1] for n in range(len(values)))"},
)
mistakes.change(
    "three volumes at a time",
    "Two neighbours are needed: what a layer reads, and what it gives.",
    {"max(pairs)": "max(sum(values[n : n + 3]) for n in range(len(values)))"},
)
mistakes.change(
    "only the parameters of the two neighbours",
    "All parameters stay in memory, those of layers that have done their work, too.",
    {
        "4 * (batch * max(pairs) + parameters)": (
            "4 * max(batch * n + sum(row['parameters'] for row in rows[at : at + 2]) "
            "for at, n in enumerate(pairs))"
        )
    },
)
mistakes.change(
    "use counted like training",
    "Without training there are no gradients and no optimiser.",
    {"if training:": "if True:"},
)
mistakes.change(
    "training counted like use",
    "In training all volumes are kept for the backward pass, with their gradients.",
    {"if training:": "if False:"},
)

exercise = Exercise(
    name="memory_of",
    arguments=("rows", "batch"),
    parts=("bytes",),
    aspects=(aspect("training", 2, "training"), aspect("use", 2, "use")),
    reference=memory_of,
    cases=cases,
    program=memory_of,
    mistakes=tuple(mistakes),
)
