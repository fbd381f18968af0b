"""The whole course without installation: JupyterLite, built from local files, as a learner uses it."""

import functools
import http.server
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from lab import ROOT, SCREENSHOTS, SECONDS, Notebook
from playwright.sync_api import Browser, BrowserContext, Page, expect

from autograder.checks import find
from autograder.course import load_course
from autograder.grading.gradebook.read import read_scores
from autograder.site.lite import build_lite, measured

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


LESSON = "02-conv-forward/conv_forward.ipynb"


def test_a_wrong_answer_is_named_a_right_one_passes_is_kept_and_counts(
    learner: BrowserContext, lite: Served, tmp_path: Path
) -> None:
    page = learner.new_page()
    began = time.monotonic()
    notebook = Lite(page, lite, LESSON)
    print(f"Python is there after {time.monotonic() - began:.1f} s")
    aspects = [aspect.name for aspect in find("conv_window").aspects]
    notebook.run(notebook.cell("from autograder import check"), PATIENCE)
    said = answer(notebook, "conv_window", WINDOW.replace("* w)", "* w[:, ::-1, ::-1])"), aspects[0])
    print(f"a verdict after {time.monotonic() - began:.1f} s")
    page.screenshot(path=SCREENSHOTS / "lite-wrong.png")
    assert "not yet" in said
    assert "the filter is flipped" in said
    for aspect in aspects:
        assert "passed" in answer(notebook, "conv_window", WINDOW, aspect)
    notebook.save()
    page.reload()
    again = Lite(page, lite, LESSON)
    assert "i * stride, j * stride" in again.cell("def conv_window(").inner_text()
    own = (lite.address, "blob:", "data:")
    assert {url for url in notebook.asked | again.asked if not url.startswith(own)} == set()

    page.goto(lite.url("work.html"))
    expect(page.get_by_role("link", name=LESSON)).to_be_visible()
    page.screenshot(path=SCREENSHOTS / "lite-work.png")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save everything as one zip").click()
    work = tmp_path / "work.zip"
    saved.value.save_as(work)
    with zipfile.ZipFile(work) as archive:
        assert archive.namelist() == [LESSON]
        archive.extractall(tmp_path / "submitted" / "ann")
    assert points(tmp_path) == sum(aspect.points for aspect in find("conv_window").aspects)


def points(folder: Path) -> float:
    """What Ann earns for the second lesson, graded as any submission."""
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, folder)
    for name in ("assignments", "solutions"):
        shutil.copytree(ROOT / name / "02-conv-forward", folder / name / "02-conv-forward")
    for verb in ("release", "grade"):
        command = [sys.executable, "-m", "autograder", verb, "02", "--course", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    course = load_course(folder)
    return read_scores(course, course.assignment("02"), "ann")[0]


def test_all_work_goes_in_as_one_zip_and_is_not_deleted_by_accident(
    learner: BrowserContext, lite: Served, tmp_path: Path
) -> None:
    work = tmp_path / "work.zip"
    text = (ROOT / "assignments" / LESSON).read_text(encoding="utf-8")
    with zipfile.ZipFile(work, "w") as archive:
        archive.writestr(
            LESSON, text.replace("raise NotImplementedError", "return 42 or NotImplementedError")
        )
        archive.writestr("picture.bin", bytes(range(256)))
        archive.writestr("__MACOSX/._conv_forward.ipynb", b"what macOS adds")
    page = learner.new_page()
    page.goto(lite.url("work.html"))
    expect(page.locator("#said")).to_contain_text("There is nothing here yet")
    page.get_by_label("Load a zip").set_input_files(work)
    expect(page.get_by_role("status")).to_contain_text("Loaded 2 files from work.zip.")
    with zipfile.ZipFile(work, "w") as archive:
        archive.writestr(LESSON, text)
    page.get_by_label("Load a zip").set_input_files(work)
    expect(page.get_by_role("status")).to_contain_text("1 of these had other content here")
    expect(page.locator("#list li")).to_have_count(3)
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("dialog")).to_contain_text("This deletes 3 files")
    expect(page.get_by_role("dialog")).to_contain_text("You have never saved a zip.")
    page.get_by_role("button", name="Keep everything").click()
    expect(page.get_by_role("status")).to_have_text("Nothing was deleted.")
    page.screenshot(path=SCREENSHOTS / "lite-work-two.png")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save everything as one zip").click()
    with zipfile.ZipFile(saved.value.path()) as archive:
        assert archive.read("picture.bin") == bytes(range(256))
    page.locator("#list a").filter(has_text=" before ").click()
    answered = page.locator(".jp-CodeCell", has_text="return 42 or")
    expect(answered.first).to_be_attached(timeout=PATIENCE * SECONDS)
    page.goto(lite.url("work.html"))
    page.get_by_role("button", name="Delete everything").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("status")).to_have_text("Deleted 3 files.")
    expect(page.locator("#list li")).to_have_count(0)


KEPT = """async () => {
  const name = (await caches.keys()).find((name) => name.startsWith("lite-"));
  return name ? (await (await caches.open(name)).keys()).length : 0;
}"""
"""How many files are there for a visit without a network."""


def test_a_second_visit_needs_no_network(learner: BrowserContext, site: Path) -> None:
    served = Served(site)
    page = learner.new_page()
    Lite(page, served, LESSON)
    kept, before = 0, -1
    while kept < 450 or kept != before:
        page.wait_for_timeout(5 * SECONDS)
        kept, before = page.evaluate(KEPT), kept
    print(f"{kept} files are kept")
    served.stop()
    page.close()
    page = learner.new_page()  # the server is gone, and Python starts again
    notebook = Lite(page, served, "01-volumes/volumes.ipynb")
    notebook.run(notebook.cell("from autograder import check"), PATIENCE)
    size = "def output_size(W, F, S=1, P=0):\n    return (W - F + 2 * P) // S\n"
    assert "not yet" in answer(notebook, "output_size", size, find("output_size").aspects[0].name)
    page.screenshot(path=SCREENSHOTS / "lite-offline.png")


def test_a_phone_is_told_where_the_lessons_read_well(learner: BrowserContext, lite: Served) -> None:
    page = learner.new_page()
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(lite.url(f"lab/index.html?path={LESSON}"))
    note = page.locator("#cs-conv-phone")
    expect(note).to_contain_text("On a phone, read the lessons on the site")
    assert note.get_by_role("link").get_attribute("href") == "../../"
    page.screenshot(path=SCREENSHOTS / "lite-phone.png")
    note.get_by_role("button", name="Go on here").click()
    expect(note).to_have_count(0)


def test_it_is_no_larger_than_it_must_be(site: Path) -> None:
    """Megabytes; the build prints them."""
    sizes = measured(site)
    print(sizes)
    assert sizes.lite < 25
    assert sizes.python < 30
    assert sizes.compressed < 22
