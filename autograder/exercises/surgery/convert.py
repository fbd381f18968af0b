"""convert(network, input_shape): a classifier without fully connected layers, with the same numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals
from autograder.checks.exercise import Case, Exercise, aspect

from .fc_to_conv import fc_to_conv


def conv(draw, rng, w, stride=1, pad=0):
    return {"kind": "conv", "w": draw(rng, *w), "b": draw(rng, w[0]), "stride": stride, "pad": pad}


def fc(draw, rng, values, units):
    return {"kind": "fc", "w": draw(rng, values, units), "b": draw(rng, units)}


def pool(size=2, stride=2):
    return {"kind": "pool", "size": size, "stride": stride}


RELU = {"kind": "relu"}


def cases(rng: np.random.Generator) -> Iterator[Case]:
    i, r = (integers, rng), (reals, rng)
    yield Case("one", "one fully connected layer on 1x2 pixels", ([fc(*i, 2, 1)], (1, 1, 2)))
    yield Case("one", "one fully connected layer on two channels", ([fc(*i, 8, 2)], (2, 2, 2)))
    yield Case("one", "a ReLU before it", ([RELU, fc(*i, 4, 3)], (1, 2, 2)))
    yield Case("several", "two fully connected layers", ([fc(*i, 4, 2), RELU, fc(*i, 2, 3)], (1, 2, 2)))
    three = [fc(*r, 6, 4), RELU, fc(*r, 4, 4), RELU, fc(*r, 4, 2)]
    yield Case("several", "three fully connected layers", (three, (1, 2, 3)))
    yield Case("shapes", "a convolution before it", ([conv(*i, (2, 1, 2, 2)), fc(*i, 8, 1)], (1, 3, 3)))
    yield Case("shapes", "a pooling before it", ([pool(), fc(*i, 4, 2)], (1, 4, 4)))
    strided = [conv(*r, (2, 1, 3, 3), stride=2), RELU, fc(*r, 8, 2)]
    yield Case("shapes", "a convolution with stride 2", (strided, (1, 5, 5)))
    padded = [conv(*r, (2, 1, 3, 3), pad=1), RELU, fc(*r, 18, 2)]
    yield Case("shapes", "a convolution with padding", (padded, (1, 3, 3)))
    yield Case("shapes", "a pooling of 2 at stride 1", ([pool(2, 1), fc(*i, 4, 1)], (1, 3, 3)))
    yield Case("shapes", "a pooling of 3 at stride 1", ([pool(3, 1), fc(*i, 6, 2)], (1, 5, 4)))
    even = [pool(3, 2), fc(*i, 2, 1)]
    yield Case("shapes", "a pooling of 3 at stride 2 on 4x6 pixels", (even, (1, 4, 6)))
    overlapping = [pool(3, 2), fc(*r, 12, 2)]
    yield Case("shapes", "a pooling of 3 at stride 2 on two rectangles", (overlapping, (2, 5, 7)))
    whole = [
        conv(*r, (3, 2, 3, 2)),
        RELU,
        pool(),
        conv(*r, (2, 3, 2, 2)),
        RELU,
        fc(*r, 8, 4),
        RELU,
        fc(*r, 4, 3),
    ]
    yield Case("shapes", "two convolutions, a pooling, two fully connected layers", (whole, (2, 8, 7)))
    for about, H, W in (("a wide image", 7, 11), ("a high image", 11, 5), ("a square image", 9, 9)):
        layers = [conv(*r, (2, 1, 3, 3), stride=2, pad=1), RELU, conv(*r, (3, 2, 2, 2), pad=1), RELU]
        values = 3 * ((H + 1) // 2 + 1) * ((W + 1) // 2 + 1)
        yield Case("shapes", f"stride 2, then padding, on {about}", ([*layers, fc(*r, values, 2)], (1, H, W)))
    alone = [conv(*i, (1, 1, 2, 2)), RELU]
    yield Case("shapes", "a network without fully connected layers", (alone, (1, 3, 3)))


def convert(network, input_shape):
    """Return the network with a convolution in place of each fully connected layer.

    network: a list of dicts, see above. input_shape: (C, H, W), the images that the network was made for.
    """
    C, H, W = input_shape
    converted = []
    for layer in network:
        if layer["kind"] == "fc":
            w = fc_to_conv(layer["w"], (C, H, W))
            layer = {"kind": "conv", "w": w, "b": layer["b"], "stride": 1, "pad": 0}
            C, H, W = len(w), 1, 1
        elif layer["kind"] == "conv":
            C, _, FH, FW = layer["w"].shape
            S, P = layer["stride"], layer["pad"]
            H, W = (H - FH + 2 * P) // S + 1, (W - FW + 2 * P) // S + 1
        elif layer["kind"] == "pool":
            F, S = layer["size"], layer["stride"]
            H, W = (H - F) // S + 1, (W - F) // S + 1
        converted.append(layer)
    return converted


mistakes = Catalogue(convert, fc_to_conv)

FREE = {
    "w.T.reshape(K, *volume)": "w.T.reshape(-1, *volume)",
    "C, H, W = len(w)": 'C, H, W = len(layer["b"])',
}
"""A wrong volume raises no error if NumPy may choose the number of filters."""

mistakes.change(
    "nothing converted",
    "A layer of the kind fc becomes one of the kind conv.",
    {"converted.append(layer)": "converted.append(network[len(converted)])"},
)
mistakes.change(
    "only the first fully connected layer converted",
    "All of them become convolutions; the volume before the later ones is 1x1.",
    {
        "converted = []": "converted, done = [], False",
        'if layer["kind"] == "fc":': 'if layer["kind"] == "fc" and not done:\n    done = True',
    },
)
mistakes.change(
    "the weights not transposed",
    "w[:, k] are the weights of unit k. Your fc_to_conv has the same mistake, or is not used.",
    {"w.T.reshape": "w.reshape"},
)
mistakes.change(
    "the biases left out",
    "The biases of a unit are those of its filter.",
    {'"b": layer["b"]': '"b": 0 * layer["b"]'},
)
SHRINK = "H, W = (H - FH + 2 * P) // S + 1, (W - FW + 2 * P) // S + 1"
mistakes.change(
    "convolutions do not shrink the volume",
    "What counts is the volume that reaches the layer: without padding each convolution makes it smaller.",
    {SHRINK: "pass"},
)
mistakes.change(
    "stride 1 taken for every convolution",
    "A convolution with stride 2 halves the volume.",
    {'S, P = layer["stride"], layer["pad"]': 'S, P = 1, layer["pad"]'},
)
mistakes.change(
    "the padding of the convolutions forgotten",
    "Padding makes the volume larger: (H - FH + 2 pad) / stride + 1.",
    {'S, P = layer["stride"], layer["pad"]': 'S, P = layer["stride"], 0'},
    {'S, P = layer["stride"], layer["pad"]': 'S, P = layer["stride"], 0', **FREE},
)
mistakes.change(
    "poolings do not shrink the volume",
    "A pooling shrinks the volume, too.",
    {"H, W = (H - F) // S + 1, (W - F) // S + 1": "pass"},
)
mistakes.change(
    "the size after a pooling by a division alone",
    "A pooling makes (H - size) // stride + 1 rows. H // stride and H // size give that for some sizes "
    "only: on 3 rows, for a pooling of 2 at stride 1, they give 3 and 1, but 2 is right.",
    {"H, W = (H - F) // S + 1, (W - F) // S + 1": 'H, W = H // layer["stride"], W // layer["stride"]'},
    {"H, W = (H - F) // S + 1, (W - F) // S + 1": 'H, W = H // layer["size"], W // layer["size"]'},
    {"H, W = (H - F) // S + 1, (W - F) // S + 1": 'H, W = H // layer["size"], W // layer["size"]', **FREE},
)
mistakes.change(
    "the channels of the image for every layer",
    "After a convolution there are as many channels as it has filters: carry C on, too.",
    {"C, _, FH, FW": "_, _, FH, FW"},
    {"C, _, FH, FW": "_, _, FH, FW", **FREE},
)
mistakes.change(
    "the volume stays as it was after a fully connected layer",
    "After a fully connected layer the volume is (K, 1, 1), a channel for each of its K units.",
    {"C, H, W = len(w), 1, 1": "pass"},
    {"C, H, W = len(w), 1, 1": "C = len(w)"},
)
mistakes.change(
    "the new layers padded",
    "The filter covers the whole volume: there is one window, so no padding.",
    {'"pad": 0}': '"pad": H // 2}'},
)
mistakes.change(
    "the stride of the new layers as large as their filter",
    "The stride says how far the filter moves on a larger image. Moved by 1, it gives a score at each place.",
    {'"stride": 1, "pad": 0}': '"stride": H, "pad": 0}'},
)
mistakes.change(
    "ReLUs left out",
    "All other layers stay: append them, too.",
    {"converted.append(layer)": 'if layer["kind"] != "relu":\n    converted.append(layer)'},
)
mistakes.change(
    "only the new layers returned",
    "All other layers stay: append them, too.",
    {
        "converted.append(layer)": "pass",
        "C, H, W = len(w), 1, 1": "C, H, W = len(w), 1, 1\nconverted.append(layer)",
    },
)
mistakes.change(
    "volumes taken as square",
    "The volume may be a rectangle: W comes from the widths.",
    {
        SHRINK: "H, W = ((H - FH + 2 * P) // S + 1,) * 2",
        "(H - F) // S + 1, (W - F) // S + 1": "((H - F) // S + 1,) * 2",
    },
)

exercise = Exercise(
    name="convert",
    arguments=("network", "input_shape"),
    parts=("converted",),
    data=("converted",),
    axes={"converted": ("layer",)},
    aspects=(aspect("one layer", 1, "one"), aspect("several", 1, "several"), aspect("shapes", 2, "shapes")),
    reference=convert,
    cases=cases,
    program=convert,
    mistakes=tuple(mistakes),
)
