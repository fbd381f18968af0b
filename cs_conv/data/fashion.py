"""A part of Fashion-MNIST: ten kinds of clothes as grey pictures of 28x28 pixels."""

from pathlib import Path

import numpy as np

from cs_conv.data.dataset import Dataset, as_images, as_labels

CLASSES = (
    "T-shirt",
    "trousers",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


def fashion_mnist() -> Dataset:
    """Return 10,000 images to train with and 2,000 to test with, equally many of each class.

    Images are (N, 1, 28, 28) in float32. They are the first 1,000 and the first 200 of each class of the
    original's 60,000 and 10,000, in the original's order. The arrays are new at each call: change them as you
    like. Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
    learning algorithms", 2017.
    """
    with np.load(Path(__file__).with_name("fashion_mnist.npz")) as stored:
        return Dataset(
            as_images(stored["train_images"]),
            as_labels(stored["train_labels"]),
            as_images(stored["test_images"]),
            as_labels(stored["test_labels"]),
            CLASSES,
        )
