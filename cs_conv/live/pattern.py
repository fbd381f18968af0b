"""A pattern of layers, typed: the network, its shapes, parameters and receptive field at each key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cs_conv.live.frame import State
from cs_conv.live.show import show

KINDS = ("INPUT", "CONV", "RELU", "POOL", "FC")
"""The layers of a pattern; frames have their numbers."""

LAYERS = 60
"""The most layers that are drawn."""


def start(
    pattern: str = "INPUT -> [CONV -> RELU -> POOL]*2 -> FC -> RELU -> FC",
    size: int = 32,
    filters: int = 16,
    units: int = 64,
) -> dict[str, Any]:
    """A first state: a pattern, images of (3, size, size), filters of the first CONV, units of an FC."""
    return {"kinds": list(KINDS), "pattern": pattern, "size": size, "filters": filters, "units": units}


def frame(source: Mapping[str, Any], state: State) -> dict[str, np.ndarray]:
    """What the learner's `parse_pattern` and `layer_shapes` make of the pattern.

    Each has a number for each layer: `kind`, an index into KINDS; `channels`, `rows`, `columns` of what it
    gives; `parameters`, with biases; `field`, the rows of the image that one number depends on.
    Filters double after each POOL. ValueError for more than LAYERS layers.
    """
    layers = list(source["parse_pattern"](state["pattern"]))
    if len(layers) > LAYERS:
        raise ValueError(f"the pattern has {len(layers)} layers; at most {LAYERS} are drawn")
    if not layers or layers[0] != "INPUT":
        raise ValueError("a pattern begins with INPUT")
    filters, units = _widths(layers, int(state["filters"]), int(state["units"]))
    image = (3, int(state["size"]), int(state["size"]))
    shapes = [tuple(shape) for shape in source["layer_shapes"](layers, image, filters, units)]
    if len(shapes) != len(layers):
        raise ValueError(f"layer_shapes gave {len(shapes)} shapes for {len(layers)} layers")
    full = np.array([(*shape, 1, 1)[:3] for shape in shapes], np.int32)
    return {
        "kind": np.array([KINDS.index(layer) for layer in layers], np.int32),
        "channels": full[:, 0],
        "rows": full[:, 1],
        "columns": full[:, 2],
        "parameters": np.array(_parameters(layers, full), float),
        "field": np.array(_fields(layers, image[1]), np.int32),
    }


def _widths(layers: list[str], filters: int, units: int) -> tuple[list[int], list[int]]:
    """How many filters each CONV and how many units each FC has; the last FC has 10 units, one a class."""
    widths, width = [], filters
    for layer in layers:
        if layer == "CONV":
            widths.append(width)
        elif layer == "POOL":
            width *= 2
    connected = layers.count("FC")
    return widths, [*[units] * (connected - 1), *[10] * (connected > 0)]


def _parameters(layers: list[str], shapes: np.ndarray) -> list[int]:
    counts = [0]
    for layer, before, after in zip(layers[1:], shapes[:-1].tolist(), shapes[1:].tolist(), strict=True):
        seen = {"CONV": 9 * before[0], "FC": before[0] * before[1] * before[2]}.get(layer)
        counts.append(after[0] * (seen + 1) if seen is not None else 0)
    return counts


def _fields(layers: list[str], size: int) -> list[int]:
    fields, field, step = [], 1, 1
    for layer in layers:
        if layer == "CONV":
            field += 2 * step
        elif layer == "POOL":
            field += step
            step *= 2
        elif layer == "FC":
            field = size
        fields.append(field)
    return fields


def still(arrays: Mapping[str, np.ndarray], state: State) -> list[tuple[str, np.ndarray]]:
    """A row for each layer's numbers."""
    rows = np.array([arrays["channels"], arrays["rows"], arrays["columns"]], float)
    return [("channels, rows and columns after each layer", rows)]


def sentence(state: State) -> str:
    """What stands in the place of the component if no kernel answers."""
    return f"The pattern {state['pattern']} as a network. Run this cell to type one of your own."


def pattern(source: Mapping[str, Any], **begin: Any) -> None:
    """Show the component; `source` holds `parse_pattern` and `layer_shapes`, `begin` is handed to `start`."""
    show(__name__, source, start(**begin))
