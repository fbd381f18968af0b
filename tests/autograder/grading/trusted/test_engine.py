"""A class graded by the trusted engine: the gradebook is right, the same each time, and nothing is lost."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from autograder.course import Course, CourseError, load_course
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.results import Result, Status
from autograder.grading.stock.engine import NbgraderEngine
from autograder.grading.trusted import TrustedEngine
from autograder.notebooks.release import release
from tests.autograder.conftest import NAME, RIGHT, HandIn, submissions

pytestmark = pytest.mark.sandbox

KINDS = {
    "right": RIGHT,
    "half": {"add": RIGHT["add"], "total": "def total(values):\n    return values[0] + sum(values[1:])"},
    "blank": {},
    "wrong": {"add": "def add(a, b):\n    return a - b", "total": "def total(values):\n    return 1"},
    "broken": {"add": "def add(a, b)\n    return a", "total": RIGHT["total"]},
    "noisy": {"add": "def add(a, b):\n    print('adding', a, b)\n    return a + b", "total": RIGHT["total"]},
    "own": {"add": "def helper(x):\n    return x\n\ndef add(a, b):\n    return helper(a) + b",
            "total": "import numpy as np\n\ndef total(values):\n    return float(np.sum(values))"},
}  # fmt: skip


def grade(course: Course, *students: str, **options: Any) -> dict[str, Result]:
    engine = TrustedEngine(**{"workers": 2, **options})
    return {result.student: result for result in engine.grade(course, submissions(*students))}


def rows(course: Course) -> list[tuple[Any, ...]]:
    """All that the gradebook says of submissions, without its random ids."""
    found: list[tuple[Any, ...]] = []
    with open_gradebook(course) as gradebook:
        for submission in gradebook.assignment_submissions(NAME):
            who = submission.student.id
            found.append((who, str(submission.timestamp), submission.score))
            for notebook in submission.notebooks:
                found.append((who, notebook.name, notebook.late_submission_penalty))
                for g in notebook.grades:
                    found.append((who, g.name, g.auto_score, g.manual_score, g.needs_manual_grade))
                for c in notebook.comments:
                    found.append((who, c.name, str(c.auto_comment), str(c.manual_comment)))
    return sorted(found, key=str)


def test_a_class_is_graded(course: Course, hand_in: HandIn) -> None:
    for student, answers in KINDS.items():
        hand_in(student, **answers)
    results = grade(course, *KINDS, "absent")
    assert {student: result.score for student, result in results.items()} == {
        "right": 6, "half": 3, "blank": 0, "wrong": 0, "broken": 5, "noisy": 6, "own": 6, "absent": 0,
    }  # fmt: skip
    assert results["absent"].status is Status.MISSING
    assert all(results[student].status is Status.GRADED for student in KINDS)
    assert results["right"].detail == ""
    assert results["broken"].detail.startswith("add ended with SyntaxError: ")
    assert [test.grade_id for test in results["half"].tests] == ["add_test", "total_test", "total_empty_test"]
    with open_gradebook(course) as gradebook:
        comments = {
            c.name: c.auto_comment for c in gradebook.find_submission_notebook("sums", NAME, "blank").comments
        }
    assert comments == {"add": "No response.", "total": "No response."}


HOARDERS = """import os, time
for _ in range(4):
    if os.fork() == 0:
        hoard = b"x" * (150 << 20)
        time.sleep(100)
os.wait()"""


def test_memory_in_many_processes_is_counted_together(course: Course, hand_in: HandIn) -> None:
    """With time enough: how fast a machine hands out memory must not decide."""
    text = (course.root / "course.yml").read_text(encoding="utf-8")
    limits = "{seconds_a_cell: 90, seconds_in_all: 100, memory_mb: 512}"
    (course.root / "course.yml").write_text(
        re.sub(r"(?<=^limits: ).*$", limits, text, flags=re.M), encoding="utf-8"
    )
    hand_in("hoards", **{**RIGHT, "total": HOARDERS})
    result = grade(load_course(course.root), "hoards")["hoards"]
    assert result.status is Status.CRASHED
    assert "used more than 512 MB of memory" in result.detail


@pytest.mark.slow
def test_scores_equal_stock_nbgraders(course: Course, hand_in: HandIn) -> None:
    students = ("half", "broken", "own")
    for student in students:
        hand_in(student, **KINDS[student])
    ours = {name: [t.score for t in result.tests] for name, result in grade(course, *students).items()}
    stock = NbgraderEngine(workers=2).grade(course, submissions(*students))
    assert ours == {result.student: [t.score for t in result.tests] for result in stock}


@pytest.mark.slow
def test_the_number_of_workers_does_not_show(course: Course, hand_in: HandIn, tmp_path: Path) -> None:
    for student, answers in KINDS.items():
        hand_in(student, **answers)
    seen = []
    for workers in (1, 2, 4):
        copy = tmp_path / f"with-{workers}"
        shutil.copytree(course.root, copy)
        other = load_course(copy)
        grade(other, *KINDS, workers=workers)
        seen.append(
            (rows(other), {p.name: p.read_bytes() for p in other.autograded().rglob("*.ipynb")}.keys())
        )
    assert seen[0] == seen[1] == seen[2]


def test_a_second_run_computes_nothing_and_changes_nothing(course: Course, hand_in: HandIn) -> None:
    hand_in("right", **RIGHT)
    hand_in("half", **KINDS["half"])
    grade(course, "right", "half")
    before = rows(course)
    began = time.monotonic()
    again = grade(course, "right", "half")
    assert rows(course) == before
    assert [result.score for result in again.values()] == [6, 3]
    hand_in("half", **RIGHT)
    assert {name: result.score for name, result in grade(course, "right", "half").items()} == {
        "right": 6,
        "half": 6,
    }
    assert time.monotonic() - began < 120


def test_what_people_wrote_survives(course: Course, hand_in: HandIn) -> None:
    hand_in("ann", **KINDS["half"])
    grade(course, "ann")
    with open_gradebook(course) as gradebook:
        given = gradebook.find_grade("total_empty_test", "sums", NAME, "ann")
        given.manual_score, given.extra_credit, given.needs_manual_grade = 2.5, 0.5, False
        gradebook.find_comment("total", "sums", NAME, "ann").manual_comment = "nearly"
        gradebook.db.commit()
    again = grade(course, "ann")["ann"]
    assert again.score == 1 + 2 + 3
    hand_in("ann", **KINDS["wrong"])
    changed = grade(course, "ann")["ann"]
    assert changed.score == 3
    with open_gradebook(course) as gradebook:
        given = gradebook.find_grade("total_empty_test", "sums", NAME, "ann")
        assert (given.manual_score, given.extra_credit, given.auto_score) == (2.5, 0.5, 0)
        assert given.needs_manual_grade
        assert gradebook.find_comment("total", "sums", NAME, "ann").manual_comment == "nearly"


def test_late_penalties_are_nbgraders(course: Course, hand_in: HandIn) -> None:
    settings = course.root / "nbgrader_config.py"
    settings.write_text(
        settings.read_text(encoding="utf-8")
        + "\nget_config().LateSubmissionPlugin.penalty_method = 'zero'\n",
        encoding="utf-8",
    )
    for student, when in (("early", "2027-02-01 12:00:00 UTC"), ("late", "2027-03-01 12:00:00 UTC")):
        hand_in(student, **RIGHT).with_name("timestamp.txt").write_text(when, encoding="utf-8")
    for _ in range(2):
        assert {name: r.score for name, r in grade(course, "early", "late").items()} == {
            "early": 6,
            "late": 0,
        }


def test_a_notebook_that_went_away_leaves_no_grade_behind(course: Course, hand_in: HandIn) -> None:
    path = hand_in("ann", **RIGHT)
    grade(course, "ann")
    path.write_text("{", encoding="utf-8")
    result = grade(course, "ann")["ann"]
    assert (result.status, result.score) == (Status.UNREADABLE, 0)
    assert "def add" not in (course.autograded("ann", NAME) / "sums.ipynb").read_text(encoding="utf-8")


def test_odd_names_of_students_stop_nobody(course: Course, hand_in: HandIn) -> None:
    """A journal or a message could take them for something else; one cannot even be encoded."""
    names = [
        "two\nlines",
        '{"event": "graded"}',
        "O'Brien; DROP TABLE grade",
        "[bold]",
        "\u202eann",
        "x" * 100,
    ]
    for student in [*names, "ann"]:
        hand_in(student, **RIGHT)
    nameless = os.fsdecode(b"caf\xe9")
    hand_in(nameless, **RIGHT)
    for _ in range(2):
        results = grade(course, *names, nameless, "ann")
        assert {name: result.score for name, result in results.items()} == {
            nameless: None, "ann": 6, **dict.fromkeys(names, 6),
        }  # fmt: skip
    assert results[nameless].status is Status.NOT_GRADED
    assert len([row for row in rows(course) if row[1] == "add_test"]) == 7


def test_tests_see_the_assignments_files_and_not_the_students(course: Course, hand_in: HandIn) -> None:
    """A test may import the assignment's modules and read its data; a student's of that name are not it."""
    given = course.answers / NAME
    (given / "expected.py").write_text("VALUE = 6\n", encoding="utf-8")
    (given / "numbers.txt").write_text("1 2 3", encoding="utf-8")
    release(course, course.assignments[0])
    with open_gradebook(course) as gradebook:
        for cell in gradebook.find_notebook("sums", NAME).source_cells:
            if cell.name == "total_test":
                cell.source = (
                    "import expected\n"
                    "numbers = [int(word) for word in open('numbers.txt').read().split()]\n"
                    "assert total(numbers) == expected.VALUE\n"
                )
        gradebook.db.commit()
    hand_in("ann", **RIGHT)
    cheat = hand_in("bob", total="def total(values):\n    return 7").parent
    (cheat / "expected.py").write_text("VALUE = 7\n", encoding="utf-8")
    (cheat / "numbers.txt").write_text("", encoding="utf-8")
    results = grade(course, "ann", "bob")
    assert {
        name: {t.grade_id: t.score for t in result.tests}["total_test"] > 0
        for name, result in results.items()
    } == {"ann": True, "bob": False}


def test_one_run_at_a_time(course: Course, hand_in: HandIn) -> None:
    hand_in("ann", **RIGHT)
    first = TrustedEngine(workers=1).grade(course, submissions("ann"))
    next(first)
    with pytest.raises(CourseError, match="another grading run"):
        grade(course, "ann")
    first.close()
    assert grade(course, "ann")["ann"].score == 6


@pytest.mark.slow
def test_a_torn_journal_is_cut_where_it_tears(course: Course, hand_in: HandIn) -> None:
    hand_in("right", **RIGHT)
    hand_in("half", **KINDS["half"])
    grade(course, "right", "half")
    before = rows(course)
    journal = course.root / ".cs-conv" / "journal" / NAME / "journal"
    whole = journal.read_bytes()
    for damaged in (whole[:-7], whole + b"half a li", whole[: len(whole) // 2], b"\x00" * 300, b""):
        journal.write_bytes(damaged)
        assert {n: r.score for n, r in grade(course, "right", "half").items()} == {"right": 6, "half": 3}
        assert rows(course) == before
    outcome = next((journal.parent / "outcomes").iterdir())
    outcome.write_bytes(b"damaged")
    assert grade(course, "right", "half")["right"].score == 6


_RUN = """
import sys
from autograder.course import load_course
from autograder.grading.interface import Submission
from autograder.grading.trusted import TrustedEngine

if __name__ == "__main__":
    course = load_course(sys.argv[1])
    for result in TrustedEngine(workers=2).grade(course, [Submission(s, "01-sums") for s in sys.argv[2:]]):
        print(result.student, flush=True)
"""


def undisturbed(course: Course, released_once: Path, folder: Path, *students: str) -> list[tuple[Any, ...]]:
    """The gradebook's rows after grading the same submissions elsewhere, where nothing goes wrong."""
    root = folder / "undisturbed"
    shutil.copytree(released_once, root)
    shutil.copytree(course.submitted(), root / course.submitted().name)
    calm = load_course(root)
    grade(calm, *students)
    return rows(calm)


@pytest.mark.slow
def test_killed_anywhere_it_goes_on(
    course: Course, hand_in: HandIn, released_once: Path, tmp_path: Path
) -> None:
    """SIGKILL at random moments, then once to the end: the gradebook is that of a run nobody disturbed."""
    students = [f"{kind}{number}" for number in range(2) for kind in KINDS]
    for student in students:
        hand_in(student, **KINDS[student[:-1]])
    calm = undisturbed(course, released_once, tmp_path, *students)
    script = tmp_path / "run.py"
    script.write_text(_RUN, encoding="utf-8")
    draw = random.Random(5)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    environment["CS_CONV_KILLED"] = str(tmp_path)
    kills = 0
    for _ in range(5):
        run = subprocess.Popen(
            [sys.executable, str(script), str(course.root), *students],
            stdout=subprocess.PIPE,
            env=environment,
        )
        assert run.stdout is not None
        for _ in range(draw.randint(0, 4)):
            run.stdout.readline()
        time.sleep(draw.random() / 10)
        kills += run.poll() is None
        run.send_signal(signal.SIGKILL)
        run.wait()
        run.stdout.close()
    assert kills >= 3
    deadline = time.monotonic() + 20
    while _with_environment(f"CS_CONV_KILLED={tmp_path}") and time.monotonic() < deadline:
        time.sleep(0.2)
    assert _with_environment(f"CS_CONV_KILLED={tmp_path}") == []
    grade(course, *students)
    assert rows(course) == calm


def _with_environment(entry: str) -> list[int]:
    """The processes that have this in their environment; workers have it from the run that started them."""
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if entry.encode() in place.read_bytes().split(b"\0"):
                found.append(int(place.parent.name))
    return found


_WITHIN = """
import os, signal, sys
from autograder.course import load_course
from autograder.grading.interface import Submission
from autograder.grading.trusted import TrustedEngine
from autograder.grading.trusted import autograded_folder as carried
from autograder.grading.trusted import write_gradebook as gradebook
from autograder.grading.trusted import journal

calls = 0

def marked(function, stop):
    def step(*args, **options):
        global calls
        calls += 1
        if calls == stop:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **options)
    return step

def grade(engine, stop):
    for owner, name in [
        (journal.os, "write"), (journal.os, "fsync"), (journal, "write_whole"), (carried, "write_whole"),
        (gradebook.Writer, "_record_notebook"), (gradebook.LatePolicy, "penalty"),
        (gradebook.Writer, "result"), (gradebook, "keep_outcomes"),
    ]:
        setattr(owner, name, marked(getattr(owner, name), stop))
    wanted = [Submission(s, "01-sums") for s in sys.argv[2:]]
    for result in engine.grade(load_course(sys.argv[1]), wanted):
        pass

if __name__ == "__main__":
    engine, killed = TrustedEngine(workers=1), True
    while killed:
        calls += 1  # at the next step each time
        child = os.fork()
        if child == 0:
            stop, calls = calls, 0
            grade(engine, stop)
            os._exit(0)
        killed = os.waitpid(child, 0)[1] == signal.SIGKILL
    print(calls)
"""


@pytest.mark.slow
def test_killed_between_any_two_steps_of_writing_it_goes_on(
    course: Course, hand_in: HandIn, released_once: Path, tmp_path: Path
) -> None:
    """Each step of recording is the last one of a run once, and the next run begins where that left."""
    hand_in("half", **KINDS["half"])
    calm = undisturbed(course, released_once, tmp_path, "half")
    script = tmp_path / "run.py"
    script.write_text(_WITHIN, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, str(script), str(course.root), "half"],
        stdout=subprocess.PIPE, env=environment, check=True,
    )  # fmt: skip
    assert int(done.stdout) > 6
    assert rows(course) == calm


_FULL = """
import sys
from pathlib import Path
from autograder.course import load_course
from autograder.grading.interface import Submission
from autograder.grading.trusted import TrustedEngine
from autograder.grading.trusted import engine

if __name__ == "__main__":
    root, students = Path(sys.argv[1]), sys.argv[2:]
    engine.WAITS = (0.05,)
    ballast = root / "ballast"

    def fill(left):
        with ballast.open("wb", 0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                file.truncate(file.tell() - left)

    course = load_course(root)
    wanted = [Submission(student, "01-sums") for student in students]
    for left in (0, 20_000, 60_000):
        fill(left)
        try:
            for result in TrustedEngine(workers=2).grade(course, wanted):
                print(left, result.student, result.status, result.score, flush=True)
        except Exception as error:
            print(left, "-", "ended", type(error).__name__, flush=True)
        ballast.unlink()
    for result in TrustedEngine(workers=2).grade(course, wanted):
        print("room", result.student, result.status, result.score, flush=True)
"""


@pytest.mark.slow
def test_a_full_disk_costs_nobody_anything(
    course: Course, hand_in: HandIn, released_once: Path, tmp_path: Path
) -> None:
    """Grade on a disk (a small one in memory, for this process alone) that is full, nearly full, free."""
    for student, answers in KINDS.items():
        hand_in(student, **answers)
    calm = undisturbed(course, released_once, tmp_path, *KINDS)
    script, disk, after = tmp_path / "run.py", tmp_path / "disk", tmp_path / "after"
    script.write_text(_FULL, encoding="utf-8")
    disk.mkdir()
    steps = [
        f"mount -t tmpfs -o size=8m tmpfs {disk}",
        f"cp -r {course.root} {disk}/course",
        f"{sys.executable} {script} {disk}/course {' '.join(KINDS)}",
        f"cp -r {disk}/course {after}",
    ]
    own = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [*own, "sh", "-ec", "\n".join(steps)], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    scores = {"right": 6, "half": 3, "blank": 0, "wrong": 0, "broken": 5, "noisy": 6, "own": 6}
    said = [line.split(" ", 2) for line in done.stdout.splitlines()]
    for left, student, rest in said:
        assert rest in (f"graded {scores.get(student)}.0", "not graded None") or student == "-", (left, rest)
    assert any(rest == "not graded None" or student == "-" for _, student, rest in said)
    assert sum(left == "room" and rest.startswith("graded") for left, _, rest in said) == len(KINDS)
    assert rows(load_course(after)) == calm


@pytest.mark.slow
def test_lost_workers_cost_nothing(course: Course, hand_in: HandIn) -> None:
    import psutil

    slow = "import time\n\ndef total(values):\n    time.sleep(1)\n    return sum(values)"
    students = [f"s{number}" for number in range(4)]
    for student in students:
        hand_in(student, add=RIGHT["add"], total=slow)
    engine = TrustedEngine(workers=2)
    results = {}
    killed = 0
    run = engine.grade(course, submissions(*students))
    for result in run:
        results[result.student] = result.score
        if not killed and engine._pool is not None:
            workers = list(engine._pool._processes)  # type: ignore[attr-defined]
            psutil.Process(workers[0]).kill()
            killed += 1
    assert killed
    assert results == dict.fromkeys(students, 6)


class Breaking(Executor):
    """An executor whose workers are always killed."""

    def submit(self, *ignored: Any, **also: Any) -> Future[Any]:
        lost: Future[Any] = Future()
        lost.set_exception(BrokenProcessPool("killed"))
        return lost


def test_workers_that_are_always_lost_cost_no_result(
    course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    students = ["ann", "ben", "cleo"]
    for student in students:
        hand_in(student, **RIGHT)
    monkeypatch.setattr(TrustedEngine, "pool", lambda engine: Breaking())
    results = grade(course, *students)
    assert {student: results[student].status for student in results} == dict.fromkeys(
        students, Status.NOT_GRADED
    )
    assert "lost 4 times" in results["ben"].detail


def test_a_database_that_cannot_be_written_changes_nothing(
    course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    from autograder.grading.trusted import engine as engine_module

    hand_in("ann", **RIGHT)
    monkeypatch.setattr(engine_module, "WAITS", (0.05,))
    blocker = sqlite3.connect(course.gradebook, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(Exception, match="locked"):
            grade(course, "ann")
    finally:
        blocker.execute("ROLLBACK")
        blocker.close()
    assert grade(course, "ann")["ann"].score == 6


def test_the_executed_notebook_serves_nbgrader(course: Course, hand_in: HandIn) -> None:
    """Stock generate_feedback works on what was written."""
    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory

    from autograder.grading.call_nbgrader import run
    from autograder.grading.nbgrader_settings import settings

    hand_in("noisy", **KINDS["noisy"])
    grade(course, "noisy")
    notebook = json.loads((course.autograded("noisy", NAME) / "sums.ipynb").read_text(encoding="utf-8"))
    texts = json.dumps([cell.get("outputs") for cell in notebook["cells"]])
    assert "adding 1 2" in texts
    config = settings(course)
    folder = CourseDirectory(config=config, assignment_id=NAME, student_id="noisy")
    run(GenerateFeedback(coursedir=folder, config=config, force=True), "feedback")
    assert (course.feedback("noisy", NAME) / "sums.html").exists()
