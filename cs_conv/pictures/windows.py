"""The windows of an array, for pictures of what slides over it: a view, without a copy."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]


def windows_of(x: Array, size: tuple[int, int], stride: int) -> Array:
    """Return every window of the last two axes: (..., H, W) to (..., OH, OW, FH, FW).

    What is left over at the right and at the bottom is left out.
    """
    windows: Array = sliding_window_view(x, size, axis=(-2, -1))[..., ::stride, ::stride, :, :]
    return windows
