"""The simplest of many descriptions: one choice from each menu, as few of them wrong as possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Any


def fewest_faults(menus: Sequence[Sequence[Any]], most: int = 2) -> Iterator[tuple[Any, ...]]:
    """One entry of each menu at a time: first all that are right, then those with one fault, then with two.

    The first entry of a menu is the right one. At most `most` of the entries are wrong.
    """
    for count in range(most + 1):
        for wrong in combinations(range(len(menus)), count):
            for entries in product(*(menus[number][1:] for number in wrong)):
                chosen = [menu[0] for menu in menus]
                for number, entry in zip(wrong, entries, strict=True):
                    chosen[number] = entry
                yield tuple(chosen)
