"""Convolution with one thread for each output: launches `kernels/direct.cu`."""

from __future__ import annotations

from cs_conv.geometry import Array, Pad, Pair
from cs_conv.gpu.checks import check_bias, check_dout, conv_geometry
from cs_conv.gpu.groups import backward_in_groups, forward_in_groups
from cs_conv.gpu.launch import each, empty


def conv_forward(
    x: Array,
    w: Array,
    b: Array,
    stride: Pair = 1,
    pad: Pad = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Let N * K * OH * OW threads compute one output each.

    x: (N, C, H, W). w: (K, C / groups, FH, FW). b: (K,). Returns out: (N, K, OH, OW).
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_bias(b, g, x.dtype)
    if g.groups > 1:
        return forward_in_groups(conv_forward, g, x, w, b)
    out = empty((g.N, g.K, g.OH, g.OW), x.dtype)
    each(out.size, "direct.cu", "conv_forward", g, g.N, x, w, b, out, real=x.dtype)
    return out


def conv_backward(
    dout: Array,
    x: Array,
    w: Array,
    stride: Pair = 1,
    pad: Pad = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Let each pixel, and each weight, have a thread that collects its gradient.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (K, C / groups, FH, FW).
    Returns dx, dw, db in the shapes of x, w and b.
    """
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    if g.groups > 1:
        return backward_in_groups(conv_backward, g, dout, x, w)
    dx, dw = empty(x.shape, x.dtype), empty(w.shape, x.dtype)
    each(dx.size, "direct.cu", "conv_backward_images", g, g.N, dout, w, dx, real=x.dtype)
    each(dw.size, "direct.cu", "conv_backward_filters", g, g.N, dout, x, dw, real=x.dtype)
    return dx, dw, dout.sum(axis=(0, 2, 3))
