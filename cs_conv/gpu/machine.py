"""Where `cs_conv.gpu` computes: on a CUDA device, through CuPy, unless `using` says otherwise.

A machine has an array module `xp`, says which arrays it takes, and launches kernels. Nothing here moves data:
an array in the wrong place is an error, because a transfer costs more than most kernels and should be visible
in the code.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from cs_conv.geometry import Array
from cs_conv.gpu.source import constants, text_of


class NoGPUError(RuntimeError):
    """There is no GPU that CuPy can use; the message says why and what to do."""


class Machine(Protocol):
    """What the operations need from a machine."""

    xp: Any
    array: str

    def refuse(self, array: Any) -> str | None:
        """Return what is wrong with an argument that should be an array of this machine, or None."""

    def empty(self, shape: tuple[int, ...], dtype: Any) -> Array:
        """An array that nothing has been written to."""

    def launch(
        self,
        file: str,
        kernel: str,
        types: dict[str, str],
        sizes: dict[str, int],
        tiles: dict[str, int],
        blocks: tuple[int, int, int],
        threads: int,
        arguments: Sequence[Any],
    ) -> None:
        """Start a kernel of `kernels/` on a grid: `blocks` of `threads` each."""


class Device:
    """The current CUDA device and stream of CuPy."""

    array = "cupy"

    def __init__(self, cupy: ModuleType) -> None:
        self.xp: Any = cupy

    def refuse(self, array: Any) -> str | None:
        """Return what is wrong with an argument, or None if it is an array on the current device."""
        if isinstance(array, np.ndarray):
            return "not a NumPy array, which the GPU cannot see: move it once, before the work: cupy.asarray"
        if not isinstance(array, self.xp.ndarray):
            return f"not {type(array).__name__}: use cupy.asarray"
        here, there = self.xp.cuda.Device().id, array.device.id
        if there != here:
            return f"on GPU {here}, not on GPU {there}: choose it with cupy.cuda.Device({there})"
        return None

    def empty(self, shape: tuple[int, ...], dtype: Any) -> Array:
        """An array that nothing has been written to."""
        return self.xp.empty(shape, dtype)

    def launch(
        self,
        file: str,
        kernel: str,
        types: dict[str, str],
        sizes: dict[str, int],
        tiles: dict[str, int],
        blocks: tuple[int, int, int],
        threads: int,
        arguments: Sequence[Any],
    ) -> None:
        """Start a kernel and return at once: the GPU works on while Python goes on."""
        module = _module(self.xp, device_text(file, types, sizes | tiles))
        values = [np.int32(value) if isinstance(value, int) else value for value in arguments]
        module.get_function(kernel)(blocks, (threads, 1, 1), tuple(values))


def device_text(file: str, types: dict[str, str], sizes: dict[str, int]) -> str:
    """Return the source that NVRTC, CUDA's compiler at run time, gets for one layer."""
    return "#define INFINITY __int_as_float(0x7f800000)\n" + constants(types, sizes) + text_of(file)


OPTIONS = ("--std=c++17",)  # NVRTC's


@lru_cache(maxsize=512)
def _module(cupy: Any, text: str) -> Any:
    """Compiled when first used; CuPy keeps the result on disk too."""
    return cupy.RawModule(code=text, options=OPTIONS)


_chosen: ContextVar[Machine | None] = ContextVar("machine", default=None)


@contextmanager
def using(machine: Machine) -> Iterator[None]:
    """In the `with` block, compute on this machine; other threads are not affected."""
    before = _chosen.set(machine)
    try:
        yield
    finally:
        _chosen.reset(before)


def current() -> Machine:
    """Return the machine chosen by `using`, else the GPU. NoGPUError if there is none."""
    return _chosen.get() or _device()


@lru_cache(maxsize=1)
def _device() -> Device:
    advice = "Without a GPU use cs_conv.im2col: the same functions, for NumPy arrays."
    try:
        cupy = importlib.import_module("cupy")
    except ImportError as error:
        raise NoGPUError(
            f"cs_conv.gpu needs CuPy, which cannot be imported here ({error}): "
            f"pip install 'cs-conv[gpu]'. {advice}"
        ) from None
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise NoGPUError(f"CuPy is installed but finds no usable GPU ({error}). {advice}") from None
    if count == 0:
        raise NoGPUError(f"CuPy is installed but finds no GPU. {advice}")
    return Device(cupy)
