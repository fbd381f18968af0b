"""Few small images, so that a test trains within milliseconds."""

import pytest

from cs_conv.data import fashion_mnist
from cs_conv.data.dataset import Dataset


@pytest.fixture(scope="package")
def few() -> Dataset:
    """70 images to train with and 40 to test with, of 8x8 pixels."""
    whole = fashion_mnist()
    small = (slice(None), slice(None), slice(2, 26, 3), slice(2, 26, 3))
    images = (whole.train_images[:70][small], whole.test_images[:40][small])
    return Dataset(images[0], whole.train_labels[:70], images[1], whole.test_labels[:40], whole.classes)
