"""A copy of a course to try a change on: its gradebook, sources and release, in a temporary folder.

What students handed in is read where it is. Outcomes go into the course's own journal: it holds only what
was computed, so grading for real later runs nothing a second time. Nothing else of the course is written.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.course import COURSE_FILE, Assignment, Course
from autograder.grading.gradebook.open import database_errors, gradebook_address
from autograder.grading.gradebook.own_tables import OURS
from autograder.grading.seeds import read_secret, secret_file

ROWS = 5000
"""The most rows that are copied at a time."""


class CourseCopy(Course):
    """A copy whose students hand in where they did before."""

    def __init__(self, original: Course, root: Path) -> None:
        super().__init__(root, original.description)
        self.original = original

    def submitted(self, student: str = "", assignment: str = "") -> Path:
        """The folder of what students handed in to the original."""
        return self.original.submitted(student, assignment)


@contextmanager
def copy_of(course: Course, assignment: Assignment) -> Iterator[CourseCopy]:
    """A copy of the course for work on one assignment; it is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="cs-conv-preview-") as folder:
        root = Path(folder).resolve() / "course"
        root.mkdir()
        _copy_files(course, assignment, root)
        _copy_gradebook(course, root / "gradebook.db")
        yield CourseCopy(course, root)


def _copy_files(course: Course, assignment: Assignment, root: Path) -> None:
    read_secret(course)
    (root / ".cs-conv").mkdir(mode=0o700)
    shutil.copy2(secret_file(course), root / ".cs-conv")
    journal = course.root / ".cs-conv" / "journal"
    journal.mkdir(exist_ok=True)
    (root / ".cs-conv" / "journal").symlink_to(journal)
    for path in (course.root / COURSE_FILE, *course.root.glob("*.py")):
        shutil.copy2(path, root)
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"\nget_config().CourseDirectory.db_url = {f'sqlite:///{root}/gradebook.db'!r}\n")
    folders = (
        course.answers / assignment.name,
        course.releases / assignment.name,
        course.source / assignment.name,
    )
    for folder in filter(Path.is_dir, folders):
        shutil.copytree(folder, root / folder.relative_to(course.root), symlinks=True)
    record = course.reports / f"{assignment.name}.json"
    if record.is_file():
        (root / "reports").mkdir()
        shutil.copy2(record, root / "reports")


def _copy_gradebook(course: Course, path: Path) -> None:
    """Copy the gradebook, whatever its database, into a new SQLite file."""
    from nbgrader.api import Base
    from sqlalchemy import Column, MetaData, String, Table, create_engine, insert, inspect, select

    source, copy = create_engine(gradebook_address(course)), create_engine(f"sqlite:///{path}")
    version = Table("alembic_version", MetaData(), Column("version_num", String(32)))
    at_one_moment = {"isolation_level": "SERIALIZABLE"}
    try:
        with (
            database_errors(course),
            source.connect().execution_options(**at_one_moment) as old,
            copy.begin() as new,
        ):
            known = set(inspect(old).get_table_names())
            for table in (version, *Base.metadata.sorted_tables, *OURS.sorted_tables):
                table.create(new)
                if table.name not in known:
                    continue
                for rows in old.execute(select(table)).mappings().partitions(ROWS):
                    new.execute(insert(table), [dict(row) for row in rows])
    finally:
        source.dispose()
        copy.dispose()
