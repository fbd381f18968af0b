"""The whole trip: what a system's zip file holds is collected, graded, exported and sent back to it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from autograder.cli import app
from tests.autograder.conftest import RIGHT
from tests.autograder.grading.collect.zips import (
    CANVAS,
    GRADESCOPE,
    MOODLE,
    make_zip,
    notebook,
    write,
    zipped,
)

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]


@pytest.fixture
def run(course, monkeypatch):
    monkeypatch.chdir(course.root)

    def invoke(*words: object, code: int = 0) -> str:
        shown = CliRunner().invoke(app, list(map(str, words)), env={"COLUMNS": "200", "NO_COLOR": "1"})
        assert shown.exit_code == code, shown.output
        return " ".join(shown.output.split())

    return invoke


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_canvas_there_and_back(run, course, tmp_path):
    roster = write(tmp_path / "canvas.csv", CANVAS)
    entries = {
        "leeana_70001_900001_sums-1.ipynb": notebook(course, **RIGHT),
        "nunezben_LATE_70002_900002_sums (1).ipynb": notebook(course, add=RIGHT["add"]),
        "satochie_70003_900003_work.zip": zipped({"work/sums.ipynb": notebook(course, **RIGHT)}),
        "satochie_70003_900004_notes.txt": b"a note",
        "wudan_70004_900005_sums.ipynb": notebook(course),
    }
    said = run("collect", "canvas", make_zip(tmp_path / "submissions.zip", entries), "--roster", roster)
    assert "3 submissions: 3 new" in said
    assert "70004 is in no roster" in said
    assert "nothing says how late, so they count as in time: ben" in said
    run("grade", "01")
    run("export", "canvas", "--roster", roster)
    assert rows(course.reports / "canvas.csv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Sums (4711)"],
        ["    Points Possible", "", "", "", "", "6"],
        ["Lee, Ana", "70001", "S1", "ana", "Monday", "6"],
        ["Núñez, Ben", "70002", "S2", "ben", "Monday", "EX"],
        ["Sato, Chie", "70003", "S3", "chie", "Monday", "6"],
    ]
    assert "3 files for 3 students in reports/01-sums-canvas.zip" in run("feedback", "--zip", "canvas")
    with zipfile.ZipFile(course.reports / "01-sums-canvas.zip") as packed:
        assert sorted(packed.namelist()) == sorted(list(entries)[:3]), (
            "Canvas looks for the ids in these names"
        )
        ben = nbformat.reads(packed.read("nunezben_LATE_70002_900002_sums (1).ipynb").decode(), 4)
        pages = zipfile.ZipFile(BytesIO(packed.read("satochie_70003_900003_work.zip")))
    nbformat.validate(ben)
    assert "**1 of 6 points**" in ben.cells[0].source
    assert "isclose" not in nbformat.writes(ben), "a hidden test stays hidden"
    assert "6 of 6" in pages.read("sums.html").decode()
    (course.submitted("ana", "01-sums") / "sums.ipynb").write_bytes(notebook(course))
    said = run("feedback", "--zip", "canvas")
    assert "2 files for 2 students" in said
    assert "left out, handed in again since it was graded; run cs-conv grade: ana" in said
    said = run("export", "canvas", "--roster", roster)
    assert "01-sums, handed in again since it was graded; run cs-conv grade: ana" in said


def test_moodle_there_and_back(run, course, tmp_path):
    worksheet = write(tmp_path / "worksheet.csv", MOODLE)
    entries = {
        "Ana Lee_4001_assignsubmission_file/sums.ipynb": notebook(course, **RIGHT),
        "Ben Núñez_4002_assignsubmission_file/sub/sums.ipynb": notebook(course, add=RIGHT["add"]),
    }
    run("collect", "moodle", make_zip(tmp_path / "s.zip", entries), "--roster", worksheet)
    (course.submitted("eve", "01-sums")).mkdir(parents=True)
    (course.submitted("eve", "01-sums") / "sums.ipynb").write_bytes(notebook(course))
    said = run("grade", "01")
    assert "1 / 6" in said, "Ben's is a day late; the sample course takes nothing off"
    said = run("feedback", "--zip", "moodle")
    assert "2 files for 2 students in reports/01-sums-moodle.zip" in said
    assert "left out, not collected from moodle: eve" in said
    with zipfile.ZipFile(course.reports / "01-sums-moodle.zip") as packed:
        assert sorted(packed.namelist()) == [
            "Ana Lee_4001_assignfeedback_file/sums.html",
            "Ben Núñez_4002_assignfeedback_file/sums.html",
        ]
        assert "6 of 6" in packed.read("Ana Lee_4001_assignfeedback_file/sums.html").decode()
    assert "left out, not in" in run("export", "moodle", "--roster", worksheet)
    head, ana, ben = rows(course.reports / "moodle.csv")
    before = rows(worksheet)
    assert head == before[0]
    grade = head.index("Grade")
    assert (ana[grade], ben[grade]) == ("6", "1")
    assert [c for i, c in enumerate(ana) if i != grade] == [c for i, c in enumerate(before[1]) if i != grade]


def test_gradescope_there_and_back(run, course, tmp_path):
    ana, ben = notebook(course, **RIGHT), notebook(course, add=RIGHT["add"])
    entries = {
        "export/submission_metadata.yml": GRADESCOPE,
        "export/submission_300001/sums (2).ipynb": ana,
        "export/submission_300002/sums.ipynb": ben,
    }
    run("collect", "gradescope", make_zip(tmp_path / "s.zip", entries))
    run("grade", "01")
    assert "reports/01-sums-gradescope.zip: 3 students" in run("export", "gradescope")
    (course.submitted("S1", "01-sums") / "sums.ipynb").write_bytes(notebook(course))
    said = run("export", "gradescope")
    assert "left out, handed in again since it was graded; run cs-conv grade: S1" in said
    (course.submitted("S1", "01-sums") / "sums.ipynb").write_bytes(ana)
    run("export", "gradescope")
    place = tmp_path / "autograder"
    with zipfile.ZipFile(course.reports / "01-sums-gradescope.zip") as packed:
        assert {"setup.sh", "run_autograder"} <= set(packed.namelist())
        packed.extractall(place / "source")

    def at_gradescope(email: str, data: bytes) -> tuple[int, dict]:
        (place / "submission").mkdir(exist_ok=True)
        (place / "submission" / "sums (2).ipynb").write_bytes(data)
        facts = {"id": 1, "users": [{"email": email, "id": 1, "name": "x"}]}
        (place / "submission_metadata.json").write_text(json.dumps(facts))
        (place / "results" / "results.json").unlink(missing_ok=True)
        ended = subprocess.run([sys.executable, place / "source" / "run_autograder.py", place], check=False)
        results = place / "results" / "results.json"
        return ended.returncode, json.loads(results.read_text()) if results.exists() else {}

    code, found = at_gradescope("Ana@example.invalid", ana)
    assert (code, found["score"]) == (0, 6)
    assert {test["name"]: test["status"] for test in found["tests"]}["total_test"] == "passed"
    assert at_gradescope("chie@example.invalid", ben)[1]["score"] == 1, "a group's work, by its other address"
    assert at_gradescope("ana@example.invalid", notebook(course)) == (1, {}), "handed in again since"
    assert at_gradescope("eve@example.invalid", ana) == (1, {}), "a copy of another's file earns nothing"
