"""`cs-conv` as a person uses it: what it says, and that mistakes are answered in a sentence."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.grading.gradebook.open import open_gradebook
from autograder.notebooks.own_copies import make_copies
from tests.autograder.conftest import REPOSITORY, RIGHT


@pytest.fixture
def run(monkeypatch):
    def invoke(folder, *words):
        monkeypatch.chdir(folder)
        return CliRunner().invoke(app, list(words), env={"COLUMNS": "150", "NO_COLOR": "1"})

    return invoke


def test_help_names_every_command(run, tmp_path):
    shown = run(tmp_path, "--help")
    assert shown.exit_code == 0
    for command in (
        *("lab", "check", "progress", "certificate", "release", "grade", "feedback"),
        *("report", "export", "demo", "doctor", "collect", "mark"),
        *("regrade", "discard", "due", "extend"),
    ):
        assert command in shown.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["grade", "02"], "it has 01-sums"),
        (["grade"], "there is nothing in"),
        (["grade", "01", "--json", "/nowhere/grades.json"], "is not a folder"),
        (["grade", "01", "--json", "."], "cannot be written: Is a directory"),
        (["check", "mine.ipynb"], "mine.ipynb does not exist"),
        (["check", "course.yml"], "cannot be read as a notebook"),
        (["check", "assignments"], "is a folder; name a notebook in it"),
        (["demo", "--folder", "course.yml"], "has no sample students"),
        (["feedback", "01", "--student", "zoe"], "no graded notebooks of 01-sums by zoe"),
        (["export", "canvas"], "nothing has been graded yet"),
        (["export", "gradescope", "--roster", "course.yml"], "--roster is for canvas"),
        (["release", "--course", "course.yml"], "is a file; name the folder that it lies in"),
        pytest.param(["grade", "01", "--student", "zoe"], "zoe: no such student", marks=pytest.mark.sandbox),
        (["feedback", "01"], "cs-conv grade 01-sums"),
        (["report"], "nothing has been graded yet"),
        (["report", "01"], "has not been graded yet"),
        (["release", "--course", "/nowhere"], "does not exist"),
    ],
)
def test_mistakes_are_answered_in_a_sentence(run, course, words, says):
    shown = run(course.root, *words)
    assert shown.exit_code == 2
    assert says in " ".join(shown.output.split())
    assert "Traceback" not in shown.output


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_of_any_encoding_will_do(encoding):
    """Bars and ticks have a plain form, and half a character of a file's name is no reason to fail."""
    code = "from autograder.terminal import *; speak_plainly(); print('██·· ✓ ü \\udcff')"
    said = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONIOENCODING": encoding}, capture_output=True
    )
    assert said.returncode == 0, said.stderr
    shown = {"ascii": b"##.. + ? ?", "latin-1": b"##\xb7\xb7 + \xfc ?", "utf-8": "██·· ✓ ü ?".encode()}
    assert said.stdout.strip() == shown[encoding]


def test_what_the_system_refuses_is_said_in_a_sentence(run, course, monkeypatch):
    monkeypatch.setattr("pathlib.Path.mkdir", lambda self, **_: os.stat("/nowhere/at/all"))  # noqa: PTH116
    shown = run(course.root, "demo", "--folder", "new", "--course", str(REPOSITORY))
    assert shown.exit_code == 2
    assert "/nowhere/at/all: No such file or directory; fix that" in " ".join(shown.output.split())


@pytest.mark.sandbox
def test_an_executor_needs_an_address(run, course, hand_in):
    hand_in("ana")
    shown = run(course.root, "grade", "--executor", "scheduler:8786")
    assert shown.exit_code == 2
    assert "write it as tcp://HOST:PORT" in " ".join(shown.output.split())


def test_one_damaged_notebook_does_not_hide_the_progress_of_others(run, course):
    (course.releases / "01-sums" / "sums.ipynb").write_text("{")
    shown = run(course.root, "progress")
    assert shown.exit_code == 0
    assert "cannot be read" in shown.output
    assert "cannot be read as a notebook" in " ".join(shown.output.split())


def test_no_course_here(run, tmp_path):
    shown = run(tmp_path, "report")
    assert shown.exit_code == 2
    assert "--course FOLDER" in " ".join(shown.output.split())


def test_lab_needs_notebooks(run, bare):
    shown = run(bare.root, "lab")
    assert shown.exit_code == 2
    assert "cs-conv release" in shown.output


def test_lab_is_jupyterlab_in_the_courses_folder(run, course, monkeypatch):
    became = []
    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", lambda w: became.append((Path.cwd(), w)))
    (course.root / "below").mkdir()
    shown = run(course.root / "below", "lab", "--no-browser", "--port", "8899")
    assert shown.exit_code == 0
    ((where, words),) = became
    assert where == course.root
    assert {f"--ServerApp.root_dir={course.mine}", "--no-browser", "--port=8899"} <= set(words)
    assert (course.mine / "01-sums" / "sums.ipynb").is_file()


def test_learners_see_what_is_due_next(run, course, monkeypatch):
    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", lambda words: None)
    text = (course.root / "course.yml").read_text(encoding="utf-8")
    (course.root / "course.yml").write_text(text.replace("due: 2027", "due: 2999"), encoding="utf-8")
    for words in (["lab", "--no-browser"], ["progress"]):
        assert "next: 01-sums, due 2999-02-12 23:59 UTC, in " in run(course.root, *words).output


def test_notebooks_compute_on_one_core_unless_their_owner_says_otherwise(run, course, monkeypatch):
    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", lambda words: None)
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    run(course.root, "lab")
    assert (os.environ["OPENBLAS_NUM_THREADS"], os.environ["OMP_NUM_THREADS"]) == ("1", "4")


def test_what_has_another_name_is_named(run, course):
    course.submitted("ana", "01-sms").mkdir(parents=True)
    shown = run(course.root, "grade")
    assert shown.exit_code == 2
    assert "ana handed in the folder 01-sms/, expected 01-sums/" in " ".join(shown.output.split())


def test_release_says_what_it_did(run, bare):
    shown = run(bare.root, "release")
    assert shown.exit_code == 0
    assert "made" in shown.output
    assert "assignments/01-sums" in shown.output
    assert "unchanged" in run(bare.root, "release", "01").output


def test_a_demo_empties_only_a_demos_folder(run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    shown = run(REPOSITORY, "demo", "--folder", str(tmp_path / "mine"))
    assert shown.exit_code == 2
    assert "no demo made" in " ".join(shown.output.split())
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_a_gradebook_of_another_version_says_what_helps(run, course):
    with closing(sqlite3.connect(course.gradebook)) as gradebook:
        gradebook.execute("ALTER TABLE student DROP COLUMN lms_user_id")
    shown = run(course.root, "export", "moodle", "01")
    assert shown.exit_code == 2
    assert "run: nbgrader db upgrade" in shown.output


@pytest.mark.slow
@pytest.mark.sandbox
def test_grade_feedback_report(run, course, hand_in, tmp_path):
    hand_in("ana", **RIGHT)
    hand_in("ben", add=RIGHT["add"])
    graded = run(course.root, "grade", "01", "--json", str(tmp_path / "grades.json"))
    assert graded.exit_code == 0, graded.output
    assert "6 / 6" in graded.output
    assert "1 / 6" in graded.output
    results = json.loads((tmp_path / "grades.json").read_text(encoding="utf-8"))["assignments"][0]["results"]
    found = [(r["student"], r["status"], r["score"]) for r in results]
    assert found == [("ana", "graded", 6), ("ben", "graded", 1)]
    written = run(course.root, "feedback")
    assert "2 pages in feedback/STUDENT/01-sums" in written.output
    page = (course.feedback("ben", "01-sums") / "sums.html").read_text(encoding="utf-8")
    assert "total_test" in page
    assert "default-src 'none'" in page
    assert "isclose" in (course.autograded("ben", "01-sums") / "sums.ipynb").read_text(encoding="utf-8")
    assert "isclose" not in page, "a hidden test stays hidden"
    with open_gradebook(course) as gradebook:
        gradebook.find_grade("total_test", "sums", "01-sums", "ben").manual_score = 2
        gradebook.db.commit()
    shown = run(course.root, "report")
    assert "3 / 6" in shown.output, "what a person gave since"
    assert "as in the gradebook" in (course.reports / "01-sums.html").read_text(encoding="utf-8")
    exported = run(course.root, "export", "canvas")
    assert "reports/canvas.csv: 2 students, 1 assignment" in exported.output
    assert "ben,,,ben,,3" in (course.reports / "canvas.csv").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_student_alone(run, course, hand_in):
    """progress and check run the learner's copies, else those of assignments/, and leave them as they are."""
    assert "not begun" in run(course.root, "progress").output
    make_copies(course, course.mine)
    mine = course.mine / "01-sums" / "sums.ipynb"
    shutil.copy(hand_in("me", add=RIGHT["add"]), mine)
    before = mine.read_bytes()
    assert "add_test" in run(course.root, "progress", "01").output
    shown = run(course.root, "check", "01")
    assert shown.exit_code == 1
    assert "due 2027-02-12 23:59 UTC" in shown.output
    assert "✓ add_test" in shown.output
    assert "✗ total_test" in shown.output
    assert "NotImplementedError: not written yet" in shown.output
    assert "1 of 6 points" in shown.output
    assert mine.read_bytes() == before


@pytest.mark.slow
@pytest.mark.sandbox
def test_doctor_finds_this_machine_healthy(run, course):
    shown = run(course.root, "doctor")
    assert shown.exit_code == 0, shown.output
    assert "a notebook's kernel starts" in shown.output


@pytest.mark.slow
@pytest.mark.sandbox
def test_ctrl_c_keeps_what_was_graded_and_leaves_nothing_running(course, hand_in, tmp_path):
    hand_in("ana", **RIGHT)
    hand_in("ben", add=RIGHT["add"], total="def total(values):\n    while True:\n        pass")
    hand_in("cleo", add=RIGHT["add"], total="def total(values):\n    while True:\n        pass")
    log = tmp_path / "log.txt"
    with log.open("w") as out:
        command = [sys.executable, "-m", "autograder", "grade", "01"]
        grading = subprocess.Popen(command, cwd=course.root, stdout=out, stderr=out, start_new_session=True)
    until = time.monotonic() + 200
    while "ana" not in log.read_text(encoding="utf-8") and time.monotonic() < until:
        time.sleep(0.2)
    started = psutil.Process(grading.pid).children(recursive=True)
    grading.send_signal(signal.SIGINT)
    assert grading.wait(timeout=60) == 130, log.read_text(encoding="utf-8")
    assert "interrupted; what was finished is kept" in log.read_text(encoding="utf-8")
    assert "Traceback" not in log.read_text(encoding="utf-8")
    assert started
    # Where nobody collects orphans (a bare container) an ended process stays listed, as a zombie.
    _, alive = psutil.wait_procs(started, timeout=10)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    record = json.loads((course.reports / "01-sums.json").read_text(encoding="utf-8"))
    assert ("ana", 6) in [(r["student"], r["score"]) for r in record["results"]]
