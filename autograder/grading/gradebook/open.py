"""Opening nbgrader's gradebook, and explaining the errors of its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from autograder.course import Course, CourseError
from autograder.grading.nbgrader_settings import settings

NOT_BY_WAITING = ("readonly", "read-only", "unable to open", "ermission denied", "is full", "o space left")
"""Parts of messages about errors that do not go away by waiting."""


def gradebook_address(course: Course) -> str:
    """The gradebook's address: the course's SQLite file, unless nbgrader_config.py names a database."""
    named = settings(course).CourseDirectory.get("db_url")
    return named if isinstance(named, str) and named else f"sqlite:///{course.gradebook}"


def has_gradebook(course: Course) -> bool:
    """Whether there is a gradebook yet; a database that nbgrader_config.py names is assumed to exist."""
    return course.gradebook.exists() or gradebook_address(course) != f"sqlite:///{course.gradebook}"


def connect(course: Course) -> Any:
    """Open the gradebook; the caller closes it. Raises CourseError if it cannot be opened."""
    from nbgrader.api import Gradebook

    make: Any = Gradebook
    try:
        return make(gradebook_address(course), course.id)
    except Exception as error:
        raise _explained(course, error) from error


@contextmanager
def open_gradebook(course: Course) -> Iterator[Any]:
    """The gradebook, closed at the end. Raises CourseError if it cannot be opened or its database fails."""
    with connect(course) as gradebook, database_errors(course):
        yield gradebook


def require_gradebook_writable(course: Course) -> None:
    """Raise CourseError if the gradebook cannot be written; waits one second for another program's lock."""
    from sqlalchemy import create_engine, text

    address = gradebook_address(course)
    waits = {"timeout": 1.0} if address.startswith("sqlite") else {}
    engine = create_engine(address, connect_args=waits)
    try:
        with database_errors(course), engine.connect() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
            connection.rollback()
    finally:
        engine.dispose()


@contextmanager
def one_commit(gradebook: Any) -> Iterator[Any]:
    """Make one commit of all the changes within, each of which nbgrader would commit; yields the session."""
    session = gradebook.db
    session.rollback()
    session.commit = session.flush
    try:
        yield session
    except BaseException:
        del session.commit
        session.rollback()
        raise
    del session.commit
    try:
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def database_errors(course: Course) -> Iterator[None]:
    """Turn an error of the gradebook's database into a CourseError that says what helps."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as error:
        raise _explained(course, error) from error


def _explained(course: Course, error: Exception) -> CourseError:
    """The error with the gradebook's file (or its address without the password) and what to do."""
    from sqlalchemy import make_url

    url = make_url(gradebook_address(course))
    where = url.database if url.get_backend_name() == "sqlite" else url.render_as_string()
    what = (str(error).splitlines() or [type(error).__name__])[0]
    helps = "restore it, or name another one"
    if "locked" in what:
        helps = "close other programs that use it, for instance formgrader, and run this again"
    elif any(word in what for word in NOT_BY_WAITING):
        helps = "fix that and run this again; what was graded is kept"
    elif "no such" in what or "does not exist" in what:
        helps = "if another version of nbgrader made it, run: nbgrader db upgrade"
    return CourseError(f"the gradebook {where} cannot be used: {what}; {helps}")


def require_release(course: Course, assignment: str) -> None:
    """Raise CourseError, which says what to run, if the gradebook does not know the assignment yet."""
    from nbgrader.api import MissingEntry

    known = False
    if has_gradebook(course):
        with open_gradebook(course) as gradebook:
            try:
                known = bool(gradebook.find_assignment(assignment).notebooks)
            except MissingEntry:
                known = False
    if not known:
        raise CourseError(
            f"{assignment} has not been released from this folder; run: cs-conv release {assignment}"
        )
