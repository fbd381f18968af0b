"""GoogLeNet: nine inception modules, which let 1x1, 3x3 and 5x5 filters work side by side.

The 1x1 convolutions before the larger filters make few channels of many, which keeps the modules cheap. Two
auxiliary classifiers, which only served training, are left out.
Source: Szegedy et al., "Going deeper with convolutions", 2014, table 1.
"""

from cs_conv.layers import (
    Concatenate,
    Conv,
    Dropout,
    FullyConnected,
    GlobalAveragePool,
    Layer,
    LocalResponseNorm,
    MaxPool,
    ReLU,
)

HALVES = ((0, 1), (0, 1))
"""A row below and a column on the right: with it a pooling of 3 at stride 2 halves an even size."""

MODULES = (
    ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),  # 28x28
    (
        (192, 96, 208, 16, 48, 64),  # 14x14
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
    ),
    ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),  # 7x7
)
"""Each module's filters: 1x1; 1x1 and then 3x3; 1x1 and then 5x5; and 1x1 after the pooling."""


def inception(one: int, reduce3: int, three: int, reduce5: int, five: int, pooled: int) -> Layer:
    """Return an inception module of these numbers of filters."""
    return Concatenate(
        [Conv(one, 1), ReLU()],
        [Conv(reduce3, 1), ReLU(), Conv(three, 3, pad=1), ReLU()],
        [Conv(reduce5, 1), ReLU(), Conv(five, 5, pad=2), ReLU()],
        [MaxPool(3, 1, pad=1), Conv(pooled, 1), ReLU()],
    )


def googlenet() -> list[Layer]:
    """Return the layers, for images of (3, 224, 224)."""
    layers: list[Layer] = [
        *(Conv(64, 7, stride=2, pad=((3, 2), (3, 2))), ReLU(), MaxPool(3, 2, HALVES)),  # 112x112, 56x56x64
        LocalResponseNorm(),
        *(Conv(64, 1), ReLU(), Conv(192, 3, pad=1), ReLU()),  # 56x56x192
        LocalResponseNorm(),
    ]
    for modules in MODULES:
        layers += [MaxPool(3, 2, HALVES), *(inception(*filters) for filters in modules)]
    return [*layers, GlobalAveragePool(), Dropout(0.4), FullyConnected(1000)]
