"""A collection of labelled images, as networks are trained and tested with."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.float32]
Labels = NDArray[np.intp]


@dataclass(frozen=True)
class Dataset:
    """Images to train with, images to test with, and what they show.

    train_images, test_images: (N, C, H, W) in float32, from 0 (black) to 1 (white).
    train_labels, test_labels: (N,), indices into classes.
    """

    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels
    classes: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """One image's shape: (C, H, W)."""
        C, H, W = self.train_images.shape[1:]
        return C, H, W

    def __repr__(self) -> str:
        """How many images of which shape there are, instead of millions of numbers."""
        images = f"{len(self.train_images):,} + {len(self.test_images):,} images"
        return f"Dataset({images} of shape {self.shape}, {len(self.classes)} classes)"


def as_images(pixels: NDArray[Any]) -> Images:
    """Turn bytes, 0 to 255, into float32, 0 to 1."""
    return pixels.astype(np.float32) / np.float32(255)


def as_labels(numbers: Any) -> Labels:
    """Turn class numbers of any integer type into indices."""
    return np.asarray(numbers).astype(np.intp)
