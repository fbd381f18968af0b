"""Optimisers against their papers' formulas in scalars, and training as a user does it."""

import math
import sys

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from cs_conv.data import Dataset, fashion_mnist
from cs_conv.layers import BatchNorm, Conv, Dropout, FullyConnected, MaxPool, ReLU
from cs_conv.network import Network
from cs_conv.training import SGD, Adam, train


def one_number(value):
    """A network that learns a single weight, and its gradients in turn."""
    network = Network([FullyConnected(1)], (1,), dtype=np.float64)
    layer = network.layers[0]
    layer.parameters["w"][...] = value

    def give(gradient):
        layer.gradients = {"w": np.array([[gradient]]), "b": np.zeros(1)}

    return network, layer.parameters["w"], give


def test_momentum_in_scalars():
    network, w, give = one_number(1.0)
    optimiser = SGD(network, rate=0.1, momentum=0.5)
    value, velocity = 1.0, 0.0
    for gradient in (2.0, -1.0, 4.0):
        velocity = 0.5 * velocity - 0.1 * gradient
        value += velocity
        give(gradient)
        optimiser.step()
        assert w.item() == pytest.approx(value, rel=1e-14)


def test_adam_in_scalars():
    network, w, give = one_number(1.0)
    optimiser = Adam(network, rate=0.01, beta1=0.8, beta2=0.9, eps=1e-3)
    value, m, s = 1.0, 0.0, 0.0
    for t, gradient in enumerate((2.0, -1.0, 4.0), 1):
        m = 0.8 * m + 0.2 * gradient
        s = 0.9 * s + 0.1 * gradient**2
        value -= 0.01 * (m / (1 - 0.8**t)) / (math.sqrt(s / (1 - 0.9**t)) + 1e-3)
        give(gradient)
        optimiser.step()
        assert w.item() == pytest.approx(value, rel=1e-12)


@pytest.fixture
def stripes():
    """Images of upright and of level stripes, with noise."""
    rng = np.random.default_rng(0)

    def draw(count):
        labels = rng.integers(2, size=count)
        upright = np.tile([0.0, 1.0], (6, 3))
        images = np.where(labels[:, None, None], upright, upright.T) + 0.3 * rng.standard_normal(
            (count, 6, 6)
        )
        return images[:, np.newaxis].astype(np.float32), labels

    return Dataset(*draw(200), *draw(100), classes=("level", "upright"))


def striped_network():
    return Network([Conv(4, 3), ReLU(), MaxPool(2, 2), FullyConnected(2)], (1, 6, 6))


@pytest.mark.parametrize("make", [lambda n: SGD(n, rate=0.05), lambda n: Adam(n, rate=0.01)])
def test_stripes_are_learned(stripes, make):
    network = striped_network()
    epochs = list(train(network, make(network), stripes, epochs=5, batch=20))
    assert [epoch.number for epoch in epochs] == [1, 2, 3, 4, 5]
    assert [len(epoch.losses) for epoch in epochs] == [10] * 5
    assert np.mean(epochs[-1].losses) < 0.2 < np.mean(epochs[0].losses)
    assert epochs[-1].test_accuracy > 0.95
    assert str(epochs[0]).startswith("epoch 1: loss ")


def test_batch_normalisation_and_dropout_learn_stripes_and_are_in_use_afterwards(stripes):
    layers = [Conv(4, 3), BatchNorm(), ReLU(), MaxPool(2, 2), Dropout(0.2), FullyConnected(2)]
    network = Network(layers, (1, 6, 6))
    *_, last = train(network, SGD(network, rate=0.05), stripes, epochs=5, batch=20)
    assert last.test_accuracy > 0.95
    assert (layers[1].buffers["mean"] != 0).all()
    assert not any(layer.training for layer in layers)
    np.testing.assert_array_equal(*(network.forward(stripes.test_images) for _ in range(2)))


def test_training_can_be_left_and_repeated(stripes):
    """What was learned stays; the same seed gives the same steps."""
    networks = [striped_network() for _ in range(2)]
    for network in networks:
        for _epoch in train(network, SGD(network), stripes, epochs=3):
            break
    first, second = (network.layers[0].parameters["w"] for network in networks)
    np.testing.assert_array_equal(first, second)
    assert not np.allclose(first, striped_network().layers[0].parameters["w"])


def blas_threads():
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_an_epoch_runs_on_one_core_whatever_the_program_has_set(stripes):
    seen = set()

    class Watched(ReLU):
        def forward(self, x):
            seen.update(blas_threads())
            return super().forward(x)

    network = Network([Watched(), FullyConnected(2)], (1, 6, 6))
    with threadpool_limits(2):
        for _epoch in train(network, SGD(network), stripes, epochs=2):
            assert blas_threads() == {2}
    assert seen == {1}


def test_without_the_library_that_counts_cores_there_is_training_all_the_same(stripes, monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    network = striped_network()
    assert len(list(train(network, SGD(network), stripes, epochs=1))) == 1


def test_a_batch_of_nothing(stripes):
    network = striped_network()
    with pytest.raises(ValueError, match="at least 1 image, not 0"):
        next(train(network, SGD(network), stripes, epochs=1, batch=0))


@pytest.mark.slow
def test_a_small_network_knows_its_clothes():
    clothes = fashion_mnist()
    layers = [Conv(8, 3, pad=1), ReLU(), MaxPool(2, 2), Conv(16, 3, pad=1), ReLU(), MaxPool(2, 2)]
    network = Network([*layers, FullyConnected(64), ReLU(), FullyConnected(10)], clothes.shape)
    *_, last = train(network, Adam(network, rate=2e-3), clothes, epochs=3)
    assert last.test_accuracy > 0.85
