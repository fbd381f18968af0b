"""From a link to the first verdict in the browser, step by step: python benchmarks/verdict.py SITE [SITE ...]

Each SITE is a folder that `cs-conv site --lite` has made, or a copy of an earlier one. Headless Chromium has
been there before: everything is in its cache. The sites take turns, since other programs may use the same
machine. Prints for each step the least of the seconds by the clock, and of the CPU time of all of Chromium.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT), str(ROOT / "tests" / "browser")]

LESSON = "lite/lab/index.html?path=02-conv-forward/conv_forward.ipynb"
ANSWER = "def conv_window(x, w, b, i, j, stride=1):\n    return np.sum(x[:, i : i + 3, j : j + 3] * w) + b\n"
STEPS = ("the notebook is shown", "Python is there", "the first cell has run", "the answer is checked")
Laps = list[tuple[float, float]]
"""For each step: seconds by the clock, and of CPU time."""


def visit(context: Any, address: str) -> Laps:
    """Follow the link, run the first cell, write an answer, run it and its check."""
    from lab import SECONDS, Notebook
    from playwright.sync_api import expect

    page = context.new_page()
    cpu = cpu_of_chromium()
    laps = [(time.perf_counter(), cpu())]
    page.goto(address + LESSON)
    expect(page.locator(".jp-NotebookPanel .jp-Cell").first).to_be_visible(timeout=600 * SECONDS)
    laps.append((time.perf_counter(), cpu()))
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=600 * SECONDS)
    laps.append((time.perf_counter(), cpu()))
    notebook = Notebook.__new__(Notebook)  # its page is open already
    notebook.page = page
    notebook.run(notebook.cell("from autograder import check"), 600)
    laps.append((time.perf_counter(), cpu()))
    written = notebook.cell("def conv_window(")
    notebook.type(written, ANSWER)
    notebook.run(written, 600)
    checks = notebook.cells('check("conv_window", conv_window')
    said = notebook.run(checks[0], 600)
    laps.append((time.perf_counter(), cpu()))
    assert "passed" in said or "not yet" in said, said
    page.close()
    return [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(laps)]


def cpu_of_chromium() -> Callable[[], float]:
    """A function that gives the CPU time of all Chromium processes so far, also of those that have ended."""
    seen: dict[int, float] = {}

    def cpu() -> float:
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if "chrom" in process.name():
                    times = process.cpu_times()
                    seen[process.pid] = times.user + times.system
        return sum(seen.values())

    return cpu


def fill_cache(context: Any, address: str) -> None:
    """A first visit, until everything is kept."""
    from lab import SECONDS
    from playwright.sync_api import expect

    page = context.new_page()
    page.goto(address + LESSON)
    expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=600 * SECONDS)
    kept = before = 0
    while not kept or kept != before:
        page.wait_for_timeout(5 * SECONDS)
        names = "(await caches.keys()).filter((name) => name.startsWith('lite-'))"
        count = "async (name) => (await (await caches.open(name)).keys()).length"
        script = f"async () => (await Promise.all({names}.map({count}))).reduce((a, b) => a + b, 0)"
        before, kept = kept, page.evaluate(script)
    page.close()


def main() -> None:
    """Measure, and print a table."""
    from conftest import FLAGS
    from live_site import Served
    from playwright.sync_api import sync_playwright

    from tests import needs

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sites", nargs="+", type=Path)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    laps: list[list[Laps]] = [[] for _ in options.sites]
    with sync_playwright() as playwright, contextlib.ExitStack() as stack:
        homes = [stack.enter_context(tempfile.TemporaryDirectory()) for _ in options.sites]
        chromium = playwright.chromium.launch_persistent_context
        contexts = [chromium(home, executable_path=needs.chromium(), args=FLAGS) for home in homes]
        served = [Served(site) for site in options.sites]
        for context, each in zip(contexts, served, strict=True):
            fill_cache(context, each.address)
        for turn in range(options.turns):
            for number, each in enumerate(served):
                laps[number].append(visit(contexts[number], each.address))
                seconds, cpu = total(laps[number][-1])
                print(f"turn {turn + 1}, {options.sites[number]}: {seconds:.1f} s, {cpu:.1f} s of CPU time")
        for context, each in zip(contexts, served, strict=True):
            context.close()
            each.stop()
    for site, turns in zip(options.sites, laps, strict=True):
        print(f"\n{site}\n{'':26}{'clock':>8}{'CPU':>8}")
        for step, times in zip(
            (*STEPS, "in all"), [*zip(*turns, strict=True), map(total, turns)], strict=True
        ):
            clock, cpu = (min(column) for column in zip(*times, strict=True))
            print(f"{step:26}{clock:7.1f}s{cpu:7.1f}s")


def total(laps: Laps) -> tuple[float, float]:
    """The sums of the steps' times."""
    return sum(clock for clock, _ in laps), sum(cpu for _, cpu in laps)


if __name__ == "__main__":
    main()
