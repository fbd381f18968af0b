"""The table of products: what an answer multiplies and adds up, one line a product.

A convolution layer is a sum of products. A product of its forward pass joins an output (n, k, i, j), a weight
(wk, c, p, q) and a pixel (xn, xc, y, z); in the backward pass the same three meet, and only the sum is taken
over others. So one form serves `out`, `dx`, `dw`, `db`, the columns of im2col and what col2im adds back. In
the right table n = xn, k = wk, c = xc, y = i * stride + p - pad and z = j * stride + q - pad, every factor is
1, and no line is missing or there twice. In a wrong one, some of this is otherwise, and mostly little of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .geometry import NAMES, Geometry

OUTPUT = ("n", "k", "i", "j")
WEIGHT = ("wk", "c", "p", "q")
PIXEL = ("xn", "xc", "y", "z")
BIAS = ("bk",)


@dataclass(frozen=True, eq=False)
class Table:
    """Products at one or more geometries, as columns of integers, one entry a product.

    `geometry` holds the number of each product's geometry in `geometries`. A column is an attribute, and so
    is a size, `table.i * table.stride + table.p`; the names of the columns are in `columns`.
    """

    geometries: tuple[Geometry, ...]
    geometry: np.ndarray
    columns: Mapping[str, np.ndarray]
    factor: np.ndarray

    def __len__(self) -> int:
        return len(self.factor)

    def __getattr__(self, name: str) -> np.ndarray:
        if name in NAMES:  # from the next time on it is an attribute as any other
            return self.__dict__.setdefault(name, self._sizes[name][self.geometry])
        try:
            return self.__dict__["columns"][name]
        except KeyError:
            raise AttributeError(f"a table of products has no column {name!r}") from None

    @cached_property
    def _sizes(self) -> Mapping[str, np.ndarray]:
        return {name: np.array([getattr(g, name) for g in self.geometries], int) for name in NAMES}

    @cached_property
    def spread(self) -> bool:
        """Whether weights stand further apart than pixels at some geometry, so that this can go wrong."""
        return any(g.dilation > 1 for g in self.geometries)

    def take(self, which: np.ndarray) -> Table:
        """The products chosen by a mask or by their numbers."""
        columns = {name: column[which] for name, column in self.columns.items()}
        return Table(self.geometries, self.geometry[which], columns, self.factor[which])

    def at(self, **places: int) -> Table:
        """The products of one place, e.g. `table.at(geometry=0, n=0, k=1, i=0, j=2)`."""
        wanted = [
            (self.geometry if name == "geometry" else getattr(self, name)) == place
            for name, place in places.items()
        ]
        return self.take(np.logical_and.reduce(wanted)) if wanted else self

    def counted(self) -> dict[tuple[int, ...], float]:
        """The factor of each product, by its places, column by column in the order of their names."""
        found: dict[tuple[int, ...], float] = {}
        lines = np.stack([self.columns[name] for name in sorted(self.columns)], 1).tolist()
        for line, factor in zip(map(tuple, lines), self.factor.tolist(), strict=True):
            found[line] = round(found.get(line, 0.0) + factor, 9)
        return found

    def with_columns(self, **columns: np.ndarray) -> Table:
        """The same products with other, or more, columns."""
        return Table(self.geometries, self.geometry, {**self.columns, **columns}, self.factor)

    def keys(self, names: Iterable[str]) -> np.ndarray:
        """One integer a product: two products have the same where all these columns are equal."""
        key = self.geometry.astype(np.int64)
        for name in names:
            key = key * SPAN + self.columns[name]
        return key


SPAN = 1_000_003
"""Far more than any index. Keys of many columns go round in 64 bits, but an odd factor keeps them apart."""


def joined(
    geometries: Sequence[Geometry], names: Sequence[str], pieces: Iterable[tuple[int, np.ndarray, np.ndarray]]
) -> Table:
    """A table from pieces: the number of a geometry, the indices (products, columns), and the factors."""
    pieces = [piece for piece in pieces if len(piece[2])]
    if not pieces:
        nothing = np.zeros(0, int)
        return Table(tuple(geometries), nothing, dict.fromkeys(names, nothing), np.zeros(0))
    numbers = np.concatenate([np.full(len(factors), number) for number, _, factors in pieces])
    indices = np.concatenate([indices for _, indices, _ in pieces])
    factors = np.concatenate([factors for *_, factors in pieces])
    return Table(tuple(geometries), numbers, dict(zip(names, indices.T, strict=True)), factors)
