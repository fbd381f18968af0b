"""Launches: how many blocks, and the types that a kernel is compiled for."""

from __future__ import annotations

from typing import Any

import numpy as np

from cs_conv.geometry import Array, Geometry
from cs_conv.gpu import machine
from cs_conv.gpu.source import sizes_of

THREADS = 256  # a block, where nothing asks for another number: eight warps

C_NAMES = {
    "float32": "float",
    "float64": "double",
    "int8": "signed char",
    "uint8": "unsigned char",
    "int16": "short",
    "uint16": "unsigned short",
    "int32": "int",
    "uint32": "unsigned",
    "int64": "long long",
    "uint64": "unsigned long long",
}


def each(count: int, file: str, kernel: str, g: Geometry, *arguments: Any, **dtypes: np.dtype[Any]) -> None:
    """Launch one thread for each of `count` numbers, rounded up to whole blocks.

    A keyword says which dtype a type of the kernel stands for: real=x.dtype.
    """
    blocks = (up(count, THREADS), 1, 1)
    grid(blocks, THREADS, file, kernel, g, {}, *arguments, **dtypes)


def grid(
    blocks: tuple[int, int, int],
    threads: int,
    file: str,
    kernel: str,
    g: Geometry,
    tiles: dict[str, int],
    *arguments: Any,
    **dtypes: np.dtype[Any],
) -> None:
    """Launch a grid of blocks. Kernels read arrays in C order, so others are copied first, on the GPU."""
    if 0 in blocks:
        return  # no images, no work; a GPU refuses an empty grid
    here = machine.current()
    types = {name: C_NAMES[np.dtype(dtype).name] for name, dtype in dtypes.items()}
    ready = [value if isinstance(value, int) else here.xp.ascontiguousarray(value) for value in arguments]
    here.launch(file, kernel, types, sizes_of(g), tiles, blocks, threads, ready)


def empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return a new array on the current machine, without initial values."""
    return machine.current().empty(shape, dtype)


def up(count: int, step: int) -> int:
    """Return count / step, rounded up."""
    return -(-count // step)
