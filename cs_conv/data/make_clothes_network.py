"""How the networks of clothes_network were made: trained on fashion_mnist.

    python -m cs_conv.data.make_clothes_network

Both have the pattern INPUT -> [CONV -> RELU -> POOL]*2 -> FC -> RELU -> FC. One has no padding, so that it
sees a part of a larger image as it sees an image of 28x28; the other keeps sizes by padding. It prints which
part of the test images each of them classifies rightly.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cs_conv.data.fashion import fashion_mnist
from cs_conv.layers import Conv, FullyConnected, Layer, MaxPool, ReLU
from cs_conv.network import Network
from cs_conv.training import Adam, train
from cs_conv.weights import save_weights

EPOCHS = 12
RATE = 2e-3
FOLDER = Path(__file__).parent


def layers(pad: int) -> list[Layer]:
    """The layers, with so much padding in the convolutions."""
    return [
        *(Conv(8, 5, pad=pad), ReLU(), MaxPool(2, 2)),
        *(Conv(16, 5, pad=pad), ReLU(), MaxPool(2, 2)),
        *(FullyConnected(64), ReLU(), FullyConnected(10)),
    ]


def main(folder: str | os.PathLike[str] = FOLDER) -> dict[str, float]:
    """Train both networks, write their weights into `folder`, and return their test accuracies."""
    data = fashion_mnist()
    reached = {}
    for name, pad in (("without_padding", 0), ("with_padding", 2)):
        network = Network(layers(pad), data.shape, seed=0)
        optimiser = Adam(network, RATE)
        for epoch in train(network, optimiser, data, EPOCHS, batch=100):
            print(f"{name}: {epoch}")
            optimiser.rate *= 0.8
        save_weights(network, Path(folder) / f"clothes_{name}.npz")
        reached[name] = epoch.test_accuracy
    return reached


if __name__ == "__main__":
    main(*sys.argv[1:])
