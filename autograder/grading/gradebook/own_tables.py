"""Three tables of our own in the gradebook's database, next to nbgrader's.

They change in the same transaction as the grades. A gradebook made by nbgrader alone, or by an earlier
version of this course, lacks them; then nothing is stored yet. They have no foreign keys to nbgrader's
tables, so that nbgrader can delete its rows.
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
    """Replace the files kept of the assignment whose paths begin with `within`; the caller commits."""
    mine = (_files.c.assignment == assignment) & _files.c.path.startswith(within, autoescape=True)
    gradebook.db.execute(delete(_files).where(mine))
    for path, content in files.items():
        row = {"assignment": assignment, "path": within + path, "content": content}
        gradebook.db.execute(insert(_files).values(row))


def kept_files(gradebook: Any, assignment: str) -> dict[str, bytes]:
    """All files kept of an assignment; {} if something else released it."""
    if not _has(gradebook, _files):
        return {}
    wanted = select(_files.c.path, _files.c.content).where(_files.c.assignment == assignment)
    return {path: bytes(content) for path, content in gradebook.db.execute(wanted.order_by(_files.c.path))}


# Outcomes: the points and answers that each grade in the gradebook was given for


def outcomes_judged(gradebook: Any, grades: Iterable[str]) -> dict[str, str]:
    """The outcomes kept for these grades, by their ids."""
    wanted = select(_judged.c.grade, _judged.c.outcome).where(_judged.c.grade.in_(list(grades)))
    return {grade: outcome for grade, outcome in gradebook.db.execute(wanted)}  # noqa: C416, a result has keys()


def keep_outcomes(gradebook: Any, outcomes: dict[str, str]) -> None:
    """Keep the outcome that each grade, by its id, is given for; the caller commits."""
    if outcomes:
        gradebook.db.execute(delete(_judged).where(_judged.c.grade.in_(list(outcomes))))
        rows = [{"grade": grade, "outcome": outcome} for grade, outcome in outcomes.items()]
        gradebook.db.execute(insert(_judged), rows)


# Students: all who were ever in the gradebook


def note_students(gradebook: Any, students: Iterable[str]) -> None:
    """Keep the names of students who are in the gradebook; the caller commits."""
    new = set(students) - _noted(gradebook)
    if new:
        gradebook.db.execute(insert(_students), [{"student": student} for student in sorted(new)])


def removed_students(gradebook: Any) -> set[str]:
    """The students who were in the gradebook and whom somebody took out."""
    if not _has(gradebook, _students):
        return set()
    return _noted(gradebook) - {student.id for student in gradebook.students}


def _noted(gradebook: Any) -> set[str]:
    return set(gradebook.db.execute(select(_students.c.student)).scalars())
