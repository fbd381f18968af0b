"""Commands that are ended by SIGKILL midway and run again leave what they leave if nobody disturbs them."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.course import Course, load_course
from autograder.grading.seeds import read_secret
from autograder.reports.record import load_record
from tests.autograder.conftest import NAME, HandIn
from tests.autograder.grading.trusted.test_engine import KINDS, rows

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]

STUDENTS = {f"s{number:02}": list(KINDS.values())[number % len(KINDS)] for number in range(20)}
HARDER = ("assert total([1, 2, 3]) == 6", "assert total([1, 2, 3]) == 6 and total([]) == 0")


@pytest.fixture
def two(course: Course, hand_in: HandIn, tmp_path: Path) -> tuple[Course, Course, Path]:
    """Two equal courses in which nothing was handed in yet, and a class in a zip file."""
    packed = tmp_path / "class.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for student, answers in STUDENTS.items():
            archive.write(hand_in(student, **answers), f"{student}/sums.ipynb")
    shutil.rmtree(course.submitted())
    read_secret(course)
    shutil.copytree(course.root, tmp_path / "calm")
    return course, load_course(tmp_path / "calm"), packed


def cs_conv(course: Course, *words: str) -> None:
    command = [sys.executable, "-m", "autograder", *words]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def kill_midway(course: Course, done: Callable[[], int], draw: random.Random, *words: str) -> None:
    """Start the command twice, and end it when it has done a part of the class."""
    for _ in range(2):
        wanted = done() + draw.randint(1, 6)
        command = [sys.executable, "-m", "autograder", *words]
        run = subprocess.Popen(command, cwd=course.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while run.poll() is None and done() < wanted:
            time.sleep(0.01)
        run.kill()
        run.wait()


def files(course: Course, folder: str) -> dict[str, bytes]:
    paths = (course.root / folder).rglob("*")
    return {str(path.relative_to(course.root)): path.read_bytes() for path in paths if path.is_file()}


def test_each_command_goes_on_after_it_was_killed(two: tuple[Course, Course, Path]) -> None:
    course, calm, packed = two
    draw = random.Random(3)

    def in_folder(folder: Path, pattern: str) -> Callable[[], int]:
        return lambda: len(list(folder.glob(f"*/{NAME}/{pattern}")))

    def journal() -> int:
        path = course.root / ".cs-conv" / "journal" / NAME / "journal"
        return path.read_text(encoding="utf-8").count('"graded"') if path.exists() else 0

    def both(done: Callable[[], int], *words: str) -> None:
        kill_midway(course, done, draw, *words)
        cs_conv(course, *words)
        cs_conv(calm, *words)

    both(in_folder(course.submitted(), "sums.ipynb"), "collect", "zip", str(packed))
    assert files(course, "submitted") == files(calm, "submitted")
    both(in_folder(course.autograded(), "sums.ipynb"), "grade", "01")
    assert rows(course) == rows(calm)
    both(in_folder(course.feedback(), "sums.html"), "feedback", "01")
    assert len(files(course, "feedback")) >= len(STUDENTS)
    assert files(course, "feedback") == files(calm, "feedback")
    for one in (course, calm):
        source = one.answers / NAME / "sums.py"
        source.write_text(source.read_text(encoding="utf-8").replace(*HARDER), encoding="utf-8")
    both(journal, "regrade", "01")
    assert rows(course) == rows(calm)
    results = [load_record(one, NAME).results for one in (course, calm)]
    scores, undisturbed = ([(r.student, r.score, r.status) for r in found] for found in results)
    assert scores == undisturbed
    assert [student for student, _, _ in scores] == list(STUDENTS)
    assert len({score for _, score, _ in scores}) > 2, "the class has all kinds of students"
    assert not [name for name in files(course, ".") if name.endswith((".new", ".part"))]
