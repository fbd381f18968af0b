"""Every layer's gradients against numeric ones, its shapes, and what it says when it is used wrongly."""

import math

import numpy as np
import pytest

from cs_conv import naive
from cs_conv.gradcheck import numeric_gradient, relative_error
from cs_conv.layers import (
    AveragePool,
    BatchNorm,
    Conv,
    Dropout,
    FullyConnected,
    GlobalAveragePool,
    GroupNorm,
    LocallyConnected,
    LocalResponseNorm,
    MaxPool,
    ReLU,
    in_training,
    softmax_loss,
)


def trained(layer):
    layer.training = True
    return layer


LAYERS = {
    "conv": (lambda: Conv(3, (3, 2), stride=(2, 1), pad=1), (2, 5, 4)),
    "dilated conv": (lambda: Conv(2, 3, dilation=2), (2, 6, 5)),
    "conv without biases": (lambda: Conv(3, 2, bias=False), (2, 3, 4)),
    "grouped conv": (lambda: Conv(6, 3, pad=1, groups=2), (4, 4, 5)),
    "depthwise conv": (lambda: Conv(4, 3, stride=2, groups=2), (2, 5, 7)),
    "max pool": (lambda: MaxPool(3, 2), (2, 5, 7)),
    "average pool": (lambda: AveragePool((2, 3), (1, 2)), (2, 4, 5)),
    "padded max pool": (lambda: MaxPool(3, 2, pad=1), (2, 5, 7)),
    "padded average pool": (lambda: AveragePool(2, 2, pad=1), (2, 4, 6)),
    "locally connected": (lambda: LocallyConnected(2, (2, 3), stride=(1, 2), pad=(0, 1)), (2, 4, 5)),
    "global average pool": (GlobalAveragePool, (2, 4, 3)),
    "batch norm in use": (BatchNorm, (2, 4, 3)),
    "batch norm in training": (lambda: trained(BatchNorm()), (2, 4, 3)),
    "batch norm of rows": (lambda: trained(BatchNorm()), (5,)),
    "group norm": (lambda: GroupNorm(2), (4, 2, 3)),
    "layer norm of rows": (lambda: GroupNorm(1), (5,)),
    "local response norm": (lambda: LocalResponseNorm(alpha=0.2), (7, 2, 3)),
    "dropout in use": (Dropout, (2, 4, 3)),
    "relu": (ReLU, (2, 4, 3)),
    "fully connected": (lambda: FullyConnected(4), (2, 3, 2)),
    "fully connected after another": (lambda: FullyConnected(4), (6,)),
}


def built(name):
    make, shape = LAYERS[name]
    layer = make()
    rng = np.random.default_rng(0)
    layer.build(shape, rng, np.dtype(np.float64))
    for parameter in layer.parameters.values():
        parameter[...] = rng.standard_normal(parameter.shape)
    return layer, rng.standard_normal((3, *shape)), rng


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_are_the_numeric_ones(name):
    layer, x, rng = built(name)
    dout = rng.standard_normal((3, *layer.output_shape(x.shape[1:])))
    assert layer.forward(x).shape == dout.shape
    dx = layer.backward(dout)
    assert relative_error(dx, numeric_gradient(layer.forward, x, dout)) < 1e-8
    assert set(layer.gradients) == set(layer.parameters)
    for key, parameter in layer.parameters.items():

        def forward(value, key=key):
            layer.parameters[key] = value
            return layer.forward(x)

        numeric = numeric_gradient(forward, parameter, dout)
        layer.parameters[key] = parameter
        assert relative_error(layer.gradients[key], numeric) < 1e-8


@pytest.mark.parametrize("name", LAYERS)
def test_parameters_alone_get_the_same_gradients(name):
    layer, x, rng = built(name)
    dout = rng.standard_normal(layer.forward(x).shape)
    layer.backward(dout)
    expected, layer.gradients = layer.gradients, {}
    layer.backward_parameters(dout)
    assert set(layer.gradients) == set(expected)
    for key, gradient in expected.items():
        np.testing.assert_array_equal(layer.gradients[key], gradient)


@pytest.mark.parametrize("name", LAYERS)
def test_inputs_stay_as_they_are(name):
    layer, x, rng = built(name)
    before = x.copy()
    dout = rng.standard_normal(layer.forward(x).shape)
    dout_before = dout.copy()
    layer.backward(dout)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(dout, dout_before)


@pytest.mark.parametrize("name", LAYERS)
def test_backward_first_is_answered_in_a_sentence(name):
    layer, x, _ = built(name)
    with pytest.raises(RuntimeError, match="call forward first"):
        layer.backward(x)


@pytest.mark.parametrize("make", [lambda **kw: Conv(3, 3, pad=1, **kw), lambda **kw: MaxPool(2, 2, **kw)])
def test_whose_kernels_compute_does_not_show(make):
    x = np.random.default_rng(1).standard_normal((2, 3, 4, 4))
    ours, loops = make(), make(kernels=naive)
    for layer in (ours, loops):
        layer.build((3, 4, 4), np.random.default_rng(0), np.dtype(np.float64))
    out = ours.forward(x)
    np.testing.assert_allclose(loops.forward(x), out, atol=1e-12)
    np.testing.assert_allclose(loops.backward(out), ours.backward(out), atol=1e-12)


def test_a_students_kernels_need_no_dilation():
    class Mine:
        @staticmethod
        def conv_forward(x, w, b, stride=1, pad=0):
            return naive.conv_forward(x, w, b, stride, pad)

    layer = Conv(2, 3, kernels=Mine)
    layer.build((1, 5, 5), np.random.default_rng(0), np.dtype(np.float64))
    assert layer.forward(np.ones((1, 1, 5, 5))).shape == (1, 2, 3, 3)


def test_groups_that_do_not_divide_the_channels():
    with pytest.raises(ValueError, match="4 channels do not divide into 3 equal groups"):
        Conv(6, 3, groups=3).output_shape((4, 5, 5))


def test_batch_normalisation_in_use_is_that_of_what_it_saw():
    """After one batch with momentum 1, the running mean and variance are the batch's, of N - 1 values."""
    layer = BatchNorm(momentum=1)
    layer.build((2, 3, 3), np.random.default_rng(0), np.dtype(np.float64))
    x = np.random.default_rng(1).standard_normal((4, 2, 3, 3)) * 5 + 3
    with in_training([layer]):
        layer.forward(x)
    np.testing.assert_allclose(layer.buffers["mean"], x.mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(layer.buffers["var"], x.var(axis=(0, 2, 3), ddof=1))
    alone = layer.forward(x[:1])
    np.testing.assert_allclose(alone, layer.forward(x)[:1])  # in use, images do not see each other
    np.testing.assert_allclose(layer.buffers["mean"], x.mean(axis=(0, 2, 3)))  # nor change anything


def test_running_means_move_by_their_momentum():
    layer = BatchNorm(momentum=0.1)
    layer.build((1,), np.random.default_rng(0), np.dtype(np.float32))
    with in_training([layer]):
        for _ in range(2):
            layer.forward(np.array([[9.0], [11.0]], np.float32))
    assert layer.buffers["mean"].dtype == np.float32
    np.testing.assert_allclose(layer.buffers["mean"], 1.9)
    np.testing.assert_allclose(layer.buffers["var"], 1 + 0.1 + 0.09)


def test_a_batch_without_images_moves_no_running_mean():
    layer = trained(BatchNorm())
    layer.build((2, 3, 3), np.random.default_rng(0), np.dtype(np.float32))
    assert layer.forward(np.zeros((0, 2, 3, 3), np.float32)).shape == (0, 2, 3, 3)
    np.testing.assert_array_equal(layer.buffers["var"], 1)


def test_dropout_in_training_leaves_out_the_same_forward_and_backward():
    layer, again = trained(Dropout(0.4)), trained(Dropout(0.4))
    for each in (layer, again):
        each.build((50, 4, 4), np.random.default_rng(3), np.dtype(np.float64))
    x = np.ones((2, 50, 4, 4))
    out = layer.forward(x)
    assert 0.5 < np.count_nonzero(out) / out.size < 0.7
    np.testing.assert_array_equal(layer.backward(x), out)
    np.testing.assert_array_equal(again.forward(x), out)  # the network's seed decides
    assert not np.array_equal(layer.forward(x), out)  # and each batch draws anew


def test_training_ends_with_its_block_even_by_an_error():
    layers = [Dropout(), BatchNorm()]
    with in_training(layers):
        assert all(layer.training for layer in layers)
    with pytest.raises(RuntimeError, match="call forward first"), in_training(layers):
        layers[1].backward(np.ones((1, 2)))
    assert not any(layer.training for layer in layers)


@pytest.mark.parametrize(
    ("make", "shape", "said"),
    [
        (BatchNorm, (3, 4), r"images \(C, H, W\) or values \(D,\), but has the shape \(3, 4\)"),
        (lambda: GroupNorm(3), (4, 2, 2), "4 channels do not divide into 3 equal groups"),
        (GlobalAveragePool, (10,), r"its input must be images \(C, H, W\)"),
        (lambda: LocallyConnected(2, 5), (1, 4, 4), "larger than a 4x4 input"),
        (LocalResponseNorm, (10,), r"its input must be images \(C, H, W\)"),
    ],
)
def test_what_does_not_fit_a_layer(make, shape, said):
    with pytest.raises(ValueError, match=said):
        make().output_shape(shape)


def test_numbers_that_no_layer_can_have():
    with pytest.raises(ValueError, match=r"rate is the chance .* from 0 to less than 1, not 1\.5"):
        Dropout(1.5)
    with pytest.raises(ValueError, match="above 0 and at most 1, not 0"):
        BatchNorm(momentum=0)


def test_a_loss_by_hand():
    """Scores of log 1 and log 3 mean probabilities of a quarter and three quarters."""
    loss, dscores = softmax_loss(np.log([[1.0, 3.0]]), np.array([0]))
    assert loss == pytest.approx(math.log(4))
    np.testing.assert_allclose(dscores, [[-0.75, 0.75]])


def test_the_gradient_of_the_loss():
    rng = np.random.default_rng(0)
    scores, labels = rng.standard_normal((4, 3)), np.array([0, 2, 1, 2])
    _, dscores = softmax_loss(scores, labels)
    numeric = numeric_gradient(lambda s: np.array([softmax_loss(s, labels)[0]]), scores, np.ones(1))
    assert relative_error(dscores, numeric) < 1e-8


def test_huge_scores_do_not_overflow():
    loss, dscores = softmax_loss(np.array([[1e4, -1e4]], np.float32), np.array([1]))
    assert loss == pytest.approx(2e4)
    assert dscores.dtype == np.float32
    np.testing.assert_allclose(dscores, [[1, -1]])


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.array([0, 3]), "labels run from 0 to 3, but the scores are for the classes 0 to 2"),
        (np.array([0, -1]), "labels run from -1"),
        (np.array([0.0, 1.0]), "labels must be 2 integers"),
        (np.array([1]), "labels must be 2 integers"),
    ],
)
def test_labels_that_cannot_be(labels, said):
    with pytest.raises(ValueError, match=said):
        softmax_loss(np.zeros((2, 3)), labels)


@pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 0)])
def test_scores_that_cannot_be(shape):
    with pytest.raises(ValueError, match=r"scores must be \(N, classes\), both at least 1"):
        softmax_loss(np.zeros(shape), np.zeros(shape[0], int))


@pytest.mark.parametrize("make", [lambda: Conv(0, 3), lambda: FullyConnected(0)])
def test_a_layer_without_outputs_is_refused(make):
    with pytest.raises(ValueError, match="at least"):
        make()
