"""The calls that reveal the table: all are known beforehand, so they can go to a student's process together.

A number that is switched on in the `hot` array, and numbers of which no two are alike in the `seen` one: the
value that comes out tells which two met, and the place where it comes out tells where the product went.
All of these numbers are positive, and their products are large (`finish.py` says why).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np

from ..exercise import Case
from .geometry import Geometry
from .layers import AXES, Arrays, Layer, Sum, sizes
from .linear import LAYERS

LARGE = 2.0**40
"""The products from which a table is read are so large that what is added to them does not show."""

DIGIT = 61.0
"""Without a `seen` array, several numbers are hot at once: 1, 61, 61 ** 2. What comes out is their digits."""

PRIMES = [n for n in range(2, 100) if all(n % d for d in range(2, n))]
"""Their square roots are no multiples of each other: no factor makes one filter's weight another's."""

DIGITS = 8
"""As many digits are exact in double precision."""


@dataclass(frozen=True, eq=False)
class Question:
    """One call: at which geometry, with which arrays, and which numbers of which array are `hot`.

    `kind` is "probe" (numbers everywhere), "first" (the same without a bias), "again" (that for the second
    time), "more" and "both" (two calls of an array `changed`, whose sum must be the sum of the results),
    "biased" (a probe with one other array), or "table".
    """

    kind: str
    geometry: Geometry
    case: Case
    arrays: Arrays
    hot: str = ""
    changed: str = ""


@dataclass(frozen=True)
class Questions:
    """All questions to an exercise; `tables` holds the geometries at which every product is asked for."""

    layer: Layer
    tables: tuple[Geometry, ...]
    probes: tuple[Geometry, ...]
    asked: tuple[Question, ...]

    @property
    def cases(self) -> tuple[Case, ...]:
        """The calls as cases."""
        return tuple(q.case for q in self.asked)


@lru_cache(maxsize=32)
def questions(exercise: str) -> Questions:
    """The questions to an exercise, made once: they depend on no seed and on no answer."""
    layer = LAYERS[exercise]
    tables, probes = layer.tables, layer.probes
    rng = np.random.default_rng(4)
    asked: list[Question] = []

    def ask(kind: str, g: Geometry, arrays: Arrays, hot: str = "", changed: str = "") -> None:
        args, options = layer.call(g, arrays)
        case = Case("reading", g.words, args, options)
        asked.append(Question(kind, g, case, arrays, hot, changed))

    for g in probes:
        ask("probe", g, {name: _unlike(rng, sizes(name, g)) for name in layer.given})
    for g in tables[2:5:2]:
        first = next(q for q in asked if q.geometry == g).arrays
        first = {n: 0 * numbers if n[0] == "b" else numbers for n, numbers in first.items()}
        ask("first", g, first)
        ask("again", g, first)
        for name in (name for name in layer.given if name[0] != "b"):
            more = _unlike(rng, sizes(name, g))
            ask("more", g, {**first, name: more}, changed=name)
            ask("both", g, {**first, name: first[name] + more}, changed=name)
    if "b" in layer.given:  # whether what was said of no bias holds with one
        g, name = tables[2], layer.given[0]
        probed = next(q for q in asked if q.geometry == g).arrays
        ask("biased", g, {**probed, name: _unlike(rng, sizes(name, g))}, changed=name)
    for g in tables:
        for hot in dict.fromkeys(s.hot for s in layer.sums):
            seen = {s.seen for s in layer.sums if s.hot == hot}
            full = {
                n: np.abs(_unlike(rng, sizes(n, g))) if n in seen else np.zeros(sizes(n, g))
                for n in layer.given
            }
            if not hot:
                full = {n: LARGE * numbers for n, numbers in full.items()}
            for numbers in _switched(hot, seen, g):
                ask("table", g, {**full, hot: LARGE * numbers} if hot else full, hot)
    return Questions(layer, tables, probes, tuple(asked))


def _unlike(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers of which no two, and no sums of two, are alike; none is small."""
    return (1 + rng.random(shape)) * rng.choice([-1.0, 1.0], shape)


def _switched(hot: str, seen: set[str], g: Geometry) -> list[np.ndarray]:
    """The hot array in each of its calls."""
    if not hot:
        return [np.zeros(0)]
    shape = sizes(hot, g)
    size = int(np.prod(shape))
    if hot[0] == "w":  # the same weight of all filters, each with a size of its own
        weights = shape[-3:]
        filters = np.sqrt(PRIMES[: size // prod(weights)]).reshape(*shape[:-3], 1, 1, 1)
        return [filters * (np.arange(prod(weights)).reshape(weights) == t) for t in range(prod(weights))]
    several = DIGITS if seen == {""} else 1
    return [
        np.where(np.arange(size) // several == t, DIGIT ** (np.arange(size) % several), 0.0).reshape(shape)
        for t in range(-(-size // several))
    ]


# What came out


FACTORS = np.array(
    sorted(
        {sign * f for sign in (1, -1) for n in (*range(1, 13), 16, 18, 20, 24, 25, 36) for f in (n, 1 / n)},
        key=lambda f: (abs(np.log(abs(f))), f < 0),
    )
)
"""The factors with which a product is recognised."""

EXACT = 1e-10


class UnreadableError(ValueError):
    """A value that is no short sum of the products asked for."""


Lines = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""For each product the number of its value, of its hot number, of its seen number, and its factor."""


def decoded(values: np.ndarray, hot: np.ndarray, seen: np.ndarray | None) -> Lines:
    """The products that give these values; `hot` holds the numbers that are on, `seen` all that may be met.

    UnreadableError if a value is not the sum of at most three products.
    """
    if seen is None:
        return _digits(values, hot)
    products = np.outer(hot, seen).ravel()
    terms = np.outer(products, FACTORS).ravel()
    found = _Ranked(terms).nearest(values)
    numbers = np.arange(len(values))
    single = found >= 0
    pieces = [(numbers[single], found[single] // len(FACTORS), FACTORS[found[single] % len(FACTORS)])]
    left = numbers[~single]
    if len(left):
        a, b = np.triu_indices(len(products), 1)
        sums = _Ranked(products[a] + products[b])
        for number in left:
            pairs = sums.nearest(values[number] - np.append(0.0, products))  # with no third product, or one
            if (pairs < 0).all():
                raise UnreadableError
            third = int(np.argmax(pairs >= 0))
            met = [a[pairs[third]], b[pairs[third]], *([third - 1] if third else [])]
            pieces.append((np.full(len(met), number), np.array(met), np.ones(len(met))))
    value, product, factor = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return value, product // len(seen), product % len(seen), factor


class _Ranked:
    """Numbers in order, to find one that equals a value."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.order = np.argsort(numbers, kind="stable")
        self.numbers = numbers[self.order]

    def nearest(self, values: np.ndarray) -> np.ndarray:
        """For each value which of the numbers it equals, the first of equal ones; -1 for none."""
        if not len(self.numbers):
            return np.full(len(values), -1)
        if not len(self.numbers):
            return np.full(len(values), -1)
        at = np.minimum(np.searchsorted(self.numbers, values - EXACT), len(self.numbers) - 1)
        return np.where(np.abs(self.numbers[at] - values) < EXACT, self.order[at], -1)


def _digits(values: np.ndarray, hot: np.ndarray) -> Lines:
    """The digits of each value: how often it holds each hot number."""
    if len(hot) == 1:
        numbers = np.arange(len(values))
        return numbers, np.zeros_like(numbers), np.zeros_like(numbers), values / hot[0]
    digits, least = np.zeros((len(values), len(hot))), np.full(len(values), np.inf)
    for parts in PARTS:  # each factor is a whole number of such parts
        rest = np.round(values * parts)
        fits = np.abs(values * parts - rest) < 0.02
        found = np.zeros_like(digits)
        for t in range(len(hot)):
            found[:, t] = (rest + DIGIT // 2) % DIGIT - DIGIT // 2
            rest = (rest - found[:, t]) / DIGIT
        # Of several ways, the one with the fewest digits, and then the smallest: half of 61 + 1 is not 31.
        # Both signs are unlikely: 2 + 2 * 61 is not 61 ** 2 / 30 - 1 / 30.
        cost = 1e6 * np.count_nonzero(found, axis=1) + np.abs(found).sum(axis=1) + parts
        cost += 1e8 * ((found < 0).any(axis=1) & (found > 0).any(axis=1))
        better = fits & (rest == 0) & (cost < least)
        digits[better], least[better] = found[better] / parts, cost[better]
        if parts == 1 and not np.isinf(least).any() and np.abs(digits).max(initial=0) < 2:
            break  # nothing is simpler than ones
    if np.isinf(least).any():
        raise UnreadableError
    value, number = np.nonzero(digits)
    return value, number, np.zeros_like(value), digits[value, number]


PARTS = (1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 25, 30, 36)
"""A factor is one of these parts of 1, or some of them."""


def products(total: Sum, question: Question, result: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The products behind one result: their places (products, columns) and their factors.

    `result` has all axes of the part, but may have other sizes. UnreadableError if it is not a sum of few.
    """
    result = result / LARGE
    places = np.argwhere(np.abs(result) > EXACT)
    values = result[tuple(places.T)]
    places = places + question.geometry.first(AXES[total.part])
    on = np.argwhere(question.arrays[total.hot]) if total.hot else np.zeros((1, 0), int)
    hot = question.arrays[total.hot][tuple(on.T)] / LARGE if total.hot else np.ones(1)
    seen = question.arrays[total.seen] if total.seen else None
    if seen is not None and not total.hot:
        seen = seen / LARGE
    value, number, other, factor = decoded(values, hot, None if seen is None else seen.ravel())
    met = (
        np.stack(np.unravel_index(other, seen.shape), 1)
        if seen is not None
        else np.zeros((len(other), 0), int)
    )
    return np.concatenate([places[value], on[number], met], axis=1), factor
