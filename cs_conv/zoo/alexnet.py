"""AlexNet, which won the ImageNet challenge of 2012 by a wide margin and made convolutional networks popular.

The images are 227x227: with the paper's 224 its first layer does not fit. It was shared out between two GPUs,
so three of its convolutions have two groups; `towers=1` is the network without them.
Source: Krizhevsky et al., "ImageNet classification with deep convolutional neural networks", 2012.
"""

from cs_conv.layers import Conv, Dropout, FullyConnected, Layer, LocalResponseNorm, MaxPool, ReLU


def alexnet(towers: int = 2) -> list[Layer]:
    """Return the layers, for images of (3, 227, 227)."""
    return [
        *(Conv(96, 11, stride=4), ReLU(), LocalResponseNorm(), MaxPool(3, 2)),  # 55x55x96, 27x27x96
        *(Conv(256, 5, pad=2, groups=towers), ReLU(), LocalResponseNorm(), MaxPool(3, 2)),  # 13x13x256
        *(Conv(384, 3, pad=1), ReLU()),  # 13x13x384
        *(Conv(384, 3, pad=1, groups=towers), ReLU()),
        *(Conv(256, 3, pad=1, groups=towers), ReLU(), MaxPool(3, 2)),  # 6x6x256
        *(Dropout(0.5), FullyConnected(4096), ReLU()),
        *(Dropout(0.5), FullyConnected(4096), ReLU()),
        FullyConnected(1000),
    ]
