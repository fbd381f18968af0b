"""`cs-conv demo`: from sources to a graded class of sample students, in a separate folder."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import yaml
from rich.console import Console
from rich.markup import escape

from autograder.commands.feedback import make_feedback
from autograder.commands.grade import grade_assignment
from autograder.commands.selection import chosen, instructors_course
from autograder.course import COURSE_FILE, Assignment, Course, CourseError, load_course, short
from autograder.demo.submissions import hand_in, sample_students
from autograder.grading.interface import Engine
from autograder.grading.stock.engine import NbgraderEngine
from autograder.notebooks.release import release
from autograder.reports.class_page import write_class_page
from autograder.reports.record import write_json
from autograder.reports.tables import class_table, misconception_table
from autograder.terminal import console

MARK = ".cs-conv-demo"
PATIENCE = {"seconds_a_cell": 4, "seconds_in_all": 20}
"""One student's loop never ends. A class can wait for the course's own limits; a demonstration should not."""

LARGEST = "02-conv-forward"
"""The assignment with the largest class; the others have a few students each."""


def run(names: Sequence[str], folder: Path | None, where: Path | None) -> None:
    """Grade the samples of the assignments named, or of the one with the largest class."""
    course = instructors_course(where)
    assignments = chosen(course, names or [a.name for a in course.assignments if a.name == LARGEST])
    run_demo(course, assignments, (folder or course.root / "build" / "demo").absolute(), console)


def run_demo(course: Course, assignments: Sequence[Assignment], folder: Path, console: Console) -> None:
    """Release, hand in, grade and report, all in `folder`, which is emptied first."""
    began = time.monotonic()
    demo = _separate_course(course, [assignment.name for assignment in assignments], folder)
    records = []
    for assignment in demo.assignments:
        release(demo, assignment)
        students = sample_students(assignment.name)
        console.print(f"[bold]{assignment.name}[/]: {len(students)} sample students", highlight=False)
        for student in students:
            hand_in(demo, assignment, student)
    engine = _engine(console)
    for assignment in demo.assignments:
        record = grade_assignment(demo, assignment, engine, console)
        make_feedback(demo, assignment, console)
        records.append(record)
    write_json(demo.root / "grades.json", records)
    for record in records:
        console.print(class_table(record))
        console.print(misconception_table(record))
    console.print(f"took {time.monotonic() - began:.0f} s; everything lies in {escape(short(demo.root))}:")
    pages = [write_class_page(demo, record) for record in records]
    for what, where in [
        ("gradebook", demo.gradebook.name),
        ("class report", " ".join(str(page.relative_to(demo.root)) for page in pages)),
        ("feedback", "feedback/STUDENT/ASSIGNMENT/NOTEBOOK.html"),
        ("scores", "grades.json"),
        ("submissions", "submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb"),
    ]:
        console.print(f"  {what:13}{escape(where)}", highlight=False)


def _engine(console: Console) -> Engine:
    """The trusted engine if a sandbox works here, else nbgrader's own: the sample students mean no harm."""
    from autograder.grading.trusted import TrustedEngine

    try:
        return TrustedEngine()
    except CourseError:
        console.print("no sandbox works here: nbgrader's own engine grades these samples, unconfined")
        return NbgraderEngine()


def _separate_course(course: Course, names: Sequence[str], folder: Path) -> Course:
    """A course in `folder` with the named assignments, their sources, and shorter limits."""
    for name in names:
        if not sample_students(name):
            raise CourseError(f"{name} has no sample students in autograder/demo/students/")
        if not (course.answers / name).is_dir():
            raise CourseError(f"{course.answers / name} does not exist; a demo is made from the sources")
    _empty(folder)
    text = yaml.safe_load((course.root / COURSE_FILE).read_text(encoding="utf-8"))
    text["course"] = f"{course.id}-demo"
    text["limits"] = text.get("limits", {}) | PATIENCE
    text["assignments"] = [
        {key: value for key, value in given.items() if key != "limits"}
        for given in text["assignments"]
        if given["name"] in names
    ]
    (folder / COURSE_FILE).write_text(yaml.safe_dump(text, sort_keys=False), encoding="utf-8")
    shutil.copy(course.root / "nbgrader_config.py", folder)
    for name in names:
        shutil.copytree(course.answers / name, folder / "solutions" / name)
    return load_course(folder)


def _empty(folder: Path) -> None:
    """Make `folder` empty and mark it as a demo's, so that only a demo's folder is ever emptied."""
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file; name a folder with --folder")
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise CourseError(f"{folder} holds something that no demo made; name another folder with --folder")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
