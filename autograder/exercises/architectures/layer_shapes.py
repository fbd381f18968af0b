"""layer_shapes(layers, input_shape, filters, units): the volume after each layer, and the rules of sizing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, layers, *rest, **more):
        return Case(tag, about, (["INPUT", *layers.split()], *rest), **more)

    def wrong(about, layers, *rest):
        """The last layer is the one that does not fit."""
        return case("errors", about, layers, *rest, error=(len(layers.split()),))

    yield case("shapes", "the image alone", "", (3, 8, 8), [], [])
    yield case("shapes", "a convolution keeps rows and columns", "CONV", (3, 8, 8), [4], [])
    yield case("shapes", "a ReLU changes nothing", "CONV RELU", (1, 5, 7), [2], [])
    yield case("shapes", "a pooling halves", "CONV POOL", (1, 8, 6), [2], [])
    yield case("shapes", "convolutions of different depth", "CONV RELU CONV RELU POOL", (3, 4, 4), [2, 6], [])
    yield case("shapes", "a fully connected layer", "FC", (3, 5, 5), [], [10])
    yield case("shapes", "two fully connected layers", "CONV POOL FC RELU FC", (3, 8, 8), [4], [20, 10])
    yield case(
        "shapes", "the example of the notes for CIFAR-10", "CONV RELU POOL FC", (3, 32, 32), [12], [10]
    )
    yield case("shapes", "an odd size that nobody halves", "CONV RELU FC", (1, 7, 7), [3], [2])
    a, b, c = rng.integers(2, 20, 3).tolist()
    deep = "CONV RELU POOL CONV RELU POOL FC RELU FC"
    yield case("shapes", "numbers drawn at random", deep, (3, 4 * c, 8 * a), [a, b], [c, 10])
    yield wrong("a pooling on odd sizes", "CONV POOL", (1, 7, 7), [2], [])
    yield wrong("rows that are odd, columns that are even", "CONV RELU POOL", (1, 5, 8), [2], [])
    yield wrong("columns that are odd, rows that are even", "CONV RELU POOL", (1, 8, 5), [2], [])
    yield wrong("odd at the second pooling", "CONV RELU POOL CONV RELU POOL", (1, 10, 10), [2, 2], [])
    yield wrong("a convolution after a fully connected layer", "FC CONV", (1, 4, 4), [2], [5])
    yield wrong("a pooling after a fully connected layer", "FC RELU POOL", (1, 4, 4), [], [4])


def layer_shapes(layers, input_shape, filters, units):
    """Return the shape after each layer: a list of tuples, the first one being input_shape.

    layers: names, the first of them "INPUT". input_shape: (C, H, W). filters: how many each CONV has, in
    order. units: how many each FC has. ValueError with the number of a layer that does not fit; INPUT is 0.
    """
    filters, units = list(filters), list(units)
    shapes = [tuple(input_shape)]
    for number, layer in enumerate(layers[1:], 1):
        shape = shapes[-1]
        if layer in ("CONV", "POOL") and len(shape) == 1:
            raise ValueError(f"layer {number}: {layer} needs an image, but {shape[0]} values arrive")
        if layer == "CONV":
            shape = (filters.pop(0), *shape[1:])
        elif layer == "POOL":
            C, H, W = shape
            if H % 2 or W % 2:
                raise ValueError(f"layer {number}: POOL cannot halve {H}x{W}")
            shape = (C, H // 2, W // 2)
        elif layer == "FC":
            shape = (units.pop(0),)
        shapes.append(shape)
    return shapes


mistakes = Catalogue(layer_shapes)

mistakes.change(
    "INPUT has no shape in the list",
    "The first shape is that of the image.",
    {"return shapes": "return shapes[1:]"},
)
mistakes.change(
    "only the last shape",
    "Return the shapes after all layers.",
    {"return shapes": "return [shapes[-1]]"},
)
mistakes.change(
    "the channels stay those of the image",
    "After a convolution there are as many channels as it has filters.",
    {"(filters.pop(0), *shape[1:])": "(shape[0], *shape[1:])"},
)
mistakes.change(
    "every convolution has as many filters as the first",
    "filters has a number for each convolution, in order.",
    {"filters.pop(0)": "filters[0]"},
)
mistakes.change(
    "filters used from the end",
    "filters[0] belongs to the first convolution.",
    {"filters.pop(0)": "filters.pop()"},
)
mistakes.change(
    "every fully connected layer has as many units as the first",
    "units has a number for each fully connected layer, in order.",
    {"units.pop(0)": "units[0]"},
)
mistakes.change(
    "convolutions shrink the volume",
    "The convolutions here are 3x3 with pad 1: they keep rows and columns.",
    {"(filters.pop(0), *shape[1:])": "(filters.pop(0), *(n - 2 for n in shape[1:]))"},
)
mistakes.change(
    "a pooling halves the channels, too",
    "A pooling works on each channel by itself: their number stays.",
    {"(C, H // 2, W // 2)": "(C // 2, H // 2, W // 2)"},
)
mistakes.change(
    "a pooling halves the rows only",
    "A pooling halves rows and columns.",
    {"(C, H // 2, W // 2)": "(C, H // 2, W)"},
)
mistakes.change(
    "a pooling takes the rows for the columns",
    "A volume may be a rectangle: halve W for the columns.",
    {"(C, H // 2, W // 2)": "(C, H // 2, H // 2)"},
)
mistakes.change(
    "poolings change nothing",
    "A pooling of 2 at stride 2 halves rows and columns.",
    {"(C, H // 2, W // 2)": "(C, H, W)"},
)
mistakes.change(
    "a fully connected layer leaves a volume",
    "After a fully connected layer there are units and no rows and columns: the shape is (units,).",
    {"(units.pop(0),)": "(units.pop(0), 1, 1)"},
)
mistakes.change(
    "odd sizes rounded down",
    "If a size is odd, raise a ValueError: the last row would be left out.",
    {"if H % 2 or W % 2:": "if False:"},
)
mistakes.change(
    "only the rows asked whether they are even",
    "The columns must be even, too.",
    {"if H % 2 or W % 2:": "if H % 2:"},
)
mistakes.change(
    "only the columns asked whether they are even",
    "The rows must be even, too.",
    {"if H % 2 or W % 2:": "if W % 2:"},
)
mistakes.change(
    "an error only if rows and columns are odd",
    "One odd size is enough for an error: or, not and.",
    {"if H % 2 or W % 2:": "if H % 2 and W % 2:"},
)
mistakes.change(
    "layers counted from 1",
    "INPUT is layer 0, the layer after it is layer 1.",
    {"enumerate(layers[1:], 1)": "enumerate(layers[1:], 2)"},
)
mistakes.change(
    "the layer after INPUT counted as 0",
    "INPUT is layer 0, the layer after it is layer 1.",
    {"enumerate(layers[1:], 1)": "enumerate(layers[1:])"},
)
mistakes.change(
    "errors without the layer's number",
    "Say in the message which layer does not fit.",
    {"layer {number}: {layer} needs": "{layer} needs", "layer {number}: POOL": "POOL"},
)
mistakes.change(
    "convolutions after a fully connected layer let through",
    "After a fully connected layer there is no image any more: raise a ValueError.",
    {'layer in ("CONV", "POOL") and': 'layer == "POOL" and'},
)

exercise = Exercise(
    name="layer_shapes",
    arguments=("layers", "input_shape", "filters", "units"),
    parts=("shapes",),
    data=("shapes",),
    axes={"shapes": ("layer",)},
    aspects=(aspect("shapes", 2, "shapes"), aspect("errors", 2, "errors")),
    reference=layer_shapes,
    cases=cases,
    program=layer_shapes,
    mistakes=tuple(mistakes),
    unfit="error",
)
