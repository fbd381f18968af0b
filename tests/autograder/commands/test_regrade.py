"""`cs-conv regrade`: who would change is said before anything is written, and nothing falls in silence."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from autograder.course import Course
from tests.autograder.conftest import RIGHT, HandIn

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]

FIRST = {"add": RIGHT["add"], "total": "def total(values):\n    return values[0] + sum(values[1:])"}
"""It fails for an empty list."""


def cs_conv(course: Course, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "autograder", *words],
        cwd=course.root,
        env=os.environ | {"COLUMNS": "160", "NO_COLOR": "1"} | environment,
        capture_output=True,
        text=True,
    )


def said(course: Course, *words: str) -> str:
    done = cs_conv(course, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return " ".join(done.stdout.split())


def rows(course: Course) -> list[tuple[object, ...]]:
    """Every row of every table of the gradebook."""
    with closing(sqlite3.connect(course.gradebook)) as gradebook:
        names = [name for (name,) in gradebook.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [(name, *row) for name in sorted(names) for row in gradebook.execute(f"SELECT * FROM {name}")]


def files(course: Course) -> dict[Path, bytes]:
    """Every file of the course, but for the journal of what was computed and locks."""
    found = {path.relative_to(course.root): path for path in course.root.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name.parts[0] != ".cs-conv"}


def mend(course: Course, old: str, new: str) -> None:
    source = course.answers / "01-sums" / "sums.py"
    text = source.read_text(encoding="utf-8")
    assert old in text
    source.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def graded(course: Course, hand_in: HandIn) -> Course:
    hand_in("ana", **RIGHT)
    hand_in("ben", **FIRST)
    assert "ben graded 3 / 6" in said(course, "grade", "01")
    return course


HARDER = ("assert total([1, 2, 3]) == 6", "assert total([1, 2, 3]) == 6 and total([]) == 0")
LOSES = "ben 3 / 6 1 / 6 -2 total_test: 2 of 2 before, 0 of 2 now"


def test_a_preview_writes_nothing(graded: Course) -> None:
    mend(graded, *HARDER)
    before = rows(graded), files(graded)
    text = said(graded, "regrade", "01", "--preview")
    assert "sums.py has changed since it was released: changed: total_test" in text
    assert LOSES in text
    assert "1 student with fewer nothing was written; to do this, run: cs-conv regrade 01-sums" in text
    assert (rows(graded), files(graded)) == before
    journal = (graded.root / ".cs-conv" / "journal" / "01-sums" / "journal").read_text(encoding="utf-8")
    assert LOSES in said(graded, "regrade", "01")
    after = (graded.root / ".cs-conv" / "journal" / "01-sums" / "journal").read_text(encoding="utf-8")
    assert after == journal, "what the preview computed is not computed again"
    assert "nobody's points change" in said(graded, "regrade", "01", "--preview")


def test_nobody_loses_points_if_that_is_asked_for(graded: Course, hand_in: HandIn) -> None:
    mend(graded, *HARDER)
    text = said(graded, "regrade", "01", "--never-lower")
    assert "nobody's points change" in text
    assert "ben graded 3 / 6" in text
    assert "ben graded 3 / 6" in said(graded, "grade", "01"), "nor later"
    hand_in("ben", **FIRST | {"total": FIRST["total"] + " + 0"})
    text = said(graded, "grade", "01")
    assert "ben graded 1 / 6" in text, "other answers get what the tests give"
    assert "less than before" in text
    assert LOSES in text


def test_a_grading_that_lowers_points_says_so(graded: Course) -> None:
    mend(graded, *HARDER)
    said(graded, "release", "01")
    text = said(graded, "grade", "01")
    assert "01-sums: less than before" in text
    assert LOSES in text


def test_killed_between_release_and_grading_it_goes_on(graded: Course, hand_in: HandIn) -> None:
    """By another process, which says what is left to do."""
    mend(graded, *HARDER)
    code = """
import os
from autograder.commands import regrade
regrade.regraded.__globals__["grade_assignment"] = lambda *_: os._exit(9)
regrade.tried = lambda *given: [regrade.current_record(*given[:2])] * 2 + [[]]
from autograder.cli import app
app(["regrade", "01"])
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=graded.root, capture_output=True, text=True)
    assert ended.returncode == 9, ended.stderr
    text = said(graded, "regrade", "01")
    assert LOSES in text
    assert "ben graded 1 / 6" in text


def test_what_was_never_graded_cannot_be_graded_again(course: Course) -> None:
    done = cs_conv(course, "regrade", "01")
    assert done.returncode == 2
    assert "01-sums has not been graded yet; run: cs-conv grade 01-sums" in " ".join(done.stderr.split())
