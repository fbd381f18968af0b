"""A network of ours as a module of PyTorch with the same weights, made of the layers that its users write."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import nn

from cs_conv.geometry import Geometry, window_geometry
from cs_conv.layers import (
    AveragePool,
    BatchNorm,
    Concatenate,
    Conv,
    Dropout,
    FullyConnected,
    GlobalAveragePool,
    GroupNorm,
    Layer,
    LocalResponseNorm,
    MaxPool,
    ReLU,
    Row,
    Sizes,
    Subsample,
    Sum,
    every_layer,
)
from cs_conv.network import Network

NAMES = {"w": "weight", "b": "bias", "gamma": "weight", "beta": "bias"}
BUFFERS = {"mean": "running_mean", "var": "running_var"}


def in_pytorch(network: Network) -> nn.Module:
    """The same network, its parameters copied; in use, not in training, as PyTorch calls `eval`.

    TypeError for a layer that has no counterpart here, ValueError for padding that PyTorch cannot do.
    """
    return _row(network.row).eval()


def parameters_in_pytorch(network: Network, module: nn.Module) -> list[tuple[nn.Parameter, bool]]:
    """PyTorch's parameters in the order of ours, and whether a matrix is ours transposed."""
    theirs = iter(module.modules())
    found = []
    for layer in every_layer(network.layers):
        if layer.parameters:
            own = next(m for m in theirs if next(m.parameters(recurse=False), None) is not None)
            turned = isinstance(layer, FullyConnected)
            found += [(getattr(own, NAMES[name]), turned and name == "w") for name in layer.parameters]
    return found


class _Sum(nn.Module):
    def __init__(self, branches: list[nn.Module]) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: torch.Tensor) -> Any:
        return sum((branch(x) for branch in self.branches[1:]), self.branches[0](x))


class _Concatenate(_Sum):
    def forward(self, x: torch.Tensor) -> Any:
        return torch.cat([branch(x) for branch in self.branches], dim=1)


class _Subsample(nn.Module):
    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :, :: self.stride, :: self.stride]


def _row(row: Row) -> nn.Module:
    """A ReLU works in place, as in torchvision's networks, unless it is the first: others see its input."""
    modules: list[nn.Module] = []
    for layer, shape in zip(row.layers, row.shapes, strict=False):
        if isinstance(layer, ReLU):
            modules.append(nn.ReLU(inplace=bool(modules)))
        elif isinstance(layer, FullyConnected) and len(shape) == 3:
            modules += [nn.Flatten(), _module(layer, shape)]
        else:
            modules.append(_module(layer, shape))
    return nn.Sequential(*modules)


def _module(layer: Layer, shape: Sizes) -> nn.Module:
    if isinstance(layer, Row):
        return _row(layer)
    if isinstance(layer, Sum | Concatenate):
        join = _Sum if isinstance(layer, Sum) else _Concatenate
        return join([_row(branch) for branch in layer.branches])
    if isinstance(layer, Conv | MaxPool | AveragePool):
        return _windows(layer, shape)
    if isinstance(layer, FullyConnected):
        return _filled(nn.Linear(math.prod(shape), layer.units), layer)
    if isinstance(layer, BatchNorm):
        norm = nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d
        return _filled(norm(shape[0], layer.eps, layer.momentum), layer)
    if isinstance(layer, GroupNorm):
        return _filled(nn.GroupNorm(layer.groups, shape[0], layer.eps), layer)
    if isinstance(layer, LocalResponseNorm):  # PyTorch divides alpha by the size
        return nn.LocalResponseNorm(layer.size, layer.size * layer.alpha, layer.beta, layer.k)
    if isinstance(layer, GlobalAveragePool):
        return nn.AdaptiveAvgPool2d(1)
    if isinstance(layer, Subsample):
        return _Subsample(layer.stride)
    if isinstance(layer, Dropout):
        return nn.Dropout(layer.rate)
    raise TypeError(f"{layer} has no counterpart in PyTorch here")


def _windows(layer: Conv | MaxPool | AveragePool, shape: Sizes) -> nn.Module:
    """A convolution or pooling. PyTorch pads both sides alike and leaves out what no window reaches."""
    dilation = layer.dilation if isinstance(layer, Conv) else 1
    g = window_geometry((1, *shape), layer.size, layer.stride, layer.pad, dilation)
    pad, size = _even_pad(g), (g.FH, g.FW)
    if isinstance(layer, MaxPool):
        if pad is None and g.pad == ((0, 1), (0, 1)):
            return nn.MaxPool2d(size, g.stride, ceil_mode=True)
        return nn.MaxPool2d(size, g.stride, _there(pad, layer))
    if isinstance(layer, AveragePool):
        return nn.AvgPool2d(size, g.stride, _there(pad, layer))
    conv = nn.Conv2d(g.C, layer.K, size, g.stride, _there(pad, layer), g.dilation, layer.groups, layer.bias)
    return _filled(conv, layer)


def _there(pad: tuple[int, int] | None, layer: Layer) -> tuple[int, int]:
    if pad is None:
        raise ValueError(f"PyTorch's padding is the same on both sides, which {layer} cannot do with")
    return pad


def _even_pad(g: Geometry) -> tuple[int, int] | None:
    """The padding at both ends that gives the same windows: more at the end is reached by none of them."""
    found = []
    for size, window, (before, after), stride, dilation, outputs in zip(
        (g.H, g.W), (g.FH, g.FW), g.pad, g.stride, g.dilation, (g.OH, g.OW), strict=True
    ):
        reached = (size + 2 * before - dilation * (window - 1) - 1) // stride + 1
        if after > before or reached != outputs:
            return None
        found.append(before)
    return found[0], found[1]


def _filled(module: nn.Module, layer: Layer) -> nn.Module:
    """The module with the layer's parameters and buffers, in their dtype."""
    for arrays, names in ((layer.parameters, NAMES), (layer.buffers, BUFFERS)):
        for name, array in arrays.items():
            turned = isinstance(module, nn.Linear) and name == "w"
            values = torch.from_numpy(np.ascontiguousarray(array.T if turned else array))
            with torch.no_grad():
                getattr(module.to(values.dtype), names[name]).copy_(values)
    return module
