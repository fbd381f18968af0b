"""The variants of cs_conv."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest import mock

from benchmarks.peers import Call, Peer, Unsupported
from benchmarks.workloads import Data, Workload
from cs_conv import im2col, shifted

Prepare = Callable[[Workload, Data], Call]


class Ours(Peer):
    """A module of cs_conv: it takes NumPy arrays as they are."""

    goals = True

    def __init__(self, name: str, threads: int) -> None:
        super().__init__(threads)
        self.name = name
        self.module = importlib.import_module(f"cs_conv.{name}")
        self.version = "cs_conv"

    def forward(self, work: Workload, data: Data) -> Call:
        self._must_do_it_itself(self._forward, work, data)
        return self._forward(work, data)

    def backward(self, work: Workload, data: Data) -> Call:
        self._must_do_it_itself(self._backward, work, data)
        return self._backward(work, data)

    def _must_do_it_itself(self, prepare: Prepare, work: Workload, data: Data) -> None:
        """Raise Unsupported for a layer that a variant leaves to another one: it is timed there."""
        work = work.tiny()
        call = prepare(work, work.data(data.x.dtype)[0])
        operation = f"{work.kind}_{prepare.__name__.strip('_')}"
        with ExitStack() as patched:
            for other in (im2col, shifted):
                if self.module is not other:
                    refusal = Unsupported(f"leaves this layer to {other.__name__}")
                    patched.enter_context(mock.patch.object(other, operation, side_effect=refusal))
            call.run(None)

    def _function(self, operation: str) -> Any:
        function = getattr(self.module, operation, None)
        if getattr(function, "__module__", "") != self.module.__name__:  # not there, or another variant's
            raise Unsupported(f"cs_conv.{self.name} has no {operation} of its own")
        return function

    def _layer(self, work: Workload) -> tuple[Any, ...]:
        return work.stride, work.pad, work.dilation, work.groups

    def _forward(self, work: Workload, data: Data) -> Call:
        function = self._function(f"{work.kind}_forward")
        if work.kind == "conv":
            return Call(lambda _: function(data.x, data.w, data.b, *self._layer(work)))
        return Call(
            lambda _: function(data.x, work.size, work.stride, work.pad),
            arrays=lambda result: [result[0] if work.kind == "max_pool" else result],
        )

    def _backward(self, work: Workload, data: Data) -> Call:
        function = self._function(f"{work.kind}_backward")
        x, dout = data.x, data.dout
        if work.kind == "conv":
            return Call(lambda _: function(dout, x, data.w, *self._layer(work)))
        window = (work.size, work.stride, work.pad)
        if work.kind == "max_pool":
            _, switches = self._function("max_pool_forward")(x, *window)
            return Call(lambda _: function(dout, switches, x.shape, *window))
        if work.kind == "average_pool":
            return Call(lambda _: function(dout, x.shape, *window))
        return Call(lambda _: function(dout, x, *window))
