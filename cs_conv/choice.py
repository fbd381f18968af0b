"""Which variant computes a convolution: the fastest at its size, of those that round alike.

`cs_conv.shifted` saves copies where a filter's rows can share them: filters of several rows, at stride 1.
Filters of 1x1 need no copies at all: `cs_conv.pointwise`.
With few channels the product is thin and its sums cost more than im2col's copies; with filters of one row
there is nothing to share; at larger strides the windows share little. There `cs_conv.im2col` is as fast or
faster. With groups, im2col goes from one to the next, and shifted computes all of them in one call.
`cs-conv bench --variant im2col --variant shifted` shows both side by side.

`cs_conv.winograd` is faster still where there are many channels, but its float32 errors are ten times as
large, which a gradient check sees. So nothing chooses it for you; `Conv(64, 3, pad=1, kernels=winograd)`
does.
"""

from __future__ import annotations

from types import ModuleType

from cs_conv import im2col, pointwise, shifted
from cs_conv.geometry import Geometry

FEWEST_CHANNELS = 8


def kernels_for(g: Geometry) -> ModuleType:
    """The module whose conv_forward and conv_backward are to be called for this geometry.

    >>> from cs_conv.geometry import conv_geometry
    >>> import numpy as np
    >>> x = np.zeros((32, 16, 28, 28), np.float32)
    >>> kernels_for(conv_geometry(x, np.zeros((16, 16, 3, 3), np.float32), pad=1)).__name__
    'cs_conv.shifted'
    >>> kernels_for(conv_geometry(x, np.zeros((16, 16, 1, 1), np.float32))).__name__
    'cs_conv.pointwise'
    """
    if pointwise.serves(g):
        return pointwise
    rows_are_shared = g.FH > 1 and g.stride == (1, 1) and g.C >= FEWEST_CHANNELS
    return shifted if g.groups > 1 or rows_are_shared else im2col
