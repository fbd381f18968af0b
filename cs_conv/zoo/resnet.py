"""ResNet: blocks with a way around them, which let networks of 50 and more layers be trained.

Every convolution is followed by batch normalisation, and so has no bias. Where a block changes the number of
channels or halves the image, a 1x1 convolution on every second pixel stands in the way around (the paper's
option B). In the deep networks, the first 1x1 convolution of a block has the stride, as in the paper.
Source: He et al., "Deep residual learning for image recognition", 2015.
"""

from cs_conv.layers import (
    BatchNorm,
    Conv,
    FullyConnected,
    GlobalAveragePool,
    Layer,
    MaxPool,
    ReLU,
    Subsample,
    Sum,
)

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
"""How many blocks stand at 56x56, 28x28, 14x14 and 7x7, by the number of layers with weights."""


def resnet(depth: int = 50) -> list[Layer]:
    """Return the layers, for images of (3, 224, 224). ValueError for a depth that the paper does not have."""
    if depth not in BLOCKS:
        raise ValueError(f"ResNet has {', '.join(map(str, BLOCKS))} layers with weights, not {depth}")
    block, grows = (_basic, 1) if depth < 50 else (_bottleneck, 4)
    layers: list[Layer] = [
        *_normal(Conv(64, 7, stride=2, pad=((3, 2), (3, 2)), bias=False)),  # 112x112x64
        *(ReLU(), MaxPool(3, 2, pad=((1, 0), (1, 0)))),  # 56x56x64
    ]
    channels = 64
    for stage, blocks in enumerate(BLOCKS[depth]):
        width = 64 * 2**stage
        for number in range(blocks):
            stride = 2 if stage and number == 0 else 1
            around = _around(channels, width * grows, stride)
            layers += [Sum(block(width, stride), around), ReLU()]
            channels = width * grows
    return [*layers, GlobalAveragePool(), FullyConnected(1000)]


def _basic(width: int, stride: int) -> list[Layer]:
    """Two 3x3 convolutions. Padding on one side only lets a stride of 2 halve an even size."""
    pad = 1 if stride == 1 else ((1, 0), (1, 0))
    first = Conv(width, 3, stride=stride, pad=pad, bias=False)
    return [*_normal(first), ReLU(), *_normal(Conv(width, 3, pad=1, bias=False))]


def _bottleneck(width: int, stride: int) -> list[Layer]:
    """A 1x1 convolution to few channels, a 3x3 one, and a 1x1 one to four times as many."""
    return [
        *_every(stride),
        *_normal(Conv(width, 1, bias=False)),
        ReLU(),
        *_normal(Conv(width, 3, pad=1, bias=False)),
        ReLU(),
        *_normal(Conv(4 * width, 1, bias=False)),
    ]


def _around(channels: int, wanted: int, stride: int) -> list[Layer]:
    """Nothing, if the shape stays; otherwise a 1x1 convolution on every `stride`-th pixel."""
    if channels == wanted and stride == 1:
        return []
    return [*_every(stride), *_normal(Conv(wanted, 1, bias=False))]


def _every(stride: int) -> list[Layer]:
    return [Subsample(stride)] if stride > 1 else []


def _normal(conv: Layer) -> list[Layer]:
    return [conv, BatchNorm()]
