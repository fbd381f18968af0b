"""wrong_lines(printed, rows): which lines of a printed table disagree with the ledger."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect

from .shared import rows_of


def cases(rng: np.random.Generator) -> Iterator[Case]:
    rows = rows_of((48, 0), (64, 30), (64, 200), (16, 0), (10, 170), connected=1)
    weights = [30, 200, 170]
    yield Case("found", "all lines are right", (weights, rows))
    yield Case("found", "the second line is wrong", ([30, 3000, 170], rows))
    yield Case("found", "the first and the last line are wrong", ([31, 200, 17], rows))
    yield Case("found", "all lines are wrong", ([3, 3, 3], rows))
    yield Case("found", "one line", ([5], rows_of((4, 0), (2, 6), connected=1)))
    many = rng.integers(1, 50, 8).tolist()
    printed = [m + int(wrong) for m, wrong in zip(many, rng.random(8) < 0.5, strict=True)]
    mixed = [one for m in many for one in ((9, m), (9, 0))]
    yield Case("found", "eight lines drawn at random", (printed, rows_of((9, 0), *mixed, connected=8)))
    large = rng.integers(
        2 * 10**5, 10**6, 4
    ).tolist()  # the same numbers as different objects, unlike small ones
    alike = [large[0] + 0, large[1] + 1, large[2] + 0, large[3] + 0]
    yield Case("found", "large numbers", (alike, rows_of((9, 0), *((9, m) for m in large))))
    shifted = [30, 30, 200]  # each number stands one line too low
    yield Case("found", "the numbers stand one line too low", (shifted, rows))
    yield Case("found", "a line has the number of values", ([64, 200, 170], rows))
    twice = rows_of((9, 0), (9, 40), (9, 0), (9, 40), (9, 50), connected=1)
    yield Case("found", "two lines with the same number", ([40, 50, 50], twice))
    yield Case("found", "the same wrong number in two lines", ([30, 7, 7], rows))
    moved = rows_of((9, 0), (9, 0), (9, 7), (9, 8))
    yield Case("found", "two rows without parameters at the beginning", ([8, 7], moved))


def wrong_lines(printed, rows):
    """Return the numbers of the lines, from 0, that disagree with the ledger: a list.

    printed: the parameters of each layer that has some, in order. rows: a ledger.
    """
    counted = [row["parameters"] for row in rows if row["parameters"]]
    return [line for line, (a, b) in enumerate(zip(printed, counted, strict=True)) if a != b]


mistakes = Catalogue(wrong_lines)

mistakes.change(
    "rows without parameters compared as well",
    "printed has a number for each layer with parameters: leave out the image, ReLUs and poolings.",
    {
        'for row in rows if row["parameters"]]': "for row in rows]",
        "zip(printed, counted, strict=True)": "zip(printed, counted, strict=False)",
    },
)
mistakes.change(
    "only the image left out",
    "ReLUs and poolings have no parameters, either.",
    {
        'for row in rows if row["parameters"]]': "for row in rows[1:]]",
        "zip(printed, counted, strict=True)": "zip(printed, counted, strict=False)",
    },
)
mistakes.change(
    "only the convolutions compared",
    "Fully connected layers have parameters, too.",
    {
        'if row["parameters"]]': 'if row["kind"] == "conv"]',
        "zip(printed, counted, strict=True)": "zip(printed, counted, strict=False)",
    },
)
mistakes.change(
    "the lines that agree",
    "Return the lines that disagree.",
    {"if a != b": "if a == b"},
)
mistakes.change(
    "only the first wrong line",
    "Return all of them.",
    {"if a != b]": "if a != b][:1]"},
)
mistakes.change(
    "lines counted from 1",
    "The first line has the number 0.",
    {"enumerate(zip(printed, counted, strict=True))": "enumerate(zip(printed, counted, strict=True), 1)"},
)
mistakes.change(
    "how many lines are wrong",
    "Return their numbers, not how many there are.",
    {"return [line for line, (a, b)": "return sum(1 for line, (a, b)", "if a != b]": "if a != b)"},
)
mistakes.change(
    "True and False in the place of numbers",
    "Return the numbers of the lines that disagree.",
    {"return [line for line, (a, b)": "return [a != b for line, (a, b)", " if a != b]": "]"},
)
mistakes.change(
    "the right numbers of the wrong lines",
    "Return which lines are wrong, not what is right there.",
    {"return [line for": "return [b for"},
)
mistakes.change(
    "the printed numbers of the wrong lines",
    "Return which lines are wrong, not what is printed there.",
    {"return [line for": "return [a for"},
)
mistakes.change(
    "the numbers of the ledger's rows",
    "Count the lines of the printed table: the image, ReLUs and poolings have none there.",
    {
        'counted = [row["parameters"] for row in rows if row["parameters"]]': (
            'numbered = [(n, row["parameters"]) for n, row in enumerate(rows) if row["parameters"]]'
        ),
        "return [line for line, (a, b) in enumerate(zip(printed, counted, strict=True)) if a != b]": (
            "return [n for a, (n, b) in zip(printed, numbered, strict=True) if a != b]"
        ),
    },
    {
        'counted = [row["parameters"] for row in rows if row["parameters"]]': (
            'numbered = [(n, row["parameters"]) for n, row in enumerate(rows) if row["parameters"]]'
        ),
        "return [line for line, (a, b) in enumerate(zip(printed, counted, strict=True)) if a != b]": (
            "return [n for n, b in numbered if printed[n] != b]"
        ),
    },
)
mistakes.change(
    "right wherever it stands",
    "A line is right only if its own layer has that number.",
    {"if a != b": "if a not in counted"},
)
mistakes.change(
    "a line looked for by its number",
    "Two lines may have the same number, and index finds the first of them. Count the lines: enumerate.",
    {"return [line for": "return [counted.index(b) for"},
    {"return [line for": "return [printed.index(a) for"},
)
mistakes.change(
    "each line compared with every row",
    "A line belongs to one row: go through both lists at once, with zip.",
    {
        "for line, (a, b) in enumerate(zip(printed, counted, strict=True)) if a != b": (
            "for line, a in enumerate(printed) for b in counted if a != b"
        )
    },
    {
        "for line, (a, b) in enumerate(zip(printed, counted, strict=True)) if a != b": (
            'for line, a in enumerate(printed) for row in rows if a != row["parameters"]'
        )
    },
)
mistakes.change(
    "the last line left out",
    "The last line counts as well: go through all of them.",
    {"if a != b]": "if a != b and line < len(printed) - 1]"},
)
mistakes.change(
    "values compared with parameters",
    'The printed numbers are parameters: row["parameters"].',
    {'[row["parameters"] for row': '[row["values"] for row'},
)
mistakes.change(
    "biases taken out once more",
    "Compare with the ledger as you get it: the cell above has taken the biases out.",
    {'[row["parameters"] for row': '[row["parameters"] - row["shape"][0] for row'},
)
mistakes.change(
    "small differences let through",
    "Whole numbers agree exactly, or the line is wrong: compare with !=.",
    {"if a != b": "if abs(a - b) > 0.01 * b"},
    {"if a != b": "if not np.isclose(a, b)"},
)
mistakes.change(
    "`is not` in the place of `!=`",
    "`is not` asks whether two numbers are the same object in memory. Compare with `!=`.",
    {"if a != b": "if a is not b"},
)
mistakes.change(
    "only lines that are too large",
    "A number may be too small as well.",
    {"if a != b": "if a > b"},
)
mistakes.change(
    "only lines that are too small",
    "A number may be too large as well.",
    {"if a != b": "if a < b"},
)

exercise = Exercise(
    name="wrong_lines",
    arguments=("printed", "rows"),
    parts=("lines",),
    data=("lines",),
    axes={"lines": ("line",)},
    aspects=(aspect("found", 3, "found"),),
    reference=wrong_lines,
    cases=cases,
    program=wrong_lines,
    mistakes=tuple(mistakes),
)
