"""The layers of a network: each has a forward pass, a backward pass and its parameters.

A layer is made from its hyperparameters alone, `Conv(16, 3, pad=1)`; the shape of its input is known when a
network is built from it. `forward` keeps what `backward` needs. `backward` returns the gradient of the input,
and leaves the gradients of the parameters in `gradients`, under the parameters' names.

Blocks are layers that hold layers: `Row` one after the other, `Sum` and `Concatenate` in branches.

Shapes are those of one image, (C, H, W) or (D,); arrays have the number of images N in front.

>>> Conv(16, 3, pad=1).output_shape((3, 32, 32)), GlobalAveragePool().output_shape((16, 8, 8))
((16, 32, 32), (16, 1, 1))
"""

from cs_conv.layers.blocks import Concatenate, Row, Sum
from cs_conv.layers.convolution import Conv, LocallyConnected
from cs_conv.layers.layer import Layer, Sizes, every_layer, in_training, only_forward
from cs_conv.layers.norms import BatchNorm, GroupNorm, LocalResponseNorm
from cs_conv.layers.pooling import AveragePool, GlobalAveragePool, MaxPool, Subsample
from cs_conv.layers.units import Dropout, FullyConnected, ReLU, fc_backward, softmax_loss

__all__ = [
    "AveragePool",
    "BatchNorm",
    "Concatenate",
    "Conv",
    "Dropout",
    "FullyConnected",
    "GlobalAveragePool",
    "GroupNorm",
    "Layer",
    "LocalResponseNorm",
    "LocallyConnected",
    "MaxPool",
    "ReLU",
    "Row",
    "Sizes",
    "Subsample",
    "Sum",
    "every_layer",
    "fc_backward",
    "in_training",
    "only_forward",
    "softmax_loss",
]
