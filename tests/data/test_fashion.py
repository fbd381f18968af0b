"""Fashion-MNIST as it comes with the course, and the reader of the original files."""

import numpy as np
import pytest

from cs_conv.data import fashion_mnist
from cs_conv.data.make_fashion import first_of_each_class, read_idx


@pytest.fixture(scope="module")
def clothes():
    return fashion_mnist()


def test_shapes_dtypes_and_range(clothes):
    assert clothes.train_images.shape == (10_000, 1, 28, 28)
    assert clothes.test_images.shape == (2_000, 1, 28, 28)
    assert clothes.shape == (1, 28, 28)
    for images, labels in (
        (clothes.train_images, clothes.train_labels),
        (clothes.test_images, clothes.test_labels),
    ):
        assert images.dtype == np.float32
        assert (images.min(), images.max()) == (0, 1)
        assert len(images) == len(labels)


def test_as_many_of_each_class(clothes):
    assert len(clothes.classes) == 10
    assert np.bincount(clothes.train_labels).tolist() == [1000] * 10
    assert np.bincount(clothes.test_labels).tolist() == [200] * 10


def test_trousers_are_narrow_and_high(clothes):
    """The labels belong to the pictures: of all kinds only dresses come near trousers' shape."""
    width = (clothes.test_images.mean(axis=(1, 2)) > 0.1).sum(axis=-1)
    narrow = [width[clothes.test_labels == label].mean() for label in range(10)]
    assert np.argmin(narrow) == clothes.classes.index("trousers")


def test_no_picture_is_in_both_parts(clothes):
    def as_bytes(images):
        return {image.tobytes() for image in images}

    assert not as_bytes(clothes.train_images) & as_bytes(clothes.test_images)


def test_it_prints_in_a_line(clothes):
    assert repr(clothes) == "Dataset(10,000 + 2,000 images of shape (1, 28, 28), 10 classes)"


def test_an_idx_file_by_hand():
    content = b"\x00\x00\x08\x02" + b"\x00\x00\x00\x02" + b"\x00\x00\x00\x03" + bytes(range(6))
    assert read_idx(content).tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(ValueError, match="not an idx file of bytes"):
        read_idx(b"\x00\x00\x0d\x02")


def test_the_first_of_each_class_in_order():
    labels = np.array([1, 0, 1, 1, 0, 0, 1])
    assert first_of_each_class(labels, 2).tolist() == [0, 1, 2, 4]
