"""Checks at the start of every operation of `cs_conv.gpu`: the right place, dtype and sizes.

The checks look at shapes and dtypes, which Python knows, and never at values: to read a single number back,
Python would have to wait for everything that the GPU still has to do.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cs_conv import geometry
from cs_conv.geometry import Array, Geometry, Pad, Pair, Shape
from cs_conv.gpu import machine

# Kernels count elements with 32 bits, which is quicker on a GPU; tiles may look a bit further.
LARGEST = 2**31 - 2**16


def conv_geometry(x: Array, w: Array, stride: Pair, pad: Pad, dilation: Pair, groups: int) -> Geometry:
    """Check the images, the filters and the hyperparameters of a convolution, as cs_conv.geometry does."""
    g = geometry.conv_geometry(
        stand_in("x", x, "(N, C, H, W)"),
        stand_in("w", w, "(K, C / groups, FH, FW)"),
        stride,
        pad,
        dilation,
        groups,
    )
    if w.size > LARGEST:
        raise ValueError(
            f"filters of {g.K}x{g.C // g.groups}x{g.FH}x{g.FW} are {w.size} numbers, more than the {LARGEST} "
            f"that a kernel can count: compute fewer filters at a time"
        )
    return _not_too_large(g)


def pool_geometry(x_shape: Shape, size: Pair, stride: Pair, pad: Pad) -> Geometry:
    """Check a pooling window, as cs_conv.geometry does."""
    return _not_too_large(geometry.pool_geometry(x_shape, size, stride, pad))


def check_images(x: Array) -> None:
    """Raise unless x is an array of images on this machine."""
    geometry.check_array("x", stand_in("x", x, "(N, C, H, W)"), "(N, C, H, W)")


def check_bias(b: Array, g: Geometry, dtype: np.dtype[Any]) -> None:
    """Raise unless b has one bias for each filter."""
    geometry.check_bias(stand_in("b", b, "(K,)"), g, dtype)


def check_dout(dout: Array, g: Geometry, dtype: np.dtype[Any] | None = None) -> None:
    """Raise unless dout is the gradient of an output of this geometry."""
    geometry.check_dout(stand_in("dout", dout, "(N, K, OH, OW)"), g, dtype)


def check_switches(switches: Array, g: Geometry) -> None:
    """Raise unless switches are integers, one for each output. Their values are not checked (see above)."""
    if machine.current().refuse(switches) and not hasattr(switches, "dtype"):
        geometry.check_switches(switches, g)
    geometry.check_switches(stand_in("switches", switches, "(N, C, OH, OW)"), g)


def stand_in(name: str, array: Array, axes: str) -> Array:
    """Return a NumPy array of the same shape and dtype that takes no memory, for cs_conv.geometry to check.

    TypeError unless `array` is in the right place: on the GPU, or wherever the current machine computes.
    """
    here = machine.current()
    wrong = here.refuse(array)
    if wrong:
        raise TypeError(f"{name} must be a {here.array} array {axes}, {wrong}")
    return np.broadcast_to(np.zeros((), array.dtype), array.shape)


def _not_too_large(g: Geometry) -> Geometry:
    largest = max(g.N * g.C * g.H * g.W, g.N * g.K * g.OH * g.OW)
    if largest > LARGEST:
        raise ValueError(
            f"images of {g.N}x{g.C}x{g.H}x{g.W} with outputs of {g.N}x{g.K}x{g.OH}x{g.OW} are {largest} "
            f"numbers, more than the {LARGEST} that a kernel can count: compute fewer images at a time"
        )
    return g
