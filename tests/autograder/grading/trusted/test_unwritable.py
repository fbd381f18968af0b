"""Where results cannot be written, that is said once and at once, and nothing of the work is lost."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.course import Course, CourseError
from autograder.grading.gradebook.open import require_gradebook_writable
from autograder.grading.results import Status
from autograder.grading.trusted import TrustedEngine
from autograder.grading.trusted import engine as engine_module
from autograder.grading.trusted.write_gradebook import Writer
from tests.autograder.conftest import NAME, RIGHT, HandIn, submissions

STUDENTS = ("ana", "ben", "cleo")


def graded_while(
    course: Course, monkeypatch: pytest.MonkeyPatch, says: str, fails: int
) -> tuple[dict[str, Any], list[float]]:
    """The results of a class where recording fails so often, and the seconds that were waited."""
    waited: list[float] = []
    left = [fails]
    record = Writer.record

    def failing(self: Writer, *args: Any) -> None:
        if left[0]:
            left[0] -= 1
            raise sqlite3.OperationalError(says)
        record(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "record", failing)
        patch.setattr(engine_module.time, "sleep", waited.append)
        results = {r.student: r for r in TrustedEngine(workers=1).grade(course, submissions(*STUDENTS))}
    return results, [seconds for seconds in waited if seconds in engine_module.WAITS]


def test_what_does_not_pass_by_itself_is_not_waited_for(
    course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in STUDENTS:
        hand_in(student, **RIGHT)
    results, waited = graded_while(course, monkeypatch, "attempt to write a readonly database", 3)
    assert waited == []
    assert {r.status for r in results.values()} == {Status.NOT_GRADED}
    details = [r.detail for r in results.values()]
    assert sum("readonly" in detail for detail in details) == 1, "said once"
    assert sum("as the one before" in detail for detail in details) == 2


def test_a_lock_is_waited_for_once_and_what_was_graded_is_recorded_by_the_next_run(
    course: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in STUDENTS:
        hand_in(student, **RIGHT)
    tries = 1 + len(engine_module.WAITS)
    results, waited = graded_while(course, monkeypatch, "database is locked", tries + 1)
    assert waited == list(engine_module.WAITS)
    statuses = sorted(result.status.value for result in results.values())
    assert statuses == ["graded", "not graded", "not graded"], "it came back for the third"
    ran: list[Any] = []
    monkeypatch.setattr(TrustedEngine, "pool", lambda engine: ran.append(engine))
    again = {r.student: r.score for r in TrustedEngine(workers=1).grade(course, submissions(*STUDENTS))}
    assert again == dict.fromkeys(STUDENTS, 6)
    assert ran == [], "nothing was run again"


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_lock_of_another_process_is_said_before_any_work(course: Course, how: str) -> None:
    blocker = sqlite3.connect(course.gradebook, isolation_level=None)
    blocker.execute(f"BEGIN {how}")
    try:
        with pytest.raises(
            CourseError, match=r"gradebook\.db cannot be used: .*locked; close other programs that use it"
        ):
            require_gradebook_writable(course)
    finally:
        blocker.close()
    require_gradebook_writable(course)


FULL = (
    "mkdir ../disk && mount -t tmpfs -o size=8m tmpfs ../disk && cp -r . ../disk/course "
    "&& cd ../disk/course && { dd if=/dev/zero of=../fill bs=4k 2>/dev/null || true; }"
)


def read_only(what: str) -> str:
    return f"mount --bind {what} {what} && mount -o remount,ro,bind {what}"


def read_only_folder(name: str) -> str:
    return f"mkdir -p {name} && {read_only(name)}"


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (FULL, "/disk/course is full: 0 KB are left"),
        (read_only("gradebook.db"), "gradebook.db cannot be used: .*a readonly database"),
        *(
            pytest.param(prepare, said, marks=pytest.mark.slow)
            for prepare, said in [
                (f"cd .. && {read_only('course')} && cd course", "course cannot be written"),
                (read_only_folder("autograded"), "autograded cannot be written"),
                (read_only_folder("reports"), "reports cannot be written"),
                (read_only_folder(".cs-conv"), ".cs-conv cannot be written"),
            ]
        ),
    ],
)
def test_it_is_said_in_one_sentence(course: Course, hand_in: HandIn, prepare: str, said: str) -> None:
    """In mounts of its own, which bind root as well."""
    for student in STUDENTS:
        hand_in(student, **RIGHT)
    own = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    done = subprocess.run(
        [*own, "sh", "-ec", f"{prepare}; {sys.executable} -m autograder grade 01"],
        cwd=course.root, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[4]), "COLUMNS": "300"},
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    assert len(lines) == 1, lines
    assert re.search(said, lines[0]), lines
    assert not course.autograded("ana", NAME).exists()
