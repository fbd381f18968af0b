"""The gate before a table is believed: is the answer a sum of products at all, and the same each time?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .questions import Question, Questions
from .words import Fault

if TYPE_CHECKING:
    from ..run_answer import Outcome

Pairs = Sequence[tuple[Question, "Outcome"]]


SHUT = Fault("", "")
"""Something forbids to read it, and what it is has no name here."""


def gate(asked: Questions, outcomes: Sequence[Outcome]) -> Mapping[str, Fault | None]:
    """For each part of the result what forbids to read it; None where nothing does."""
    pairs = list(zip(asked.asked, outcomes, strict=True))
    return {part: _first(part, asked, pairs) for part in asked.layer.parts}


def _first(part: str, asked: Questions, pairs: Pairs) -> Fault | None:
    results = [o.parts[part] for _, o in pairs if part in o.parts]
    if not all(np.isfinite(r).all() for r in results):
        return SHUT
    found = [_at(part, asked, pairs, i) for i, (q, _) in enumerate(pairs) if q.kind == "first"]
    if not any(found):
        return None
    return found[0] if found[0] is not None and all(f == found[0] for f in found) else SHUT


def _at(part: str, asked: Questions, every: Pairs, begin: int) -> Fault | None:
    """The same at one geometry, whose calls begin there."""
    pairs = every[begin:]
    first = pairs[0][1].parts.get(part)
    again = pairs[1][1].parts.get(part)
    if first is None or again is None or first.shape != again.shape:
        return None
    if not _near(first, again):
        return Fault(
            "the same call gives another result the second time", "Look for something that outlives a call."
        )
    used = {name for s in asked.layer.sums if s.part == part for name in (s.hot, s.seen)}
    for (question, more), (_, both) in zip(pairs[2::2], pairs[3::2], strict=False):
        if question.kind != "more" or question.geometry != pairs[0][0].geometry:
            break
        one, two, name = more.parts.get(part), both.parts.get(part), question.changed
        if one is None or two is None or not first.shape == one.shape == two.shape or not first.size:
            continue
        if name not in used and not (_near(first, one) and _near(first, two)):
            return Fault(
                f"it changes with {name}",
                f"A right `{part}` does not depend on the numbers in `{name}`, only on its shape.",
            )
        if name in used and _near(first, one) and _near(first, two):
            return _unchanged(part, name, every, first)
        if name in used and not _near(first + one, two):
            return _why(first + one - two, pairs[0][0])
    return None


def _unchanged(part: str, name: str, every: Pairs, first: np.ndarray) -> Fault:
    """Why results without a bias, like `first`, do not change with an array that is used."""
    for question, outcome in every:
        if question.kind == "biased" and not first.any():
            probed = next(o for q, o in every if q.geometry == question.geometry)
            one, two = (o.parts.get(part) for o in (probed, outcome))
            if one is None or two is None or one.shape != two.shape:
                return SHUT
            if not _near(one, two):
                return Fault(
                    "nothing is left where b is 0",
                    "A bias is added to a sum of products: it multiplies nothing.",
                )
    return Fault(
        f"it does not change with {name}", f"Each product in `{part}` has a number of `{name}` in it."
    )


def _why(rest: np.ndarray, question: Question) -> Fault:
    """Why results do not add up."""
    for name, array in question.arrays.items():
        if array.shape == rest.shape and _near(rest, array):
            return Fault(f"it begins as a copy of {name}", "The sum of the products begins with zeros.")
    return SHUT


def _near(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two results are equal up to rounding; in single precision no table can be read."""
    return bool(np.allclose(a, b, rtol=0, atol=1e-9 * max(1.0, float(np.abs(b).max(initial=0.0)))))
