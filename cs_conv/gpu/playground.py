"""Runs your own kernels, in CUDA C: on the GPU if there is one, else on the CPU if g++ is installed.

    run(SOURCE, "scale", blocks=4, threads=32, arguments=[n, x, out])

On the CPU a kernel runs in its own process, so that wrong accesses to memory cannot hurt the notebook.
"""

from __future__ import annotations

import faulthandler
import mmap
import os
import signal
import time
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from cs_conv.geometry import Array
from cs_conv.gpu import emulator, machine

SECONDS = 10.0  # a kernel that takes longer than this never ends


def where() -> str:
    """Return where `run` runs kernels: "a GPU", "the CPU, through g++", or "" if there is neither."""
    try:
        machine.current()
    except machine.NoGPUError:
        return "the CPU, through g++" if emulator.available() and hasattr(os, "fork") else ""
    return "a GPU"


def run(source: str, kernel: str, blocks: int, threads: int, arguments: Sequence[Any]) -> None:
    """Compile CUDA C and run one kernel on a grid. NumPy arrays are moved there and back; integers are int.

    ValueError if the kernel does not compile; RuntimeError if nothing can run it, or if it fails.
    """
    place = where()
    if not place:
        raise RuntimeError(
            "there is neither a GPU nor a C++ compiler (g++) here: nothing can run this kernel"
        )
    if place == "a GPU":
        _on_gpu(source, kernel, blocks, threads, arguments)
    else:
        _apart(source, kernel, blocks, threads, arguments)


def _on_gpu(source: str, kernel: str, blocks: int, threads: int, arguments: Sequence[Any]) -> None:
    import cupy

    there: list[Any] = [cupy.asarray(v) if isinstance(v, np.ndarray) else np.int32(v) for v in arguments]
    try:
        function = cupy.RawModule(code=source, options=machine.OPTIONS).get_function(kernel)
    except cupy.cuda.compiler.CompileException as error:
        raise ValueError(f"the compiler does not take this kernel:\n{error}") from None
    function((blocks,), (threads,), tuple(there))
    for value, moved in zip(arguments, there, strict=True):
        if isinstance(value, np.ndarray):
            value[...] = moved.get()


def _apart(source: str, kernel: str, blocks: int, threads: int, arguments: Sequence[Any]) -> None:
    library = emulator.compile_text(source)
    shared = [_shared(value) if isinstance(value, np.ndarray) else value for value in arguments]
    words = mmap.mmap(-1, 4096)  # what the other process has to say
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking beside threads: the child runs none
        child = os.fork()
    if child == 0:
        faulthandler.disable()  # the parent tells what happened, in a sentence
        try:
            emulator.run(library, kernel, (blocks, 1, 1), (threads, 1, 1), shared)
        except (emulator.BarrierError, IndexError) as error:
            words.write(str(error).encode()[:4000])
        finally:
            os._exit(0)
    _wait(child, kernel)
    if said := words[:].rstrip(b"\0").decode():
        raise RuntimeError(said)
    for value, seen in zip(arguments, shared, strict=True):
        if isinstance(value, np.ndarray):
            value[...] = seen


def _wait(child: int, kernel: str) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended and os.WIFSIGNALED(status):
            raise RuntimeError(
                f"{kernel} touched memory far outside its arrays and was stopped "
                f"({signal.Signals(os.WTERMSIG(status)).name}): look at its indices"
            )
        if ended:
            return
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise RuntimeError(f"{kernel} did not end within {SECONDS:g} seconds: does every loop end?")


def _shared(array: Array) -> Array:
    """Return a copy of an array, in memory that is shared with child processes."""
    memory = mmap.mmap(-1, max(array.nbytes, 1))
    copy: Array = np.frombuffer(memory, array.dtype, array.size).reshape(array.shape)
    copy[...] = array
    return copy
