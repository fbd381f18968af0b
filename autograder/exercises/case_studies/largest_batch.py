"""largest_batch(rows, gigabytes, state=1): how many images at a time fit into the memory of a GPU."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect

from .shared import rows_of


def cases(rng: np.random.Generator) -> Iterator[Case]:
    million = 10**6
    rows = rows_of((3 * million, 0), (2 * million, 100 * million))
    yield Case("fits", "12 GB", (rows, 12))
    yield Case("fits", "3 GB", (rows, 3))
    yield Case("fits", "12 GB with Adam", (rows, 12), {"state": 2})
    yield Case("fits", "12 GB without state", (rows, 12), {"state": 0})
    more = rows_of((30 * million, 0), (40 * million, 0))
    yield Case("fits", "room for one image and three quarters", (more, 1))
    exact = rows_of((100_000, 0), (25_000, 0))
    yield Case("fits", "exactly 1,000 images", (exact, 1))
    values = int(rng.integers(10**5, 10**6))
    yield Case("fits", "values drawn at random", (rows_of((values, 0), (2 * values, 10**7)), 4))
    large = rows_of((million, 0), (million, 10**9))
    yield Case("not", "the parameters alone are too large", (large, 3))
    yield Case("not", "room for half an image", (rows_of((10**8, 0), (10**8, 10**6)), 1))
    yield Case("not", "not one image fits", (rows_of((2 * 10**8, 0), (10**6, 2 * 10**8)), 3))


def largest_batch(rows, gigabytes, state=1):
    """Return how many images a GPU can train with at a time, in float32; 0 if not even one fits.

    rows: a ledger. gigabytes: the memory, of 10**9 bytes each. state: what the optimiser keeps a parameter.
    """
    parameters = sum(row["parameters"] for row in rows)
    values = sum(row["values"] for row in rows)
    left = gigabytes * 10**9 - 4 * (2 + state) * parameters
    return max(left // (4 * 2 * values), 0)


mistakes = Catalogue(largest_batch)

mistakes.change(
    "a negative batch",
    "If not even one image fits, the answer is 0.",
    {"max(left // (4 * 2 * values), 0)": "left // (4 * 2 * values)"},
    {"max(left // (4 * 2 * values), 0)": "int(left / (4 * 2 * values))"},
)
mistakes.change(
    "at least one image, whether it fits or not",
    "If not even one image fits, the answer is 0.",
    {"max(left // (4 * 2 * values), 0)": "max(left // (4 * 2 * values), 1)"},
)
mistakes.change(
    "rounded, not rounded down",
    "Half an image does not fit: round down.",
    {"left // (4 * 2 * values)": "-(-left // (4 * 2 * values))"},
    {"left // (4 * 2 * values)": "round(left / (4 * 2 * values))"},
)
mistakes.change(
    "not rounded at all",
    "Half an image does not fit: round down.",
    {"left // (4 * 2 * values)": "left / (4 * 2 * values)"},
)
mistakes.change(
    "room for one image more",
    "Round down: what is left over is too little for one image more.",
    {"left // (4 * 2 * values)": "left // (4 * 2 * values) + 1"},
)
mistakes.change(
    "what fits exactly left out",
    "If the memory is just enough for the last image, that image fits: <=, not <.",
    {"left // (4 * 2 * values)": "(left - 1) // (4 * 2 * values)"},
)
mistakes.change(
    "a positive number where nothing fits",
    "What is left may be less than nothing; then the answer is 0.",
    {"max(left // (4 * 2 * values), 0)": "abs(left) // (4 * 2 * values)"},
    {"max(left // (4 * 2 * values), 0)": "abs(left // (4 * 2 * values))"},
)
mistakes.change(
    "an error if nothing fits",
    "If not even one image fits, return 0.",
    {
        "return max(left // (4 * 2 * values), 0)": (
            'if left < 4 * 2 * values:\n    raise ValueError("it does not fit")\n'
            "return left // (4 * 2 * values)"
        )
    },
)
mistakes.change(
    "multiplied by what stands behind //",
    "a // 4 * 2 goes from left to right: first divided by 4, then multiplied by 2. Put brackets around all "
    "that divides.",
    {"left // (4 * 2 * values)": "left // 4 * 2 * values"},
)
mistakes.change(
    "counted as in use",
    "The GPU trains: all volumes are kept, and each value and each parameter has a gradient.",
    {
        'values = sum(row["values"] for row in rows)': (
            'values = [row["values"] for row in rows]\n'
            "values = max(a + b for a, b in zip(values, [*values[1:], 0], strict=True))"
        ),
        "4 * (2 + state) * parameters": "4 * parameters",
        "4 * 2 * values": "4 * values",
    },
)
mistakes.change(
    "megabytes",
    "A gigabyte has 10**9 bytes.",
    {"gigabytes * 10**9": "gigabytes * 10**6"},
)
mistakes.change(
    "1 byte for each value",
    "A value has 4 bytes, and so has its gradient.",
    {"(4 * 2 * values)": "(2 * values)"},
)
mistakes.change(
    "gigabytes of 2**30 bytes",
    "A gigabyte has 10**9 bytes here.",
    {"gigabytes * 10**9": "gigabytes * 2**30"},
)
mistakes.change(
    "the parameters forgotten",
    "The parameters, their gradients and the optimiser's state take memory first.",
    {"4 * (2 + state) * parameters": "0 * parameters"},
)
mistakes.change(
    "only the parameters themselves",
    "A parameter has a gradient, and `state` numbers that the optimiser keeps.",
    {"4 * (2 + state) * parameters": "4 * parameters"},
)
mistakes.change(
    "the parameters counted for each image",
    "All images use the same parameters: subtract what they need before you divide.",
    {
        "- 4 * (2 + state) * parameters": "",
        "(4 * 2 * values)": "(4 * 2 * values + 4 * (2 + state) * parameters)",
    },
)
mistakes.change(
    "one number of state, whatever the optimiser",
    "How many numbers it keeps for each parameter is the argument `state`.",
    {"(2 + state)": "3"},
)
mistakes.change(
    "1 byte for each number of the parameters",
    "A parameter has 4 bytes, and so have its gradient and the numbers of the optimiser.",
    {"4 * (2 + state) * parameters": "(2 + state) * parameters"},
)
mistakes.change(
    "the gradients of the parameters forgotten",
    "A parameter has a gradient, beside what the optimiser keeps.",
    {"(2 + state)": "(1 + state)"},
)
mistakes.change(
    "the optimiser's state forgotten",
    "The optimiser keeps `state` numbers a parameter.",
    {"(2 + state)": "2"},
)
mistakes.change(
    "the gradients of the values forgotten",
    "In training each value has a gradient, too.",
    {"(4 * 2 * values)": "(4 * values)"},
)
mistakes.change(
    "8 bytes a number",
    "A float32 number has 4 bytes.",
    {"- 4 * (2 + state)": "- 8 * (2 + state)", "(4 * 2 * values)": "(8 * 2 * values)"},
)
mistakes.change(
    "numbers taken for bytes",
    "A float32 number has 4 bytes.",
    {"- 4 * (2 + state)": "- (2 + state)", "(4 * 2 * values)": "(2 * values)"},
)
mistakes.change(
    "the image left out",
    "The image takes memory, too.",
    {'values = sum(row["values"] for row in rows)': 'values = sum(row["values"] for row in rows[1:]) or 1'},
)

exercise = Exercise(
    name="largest_batch",
    arguments=("rows", "gigabytes"),
    parts=("batch",),
    aspects=(aspect("what fits", 2, "fits"), aspect("what does not", 1, "not")),
    reference=largest_batch,
    cases=cases,
    program=largest_batch,
    mistakes=tuple(mistakes),
)
