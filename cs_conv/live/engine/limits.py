"""What a network costs, counted before any memory is taken, and when it is too much for one page."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from cs_conv.layers import Conv, FullyConnected, Layer, Row, Sizes, Sum
from cs_conv.network import Network

MEGABYTES = 500
"""The most memory that weights, gradients, an optimiser's averages and values may take."""

WORK = 3e9
"""The most multiply-adds of one step forward: about a second on one core, three with both ways back."""


@dataclass(frozen=True)
class Cost:
    """parameters: numbers learned. values: numbers kept for one image. work: its multiply-adds, forward."""

    parameters: int
    values: int
    work: int

    def check(self, batch: int) -> None:
        """ValueError with the numbers if a step with `batch` images is too large."""
        fixed, each = 16 * self.parameters / 1e6, 12 * self.values / 1e6
        if fixed + batch * each > MEGABYTES:
            raise ValueError(
                f"this network is too large here: its {self.parameters:,} parameters take {fixed:,.0f} MB, "
                f"each image {each:,.1f} MB, which makes {fixed + batch * each:,.0f} MB for {batch}; at most "
                f"{MEGABYTES} MB are given. {_advice(batch, int((MEGABYTES - fixed) / each))}"
            )
        if batch * self.work > WORK:
            raise ValueError(
                f"this network is too slow here: {self.work / 1e6:,.0f} million multiply-adds an image make "
                f"{batch * self.work / 1e9:,.1f} billion for {batch} images; at most {WORK / 1e9:g} billion "
                f"a step are given. {_advice(batch, int(WORK / self.work))}"
            )


def _advice(batch: int, fits: int) -> str:
    smaller = "Use fewer filters or units, or a POOL further in front"
    return f"{smaller}, or a batch of at most {fits}." if 1 <= fits < batch else f"{smaller}."


def cost(network: Network) -> Cost:
    """Count a network; one made with `seed=None` takes no memory for it."""
    layers = list(_with_shapes(network.row))
    return Cost(
        parameters=network.size,
        values=math.prod(network.shapes[0]) + sum(math.prod(shape) for _, shape in layers),
        work=sum(_work(layer, shape) for layer, shape in layers),
    )


def _with_shapes(row: Row) -> Iterator[tuple[Layer, Sizes]]:
    for layer, shape in zip(row.layers, row.shapes[1:], strict=True):
        yield layer, shape
        for branch in layer.branches if isinstance(layer, Sum) else ():
            yield from _with_shapes(branch)


def _work(layer: Layer, shape: Sizes) -> int:
    if isinstance(layer, Conv):
        return layer.parameters["w"].size * shape[1] * shape[2]
    return layer.parameters["w"].size if isinstance(layer, FullyConnected) else 0
