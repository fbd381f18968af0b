"""Checks of the arguments of normalisation, for the loops and for the fast versions."""

from __future__ import annotations

import math
import operator

from cs_conv.geometry import Array, check_array, check_groups


def check_batch_norm(x: Array, eps: float, **by_channel: Array) -> None:
    """Raise unless these arrays have a value for each channel of x."""
    check_array("x", x, "(N, C)" if getattr(x, "ndim", 4) == 2 else "(N, C, H, W)")
    for name, array in by_channel.items():
        check_array(name, array, "(C,)", (x.shape[1],), x.dtype)
    if not eps >= 0:
        raise ValueError(f"eps is added to a variance and must be at least 0, not {eps}")


def check_values_to_share(x_shape: tuple[int, ...]) -> None:
    """Raise if each channel has only one value. An empty batch is allowed."""
    if x_shape[0] and math.prod(x_shape) == x_shape[1]:
        raise ValueError(
            f"x {x_shape} has one value a channel, which is its own mean: training with batch normalisation "
            f"needs at least two images, or images of more than one pixel"
        )


def check_gradient(dout: Array, x: Array) -> None:
    """Raise unless dout has the shape and dtype of x."""
    check_array("dout", dout, "(N, C)" if x.ndim == 2 else "(N, C, H, W)", x.shape, x.dtype)


def check_group_moments(mean: Array, var: Array, x: Array) -> int:
    """Raise unless mean and var have a value for each group of each image; return the number of groups."""
    check_array("mean", mean, "(N, groups)", dtype=x.dtype)
    groups = check_groups(mean.shape[1], x.shape[1], x.shape[1])
    for name, array in (("mean", mean), ("var", var)):
        check_array(name, array, "(N, groups)", (len(x), groups), x.dtype)
    return groups


def check_local_response_norm(x: Array, size: int, alpha: float, beta: float, k: float) -> None:
    """Raise unless x holds images and no value can be divided by 0."""
    check_array("x", x, "(N, C, H, W)")
    if operator.index(size) < 1 or size % 2 == 0:
        raise ValueError(f"size must be odd, so that the channels are centred on their own, not {size}")
    if not (alpha >= 0 and k >= 0 and alpha + k > 0):
        raise ValueError(f"k + alpha * squares must be positive, but k is {k} and alpha {alpha}")
