"""The whole course without installation: JupyterLite, built from local files, as a learner uses it."""

import json
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab import ROOT, SCREENSHOTS, SECONDS, Notebook
from live_lab import FORWARD, cell_of, drag_of
from live_site import Served
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
        page.goto(served.url(f"lite/lab/index.html?path={path}"))
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

    page.goto(lite.url("lite/work.html"))
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
    page.goto(lite.url("lite/work.html"))
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
    page.goto(lite.url("lite/work.html"))
    page.get_by_role("button", name="Delete everything").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("status")).to_have_text("Deleted 3 files.")
    expect(page.locator("#list li")).to_have_count(0)


def test_a_number_is_dragged_and_the_learners_function_draws_the_picture(
    learner: BrowserContext, lite: Served
) -> None:
    page = learner.new_page()
    notebook = Lite(page, lite, LESSON)
    cell = notebook.cell("def conv_forward(")
    numbers = "x=np.arange(16.0).reshape(1, 4, 4), w=np.ones((1, 1, 2, 2)), b=np.zeros(1)"
    draws = f"window(globals(), {numbers}, stride=2)"
    notebook.type(cell, f"{FORWARD}\nfrom cs_conv.live import window\n{draws}")
    notebook.run(cell, PATIENCE)
    component = cell.locator(".live")
    first = cell_of(component, "output", 0, 0)
    expect(first).to_have_attribute(
        "aria-label", re.compile(r": 10\b"), timeout=PATIENCE * SECONDS
    )  # 0 1 4 5
    pixel = cell_of(component, "pixel", 0, 0)
    pixel.scroll_into_view_if_needed()
    pixel.hover()
    page.mouse.down()
    page.mouse.move(*drag_of(pixel, 24), steps=4)  # 6 screen pixels a step of a half
    page.mouse.up()
    expect(pixel).to_have_attribute("aria-label", re.compile(r": 2\b"))
    expect(first).to_have_attribute("aria-label", re.compile(r": 12\b"))
    page.screenshot(path=SCREENSHOTS / "lite-dragged.png")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (None, "wrong.zip is not a zip, or it is damaged."),
        ({}, "there is no notebook in wrong.zip."),
        ({"photo.jpg": "photo"}, "there is no notebook in wrong.zip."),
        ({"a.ipynb": '{"cells": []}', "b.ipynb": "{}"}, "b.ipynb is not a notebook, so nothing"),
        ({"b.ipynb": "no JSON"}, "b.ipynb is not a notebook, so nothing"),
    ],
)
def test_a_wrong_zip_is_said_to_be_one_and_changes_nothing(
    learner: BrowserContext, lite: Served, tmp_path: Path, files: dict[str, str] | None, said: str
) -> None:
    wrong = tmp_path / "wrong.zip"
    if files is None:
        wrong.write_bytes(b"an answer")
    else:
        with zipfile.ZipFile(wrong, "w") as archive:
            for path, text in files.items():
                archive.writestr(path, text)
    page = learner.new_page()
    page.goto(lite.url("lite/work.html"))
    expect(page.locator("#said")).to_contain_text("There is nothing here yet")
    page.get_by_label("Load a zip").set_input_files(wrong)
    expect(page.get_by_role("status")).to_contain_text(f"That did not work: {said}")
    page.reload()
    expect(page.locator("#said")).to_contain_text("There is nothing here yet")


def test_a_zip_with_one_more_folder_around_the_lessons_is_loaded_as_without_it(
    learner: BrowserContext, lite: Served, tmp_path: Path
) -> None:
    work = tmp_path / "work.zip"
    with zipfile.ZipFile(work, "w") as archive:
        archive.writestr("my-work/notes.txt", "text")
        archive.writestr(
            f"my-work/{LESSON}", '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
        )
    page = learner.new_page()
    page.goto(lite.url("lite/work.html"))
    page.get_by_label("Load a zip").set_input_files(work)
    expect(page.locator("#list li")).to_have_text([re.compile(LESSON), re.compile("^notes.txt")])


FORMER = """([path, content]) => new Promise((resolve) => {
  localStorage.setItem("cs-conv-saved", "2026-11-01T12:00:00Z");
  const opened = indexedDB.open("cs-conv");
  opened.onupgradeneeded = () =>
    ["files", "counters", "checkpoints"].map((name) => opened.result.createObjectStore(name));
  opened.onsuccess = () => {
    const all = opened.result.transaction("files", "readwrite");
    const name = path.slice(path.lastIndexOf("/") + 1);
    const now = "2026-11-01T12:00:00Z";
    const about = { path, name, created: now, last_modified: now, writable: true, format: "json" };
    const notebook = { ...about, type: "notebook", mimetype: "application/json", content };
    all.objectStore("files").put(notebook, path);
    all.oncomplete = () => { opened.result.close(); resolve(); };
  };
})"""
"""Puts a notebook where all sites kept theirs until November 2026."""


def test_two_courses_on_one_host_keep_their_work_apart_and_find_that_of_earlier_times(
    learner: BrowserContext, site: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).symlink_to(site)
    served = Served(tmp_path)
    page = learner.new_page()
    page.goto(served.url("one/lite/icon-120x120.png"))
    text = (ROOT / "assignments" / LESSON).read_text(encoding="utf-8")
    page.evaluate(FORMER, [LESSON, json.loads(text.replace("raise NotImplementedError", "return 42"))])
    page.goto(served.url(f"one/lite/lab/index.html?path={LESSON}"))
    expect(page.locator(".jp-CodeCell", has_text="return 42").first).to_be_attached(
        timeout=PATIENCE * SECONDS
    )
    page.goto(served.url("one/lite/work.html"))
    work = tmp_path / "work.zip"
    with zipfile.ZipFile(work, "w") as archive:
        archive.writestr("only/here.ipynb", text)
    page.get_by_label("Load a zip").set_input_files(work)
    expect(page.locator("#list li")).to_have_count(2)
    page.goto(served.url("two/lite/work.html"))
    expect(page.locator("#list li")).to_have_text(re.compile(LESSON))  # that of earlier times alone
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("dialog")).to_contain_text("You last saved a zip on")
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("status")).to_have_text("Deleted 1 file.")
    page.reload()
    expect(page.locator("#said")).to_contain_text("There is nothing here yet")
    page.goto(served.url("one/lite/work.html"))
    expect(page.locator("#list li")).to_have_count(2)
    served.stop()


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
    page.goto(lite.url(f"lite/lab/index.html?path={LESSON}"))
    note = page.locator("#cs-conv-phone")
    expect(note).to_contain_text("On a phone, read the lessons on the site")
    assert note.get_by_role("link").get_attribute("href") == "../../"
    page.screenshot(path=SCREENSHOTS / "lite-phone.png")
    note.get_by_role("button", name="Go on here").click()
    expect(note).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_as_dark_as_the_system(learner: BrowserContext, lite: Served, scheme: str) -> None:
    page = learner.new_page()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(lite.url(f"lite/lab/index.html?path={LESSON}"))
    expect(page.locator(".jp-NotebookPanel .jp-Cell").first).to_be_visible(timeout=PATIENCE * SECONDS)
    light = "true" if scheme == "light" else "false"
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", light)
    page.screenshot(path=SCREENSHOTS / f"lite-{scheme}.png")


def test_it_is_no_larger_than_it_must_be(site: Path) -> None:
    """Megabytes; the build prints them."""
    sizes = measured(site)
    print(sizes)
    assert sizes.lite < 25
    assert sizes.python < 30
    assert sizes.compressed < 22
