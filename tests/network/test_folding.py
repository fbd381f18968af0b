"""Folding batch normalisation into convolutions changes no scores, and no other network."""

import numpy as np
import pytest

from cs_conv import zoo
from cs_conv.folding import fold_batch_norm
from cs_conv.layers import (
    BatchNorm,
    Concatenate,
    Conv,
    FullyConnected,
    GlobalAveragePool,
    MaxPool,
    ReLU,
    Row,
    Sum,
    every_layer,
    in_training,
)
from cs_conv.network import Network

RNG = np.random.default_rng(0)
X = RNG.standard_normal((5, 2, 8, 8))


def trained(dtype):
    """A network whose normalisation has learned something: no factor is 1, no constant 0."""
    branches = [Conv(4, 3, pad=1), BatchNorm()], [BatchNorm(), Conv(4, 1, bias=False), BatchNorm(), ReLU()]
    layers = [Conv(4, 3, bias=False), BatchNorm(), ReLU(), MaxPool(2, 2), Sum(*branches)]
    layers += [Concatenate([], Row([Conv(2, 1, groups=2), BatchNorm()])), GlobalAveragePool()]
    network = Network([*layers, FullyConnected(3), BatchNorm()], (2, 8, 8), dtype=dtype)
    for layer in every_layer(network.layers):
        for arrays in (layer.parameters, layer.buffers):
            for name, array in arrays.items():
                array[...] = (
                    RNG.uniform(0.5, 2, array.shape) if name == "var" else RNG.normal(size=array.shape)
                )
    return network


@pytest.mark.parametrize(("dtype", "close"), [(np.float32, 1e-5), (np.float64, 1e-12)])
def test_the_scores_stay_and_so_does_the_network(dtype, close):
    network = trained(dtype)
    scores, shape = network.forward(X), str(network)
    folded = fold_batch_norm(network)
    assert folded.forward(X).dtype == dtype
    np.testing.assert_allclose(folded.forward(X), scores, atol=close * np.abs(scores).max())
    for layer in every_layer(folded.layers):
        for array in layer.parameters.values():
            array[...] = 0
    np.testing.assert_array_equal(network.forward(X), scores)
    assert str(network) == shape


def test_only_normalisation_right_after_a_convolution_goes():
    folded = fold_batch_norm(trained(np.float32))
    left = [str(layer) for layer in every_layer(folded.layers) if isinstance(layer, BatchNorm)]
    assert len(left) == 2  # the first of a branch, and the one after the fully connected layer
    assert folded.shapes[-2:] == [(3,), (3,)]
    assert len(folded.shapes) == len(folded.layers) + 1


def test_the_gradients_of_a_folded_network_are_those_in_use():
    network = trained(np.float64)
    folded = fold_batch_norm(network)
    dscores = RNG.standard_normal((5, 3))
    network.forward(X)
    folded.forward(X)
    np.testing.assert_allclose(folded.backward(dscores), network.backward(dscores), rtol=1e-9, atol=1e-12)


def test_resnet_has_no_normalisation_left():
    network = zoo.network("ResNet-18", seed=None)
    kinds = [type(layer) for layer in every_layer(fold_batch_norm(network).layers)]
    assert BatchNorm not in kinds
    assert kinds.count(Conv) == 20


def test_training_stays_possible():
    folded = fold_batch_norm(trained(np.float64))
    with in_training(folded.layers):
        dscores = folded.forward(X)
    folded.backward_parameters(dscores)
    assert all(layer.gradients.keys() == layer.parameters.keys() for layer in every_layer(folded.layers))
