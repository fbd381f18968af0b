"""ledger(plan, input_shape): each layer's shape, how many values it gives, how many parameters it has."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect

from .shared import RELU, alexnet, conv, drawn, fc, pool, vgg16


def cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("convolutions", "no layer at all: the image alone", ([], (3, 4, 4)))
    yield Case("convolutions", "one filter of 1x1", ([conv(1, 1)], (1, 2, 2)))
    yield Case("convolutions", "two filters of 2x2 on 3x3", ([conv(2, 2)], (1, 3, 3)))
    yield Case("convolutions", "three channels", ([conv(2, 2)], (3, 3, 3)))
    yield Case("convolutions", "stride 2 and pad 1 on a rectangle", ([conv(2, 3, 2, 1)], (2, 5, 7)))
    yield Case("convolutions", "two convolutions and a ReLU", ([conv(4, 3), RELU, conv(2, 3)], (1, 7, 7)))
    yield Case("whole", "a pooling", ([conv(2, 3, 1, 1), pool()], (1, 4, 6)))
    yield Case("whole", "a pooling of 3 at stride 2", ([pool(3, 2)], (2, 7, 9)))
    for H, W in ((9, 5), (6, 8)):
        yield Case("whole", f"a pooling of 2 at stride 1 on {H}x{W}", ([pool(2, 1)], (1, H, W)))
    yield Case("whole", "a fully connected layer", ([fc(5)], (2, 3, 3)))
    yield Case("whole", "two fully connected layers", ([fc(5), RELU, fc(3)], (1, 2, 2)))
    yield Case("whole", "a convolution, a pooling, two fully connected layers", drawn(rng))
    yield Case("whole", "another network drawn at random", drawn(rng))
    yield Case("famous", "AlexNet without groups", (alexnet(), (3, 227, 227)))
    yield Case("famous", "VGG-16", (vgg16(), (3, 224, 224)))


def ledger(plan, input_shape):
    """Return a list of dicts {"kind", "shape", "values", "parameters"}, the first one for the image.

    plan: a list of dicts, see above. input_shape: (C, H, W). Parameters are counted with biases.
    """
    shape = tuple(input_shape)
    rows = [{"kind": "input", "shape": shape, "values": int(np.prod(shape)), "parameters": 0}]
    for layer in plan:
        kind, parameters = layer["kind"], 0
        if kind == "conv":
            F, S, P = layer["size"], layer["stride"], layer["pad"]
            parameters = layer["filters"] * (shape[0] * F * F + 1)
            shape = (layer["filters"], *((n - F + 2 * P) // S + 1 for n in shape[1:]))
        elif kind == "pool":
            F, S = layer["size"], layer["stride"]
            shape = (shape[0], *((n - F) // S + 1 for n in shape[1:]))
        elif kind == "fc":
            parameters = layer["units"] * (int(np.prod(shape)) + 1)
            shape = (layer["units"],)
        rows.append({"kind": kind, "shape": shape, "values": int(np.prod(shape)), "parameters": parameters})
    return rows


mistakes = Catalogue(ledger)

mistakes.change(
    "the image has no row",
    "The first row is that of the image: it takes memory, too.",
    {"return rows": "return rows[1:]"},
)
mistakes.change(
    "biases left out",
    "Each filter and each unit has a bias: + 1.",
    {"(shape[0] * F * F + 1)": "(shape[0] * F * F)", "(int(np.prod(shape)) + 1)": "int(np.prod(shape))"},
)
mistakes.change(
    "biases of fully connected layers left out",
    "Each unit has a bias: + 1.",
    {"(int(np.prod(shape)) + 1)": "int(np.prod(shape))"},
)
mistakes.change(
    "biases of convolutions left out",
    "Each filter has a bias: + 1.",
    {"(shape[0] * F * F + 1)": "(shape[0] * F * F)"},
)
mistakes.change(
    "one bias a layer",
    "Each filter and each unit has a bias of its own.",
    {
        'layer["filters"] * (shape[0] * F * F + 1)': 'layer["filters"] * shape[0] * F * F + 1',
        'layer["units"] * (int(np.prod(shape)) + 1)': 'layer["units"] * int(np.prod(shape)) + 1',
    },
)
mistakes.change(
    "one bias for a whole convolution",
    "Each filter has a bias of its own.",
    {'layer["filters"] * (shape[0] * F * F + 1)': 'layer["filters"] * shape[0] * F * F + 1'},
)
mistakes.change(
    "one bias for a whole fully connected layer",
    "Each unit has a bias of its own.",
    {'layer["units"] * (int(np.prod(shape)) + 1)': 'layer["units"] * int(np.prod(shape)) + 1'},
)
mistakes.change(
    "a bias for each channel of a filter",
    "A filter has one bias, however many channels it sees.",
    {"(shape[0] * F * F + 1)": "shape[0] * (F * F + 1)"},
)
mistakes.change(
    "as many biases as channels come in",
    "Each filter has a bias: their number is that of the filters.",
    {'layer["filters"] * (shape[0] * F * F + 1)': '(layer["filters"] * F * F + 1) * shape[0]'},
)
mistakes.change(
    "as many biases as values come in",
    "Each unit has a bias: their number is that of the units.",
    {'layer["units"] * (int(np.prod(shape)) + 1)': '(layer["units"] + 1) * int(np.prod(shape))'},
)
mistakes.change(
    "a bias at every place",
    "All places share a filter's bias, too.",
    {
        'parameters = layer["filters"] * (shape[0] * F * F + 1)': "before = shape",
        'shape = (layer["filters"], *((n - F + 2 * P) // S + 1 for n in shape[1:]))': (
            'shape = (layer["filters"], *((n - F + 2 * P) // S + 1 for n in shape[1:]))\n'
            'parameters = layer["filters"] * (before[0] * F * F + shape[1] * shape[2])'
        ),
    },
)
mistakes.change(
    "parameters for poolings",
    "A pooling learns nothing: it has no parameters.",
    {'F, S = layer["size"], layer["stride"]': 'F, S = layer["size"], layer["stride"]\nparameters = F * F'},
    {
        'F, S = layer["size"], layer["stride"]': (
            'F, S = layer["size"], layer["stride"]\nparameters = shape[0] * F * F'
        )
    },
)
mistakes.change(
    "the parameters of the layer before kept",
    "ReLUs and poolings have no parameters: set the number to 0 for each layer.",
    {
        "for layer in plan:": "parameters = 0\nfor layer in plan:",
        'kind, parameters = layer["kind"], 0': 'kind = layer["kind"]',
    },
)
mistakes.change(
    "parameters added up from row to row",
    "A row has the parameters of its own layer.",
    {
        "kind, parameters = layer": "before = rows[-1]['parameters']\nkind, parameters = layer",
        '"parameters": parameters}': '"parameters": before + parameters}',
    },
)
mistakes.change(
    "the padding of the last convolution used for poolings",
    "A pooling has no padding here.",
    {"for layer in plan:": "P = 0\nfor layer in plan:", "(n - F) // S": "(n - F + 2 * P) // S"},
)
mistakes.change(
    "sizes divided by the stride alone",
    "The size of the window counts as well: (H - F + 2P) / S + 1.",
    {"(n - F + 2 * P) // S + 1": "n // S", "(n - F) // S + 1": "n // S"},
    {"(n - F + 2 * P) // S + 1": "n // S"},
    {"(n - F) // S + 1": "n // S"},
    {"(n - F + 2 * P) // S + 1": "-(-n // S)"},
)
mistakes.change(
    "poolings divide by their size",
    "Windows may overlap: (H - F) / S + 1 rows.",
    {"(n - F) // S + 1": "n // F"},
)
mistakes.change(
    "padding added behind the division",
    "Padding makes the image larger before the filter moves over it: (H - F + 2P) / S + 1.",
    {"(n - F + 2 * P) // S + 1": "(n - F) // S + 1 + 2 * P"},
)
mistakes.change(
    "width and height the same",
    "H and W may differ: compute both.",
    {
        "2 * P) // S + 1 for n in shape[1:]": "2 * P) // S + 1 for n in (shape[1], shape[1])",
        "(n - F) // S + 1 for n in shape[1:]": "(n - F) // S + 1 for n in (shape[1], shape[1])",
    },
)
mistakes.change(
    "bytes in the place of values",
    "Count the values; bytes come later.",
    {
        'int(np.prod(shape)), "parameters": parameters': '4 * int(np.prod(shape)), "parameters": parameters',
        'int(np.prod(shape)), "parameters": 0': '4 * int(np.prod(shape)), "parameters": 0',
    },
)
mistakes.change(
    "a last row with the sums",
    "The ledger has a row for the image and one for each layer.",
    {
        "return rows": (
            'sums = {key: sum(row[key] for row in rows) for key in ("values", "parameters")}\n'
            'return [*rows, {"kind": "total", "shape": (), **sums}]'
        )
    },
)
mistakes.change(
    "a bias for each weight of a filter",
    "A filter has one bias, however many weights it has.",
    {"(shape[0] * F * F + 1)": "(shape[0] * F * F * 2)"},
)
mistakes.change(
    "the channels left out of the filters",
    "A filter reaches through all channels: C * F * F weights.",
    {"(shape[0] * F * F + 1)": "(F * F + 1)"},
)
mistakes.change(
    "the size of a filter counted once",
    "A filter has F rows and F columns.",
    {"(shape[0] * F * F + 1)": "(shape[0] * F + 1)"},
)
mistakes.change(
    "parameters at every place",
    "All places share the filters: do not multiply by the places.",
    {
        'shape = (layer["filters"], *((n - F + 2 * P) // S + 1 for n in shape[1:]))': (
            'shape = (layer["filters"], *((n - F + 2 * P) // S + 1 for n in shape[1:]))\n'
            "parameters *= shape[1] * shape[2]"
        )
    },
)
mistakes.change(
    "the parameters counted with the new number of channels",
    "A filter sees the channels that come in: count before the shape changes.",
    {"(shape[0] * F * F + 1)": '(layer["filters"] * F * F + 1)'},
)
mistakes.change(
    "padding ignored",
    "Padding makes room for more places: (H - F + 2P) / S + 1.",
    {"(n - F + 2 * P)": "(n - F)"},
)
mistakes.change(
    "padding on one side only",
    "Padding adds P rows above and P below: (H - F + 2P) / S + 1.",
    {"(n - F + 2 * P)": "(n - F + P)"},
)
mistakes.change(
    "the + 1 of the sizes forgotten",
    "The first place counts as well: (H - F + 2P) / S + 1.",
    {"(n - F + 2 * P) // S + 1": "(n - F + 2 * P) // S", "(n - F) // S + 1": "(n - F) // S"},
)
mistakes.change(
    "stride ignored in convolutions",
    "With stride S there are fewer places: (H - F + 2P) / S + 1.",
    {"(n - F + 2 * P) // S + 1": "(n - F + 2 * P) + 1"},
)
mistakes.change(
    "poolings halve, whatever their size and stride",
    "A pooling of 3 at stride 2 gives (H - 3) / 2 + 1 rows.",
    {"*((n - F) // S + 1 for n in shape[1:])": "*(-(-n // 2) for n in shape[1:])"},
    {"*((n - F) // S + 1 for n in shape[1:])": "*(n // 2 for n in shape[1:])"},
)
mistakes.change(
    "poolings change nothing",
    "A pooling shrinks rows and columns.",
    {"*((n - F) // S + 1 for n in shape[1:])": "*shape[1:]"},
)
mistakes.change(
    "a fully connected layer leaves a volume",
    "After a fully connected layer the shape is (units,).",
    {'(layer["units"],)': '(layer["units"], 1, 1)'},
)
mistakes.change(
    "a number as the shape after a fully connected layer",
    "The shape is a tuple of one number, which needs a comma: (units,).",
    {'(layer["units"],)': 'layer["units"]'},
)
mistakes.change(
    "a fully connected layer sees the channels alone",
    "A unit has a weight for each value that it sees: C * H * W.",
    {"(int(np.prod(shape)) + 1)": "(shape[0] + 1)"},
)
mistakes.change(
    "a ReLU has no values",
    "The row of a ReLU tells its shape and its values like every other.",
    {
        '"shape": shape, "values": int(np.prod(shape)), "parameters": parameters': (
            '"shape": shape, "values": 0 if kind == "relu" else int(np.prod(shape)), "parameters": parameters'
        )
    },
)
mistakes.change(
    "rows and columns before the channels",
    "The order of a shape is (C, H, W).",
    {
        '"shape": shape, "values": int(np.prod(shape)), "parameters": parameters': (
            '"shape": (*shape[1:], shape[0]), "values": int(np.prod(shape)), "parameters": parameters'
        ),
        '"shape": shape, "values": int(np.prod(shape)), "parameters": 0': (
            '"shape": (*shape[1:], shape[0]), "values": int(np.prod(shape)), "parameters": 0'
        ),
    },
)
mistakes.change(
    "columns before rows",
    "The order of a shape is (C, H, W).",
    {"shape = tuple(input_shape)": "shape = (input_shape[0], input_shape[2], input_shape[1])"},
)
mistakes.change(
    "one dict for all rows",
    "A dict that is changed is changed in every row that holds it: make a new one for each row.",
    {"return rows": "return [rows[-1]] * len(rows)"},
)
mistakes.change(
    "ReLUs left out",
    "Each layer of the plan has a row.",
    {"rows.append(": 'kind == "relu" or rows.append('},
)
mistakes.change(
    "values counted as the channels",
    "The values of a volume are C * H * W.",
    {
        '"shape": shape, "values": int(np.prod(shape)), "parameters": parameters': (
            '"shape": shape, "values": shape[0], "parameters": parameters'
        )
    },
)
mistakes.change(
    "values of the volume before the layer",
    "A row tells what its layer gives.",
    {
        "kind, parameters = layer": "before = shape\nkind, parameters = layer",
        '"values": int(np.prod(shape)), "parameters": p': '"values": int(np.prod(before)), "parameters": p',
    },
)

exercise = Exercise(
    name="ledger",
    arguments=("plan", "input_shape"),
    parts=("rows",),
    data=("rows",),
    axes={"rows": ("row",)},
    aspects=(aspect("convolutions", 2, "convolutions"), aspect("whole networks", 2, "whole", "famous")),
    reference=ledger,
    cases=cases,
    program=ledger,
    mistakes=tuple(mistakes),
)
