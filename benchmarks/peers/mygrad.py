"""mygrad: automatic differentiation in NumPy.

A backward pass consumes its graph, so each gets a new one, untimed.
"""

from __future__ import annotations

from typing import Any

import mygrad
from mygrad.nnet.layers import conv_nd, max_pool

from benchmarks.peers import Call, Peer, Unsupported
from benchmarks.workloads import Data, Workload


class MyGrad(Peer):
    """(N, C, H, W), as ours."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.version = f"mygrad {mygrad.__version__}"

    def _layer(self, work: Workload, data: Data) -> tuple[Any, list[Any]]:
        (top, bottom), (left, right) = work.sides
        if (top, left) != (bottom, right):
            raise Unsupported("no uneven padding")
        if work.kind == "conv":
            x, w, b = mygrad.tensor(data.x), mygrad.tensor(data.w), mygrad.tensor(data.b)
            out = conv_nd(x, w, stride=work.stride, padding=(top, left), dilation=work.dilation)
            return out + b.reshape(1, -1, 1, 1), [x, w, b]
        if work.kind != "max_pool" or top or left:
            raise Unsupported("pooling: maximum without padding only")
        x = mygrad.tensor(data.x)
        return max_pool(x, work.size, work.stride), [x]

    def forward(self, work: Workload, data: Data) -> Call:
        self._layer(work.tiny(), work.tiny().data(data.x.dtype)[0])  # raises now, not when it is timed

        def run(_: None) -> Any:
            with mygrad.no_autodiff:
                return self._layer(work, data)[0]

        return Call(run, arrays=lambda out: [out.data])

    def backward(self, work: Workload, data: Data) -> Call:
        self._layer(work.tiny(), work.tiny().data(data.x.dtype)[0])

        def run(state: Any) -> Any:
            out, wanted = state
            out.backward(data.dout)
            return [tensor.grad for tensor in wanted]

        return Call(run, before=lambda: self._layer(work, data))
