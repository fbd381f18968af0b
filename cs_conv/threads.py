"""A GPU's threads in plain Python: for lessons, on small grids.

A kernel is a function that is called once for each thread. `yield` is CUDA's __syncthreads(), the barrier at
which the threads of a block wait for each other. Threads run one at a time, each until its next barrier or
its end, and blocks run one after the other, so a mistake gives the same result every time. Each thread runs
as far as the barriers allow, so a missing barrier shows.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Generator, Iterator
from itertools import product
from typing import Any, TypeAlias

import numpy as np

Size: TypeAlias = int | tuple[int, ...]
MOST_THREADS = 1024  # in a block, as on every GPU of today


class BarrierError(RuntimeError):
    """Some threads of a block wait at a barrier that others never reach."""


def launch(kernel: Callable[..., Any], blocks: Size, threads: Size, **shared: tuple[int, ...]) -> None:
    """Call kernel(block, thread) for every thread of every block.

    blocks, threads: how many, an int or a tuple of ints such as (rows, columns); block and thread are then
    ints or tuples, too. A keyword names an array of shared memory and gives its shape: each block gets its
    own array, full of NaN, and the kernel gets it as a keyword: launch(kernel, 4, 16, tile=(16, 16)).
    BarrierError if some threads of a block wait for others that have ended; TypeError if a number of blocks
    or threads is not whole.

    >>> out = np.zeros(4)
    >>> launch(lambda block, thread: out.__setitem__(2 * block + thread, block), blocks=2, threads=2)
    >>> out
    array([0., 0., 1., 1.])
    """
    blocks, threads = _whole("blocks", blocks), _whole("threads", threads)
    count = np.prod(threads)
    if count > MOST_THREADS:
        raise ValueError(
            f"{threads} threads are {count}, but a block has at most {MOST_THREADS}: take more blocks"
        )
    for block in _each(blocks):
        memory = {name: np.full(shape, np.nan) for name, shape in shared.items()}
        started = [kernel(block, thread, **memory) for thread in _each(threads)]
        _keep_in_step([thread for thread in started if inspect.isgenerator(thread)])


def _keep_in_step(running: list[Generator[Any, Any, Any]]) -> None:
    """Run threads from one barrier to the next, all of them to each."""
    while running:
        waiting = [thread for thread in running if _runs_to_a_barrier(thread)]
        if waiting and len(waiting) < len(running):
            raise BarrierError(
                f"{len(waiting)} threads of a block wait at a barrier, which {len(running) - len(waiting)} "
                f"never came to: no thread may end before a barrier that others meet"
            )
        running = waiting


def _runs_to_a_barrier(thread: Generator[Any, Any, Any]) -> bool:
    try:
        next(thread)
    except StopIteration:
        return False
    return True


def _whole(name: str, size: Any) -> Size:
    """Return a number of blocks or threads as Python integers, which NumPy's are converted to."""
    try:
        return tuple(map(operator.index, size)) if isinstance(size, tuple | list) else operator.index(size)
    except TypeError:
        raise TypeError(
            f"{name} must be a whole number, or a tuple of whole numbers, not {size!r}: a // b rounds down, "
            "-(-a // b) rounds up"
        ) from None


def _each(size: Size) -> Iterator[Any]:
    return iter(range(size)) if isinstance(size, int) else product(*map(range, size))
