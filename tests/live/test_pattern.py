"""The frames of pattern: shapes, parameters and fields of a network that is typed."""

import numpy as np

from autograder.checks import find
from cs_conv.layers import Conv, FullyConnected, MaxPool, ReLU
from cs_conv.live.frame import computed
from cs_conv.live.pattern import KINDS, frame, sentence, start, still
from cs_conv.network import Network

RIGHT = {name: find(name).program for name in ("parse_pattern", "layer_shapes")}


def test_shapes_and_parameters_are_those_of_the_network():
    arrays = frame(RIGHT, start(size=8, filters=4, units=5))
    first = [Conv(4, 3, pad=1), ReLU(), MaxPool(2, 2), Conv(8, 3, pad=1), ReLU(), MaxPool(2, 2)]
    network = Network([*first, FullyConnected(5), ReLU(), FullyConnected(10)], (3, 8, 8))
    volumes = zip(arrays["channels"], arrays["rows"], arrays["columns"], strict=True)
    assert [tuple(map(int, v)) for v in volumes] == [(*shape, 1, 1)[:3] for shape in network.shapes]
    counts = [sum(p.size for p in layer.parameters.values()) for layer in network.layers]
    assert arrays["parameters"].tolist() == [0, *counts]
    assert [KINDS[k] for k in arrays["kind"][:4]] == ["INPUT", "CONV", "RELU", "POOL"]


def test_fields_grow_by_the_step_and_full_connections_see_everything():
    arrays = frame(RIGHT, start("INPUT -> CONV -> POOL -> CONV -> CONV -> FC", size=32))
    assert arrays["field"].tolist() == [1, 3, 4, 8, 12, 32]


def test_the_learners_errors_are_shown_and_long_patterns_refused():
    assert "position 9" in computed(frame, RIGHT, start("INPUT -> CONF"))
    assert "layer 2" in computed(frame, RIGHT, start("INPUT -> CONV -> POOL", size=5))
    assert "at most 60" in computed(frame, RIGHT, start("INPUT -> [CONV]*99"))
    assert "begins with INPUT" in computed(frame, RIGHT, start("CONV"))
    assert "parse_pattern is not defined here" in computed(frame, {}, start())


def test_the_learners_own_functions_are_drawn():
    def without_halving(layers, image, filters, units):
        return [image for _ in layers]

    arrays = frame({**RIGHT, "layer_shapes": without_halving}, start("INPUT -> CONV -> POOL", size=6))
    assert arrays["rows"].tolist() == [6, 6, 6]


def test_without_a_kernel_the_shapes_stand_there():
    arrays = frame(RIGHT, start("INPUT -> CONV -> FC", size=4, filters=2))
    ((_, matrix),) = still(arrays, start())
    assert np.array_equal(matrix, [[3, 2, 10], [4, 4, 1], [4, 4, 1]])
    assert "INPUT" in sentence(start())
