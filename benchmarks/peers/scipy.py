"""SciPy: signal processing's tools put to the same use. They know no stride and compute more than is kept."""

from __future__ import annotations

import numpy as np
import scipy
from scipy import ndimage, signal

from benchmarks.peers import Call, Peer, Unsupported
from benchmarks.workloads import Array, Data, Workload

MOST_OPERATIONS = 200_000_000  # a second a call, or several


class SciPy(Peer):
    """Convolution by correlate and convolve, which choose sums or Fourier transforms; pooling by filters."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.version = f"scipy {scipy.__version__}"

    def forward(self, work: Workload, data: Data) -> Call:
        _must_be_small(work)
        if work.kind == "conv":
            return Call(lambda _: conv_forward(work, data))
        if work.kind == "l2_pool":
            raise Unsupported("no L2 pooling")
        return Call(lambda _: pool_forward(work, data))

    def backward(self, work: Workload, data: Data) -> Call:
        if work.kind != "conv":
            raise Unsupported("pooling: forward only")
        _must_be_small(work)
        return Call(lambda _: conv_backward(work, data))


def _must_be_small(work: Workload) -> None:
    if work.operations("forward") > MOST_OPERATIONS:
        raise Unsupported("takes many seconds a call")


def _padded(work: Workload, x: Array, value: float = 0.0) -> Array:
    return np.pad(x, ((0, 0), (0, 0), *work.sides), constant_values=value)


def _spread(a: Array, step: int) -> Array:
    """The last two axes with step - 1 zeros between neighbours."""
    *rest, H, W = a.shape
    spread = np.zeros((*rest, step * (H - 1) + 1, step * (W - 1) + 1), a.dtype)
    spread[..., ::step, ::step] = a
    return spread


def conv_forward(work: Workload, data: Data) -> Array:
    """Correlate each image with each filter, all channels at once; keep every stride-th output."""
    x, w = _padded(work, data.x), _spread(data.w, work.dilation)
    out = np.empty(data.dout.shape, x.dtype)
    for n in range(work.N):
        for k in range(work.K):
            places = signal.correlate(x[n], w[k], mode="valid")[0]
            out[n, k] = places[:: work.stride, :: work.stride] + data.b[k]
    return out


def conv_backward(work: Workload, data: Data) -> tuple[Array, Array, Array]:
    """dx: convolve the gradient with the filters; dw: correlate the images with the gradient."""
    x, w = _padded(work, data.x), _spread(data.w, work.dilation)
    dout = _spread(data.dout, work.stride)
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for n in range(work.N):
        for k in range(work.K):
            dx[n] += signal.convolve(dout[n, k][np.newaxis], w[k], mode="full")
            dw[k] += signal.correlate(x[n], dout[n, k][np.newaxis], mode="valid")
    (top, _), (left, _) = work.sides
    dx = dx[:, :, top : top + work.H, left : left + work.W]
    return dx, dw[:, :, :: work.dilation, :: work.dilation], data.dout.sum(axis=(0, 2, 3))


def pool_forward(work: Workload, data: Data) -> Array:
    """Filter every place, keep every stride-th."""
    FH, FW = work.size
    _, _, OH, OW = work.out_shape
    shift = (0, 0, -(FH // 2), -(FW // 2))  # the window starts at the place instead of standing around it
    window = (1, 1, FH, FW)
    if work.kind == "max_pool":
        x = _padded(work, data.x, -np.inf)
        places = ndimage.maximum_filter(x, window, mode="nearest", origin=shift)
    else:
        places = ndimage.uniform_filter(_padded(work, data.x), window, mode="nearest", origin=shift)
    return places[:, :, :: work.stride, :: work.stride][:, :, :OH, :OW]
