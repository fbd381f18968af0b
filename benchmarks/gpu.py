"""The layers on a GPU, beside PyTorch (and its cuDNN), and beside what this GPU can do at best.

    cs-conv bench --gpu                 all workloads, a table
    cs-conv bench --gpu --record        the same, kept: docs/gpu.md, docs/gpu.png and what notebook 08 shows

A GPU works while Python goes on, so time is read on the GPU: between two events that it passes when
everything before them is done. Every peer computes in the same precision, on the same data, in turns; results
are compared first. Each call works on other images than the one before, more of them than the cache holds.
Transfers are timed by themselves: no operation contains one.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import workloads
from benchmarks.gpu_report import markdown, roofline, show
from benchmarks.peers import Call, Peer, Unsupported
from benchmarks.tables import Row
from benchmarks.workloads import DIRECTIONS, Data, Workload

ROOT = Path(__file__).parents[1]
PAGE, PICTURE = ROOT / "docs" / "gpu.md", ROOT / "docs" / "gpu.png"
RECORD = ROOT / "cs_conv" / "gpu" / "record.json"

TURNS = 7
SECONDS = 0.02  # a turn
BATCH = 8  # times the images of the CPU's workloads, or a large GPU would mostly wait for launches
CACHES = 3  # fresh data: so many times what the second-level cache holds
MOST_BYTES = 2**33  # of fresh data
STEPS = {
    "float32": ["arrays", "direct", "columns", "tiled"],
    "tf32": ["tensor"],
    "float64": ["arrays", "direct", "columns", "tiled"],
}
CLOSE = {"float32": 1e-5, "tf32": 2e-3, "float64": 1e-12}  # |out - right| / |right|, right in float64


class Step(Peer):
    """One module of cs_conv.gpu."""

    def __init__(self, name: str) -> None:
        self.module = importlib.import_module(f"cs_conv.gpu.{name}")
        self.version = "cs_conv"

    def forward(self, work: Workload, data: Data) -> Call:
        return Call(self._call(work, "forward", data, None))

    def backward(self, work: Workload, data: Data) -> Call:
        switches = None
        if work.kind == "max_pool":
            switches = self._call(work, "forward", data, None)(None)[1]
        return Call(self._call(work, "backward", data, switches))

    def _call(self, work: Workload, way: str, data: Data, switches: Any) -> Callable[[Any], Any]:
        function, x_shape = getattr(self.module, f"{work.kind}_{way}"), data.x.shape
        if work.kind == "conv":
            arrays = (data.x, data.w, data.b) if way == "forward" else (data.dout, data.x, data.w)
            return lambda _: function(*arrays, work.stride, work.pad, work.dilation)
        window = (work.size, work.stride, work.pad)
        if way == "forward":
            return lambda _: function(data.x, *window)
        if work.kind == "max_pool":
            return lambda _: function(data.dout, switches, x_shape, *window)
        if work.kind == "l2_pool":
            return lambda _: function(data.dout, data.x, *window)
        return lambda _: function(data.dout, x_shape, *window)


def pytorch() -> Peer:
    """PyTorch on the same arrays, which it takes over without a copy."""
    import torch

    from benchmarks.peers.pytorch import PyTorch

    class OnGPU(PyTorch):
        def _tensor(self, array: Any) -> torch.Tensor:
            return torch.from_dlpack(array)

    torch.backends.cudnn.benchmark = True  # let cuDNN try its algorithms and keep the fastest
    peer = OnGPU(1)
    peer.version = f"torch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}"
    return peer


@contextmanager
def precision(name: str) -> Iterator[None]:
    """Let PyTorch use TF32 where we do, and nowhere else."""
    if importlib.util.find_spec("torch") is None:
        yield
        return
    import torch

    flags = torch.backends.cudnn, torch.backends.cuda.matmul
    before = [flag.allow_tf32 for flag in flags]
    try:
        for flag in flags:
            flag.allow_tf32 = name == "tf32"
        yield
    finally:
        for flag, value in zip(flags, before, strict=True):
            flag.allow_tf32 = value


@dataclass(frozen=True)
class Limits:
    """What this GPU reached in the simplest programs there are."""

    copy: float  # bytes a second, read and written
    products: dict[str, float]  # operations a second in a large matrix product, by precision
    to_gpu: float  # bytes a second over the bus, from ordinary memory
    to_gpu_pinned: float
    from_gpu: float


class Clock:
    """Times work on the GPU by events."""

    def __init__(self) -> None:
        import cupy

        self.cupy = cupy

    def seconds(self, calls: Sequence[Call], count: int) -> float:
        """Seconds a call, over `count` calls back to back, each on the next of the data."""
        start, stop = self.cupy.cuda.Event(), self.cupy.cuda.Event()
        start.record()
        for number in range(count):
            calls[number % len(calls)].run(None)
        stop.record()
        stop.synchronize()
        return self.cupy.cuda.get_elapsed_time(start, stop) / 1e3 / count

    def enough(self, calls: Sequence[Call]) -> int:
        """Calls for a turn. What is compiled or chosen at the first call happens here."""
        self.seconds(calls, len(calls))
        return max(1, round(SECONDS / self.seconds(calls, len(calls))))

    def limits(self, precisions: Sequence[str]) -> Limits:
        """Measure them: the best of some, on random numbers (zeros run faster)."""
        cupy, size = self.cupy, 2**28

        def best(run: Callable[[], object], times: int = 9) -> float:
            call = [Call(lambda _: run())]
            self.seconds(call, 2)
            return min(self.seconds(call, 2) for _ in range(times))

        near = cupy.random.random(size, dtype=cupy.float32)
        far = cupy.empty_like(near)
        host, pinned = cupy.asnumpy(near), _pinned(cupy, size)
        return Limits(
            copy=2 * near.nbytes / best(lambda: cupy.copyto(far, near)),
            products={name: _product(cupy, name, best) for name in precisions},
            to_gpu=near.nbytes / best(lambda: far.set(host), 3),
            to_gpu_pinned=near.nbytes / best(lambda: far.set(pinned), 3),
            from_gpu=near.nbytes / best(lambda: near.get(), 3),
        )


def _pinned(cupy: Any, size: int) -> Any:
    """An array in memory that the GPU can fetch from by itself."""
    array = np.frombuffer(cupy.cuda.alloc_pinned_memory(4 * size), np.float32, size)
    array[:] = 1
    return array


def _product(cupy: Any, name: str, best: Callable[..., float]) -> float:
    """Operations a second. CuPy multiplies in full float32; for TF32 PyTorch is asked."""
    size = 8192 if name != "float64" else 4096
    dtype = cupy.float64 if name == "float64" else cupy.float32
    a, b = (cupy.random.random((size, size), dtype=dtype) - 0.5 for _ in range(2))
    if name != "tf32":
        return 2 * size**3 / best(lambda: a @ b)
    if importlib.util.find_spec("torch") is None:
        return float("nan")
    import torch

    one, other = torch.from_dlpack(a), torch.from_dlpack(b)
    with precision("tf32"):
        return 2 * size**3 / best(lambda: one @ other)


def fresh_data(clock: Clock, work: Workload, dtype: str) -> list[Data]:
    """The workload's data on the GPU, so often that going round finds nothing in the cache."""
    cupy = clock.cupy
    cache = cupy.cuda.Device().attributes["L2CacheSize"]
    first = work.data(dtype)[0]
    each = first.x.nbytes + first.dout.nbytes
    copies = max(2, min(-(-CACHES * cache // each) + 1, MOST_BYTES // each))
    w, b, x, dout = (cupy.asarray(array) for array in (first.w, first.b, first.x, first.dout))
    return [Data(x, dout, w, b)] + [Data(x.copy(), dout.copy(), w, b) for _ in range(copies - 1)]


def measure(
    works: Sequence[Workload], precisions: Sequence[str], tell: Callable[[str], None] = print
) -> tuple[list[Row], Limits]:
    """Time every peer on every workload in turns. Who is wrong is not timed, and told."""
    clock = Clock()
    limits = clock.limits(precisions)
    basis = {"PyTorch": pytorch()} if importlib.util.find_spec("torch") else {}
    rows: list[Row] = []
    for name in precisions:
        for work in works:
            if work.kind != "conv" and name == "tf32":
                continue  # nothing to multiply
            with precision(name):
                rows += _measure(clock, limits, work, name, _ours(work, name) | basis, tell)
    return rows, limits


def _ours(work: Workload, name: str) -> dict[str, Peer]:
    if work.kind == "conv":
        return {step: Step(step) for step in STEPS[name]}
    return {"arrays": Step("arrays"), "kernels": Step("pooling")}


def _measure(
    clock: Clock,
    limits: Limits,
    work: Workload,
    name: str,
    peers: dict[str, Peer],
    tell: Callable[[str], None],
) -> list[Row]:
    rows = []
    datas = fresh_data(clock, work, "float64" if name == "float64" else "float32")
    for way in DIRECTIONS:
        calls: dict[str, list[Call]] = {}
        right = None
        for peer_name, peer in peers.items():
            try:
                made = [getattr(peer, way)(work, data) for data in datas]
            except Unsupported as reason:
                tell(f"{work.name} {way}: {peer_name} is left out: {reason}")
                continue
            right = reference(clock, work, way, datas[0]) if right is None else right
            error = _error(clock, made[0].run(None), right)
            if not error < CLOSE[name]:
                tell(f"{work.name} {way}: {peer_name} is WRONG by {error:.1e} and is not timed")
                continue
            calls[peer_name] = made
        turns = _turns(clock, calls)
        rows += [
            row_of(work, way, name, peer, times, turns.get("PyTorch"), limits)
            for peer, times in turns.items()
        ]
        tell(
            f"{name} {work.name} {way}: " + ", ".join(f"{p} {min(t) * 1e3:.3f} ms" for p, t in turns.items())
        )
    return rows


def _turns(clock: Clock, calls: dict[str, list[Call]]) -> dict[str, list[float]]:
    counts = {peer: clock.enough(made) for peer, made in calls.items()}
    turns: dict[str, list[float]] = {peer: [] for peer in calls}
    for _ in range(TURNS):  # interleaved: what disturbs the machine for a while disturbs everybody
        for peer, made in calls.items():
            turns[peer].append(clock.seconds(made, counts[peer]))
    return turns


def reference(clock: Clock, work: Workload, way: str, data: Data) -> list[Any]:
    """The results in float64, by our array code, which the tests hold against the loops."""
    exact = Data(*(array.astype("float64") for array in (data.x, data.dout, data.w, data.b)))
    return _arrays(getattr(Step("arrays"), way)(work, exact).run(None))


def _arrays(results: Any) -> list[Any]:
    """[out] or [dx, dw, db]; the switches of max pooling, which libraries count differently, are left out."""
    import cupy

    found = list(results) if isinstance(results, tuple | list) else [results]
    arrays = [cupy.from_dlpack(array.detach() if hasattr(array, "detach") else array) for array in found]
    return [array for array in arrays if array.dtype.kind == "f"]


def _error(clock: Clock, results: Any, right: list[Any]) -> float:
    norm = clock.cupy.linalg.norm
    pairs = zip(_arrays(results), right, strict=True)
    errors = [float(norm((a.astype(b.dtype) - b).ravel()) / norm(b.ravel())) for a, b in pairs]
    return float(np.max(errors))  # NaN where there is one, which is not close to anything


def row_of(
    work: Workload,
    way: str,
    name: str,
    peer: str,
    times: list[float],
    basis: list[float] | None,
    limits: Limits,
) -> Row:
    """One line of the record."""
    median = statistics.median(times)
    operations, moved = work.operations(way), work.moved(way, 8 if name == "float64" else 4)
    least = max(operations / limits.products[name], moved / limits.copy)
    ratios = [ours / theirs for ours, theirs in zip(times, basis, strict=True)] if basis else []
    return {
        "workload": work.name,
        "shape": work.shape,
        "operation": f"{work.kind}_{way}",
        "precision": name,
        "variant": peer,
        "median_s": median,
        "fastest_s": min(times),
        "slowest_s": max(times),
        "ratio_to_pytorch": statistics.median(ratios) if ratios else None,
        "ratio_to_limit": median / least,
        "operations": operations,
        "bytes_moved": moved,
        "bandwidth": moved / median,
        "rate": operations / median,
        "of_copy": moved / median / limits.copy,
        # What it would cost to bring the images to the GPU and the results back, in every call.
        "transfer_s": moved / 2 / limits.to_gpu + moved / 2 / limits.from_gpu,
    }


def describe() -> dict[str, str]:
    """What was measured on: GPU, driver, versions."""
    import cupy

    runtime = cupy.cuda.runtime
    properties = runtime.getDeviceProperties(cupy.cuda.Device().id)
    found = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "gpu": properties["name"].decode(),
        "multiprocessors": str(properties["multiProcessorCount"]),
        "driver for CUDA": str(runtime.driverGetVersion()),
        "CUDA": str(runtime.runtimeGetVersion()),
        "CuPy": cupy.__version__,
        "Python": sys.version.split()[0],
        "workloads": f"version {workloads.VERSION}",
    }
    if importlib.util.find_spec("torch"):
        found["PyTorch"] = pytorch().version
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Status 2 where there is no GPU or a name is unknown."""
    parser = argparse.ArgumentParser(prog="cs-conv bench --gpu", description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--workload", action="append", metavar="NAME", help="only this one, or a pattern; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="the main workloads")
    parser.add_argument(
        "--precision", action="append", choices=list(STEPS), help="float32 and tf32 if not said"
    )
    parser.add_argument(
        "--batch", type=int, default=BATCH, metavar="N", help=f"so many times the images; {BATCH} if not said"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows")
    parser.add_argument("--record", action="store_true", help="keep the results in the repository")
    options = parser.parse_args(arguments)
    from cs_conv.gpu import machine

    try:
        machine.current()
        works = [
            replace(work, N=work.N * options.batch)
            for work in workloads.chosen(options.workload, options.quick)
        ]
    except (machine.NoGPUError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    rows, limits = measure(works, options.precision or ["float32", "tf32"])
    record = {"about": describe(), "limits": vars(limits), "rows": rows}
    show(record)
    text = json.dumps(record, indent=1) + "\n"
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    if options.record:
        RECORD.write_text(text, encoding="utf-8")
        PAGE.write_text(markdown(record), encoding="utf-8")
        roofline(record, PICTURE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
