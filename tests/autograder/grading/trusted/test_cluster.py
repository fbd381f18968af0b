"""Grading on a Dask cluster whose worker processes are killed midway gives the gradebook of one machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import Course, CourseError
from autograder.grading.trusted import TrustedEngine
from tests.autograder.conftest import RIGHT, HandIn, submissions

from .test_again import graded
from .test_engine import KINDS, rows, undisturbed

WORKERS = 3
WAIT = "import time\ntime.sleep(0.5)\n"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    said = tmp_path / "scheduler.txt"
    processes = []
    with said.open("wb") as log:
        processes.append(
            subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "distributed.cli.dask_scheduler",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    "0",
                    "--no-dashboard",
                ],
                stdout=log,
                stderr=log,
                env=environment,
                cwd=tmp_path,
            )
        )
    try:
        address = ""
        for _ in range(300):
            found = re.search(r"Scheduler at:\s+(tcp://\S+)", said.read_text(encoding="utf-8"))
            if found:
                address = found[1]
                break
            assert processes[0].poll() is None, said.read_text(encoding="utf-8")
            time.sleep(0.2)
        for _ in range(WORKERS):
            command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1"]
            command += ["--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path)]
            processes.append(
                subprocess.Popen(
                    command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
                )
            )
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.slow
@pytest.mark.sandbox
def test_a_cluster_loses_workers_and_no_grade(
    course: Course,
    hand_in: HandIn,
    released_once: Path,
    tmp_path: Path,
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
) -> None:
    """Two of three workers are killed, each while it has work: the answers wait before they compute."""
    address, workers = cluster
    students = {f"{kind}{number}": answers for number in range(2) for kind, answers in KINDS.items()}
    for student, answers in students.items():
        hand_in(student, **answers | {"total": WAIT + answers.get("total", "")})
    calm = undisturbed(course, released_once, tmp_path, *students)
    done = 0
    for _ in TrustedEngine(workers=WORKERS, executor=address).grade(course, submissions(*students)):
        done += 1
        if done in (1, 5):
            workers.pop().kill()
    assert done == len(students)
    assert rows(course) == calm
    before = graded(course)
    list(TrustedEngine(workers=1).grade(course, submissions(*students)))
    assert graded(course) == before, "what the cluster graded is not graded again here"


@pytest.mark.sandbox
def test_no_cluster_at_the_address_is_said(course: Course, hand_in: HandIn) -> None:
    hand_in("ann", **RIGHT)
    with pytest.raises(CourseError, match="no Dask scheduler answers"):
        list(TrustedEngine(workers=1, executor="tcp://127.0.0.1:9").grade(course, submissions("ann")))
