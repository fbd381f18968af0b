"""The whole way through nbgrader's exchange and back, with our grading in the middle."""

from __future__ import annotations

import getpass
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.notebooks.files import graded_as, read_notebook, write_notebook
from tests.autograder.conftest import NAME, RIGHT

from .essays import hand_in_essay, make_course, picture

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]
NBGRADER = "import autograder.skip_slow_imports; from nbgrader.apps.nbgraderapp import main; main()"


@pytest.mark.parametrize("maker", ["cs-conv", "nbgrader"])
def test_feedback_goes_back_through_the_exchange(tmp_path: Path, maker: str) -> None:
    """Points, causes and pictures reach the student, whoever else handed in without the exchange."""
    course = make_course(tmp_path / "course")
    student = tmp_path / "student"
    student.mkdir()
    (tmp_path / "exchange").mkdir(mode=0o777)
    (tmp_path / "exchange").chmod(0o777)

    def run(folder: Path, *words: str, program: tuple[str, ...] = ("-c", NBGRADER)) -> str:
        done = subprocess.run(
            [sys.executable, *program, *words], cwd=folder, capture_output=True, encoding="utf-8", timeout=300
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"{words}: {said}"
        return said

    exchange = f"--Exchange.root={tmp_path / 'exchange'}"
    run(course.root, "release_assignment", NAME, exchange)
    run(student, "fetch_assignment", NAME, "--course", "sample", exchange)
    notebook = read_notebook(student / NAME / "sums.ipynb")
    for cell in notebook.cells:
        cell.source = {"add": RIGHT["add"], "essay": "See ![my plot](mine.png)."}.get(
            graded_as(cell).get("grade_id", ""), cell.source
        )
    write_notebook(notebook, student / NAME / "sums.ipynb")
    (student / NAME / "mine.png").write_bytes(picture())
    run(student, "submit", NAME, "--course", "sample", exchange)
    run(course.root, "collect", NAME, exchange)
    hand_in_essay(course, "by mail", "Text.", **RIGHT)
    (hand_in_essay(course, "no timestamp", "Text.") / "timestamp.txt").write_bytes(b"\xff\xfe\x00")

    run(course.root, "grade", program=("-m", "autograder"))
    if maker == "cs-conv":
        assert "3 pages" in run(course.root, "feedback", program=("-m", "autograder"))
    else:
        run(course.root, "generate_feedback", NAME)
    run(course.root, "release_feedback", NAME, exchange)
    run(student, "fetch_feedback", NAME, "--course", "sample", exchange)
    (page,) = (student / NAME / "feedback").rglob("sums.html")
    text = page.read_text(encoding="utf-8")
    assert "1 of 10" in text
    assert "A person has still to look at it." in text
    assert text.count('src="data:image/png;base64,') == 2, "the assignment's picture and their own"
    assert getpass.getuser() in text
    assert "isclose" not in text, "a hidden test stays hidden"
