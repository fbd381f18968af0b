"""Graphs as rows of blocks: their gradients, their shapes, training through them, and what does not fit."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cs_conv.gradcheck import directional
from cs_conv.layers import (
    BatchNorm,
    Concatenate,
    Conv,
    Dropout,
    FullyConnected,
    GlobalAveragePool,
    Layer,
    MaxPool,
    ReLU,
    Row,
    Subsample,
    Sum,
    every_layer,
    in_training,
    softmax_loss,
)
from cs_conv.network import Network
from cs_conv.training import SGD, Adam
from cs_conv.weights import save_weights

from .drawing import networks, randomised


def parameters(network):
    return [p for layer in every_layer(network.layers) for p in layer.parameters.values()]


def gradients(network):
    return [layer.gradients[name] for layer in every_layer(network.layers) for name in layer.parameters]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(network=networks(), seed=st.integers(0, 1000))
def test_gradients_of_any_graph_are_the_numeric_ones(network, seed):
    """Along random directions of the images and of each parameter."""
    rng = np.random.default_rng(seed)
    randomised(network, rng)
    x = rng.standard_normal((2, *network.shapes[0]))
    out = network.forward(x)
    assert out.shape == (2, *network.shapes[-1])
    dout = rng.standard_normal(out.shape)
    dx = network.backward(dout)
    found = gradients(network)

    def given_to(parameter):
        def forward(value):
            before = parameter.copy()
            parameter[...] = value
            out = network.forward(x)
            parameter[...] = before
            return out

        return forward

    checked = [(network.forward, x, dx)]
    checked += [(given_to(p), p, g) for p, g in zip(parameters(network), found, strict=True)]
    for forward, array, gradient in checked:
        for numeric, ours in directional(forward, array.copy(), gradient, dout, rng, h=1e-6, draws=1):
            assert abs(numeric - ours) < 1e-4 * max(1, np.abs(out).max(), np.abs(gradient).sum())
    network.forward(x)
    network.backward_parameters(dout)
    for again, gradient in zip(gradients(network), found, strict=True):
        np.testing.assert_allclose(again, gradient, rtol=1e-9, atol=1e-9)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(network=networks(np.float32))
def test_any_graph_computes_in_float32_and_changes_no_input(network):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, *network.shapes[0])).astype(np.float32)
    before = x.copy()
    with in_training(network.layers):
        assert all(layer.training for layer in every_layer(network.layers))
    out = network.forward(x)
    dout = rng.standard_normal(out.shape).astype(np.float32)
    dout_before = dout.copy()
    dx = network.backward(dout)
    assert out.dtype == dx.dtype == np.float32
    assert all(p.dtype == np.float32 for p in parameters(network))
    assert all(g.dtype == np.float32 for g in gradients(network))
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(dout, dout_before)
    assert not any(layer.training for layer in every_layer(network.layers))
    assert network.forward(x[:0]).shape == (0, *network.shapes[-1])


def test_a_sum_and_a_concatenation_by_hand():
    x = np.array([[[[1.0, -2.0]], [[3.0, -4.0]]]])
    double = Sum([], [])
    np.testing.assert_array_equal(double.forward(x), 2 * x)
    np.testing.assert_array_equal(double.backward(x), 2 * x)
    side = Concatenate(ReLU(), [], [ReLU()])
    np.testing.assert_array_equal(side.forward(x)[0, :, 0, 1], [0, 0, -2, -4, 0, 0])
    dout = np.arange(1.0, 13).reshape(1, 6, 1, 2)
    np.testing.assert_array_equal(side.backward(dout)[0, :, 0], [[1 + 5 + 9, 6], [3 + 7 + 11, 8]])


def test_shortcuts_at_stride_2():
    """The two ways of He et al. to halve an even image, whose last row and column libraries leave unread."""
    down = [Conv(8, 3, stride=2, pad=((1, 0), (1, 0))), BatchNorm(), ReLU(), Conv(8, 3, pad=1), BatchNorm()]
    network = Network([Sum(down, [Subsample(2), Conv(8, 1), BatchNorm()]), ReLU()], (4, 56, 56))
    assert network.shapes == [(4, 56, 56), (8, 28, 28), (8, 28, 28)]
    assert network.size == 4 * 8 * 9 + 8 + 8 * 8 * 9 + 8 + 4 * 8 + 8 + 3 * 16


def test_inception_blocks_have_the_parameters_of_the_paper():
    """GoogLeNet's first one, from its table: 64, 96 to 128, 16 to 32, and 32 filters after pooling."""
    branches = [[Conv(64, 1)], [Conv(96, 1), Conv(128, 3, pad=1)], [Conv(16, 1), Conv(32, 5, pad=2)]]
    network = Network([Concatenate(*branches, [MaxPool(3, 1, pad=1), Conv(32, 1)])], (192, 28, 28))
    assert network.shapes[-1] == (256, 28, 28)
    assert network.size == 163_696  # of them 163,328 weights, the "159K" of the table: 159.5 * 1,024


def test_subsample_is_the_1x1_window():
    """Whatever fits a 1x1 max pooling gives the same; what does not, ends before the rest."""
    x = np.random.default_rng(0).standard_normal((2, 3, 7, 4))
    layer, pool = Subsample(3), MaxPool(1, 3)
    np.testing.assert_array_equal(layer.forward(x), pool.forward(x))
    dout = np.random.default_rng(1).standard_normal((2, 3, 3, 2))
    np.testing.assert_array_equal(layer.backward(dout), pool.backward(dout))
    assert Subsample(2).output_shape((3, 6, 5)) == (3, 3, 3)
    with pytest.raises(ValueError, match="stride must be at least 1, not 0"):
        Subsample(0)


def test_training_reaches_the_layers_inside_blocks():
    rng = np.random.default_rng(0)
    body = [Conv(4, 3, pad=1), BatchNorm(), ReLU(), Dropout(0.1)]
    network = Network(
        [Conv(4, 1), Sum(body, []), Concatenate([ReLU()], []), GlobalAveragePool(), FullyConnected(2)],
        (2, 5, 5),
        dtype=np.float64,
    )
    x = rng.standard_normal((20, 2, 5, 5))
    labels = (x[:, 0].mean(axis=(1, 2)) > 0).astype(int)
    for optimiser in (SGD(network, rate=0.05), Adam(network, rate=0.01)):
        losses = []
        for _ in range(30):
            before = body[0].parameters["w"].copy()
            with in_training(network.layers):
                loss, dscores = softmax_loss(network.forward(x), labels)
            network.backward_parameters(dscores)
            optimiser.step()
            losses.append(loss)
            assert not np.array_equal(before, body[0].parameters["w"])
        assert losses[-1] < losses[0]
    assert (body[1].buffers["mean"] != 0).all()


class Mine(Layer):
    """A residual block as a learner writes it, who has not read of Sum."""

    def __init__(self):
        super().__init__()
        self.conv = Conv(2, 3, pad=1)
        self.others = [BatchNorm(), Dropout(0.1)]

    def build(self, shape, rng, dtype):
        for layer in (self.conv, *self.others):
            layer.build(shape, rng, dtype)

    def forward(self, x):
        out = self.conv.forward(x)
        for layer in self.others:
            out = layer.forward(out)
        return x + out

    def backward(self, dout):
        dx = dout
        for layer in reversed([self.conv, *self.others]):
            dx = layer.backward(dx)
        return dout + dx


def test_layers_inside_a_block_of_ones_own_are_found(tmp_path):
    block = Mine()
    network = Network([block, FullyConnected(2)], (2, 4, 4))
    assert block.inner == [block.conv, *block.others]
    assert network.size == (2 * 2 * 9 + 2) + 2 * 2 + (32 * 2 + 2)
    assert [line.split()[:2] for line in str(network).splitlines()[2:4]] == [
        ["1", "Conv(K=2,"],
        ["2", "BatchNorm(momentum=0.1,"],
    ]
    with in_training(network.layers):
        assert block.others[1].training
        network.backward(network.forward(np.ones((3, 2, 4, 4))))
    before = block.conv.parameters["w"].copy()
    SGD(network).step()
    assert not np.array_equal(before, block.conv.parameters["w"])
    save_weights(network, tmp_path / "mine.npz")
    with np.load(tmp_path / "mine.npz") as file:
        assert "1.2.mean" in file


def test_a_network_in_training_is_what_its_gradient_says():
    """Batch normalisation inside a residual block, by the statistics of the batch."""
    network = Network([Sum([Conv(2, 3, pad=1), BatchNorm()], [])], (2, 4, 3), dtype=np.float64)
    rng = np.random.default_rng(0)
    x, dout = rng.standard_normal((2, 3, 2, 4, 3))
    with in_training(network.layers):
        network.forward(x)
        dx = network.backward(dout)
        [(numeric, ours)] = directional(network.forward, x, dx, dout, rng, draws=1)
    assert abs(numeric - ours) < 1e-6


@pytest.mark.parametrize(
    ("layers", "error", "said"),
    [
        (
            [Conv(4, 1), Sum([Conv(8, 3)], [])],
            ValueError,
            r"^layer 2, Sum of 2 branches: the branches of a sum must end in the same shape, but "
            r"branch 1 ends in \(8, 4, 4\), branch 2 in \(4, 6, 6\): .*Conv\(K, 1\).*Subsample\(2\)",
        ),
        (
            [Concatenate(Conv(8, 3), MaxPool(2, 2))],
            ValueError,
            r"^layer 1, Concatenate of 2 branches: .*same height and width, but "
            r"branch 1 ends in \(8, 4, 4\), branch 2 in \(2, 3, 3\)",
        ),
        (
            [Concatenate(FullyConnected(3), [])],
            ValueError,
            r"branch 1 ends in \(3,\), branch 2 in \(2, 6, 6\)",
        ),
        (
            [Sum([ReLU(), Concatenate([Conv(3, 7)], [])], [])],
            ValueError,
            r"^layer 1, Sum of 2 branches: branch 1: layer 2, Concatenate of 2 branches: branch 1: layer 1, "
            r"Conv\(K=3, size=7.*a 7x7 window is larger than a 6x6 input",
        ),
        (
            [Row([Row([Conv(2, 3, stride=0)])])],
            ValueError,
            "layer 1, Row of 1 layer: layer 1, Row of 1 layer: l",
        ),
    ],
)
def test_what_does_not_fit_is_named(layers, error, said):
    with pytest.raises(error, match=said):
        Network(layers, (2, 6, 6))


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda: Sum([ReLU()]), ValueError, "Sum needs at least 2 branches, but there are 1"),
        (lambda: Concatenate(), ValueError, "Concatenate needs at least 2 branches, but there are 0"),
        (lambda: Sum(ReLU, []), TypeError, "a branch of Sum must be a layer or a list of layers, not <class"),
        (
            lambda: Sum([ReLU(), 3], []),
            TypeError,
            r"layer 2 of a row must be a layer, such as ReLU\(\), not 3",
        ),
        (lambda: Network([ReLU], (3,)), TypeError, "layer 1 of a row must be a layer"),
        (lambda: Network([ReLU()], ()), ValueError, r"input_shape must be that of one image.*not \(\)"),
        (lambda: Network([ReLU()], (3, 0, 2)), ValueError, r"whole numbers from 1 on, not \(3, 0, 2\)"),
        (lambda: Network([ReLU()], 7), ValueError, "input_shape must be that of one image.*not 7"),
    ],
)
def test_what_is_no_block(make, error, said):
    with pytest.raises(error, match=said):
        make()


def test_a_layer_cannot_stand_in_two_branches_nor_in_itself():
    relu = ReLU()
    with pytest.raises(ValueError, match=r"ReLU\(\) stands in the network twice"):
        Network([Sum([relu], [Row([relu])])], (2, 3, 3))
    row = Row([])
    row.layers.append(row)
    with pytest.raises(ValueError, match="Row of 1 layer stands in the network twice"):
        Network([row], (2, 3, 3))


def test_values_are_concatenated_too():
    network = Network([Concatenate([FullyConnected(3)], []), FullyConnected(2)], (4,), dtype=np.float64)
    assert network.shapes == [(4,), (7,), (2,)]
    assert network.forward(np.ones((5, 4))).shape == (5, 2)


def test_blocks_print_as_they_are_written():
    assert repr(Sum(ReLU(), [])) == "Sum([ReLU()], [])"
    assert repr(Row([ReLU()])) == "Row([ReLU()])"
    assert str(Concatenate([], [], [])) == "Concatenate of 3 branches"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_building_needs_no_more_memory_than_the_weights(dtype):
    tracemalloc.start()
    network = Network([FullyConnected(1000), Sum([FullyConnected(1000)], [])], (2000,), dtype=dtype)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.02 * network.size * np.dtype(dtype).itemsize
