"""Does executing a notebook ever hang? Executes notebooks beside busy neighbours, and counts.

    python benchmarks/execute_under_load.py --runs 50 --busy 2

A run executes one notebook as grading with nbgrader's engine does, in a process of its own.
It hangs when neither that process nor the notebook's kernel computes anything for a while: they then wait for
each other. Where py-spy is installed, it says what for. Notebooks are sources with their answers, in turn;
`tiny` is one of many small cells, which asks more of a kernel in less time than any of the course.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

HERE = Path(__file__).resolve()
SOLUTIONS = HERE.parents[1] / "solutions"
TINY = "tiny"


def main() -> int:
    """Run as often as asked; 1 where any of them hung."""
    options = _options()
    if options.one:
        _execute(options.one)
        return 0
    command = ["nice", "-n", "10", sys.executable, "-c", "while True: pass"]
    neighbours = [subprocess.Popen(command) for _ in range(options.busy)]
    try:
        hangs = _runs(options)
    finally:
        for neighbour in neighbours:
            neighbour.kill()
    print(f"{hangs} of {options.runs} runs hung, beside {options.busy} busy processes")
    return min(hangs, 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--runs", type=int, default=50, help="how many notebooks to execute")
    parser.add_argument("--busy", type=int, default=2, help="how many busy processes beside them")
    parser.add_argument("--silent", type=float, default=25, help="seconds without computing that are a hang")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("notebooks", nargs="*", help=f"folders in solutions/, or {TINY}; default: all")
    return parser.parse_args()


def _runs(options: argparse.Namespace) -> int:
    names = options.notebooks or [TINY, *sorted(path.name for path in SOLUTIONS.glob("[0-9]*"))]
    hangs = 0
    for number, name in zip(range(1, options.runs + 1), itertools.cycle(names), strict=False):
        began = time.monotonic()
        hangs += _hangs(name, options.silent)
        print(f"{number:4} {name:20} {time.monotonic() - began:6.1f} s  hangs so far: {hangs}", flush=True)
    return hangs


def _hangs(name: str, silent: float) -> bool:
    """Execute one notebook in a process of its own, and end it when it hangs."""
    with tempfile.TemporaryDirectory() as home:
        folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        own = os.environ | {folder: f"{home}/{folder.lower()}" for folder in folders}
        run = subprocess.Popen([sys.executable, str(HERE), "--one", name], env=own, cwd=HERE.parents[1])
        computed, since = 0.0, time.monotonic()
        while run.poll() is None:
            time.sleep(0.5)
            now = sum(map(_computed, _family(run.pid)))
            if abs(now - computed) > 0.05:  # a kernel that ends takes its share away
                computed, since = now, time.monotonic()
            if time.monotonic() - since > silent:
                _end(_family(run.pid))
                return True
        if run.returncode:
            sys.exit(f"{name} could not be executed")
    return False


def _family(pid: int) -> list[psutil.Process]:
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.Error:
        return []


def _computed(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _end(processes: list[psutil.Process]) -> None:
    spy = shutil.which("py-spy")
    for process in processes:
        if spy:
            subprocess.run([spy, "dump", "--pid", str(process.pid)], check=False)
    for process in processes:
        process.kill()


def _execute(name: str) -> None:
    import jupytext
    from nbformat.v4 import new_code_cell, new_notebook
    from traitlets.config import Config

    from autograder.grading.stock.nbgrader_steps import ExecuteForEngine

    make: Any = new_code_cell
    if name == TINY:
        cells = [make(f"print({number})\n{number}") for number in range(300)]
        notebook, folder = new_notebook(cells=cells), HERE.parent  # type: ignore[no-untyped-call]
    else:
        (source,) = (SOLUTIONS / name).glob("*.py")
        notebook, folder = jupytext.read(source), source.parent
    config = Config({"ExecuteForEngine": {"seconds_a_cell": 60, "seconds_in_all": 600, "timeout": 300}})
    ExecuteForEngine(config=config).preprocess(notebook, {"metadata": {"path": str(folder)}})


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[1]))
    raise SystemExit(main())
