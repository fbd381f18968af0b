"""The famous networks have the shapes and the numbers of parameters of their papers."""

import numpy as np
import pytest

from cs_conv import zoo
from cs_conv.layers import Conv, every_layer
from cs_conv.network import Network
from cs_conv.receptive_field import receptive_field

PARAMETERS = {
    "LeNet-5": 61_706,
    "AlexNet": 60_965_224,
    "ZFNet": 62_357_608,
    "GoogLeNet": 6_998_552,
    "VGG-16": 138_357_544,
    "VGG-19": 143_667_240,
    "ResNet-18": 11_689_512,
    "ResNet-50": 25_557_032,
}
"""With biases, and with gamma and beta of batch normalisation; recomputed from the papers' tables."""

VARIANTS = [
    (zoo.alexnet(towers=1), (3, 227, 227), 62_378_344),
    (zoo.vgg(11), (3, 224, 224), 132_863_336),
    (zoo.vgg(13), (3, 224, 224), 133_047_848),
    (zoo.resnet(34), (3, 224, 224), 21_797_672),
    (zoo.googlenet()[:-1], (3, 224, 224), 5_973_552),
]


def parameters(network: Network) -> int:
    return sum(p.size for layer in every_layer(network.layers) for p in layer.parameters.values())


@pytest.mark.parametrize("name", zoo.NETWORKS)
def test_parameters_are_those_of_the_paper(name):
    assert parameters(zoo.network(name, seed=None)) == PARAMETERS[name]


@pytest.mark.parametrize(("layers", "shape", "count"), VARIANTS)
def test_variants(layers, shape, count):
    assert parameters(Network(layers, shape, seed=None)) == count


@pytest.mark.parametrize(
    ("name", "sides"),
    [
        ("LeNet-5", [28, 14, 10, 5]),
        ("AlexNet", [55, 27, 13, 6]),
        ("ZFNet", [110, 55, 26, 13, 6]),
        ("GoogLeNet", [112, 56, 28, 14, 7, 1]),
        ("VGG-16", [224, 112, 56, 28, 14, 7]),
        ("ResNet-50", [112, 56, 28, 14, 7, 1]),
    ],
)
def test_volumes_shrink_as_in_the_paper(name, sides):
    shapes = zoo.network(name, seed=None).shapes
    found = [shape[1] for shape in shapes[1:] if len(shape) == 3]
    assert list(dict.fromkeys(found)) == sides


def test_the_weights_of_vgg_16_by_layer():
    network = zoo.network("VGG-16", seed=None)
    weights = [layer.parameters["w"].size for layer in network.layers if "w" in layer.parameters]
    convolutions = [1_728, 36_864, 73_728, 147_456, 294_912, 589_824, 589_824, 1_179_648, *[2_359_296] * 5]
    assert weights == [*convolutions, 102_760_448, 16_777_216, 4_096_000]
    assert sum(weights) == 138_344_128


@pytest.mark.parametrize(("name", "pixels"), [("AlexNet", 195), ("VGG-16", 212), ("ResNet-50", 483)])
def test_receptive_fields_up_to_the_last_volume(name, pixels):
    network = zoo.network(name, seed=None)
    last = max(n for n, shape in enumerate(network.shapes) if len(shape) == 3 and shape[1] > 1)
    layers, shape = zoo.NETWORKS[name]
    volume = Network(layers()[:last], shape, seed=None)
    assert receptive_field(volume).size == (pixels, pixels)


def test_a_network_of_shapes_only_takes_no_memory_for_its_weights():
    network = zoo.network("VGG-16", seed=None)
    first = next(layer for layer in network.layers if isinstance(layer, Conv)).parameters["w"]
    assert first.strides == (0, 0, 0, 0)
    assert "138,357,544" in str(network)


def test_an_unknown_name_or_depth_is_said():
    with pytest.raises(ValueError, match="there is no network 'VGG' here"):
        zoo.network("VGG")
    with pytest.raises(ValueError, match="11, 13, 16, 19"):
        zoo.vgg(12)
    with pytest.raises(ValueError, match="18, 34, 50"):
        zoo.resnet(20)


def test_lenet_goes_forward_and_backward():
    network = zoo.network("LeNet-5")
    out = network.forward(np.zeros((2, 1, 32, 32), np.float32))
    assert out.shape == (2, 10)
    network.backward(np.ones_like(out))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["AlexNet", "ZFNet", "GoogLeNet", "ResNet-18", "ResNet-50"])
def test_one_image_goes_forward(name):
    network = zoo.network(name)
    image = np.random.default_rng(0).normal(size=(1, *zoo.NETWORKS[name][1])).astype(np.float32)
    out = network.forward(image)
    assert out.shape == (1, 1000)
    assert np.isfinite(out).all()
