"""Receptive fields: rule and gradient agree on any graph, and on the fields of famous networks."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cs_conv import naive
from cs_conv.layers import (
    AveragePool,
    Concatenate,
    Conv,
    Dropout,
    FullyConnected,
    GroupNorm,
    Layer,
    MaxPool,
    ReLU,
    Row,
    Subsample,
    Sum,
    every_layer,
)
from cs_conv.network import Network
from cs_conv.receptive_field import Field, pixels_by_gradient, pixels_by_rule, receptive_field

from .drawing import networks, randomised


@st.composite
def places(draw, network):
    """A place of a network's output, or none."""
    sizes = network.shapes[-1][1:]
    return draw(st.none() | st.tuples(*(st.integers(0, size - 1) for size in sizes)))


def rectangle(mask):
    """The smallest Field that holds the pixels of a mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Field(int(rows[0]), int(columns[0]), int(rows[-1]), int(columns[-1]))


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=300)
@given(data=st.data())
def test_rule_and_gradient_agree_on_any_graph(data):
    network = data.draw(networks())
    place = data.draw(places(network))
    seen = pixels_by_rule(network, place)
    np.testing.assert_array_equal(seen, pixels_by_gradient(network, place))
    field = receptive_field(network, place)
    if seen.any():
        inside = rectangle(seen)
        assert field.top <= inside.top <= inside.bottom <= field.bottom
        assert field.left <= inside.left <= inside.right <= field.right


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=100)
@given(data=st.data())
def test_what_is_not_seen_changes_nothing(data):
    """With the network's own weights, max pooling and normalisation: no other pixel reaches the place."""
    rng = np.random.default_rng(0)
    network = randomised(data.draw(networks()), rng)
    place = data.draw(places(network))
    seen = pixels_by_rule(network, place)
    i, j = place or (size // 2 for size in network.shapes[-1][1:])
    x = rng.standard_normal((1, *network.shapes[0]))
    out = network.forward(x)[0, :, i, j].copy()
    np.testing.assert_array_equal(
        network.forward(np.where(seen, x, rng.standard_normal(x.shape)))[0, :, i, j], out
    )


@st.composite
def unpadded(draw):
    """A row of windows without padding, built from the output backwards."""
    layers, H, W = [], draw(st.integers(1, 3)), draw(st.integers(1, 3))
    for _ in range(draw(st.integers(1, 4))):
        FH, FW, stride, dilation = (draw(st.integers(1, 3)) for _ in range(4))
        kind = draw(st.sampled_from([Conv, MaxPool, AveragePool]))
        if kind is Conv:
            layers.append(Conv(2, (FH, FW), stride, dilation=dilation))
        else:
            layers.append(kind((FH, FW), stride))
            dilation = 1
        H, W = (H - 1) * stride + dilation * (FH - 1) + 1, (W - 1) * stride + dilation * (FW - 1) + 1
    return Network(layers[::-1], (1, H, W))


@given(network=unpadded())
def test_without_padding_the_field_is_what_the_gradient_reaches(network):
    """And its size is the formula of the papers: 1 + the sum of (extent - 1) times all strides before."""
    field = receptive_field(network)
    assert field == rectangle(pixels_by_gradient(network))
    size, stride = [1, 1], 1
    for layer in network.layers:
        for axis in range(2):
            size[axis] += (layer.size[axis] - 1) * getattr(layer, "dilation", 1) * stride
        stride *= layer.stride
    assert field.size == tuple(size)


def vgg(pad, size):
    layers = []
    for convolutions in (2, 2, 3, 3, 3):
        layers += [Conv(1, 3, pad=pad) for _ in range(convolutions)] + [MaxPool(2, 2)]
    return Network(layers, (3, size, size))


def test_fields_of_stacked_filters():
    """Two 3x3 see 5x5, three see 7x7."""
    for count, size in ((1, 3), (2, 5), (3, 7)):
        network = Network([Conv(2, 3) for _ in range(count)], (1, 9, 9))
        assert receptive_field(network).size == (size, size)
        assert pixels_by_gradient(network).sum() == size**2


def test_fields_of_famous_networks():
    """AlexNet's fifth convolution sees 163 pixels, VGG-16's last pooling 212: Araujo et al., 2019."""
    assert receptive_field(vgg(1, 224)).size == (212, 212)
    alexnet = [Conv(1, 11, 4), MaxPool(3, 2), Conv(1, 5, pad=2), MaxPool(3, 2)]
    alexnet += [Conv(1, 3, pad=1) for _ in range(3)]
    assert receptive_field(Network(alexnet, (3, 227, 227))).size == (163, 163)


def test_the_field_of_a_network_with_shortcuts():
    """ResNet-50's last block sees 483 pixels: Araujo et al., 2019. One channel has the fields of many."""
    uneven = ((1, 0), (1, 0))
    layers = [Conv(1, 7, 2, pad=((3, 2), (3, 2))), MaxPool(3, 2, pad=uneven)]
    for stage, blocks in enumerate((3, 4, 6, 3)):
        for block in range(blocks):
            down = [Subsample(2)] if stage and not block else []
            layers.append(Sum([*down, Conv(1, 1), Conv(1, 3, pad=1), Conv(1, 1)], down and [Subsample(2)]))
    network = Network(layers, (1, 224, 224))
    assert network.shapes[-1] == (1, 7, 7)
    assert receptive_field(network).size == (483, 483)
    np.testing.assert_array_equal(pixels_by_rule(network), pixels_by_gradient(network))


def test_a_shortcut_sees_less_and_the_whole_block_sees_all():
    branch = [Conv(1, 3, dilation=2, pad=2)]
    network = Network([Sum(branch, [])], (1, 5, 5))
    expected = np.zeros((5, 5), bool)
    expected[::2, ::2] = True
    np.testing.assert_array_equal(pixels_by_rule(network), expected)
    beside = Network([Concatenate([Conv(1, 3, pad=((0, 2), (1, 1)))], [Conv(1, 1)])], (1, 5, 5))
    assert receptive_field(beside) == Field(2, 1, 4, 3)
    assert receptive_field(beside, (4, 0)) == Field(4, -1, 6, 1)  # into the padding
    assert pixels_by_rule(beside, (4, 0)).sum() == 2


def test_dilated_windows_over_padding():
    """Outputs that lie in the padding do not exist, so they see nothing."""
    network = Network([Conv(1, 3, pad=2, dilation=2), Conv(1, 2, pad=((1, 0), (1, 0)))], (1, 6, 6))
    seen = pixels_by_rule(network, (0, 0))
    assert set(np.flatnonzero(seen.any(axis=1))) == {0, 2}
    np.testing.assert_array_equal(seen, pixels_by_gradient(network, (0, 0)))


@pytest.mark.parametrize("layer", [FullyConnected(3), GroupNorm(1)], ids=str)
def test_layers_that_see_everything(layer):
    network = Network([layer], (2, 3, 4))
    for find in (pixels_by_rule, pixels_by_gradient):
        assert find(network).shape == (3, 4)
        assert find(network).all()
    assert receptive_field(network).size == (3, 4)


def test_group_normalisation_does_see_everything():
    """Its real gradient, at random values, is zero nowhere."""
    network = Network([GroupNorm(2)], (2, 3, 4), dtype=np.float64)
    network.forward(np.random.default_rng(0).standard_normal((1, 2, 3, 4)))
    dout = np.zeros((1, 2, 3, 4))
    dout[0, :, 1, 2] = 1
    assert (network.backward(dout) != 0).all()


def test_deep_networks_neither_overflow_nor_vanish():
    blocks = [Sum([Conv(4, 3, pad=1), ReLU(), Conv(4, 3, pad=1)], []) for _ in range(60)]
    network = Network([*blocks, Subsample(300)], (4, 250, 5))
    seen = pixels_by_gradient(network, (0, 0))
    assert seen[:, 0].sum() == 121
    np.testing.assert_array_equal(seen, pixels_by_rule(network, (0, 0)))


def test_a_network_stays_as_it_is():
    network = Network([Conv(2, 3), Sum([Dropout(), Conv(2, 1)], [])], (1, 4, 4), seed=3)
    kept = [p.copy() for layer in every_layer(network.layers) for p in layer.parameters.values()]
    pixels_by_gradient(network)
    for layer in every_layer(network.layers):
        assert not layer.gradients
        for parameter in layer.parameters.values():
            np.testing.assert_array_equal(parameter, kept.pop(0))


def test_a_convolution_of_ones_own_is_looked_at():
    """One that sends its gradient a column too far to the right shows."""

    class Shifted:
        conv_forward = staticmethod(naive.conv_forward)

        @staticmethod
        def conv_backward(dout, x, w, stride=1, pad=0):
            dx, dw, db = naive.conv_backward(dout, x, w, stride, pad)
            return np.roll(dx, 1, axis=3), dw, db

    network = Network([Conv(1, 3, kernels=Shifted)], (1, 5, 5))
    assert rectangle(pixels_by_gradient(network)) == Field(1, 2, 3, 4)
    assert rectangle(pixels_by_rule(network)) == Field(1, 1, 3, 3)


class Mine(Layer):
    def forward(self, x):
        return x


@pytest.mark.parametrize("find", [receptive_field, pixels_by_rule, pixels_by_gradient])
@pytest.mark.parametrize(
    ("layers", "shape", "place", "error", "said"),
    [
        ([Conv(1, 3)], (1, 5, 4), (3, 0), ValueError, r"no place \(3, 0\) in an output of 3x2; the first is"),
        ([Conv(1, 3)], (1, 5, 4), (0, -1), ValueError, r"no place \(0, -1\)"),
        ([Conv(1, 3)], (1, 5, 4), (0,), ValueError, r"no place \(0,\)"),
        ([FullyConnected(2)], (1, 5, 4), (0, 1), ValueError, r"no place \(0, 1\) in an output of 1x1"),
        ([FullyConnected(2)], (7,), None, ValueError, r"only images .* but the network is for \(7,\)"),
        ([Row([Mine()])], (1, 5, 4), None, TypeError, r"which pixels .*Mine\(\) sees is not known"),
    ],
)
def test_what_has_no_field(find, layers, shape, place, error, said):
    with pytest.raises(error, match=said):
        find(Network(layers, shape), place)
