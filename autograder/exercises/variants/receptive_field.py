"""receptive_field(layers): how many pixels, in one direction, an output of a stack of layers depends on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect


def layer(size, stride=1, dilation=1):
    return {"size": size, "stride": stride, "dilation": dilation}


def vgg16():
    """The convolutions and poolings of VGG-16, up to the last pooling."""
    return [one for convs in (2, 2, 3, 3, 3) for one in (*([layer(3)] * convs), layer(2, 2))]


def cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("dense", "one 3x3 layer", ([layer(3)],))
    yield Case("dense", "two 3x3 layers", ([layer(3)] * 2,))
    yield Case("dense", "three 3x3 layers", ([layer(3)] * 3,))
    yield Case("dense", "a 5x5 layer and a 1x1 layer", ([layer(5), layer(1)],))
    yield Case("dense", "no layer at all: an output is a pixel", ([],))
    yield Case("strides", "a pooling of 2 at stride 2", ([layer(2, 2)],))
    yield Case("strides", "stride 2 in the first layer, then a 3x3 layer", ([layer(3, 2), layer(3)],))
    yield Case("strides", "a 3x3 layer, then stride 2 in the last", ([layer(3), layer(3, 2)],))
    yield Case("strides", "stride 2 and stride 3, then a 3x3 layer", ([layer(2, 2), layer(3, 3), layer(3)],))
    yield Case("strides", "VGG-16 up to its last pooling", (vgg16(),))
    yield Case("dilation", "dilation 2", ([layer(3, 1, 2)],))
    yield Case("dilation", "dilations 1, 2 and 4", ([layer(3, 1, d) for d in (1, 2, 4)],))
    yield Case("dilation", "dilation 2 after a stride of 2", ([layer(3, 2), layer(3, 1, 2)],))
    yield Case(
        "dilation",
        "dilation 3 and stride 2 in one layer, then two more",
        ([layer(2, 2, 3), *[layer(3)] * 2],),
    )
    for _ in range(4):
        numbers = rng.integers((1, 1, 1), (6, 4, 4), (int(rng.integers(3, 7)), 3)).tolist()
        yield Case("dilation", "a stack drawn at random", ([layer(*one) for one in numbers],))


def receptive_field(layers):
    """Return how many pixels, in one direction, an output of the last layer depends on.

    layers: a list of dicts {"size": F, "stride": S, "dilation": D}, the layer next to the image first.
    """
    pixels, step = 1, 1  # pixels that are seen, and pixels from one output to the next
    for layer in layers:
        pixels += (layer["size"] - 1) * layer["dilation"] * step
        step *= layer["stride"]
    return pixels


mistakes = Catalogue(receptive_field)

mistakes.change(
    "sizes added up",
    "Neighbouring windows overlap: a second 3x3 layer adds only 2 pixels.",
    {'(layer["size"] - 1)': 'layer["size"]', "pixels, step = 1, 1": "pixels, step = 0, 1"},
    {'(layer["size"] - 1)': 'layer["size"]'},
)
mistakes.change(
    "strides ignored",
    "After a layer with stride 2, neighbouring numbers stand 2 pixels apart, so later layers see further.",
    {'step *= layer["stride"]': "pass"},
)
mistakes.change(
    "dilation ignored",
    "With dilation D the weights stand D apart: a layer adds (F - 1) * D steps.",
    {'* layer["dilation"] ': ""},
)
mistakes.change(
    "a layer's own stride counted in its own window",
    "The weights of a layer stand as far apart as the numbers that it reads. Its own stride moves its "
    "windows, which only the layers after it notice.",
    {
        'pixels += (layer["size"] - 1) * layer["dilation"] * step': 'step *= layer["stride"]',
        '    step *= layer["stride"]': '    pixels += (layer["size"] - 1) * layer["dilation"] * step',
    },
)
mistakes.change(
    "the rule for the way back to the image, run from the image on",
    "field * stride + (size - 1) * dilation is right if you begin at the last layer and go to the image. "
    "From the image on, keep how many pixels lie from one output to the next.",
    {
        'pixels += (layer["size"] - 1) * layer["dilation"] * step': (
            'pixels = pixels * layer["stride"] + (layer["size"] - 1) * layer["dilation"]'
        )
    },
)
mistakes.change(
    "only the stride of the layer before counts",
    "The strides of all layers before are multiplied with each other.",
    {'step *= layer["stride"]': 'step = layer["stride"]'},
)
mistakes.change(
    "strides added up",
    "A stride of 2 after a stride of 2 moves by 4 pixels, after a stride of 3 by 6: multiply.",
    {'step *= layer["stride"]': 'step += layer["stride"] - 1'},
)
mistakes.change(
    "the layers read from the output to the image",
    "layers[0] is next to the image, and its stride counts for all layers after it.",
    {"for layer in layers:": "for layer in layers[::-1]:"},
)
mistakes.change(
    "the pixel itself not counted",
    "Without any layer an output is a pixel, so the field begins with 1.",
    {"pixels, step = 1, 1": "pixels, step = 0, 1"},
)
mistakes.change(
    "the gaps counted as the notes do, 0 for dense",
    "Here dilation 1 is dense: the weights stand `dilation` pixels apart.",
    {'* layer["dilation"]': '* (layer["dilation"] + 1)'},
)
mistakes.change(
    "a dilated window counted as F times D",
    "From the first weight to the last there are F - 1 steps of D pixels.",
    {'(layer["size"] - 1) * layer["dilation"]': '(layer["size"] * layer["dilation"] - 1)'},
)
mistakes.change(
    "an area, not a length",
    "Return the pixels in one direction, 3 for a 3x3 filter.",
    {"return pixels": "return pixels**2"},
)
mistakes.change(
    "sizes multiplied",
    "Two 3x3 layers see 5 pixels, not 9: each adds F - 1 steps.",
    {"pixels += (": "pixels *= 1 + (", " * step": ""},
)
mistakes.change(
    "the step, not the field",
    "Return how many pixels an output sees; you return how far apart two outputs are.",
    {"return pixels": "return step"},
)
mistakes.change(
    "only the last layer",
    "The numbers that the last layer reads see several pixels themselves.",
    {"pixels += (": "pixels = 1 + ("},
)

exercise = Exercise(
    name="receptive_field",
    arguments=("layers",),
    parts=("pixels",),
    aspects=(aspect("dense", 1, "dense"), aspect("strides", 1, "strides"), aspect("dilation", 1, "dilation")),
    reference=receptive_field,
    cases=cases,
    program=receptive_field,
    mistakes=tuple(mistakes),
)
