"""VGG: 3x3 convolutions and 2x2 poolings alone, up to 19 layers with weights.

Most of its 138 million parameters are in the first fully connected layer.
Source: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2014.
"""

from cs_conv.layers import Conv, Dropout, FullyConnected, Layer, MaxPool, ReLU

CONVOLUTIONS = {
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}
"""How many convolutions stand before each of the five poolings, by the number of layers with weights."""


def vgg(depth: int = 16) -> list[Layer]:
    """Return the layers, for images of (3, 224, 224). ValueError for a depth that the paper does not have."""
    if depth not in CONVOLUTIONS:
        raise ValueError(f"VGG has {', '.join(map(str, CONVOLUTIONS))} layers with weights, not {depth}")
    layers: list[Layer] = []
    for filters, convolutions in zip((64, 128, 256, 512, 512), CONVOLUTIONS[depth], strict=True):
        for _ in range(convolutions):
            layers += [Conv(filters, 3, pad=1), ReLU()]
        layers += [MaxPool(2, 2)]  # 112, 56, 28, 14, 7
    for _ in range(2):
        layers += [FullyConnected(4096), ReLU(), Dropout(0.5)]
    return [*layers, FullyConnected(1000)]
