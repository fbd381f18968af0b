"""The photograph that the notebooks look at, small enough to ship. NOTICE says who took it."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# How bright a red, a green and a blue light look to a person (ITU-R BT.601).
BRIGHTNESS = np.array([0.299, 0.587, 0.114])


@cache
def _stored() -> NDArray[Any]:
    """Return the file's array, (200, 256, 3) in uint8, read once."""
    with np.load(Path(__file__).with_name("photograph.npz")) as arrays:
        stored: NDArray[Any] = arrays["photograph"]
    return stored


def photograph(color: bool = False) -> NDArray[np.float64]:
    """Return a photograph of a cup of coffee, from 0 (black) to 1 (white).

    Args:
        color: False for brightness alone, True for red, green and blue.

    Returns:
        (H, W) float64, or (H, W, 3) with the channels last, as matplotlib shows pictures; for the
        layers of this course, channels come first: ``photograph(color=True).transpose(2, 0, 1)``.
        The array is new at each call: change it as you like. H is 200, W is 256.

    >>> photograph().shape, photograph(color=True).shape
    ((200, 256), (200, 256, 3))
    """
    picture = _stored() / 255.0  # (200, 256, 3)
    return picture if color else picture @ BRIGHTNESS
