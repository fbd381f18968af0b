"""Convolution on tensor cores: launches `kernels/tensor.cu`. For float32, on an A100 or newer.

Accuracy: the operands are rounded to TF32, whose mantissa has 10 bits, so each product is off by up to 1 part
in 1,000; sums are float32. PyTorch does the same by default for convolutions. It rarely disturbs training,
but a gradient check notices it.
"""

from __future__ import annotations

import numpy as np

from cs_conv.geometry import Array, Pad, Pair
from cs_conv.gpu.checks import stand_in
from cs_conv.gpu.tiled import backward, forward


def conv_forward(
    x: Array,
    w: Array,
    b: Array,
    stride: Pair = 1,
    pad: Pad = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """As cs_conv.gpu.tiled.conv_forward, with products of TF32. TypeError for float64.

    x: (N, C, H, W). w: (K, C / groups, FH, FW). b: (K,). Returns out: (N, K, OH, OW).
    """
    _check_float32(x)
    return forward("tensor.cu", x, w, b, stride, pad, dilation, groups)


def conv_backward(
    dout: Array,
    x: Array,
    w: Array,
    stride: Pair = 1,
    pad: Pad = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """As cs_conv.gpu.tiled.conv_backward, with products of TF32. TypeError for float64.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (K, C / groups, FH, FW).
    Returns dx, dw, db in the shapes of x, w and b.
    """
    _check_float32(x)
    return backward("tensor.cu", dout, x, w, stride, pad, dilation, groups)


def _check_float32(x: Array) -> None:
    if stand_in("x", x, "(N, C, H, W)").dtype == np.float64:
        raise TypeError(
            "x holds float64, but tensor cores would round it to 10 bits: use cs_conv.gpu.tiled for float64, "
            "or x.astype(np.float32) where 1 part in 1,000 is good enough"
        )
