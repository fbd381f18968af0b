"""Tables of our own in the gradebook's database, next to nbgrader's.

They change in the same transaction as the grades. A gradebook made by nbgrader alone, or by an earlier
version of this course, lacks them; then nothing is stored yet. They have no foreign keys to nbgrader's
tables, so that nbgrader can delete its rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    inspect,
    select,
)  # fmt: skip
from sqlalchemy.exc import DBAPIError, IntegrityError

OURS = MetaData()
"""All tables of ours."""


def _keys(*names: str) -> list[Column[str]]:
    """The columns whose texts together say what a row is about."""
    return [Column(name, String(128), primary_key=True) for name in names]


_files = Table(
    "cs_conv_release", OURS,
    Column("assignment", String(128), primary_key=True),
    Column("path", String(1024), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)  # fmt: skip
_judged = Table(
    "cs_conv_judged", OURS,
    Column("grade", String(32), primary_key=True),
    Column("outcome", String(128), nullable=False),
)  # fmt: skip
_students = Table("cs_conv_student", OURS, Column("student", String(128), primary_key=True))
extensions_table = Table(
    "cs_conv_extension", OURS,
    *_keys("assignment", "student"),
    Column("seconds", Integer, nullable=False),
    Column("why", String(1024), nullable=False),
)  # fmt: skip
discarded_table = Table(
    "cs_conv_discarded", OURS,
    *_keys("assignment", "notebook", "cell"),
    Column("how", String(16), nullable=False),
    Column("points", Float, nullable=False),
)  # fmt: skip
set_aside_table = Table(
    "cs_conv_set_aside", OURS,
    Column("grade", String(32), primary_key=True),
    Column("auto", Float),
    Column("manual", Float),
    Column("extra", Float),
    Column("needs_person", Boolean, nullable=False),
)  # fmt: skip
kept_points_table = Table(
    "cs_conv_kept_points", OURS,
    Column("assignment", String(128), nullable=False, index=True),
    Column("grade", String(32), primary_key=True),
    Column("answers", String(64), nullable=False),
    Column("points", Float, nullable=False),
)  # fmt: skip
gone_table = Table(
    "cs_conv_gone", OURS,
    *_keys("assignment", "notebook", "cell", "student"),
    Column("manual", Float),
    Column("extra", Float),
    Column("comment", Text),
)  # fmt: skip
taken_out_table = Table(
    "cs_conv_taken_out", OURS,
    *_keys("assignment", "notebook", "cell", "student"),
    Column("manual", Float),
    Column("extra", Float),
    Column("comment", Text),
    Column("needs_person", Boolean, nullable=False),
    Column("outcome", String(128), nullable=False),
)  # fmt: skip
kept_of_taken_out_table = Table(
    "cs_conv_kept_taken_out", OURS,
    *_keys("assignment", "notebook", "cell", "student"),
    Column("answers", String(64), nullable=False),
    Column("points", Float, nullable=False),
)  # fmt: skip


def make_tables(gradebook: Any) -> None:
    """Make our tables and indexes if the gradebook lacks them; another process may do so at this moment."""
    try:
        _make(gradebook.engine)
    except DBAPIError:
        _make(gradebook.engine)  # what the other one has made is there now


def _make(engine: Any) -> None:
    OURS.create_all(engine)
    with suppress(DBAPIError):  # they only save time, and nbgrader's tables may be another role's
        for index in _indexes():
            index.create(engine, checkfirst=True)


@cache
def _indexes() -> list[Index]:
    """Indexes on nbgrader's tables, which has none: each look-up of a student's grades read all grades."""
    from nbgrader.api import BaseCell, Comment, Grade, SubmittedAssignment, SubmittedNotebook

    columns = [
        BaseCell.notebook_id,
        Comment.notebook_id,
        Grade.notebook_id,
        SubmittedAssignment.student_id,
        SubmittedNotebook.assignment_id,
    ]
    return [Index(f"cs_conv_{column.class_.__tablename__}", column) for column in columns]


def has_table(connection: Any, table: Table) -> bool:
    """Whether the database of this connection or engine has the table."""
    return bool(inspect(connection).has_table(table.name))


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
    if not has_table(gradebook.engine, _files):
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
    for student in sorted(set(students) - _noted(gradebook)):
        with suppress(IntegrityError), gradebook.db.begin_nested():  # another process may have been faster
            gradebook.db.execute(insert(_students).values(student=student))


def removed_students(gradebook: Any) -> set[str]:
    """The students who were in the gradebook and whom somebody took out."""
    if not has_table(gradebook.engine, _students):
        return set()
    return _noted(gradebook) - {student.id for student in gradebook.students}


def _noted(gradebook: Any) -> set[str]:
    return set(gradebook.db.execute(select(_students.c.student)).scalars())
