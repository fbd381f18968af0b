"""Whole networks, branches included, beside PyTorch in training: scores, dx and all other gradients.

Each network is written once, with cs_conv's layers; `_by_torch` computes the same with PyTorch's functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from benchmarks.conformance import Array, Case
from cs_conv.geometry import window_geometry
from cs_conv.layers import (
    AveragePool,
    BatchNorm,
    Concatenate,
    Conv,
    FullyConnected,
    GlobalAveragePool,
    GroupNorm,
    Layer,
    LocalResponseNorm,
    MaxPool,
    ReLU,
    Row,
    Subsample,
    Sum,
    every_layer,
    in_training,
)
from cs_conv.network import Network


def _lenet() -> list[Layer]:
    return [Conv(6, 5), ReLU(), MaxPool(2, 2), Conv(16, 5), ReLU(), AveragePool(2, 2), FullyConnected(10)]


def _alexnet() -> list[Layer]:
    layers = [Conv(8, 7, stride=3), ReLU(), LocalResponseNorm(alpha=0.1), MaxPool(2, 1)]
    return [*layers, Conv(8, 3, pad=1, groups=2), ReLU(), FullyConnected(12), ReLU(), FullyConnected(5)]


def _residual(K: int, step: int = 1) -> Layer:
    """ResNet's block; at step 2 an even image is padded on one side, and the shortcut is subsampled."""
    pad = 1 if step == 1 else ((1, 0), (1, 0))
    body = [
        Conv(K, 3, step, pad, bias=False),
        BatchNorm(),
        ReLU(),
        Conv(K, 3, pad=1, bias=False),
        BatchNorm(),
    ]
    shortcut = [] if step == 1 else [Subsample(step), Conv(K, 1), BatchNorm()]
    return Row([Sum(body, shortcut), ReLU()])


def _resnet() -> list[Layer]:
    blocks = [_residual(8), _residual(8), _residual(16, 2), _residual(16)]
    return [Conv(8, 3, pad=1), BatchNorm(), ReLU(), *blocks, GlobalAveragePool(), FullyConnected(10)]


def _googlenet() -> list[Layer]:
    def inception() -> Layer:
        narrow = [Conv(6, 1), ReLU(), Conv(8, 3, pad=1), ReLU()]
        wide = [Conv(2, 1), ReLU(), Conv(4, 5, pad=2), ReLU()]
        return Concatenate([Conv(4, 1), ReLU()], narrow, wide, [MaxPool(3, 1, pad=1), Conv(4, 1), ReLU()])

    return [
        Conv(6, 3),
        ReLU(),
        inception(),
        MaxPool(2, 2),
        inception(),
        GlobalAveragePool(),
        FullyConnected(7),
    ]


def _densenet() -> list[Layer]:
    def step() -> Layer:
        return Concatenate([], [BatchNorm(), ReLU(), Conv(4, 3, pad=1)])

    return [Conv(4, 3, pad=1), step(), step(), AveragePool(2, 2), step(), GroupNorm(4), FullyConnected(3)]


def _mobilenet() -> list[Layer]:
    def separable(C: int, K: int, dilation: int) -> list[Layer]:
        depthwise = Conv(C, 3, pad=dilation, dilation=dilation, groups=C)
        return [depthwise, BatchNorm(), ReLU(), Conv(K, 1), BatchNorm(), ReLU()]

    inside = Concatenate(separable(6, 2, 1), Sum(separable(6, 4, 2), [Conv(4, 1)], [Conv(4, 3, pad=1)]))
    return [Conv(6, 3, 2, pad=((1, 0), (1, 0))), Sum([inside], []), GlobalAveragePool(), FullyConnected(4)]


NETWORKS: dict[str, tuple[Callable[[], list[Layer]], tuple[int, int, int]]] = {
    "LeNet-5": (_lenet, (1, 28, 28)),
    "AlexNet, small": (_alexnet, (3, 28, 28)),
    "ResNet, small": (_resnet, (3, 16, 16)),
    "GoogLeNet, small": (_googlenet, (3, 12, 12)),
    "DenseNet, small": (_densenet, (3, 8, 8)),
    "separable, with blocks in blocks": (_mobilenet, (3, 12, 12)),
}


def cases() -> Iterator[Case]:
    """Yield each network in float32 and float64."""
    for name, (layers, shape) in NETWORKS.items():
        for dtype in (np.float32, np.float64):
            rng = np.random.default_rng(0)
            network = Network(layers(), shape, dtype=dtype)
            x = rng.standard_normal((4, *shape)).astype(dtype)
            dout = rng.standard_normal((4, *network.shapes[-1])).astype(dtype)
            expected = _expected(network, x, dout)
            yield Case(
                "network", f"{name}, {np.dtype(dtype)}", {"cs_conv.network": _way(network, x)}, expected, dout
            )


def _way(network: Network, x: Array) -> Callable[[Array | None], list[Array]]:
    def compute(dout: Array | None) -> list[Array]:
        with in_training(network.layers):
            out = network.forward(x)
            dx = network.backward(dout)
        return [out, dx, *(g for layer in every_layer(network.layers) for g in layer.gradients.values())]

    return compute


def _expected(network: Network, x: Array, dout: Array) -> list[Array]:
    tensors = {
        (id(layer), name): torch.from_numpy(parameter.copy()).requires_grad_()
        for layer in every_layer(network.layers)
        for name, parameter in layer.parameters.items()
    }
    images = torch.from_numpy(x).requires_grad_()
    out = _by_torch(network.row, images, tensors)
    gradients = torch.autograd.grad(out, [images, *tensors.values()], torch.from_numpy(dout))
    return [tensor.detach().numpy() for tensor in (out, *gradients)]


def _by_torch(layer: Layer, x: Any, tensors: dict[tuple[int, str], Any]) -> Any:
    """What a layer computes in training, by PyTorch."""

    def own(*names: str) -> list[Any]:
        return [tensors[id(layer), name] for name in names]

    if isinstance(layer, Row):
        for inner in layer.layers:
            x = _by_torch(inner, x, tensors)
        return x
    if isinstance(layer, Sum):
        return sum(_by_torch(branch, x, tensors) for branch in layer.branches)
    if isinstance(layer, Concatenate):
        return torch.cat([_by_torch(branch, x, tensors) for branch in layer.branches], dim=1)
    if isinstance(layer, Conv):
        padded = _padded(x, layer, 0.0)
        w, b = own("w", "b") if layer.bias else (*own("w"), None)
        return functional.conv2d(padded, w, b, layer.stride, 0, layer.dilation, layer.groups)
    if isinstance(layer, MaxPool):
        return functional.max_pool2d(_padded(x, layer, -torch.inf), layer.size, layer.stride)
    if isinstance(layer, AveragePool):
        return functional.avg_pool2d(_padded(x, layer, 0.0), layer.size, layer.stride)
    if isinstance(layer, GlobalAveragePool):
        return functional.adaptive_avg_pool2d(x, 1)
    if isinstance(layer, Subsample):
        return x[:, :, :: layer.stride, :: layer.stride]
    if isinstance(layer, BatchNorm):
        return functional.batch_norm(x, None, None, *own("gamma", "beta"), training=True, eps=layer.eps)
    if isinstance(layer, GroupNorm):
        return functional.group_norm(x, layer.groups, *own("gamma", "beta"), layer.eps)
    if isinstance(layer, LocalResponseNorm):
        return functional.local_response_norm(x, layer.size, layer.size * layer.alpha, layer.beta, layer.k)
    if isinstance(layer, FullyConnected):
        w, b = own("w", "b")
        return functional.linear(x.flatten(1), w.T, b)
    assert isinstance(layer, ReLU)
    return functional.relu(x)


def _padded(x: Any, layer: Any, value: float) -> Any:
    (top, bottom), (left, right) = window_geometry(x.shape, 1, 1, layer.pad).pad
    return functional.pad(x, (left, right, top, bottom), value=value)
