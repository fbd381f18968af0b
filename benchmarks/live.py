"""How many pictures a second a live picture shows while one drags: python benchmarks/live.py

A learner's loops on an image of 16x16, in headless Chromium: on a page whose frames another process computes,
and in JupyterLab. A number is dragged for some seconds; pictures that differ are counted. Dragged beyond all
other numbers, it changes the colour of every cell: there cannot be more to draw. Needs chromium.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT), str(ROOT / "tests" / "browser")]

BEGIN = "x=np.arange(256.0).reshape(1, 16, 16) % 7, w=np.ones((1, 1, 3, 3)), pad=1"

# Changes a pixel at each animation frame for some seconds; gives the times between pictures that differ.
DRAG = """([root, seconds, most]) => new Promise((resolve) => {
  const times = [];
  const text = () => root.querySelector("[data-kind=output] .cell text").textContent;
  const begin = performance.now();
  let before = text();
  let value = 0;
  const step = (now) => {
    if (text() !== before) {
      before = text();
      times.push(now);
    }
    value = (value + 1) % (most + 1);
    const x = root.store.state.x.slice();
    x[0] = value;
    root.store.set({ x });
    if (now - begin < 1000 * seconds) requestAnimationFrame(step);
    else resolve(times.slice(1).map((time, q) => time - times[q]));
  };
  requestAnimationFrame(step);
})"""


def drag(page: Any, component: Any, seconds: float) -> str:
    """Drag, and say how many pictures there were."""
    said = []
    for where, most in (("among the others", 6), ("beyond them", 90)):
        gaps = page.evaluate(DRAG, [component.element_handle(), seconds, most])
        rate, gap = (1000 / statistics.mean(gaps), statistics.median(gaps)) if gaps else (0, 1000 * seconds)
        said.append(f"{where} {rate:.0f} pictures a second, {gap:.0f} ms between two")
    return "; ".join(said)


def main() -> None:
    """Measure both hosts and print them."""
    from lab import Notebook, serving
    from live_lab import FORWARD, write_notebook
    from playwright.sync_api import sync_playwright
    from test_live_page import Bare, serving_modules

    from tests import needs

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=5)
    seconds = options.parse_args().seconds
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=needs.chromium(), args=flags)
        with serving_modules() as site:
            bare = Bare(browser.new_page(), site)
            component = bare.show("window", BEGIN)
            print("on a page:    ", drag(bare.page, component, seconds), flush=True)
        course = Path(folder) / "course"
        course.mkdir()
        shutil.copy(ROOT / "course.yml", course)
        shutil.copytree(ROOT / "assignments", course / "assignments")
        shown = f"from cs_conv.live import window\nwindow(globals(), {BEGIN})"
        name = write_notebook(course, [FORWARD, shown])
        with serving(course, Path(folder) / "jupyter") as server:
            page = browser.new_page(viewport={"width": 1280, "height": 960})
            notebook = Notebook(page, server, name)
            notebook.menu("Run", "Run All Cells")
            component = page.locator(".live")
            component.locator(".cell").first.wait_for(timeout=60_000)
            print("in JupyterLab:", drag(page, component, seconds))
        browser.close()


if __name__ == "__main__":
    main()
