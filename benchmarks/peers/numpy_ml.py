"""numpy-ml: from scratch, for reading. Channels last; convolution only (its pooling is four loops)."""

from __future__ import annotations

import collections
import collections.abc
import importlib
import warnings
from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.peers import Call, Peer, Unsupported
from benchmarks.workloads import Array, Data, Workload

MOST_COLUMNS = 50_000_000  # numbers in its matrix of columns


def _load() -> Any:
    """Its layers. It asks for a name where Python had it until 3.9, and warns of what is not used here."""
    collections.Hashable = collections.abc.Hashable  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("numpy_ml.neural_nets.layers")


class NumpyMl(Peer):
    """(N, H, W, C). A layer keeps what it saw forward, and adds up gradients until told to forget them."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.layers = _load()
        self.version = f"numpy-ml {version('numpy-ml')}"

    def _layer(self, work: Workload, data: Data) -> tuple[Any, Array]:
        if work.kind != "conv":
            raise Unsupported("convolution only")
        if work.operations("forward") / (2 * work.K) > MOST_COLUMNS:
            raise Unsupported("takes many seconds a call")
        pads = (*work.sides[0], *work.sides[1])
        layer = self.layers.Conv2D(work.K, work.size, pads, work.stride, work.dilation - 1)
        x = np.ascontiguousarray(data.x.transpose(0, 2, 3, 1))  # (N, H, W, C)
        layer.in_ch = work.C
        layer._init_params()
        layer.parameters["W"] = np.ascontiguousarray(data.w.transpose(2, 3, 1, 0))  # (FH, FW, C, K)
        layer.parameters["b"] = data.b.reshape(1, 1, 1, -1)
        return layer, x

    def forward(self, work: Workload, data: Data) -> Call:
        layer, x = self._layer(work, data)
        return Call(
            lambda _: layer.forward(x, retain_derived=False), arrays=lambda out: [out.transpose(0, 3, 1, 2)]
        )

    def backward(self, work: Workload, data: Data) -> Call:
        layer, x = self._layer(work, data)
        layer.forward(x)
        layer.gradients = {name: np.zeros_like(value) for name, value in layer.parameters.items()}
        dout = np.ascontiguousarray(data.dout.transpose(0, 2, 3, 1))

        def arrays(dx: Array) -> list[Array]:
            dw, db = layer.gradients["W"], layer.gradients["b"]
            return [dx.transpose(0, 3, 1, 2), dw.transpose(3, 2, 0, 1), db.ravel()]

        def before() -> None:
            for gradient in layer.gradients.values():
                gradient[...] = 0

        return Call(lambda _: layer.backward(dout), before=before, arrays=arrays)
