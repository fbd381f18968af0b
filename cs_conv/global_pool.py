"""Global average pooling: each channel becomes its mean.

A mean is a dot product with 1 / n: all channels of all images are one product of a matrix and a vector.
Source: Lin, Chen and Yan, "Network in network", 2014.
"""

from __future__ import annotations

import numpy as np

from cs_conv.geometry import Array, Shape, check_array, window_geometry


def global_average_pool_forward(x: Array) -> Array:
    """The mean of each channel of each image: (N, C, H, W) to (N, C, 1, 1).

    >>> global_average_pool_forward(np.array([[[[1.0, 2.0], [3.0, 6.0]]]]))
    array([[[[3.]]]])
    """
    check_array("x", x, "(N, C, H, W)")
    N, C, H, W = x.shape
    means = x.reshape(N * C, H * W) @ np.full(H * W, 1 / (H * W), x.dtype)
    return np.asarray(means).reshape(N, C, 1, 1)


def global_average_pool_backward(dout: Array, x_shape: Shape) -> Array:
    """Share each gradient out equally among the pixels. dout: (N, C, 1, 1). Returns dx: (N, C, H, W)."""
    g = window_geometry(x_shape, size=1)
    check_array("dout", dout, "(N, C, 1, 1)", (g.N, g.C, 1, 1))
    return np.broadcast_to(dout / (g.H * g.W), (g.N, g.C, g.H, g.W)).copy()
