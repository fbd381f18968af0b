"""The machine: what it is, how many of its cores a process may use, and how fast it can be at best."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import platform
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

GEMM_SIZE = 2048  # large enough that a matrix product reaches what the processor can do
COPY_BYTES = 2**27  # larger than any cache
BUSY = 0.5  # a load from which on figures are unsteady


def environment(threads: int) -> dict[str, str]:
    """The variables for a process that computes with so many threads; read when NumPy and others load."""
    libraries = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR", "VECLIB_MAXIMUM")
    here = str(Path(__file__).parents[1])
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    return os.environ | {f"{name}_NUM_THREADS": str(threads) for name in libraries} | {"PYTHONPATH": path}


def keep_to(threads: int) -> None:
    """Hold this process to as many cores as threads: some libraries start more whatever they are told."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def keep_memory() -> None:
    """Let this process keep what it frees, as far as the system's C library can be told.

    Otherwise large arrays come from the system in each call, page by page, or do not: depending on what the
    process did before. That can take longer than the layer itself, and would be luck, not merit.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        c = ctypes.CDLL(None)
        c.mallopt(-4, 0)  # M_MMAP_MAX: no array is a mapping of its own
        c.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD: free memory at the end of the heap stays


def peak_memory() -> int | None:
    """The most memory that this process held since the last `reset_peak`, in bytes; None outside Linux."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) << 10 if found else None


def reset_peak() -> int | None:
    """Give free memory back, set the peak to what is held now, and return that in bytes."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
        return peak_memory()
    return None


def describe() -> str:
    """One line: processor, cores, system, Python, NumPy and its BLAS."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists() and (found := re.search(r"model name\s*: (.+)", info.read_text())):
        cpu = found[1].strip()
    blas: Any = np.show_config(mode="dicts")
    blas = blas["Build Dependencies"]["blas"]
    software = f"Python {platform.python_version()}, NumPy {np.__version__}"
    software += f" with {blas['name']} {blas['version']}"
    return f"{os.cpu_count()} cores of {cpu}, {platform.system()}, {software}"


def load() -> float:
    """Processes that wanted to compute in the last minute, on average; 0 where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def cache_bytes() -> int:
    """The size of the largest cache; 32 MiB where the system does not say."""
    sizes = []
    for file in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"):
        if found := re.fullmatch(r"(\d+)([KM])", file.read_text().strip()):
            sizes.append(int(found[1]) * {"K": 2**10, "M": 2**20}[found[2]])
    return max(sizes, default=2**25)


def gemm_limit(dtype: DTypeLike) -> float:
    """Operations a second in a large square matrix product: the fastest of some."""
    a, b = np.ones((2, GEMM_SIZE, GEMM_SIZE), dtype)
    out = np.empty_like(a)
    return 2 * GEMM_SIZE**3 / _fastest(lambda: np.matmul(a, b, out=out), 3)


def copy_limit(threads: int) -> float:
    """Bytes read and written a second when memory is copied, each thread its part: the fastest of some."""
    parts = [np.ones((2, COPY_BYTES // threads), np.uint8) for _ in range(threads)]
    with ThreadPoolExecutor(threads) as pool:  # NumPy copies without Python's lock
        seconds = _fastest(lambda: list(pool.map(lambda part: np.copyto(part[1], part[0]), parts)), 6)
    return 2 * COPY_BYTES // threads * threads / seconds


def _fastest(call: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times + 1):  # the first one warms up
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return min(taken[1:])
