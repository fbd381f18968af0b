"""nbgrader's own commands, run in the course's folder as its manual says, with an exchange of their own."""

from __future__ import annotations

import csv
import getpass
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from autograder.notebooks.files import graded_as, read_notebook, write_notebook
from tests.autograder.conftest import RIGHT

pytestmark = pytest.mark.slow
NAME = "01-sums"
# As `nbgrader` itself starts, but for the two seconds that quick_start saves each time.
NBGRADER = "import autograder.skip_slow_imports; from nbgrader.apps.nbgraderapp import main; main()"
EXCHANGING = (
    *("release_assignment", "list", "fetch_assignment", "submit", "collect"),
    *("release_feedback", "fetch_feedback"),
)


@pytest.fixture
def nbgrader(tmp_path):
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)

    def run(folder: Path, command: str, *words: str) -> str:
        line = [sys.executable, "-c", NBGRADER, command, *words]
        if command in EXCHANGING:
            line.append(f"--Exchange.root={exchange}")
        done = subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=300)
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"nbgrader {command}:\n{said}"
        return said

    return run


def test_from_source_to_feedback(course, nbgrader, tmp_path):
    """generate, validate, release, list, fetch, submit, collect, autograde, feedback, export."""
    instructor, student = course.root, tmp_path / "student"
    student.mkdir()
    ours = (course.releases / NAME / "sums.ipynb").read_text(encoding="utf-8")
    nbgrader(instructor, "generate_assignment", NAME, "--force")
    assert (course.releases / NAME / "sums.ipynb").read_text(encoding="utf-8").rstrip("\n") == ours.rstrip(
        "\n"
    )

    assert "Success" in nbgrader(instructor, "validate", f"build/source/{NAME}/sums.ipynb")
    assert "FAILED ON 3 CELL(S)" in nbgrader(instructor, "validate", f"assignments/{NAME}/sums.ipynb")

    nbgrader(instructor, "release_assignment", NAME)
    assert f"sample {NAME}" in nbgrader(student, "list", "--course", "sample")
    nbgrader(student, "fetch_assignment", NAME, "--course", "sample")
    answer(student / NAME / "sums.ipynb", add=RIGHT["add"])
    nbgrader(student, "submit", NAME, "--course", "sample")

    nbgrader(instructor, "collect", NAME)
    nbgrader(instructor, "autograde", NAME)
    nbgrader(instructor, "generate_feedback", NAME)
    nbgrader(instructor, "release_feedback", NAME)
    nbgrader(student, "fetch_feedback", NAME, "--course", "sample")
    assert len(list((student / NAME / "feedback").rglob("sums.html"))) == 1

    nbgrader(instructor, "export", "--to", str(tmp_path / "grades.csv"))
    with (tmp_path / "grades.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(r["assignment"], r["student_id"], r["score"], r["max_score"]) for r in rows] == [
        (NAME, getpass.getuser(), "1.0", "6.0")
    ]


def test_a_copied_cell_ends_nothing(course, hand_in, nbgrader):
    """With nbgrader's own settings one untouched copy of a cell ends the grading of a whole class."""

    def copied(notebook):
        notebook.cells.append(notebook.cells[3].copy())
        notebook.cells[-1].id = "copy"

    hand_in("ana", copied, **RIGHT)
    hand_in("ben", **RIGHT)
    nbgrader(course.root, "autograde", NAME)
    nbgrader(course.root, "export")
    with (course.root / "grades.csv").open() as file:
        assert {row["student_id"]: row["score"] for row in csv.DictReader(file)} == {
            "ana": "6.0",
            "ben": "6.0",
        }


def answer(path: Path, **answers: str) -> None:
    notebook = read_notebook(path)
    for cell in notebook.cells:
        cell.source = answers.get(graded_as(cell).get("grade_id", ""), cell.source)
    write_notebook(notebook, path)


def test_formgrader_opens_on_the_course(course):
    """A real Jupyter server in the course's folder serves formgrader and knows the assignment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={port}", "--IdentityProvider.token=secret", f"--ServerApp.root_dir={course.root}"),
    ]
    log = course.root / "server.log"
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=course.root, stdout=out, stderr=out, env=os.environ.copy())
    try:
        page = fetch(port, "formgrader", log, server)
        assert "formgrader" in page
        assignments = json.loads(fetch(port, "formgrader/api/assignments", log, server))
        assert [(a["name"], a["max_score"]) for a in assignments] == [(NAME, 6.0)]
    finally:
        server.terminate()
        server.wait(timeout=30)


def fetch(port: int, path: str, log: Path, server: subprocess.Popen[bytes]) -> str:
    """GET a page of the server, waiting until it has started; its log goes with a failure."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/{path}", headers={"Authorization": "token secret"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        try:
            with opener.open(request, timeout=60) as reply:
                assert reply.status == 200
                return reply.read().decode()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code}\n{log.read_text(encoding='utf-8')[-3000:]}") from None
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"the server did not answer:\n{log.read_text(encoding='utf-8')[-3000:]}")
