"""Two mistakes in one answer: the program with both changes made to it gives what the answer gives.

Reading tells faults apart if they lie in what is added up. A ReLU, rounding or a matrix product in its place
does not show in a table of products, and hides what else is wrong. But the catalogue's mistakes are changes
of one program, so two of them can be made at once, and the results compared with the student's.

Nearly always, some case hides one of the two: there, the answer gives the results of the other mistake alone,
or at least a wrong shape that it gives. So pairs with such a mistake are tried, the likeliest first.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

import numpy as np

from .catalogue import Changed, in_their_precision
from .exercise import Exercise, Mistake
from .for_seed import Answer, Entry, cases_of, catalogue, expected, fitting, settled
from .recognise import agreeing, same_result

LOOKED = 10
"""So many wrong results, the smallest of each kind, tell which mistakes may be in an answer."""

MOST = 300
"""So many pairs are tried, at most."""


def together(exercise: Exercise, seed: int, mine: Answer, part: str) -> list[Mistake]:
    """The two mistakes that, made together, give this wrong part of the student's results in every case.

    If several pairs do, only a name that all of them have is certain.
    """
    cases = fitting(exercise, seed)
    explaining = [
        pair
        for pair, both in _likely(exercise, seed, mine, part)
        if part in agreeing(mine, both.answer, cases)
    ]
    if not explaining:
        return []
    certain = set.intersection(*({m.name for m in pair} for pair in explaining))
    return sorted((m for m in explaining[0] if m.name in certain), key=exercise.mistakes.index)


Pair = tuple[Mistake, Mistake]


def _likely(exercise: Exercise, seed: int, mine: Answer, part: str) -> Iterator[tuple[Pair, Entry]]:
    """The pairs that give the student's result in all cases that are looked at, the smallest first."""
    looked = _looked(exercise, seed, mine, part)
    likely = {e: _signs(e, mine, part, looked) for e in catalogue(exercise, seed) if _change(e)}
    alone = {e: signs == 1 for e, signs in likely.items()}
    entries = sorted(likely, key=lambda e: -float(likely[e].sum()))
    for one, two in islice(_pairs(entries, likely), MOST):
        both = _made(one, two)
        # Where one of the two alone is enough, most others would change nothing: such a case tells little.
        telling = np.argsort(1.0 * alone[one] + alone[two], kind="stable").tolist()
        if both and all(same_result(part, mine, both, looked[at]) for at in telling):
            yield (one.mistake, two.mistake), both


def _signs(entry: Entry, mine: Answer, part: str, looked: Sequence[int]) -> np.ndarray:
    """For each case, whether a mistake gives the student's result: 1, or only its wrong shape: 1/2, or 0."""
    found = []
    for number in looked:
        right, yours, its = (
            getattr(outcome.parts.get(part), "shape", None)
            for outcome in (
                expected(entry.exercise, entry.seed)[0][number], mine.outcomes[number], entry.outcome(number)
            )
        )  # fmt: skip
        alike = same_result(part, mine, entry, number)
        found.append(1.0 if alike else 0.5 * (its == yours != right))
    return np.array(found)


def _pairs(entries: Sequence[Entry], likely: Mapping[Entry, np.ndarray]) -> Iterator[tuple[Entry, Entry]]:
    """Pairs of mistakes, of which the first gives some of the results; the likeliest first."""
    for second, two in enumerate(entries):
        for one in entries[:second]:
            if likely[one].any() and one.mistake.name != two.mistake.name:
                yield one, two


@lru_cache(maxsize=3 * MOST)
def _made(one: Entry, two: Entry) -> Entry | None:
    """Both mistakes in one program; None if they change the same text.

    Remembered, because the parts of a result mostly ask for the same pairs.
    """
    first, second = _change(one), _change(two)
    if first is None or second is None:
        return None
    try:
        function = in_their_precision(first.and_also(second))
    except ValueError:
        return None
    return Entry(one.exercise, one.seed, Mistake("", "", function))


def _change(entry: Entry) -> Changed | None:
    """The change of the program that a mistake is, if it is one."""
    function = inspect.unwrap(entry.mistake.function)
    return function if isinstance(function, Changed) else None


def _looked(exercise: Exercise, seed: int, mine: Answer, part: str) -> list[int]:
    """The numbers of the cases to look at: those in which the part is wrong, the smallest of each kind."""
    cases, numbers = cases_of(exercise, seed), settled(exercise, seed)
    wrong = sorted(
        (n for n, fine in zip(numbers, mine.right[part], strict=True) if not fine),
        key=lambda n: cases[n].size,
    )
    kinds: dict[tuple[object, ...], int] = {}
    for number in wrong:
        kinds.setdefault((cases[number].tag, *sorted(cases[number].options.items())), number)
    first = list(kinds.values())
    return [*first, *(n for n in wrong if n not in first)][:LOOKED]
