"""What a reading gives: sentences, what is right, and the products behind it, for a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from .geometry import Geometry
from .table import Table


@dataclass(frozen=True)
class Sentence:
    """One fault: its name, what to do about it, and the parts of the result in which it shows.

    `whole` says that a result computed from the description alone equals the student's on every case. Else
    the fault is certain, but there may be others: its name begins with "at least: ". One that `raises` says
    when the function ends in an error.
    """

    name: str
    advice: str
    parts: tuple[str, ...]
    whole: bool
    raises: bool = False


@dataclass(frozen=True, eq=False)
class Evidence:
    """The products of one part of the result at one geometry: the student's beside the right ones.

    `result` names the columns that number the places of the part, ("n", "k", "i", "j") for `out`. For a
    gradient, the output (n, k, i, j) sends a message along each of its products, and `result` is where it
    lands.
    """

    part: str
    result: tuple[str, ...]
    geometry: Geometry
    yours: Table
    right: Table

    def at(self, **place: int) -> tuple[Table, Table]:
        """The student's products and the right ones at one place, e.g. `at(n=0, k=0, i=1, j=0)`."""
        return self.yours.at(**place), self.right.at(**place)

    def wrong_places(self, columns: tuple[str, ...] = ()) -> Iterator[dict[str, int]]:
        """The places at which the two differ, in order: of the result, or along other `columns`."""
        columns = columns or self.result
        pieces = [
            np.stack([t.columns[name] for name in columns], 1)
            for t in (self.yours, self.right)
            if all(name in t.columns for name in columns)
        ]
        for place in np.unique(np.concatenate(pieces), axis=0).tolist():
            where = dict(zip(columns, place, strict=True))
            yours, right = (t.counted() for t in self.at(**where))
            if yours != right:
                yield where


@dataclass(frozen=True)
class Reading:
    """What was read of an answer: its faults, the most basic first, what is right, and the evidence.

    `right` holds short statements such as "the columns are right". An answer that is right, or that cannot
    be read, has no sentences.
    """

    sentences: tuple[Sentence, ...] = ()
    right: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = field(default=(), compare=False)
    calls: int = 0
