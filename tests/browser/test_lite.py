"""The whole course without installation: JupyterLite, built from local files, as a learner uses it."""

import functools
import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from lab import ROOT, SCREENSHOTS, SECONDS, Notebook
from playwright.sync_api import Browser, BrowserContext, Page, expect

from autograder.checks import find
from autograder.course import load_course
from autograder.site.lite import build_lite

pytestmark = pytest.mark.pyodide

WINDOW = """\
def conv_window(x, w, b, i, j, stride=1):
    (C, FH, FW), (y, z) = w.shape, (i * stride, j * stride)
    return np.sum(x[:, y : y + FH, z : z + FW] * w) + b
"""
PATIENCE = 240  # seconds, with every core busy


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    extensions_map: ClassVar = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *_: object) -> None:
        """Write no line for a request."""


class Served:
    """A folder, served until it is `stopped`."""

    def __init__(self, folder: Path) -> None:
        handler = functools.partial(Quiet, directory=str(folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"{self.address}/lite/{path}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site."""
    folder = tmp_path_factory.mktemp("site")
    build_lite(load_course(ROOT), folder, print)
    return folder


@pytest.fixture
def lite(site: Path) -> Iterator[Served]:
    """The site on a web server."""
    served = Served(site)
    yield served
    served.stop()


@pytest.fixture
def learner(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has never been here."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport={"width": 1280, "height": 960}, accept_downloads=True)
    context.set_default_timeout(60 * SECONDS)
    yield context
    context.close()


class Lite(Notebook):
    """A notebook open in JupyterLite."""

    def __init__(self, page: Page, served: Served, path: str) -> None:
        self.page = page
        self.asked: set[str] = set()
        page.on("request", lambda request: self.asked.add(request.url))
        page.goto(served.url(f"lab/index.html?path={path}"))
        expect(page.locator(".jp-NotebookPanel .jp-Cell").first).to_be_visible(timeout=60 * SECONDS)
        self.wait()

    def wait(self, seconds: float = PATIENCE) -> None:
        """Wait until Python is there, and has nothing to do."""
        expect(self.page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=seconds * SECONDS)

    def save(self) -> None:
        """Save, and wait until that is done."""
        self.page.keyboard.press("Control+S")
        expect(self.page.locator(".jp-mod-dirty")).to_have_count(0)


def answer(lite: Lite, name: str, source: str, aspect: str) -> str:
    """Write an answer, run it, and return what its check says."""
    written = lite.cell(f"def {name}(")
    lite.type(written, source)
    lite.run(written, PATIENCE)
    return lite.run(lite.cell(f'check("{name}", {name}, "{aspect}")'), PATIENCE)


def test_a_wrong_answer_is_named_a_right_one_passes_and_both_survive(
    learner: BrowserContext, lite: Served, tmp_path: Path
) -> None:
    page = learner.new_page()
    began = time.monotonic()
    notebook = Lite(page, lite, "02-conv-forward/conv_forward.ipynb")
    print(f"Python is there after {time.monotonic() - began:.1f} s")
    aspect = find("conv_window").aspects[0].name
    notebook.run(notebook.cell("from autograder import check"), PATIENCE)
    flipped = WINDOW.replace("* w)", "* w[:, ::-1, ::-1])")
    said = answer(notebook, "conv_window", flipped, aspect)
    print(f"a verdict after {time.monotonic() - began:.1f} s")
    page.screenshot(path=SCREENSHOTS / "lite-wrong.png")
    assert "not yet" in said
    assert "flip" in said
    began = time.monotonic()
    assert "passed" in answer(notebook, "conv_window", WINDOW, aspect)
    print(f"a right answer after {time.monotonic() - began:.1f} s")
    notebook.save()
    page.reload()
    again = Lite(page, lite, "02-conv-forward/conv_forward.ipynb")
    assert "i * stride, j * stride" in again.cell("def conv_window(").inner_text()
    outside = {
        url for url in notebook.asked | again.asked if not url.startswith((lite.address, "blob:", "data:"))
    }
    assert outside == set()
