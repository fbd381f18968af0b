"""count_macs(plan, input_shape): how many products a network adds up for one image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect

RELU = {"kind": "relu"}


def conv(filters, size, stride=1, pad=0):
    return {"kind": "conv", "filters": filters, "size": size, "stride": stride, "pad": pad}


def pool(size=2, stride=2):
    return {"kind": "pool", "size": size, "stride": stride}


def fc(units):
    return {"kind": "fc", "units": units}


def vgg16():
    plan = []
    for filters, convs in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        plan += [conv(filters, 3, 1, 1), RELU] * convs + [pool()]
    return [*plan, fc(4096), RELU, fc(4096), RELU, fc(1000)]


def cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("convolutions", "a 1x1 filter on one pixel", ([conv(1, 1)], (1, 1, 1)))
    yield Case("convolutions", "a 2x2 filter on 3x3 pixels", ([conv(1, 2)], (1, 3, 3)))
    yield Case("convolutions", "three filters", ([conv(3, 2)], (1, 3, 3)))
    yield Case("convolutions", "two channels", ([conv(1, 2)], (2, 3, 3)))
    yield Case("convolutions", "stride 2 and pad 1", ([conv(2, 3, 2, 1)], (3, 5, 5)))
    yield Case("convolutions", "a rectangle", ([conv(2, 3)], (1, 4, 7)))
    yield Case(
        "convolutions", "two convolutions, one after the other", ([conv(4, 3), RELU, conv(2, 3)], (1, 7, 7))
    )
    yield Case("all", "a fully connected layer", ([fc(5)], (2, 3, 3)))
    yield Case("all", "two fully connected layers", ([fc(5), RELU, fc(3)], (1, 2, 2)))
    yield Case("all", "a pooling has no products, but a smaller result", ([pool(), conv(2, 2)], (1, 6, 6)))
    yield Case("all", "a pooling of 2 at stride 1", ([pool(2, 1), fc(1)], (1, 3, 3)))
    yield Case("all", "a pooling of 3 at stride 2 on 4x6 pixels", ([pool(3, 2), fc(1)], (1, 4, 6)))
    yield Case("all", "a pooling of 3 at stride 2, then a layer", ([pool(3, 2), fc(2)], (2, 7, 9)))
    for about in ("a network drawn at random", "another network drawn at random"):
        a, b, c, d = rng.integers(2, 9, 4).tolist()
        plan = [conv(a, 3, 1, 1), RELU, pool(), conv(b, 5, 1, 0), RELU, fc(c), RELU, fc(d)]
        yield Case("all", about, (plan, (3, 16, 20)))
    yield Case("all", "VGG-16 on 224x224", (vgg16(), (3, 224, 224)))


def count_macs(plan, input_shape):
    """Return how many products of a weight and a value the network adds up for one image.

    plan: a list of dicts, see above. input_shape: (C, H, W).
    """
    C, H, W = input_shape
    total = 0
    for layer in plan:
        if layer["kind"] == "conv":
            F, S, P = layer["size"], layer["stride"], layer["pad"]
            H, W = (H - F + 2 * P) // S + 1, (W - F + 2 * P) // S + 1
            total += layer["filters"] * H * W * C * F * F
            C = layer["filters"]
        elif layer["kind"] == "pool":
            F, S = layer["size"], layer["stride"]
            H, W = (H - F) // S + 1, (W - F) // S + 1
        elif layer["kind"] == "fc":
            total += layer["units"] * C * H * W
            C, H, W = layer["units"], 1, 1
    return total


mistakes = Catalogue(count_macs)

SHRUNK = "H, W = (H - F) // S + 1, (W - F) // S + 1"
POOLED = 'F, S = layer["size"], layer["stride"]\ntotal += F * F * ((H - F) // S + 1) * ((W - F) // S + 1) * C'
TOTAL = 'total += layer["filters"] * H * W * C * F * F'
mistakes.change(
    "the channels left out",
    "A filter reaches through all channels: C * F * F products for each output.",
    {TOTAL: 'total += layer["filters"] * H * W * F * F'},
)
mistakes.change(
    "the filters left out",
    "Each place has an output for each filter.",
    {TOTAL: "total += H * W * C * F * F"},
)
mistakes.change(
    "the size of a filter counted once",
    "A filter has F rows and F columns.",
    {TOTAL: 'total += layer["filters"] * H * W * C * F'},
)
mistakes.change(
    "the places left out: these are the weights",
    "You count weights. Each weight of a convolution is used at every place.",
    {TOTAL: 'total += layer["filters"] * C * F * F'},
)
mistakes.change(
    "counted at the places of the input",
    "There is a sum for each place of the *output*: find H and W after the layer first.",
    {
        "H, W = (H - F + 2 * P) // S + 1, (W - F + 2 * P) // S + 1": TOTAL,
        '            total += layer["filters"] * H * W * C * F * F': (
            "            H, W = (H - F + 2 * P) // S + 1, (W - F + 2 * P) // S + 1"
        ),
    },
)
mistakes.change(
    "the channels after a convolution counted in its filters",
    "A filter reaches through the channels that arrive. Add up first, then set C for the next layer.",
    {TOTAL: 'C = layer["filters"]\n' + TOTAL},
)
mistakes.change(
    "the channels of the image for every layer",
    "After a layer there are as many channels as it has filters.",
    {'C = layer["filters"]': "pass"},
)
mistakes.change(
    "the size does not shrink",
    "Without padding each convolution makes the volume smaller.",
    {"H, W = (H - F + 2 * P) // S + 1, (W - F + 2 * P) // S + 1": "pass"},
)
mistakes.change(
    "stride ignored",
    "With stride S there are fewer places: (H - F + 2P) / S + 1.",
    {'layer["size"], layer["stride"], layer["pad"]': 'layer["size"], 1, layer["pad"]'},
)
mistakes.change(
    "padding ignored",
    "Padding makes room for more places: (H - F + 2P) / S + 1.",
    {'layer["stride"], layer["pad"]': 'layer["stride"], 0'},
)
mistakes.change(
    "poolings do not shrink the volume",
    "A pooling adds no products, but later layers have fewer places.",
    {SHRUNK: "pass"},
)
mistakes.change(
    "the size after a pooling by a division alone",
    "A pooling makes (H - size) // stride + 1 rows. H // stride and H // size give that for some sizes "
    "only: on 3 rows, for a pooling of 2 at stride 1, they give 3 and 1, but 2 is right.",
    {SHRUNK: 'H, W = H // layer["stride"], W // layer["stride"]'},
    {SHRUNK: 'H, W = H // layer["size"], W // layer["size"]'},
)
mistakes.change(
    "products counted for poolings",
    "A pooling multiplies nothing.",
    {"H, W = (H - F) // S + 1, (W - F) // S + 1": SHRUNK + "\ntotal += H * W * C"},
    {'F, S = layer["size"], layer["stride"]': POOLED},
)
mistakes.change(
    "fully connected layers left out",
    "A unit multiplies every value of the volume: units * C * H * W products.",
    {'total += layer["units"] * C * H * W': "pass"},
)
mistakes.change(
    "a unit sees the channels only",
    "A unit multiplies every value of the volume, C * H * W of them.",
    {'total += layer["units"] * C * H * W': 'total += layer["units"] * C'},
)
mistakes.change(
    "the volume stays as it was after a fully connected layer",
    "After a fully connected layer there are as many values as units.",
    {'C, H, W = layer["units"], 1, 1': "pass"},
)
mistakes.change(
    "rows and columns kept after a fully connected layer",
    "A fully connected layer gives one value for each unit: then C is the number of units, "
    "and H and W are 1.",
    {'C, H, W = layer["units"], 1, 1': 'C = layer["units"]'},
)
mistakes.change(
    "biases counted",
    "A bias is added, not multiplied.",
    {
        TOTAL: 'total += layer["filters"] * H * W * (C * F * F + 1)',
        'layer["units"] * C * H * W': 'layer["units"] * (C * H * W + 1)',
    },
)
mistakes.change(
    "products and sums counted",
    "Count the products alone: a product and its addition are one MAC.",
    {"return total": "return 2 * total"},
)

exercise = Exercise(
    name="count_macs",
    arguments=("plan", "input_shape"),
    parts=("total",),
    aspects=(aspect("convolutions", 2, "convolutions"), aspect("whole networks", 2, "all")),
    reference=count_macs,
    cases=cases,
    program=count_macs,
    mistakes=tuple(mistakes),
)
