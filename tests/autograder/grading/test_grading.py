"""Grading: whatever a submission does, it becomes a result and everyone else keeps their grade."""

from __future__ import annotations

import stat
import subprocess
from copy import deepcopy

import nbformat
import pytest

from autograder.course import CourseError, load_course
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.interface import Submission
from autograder.grading.nbgrader_settings import settings
from autograder.grading.results import Status
from autograder.grading.seeds import read_secret, secret_file, seed_for
from autograder.grading.stock.duplicates import ForgetDuplicates
from autograder.grading.stock.engine import NbgraderEngine
from autograder.grading.submissions.students import find_submissions
from tests.autograder.conftest import RIGHT


def grade(course, *students):
    submissions = find_submissions(course, "01-sums", students)
    return {result.student: result for result in NbgraderEngine().grade(course, submissions)}


def scores(result):
    return {test.grade_id: test.score for test in result.tests}


# Seeds


def test_the_secret_is_the_instructors_alone(bare):
    secret = read_secret(bare)
    assert len(secret) == 32
    assert read_secret(bare) == secret
    assert stat.S_IMODE(secret_file(bare).stat().st_mode) == 0o600


@pytest.mark.git
def test_git_does_not_see_the_secret(bare):
    read_secret(bare)
    subprocess.run(["git", "init", "--quiet", bare.root], check=True)
    seen = subprocess.run(
        ["git", "-C", bare.root, "status", "--porcelain", "-uall"], capture_output=True, text=True
    )
    assert "course.yml" in seen.stdout
    assert ".cs-conv" not in seen.stdout


def test_a_damaged_secret_is_said_to_be_one(bare):
    read_secret(bare)
    secret_file(bare).write_text("oops")
    with pytest.raises(CourseError, match="delete it"):
        read_secret(bare)


def test_seeds_differ_between_students_and_assignments_and_stay():
    seeds = {seed_for(b"s" * 32, student, name) for student in ("ana", "ben") for name in ("01", "02")}
    assert len(seeds) == 4
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert seed_for(b"s" * 32, "ana", "01") in seeds
    assert seed_for(b"t" * 32, "ana", "01") not in seeds


def test_a_seed_that_was_shown_is_of_no_use_for_anything_else():
    """Feedback prints the seed; whoever learns its cases by heart hands in other bytes: other cases."""
    seed = seed_for(b"s" * 32, "ana", "01", b"notebook", {"helper.py": b"x = 1"})
    assert seed_for(b"s" * 32, "ana", "01", b"notebook", {"helper.py": b"x = 1"}) == seed
    assert seed_for(b"s" * 32, "ana", "01", b"notebook ", {"helper.py": b"x = 1"}) != seed
    assert seed_for(b"s" * 32, "ana", "01", b"notebook", {"helper.py": b"x = 2"}) != seed
    assert seed_for(b"s" * 32, "ana", "01", b"notebook", {"helper.p": b"yx = 1"}) != seed


# Who is graded


def test_everyone_ever_seen_is_graded(course, hand_in):
    hand_in("ben", **RIGHT)
    course.submitted("ana", "00-other").mkdir(parents=True)
    with open_gradebook(course) as gradebook:
        gradebook.add_student("cleo")
    assert find_submissions(course, "01-sums") == [Submission(s, "01-sums") for s in ("ana", "ben", "cleo")]
    assert find_submissions(course, "01-sums", ["ben"]) == [Submission("ben", "01-sums")]
    with pytest.raises(CourseError, match="dora: no such student"):
        find_submissions(course, "01-sums", ["dora"])


def test_whoever_was_removed_stays_removed(course, hand_in):
    """Also where only the next run notices, and until somebody brings them back."""
    from rich.console import Console

    from autograder.commands.grade import grade_assignment
    from tests.autograder.reports.test_reports import Prepared, result

    def graded() -> tuple[list[str], str]:
        console = Console(width=200)
        with console.capture() as capture:
            record = grade_assignment(course, course.assignments[0], engine, console)
        return [r.student for r in record.results], capture.get()

    class Recording(Prepared):
        def grade(self, course, submissions, started=lambda submission: None):
            for found in super().grade(course, submissions, started):
                with open_gradebook(course) as gradebook:
                    gradebook.update_or_create_student(found.student)
                    gradebook.update_or_create_submission("01-sums", found.student)
                yield found

    engine = Recording([result("ana", 6), result("ben", 2), result("cleo", 1)])
    for student in ("ana", "ben", "cleo"):
        hand_in(student, **RIGHT)
    assert graded()[0] == ["ana", "ben", "cleo"]
    with open_gradebook(course) as gradebook:
        gradebook.remove_student("ben")
    for _ in range(2):
        students, said = graded()
        assert students == ["ana", "cleo"]
        assert "ben: taken out of the gradebook, so not graded; to bring them back, run: nbgrader db" in said
    with pytest.raises(CourseError, match="nbgrader db student add ben"):
        find_submissions(course, "01-sums", ["ben"])
    with open_gradebook(course) as gradebook:
        gradebook.add_student("ben")
    assert graded()[0] == ["ana", "ben", "cleo"]
    with open_gradebook(course) as gradebook:
        gradebook.add_student("dora")
    find_submissions(course, "01-sums")
    with open_gradebook(course) as gradebook:
        gradebook.remove_student("dora")
    hand_in("dora", **RIGHT)
    assert graded()[0] == ["ana", "ben", "cleo"], "whoever was on the list and never handed in, too"


# Results


def test_one_right_and_one_who_handed_in_nothing(course, hand_in):
    hand_in("ana", **RIGHT)
    course.submitted("ben").mkdir(parents=True)
    results = grade(course)
    ana, ben = results["ana"], results["ben"]
    assert (ana.status, ana.score, ana.max_score) == (Status.GRADED, 6, 6)
    assert scores(ana) == {"add_test": 1, "total_test": 2, "total_empty_test": 3}
    assert (ben.status, ben.score, ben.tests) == (Status.MISSING, 0, ())
    with open_gradebook(course) as gradebook:
        assert gradebook.find_submission("01-sums", "ana").score == 6


def without(grade_id):
    def change(notebook):
        notebook.cells = [
            c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") != grade_id
        ]

    return change


def doubled(notebook):
    notebook.cells.insert(0, deepcopy(notebook.cells[2]))
    notebook.cells.append(deepcopy(notebook.cells[3]))
    for number, cell in enumerate(notebook.cells):
        cell.id = str(number)


LOOP = "def total(values):\n    while values:\n        pass"  # ends in the last test, which it fails
STUBBORN = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n" + LOOP

CLASS = {
    "right": ({}, None, Status.GRADED, 6),
    "untouched": ({"add": None, "total": None}, None, Status.GRADED, 0),
    "partly": (
        {"total": "def total(values):\n    return values[0] + total(values[1:])"},
        None,
        Status.GRADED,
        1,
    ),
    "loop": ({"total": LOOP}, None, Status.TIMED_OUT, 1),
    "stubborn": ({"total": STUBBORN}, None, Status.TIMED_OUT, 1),
    "sleeper": (
        {"total": "import time\ndef total(values):\n    time.sleep(999 if values else 0)"},
        None,
        Status.TIMED_OUT,
        1,
    ),
    "crash": ({"total": "import os\ndef total(values):\n    os._exit(1)"}, None, Status.CRASHED, 1),
    "doubled": ({}, doubled, Status.GRADED, 6),
    "deleted": ({}, without("total_test"), Status.GRADED, 4),
    "damaged": ({}, "{ no notebook", Status.UNREADABLE, 0),
    "latin": ({}, "caf\u00e9".encode("latin-1"), Status.UNREADABLE, 0),
    "killer": (
        {"total": "import os\ndef total(values):\n    os.kill(os.getppid(), 9)"},
        None,
        Status.NOT_GRADED,
        None,
    ),
}


@pytest.mark.slow
def test_a_class_with_every_accident(course, hand_in):
    """Endless loops, crashes and damaged files cost their authors, and nobody else, what did not run."""
    described = (
        (course.root / "course.yml")
        .read_text(encoding="utf-8")
        .replace("seconds_a_cell: 4", "seconds_a_cell: 2")
    )
    (course.root / "course.yml").write_text(described)
    course = load_course(course.root)
    for student, (changed, change, _, _) in CLASS.items():
        answers = {name: text for name, text in (RIGHT | changed).items() if text is not None}
        path = hand_in(student, change if callable(change) else None, **answers)
        if isinstance(change, str):
            path.write_text(change)
        elif isinstance(change, bytes):
            path.write_bytes(change)
    results = grade(course)
    assert {name: (r.status, r.score) for name, r in results.items()} == {
        name: (status, score) for name, (_, _, status, score) in CLASS.items()
    }
    with open_gradebook(course) as gradebook:
        recorded = {s.student.id: s.score for s in gradebook.assignment_submissions("01-sums")}
    assert recorded == {name: score or 0 for name, (*_, score) in CLASS.items()}
    assert "total_test" in results["deleted"].detail
    assert "cell 7 (total_test)" in results["loop"].detail


@pytest.mark.slow
def test_grading_again_gives_the_same_and_forgets_nothing(course, hand_in):
    hand_in("ana", **RIGHT)
    first = grade(course)["ana"]
    with open_gradebook(course) as gradebook:
        found = gradebook.find_grade("total_test", "sums", "01-sums", "ana")
        found.manual_score = 1.5
        gradebook.db.commit()
    hand_in("ana", without("add_test"), **RIGHT)
    second = grade(course)["ana"]
    assert first.score == 6
    assert scores(second) == {"total_test": 1.5, "total_empty_test": 3, "add_test": 0}


@pytest.mark.slow
def test_closing_the_results_ends_what_runs(course, hand_in):
    for student in ("ana", "ben", "cleo"):
        hand_in(student, **RIGHT)
    running = []
    engine = NbgraderEngine()
    results = engine.grade(course, find_submissions(course, "01-sums"), running.append)
    first = next(results)
    results.close()
    assert first.score == 6
    assert not engine._running
    assert len(running) < 4


# Copied cells


def test_of_copied_cells_the_last_counts(course):
    notebook = nbformat.read(course.releases / "01-sums" / "sums.ipynb", 4)
    doubled(notebook)
    ForgetDuplicates(config=settings(course)).preprocess(notebook, {})
    known = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]
    assert sorted(known) == ["add", "add_test", "total", "total_empty_test", "total_test"]
    assert "nbgrader" not in notebook.cells[0].metadata
    assert "nbgrader" in notebook.cells[-1].metadata
