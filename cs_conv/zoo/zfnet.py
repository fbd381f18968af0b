"""ZFNet: AlexNet with a smaller first filter and stride, found by looking at what its layers see.

The widths are those of the paper's figure 3. Where its windows do not fit, one row and one column of padding
are added here.
Source: Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2013.
"""

from cs_conv.layers import Conv, Dropout, FullyConnected, Layer, LocalResponseNorm, MaxPool, ReLU

ONE_SIDE = ((1, 0), (1, 0))
"""A row above and a column on the left: then all windows fit."""


def zfnet() -> list[Layer]:
    """Return the layers, for images of (3, 224, 224)."""
    return [
        *(
            Conv(96, 7, stride=2, pad=ONE_SIDE),
            ReLU(),
            MaxPool(3, 2, ONE_SIDE),
            LocalResponseNorm(),
        ),  # 55x55x96
        *(Conv(256, 5, stride=2), ReLU(), MaxPool(3, 2, ONE_SIDE), LocalResponseNorm()),  # 26x26, 13x13x256
        *(Conv(384, 3, pad=1), ReLU()),  # 13x13x384
        *(Conv(384, 3, pad=1), ReLU()),
        *(Conv(256, 3, pad=1), ReLU(), MaxPool(3, 2)),  # 6x6x256
        *(FullyConnected(4096), ReLU(), Dropout(0.5)),
        *(FullyConnected(4096), ReLU(), Dropout(0.5)),
        FullyConnected(1000),
    ]
