"""Batch normalisation in use is a factor and a constant for each channel: a convolution can do it by itself.

With a = gamma / deviation, gamma (w x + b - mean) / deviation + beta = (a w) x + a (b - mean) + beta. So the
convolution before it gets other filters and biases once, and the normalisation costs nothing any more. This
holds after training alone: in training, mean and deviation are those of the batch.
"""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np

from cs_conv.layers import BatchNorm, Concatenate, Conv, Layer, Row, Sum
from cs_conv.network import Network


def fold_batch_norm(network: Network) -> Network:
    """Return a network that gives the same scores in use, without the batch normalisation after convolutions.

    The given network stays as it is, and shares no memory with the new one; only blocks that are neither a
    Row, a Sum nor a Concatenate stand in both. Batch normalisation that follows another layer stays.

    >>> residual = Sum([Conv(4, 1), BatchNorm()], [])
    >>> network = Network([Conv(4, 3, bias=False), BatchNorm(), residual], (1, 8, 8))
    >>> print(fold_batch_norm(network))
    input                                                         (1, 8, 8)
    Conv(K=4, size=3, stride=1, pad=0, dilation=1, groups=1)      (4, 6, 6)  40
    Sum of 2 branches                                             (4, 6, 6)
      1 Conv(K=4, size=1, stride=1, pad=0, dilation=1, groups=1)  (4, 6, 6)  20
      2 unchanged                                                 (4, 6, 6)
                                                                             60
    """
    folded = copy.copy(network)
    folded.row = _row(network.row)
    return folded


def _row(row: Row) -> Row:
    layers: list[Layer] = []
    shapes = row.shapes[:1]
    for layer, shape in zip(row.layers, row.shapes[1:], strict=True):
        last = layers[-1] if layers else None
        if isinstance(layer, BatchNorm) and isinstance(last, Conv):
            layers[-1] = _folded(last, layer)  # the shape stays
        else:
            layers.append(_copied(layer))
            shapes.append(shape)
    folded = Row(layers)
    folded.shapes = shapes
    return folded


def _copied(layer: Layer) -> Layer:
    if isinstance(layer, Row):
        return _row(layer)
    if layer.inner and not isinstance(layer, Sum | Concatenate):
        return layer
    copied = copy.copy(layer)
    copied.parameters = {name: array.copy() for name, array in layer.parameters.items()}
    copied.buffers = {name: array.copy() for name, array in layer.buffers.items()}
    copied.gradients, copied._kept = {}, None
    if isinstance(copied, Sum | Concatenate):
        copied.branches = [_row(branch) for branch in copied.branches]
    return copied


def _folded(conv: Conv, norm: BatchNorm) -> Conv:
    """The convolution that also normalises. Computed in float64, then in the dtype of the filters."""
    w = conv.parameters["w"]
    b = conv.parameters["b"] if conv.bias else 0.0
    a = norm.parameters["gamma"] / np.sqrt(norm.buffers["var"].astype(np.float64) + norm.eps)  # (K,)
    biases = a * (b - norm.buffers["mean"]) + norm.parameters["beta"]
    folded = replace(conv, bias=True)
    folded.parameters = {
        "w": (w * a[:, np.newaxis, np.newaxis, np.newaxis]).astype(w.dtype),
        "b": biases.astype(w.dtype),
    }
    return folded
