"""What is done to finished sums: a ReLU, rounding, a constant that is added.

It hides the sums only where it acts. Very large products of positive numbers pass through nearly unchanged,
so the table is read from these. What the sums then miss of the answer's results, at numbers of every size and
sign, must be one such step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..compare import same
from .rules import RIGHT
from .words import Fault

Pairs = Sequence[tuple[np.ndarray, np.ndarray]]
"""Results, each with the sums as they are described."""

WHOLE = "Results are real numbers: keep the digits after the point, and a dtype that can hold them."
SIGN = "The sum is the result, whatever its sign; a ReLU is a layer of its own."

STEPS: Sequence[tuple[str, str, Callable[[np.ndarray], np.ndarray]]] = (
    (RIGHT, "", lambda a: a),
    ("negative results cut off", SIGN, lambda a: np.maximum(a, 0)),
    ("signs dropped", SIGN, np.abs),
    ("cut to whole numbers", WHOLE, np.trunc),
    ("rounded down to whole numbers", WHOLE, np.floor),
    ("rounded to whole numbers", WHOLE, np.round),
    ("rounded to one decimal", WHOLE, lambda a: np.round(a, 1)),
    ("rounded to two decimals", WHOLE, lambda a: np.round(a, 2)),
    ("rounded to three decimals", WHOLE, lambda a: np.round(a, 3)),
    (
        "negative results cut off, the others cut to whole numbers",
        WHOLE,
        lambda a: np.trunc(np.maximum(a, 0)),
    ),
)
"""Steps after the sum, by what is done, with what to look at; the first is none at all."""


def finish(pairs: Pairs) -> Fault | None:
    """The step after the sums that gives all results; None if there is none.

    If nothing is done to the sums, it has no name.
    """
    for name, advice, step in STEPS:
        if all(same(result, step(total)) for result, total in pairs):
            return Fault(name, advice)
    return _constant(pairs)


def _constant(pairs: Pairs) -> Fault | None:
    """A constant that is added to each result."""
    if any(result.shape != total.shape for result, total in pairs):
        return None
    added = np.median(np.concatenate([(result - total).ravel() for result, total in pairs]))
    more = float(f"{added:.4g}")
    if not more or not all(same(result, total + more) for result, total in pairs):
        return None
    words = f"{more:g} added to each result" if more > 0 else f"{-more:g} taken away from each result"
    return Fault(
        words, "A result is the sum of its products, and of the bias where there is one; nothing else."
    )
