"""What the gradebook keeps for us, in three tables of our own beside nbgrader's.

They lie in the same database, so they change in the same transaction as the grades and move with them. A
gradebook of nbgrader's own, or of an earlier version of this course, has none of them: then nothing is kept
yet. No table refers to nbgrader's by a foreign key, so that nbgrader can delete whatever it likes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, LargeBinary, MetaData, String, Table, delete, insert, inspect, select

_ours = MetaData()
_files = Table(
    "cs_conv_release", _ours,
    Column("assignment", String(128), primary_key=True),
    Column("path", String(1024), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)  # fmt: skip
_judged = Table(
    "cs_conv_judged", _ours,
    Column("grade", String(32), primary_key=True),
    Column("outcome", String(128), nullable=False),
)  # fmt: skip
_students = Table("cs_conv_student", _ours, Column("student", String(128), primary_key=True))


def make_tables(gradebook: Any) -> None:
    """Make the tables in a gradebook that lacks them."""
    _ours.create_all(gradebook.engine)


def _has(gradebook: Any, table: Table) -> bool:
    return inspect(gradebook.engine).has_table(table.name)


# Releases: an assignment's files as they were released


def keep_files(gradebook: Any, assignment: str, files: dict[str, bytes], within: str) -> None:
    """Put these in the place of what is kept of the assignment below `within`; the caller commits."""
    mine = (_files.c.assignment == assignment) & _files.c.path.startswith(within, autoescape=True)
    gradebook.db.execute(delete(_files).where(mine))
    for path, content in files.items():
        row = {"assignment": assignment, "path": within + path, "content": content}
        gradebook.db.execute(insert(_files).values(row))


def kept_files(gradebook: Any, assignment: str) -> dict[str, bytes]:
    """All files that are kept of an assignment; {} where it was released by something else."""
    if not _has(gradebook, _files):
        return {}
    wanted = select(_files.c.path, _files.c.content).where(_files.c.assignment == assignment)
    return {path: bytes(content) for path, content in gradebook.db.execute(wanted.order_by(_files.c.path))}


# Outcomes: what of a student's work each grade in the gradebook was given for


def outcomes_judged(gradebook: Any, grades: Iterable[str]) -> dict[str, str]:
    """What is kept of these grades (their ids)."""
    wanted = select(_judged.c.grade, _judged.c.outcome).where(_judged.c.grade.in_(list(grades)))
    return {grade: outcome for grade, outcome in gradebook.db.execute(wanted)}  # noqa: C416, a result has keys()


def keep_outcomes(gradebook: Any, outcomes: dict[str, str]) -> None:
    """Keep what each grade (by its id) is now given for; the caller commits."""
    if outcomes:
        gradebook.db.execute(delete(_judged).where(_judged.c.grade.in_(list(outcomes))))
        rows = [{"grade": grade, "outcome": outcome} for grade, outcome in outcomes.items()]
        gradebook.db.execute(insert(_judged), rows)


# Students: whoever was in the gradebook at some time


def note_students(gradebook: Any, students: Iterable[str]) -> None:
    """Remember that these are in the gradebook; the caller commits."""
    new = set(students) - _noted(gradebook)
    if new:
        gradebook.db.execute(insert(_students), [{"student": student} for student in sorted(new)])


def removed_students(gradebook: Any) -> set[str]:
    """Those who were in the gradebook and whom somebody took out."""
    if not _has(gradebook, _students):
        return set()
    return _noted(gradebook) - {student.id for student in gradebook.students}


def _noted(gradebook: Any) -> set[str]:
    return set(gradebook.db.execute(select(_students.c.student)).scalars())
