"""Whole networks, branches included, beside PyTorch in training: scores, dx and all other gradients.

Each network is written once, with cs_conv's layers; `benchmarks.in_pytorch` makes PyTorch's out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch

from benchmarks.conformance import Array, Case
from benchmarks.in_pytorch import in_pytorch, parameters_in_pytorch
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
    module = in_pytorch(network).train()
    parameters = parameters_in_pytorch(network, module)
    images = torch.from_numpy(x).requires_grad_()
    out = module(images)
    wanted = [images, *(parameter for parameter, _ in parameters)]
    gradients = torch.autograd.grad(out, wanted, torch.from_numpy(dout))
    turned = [False, False, *(turned for _, turned in parameters)]
    arrays = [tensor.detach().numpy() for tensor in (out, *gradients)]
    return [array.T if turn else array for array, turn in zip(arrays, turned, strict=True)]
