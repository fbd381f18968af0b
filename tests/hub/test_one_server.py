"""docs/machines/one-server.md, word by word: a JupyterHub, a class, a lesson from release to feedback."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.hub.machine import Machine
from tests.hub.page import blocks
from tests.hub.visitor import Visitor
from tests.needs import ROOT

PAGE = blocks(ROOT / "docs" / "machines" / "one-server.md")
PASSWORDS = {name: f"{name} has a secret" for name in ("teacher", "ana", "ben", "chloe")}
LESSON, NOTEBOOK = "00-start", "00-start/start.ipynb"
ANSWER = (
    "def left_edges(x):\n    out = np.zeros(x.shape)\n    out[:, 1:] = x[:, 1:] - x[:, :-1]\n    return out"
)


def test_the_page_names_the_blocks_that_are_not_run_as_root_at_once():
    named = [name for name, _ in PAGE if name]
    assert named == ["system", "accounts", "hub", "teacher release", "teacher grade"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine on which everything on the page was typed, up to the start of the hub."""
    machine = Machine(tmp_path_factory.mktemp("server"), ROOT)
    (machine.root / "root" / "passwords").write_text(
        "".join(f"{name}:{password}\n" for name, password in PASSWORDS.items())
    )
    for name, script in PAGE:
        if name in ("", "accounts"):  # "system" is what CI installs; the others are tests below
            machine.run(script, timeout=900)
    return machine


@pytest.fixture(scope="module")
def address(server: Machine) -> Iterator[str]:
    """Where the hub listens; it runs until the last test is done."""
    script = dict(PAGE)["hub"].rstrip()
    ports = {name: _free_port() for name in ("port", "JupyterHub.hub_port", "proxy")}
    words = f"--port={ports['port']} --ip=127.0.0.1 --JupyterHub.hub_port={ports['JupyterHub.hub_port']}"
    words += f" --ConfigurableHTTPProxy.api_url=http://127.0.0.1:{ports['proxy']}"
    log = server.root / "hub.log"
    hub = server.start(f"{script} {words}", log)
    where = f"http://127.0.0.1:{ports['port']}"
    try:
        _wait_until(lambda: requests.get(f"{where}/hub/login", timeout=10).ok, hub, log)
        yield where
    finally:
        hub.terminate()
        hub.wait(30)


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _wait_until(answers: Any, hub: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + 180
    while True:
        try:
            if answers():
                return
        except requests.RequestException:
            pass
        assert hub.poll() is None, log.read_text()[-4000:]
        assert time.monotonic() < ends, log.read_text()[-4000:]
        time.sleep(0.5)


def _answered(notebook: Any, answer: str) -> Any:
    (cell,) = (
        c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "left_edges"
    )
    cell["source"] = answer
    return notebook


@pytest.mark.hub
def test_a_lesson_goes_out_and_comes_back_with_feedback(server: Machine, address: str) -> None:
    """Release, fetch, work, validate, submit, collect, grade in the sandbox, feedback fetched."""
    said = server.run(dict(PAGE)["teacher release"], user="teacher")
    assert "student code can be confined" in said, "an ordinary user has a sandbox"
    students = {name: Visitor(address, name, PASSWORDS[name]) for name in ("ana", "ben")}
    for name, student in students.items():
        student.assignments("POST", "fetch", LESSON)
        if name == "ana":  # the other hands in the bug that is planted there
            student.save(NOTEBOOK, _answered(student.notebook(NOTEBOOK), ANSWER))
        said = student.ask("POST", "assignments/validate", data={"path": NOTEBOOK})
        assert ("failed" in str(said)) == (name == "ben"), said
        student.assignments("POST", "submit", LESSON)
    graded = server.run(dict(PAGE)["teacher grade"], user="teacher", timeout=900)
    assert {"ana", "ben"} <= {*graded.split()}
    pages = {}
    for name, student in students.items():
        student.assignments("POST", "fetch_feedback", LESSON)
        (page,) = (server.root / "home" / name / LESSON / "feedback").rglob("start.html")
        pages[name] = page.read_text(encoding="utf-8")
    points = {name: re.search(r"([\d.]+) of ([\d.]+)", page).groups() for name, page in pages.items()}
    assert points["ana"][0] == points["ana"][1]
    assert float(points["ben"][0]) < float(points["ben"][1])


@pytest.mark.hub
def test_nobody_reads_what_is_not_theirs(server: Machine) -> None:
    """Neither the teacher's course, nor another's home, nor what others handed in, nor the hub's secrets."""
    closed = ["/home/teacher", "/home/ben", "/srv/jupyterhub", "/root"]
    for folder in closed:
        assert "denied" in server.run(f"ls {folder} 2>&1 || true", user="ana"), folder
    inbound = "/srv/nbgrader/exchange/cs-conv/inbound"
    assert "denied" in server.run(f"ls {inbound} 2>&1 || true", user="ana")
