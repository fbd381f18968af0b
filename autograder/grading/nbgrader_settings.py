"""How this course uses stock nbgrader: its settings, and calling it from Python without surprises.

nbgrader's commands read `nbgrader_config.py`, which calls `configure`; our own commands hand the same
settings to nbgrader's classes directly. So both work on the same folders and the same gradebook.
"""

from __future__ import annotations

import codecs
import glob
import locale
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.course import RELEASE, SOURCE, Course, CourseError, load_course
from autograder.notebooks.unwritten import WORDS

EXECUTE = "autograder.grading.stock.nbgrader_steps.StillExecute"
STUB = f"""\
# Write your answer here, in place of this comment and the next line.
raise NotImplementedError("{WORDS}")"""


NOT_BY_WAITING = ("readonly", "read-only", "unable to open", "ermission denied", "is full", "o space left")
"""What an error of a database says that does not go away by itself."""


class NbgraderError(Exception):
    """nbgrader refused; `log` holds what it said."""

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log

    @property
    def reason(self) -> str:
        """The line of the log that says why: the last that names an error, else the last."""
        lines = [line.strip() for line in self.log.splitlines() if line.strip()]
        errors = [line for line in lines if line.split(":")[0].endswith(("Error", "Exception"))]
        return (errors or lines or [str(self)])[-1][:300]


def configure(config: Config, root: Path) -> Config:
    """Fill `config` with nbgrader's settings for the course in `root`; used by nbgrader_config.py."""
    _let_validate_tell()
    return _fill(config, load_course(root))


def _let_validate_tell() -> None:
    """The Validate button and `nbgrader validate` run notebooks as grading does, and show what a check found.

    nbgrader has no setting for the steps of its validator, so their default is changed.
    """
    from nbgrader.preprocessors import CheckCellMetadata, ClearOutput
    from nbgrader.validator import Validator

    from autograder.grading.stock.nbgrader_steps import TellingExecute

    Validator.preprocessors.default_args = ([CheckCellMetadata, ClearOutput, TellingExecute],)


def settings(course: Course) -> Config:
    """The same settings for calling nbgrader's classes from Python, with what nbgrader_config.py adds."""
    config = _fill(Config(), course)
    own = course.root / "nbgrader_config.py"
    if own.is_file():
        try:
            config.merge(PyFileConfigLoader(str(own), path=str(course.root)).load_config())
        except (Exception, SystemExit) as error:
            raise CourseError(f"{own} cannot be read: {type(error).__name__}: {error}") from None
    return config


def _let_timestamps_be_read() -> None:
    """Every part of nbgrader reads timestamp.txt as our grading does: with its time zone, and without ending
    where one student's cannot be read (formgrader shows no submission at all then).
    """
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    def get_existing_timestamp(self: Any, folder: str) -> datetime | None:
        from autograder.grading.trusted.autograded_folder import when_it_came

        came, problem = when_it_came(Path(folder))
        if problem:
            self.log.warning("%s: %s", folder, problem)
        return came and came.replace(tzinfo=None)

    def get_submitted_timestamp(self: Any, assignment: str, student: str) -> datetime | None:
        course = self.coursedir
        folder = course.format_path(course.submitted_directory, student, assignment)
        found: datetime | None = course.get_existing_timestamp(os.path.join(course.root, folder))  # noqa: PTH118
        return found

    CourseDirectory.get_existing_timestamp = get_existing_timestamp
    NbGraderAPI.get_submitted_timestamp = get_submitted_timestamp


_bracketed: set[str] = set()
"""Folders of courses that a pattern would not find by their own name."""


def _let_the_folder_have_brackets(root: str) -> None:
    """nbgrader finds files by patterns, and takes a course's own folder for a part of them: `deep [2026]`."""
    from nbgrader import utils
    from nbgrader.apps import api
    from nbgrader.converters import base

    if glob.escape(root) != root:
        _bracketed.add(root)
        for module in (api, base, utils):
            module.glob = SimpleNamespace(glob=_below_the_folder)


def _below_the_folder(pattern: str) -> list[str]:
    for root in _bracketed:
        if pattern.startswith(root + os.sep):
            pattern = glob.escape(root) + pattern[len(root) :]
            break
    return glob.glob(pattern)  # noqa: PTH207 (nbgrader's patterns are texts)


def _fill(config: Config, course: Course) -> Config:
    let_alembic_run()
    _let_the_folder_have_brackets(str(course.root))
    _let_timestamps_be_read()
    config.CourseDirectory.course_id = course.id
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.source_directory = SOURCE
    config.CourseDirectory.release_directory = RELEASE
    config.ClearSolutions.code_stub = {"python": STUB}
    config.Execute.timeout = 2 * max(a.limits.seconds_a_cell for a in course.assignments)
    config.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput",
        "autograder.grading.stock.duplicates.ForgetDuplicates",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    # As nbgrader's own lists, but for what the gradebook keeps of a release, and the execution.
    config.GenerateAssignment.preprocessors = [
        "nbgrader.preprocessors.IncludeHeaderFooter",
        "nbgrader.preprocessors.InstantiateTests",
        "nbgrader.preprocessors.LockCells",
        "nbgrader.preprocessors.ClearSolutions",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.CheckCellMetadata",
        "nbgrader.preprocessors.ComputeChecksums",
        "autograder.notebooks.tell_gradebook.KeepCells",
        "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.ClearMarkScheme",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.CheckCellMetadata",
        "autograder.notebooks.run_all.LetRunAllGoOn",
    ]
    config.Autograde.autograde_preprocessors = [
        EXECUTE,
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.GenerateFeedback.exporter_class = "autograder.reports.nbgrader_exporter.FeedbackExporter"
    config.GenerateFeedback.preprocessors = []
    return config


def let_alembic_run() -> None:
    """Prepare the environment for `alembic`, which nbgrader runs from PATH whenever it opens a gradebook.

    It lies beside this Python, and reads the gradebook's path in the locale's encoding.
    """
    commands = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "").split(os.pathsep)
    if commands not in path:
        os.environ["PATH"] = os.pathsep.join([commands, *path])
    if codecs.lookup(locale.getencoding()).name == "ascii":
        os.environ["LC_ALL"] = "C.UTF-8"


def gradebook_address(course: Course) -> str:
    """Where the gradebook is: the course's SQLite file, unless nbgrader_config.py names a database."""
    named = settings(course).CourseDirectory.get("db_url")
    return named if isinstance(named, str) and named else f"sqlite:///{course.gradebook}"


def has_gradebook(course: Course) -> bool:
    """Whether there is one yet; a database that is named is taken to be there."""
    return course.gradebook.exists() or gradebook_address(course) != f"sqlite:///{course.gradebook}"


def connect(course: Course) -> Any:
    """nbgrader's gradebook of the course, for whoever closes it. CourseError where it cannot be opened."""
    from nbgrader.api import Gradebook

    make: Any = Gradebook
    try:
        return make(gradebook_address(course), course.id)
    except Exception as error:
        raise _said_of(course, error) from error


@contextmanager
def open_gradebook(course: Course) -> Iterator[Any]:
    """The same for a while. CourseError where it cannot be opened, or does not do what is asked of it."""
    with connect(course) as gradebook, database_errors(course):
        yield gradebook


def require_gradebook_writable(course: Course) -> None:
    """CourseError where the gradebook cannot be written now; another's lock on it is waited for a second."""
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
    """Let the steps within, each of which nbgrader would commit, become one commit; yields the session."""
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
        raise _said_of(course, error) from error


def _said_of(course: Course, error: Exception) -> CourseError:
    """Which gradebook it is (its file, or its address without the password), what is wrong, what helps."""
    from sqlalchemy import make_url

    url = make_url(gradebook_address(course))
    where = url.database if url.get_backend_name() == "sqlite" else url.render_as_string()
    what = (str(error).splitlines() or [type(error).__name__])[0]
    helps = "bring it back, or name another one"
    if "locked" in what:
        helps = "end what else uses it, for instance the formgrader, and run this again"
    elif any(word in what for word in NOT_BY_WAITING):
        helps = "see to that and run this again; what was graded is kept"
    elif "no such" in what or "does not exist" in what:
        helps = "where another version of nbgrader made it, run: nbgrader db upgrade"
    return CourseError(f"the gradebook {where} cannot be used: {what}; {helps}")


def run(app: Any, what: str) -> str:
    """Run one of nbgrader's converters quietly.

    Returns what it logged. Raises NbgraderError where it fails. KeyboardInterrupt passes through.
    nbgrader changes the working directory while it runs and puts it back.
    """
    heard = StringIO()
    handler = logging.StreamHandler(heard)
    log, before = app.log, app.log.propagate
    others = list(log.handlers)
    log.handlers, log.propagate = [handler], False
    level = log.level
    log.setLevel(logging.INFO)
    try:
        app.start()
    except Exception as error:
        raise NbgraderError(f"{what}: {error}", heard.getvalue()) from error
    finally:
        log.handlers, log.propagate = others, before
        log.setLevel(level)
    return heard.getvalue()


def require_release(course: Course, assignment: str) -> None:
    """Say what to do where the gradebook does not know the assignment yet."""
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
