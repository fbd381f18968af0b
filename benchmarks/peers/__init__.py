"""Who is timed. A peer turns a workload's data into calls; one file a library.

A new peer is a class with `forward` and `backward` and a line in `LIBRARIES`.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import cs_conv
from benchmarks.workloads import Array, Data, Workload


class Unsupported(Exception):  # noqa: N818  (no error: a peer does not have this layer)
    """A peer cannot do a workload; the message says why."""


def _nothing() -> None:
    return None


def _as_is(results: Any) -> list[Array]:
    return list(results) if isinstance(results, tuple | list) else [results]


@dataclass(frozen=True)
class Call:
    """One thing to time: `run`, on what `before` prepared (untimed); `arrays` makes its result comparable.

    Forward gives [out], backward [dx, dw, db], for pooling [dx], in the shapes of cs_conv.
    """

    run: Callable[[Any], Any]
    before: Callable[[], Any] = _nothing
    arrays: Callable[[Any], list[Array]] = _as_is


class Peer:
    """A library, loaded into this process to compute with so many threads."""

    version = ""
    goals = False  # whether it has the layers of benchmarks.goals too

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.clock = time.perf_counter

    def forward(self, work: Workload, data: Data) -> Call:
        """The forward pass, everything done beforehand that a program does once."""
        raise NotImplementedError

    def backward(self, work: Workload, data: Data) -> Call:
        """The backward pass alone, the forward pass done beforehand."""
        raise NotImplementedError

    def both(self, work: Workload, data: Data) -> Call:
        """Forward and backward in one call, where a library has that: [loss, dscores]."""
        raise Unsupported("has no call that does both")

    def timed(self, call: Call) -> float:
        """Seconds that one call took. A device with a clock of its own measures here."""
        state = call.before()
        began = self.clock()
        result = call.run(state)
        took = self.clock() - began
        del result  # its memory goes back before the next call
        return took


def prepare(peer: Peer, work: Workload, direction: str, data: Data) -> Call:
    """The call for a workload in a direction. Unsupported where the peer does not have this layer."""
    if work.goal and not peer.goals:
        raise Unsupported("timed on the layers without a goal only")
    call: Call = getattr(peer, direction)(work, data)
    return call


def labels_of(data: Data) -> Array:
    """The right class of each row of scores: 0, 1, 2 ..."""
    return np.arange(len(data.x)) % data.x.shape[1]


def everything_kept(values: Array, dropped: Array) -> Array:
    """What dropout left of values, as if it had kept all: who drops others can be compared with that."""
    return np.where(dropped == 0, 2 * values, dropped)


# name: what it needs, the class in this package, and whether its calls can take seconds
LIBRARIES: dict[str, tuple[str, str, bool]] = {
    "PyTorch": ("torch", "pytorch:PyTorch", False),
    "PyTorch channels last": ("torch", "pytorch:ChannelsLast", False),
    "JAX": ("jax", "jax:Jax", True),
    "ONNX Runtime": ("onnxruntime", "onnx_runtime:OnnxRuntime", False),
    "mygrad": ("mygrad", "mygrad:MyGrad", True),
    "numpy-ml": ("numpy_ml", "numpy_ml:NumpyMl", True),
    "SciPy": ("scipy", "scipy:SciPy", True),
}
LAYERS = "layers"
ON_REQUEST = {"naive", LAYERS}  # loops: minutes a call; what other variants show already
ELSEWHERE = {"gpu"}  # not on this processor


def ours() -> list[str]:
    """The variants of cs_conv: every module with a conv_forward of its own, im2col first; then the layers."""
    names = []
    for module in pkgutil.iter_modules(cs_conv.__path__):
        if module.name.startswith("_") or module.name in ELSEWHERE:
            continue
        found = getattr(importlib.import_module(f"cs_conv.{module.name}"), "conv_forward", None)
        if getattr(found, "__module__", "") == f"cs_conv.{module.name}":
            names.append(module.name)
    return [*sorted(names, key=lambda name: (name != "im2col", name)), LAYERS]


def installed() -> list[str]:
    """The names of the libraries that are there."""
    return [name for name, (needs, _, _) in LIBRARIES.items() if importlib.util.find_spec(needs)]


def slow(name: str) -> bool:
    """Whether a peer is timed in the first round and dtype only, and not at all by --quick."""
    return name in LIBRARIES and LIBRARIES[name][2]


def counted(name: str) -> bool:
    """Whether a peer's memory is counted: ours, and what ours is compared with."""
    return name == "PyTorch" or name not in LIBRARIES


def chosen(names: list[str] | None, quick: bool = False) -> list[str]:
    """The peers to time, ours first; without names all that are installed (for --quick: the fast ones).

    Raises ValueError for a name that nobody has.
    """
    present = ours() + installed()
    if not names:
        return [name for name in present if name not in ON_REQUEST and not (quick and slow(name))]
    for name in names:
        if name not in present:
            absent = " (not installed)" if name in LIBRARIES else ""
            raise ValueError(f"no variant is named {name!r}{absent}; there are {', '.join(present)}")
    return [name for name in present if name in names]


def load(name: str, threads: int) -> Peer:
    """Import a library and get it ready."""
    if name in LIBRARIES:
        module, cls = LIBRARIES[name][1].split(":")
        return getattr(importlib.import_module(f"benchmarks.peers.{module}"), cls)(threads)
    if name == LAYERS:
        from benchmarks.peers.layers import Layers

        return Layers(threads)
    from benchmarks.peers.variants import Ours

    return Ours(name, threads)
