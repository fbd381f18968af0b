"""A GPU's threads in plain Python: for lessons, on small grids.

A kernel is a function that is called once for each thread. `yield` is CUDA's __syncthreads(), the barrier at
which the threads of a block wait for each other. Threads run one at a time, each until its next barrier or
its end, and blocks run one after the other, so a mistake gives the same result every time. Each thread runs
as far as the barriers allow, so a missing barrier shows.

`watch` calls a function that launches kernels and notes which numbers each thread read and wrote, and when it
waited: for pictures of what threads do to memory.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
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
        memory = {name: _shared(name, np.full(shape, np.nan)) for name, shape in shared.items()}
        started = []
        for thread in _each(threads):
            _now_runs(block, thread, 0)
            started.append((thread, kernel(block, thread, **memory)))
        _keep_in_step(block, [(thread, body) for thread, body in started if inspect.isgenerator(body)])
    _now_runs(None, None, 0)


Running: TypeAlias = list[tuple[Any, Generator[Any, Any, Any]]]


def _keep_in_step(block: Any, running: Running) -> None:
    """Run threads from one barrier to the next, all of them to each."""
    barriers = 0
    while running:
        waiting = [
            (thread, body) for thread, body in running if _runs_to_a_barrier(block, thread, body, barriers)
        ]
        if waiting and len(waiting) < len(running):
            raise BarrierError(
                f"{len(waiting)} threads of a block wait at a barrier, which {len(running) - len(waiting)} "
                f"never came to: no thread may end before a barrier that others meet"
            )
        running = waiting
        barriers += 1


def _runs_to_a_barrier(block: Any, thread: Any, body: Generator[Any, Any, Any], barriers: int) -> bool:
    _now_runs(block, thread, barriers)
    try:
        next(body)
    except StopIteration:
        return False
    _note("wait", "", np.array(-1))
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


# Watching


@dataclass(frozen=True)
class Event:
    """What a thread did: it read or wrote the number at `place` of an array, or it began to wait.

    what: "read", "write" or "wait". place: counted along the rows, as in `array.ravel()`. barriers: how many
    barriers its block had passed by then.
    """

    block: Any
    thread: Any
    barriers: int
    what: str
    array: str = ""
    place: int = -1


@dataclass
class _Watch:
    events: list[Event] = field(default_factory=list)
    runs: tuple[Any, Any, int] = (None, None, 0)


_watches: list[_Watch] = []


def watch(function: Callable[..., Any], *arrays: np.ndarray, **options: Any) -> list[Event]:
    """Call a function that launches kernels, and return what its threads did, in order.

    arrays: the function's arguments; each is called in the events as the function calls its parameter. Arrays
    in shared memory are watched too; arrays that the function makes itself are not.

    >>> def first(x):
    ...     launch(lambda block, thread: x[0, thread], blocks=1, threads=2)
    >>> [(event.thread, event.what, event.array, event.place) for event in watch(first, np.zeros((2, 2)))]
    [(0, 'read', 'x', 0), (1, 'read', 'x', 1)]
    """
    names = inspect.signature(function).parameters
    _watches.append(_Watch())
    try:
        function(*(_watched(name, a) for name, a in zip(names, arrays, strict=False)), **options)
        return _watches[-1].events
    finally:
        _watches.pop()


def _now_runs(block: Any, thread: Any, barriers: int) -> None:
    for watching in _watches:
        watching.runs = block, thread, barriers


def _note(what: str, array: str, places: Any) -> None:
    """Note what the running thread does; nothing is noted outside of kernels."""
    if _watches and _watches[-1].runs[0] is not None and (array or what == "wait"):
        watching = _watches[-1]
        watching.events += [Event(*watching.runs, what, array, int(place)) for place in np.ravel(places)]


def _shared(name: str, array: np.ndarray) -> np.ndarray:
    return _watched(name, array) if _watches else array


class _Noting(np.ndarray):
    """An array that notes which of its numbers are read and written; so do its views."""

    name = ""
    """Empty for a copy, of which nothing is noted."""
    memory = range(0)
    """The addresses of the array that is watched."""

    def __array_finalize__(self, source: Any) -> None:
        memory = getattr(source, "memory", range(0))
        if self.__array_interface__["data"][0] in memory:
            self.name, self.memory = getattr(source, "name", ""), memory

    def __getitem__(self, key: Any) -> Any:
        plain = np.asarray(self)
        value = plain[key]
        if isinstance(value, np.ndarray):
            if np.shares_memory(value, plain):
                return _noting(value, self.name, self.memory)  # a view: nothing has been read yet
            _note("read", self.name, _places(self)[key])  # an index array: a copy
        else:
            whole = key if isinstance(key, tuple) else (key,)
            _note("read", self.name, _places(_noting(plain[(*whole, ...)], self.name, self.memory)))
        return value

    def __setitem__(self, key: Any, value: Any) -> None:
        plain = np.asarray(self)
        target = plain[key]
        if isinstance(value, np.ndarray) and value.__array_interface__ == target.__array_interface__:
            return  # x[1] += 1 has written there already
        value = _plain("read", value)
        _note("write", self.name, _places(self)[key])
        plain[key] = value

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        inputs = tuple(_plain("read", value) for value in inputs)
        if "out" in options:
            options["out"] = tuple(_plain("write", value) for value in options["out"])
        return getattr(ufunc, method)(*inputs, **options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        options = {name: _plain("read", value) for name, value in options.items()}
        return function(*(_plain("read", value) for value in args), **options)


def _noting(array: np.ndarray, name: str, memory: range) -> _Noting:
    noting = array.view(_Noting)
    noting.name, noting.memory = name, memory
    return noting


def _watched(name: str, value: Any) -> Any:
    """An array as one that notes; anything else as it is."""
    if not isinstance(value, np.ndarray):
        return value
    array = np.ascontiguousarray(value)
    begin = array.__array_interface__["data"][0]
    return _noting(array, name, range(begin, begin + array.nbytes))


def _places(noting: _Noting) -> np.ndarray:
    """Where each number stands in the array that is watched, counted along its rows."""
    places = np.full(noting.shape, noting.__array_interface__["data"][0] - noting.memory.start)
    for axis, (size, step) in enumerate(zip(noting.shape, noting.strides, strict=True)):
        places += (np.arange(size) * step).reshape((-1,) + (1,) * (noting.ndim - 1 - axis))
    return places // noting.itemsize


def _plain(what: str, value: Any) -> Any:
    """A watched array as a plain one, all of which is read or written; anything else as it is."""
    if not isinstance(value, _Noting):
        return value
    _note(what, value.name, _places(value))
    return np.asarray(value)
