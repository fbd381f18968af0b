"""Time and memory of one image going forward through famous networks, beside PyTorch, if it is installed.

    python -m benchmarks.one_image [--network NAME] [--turns N] [--markdown FILE] [--json FILE]

Each network runs in a process of its own for each library, with the same weights; batch normalisation is
folded into convolutions for both. Memory is measured first: what a forward pass needs at the peak, above what
the process held before, weights included. Then both processes are timed in turns: CPU time, on one thread.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks.measure import quartiles
from benchmarks.output import add_options, put_out
from benchmarks.tables import Row, Table
from cs_conv import zoo
from cs_conv.folding import fold_batch_norm
from cs_conv.geometry import Array
from cs_conv.layers import only_forward
from cs_conv.network import Network

NETWORKS = ("AlexNet", "GoogLeNet", "ResNet-50", "VGG-16")
OURS, THEIRS = "cs_conv", "PyTorch"


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    rows = [row for name in given.network or NETWORKS for row in _measured(name, given.turns)]
    put_out(_table(rows), rows, given)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.one_image", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--network", action="append", choices=list(zoo.NETWORKS), help="only this one; may be repeated"
    )
    parser.add_argument("--turns", type=int, default=15, help="calls of each; default: 15")
    add_options(parser)
    given = parser.parse_args(arguments)
    if given.turns < 1:
        parser.error(f"--turns {given.turns}: at least one is needed")
    return given


def _measured(name: str, turns: int) -> list[Row]:
    """A row for each library: the peak in building and in a call, the largest difference, the seconds."""
    libraries = [OURS, *([THEIRS] if importlib.util.find_spec("torch") else [])]
    rows: list[Row] = []
    with ExitStack() as stack:
        processes = [stack.enter_context(_process(name, library)) for library in libraries]
        for library, process in zip(libraries, processes, strict=True):
            rows.append({"network": name, "variant": library, **_asked(process, "memory"), "seconds": []})
        for _ in range(turns):
            for row, process in zip(rows, processes, strict=True):
                row["seconds"].append(_asked(process, "time")["seconds"])
    wanted = np.array(rows[-1].pop("scores"))
    for row in rows:
        row["error"] = float(
            np.abs(np.array(row.pop("scores", wanted)) - wanted).max() / np.abs(wanted).max()
        )
    return rows


def _process(name: str, library: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.one_image", "--serve", name, library]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, env=machine.environment(1), text=True, **pipes)


def _asked(process: subprocess.Popen[str], what: str) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    print(what, file=process.stdin, flush=True)
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("the process of a library ended; what it printed stands above")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _serve(name: str, library: str) -> None:
    """Answer requests, a line each, with a line of JSON."""
    machine.keep_to(1)
    machine.reset_peak()
    network = zoo.network(name)
    built = machine.peak_memory()
    x = np.random.default_rng(0).standard_normal((1, *network.shapes[0]), np.float32)
    network = fold_batch_norm(network)
    forward = _ours(network) if library == OURS else _theirs(network)
    del network
    scores = forward(x)  # prepares what the first call prepares
    for line in sys.stdin:
        if line.strip() == "memory":
            before = machine.reset_peak()
            forward(x)
            peak = machine.peak_memory()
            needed = None if before is None or peak is None else peak - before
            answer: dict[str, Any] = {"built": built, "peak": needed, "scores": scores.tolist()}
            machine.keep_memory()
        else:
            began = time.process_time()
            forward(x)
            answer = {"seconds": time.process_time() - began}
        print(json.dumps(answer), flush=True)


def _ours(network: Network) -> Callable[[Array], Array]:
    def forward(x: Array) -> Array:
        with only_forward():
            return network.forward(x)

    return forward


def _theirs(network: Network) -> Callable[[Array], Array]:
    import torch

    from benchmarks.in_pytorch import in_pytorch

    torch.set_num_threads(1)
    module = in_pytorch(network)

    def forward(x: Array) -> Array:
        with torch.inference_mode():
            found: Array = module(torch.from_numpy(x)).numpy()
        return found

    return forward


def _table(rows: list[Row]) -> Table:
    """A line for each network and library."""
    head = ["network", "variant", "ratio", "its quartiles", "seconds", "MB of a call", "MB of building"]
    table = Table("One image forward, CPU time on one thread", head, words=2)
    for row in rows:
        basis = next((r for r in rows if r["network"] == row["network"] and r["variant"] == THEIRS), row)
        ratios = [a / b for a, b in zip(row["seconds"], basis["seconds"], strict=True)]
        low, high = quartiles(ratios)
        compared = row is not basis
        table.rows.append(
            [
                row["network"] if row["variant"] == OURS else "",
                row["variant"],
                f"{statistics.median(ratios):.2f}" if compared else "",
                f"{low:.2f} to {high:.2f}" if compared else "",
                f"{statistics.median(row['seconds']):.3f}",
                _megabytes(row["peak"]),
                _megabytes(row["built"]) if row["variant"] == OURS else "",
            ]
        )
    return table


def _megabytes(count: int | None) -> str:
    return "" if count is None else f"{count / 1e6:,.0f}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        _serve(*sys.argv[2:])
    else:
        main()
