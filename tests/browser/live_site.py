"""The site that `make site` has built, served to a browser."""

import contextlib
import functools
import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from lab import ROOT, SECONDS
from playwright.sync_api import Locator, Page, expect

SITE = ROOT / "build" / "site"
START = 180 * SECONDS  # Pyodide's start; 5 to 10 s on a quiet machine


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
    """A folder, served until it is stopped."""

    def __init__(self, folder: Path) -> None:
        """Serve it."""
        handler = functools.partial(Quiet, directory=str(folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        """The address of a file."""
        return self.address + path

    def stop(self) -> None:
        """Do not answer any more."""
        self.server.shutdown()
        self.server.server_close()


@contextlib.contextmanager
def serving_site() -> Iterator[str]:
    """Serve the site; gives its address."""
    if not (SITE / "pyodide").is_dir():
        pytest.skip("there is no site with Pyodide in build/site: run make site")
    served = Served(SITE)
    yield served.address
    served.stop()


class Visit:
    """A page of the site in a window, and what went wrong in it."""

    def __init__(self, page: Page, site: str) -> None:
        """Note what the page complains about, and what it asks other hosts for."""
        self.page, self.site = page, site
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        page.on("request", lambda request: self._note(request.url))

    def _note(self, address: str) -> None:
        if not address.startswith((self.site, "data:", "blob:")):
            self.complaints.append(f"asked for {address}")

    def open(self, path: str = "index.html") -> None:
        """Open a page."""
        self.page.goto(self.site + path)

    def part(self, component: str, number: int = 0) -> Locator:
        """A live part that is drawn."""
        part = self.page.locator(f".live-part[data-part*='/{component}-']").nth(number)
        part.scroll_into_view_if_needed()
        expect(part.locator(".say")).to_have_text(re.compile(r"\w{3}"))
        return part

    def computes(self, part: Locator) -> None:
        """Wait for Python."""
        expect(part.locator(".note")).to_have_text(
            "Python computes these pictures in this page.", timeout=START
        )

    def run(self, part: Locator, code: str) -> None:
        """Write code into the part's editor, and run it."""
        part.locator("textarea").fill(code)
        part.get_by_role("button", name="Run").click()
