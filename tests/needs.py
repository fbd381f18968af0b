"""What some tests need beyond Python and the locked packages: a marker for each of these things.

On a person's machine a test is skipped where its thing is missing, and pytest's summary says what is missing
and how to get it. CI installs everything that can be installed, so there the same test fails, and so does a
test that is skipped in any other way.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _sandbox() -> str:
    from autograder.grading.trusted.sandbox import NoSandbox, choose

    try:
        choose()
    except NoSandbox as problem:
        return f"no sandbox works here: {'; '.join(str(problem).splitlines()[:2])}"
    return ""


def _backend(name: str) -> Callable[[], str]:
    def problem() -> str:
        from autograder.grading.trusted.sandbox import probe

        tried = probe(name)
        return "" if tried.works else f"{name} does not work here: {tried.problem}"

    return problem


def _compiler() -> str:
    from cs_conv.gpu import emulator

    return "" if emulator.available() else "g++ is not installed: apt-get install g++"


def _nvrtc() -> str:
    from tests.gpu import nvrtc

    return "" if nvrtc.library() else "nvidia-cuda-nvrtc-cu12 is not installed; its wheel is for Linux alone"


def _gpu() -> str:
    from cs_conv.gpu import machine

    try:
        machine.current()
    except machine.NoGPUError as error:
        return str(error)
    return ""


def _git() -> str:
    if shutil.which("git") is None:
        return "git is not installed: apt-get install git"
    asked = subprocess.run(["git", "ls-files", "--error-unmatch", "README.md"], cwd=ROOT, capture_output=True)
    return "" if asked.returncode == 0 else "this folder is not a git checkout: clone the course with git"


def postgresql() -> Path | None:
    """The folder of PostgreSQL's programs; Debian keeps it off PATH."""
    found = [Path(path).parent for path in [shutil.which("initdb")] if path]
    found += sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1] if found else None


def _postgresql() -> str:
    return "" if postgresql() else "PostgreSQL is not installed: apt-get install postgresql"


def chromium() -> str | None:
    """The path of an installed Chromium or Chrome; the environment's CHROMIUM comes first."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def _browser() -> str:
    help_ = "apt-get install chromium libatomic1, or name yours: CHROMIUM=/path/to/it"
    return "" if chromium() else f"no Chromium is installed: {help_}"


def _pyodide() -> str:
    from autograder.course import CourseError
    from autograder.site.pyodide import fetch
    from tests.autograder.site.in_node import CACHE

    if shutil.which("node") is None or shutil.which("npm") is None:
        return "node or npm is not installed: apt-get install nodejs npm"
    try:
        fetch(CACHE)
    except CourseError as error:
        return str(error)
    return _browser()


def _registry() -> str:
    command = [sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--no-deps", "--reinstall"]
    patience = os.environ | {"UV_HTTP_TIMEOUT": "10"}
    asked = subprocess.run([*command, "--python", sys.executable, "six"], env=patience, capture_output=True)
    return "" if asked.returncode == 0 else "no package registry answers: connect this machine to one"


HUB = {"bwrap": "bubblewrap", "npm": "npm", "git": "git", "buildah": "buildah", "mmdebstrap": "mmdebstrap"}
"""The programs that set up a hub and build an image, and the packages that bring them."""


def _hub() -> str:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "a hub is set up by root"
    absent = [name for name in HUB if shutil.which(name) is None]
    return (
        f"{', '.join(absent)} not installed: apt-get install {' '.join(HUB.values())}"
        if absent
        else _registry()
    )


NEEDS: dict[str, Callable[[], str]] = {
    "sandbox": _sandbox,
    "bubblewrap": _backend("bubblewrap"),
    "landlock": _backend("landlock"),
    "compiler": _compiler,
    "nvrtc": _nvrtc,
    "gpu": _gpu,
    "git": _git,
    "postgresql": _postgresql,
    "registry": _registry,
    "browser": _browser,
    "pyodide": _pyodide,
    "hub": _hub,
}
"""What to ask for each marker: it answers with what is missing, or with "" where nothing is."""

CI_MAY_LACK = {"gpu", "landlock"}
"""What no package brings: a device, and a kernel. Tests with these markers alone may be skipped in CI."""


@cache
def missing(marker: str) -> str:
    """What a test with this marker lacks on this machine; "" where it can run."""
    return NEEDS[marker]()


def may_be_skipped(markers: set[str]) -> bool:
    """Whether a test with these markers may be skipped: in CI only for a device or a kernel."""
    lacks = {marker for marker in markers if missing(marker)}
    return os.environ.get("CI", "").lower() != "true" or bool(lacks and lacks <= CI_MAY_LACK)


def pytest_sessionstart() -> None:
    """Let a test need g++ only when it compiles a kernel: what it checks before that runs without."""
    if problem := _compiler():
        from cs_conv.gpu import emulator

        emulator._compiled = lambda text: pytest.skip(f"compiler: {problem}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose thing is missing, before its fixtures are made."""
    for marker in NEEDS:
        if item.get_closest_marker(marker) and (problem := missing(marker)):
            pytest.skip(f"{marker}: {problem}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A test that was refused a sandbox is skipped; in CI, make a failure of every skip but CI_MAY_LACK's."""
    report: pytest.TestReport = yield
    markers = {marker for marker in NEEDS if item.get_closest_marker(marker)}
    if call.excinfo is not None and (problem := refused(call.excinfo.value)):
        path, line, _ = item.location
        report.outcome, report.longrepr = "skipped", (path, line or 0, f"Skipped: {problem}")
    if report.skipped and not hasattr(report, "wasxfail") and not may_be_skipped(markers):
        report.outcome, report.longrepr = "failed", f"CI skips nothing: {_reason(report)}"
    return report


def refused(error: BaseException) -> str:
    """Why there is no sandbox, if that is what the error says and this machine has none; else ""."""
    from autograder.grading.trusted.sandbox import NoSandbox
    from autograder.grading.trusted.sandbox.try_backends import ADVICE

    if isinstance(error, NoSandbox) or ADVICE.splitlines()[0] in str(error):
        return missing("sandbox") or missing("bubblewrap")
    return ""


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """The same for a module that skips itself while it is imported."""
    report: pytest.CollectReport = yield
    if report.skipped and not may_be_skipped(set()):
        report.outcome, report.longrepr = "failed", f"CI skips nothing: {_reason(report)}"
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
