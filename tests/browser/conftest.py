"""A browser, a served folder, and a place for screenshots."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab import ROOT, SCREENSHOTS, SECONDS, Server, serving
from live_lab import Lab, open_lab
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import needs

# No sandbox of its own (it refuses to run as root with one), no GPU, and no calls home.
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests."""
    expect.set_options(timeout=30 * SECONDS)  # as for actions: the kernel answers beside other tests
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=needs.chromium(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's copy of the course: what it is, and the released assignments."""
    copy = tmp_path_factory.mktemp("student")
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, copy)
    shutil.copytree(ROOT / "assignments", copy / "assignments")
    return copy


@pytest.fixture(scope="session")
def server(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab on the student's copy."""
    with serving(course, tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh window; a screenshot of what it showed last is kept, to explain failures."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport={"width": 1280, "height": 960})
    context.set_default_timeout(30 * SECONDS)
    page = context.new_page()
    yield page
    page.screenshot(path=SCREENSHOTS / f"{request.node.name}-last.png")
    context.close()


@pytest.fixture(scope="session")
def live_lab(browser: Browser, server: Server, course: Path) -> Iterator[Lab]:
    """All live pictures on one page."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport={"width": 1280, "height": 960})
    context.set_default_timeout(30 * SECONDS)
    page = context.new_page()
    try:
        yield open_lab(page, server, course)
    finally:
        page.screenshot(path=SCREENSHOTS / "live-last.png")
        context.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say where the screenshots are."""
    if SCREENSHOTS.is_dir():
        terminalreporter.write_line(f"screenshots: {SCREENSHOTS}")
