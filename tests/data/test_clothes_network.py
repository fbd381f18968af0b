"""The networks that ship: what they reach, and that their command makes them again."""

import numpy as np
import pytest

from cs_conv.data import clothes_network, fashion_mnist, make_clothes_network
from cs_conv.network import Network
from cs_conv.weights import load_weights

REACHED = {"without_padding": 0.862, "with_padding": 0.892}
"""The part of the test images that is classified rightly, as make_clothes_network printed it."""


@pytest.mark.parametrize(("name", "pad"), [("without_padding", 0), ("with_padding", 2)])
def test_the_weights_that_ship_reach_what_is_stated(name, pad):
    data = fashion_mnist()
    network = Network(make_clothes_network.layers(pad), data.shape)
    load_weights(network, make_clothes_network.FOLDER / f"clothes_{name}.npz")
    assert network.accuracy(data.test_images, data.test_labels) == pytest.approx(REACHED[name], abs=0.003)
    arrays = [layer[name] for layer in clothes_network(pad > 0) for name in ("w", "b") if name in layer]
    learned = [layer.parameters[name] for layer in network.layers for name in layer.parameters]
    assert all(np.array_equal(a, b) for a, b in zip(arrays, learned, strict=True))


def test_each_call_gives_arrays_of_its_own():
    clothes_network()[0]["w"][:] = 0
    clothes_network()[0]["stride"] = 7
    assert clothes_network()[0]["w"].any()
    assert clothes_network()[0]["stride"] == 1


@pytest.mark.slow
def test_the_command_makes_them_again(tmp_path):
    assert make_clothes_network.main(tmp_path) == {n: pytest.approx(r, abs=0.01) for n, r in REACHED.items()}
