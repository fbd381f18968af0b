"""The frames of heat: where a network sees the class that is looked for."""

import numpy as np

from cs_conv.data import fashion_mnist
from cs_conv.live.frame import computed
from cs_conv.live.heat import frame, mosaic, sentence, start, still


def brightness(image):
    """Ten scores a place, 28 pixels apart: class k's is k times the brightness of the picture there."""
    tiles = image[0].reshape(3, 28, 3, 28).mean(axis=(1, 3))
    return np.arange(10.0)[:, None, None] * tiles


def test_probabilities_are_those_of_the_learners_scores():
    state = start("T-shirt")
    arrays = frame({"slide": brightness}, state)
    powers = np.exp(brightness(mosaic(0)[None]))
    assert np.allclose(arrays["heat"], (powers / powers.sum(axis=0))[0])
    assert (arrays["best"] == 9).all()
    assert np.allclose(arrays["sure"], (powers / powers.sum(axis=0))[9])
    other = frame({"slide": lambda image: -brightness(image)}, state)
    assert (other["best"] == 0).all()


def test_a_mosaic_is_nine_test_images_and_each_number_has_its_own():
    images = fashion_mnist().test_images[:, 0]
    corner = mosaic(3)[56:, 28:56]
    assert (images == corner).all(axis=(1, 2)).any()
    assert not np.array_equal(mosaic(3), mosaic(4))


def test_scores_of_another_shape_and_a_missing_function_are_said():
    assert "(10, OH, OW) was expected" in computed(frame, {"slide": lambda x: np.zeros((3, 3))}, start())
    assert "slide is not defined here" in computed(frame, {}, start())


def test_large_scores_do_not_overflow():
    arrays = frame({"slide": lambda x: 1e4 * brightness(x)}, start())
    assert np.isfinite(arrays["heat"]).all()


def test_without_a_kernel_the_numbers_stand_there():
    ((title, matrix),) = still(frame({"slide": brightness}, start()), start())
    assert title == "probability of ankle boot"
    assert matrix.shape == (3, 3)
    assert "ankle boot" in sentence(start())
