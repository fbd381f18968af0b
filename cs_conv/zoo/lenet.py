"""LeNet-5, the network that read the amounts on cheques.

As it is built today: the second convolution sees all six channels (in the paper, fifteen of its sixteen
filters see fewer), poolings have no weights, and the ten units at the end give scores.
Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998.
"""

from cs_conv.layers import AveragePool, Conv, FullyConnected, Layer, ReLU


def lenet() -> list[Layer]:
    """Return the layers, for images of (1, 32, 32)."""
    return [
        *(Conv(6, 5), ReLU(), AveragePool(2, 2)),  # 28x28x6, 14x14x6
        *(Conv(16, 5), ReLU(), AveragePool(2, 2)),  # 10x10x16, 5x5x16
        *(FullyConnected(120), ReLU(), FullyConnected(84), ReLU(), FullyConnected(10)),
    ]
