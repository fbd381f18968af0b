"""Kernels on the CPU: the same source, compiled by g++ with a small header in place of CUDA.

    with on_cpu():
        out = cs_conv.gpu.conv_forward(x, w, b)      # NumPy arrays, kernels and all

It is for tests and lessons without a GPU, on small cases. Indices, tiles and barriers are the same as on a
GPU; the speed is not, and a test that passes here has tested no GPU.
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from cs_conv.geometry import Array
from cs_conv.gpu import machine
from cs_conv.gpu.source import constants, kernels_in, text_of

HEADERS = Path(__file__).parent / "on_cpu"
FLAGS = ("-std=c++17", "-O1", "-w", "-U_FORTIFY_SOURCE", "-fPIC", "-shared")
MARGIN = 2**14  # elements of no-man's-land on either side of each array that a kernel gets
_LAUNCHING = threading.Lock()  # sizes and fibers are a library's globals: one grid at a time


class BarrierError(RuntimeError):
    """Some threads wait at a barrier that others of their block never reach."""


def available() -> bool:
    """Return whether there is a compiler for the emulator."""
    return shutil.which("g++") is not None


@contextmanager
def on_cpu(backwards: bool = False) -> Iterator[None]:
    """Let `cs_conv.gpu` compute with NumPy arrays; `backwards`: a block's threads run in reverse order."""
    with machine.using(Emulator(backwards)):
        yield


class Emulator:
    """A machine that takes NumPy arrays and runs kernels that g++ has compiled."""

    xp: Any = np
    array = "numpy"

    def __init__(self, backwards: bool = False) -> None:
        self.backwards = backwards

    def refuse(self, array: Any) -> str | None:
        """Return what is wrong with an argument, or None: here any NumPy array is right."""
        plain = isinstance(array, np.ndarray) and not isinstance(array, np.ma.MaskedArray)
        return None if plain else f"not {type(array).__name__}: use np.asarray"

    def empty(self, shape: tuple[int, ...], dtype: Any) -> Array:
        """Return an array of NaN, so that outputs that a kernel forgets to write show."""
        return np.frombuffer(
            bytearray(b"\xff") * (int(np.prod(shape)) * np.dtype(dtype).itemsize), dtype
        ).reshape(shape)

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
        """Run a kernel of `kernels/`, as `machine.Device.launch` does on a GPU."""
        with _LAUNCHING:
            library = _library(file, tuple(types.items()), tuple(sizes), tuple(tiles.items()))
            library.set_sizes((ctypes.c_int * len(sizes))(*sizes.values()))
            run(library, kernel, blocks, (threads, 1, 1), arguments, self.backwards)


def compile_text(text: str, more: str = "") -> ctypes.CDLL:
    """Compile CUDA C++ that may use what `on_cpu/` offers. ValueError with the compiler's message."""
    entries = "".join(f"ENTRY({kernel})\n" for kernel in kernels_in(text))
    return _compiled(f'#include "cuda_on_cpu.h"\nnamespace {{\n{text}\n}}\n{entries}{more}')


def run(
    library: ctypes.CDLL,
    kernel: str,
    blocks: tuple[int, int, int],
    threads: tuple[int, int, int],
    arguments: Sequence[Any],
    backwards: bool = False,
) -> None:
    """Run a compiled kernel on a grid. Arrays are written in place; Python integers are passed as int.

    BarrierError if not all threads reach a barrier, IndexError if a kernel writes outside an array.
    """
    guarded = [
        _Guarded(value, number) if isinstance(value, np.ndarray) else None
        for number, value in enumerate(arguments)
    ]
    values = [
        ctypes.c_int(value) if guard is None else ctypes.c_void_p(guard.address)
        for value, guard in zip(arguments, guarded, strict=True)
    ]
    pointers = (ctypes.c_void_p * len(values))(*(ctypes.addressof(value) for value in values))
    grid, block = (ctypes.c_uint * 3)(*blocks), (ctypes.c_uint * 3)(*threads)
    if getattr(library, f"run_{kernel}")(grid, block, pointers, int(backwards)):
        raise BarrierError(
            f"{kernel}: some threads of a block wait at __syncthreads() and others never come to it. "
            f"No thread may return, or take a branch of its own, before a barrier."
        )
    for number, guard in enumerate(guarded):
        if guard is not None:
            guard.give_back(f"{kernel}: argument {number}")


class _Guarded:
    """A copy of an array between two margins of NaN, which are checked after the kernel for changes.

    The NaN is a signalling one, which any arithmetic changes, and each argument has its own. So a value that
    a kernel computes or copies from outside an array cannot be mistaken for an untouched margin.
    """

    def __init__(self, array: Array, number: int) -> None:
        self.array = array
        bits = {("f", 4): 0xFFA00001, ("f", 8): 0xFFF4000000000001}.get(
            (array.dtype.kind, array.itemsize), 0xA0
        )
        self.margin = np.dtype(f"u{array.itemsize}").type(bits + number)
        self.memory = np.full(array.size + 2 * MARGIN, self.margin)
        self.inside = self.memory[MARGIN : MARGIN + array.size].view(array.dtype)
        self.inside[:] = array.reshape(-1)
        self.address = self.inside.ctypes.data

    def give_back(self, what: str) -> None:
        before, after = self.memory[:MARGIN], self.memory[MARGIN + self.array.size :]
        if not ((before == self.margin).all() and (after == self.margin).all()):
            raise IndexError(f"{what}: the kernel wrote beside this array, whose shape is {self.array.shape}")
        if self.array.flags.writeable:
            self.array[...] = self.inside.reshape(self.array.shape)


@cache
def _library(
    file: str, types: tuple[tuple[str, str], ...], names: tuple[str, ...], tiles: tuple[tuple[str, int], ...]
) -> ctypes.CDLL:
    """Compile a file once for all layers: sizes are variables here, not constants."""
    text = text_of(file, HEADERS)
    assign = "".join(f"{name} = sizes[{number}];" for number, name in enumerate(names))
    above = constants(dict(types), dict(tiles)) + f"static int {', '.join(names)};\n"
    return compile_text(above + text, f'extern "C" void set_sizes(const int *sizes) {{ {assign} }}\n')


@cache
def _compiled(text: str) -> ctypes.CDLL:
    if not available():
        raise RuntimeError(
            "there is no g++ here, which kernels need to run on the CPU: install it (apt-get install g++)"
        )
    path = _folder() / hashlib.sha256(text.encode()).hexdigest()[:16]
    source, target = path.with_suffix(".cpp"), path.with_suffix(".so")
    source.write_text(text, encoding="utf-8")
    command = ["g++", *FLAGS, f"-I{HEADERS}", str(source), "-o", str(target)]
    english = os.environ | {"LC_ALL": "C"}  # and plain quotes
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=english, check=False)
    if done.returncode:
        raise ValueError(f"the compiler does not take this kernel:\n{done.stderr}")
    return ctypes.CDLL(str(target))


@cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="cs-conv-kernels-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
