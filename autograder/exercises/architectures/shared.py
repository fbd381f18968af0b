"""The convolution that answers about blocks are given, forward and backward."""

from __future__ import annotations

import numpy as np

from cs_conv import naive


def conv_forward(x, w, b, stride=1, pad=0):
    """A convolution with the signature of your conv_forward: (N, K, OH, OW)."""
    return naive.conv_forward(*(np.asarray(a, np.float64) for a in (x, w, b)), stride, pad)


def conv_backward(dout, x, w, stride=1, pad=0):
    """Its gradients with the signature of your conv_backward: dx, dw, db."""
    return naive.conv_backward(*(np.asarray(a, np.float64) for a in (dout, x, w)), stride, pad)
