"""Several people grade at once on PostgreSQL: two commands on two assignments, and formgrader beside them."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from autograder.course import Course, load_course
from autograder.grading.gradebook.open import open_gradebook
from autograder.notebooks.files import graded_as, read_notebook, write_notebook
from autograder.notebooks.release import release
from tests.autograder.conftest import RIGHT, SAMPLE

from .test_postgresql import Server, _course, server  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.slow, pytest.mark.sandbox, pytest.mark.postgresql]

STUDENTS = [f"student-{number}" for number in range(8)]
NAMES = ("01-sums", "02-more")


@pytest.fixture
def two(server: Server, tmp_path: Path) -> Course:  # noqa: F811
    """A course of two assignments on PostgreSQL, with the same students in both."""
    root = tmp_path / "course"
    shutil.copytree(SAMPLE, root)
    shutil.copytree(root / "solutions" / NAMES[0], root / "solutions" / NAMES[1])
    text = (root / "course.yml").read_text(encoding="utf-8")
    section = text[text.index("  - name") :].replace(NAMES[0], NAMES[1])
    (root / "course.yml").write_text(text + section, encoding="utf-8")
    name = f"two{secrets.token_hex(4)}"
    server.sql(f"CREATE DATABASE {name}")
    course = _course(root, server.address(name))
    for assignment in course.assignments:
        release(course, assignment)
        for student in STUDENTS:
            notebook = read_notebook(course.releases / assignment.name / "sums.ipynb")
            for cell in notebook.cells:
                cell.source = RIGHT.get(graded_as(cell).get("grade_id", ""), cell.source)
            write_notebook(notebook, course.submitted(student, assignment.name) / "sums.ipynb")
    return course


def start(course: Course, *words: str) -> subprocess.Popen[str]:
    """A command of its own process."""
    return subprocess.Popen(
        [sys.executable, "-m", "autograder", *words],
        cwd=course.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def formgrader(course: Course, home: Path) -> Iterator[Any]:
    """nbgrader's formgrader, in a real server; yields a function that asks its API."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    home.mkdir()
    environment = os.environ | {name: str(home / name.lower()) for name in names} | {"JUPYTER_TOKEN": token}
    words = ["--allow-root", "--no-browser", f"--port={port}", f"--ServerApp.root_dir={course.root}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *words],
        cwd=course.root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def ask(path: str, data: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/formgrader/api/{path}",
            headers={"Authorization": f"token {token}"},
            data=None if data is None else json.dumps(data).encode(),
            method="GET" if data is None else "PUT",
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    try:
        deadline = time.monotonic() + 400
        while True:
            with suppress(OSError):
                ask("status")
                break
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "formgrader did not answer"
            time.sleep(0.3)
        yield ask
    finally:
        process.terminate()
        process.wait(30)


def test_two_commands_and_formgrader_at_once_lose_nothing(two: Course, tmp_path: Path) -> None:
    for name in NAMES:
        done = start(two, "grade", name, "--student", STUDENTS[0], "--workers", "1")
        assert done.wait() == 0, done.stdout and done.stdout.read()
    with open_gradebook(two) as gradebook:
        given = {
            (name, grade.name): grade.id
            for name in NAMES
            for grade in gradebook.find_submission(name, STUDENTS[0]).notebooks[0].grades
        }
    with formgrader(two, tmp_path / "jupyter") as ask:
        running = [start(two, "grade", name, "--workers", "1") for name in NAMES]
        typed, turn = {}, 0
        while any(process.poll() is None for process in running) or turn < 20:
            turn += 1
            for which, grade in given.items():
                typed[which] = (turn % 4) / 4
                assert ask(f"grade/{grade}", {"manual_score": typed[which]})["manual_score"] == typed[which]
        said = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    with open_gradebook(two) as gradebook:
        for name in NAMES:
            for student in STUDENTS:
                submission = gradebook.find_submission(name, student)
                grades = {grade.name: grade for grade in submission.notebooks[0].grades}
                assert sum(grade.auto_score for grade in grades.values()) == 6, (name, student)
                for grade in grades.values():
                    wanted = typed[name, grade.name] if student == STUDENTS[0] else None
                    assert grade.manual_score == wanted, (name, student, grade.name)


def test_one_assignment_is_graded_by_one_run_at_a_time(two: Course) -> None:
    from autograder.course import CourseError
    from autograder.grading.one_run import one_run

    with one_run(two, NAMES[0]), one_run(two, NAMES[1]):
        with pytest.raises(CourseError, match="another grading run is at work on 02-more"):
            one_run(two, NAMES[1]).__enter__()
        done = start(two, "regrade", NAMES[0])
        assert done.wait() == 2


def test_a_change_is_tried_on_a_copy(two: Course) -> None:
    """The copy of a gradebook in PostgreSQL is one in SQLite."""
    assert start(two, "grade", NAMES[0], "--student", STUDENTS[0]).wait() == 0
    source = two.answers / NAMES[0] / "sums.py"
    text = source.read_text(encoding="utf-8").replace("assert add(1, 2) == 3", "assert add(1, 2) == 4")
    source.write_text(text, encoding="utf-8")
    tried = start(two, "regrade", NAMES[0], "--preview")
    said = tried.communicate()[0]
    assert tried.returncode == 0, said
    assert "add_test: 1 of 1 before, 0 of 1 now" in " ".join(said.split())
    with open_gradebook(load_course(two.root)) as gradebook:
        assert gradebook.find_submission(NAMES[0], STUDENTS[0]).score == 6
