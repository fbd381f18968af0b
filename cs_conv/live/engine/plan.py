"""From a person's settings to a network, or to the reason why there can be none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cs_conv.data.dataset import Dataset
from cs_conv.geometry import Array
from cs_conv.layers import Layer, ReLU, every_layer
from cs_conv.live.engine.limits import Cost, cost
from cs_conv.live.engine.own import Own
from cs_conv.live.engine.patterns import Placed, placed, read
from cs_conv.live.engine.settings import Settings
from cs_conv.network import Network
from cs_conv.training import SGD, Adam, Optimiser


class WatchedReLU(ReLU):
    """A ReLU that remembers what it gave last."""

    last: Array

    def forward(self, x: Array) -> Array:
        """Give what a ReLU gives."""
        self.last = super().forward(x)
        return self.last


@dataclass(frozen=True)
class Plan:
    """The network of some settings, whose weights take no memory until it is built."""

    layers: list[Placed]
    cost: Cost
    own: Own | None

    def network(self, data: Dataset, seed: int) -> Network:
        """A network of these layers, with random weights."""
        return Network([each.layer for each in self.layers], data.shape, seed)

    def costs(self) -> str:
        """How large the network is, in words."""
        layers = f"{len(self.layers)} layer{'s' * (len(self.layers) != 1)}"
        work = f"{self.cost.work / 1e6:.2g} million" if self.cost.work >= 1e5 else f"{self.cost.work:,}"
        return f"{layers}, {self.cost.parameters:,} parameters, {work} multiply-adds an image"


def plan(settings: Settings, source: Mapping[str, Any], data: Dataset) -> Plan:
    """Return what the settings stand for. ValueError in words if it cannot be, or is too large.

    KeyError with the name of a function that a learner's own layers need.
    """
    settings.check()
    own = Own(source) if settings.own else None
    make = {"ReLU": WatchedReLU, **(own.layers() if own else {})}
    layers = placed(read(settings.pattern), data.shape, len(data.classes), make)
    counted = cost(Network([each.layer for each in layers], data.shape, None))
    counted.check(settings.batch)
    return Plan(layers, counted, own)


def optimiser(settings: Settings, network: Network) -> Optimiser:
    """A fresh optimiser, whose averages begin at 0."""
    if settings.optimiser == "Adam":
        return Adam(network, settings.rate)
    return SGD(network, settings.rate, 0.9 if settings.optimiser == "SGD with momentum" else 0.0)


def carry(old: Network, new: Network) -> set[Layer]:
    """Copy weights from the front on, up to the first of another shape; gives the layers that got them."""
    kept: set[Layer] = set()
    learning = [[layer for layer in every_layer(n.layers) if layer.parameters] for n in (old, new)]
    for before, after in zip(*learning, strict=False):
        if {n: p.shape for n, p in before.parameters.items()} != {
            n: p.shape for n, p in after.parameters.items()
        }:
            break
        for mine, theirs in ((after.parameters, before.parameters), (after.buffers, before.buffers)):
            for name, values in theirs.items():
                np.copyto(mine[name], values)
        kept.add(after)
    return kept


def kept_and_new(layers: list[Placed], kept: set[Layer]) -> str:
    """In words, which layers of a plan kept their weights."""
    learning = [p for p in layers if any(inner.parameters for inner in every_layer([p.layer]))]
    old = [p for p in learning if all(i in kept for i in every_layer([p.layer]) if i.parameters)]
    new = [f"{p.name} (position {p.at})" for p in learning if p not in old]
    if not old:
        return f"All weights begin anew: {', '.join(new)}."
    said = f"Kept: the weights of {', '.join(p.name for p in old)}."
    return f"{said} New: {', '.join(new)}." if new else f"{said} Nothing begins anew."
