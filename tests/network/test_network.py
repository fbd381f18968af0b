"""Networks as wholes: shapes, gradients through all layers, what is said where a layer does not fit."""

from unittest import mock

import numpy as np
import pytest

from cs_conv import im2col, naive, winograd
from cs_conv.gradcheck import numeric_gradient, relative_error
from cs_conv.layers import Conv, FullyConnected, MaxPool, ReLU, only_forward, softmax_loss
from cs_conv.network import Network


def small(dtype=np.float64, seed=0):
    layers = [Conv(4, 3, pad=1), ReLU(), MaxPool(2, 2), FullyConnected(6), ReLU(), FullyConnected(3)]
    return Network(layers, (2, 6, 4), seed, dtype)


def test_shapes_and_sizes():
    network = small()
    assert network.shapes == [(2, 6, 4), (4, 6, 4), (4, 6, 4), (4, 3, 2), (6,), (6,), (3,)]
    assert network.size == (4 * 2 * 9 + 4) + (24 * 6 + 6) + (6 * 3 + 3)


def test_the_whole_gradient_is_the_numeric_one():
    network = small()
    rng = np.random.default_rng(1)
    x, labels = rng.standard_normal((3, 2, 6, 4)), np.array([2, 0, 1])
    _, dscores = softmax_loss(network.forward(x), labels)
    dx = network.backward(dscores)

    def loss(x):
        return np.array([softmax_loss(network.forward(x), labels)[0]])

    assert relative_error(dx, numeric_gradient(loss, x, np.ones(1))) < 1e-7


@pytest.mark.parametrize("kernels", [im2col, winograd, naive])
def test_training_does_without_the_gradient_of_the_images(kernels):
    layers = [Conv(4, 3, pad=1, kernels=kernels), ReLU(), FullyConnected(3)]
    network = Network(layers, (2, 6, 4), dtype=np.float64)
    dscores = network.forward(np.random.default_rng(1).standard_normal((3, 2, 6, 4)))
    network.backward(dscores)
    expected = [layer.gradients for layer in network.layers]
    network.backward_parameters(dscores)
    for layer, gradients in zip(network.layers, expected, strict=True):
        assert layer.gradients is not gradients or not gradients
        for key, gradient in gradients.items():
            np.testing.assert_allclose(layer.gradients[key], gradient, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_computes_in_its_own_dtype(dtype):
    network = small(dtype)
    scores = network.forward(np.ones((2, 2, 6, 4)))
    _, dscores = softmax_loss(scores, np.array([0, 1]))
    assert scores.dtype == network.backward(dscores).dtype == dtype
    assert all(g.dtype == dtype for layer in network.layers for g in layer.gradients.values())


def test_the_seed_decides_the_weights():
    first, same, other = small(), small(), small(seed=1)
    w = [network.layers[0].parameters["w"] for network in (first, same, other)]
    np.testing.assert_array_equal(w[0], w[1])
    assert not np.allclose(w[0], w[2])


def test_prediction_in_batches_is_prediction():
    network = small()
    x = np.random.default_rng(2).standard_normal((7, 2, 6, 4))
    whole = network.forward(x).argmax(axis=1)
    np.testing.assert_array_equal(network.predict(x, batch=3), whole)
    assert network.predict(x[:0]).shape == (0,)
    assert network.accuracy(x, whole) == 1


def test_only_predictions_use_winograds_algorithm():
    network = Network([Conv(64, 3, pad=1), ReLU(), Conv(64, 3, pad=1)], (64, 24, 24))
    x = np.random.default_rng(2).standard_normal((1, 64, 24, 24), np.float32)
    scores = network.forward(x)
    with mock.patch.object(winograd, "conv_forward", wraps=winograd.conv_forward) as asked:
        np.testing.assert_array_equal(network.forward(x), scores)
        assert not asked.called
        with only_forward():
            predicted = network.forward(x)
        assert asked.call_count == 2
    assert 0 < np.abs(predicted - scores).max() < 5e-5 * np.abs(scores).max()


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([Conv(4, 3), MaxPool(3, 2)], r"layer 2, MaxPool\(size=3, stride=2.*does not fit"),
        (
            [FullyConnected(4), Conv(4, 3)],
            r"layer 2, Conv.*its input must be images \(C, H, W\).*shape \(4,\)",
        ),
        ([Conv(4, 3, stride=0)], "layer 1, Conv.*stride must be at least 1"),
    ],
)
def test_a_layer_that_does_not_fit_is_named(layers, said):
    with pytest.raises(ValueError, match=said):
        Network(layers, (2, 6, 6))


def test_a_layer_cannot_stand_in_two_places():
    relu = ReLU()
    with pytest.raises(ValueError, match="twice"):
        Network([relu, Conv(2, 1), relu], (2, 3, 3))


def test_images_of_another_shape():
    with pytest.raises(ValueError, match=r"x must be \(N, 2, 6, 4\), but its shape is \(3, 4, 6, 2\)"):
        small().forward(np.ones((3, 4, 6, 2)))


def test_labels_that_are_not_one_an_image():
    x = np.ones((5, 2, 6, 4))
    with pytest.raises(ValueError, match=r"labels must be \(5,\), one for each image, .* \(5, 1\)"):
        small().accuracy(x, np.zeros((5, 1), int))


def test_an_empty_batch_is_a_batch():
    network = small()
    scores = network.forward(np.ones((0, 2, 6, 4)))
    assert scores.shape == (0, 3)
    assert network.backward(scores).shape == (0, 2, 6, 4)
    assert not any(g.any() for layer in network.layers for g in layer.gradients.values())


def test_it_prints_as_a_table():
    lines = str(small()).splitlines()
    assert lines[0].split() == ["input", "(2,", "6,", "4)"]
    assert lines[1].endswith("76")
    assert lines[-1].split() == ["247"]


def test_parameters_are_floating_point():
    with pytest.raises(ValueError, match="float32 or float64"):
        Network([Conv(2, 3)], (1, 5, 5), dtype=np.int32)


def test_predict_keeps_nothing_for_a_backward_pass():
    network = small()
    x = np.ones((2, 2, 6, 4))
    dscores = network.forward(x)
    network.predict(x)
    with pytest.raises(RuntimeError, match="call forward first"):
        network.backward(dscores)
    dscores = network.forward(x)
    assert network.backward(dscores).shape == x.shape
