"""JupyterLab as a person meets it: a server, and a notebook in a browser that is typed into and read."""

import contextlib
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
SECONDS = 1000  # playwright counts in milliseconds


class Server:
    """What `cs-conv lab` starts: JupyterLab on the learner's copies, here with settings of its own."""

    def __init__(self, course: Path, home: Path, instructor: bool = False) -> None:
        """Serve the copies in `course`, or to an instructor the folder itself, as `jupyter lab` in it does;
        everything that Jupyter writes about itself goes to `home`.
        """
        home.mkdir(parents=True, exist_ok=True)
        folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        self.environment = os.environ | {name: str(home / name.lower()) for name in folders}
        self.token = secrets.token_hex(16)
        self.environment["JUPYTER_TOKEN"] = self.token
        self.log = home / "jupyterlab.log"
        # The invitation to read Jupyter's news would cover the notebook.
        news = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
        page_config = home / "jupyter_config_dir" / "labconfig" / "page_config.json"
        page_config.parent.mkdir(parents=True, exist_ok=True)
        page_config.write_text(json.dumps(news))
        # Cells that are scrolled away stay in the page, so that tests find them.
        settings = (
            home / "jupyter_config_dir" / "lab" / "user-settings" / "@jupyterlab" / "notebook-extension"
        )
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "autograder", "lab", f"--course={course}"]
        if instructor:
            command = [sys.executable, "-m", "jupyterlab", "--allow-root", f"--ServerApp.root_dir={course}"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--no-browser", f"--port={port}"],
                cwd=course if instructor else None,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait()

    def _wait(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(self.url("/api/status"), timeout=5):
                return
            time.sleep(0.2)
        self.stop()
        raise RuntimeError(
            f"JupyterLab did not answer in {seconds:g} s:\n{self.log.read_text(encoding='utf-8')[-3000:]}"
        )

    def url(self, path: str) -> str:
        """Return the address of `path` with what lets one in."""
        return f"{self.address}{quote(path)}?token={self.token}"

    def stop(self) -> None:
        """End the server, which ends its kernels; all of it is a process group of its own."""
        with contextlib.suppress(ProcessLookupError):  # the group is gone
            for kind, seconds in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
                os.killpg(self.process.pid, kind)
                deadline = time.monotonic() + seconds
                while time.monotonic() < deadline:
                    self.process.poll()
                    os.killpg(self.process.pid, 0)
                    time.sleep(0.1)


@contextlib.contextmanager
def serving(course: Path, home: Path, instructor: bool = False) -> Iterator[Server]:
    """Serve the copies in `course`, or all of it to its instructor, while the block lasts."""
    server = Server(course, home, instructor)
    try:
        yield server
    finally:
        server.stop()


class Notebook:
    """One notebook open in JupyterLab."""

    def __init__(self, page: Page, server: Server, path: str) -> None:
        """Open `path` (within the server's folder) alone on the page, and wait for its kernel."""
        self.page = page
        page.goto(server.url(f"/doc/tree/{path}"))
        expect(page.locator(".jp-NotebookPanel .jp-Cell").first).to_be_visible(timeout=60 * SECONDS)
        # The notebook's own sign says idle before there is a kernel; the status bar does not.
        expect(page.locator("#jp-main-statusbar")).to_contain_text("| Idle", timeout=60 * SECONDS)
        self.wait()

    def wait(self, seconds: float = 60) -> None:
        """Wait until the kernel is idle."""
        idle = self.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        expect(idle).to_be_attached(timeout=seconds * SECONDS)

    def cells(self, text: str) -> list[Locator]:
        """Return the code cells whose source contains `text`, of which there is at least one."""
        editor = self.page.locator(".jp-InputArea-editor", has_text=text)
        cells = self.page.locator(".jp-CodeCell").filter(has=editor)
        expect(cells.first).to_be_attached(timeout=30 * SECONDS)
        return cells.all()

    def cell(self, text: str) -> Locator:
        """Return the one code cell whose source contains `text`."""
        found = self.cells(text)
        if len(found) != 1:
            raise LookupError(f"{len(found)} cells contain {text!r}, one should")
        return found[0]

    def type(self, cell: Locator, source: str) -> None:
        """Replace what stands in `cell` by `source`, through the keyboard."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)

    def run(self, cell: Locator, seconds: float = 60) -> str:
        """Run `cell` with Ctrl+Enter and return its output as a person reads it."""
        before = self._count(cell)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        count = cell.locator(".jp-InputPrompt").first
        expect(count).to_have_text(re.compile(r"\[\d+\]"), timeout=seconds * SECONDS)
        expect(count).not_to_have_text(before, timeout=seconds * SECONDS)
        return self.output(cell)

    @staticmethod
    def _count(cell: Locator) -> str:
        return cell.locator(".jp-InputPrompt").first.inner_text()

    def run_up_to(self, cell: Locator, seconds: float = 120) -> None:
        """Run every cell above `cell`, as a person does who came back the next day."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Escape")
        self.menu("Run", "Run All Above Selected Cell")
        self.wait(seconds)

    def menu(self, name: str, entry: str) -> None:
        """Choose `entry` in the menu `name` of the menu bar."""
        self.page.locator(".lm-MenuBar-item", has_text=re.compile(f"^{name}$")).click()
        self.page.locator(".lm-Menu-item", has_text=entry).first.click()

    def output(self, cell: Locator) -> str:
        """Return the text of the output below `cell`."""
        areas = cell.locator(".jp-Cell-outputArea .jp-OutputArea-output")
        return "\n".join(areas.all_inner_texts())

    def picture(self, cell: Locator, path: Path) -> None:
        """Take a picture of `cell`: its source and its first output."""
        cell.scroll_into_view_if_needed()
        source = cell.locator(".jp-InputArea-editor").bounding_box()
        shown = cell.locator(".jp-RenderedHTML").first.bounding_box()
        assert source is not None
        assert shown is not None
        clip = {"x": source["x"], "y": source["y"], "width": source["width"]}
        self.page.screenshot(path=path, clip={**clip, "height": shown["y"] + shown["height"] - source["y"]})

    def validate(self, picture: Path, seconds: float = 120) -> str:
        """Press nbgrader's Validate button, photograph its dialog, close it, and return what it said."""
        self.page.get_by_role("button", name="Validate").click()
        dialog = self.page.locator(".jp-Dialog")
        expect(dialog).to_contain_text("Validation Results", timeout=seconds * SECONDS)
        said = dialog.inner_text()
        self.page.screenshot(path=picture)
        dialog.get_by_role("button", name="Ok").click()
        expect(dialog).to_have_count(0)
        return said
