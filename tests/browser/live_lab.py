"""All live pictures in one notebook, open in JupyterLab on one page, each below a function of a learner."""

import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
from axe_playwright_python.sync_playwright import Axe
from lab import SCREENSHOTS, SECONDS, Notebook, Server
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from autograder.notebooks.source import KERNEL

FORWARD = """\
import numpy as np

def conv_forward(x, w, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    (N, C, H, W), (K, _, FH, FW) = x.shape, w.shape
    out = np.zeros((N, K, (H - FH) // stride + 1, (W - FW) // stride + 1))
    for n, k, i, j in np.ndindex(*out.shape):
        y, z = i * stride, j * stride
        out[n, k, i, j] = np.sum(x[n, :, y : y + FH, z : z + FW] * w[k]) + b[k]
    return out
"""

SIZE = """\
def output_size(W, F, S=1, P=0):
    return (W - F + 2 * P) // S + 1
"""

BACKWARD = """\
def conv_dx(dout, x, w, stride=1, pad=0):
    FH, FW = w.shape[2:]
    dx = np.zeros((1, 1, x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    for i, j in np.ndindex(*dout.shape[2:]):
        y, z = i * stride, j * stride
        dx[0, 0, y : y + FH, z : z + FW] += dout[0, 0, i, j] * w[0, 0]
    return dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
"""

MAXIMA = """\
def max_pool_forward(x, size, stride):
    (FH, FW), (N, C, H, W) = size, x.shape
    out = np.zeros((N, C, (H - FH) // stride + 1, (W - FW) // stride + 1))
    switches = np.zeros(out.shape, int)
    for n, c, i, j in np.ndindex(*out.shape):
        window = x[n, c, i * stride : i * stride + FH, j * stride : j * stride + FW]
        out[n, c, i, j], switches[n, c, i, j] = window.max(), window.argmax()
    return out, switches
"""

COLUMNS = """\
def im2col(x, size, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    (FH, FW), (N, C, H, W) = size, x.shape
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    cols = np.zeros((C * FH * FW, N * OH * OW))
    for n, i, j in np.ndindex(N, OH, OW):
        y, z = i * stride, j * stride
        cols[:, (n * OH + i) * OW + j] = x[n, :, y : y + FH, z : z + FW].ravel()
    return cols
"""

GRADIENT = """\
def numeric_gradient(f, x, dout, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h) * dout
"""

DILATED = """\
def dilated_conv_dx(dout, w, x_shape, stride=1, pad=0, dilation=1):
    (N, C, H, W), (FH, FW) = x_shape, w.shape[2:]
    dx = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for (i, j), (p, q) in ((a, b) for a in np.ndindex(*dout.shape[2:]) for b in np.ndindex(FH, FW)):
        dx[0, 0, i * stride + p * dilation, j * stride + q * dilation] += dout[0, 0, i, j] * w[0, 0, p, q]
    return dx[:, :, pad : pad + H, pad : pad + W]
"""

SLIDE = """\
def slide(image):
    places = image[0].reshape(3, 28, 3, 28).mean(axis=(1, 3))
    return np.arange(10.0)[:, None, None] * places
"""

PARSE = """\
def parse_pattern(pattern):
    names = [name.strip() for name in pattern.split("->")]
    for name in names:
        if name not in ("INPUT", "CONV", "RELU", "POOL", "FC"):
            raise ValueError(f"position {pattern.index(name)}: no layer {name}")
    return names
"""

SHAPES = """\
def layer_shapes(layers, image, filters, units):
    filters, units, shapes = list(filters), list(units), [image]
    for layer in layers[1:]:
        last = shapes[-1]
        half = (*last[:1], *(n // 2 for n in last[1:]))
        new = {"CONV": (*filters[:1], *last[1:]), "POOL": half, "FC": tuple(units[:1])}.get(layer, last)
        filters, units = filters[layer == "CONV" :], units[layer == "FC" :]
        shapes.append(new)
    return shapes
"""

IMAGE = "x=np.arange(1.0, 26).reshape(1, 5, 5), w=np.ones((1, 1, 2, 2)), stride=2"
SHOWN = {
    "window": IMAGE,
    "sizes": "",
    "messages": "x_shape=(3, 3), w=np.array([[1, 2], [3, 4]]), dout=np.array([1, 10, 100, 1000])",
    "pooling": "x=np.array([[1, 5, 2, 0], [5, 3, 7, 7], [0, 0, 1, 2], [0, 9, 4, 3]])",
    "columns": "",
    "filters": "every=4",
    "steps": "",
    "field": "",
    "heat": "",
    "pattern": "pattern='INPUT -> CONV -> POOL -> FC'",
    "trainer": "batch=20",
    "demo": "pad=1, stride=2",
}
"""Each component with what it begins with; `demo` is a second window, of the notes' sizes."""


LEARNER = (FORWARD, SIZE, BACKWARD, MAXIMA, COLUMNS, GRADIENT, DILATED, SLIDE, PARSE, SHAPES)


class Lab:
    """The notebook with all components, and what the browser's console complained about meanwhile."""

    def __init__(self, page: Page, server: Server, path: str) -> None:
        """Open the notebook, and run all of it as soon as its kernel is there."""
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.notebook = Notebook(page, server, path)
        self.notebook.menu("Run", "Run All Cells")
        for name in SHOWN:
            self.component(name)

    def _note(self, message: ConsoleMessage) -> None:
        """Keep errors, without JupyterLab's own of other things."""
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def component(self, name: str) -> Locator:
        """A component that is drawn, with its first sentence."""
        cell = self.notebook.cell(f"{'window' if name == 'demo' else name}(globals(), {SHOWN[name]})")
        component = cell.locator(".live")
        expect(component.locator(".say")).to_have_text(re.compile(r"\w"), timeout=60 * SECONDS)
        return component

    def define(self, source: str) -> None:
        """Write a function anew in its cell, and run the cell."""
        found = re.search(r"def \w+", source)
        assert found is not None
        cell = self.notebook.cell(found[0])
        self.notebook.type(cell, source)
        self.notebook.run(cell)

    def serious(self) -> list[str]:
        """What axe finds wrong with the components, and is serious."""
        result = Axe().run(self.page, context=".live")
        return [v["id"] for v in result.response["violations"] if v["impact"] in ("serious", "critical")]

    def theme(self, name: str) -> None:
        """Choose a theme of JupyterLab in its menu."""
        self.page.locator(".lm-MenuBar-item", has_text="Settings").click()
        self.page.locator(".lm-Menu-item", has_text=re.compile("^Theme$")).hover()
        self.page.locator(".lm-Menu-item", has_text=re.compile(f"^{name}$")).click()
        light = "false" if "Dark" in name else "true"
        expect(self.page.locator("body")).to_have_attribute(
            "data-jp-theme-light", light, timeout=30 * SECONDS
        )

    def photograph(self, look: str) -> None:
        """Keep a screenshot of each component."""
        for name in SHOWN:
            self.component(name).screenshot(path=SCREENSHOTS / f"live-{name}-{look}.png")


def write_notebook(course: Path, cells: Sequence[str]) -> str:
    """Write a notebook of these cells into the server's folder; gives its path there."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata={"kernelspec": KERNEL}
    )
    place = course / "mine" / "live.ipynb"
    place.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, place)
    return place.name


def open_lab(page: Page, server: Server, course: Path) -> Lab:
    """Write the notebook into the server's folder, and open it on this page."""
    names = [name for name in SHOWN if name != "demo"]
    shows = [f"{'window' if name == 'demo' else name}(globals(), {SHOWN[name]})" for name in SHOWN]
    cells = [*LEARNER, f"from cs_conv.live import {', '.join(names)}", *shows]
    return Lab(page, server, write_notebook(course, cells))


def cell_of(component: Locator, kind: str, row: int, column: int, grid: int = 0) -> Locator:
    """One cell of a grid."""
    grids = component.locator(f"[data-kind={kind}] svg")
    return grids.nth(grid).locator("[role=row]").nth(row).locator(".cell").nth(column)


def drag_of(cell: Locator, right: float) -> tuple[float, float]:
    """The point `right` of the middle of a cell."""
    box = cell.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2
