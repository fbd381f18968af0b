"""The process in which one peer computes: it answers requests, a line of JSON each, and is told what to time.

A process of its own for each peer: libraries do not share threads or memory, one that dies takes nobody with
it, and memory can be counted. Run by `benchmarks.measure`: `python -m benchmarks.worker PEER THREADS CLOCK`.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks.goals import GOAL_WORKLOADS
from benchmarks.peers import Call, Peer, Unsupported, load, prepare, slow
from benchmarks.workloads import WORKLOADS, Workload

CALLS = 40  # at most, in one turn
SLOWEST = 0.3  # seconds: a call of a slow peer that takes longer is made only once
PATIENCE = 8  # seconds: memory is not counted of a call that takes longer
FRESH_BYTES = 2**28  # at most, for all sets of fresh data of a workload together
LIMITS = "limits"  # the worker that measures the machine and is no peer


class Worker:
    """Holds one peer and the calls of the workload at hand."""

    def __init__(self, name: str, threads: int, clock: str) -> None:
        self.threads = threads
        self.slow = slow(name)
        self.peer: Peer | None = None if name == LIMITS else load(name, threads)
        if self.peer is not None:
            self.peer.clock = getattr(time, clock)
        self.calls: list[Call] = []
        self.turn = 0

    def hello(self) -> dict[str, Any]:
        """What was loaded."""
        return {"version": self.peer.version if self.peer else ""}

    def open(self, workload: str, dtype: str, direction: str, fresh: bool = True) -> dict[str, Any]:
        """Prepare calls, on more `fresh` data than caches hold; {"unsupported": why} where that cannot be."""
        assert self.peer is not None
        machine.keep_to(self.threads)
        machine.keep_memory()
        self.calls, self.turn = [], 0  # forget the workload before
        gc.collect()
        work = _workload(workload)
        try:
            copies = _copies(work, dtype) if fresh else 1
            self.calls = [prepare(self.peer, work, direction, data) for data in work.data(dtype, copies)]
        except Unsupported as reason:
            return {"unsupported": str(reason)}
        return {}

    def save(self, file: str) -> dict[str, Any]:
        """Write the first call's results: what others are compared with."""
        np.savez(file, *self._results())
        return {}

    def differs(self, file: str) -> dict[str, Any]:
        """How far the first call's results are from those in the file, and how long a call takes about."""
        began = time.perf_counter()
        arrays = self._results()
        took = time.perf_counter() - began
        with np.load(file) as saved:
            wanted = [saved[f"arr_{i}"] for i in range(len(saved.files))]
        seconds = took if self.slow and took > SLOWEST else self._timed()
        return {"error": difference(arrays, wanted), "seconds": seconds}

    def _results(self) -> list[Any]:
        call = self.calls[0]
        return call.arrays(call.run(call.before()))

    def time(self, seconds: float) -> dict[str, Any]:
        """Time calls, each on the next data, until so many seconds are used; the first one warms up.

        A call that takes longer than the whole turn is made once and counted: its warm-up is lost in it.
        """
        assert self.peer is not None
        taken: list[float] = []
        warm = self._timed()
        if warm > seconds:
            return {"seconds": [warm]}
        while sum(taken) < seconds and len(taken) < CALLS:
            taken.append(self._timed())
        return {"seconds": taken}

    def _timed(self) -> float:
        assert self.peer is not None
        call = self.calls[self.turn % len(self.calls)]
        self.turn += 1
        return self.peer.timed(call)

    def memory(self, workload: str, dtype: str, direction: str) -> dict[str, Any]:
        """The peak of one call's memory, above what the process held before; in a fork that did nothing else.

        A tiny call of the same kind comes first, so that code loaded on first use is not counted. To be asked
        before anything is opened: a library that has started threads does not survive a fork.
        """
        assert self.peer is not None
        work, peer = _workload(workload), self.peer

        def measure() -> int | None:
            tiny = work.tiny()
            peer.timed(prepare(peer, tiny, direction, tiny.data(dtype)[0]))
            call = prepare(peer, work, direction, work.data(dtype)[0])
            state = call.before()
            before = machine.reset_peak()
            if before is None:
                return None
            result = call.run(state)
            peak = machine.peak_memory()
            del result
            return None if peak is None else peak - before

        return {"bytes": _in_a_fork(measure)}

    def limits(self, dtypes: list[str]) -> dict[str, Any]:
        """What the machine can do."""
        machine.keep_to(self.threads)
        gemm = {dtype: machine.gemm_limit(dtype) for dtype in dtypes}
        return {"gemm": gemm, "copy": machine.copy_limit(self.threads)}


def difference(arrays: list[Any], wanted: list[Any]) -> float:
    """The largest difference of results to what is wanted, relative to the largest value of each array."""
    if [a.shape for a in arrays] != [b.shape for b in wanted]:
        shapes = f"{[a.shape for a in arrays]}, not {[b.shape for b in wanted]}"
        raise ValueError(f"the results have the shapes {shapes}")
    relative = [
        np.abs(a - b).max() / max(float(np.abs(b).max()), 1e-30) for a, b in zip(arrays, wanted, strict=True)
    ]
    return float(np.max(relative))  # a NaN wins, and is close to nothing


def _workload(name: str) -> Workload:
    return next(work for work in WORKLOADS + GOAL_WORKLOADS if work.name == name)


def _copies(work: Workload, dtype: str) -> int:
    """So many sets of data that each has left the caches when its turn comes again."""
    numbers = work.N * work.C * work.H * work.W + int(np.prod(work.out_shape))
    each = numbers * np.dtype(dtype).itemsize
    return max(1, min(-(-machine.cache_bytes() // each) + 1, FRESH_BYTES // each))


def _in_a_fork(measure: Callable[[], int | None]) -> int | None:
    """The result of `measure`, made in a child that ends with it; None where there are no forks."""
    if not hasattr(os, "fork"):
        return None
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(PATIENCE)  # ends this process
        found = None
        with suppress(BaseException):
            found = measure()
        os.write(writer, json.dumps(found).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else None


def main() -> None:
    """Answer requests until there are no more."""
    name, threads, clock = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints is no answer
    worker = Worker(name, threads, clock)
    gc.disable()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request.pop("do"))(**request)
        except Exception as error:
            traceback.print_exc()
            answer = {"failed": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
