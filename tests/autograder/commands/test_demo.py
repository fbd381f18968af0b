"""The demonstration class: its students do what their files say."""

from __future__ import annotations

import json
import re
import sqlite3

import numpy as np
import pytest
from rich.console import Console

from autograder import judge
from autograder.commands.demo import LARGEST, _engine, run_demo
from autograder.course import load_course
from autograder.demo.submissions import fill_in, sample_students
from autograder.grading.stock.engine import NbgraderEngine
from autograder.grading.trusted.sandbox import NoSandbox
from autograder.notebooks.files import graded_as
from autograder.notebooks.source import read_source
from tests.autograder.conftest import REPOSITORY

HERE = load_course(REPOSITORY)
STUDENTS = [(a.name, student) for a in HERE.assignments for student in sample_students(a.name)]
ENDING = ("marco", "adam")  # crashes, never ends: not for this process
JUDGED = [
    (assignment, student)
    for assignment, student in STUDENTS
    if student.name not in ENDING and student.upload == "whole" and student.answers
]


def test_a_class_of_all_kinds():
    students = {student.name: student for student in sample_students(LARGEST)}
    assert len(students) >= 12
    assert sum("All right." in student.story for student in students.values()) >= 4
    assert not students["lena"].answers
    assert {s.upload for s in students.values()} == {"whole", "half", "nothing"}


@pytest.mark.parametrize(("assignment", "student"), STUDENTS, ids=lambda v: getattr(v, "name", v))
def test_every_answer_has_its_cell(assignment, student):
    for name in HERE.assignment(assignment).notebooks:
        notebook = read_source(HERE.answers / assignment / f"{name}.py")
        fill_in(notebook, student)
        sources = {graded_as(cell).get("grade_id"): cell.source for cell in notebook.cells}
        assert all(answer in sources.values() for answer in student.answers.values())


@pytest.mark.parametrize(("assignment", "student"), JUDGED, ids=lambda v: getattr(v, "name", v))
def test_stories_are_true(assignment, student):
    """Who is said to be right passes everything; whoever else answers has a mistake with a name."""
    notebook = {"np": np}
    verdicts = {}
    for answer in student.answers.values():
        exec(answer, notebook)
    for exercise in student.answers:
        verdicts[exercise] = judge(exercise, notebook[exercise], seed=11)
    if "All right." in student.story:
        assert all(verdict.passed for verdict in verdicts.values())
    else:
        wrong = [verdict for verdict in verdicts.values() if not verdict.passed]
        assert wrong
        told = [verdict.mistakes or "calls are enough" in verdict.failure.problem for verdict in wrong]
        assert all(told), "every mistake has a name, but for calls, which are counted"


def test_without_a_sandbox_the_demo_says_which_engine_grades(monkeypatch):
    def refuse(*ignored):
        raise NoSandbox("bwrap: not found\nadvice")

    monkeypatch.setattr("autograder.grading.trusted.engine.choose", refuse)
    console = Console(width=150)
    with console.capture() as capture:
        engine = _engine(console)
    assert isinstance(engine, NbgraderEngine)
    assert capture.get() == "no sandbox works here: nbgrader's own engine grades these samples, unconfined\n"


@pytest.mark.slow
@pytest.mark.sandbox
def test_the_demo_grades_everyone(tmp_path):
    console = Console(width=150)
    folder = tmp_path / "demo"
    with console.capture() as capture:
        run_demo(HERE, [HERE.assignment(LARGEST)], folder, console)
    grades = json.loads((folder / "grades.json").read_text(encoding="utf-8"))["assignments"][0]
    results = {result["student"]: result for result in grades["results"]}
    assert set(results) == {student.name for student in sample_students(LARGEST)}
    for student in sample_students(LARGEST):
        if "All right." in student.story:
            assert results[student.name]["score"] == grades["max_score"], student.name
    statuses = {name: results[name]["status"] for name in ("lena", "marco", "adam", "omar", "petra")}
    assert list(statuses.values()) == ["graded", "crashed", "timed out", "unreadable", "missing"]
    assert (results["lena"]["score"], results["marco"]["score"], results["adam"]["score"]) == (0, 4, 4)
    counts = {(m["exercise"], m["name"]): m["count"] for m in grades["misconceptions"]}
    assert counts["conv_forward", "bias left out"] == 2
    with sqlite3.connect(folder / "gradebook.db") as gradebook:
        assert gradebook.execute("select count(*) from submitted_assignment").fetchone() == (
            len(results) - 1,
        )
    shown = capture.get()
    for words in ("bias left out", "gradebook.db", "reports/02-conv-forward.html", "feedback/", "timed out"):
        assert words in shown
    assert re.search(r"took \d+ s", shown)
    page = (folder / "feedback" / "emeka" / LARGEST / "conv_forward.html").read_text(encoding="utf-8")
    assert "<details>" in page, "the instructor's own text is as it was"
    assert "<math" in page
    assert "<script" not in page
    page = (folder / "feedback" / "omar" / LARGEST / "conv_forward.html").read_text(encoding="utf-8")
    assert "unreadable: " in page, "and says why"
