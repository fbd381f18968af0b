"""JAX on the CPU, compiled.

Backward is the compiled vector-Jacobian product. What of the forward pass it does not need, the compiler
leaves out; max pooling has no switches and finds its maxima again.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import lax

from benchmarks.peers import Call, Peer, Unsupported
from benchmarks.workloads import Array, Data, Workload


class Jax(Peer):
    """(N, C, H, W), as ours. Its threads are held by the cores that the process may use."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        jax.config.update("jax_platforms", "cpu")
        jax.config.update("jax_enable_x64", True)
        self.version = f"jax {jax.__version__}"
        self._programs: dict[tuple[Workload, str, Any], Any] = {}

    def _layer(self, work: Workload) -> Any:
        strides = (work.stride, work.stride)

        def conv(x: Any, w: Any, b: Any) -> Any:
            numbers = ("NCHW", "OIHW", "NCHW")
            spread = (work.dilation, work.dilation)
            out = lax.conv_general_dilated(
                x, w, strides, work.sides, rhs_dilation=spread, dimension_numbers=numbers
            )
            return out + b[:, None, None]

        def pool(x: Any, start: float, fold: Any) -> Any:
            window, steps = (1, 1, *work.size), (1, 1, *strides)
            return lax.reduce_window(
                x, x.dtype.type(start), fold, window, steps, ((0, 0), (0, 0), *work.sides)
            )

        if work.kind == "conv":
            return conv
        if work.kind == "max_pool":
            return lambda x: pool(x, -np.inf, lax.max)
        if work.kind == "average_pool":
            return lambda x: pool(x, 0.0, lax.add) / (work.size[0] * work.size[1])
        raise Unsupported("no L2 pooling")

    def _compiled(self, work: Workload, direction: str, function: Any, arguments: list[Any]) -> Any:
        """The function as a program for these shapes, compiled once for all data."""
        key = (work, direction, arguments[0].dtype)
        if key not in self._programs:
            self._programs[key] = jax.jit(function).lower(*arguments).compile()
        return self._programs[key]

    def _arguments(self, work: Workload, data: Data) -> list[Any]:
        arrays = (data.x, data.w, data.b) if work.kind == "conv" else (data.x,)
        return [jax.device_put(array) for array in arrays]

    def forward(self, work: Workload, data: Data) -> Call:
        arguments = self._arguments(work, data)
        layer = self._compiled(work, "forward", self._layer(work), arguments)
        return Call(lambda _: layer(*arguments).block_until_ready(), arrays=lambda out: [np.asarray(out)])

    def backward(self, work: Workload, data: Data) -> Call:
        layer = self._layer(work)
        arguments = [jax.device_put(data.dout), *self._arguments(work, data)]
        pull = self._compiled(
            work, "backward", lambda dout, *given: jax.vjp(layer, *given)[1](dout), arguments
        )

        def arrays(grads: Any) -> list[Array]:
            return [np.asarray(grad) for grad in grads]

        return Call(lambda _: jax.block_until_ready(pull(*arguments)), arrays=arrays)
