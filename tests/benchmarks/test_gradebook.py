"""A class of 30 with all assignments, filled from recorded results: report, export and feedback run on it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from autograder.reports.record import load_record
from benchmarks.fill_gradebook import grade_samples, make_course, repeat
from benchmarks.gradebook import run_all

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]

STUDENTS = 30


def test_a_class_of_thirty_with_all_assignments(tmp_path: Path) -> None:
    course, assignments = make_course(tmp_path / "course")
    for assignment in assignments:
        grade_samples(course, assignment, kinds=2)
    names = repeat(course, assignments, STUDENTS)
    before = {assignment.name: load_record(course, assignment.name) for assignment in assignments}
    took = list(run_all(course.root, "02-conv-forward"))
    assert all(row.megabytes > 0 and row.cpu > 0 for row in took)
    rows = list(csv.reader((course.reports / "canvas.csv").open(encoding="utf-8", newline="")))[2:]
    assert [row[3] for row in rows] == names
    for column, assignment in enumerate(assignments, start=5):
        record = load_record(course, assignment.name)
        scores = {result.student: result.score for result in record.results}
        assert scores == {result.student: result.score for result in before[assignment.name].results}
        assert {row[3]: float(row[column]) for row in rows} == scores
    assert len(list(course.feedback().glob("*/02-conv-forward/conv_forward.html"))) == STUDENTS
    assert json.loads((course.reports / "02-conv-forward.json").read_text(encoding="utf-8"))["statuses"]
