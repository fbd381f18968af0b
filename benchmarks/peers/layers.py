"""What the layers of cs_conv call: the way to convolve that fits the size, and all that is no convolution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.peers import Call, Peer, everything_kept, labels_of
from benchmarks.workloads import Data, Workload
from cs_conv import dropout, global_pool, im2col, locally_connected, normalisation
from cs_conv.choice import kernels_for
from cs_conv.layers import softmax_loss

Way = Callable[[], Any]


class Layers(Peer):
    """A method for each kind of workload makes its two calls, forward and backward."""

    goals = True
    version = "cs_conv"

    def forward(self, work: Workload, data: Data) -> Call:
        run, _ = self._ways(work, data)
        return Call(lambda _: run(), arrays=lambda found: [self._out(work, data, found)])

    def backward(self, work: Workload, data: Data) -> Call:
        _, run = self._ways(work, data)
        if work.kind == "dropout":
            return Call(lambda _: run(), arrays=lambda dx: [everything_kept(data.dout, dx)])
        return Call(lambda _: run())

    def both(self, work: Workload, data: Data) -> Call:
        scores, labels = data.x[:, :, 0, 0], labels_of(data)
        return Call(
            lambda _: softmax_loss(scores, labels),
            arrays=lambda found: [np.array(found[0], scores.dtype), found[1]],
        )

    def _ways(self, work: Workload, data: Data) -> tuple[Way, Way]:
        ways: tuple[Way, Way] = getattr(self, f"_{work.kind}", self._pool)(work, data)
        return ways

    def _out(self, work: Workload, data: Data, found: Any) -> Any:
        """The outputs alone, of dropout as if all were kept: chances differ."""
        out = found[0] if isinstance(found, tuple) else found
        return everything_kept(data.x, out) if work.kind == "dropout" else out

    def _conv(self, work: Workload, data: Data) -> tuple[Way, Way]:
        x, w, b, dout = data.x, data.w, data.b, data.dout
        layer = work.stride, work.pad, work.dilation, work.groups
        kernels = kernels_for(work.geometry)
        return (
            lambda: kernels.conv_forward(x, w, b, *layer),
            lambda: kernels.conv_backward(dout, x, w, *layer),
        )

    def _locally_connected(self, work: Workload, data: Data) -> tuple[Way, Way]:
        x, w, b, layer = data.x, data.w, data.b, (work.stride, work.pad, work.dilation)
        return (
            lambda: locally_connected.locally_connected_forward(x, w, b, *layer),
            lambda: locally_connected.locally_connected_backward(data.dout, x, w, *layer),
        )

    def _batch_norm(self, work: Workload, data: Data) -> tuple[Way, Way]:
        x, gamma, beta = data.x, data.w, data.b
        _, mean, var = normalisation.batch_norm_forward(x, gamma, beta)
        return (
            lambda: normalisation.batch_norm_forward(x, gamma, beta),
            lambda: normalisation.batch_norm_backward(data.dout, x, gamma, mean, var),
        )

    def _local_response_norm(self, work: Workload, data: Data) -> tuple[Way, Way]:
        return (
            lambda: normalisation.local_response_norm_forward(data.x),
            lambda: normalisation.local_response_norm_backward(data.dout, data.x),
        )

    def _global_average_pool(self, work: Workload, data: Data) -> tuple[Way, Way]:
        return (
            lambda: global_pool.global_average_pool_forward(data.x),
            lambda: global_pool.global_average_pool_backward(data.dout, data.x.shape),
        )

    def _dropout(self, work: Workload, data: Data) -> tuple[Way, Way]:
        rng, rate = np.random.Generator(np.random.SFC64(0)), 0.5
        _, kept = dropout.dropout_forward(data.x, rate, rng)
        return (
            lambda: dropout.dropout_forward(data.x, rate, rng),
            lambda: dropout.dropout_backward(data.dout, kept, rate),
        )

    def _pool(self, work: Workload, data: Data) -> tuple[Way, Way]:
        window = work.size, work.stride, work.pad
        forward = getattr(im2col, f"{work.kind}_forward")
        backward = getattr(im2col, f"{work.kind}_backward")
        given: Any = {
            "max_pool": lambda: (forward(data.x, *window)[1], data.x.shape),
            "average_pool": lambda: (data.x.shape,),
            "l2_pool": lambda: (data.x,),
        }[work.kind]()
        return lambda: forward(data.x, *window), lambda: backward(data.dout, *given, *window)
