"""The famous networks, made of the course's layers: each on a page, by the tables of its paper.

    from cs_conv import zoo
    print(zoo.network("VGG-16", seed=None))  # shapes and parameters alone, without memory for the weights

Where libraries leave out a last row that no window reaches, these networks pad one side less: the same
numbers, and no size that does not fit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import DTypeLike

from cs_conv.layers import Layer, Sizes
from cs_conv.network import Network
from cs_conv.zoo.alexnet import alexnet
from cs_conv.zoo.googlenet import googlenet
from cs_conv.zoo.lenet import lenet
from cs_conv.zoo.resnet import resnet
from cs_conv.zoo.vgg import vgg
from cs_conv.zoo.zfnet import zfnet

NETWORKS: dict[str, tuple[Callable[[], list[Layer]], Sizes]] = {
    "LeNet-5": (lenet, (1, 32, 32)),
    "AlexNet": (alexnet, (3, 227, 227)),
    "ZFNet": (zfnet, (3, 224, 224)),
    "GoogLeNet": (googlenet, (3, 224, 224)),
    "VGG-16": (partial(vgg, 16), (3, 224, 224)),
    "VGG-19": (partial(vgg, 19), (3, 224, 224)),
    "ResNet-18": (partial(resnet, 18), (3, 224, 224)),
    "ResNet-50": (partial(resnet, 50), (3, 224, 224)),
}
"""The layers of each network, and the shape of the images that it was made for, (C, H, W)."""

__all__ = ["NETWORKS", "alexnet", "googlenet", "lenet", "network", "resnet", "vgg", "zfnet"]


def network(name: str, seed: int | None = 0, dtype: DTypeLike = np.float32) -> Network:
    """Return a network by its name in NETWORKS, with random weights; seed and dtype: as in Network.

    ValueError for a name that is not there.

    >>> network("LeNet-5").shapes[-1]
    (10,)
    """
    if name not in NETWORKS:
        raise ValueError(f"there is no network {name!r} here; there are {', '.join(NETWORKS)}")
    layers, shape = NETWORKS[name]
    return Network(layers(), shape, seed, dtype)
