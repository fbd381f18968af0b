"""Which variant computes a convolution: the fastest for its sizes, among those with small rounding errors.

1x1 filters need no copies at all: `cs_conv.pointwise`. Filters of several rows at stride 1 share their copies
in `cs_conv.shifted`, and with groups it computes all of them in one call, where im2col needs a call for each.
If every channel has one filter of its own, `cs_conv.depthwise` replaces shifted's additions by products.
Otherwise `cs_conv.im2col` is as fast or faster: with few channels, shifted's partial sums cost more than
im2col's copies; filters of one row have no copies to share; at larger strides windows share little; and if
there are fewer outputs than filters, shifted's copy of the filters costs more than the product. `cs-conv
bench --variant im2col --variant shifted` measures both.

`cs_conv.winograd` is faster still for many channels, but its float32 errors are ten times as large, which a
gradient check notices. So it is chosen only where no gradient can follow (`cs_conv.layers.only_forward`);
elsewhere ask for it, with `Conv(64, 3, pad=1, kernels=winograd)`.
"""

from __future__ import annotations

from types import ModuleType

from cs_conv import depthwise, im2col, pointwise, shifted, winograd
from cs_conv.geometry import Geometry

FEWEST_CHANNELS = 8


def kernels_for(g: Geometry, only_forward: bool = False) -> ModuleType:
    """Return the module whose conv_forward and conv_backward are to be called for this geometry.

    only_forward: there will be no gradient, so errors of a few millionths of the largest output do no harm.

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
    if only_forward and winograd.pays(g):
        return winograd
    if g.groups > 1 and depthwise.serves(g):
        return depthwise
    if g.K // g.groups > g.N * g.OH * g.OW:
        return im2col
    rows_are_shared = g.FH > 1 and g.stride == (1, 1) and g.C >= FEWEST_CHANNELS
    return shifted if g.groups > 1 or rows_are_shared else im2col
