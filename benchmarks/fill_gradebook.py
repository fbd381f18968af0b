"""A course with a large class: a few notebooks of each assignment are really graded, and then repeated.

    python -m benchmarks.fill_gradebook FOLDER --students 1000

The sample students' notebooks run in the sandbox and are recorded, as by `cs-conv grade`. Then each student
of the large class gets a copy of what one of them has: the rows in the gradebook, the results in the record,
and links to the files in `submitted/` and `autograded/`. The sample students are taken out.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.console import Console
from sqlalchemy import insert, select

from autograder.commands.grade import grade_assignment
from autograder.course import Assignment, Course, load_course
from autograder.demo.submissions import hand_in
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.gradebook.own_tables import keep_outcomes, outcomes_judged
from autograder.grading.trusted import TrustedEngine
from autograder.notebooks.release import release
from autograder.reports.record import load_record, store_record
from benchmarks.grading import that_finish

ROOT = Path(__file__).parents[1]


def make_course(folder: Path, names: Sequence[str] = ()) -> tuple[Course, list[Assignment]]:
    """This course in `folder`, with these of its assignments (or all) released."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    course = load_course(folder)
    assignments = [course.assignment(name) for name in names] or list(course.assignments)
    for assignment in assignments:
        release(course, assignment)
    return course, assignments


def grade_samples(course: Course, assignment: Assignment, kinds: int) -> None:
    """Grade the notebooks of the first `kinds` sample students."""
    for sample in that_finish(assignment.name)[:kinds]:
        hand_in(course, assignment, sample)
    record = grade_assignment(course, assignment, TrustedEngine(), Console(file=io.StringIO()))
    odd = {
        status: number for status, number in record.statuses.items() if status in ("crashed", "not graded")
    }
    if odd:
        raise SystemExit(f"{assignment.name}: sample students were not graded: {', '.join(odd)}")


def repeat(course: Course, assignments: Sequence[Assignment], size: int) -> list[str]:
    """Give each of `size` students what a sample student has; returns their names."""
    names = [f"student-{number:04}" for number in range(size)]
    with open_gradebook(course) as gradebook:
        samples = [student.id for student in gradebook.students]
        for number, name in enumerate(names):
            who = {"first_name": "Sam", "last_name": f"Sample {number}", "email": f"{name}@example.edu"}
            gradebook.db.execute(insert(_table("student")).values(id=name, **who))
        for assignment in assignments:
            found = gradebook.assignment_submissions(assignment.name)
            handed_in = {submission.student.id: submission.id for submission in found}
            whose = dict(zip(names, cycle(sorted(handed_in)), strict=False))
            for sample, submission in handed_in.items():
                _copy_rows(gradebook, submission, [name for name in names if whose[name] == sample])
            _copy_record(course, assignment, whose)
            _link_files(course, assignment, whose)
        gradebook.db.commit()
        for sample in samples:
            gradebook.remove_student(sample)
    for sample in samples:
        shutil.rmtree(course.submitted(sample), ignore_errors=True)
        shutil.rmtree(course.autograded(sample), ignore_errors=True)
    return names


def _table(name: str) -> Any:
    from nbgrader.api import Base

    return Base.metadata.tables[name]


def _copy_rows(gradebook: Any, submission: str, names: Sequence[str]) -> None:
    """Copy a submission, its notebooks, grades and comments for these students."""
    session = gradebook.db
    assignments, notebooks = _table("submitted_assignment"), _table("submitted_notebook")
    (row,) = session.execute(select(assignments).where(assignments.c.id == submission)).mappings()
    ids = {name: uuid4().hex for name in names}
    rows = [dict(row) | {"id": ids[name], "student_id": name} for name in names]
    session.execute(insert(assignments), rows)
    mine = select(notebooks).where(notebooks.c.assignment_id == submission)
    for notebook in session.execute(mine).mappings().all():
        copies = {name: uuid4().hex for name in names}
        rows = [dict(notebook) | {"id": copies[name], "assignment_id": ids[name]} for name in names]
        session.execute(insert(notebooks), rows)
        for table in (_table("grade"), _table("comment")):
            mine = select(table).where(table.c.notebook_id == notebook["id"])
            for one in session.execute(mine).mappings().all():
                rows = [dict(one) | {"id": uuid4().hex, "notebook_id": copies[name]} for name in names]
                session.execute(insert(table), rows)
                judged = outcomes_judged(gradebook, [one["id"]])
                keep_outcomes(gradebook, {row["id"]: text for row in rows for text in judged.values()})


def _copy_record(course: Course, assignment: Assignment, whose: dict[str, str]) -> None:
    record = load_record(course, assignment.name)
    known = {result.student: result for result in record.results}
    results = [known[sample].model_copy(update={"student": name}) for name, sample in whose.items()]
    store_record(course, record.model_copy(update={"results": tuple(results)}))


def _link_files(course: Course, assignment: Assignment, whose: dict[str, str]) -> None:
    for name, sample in whose.items():
        for folder in (course.submitted, course.autograded):
            place = folder(name, assignment.name)
            shutil.copytree(folder(sample, assignment.name), place, copy_function=os.link)


def main() -> None:
    """Fill the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--kinds", type=int, default=2, help="notebooks graded of each assignment")
    parser.add_argument("--assignments", nargs="*", default=(), metavar="NAME", help="default: all")
    given = parser.parse_args()
    course, assignments = make_course(given.folder, given.assignments)
    for assignment in assignments:
        grade_samples(course, assignment, given.kinds)
        print(f"{assignment.name}: graded", flush=True)
    repeat(course, assignments, given.students)


if __name__ == "__main__":
    main()
