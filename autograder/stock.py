"""How this course uses stock nbgrader: its settings, and calling it from Python without surprises.

nbgrader's commands read `nbgrader_config.py`, which calls `configure`; our own commands hand the same
settings to nbgrader's classes directly. So both work on the same folders and the same gradebook.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from traitlets.config import Config

from autograder.course import RELEASE, SOURCE, Course, CourseError, load_course

EXECUTE = "autograder.grading.execute.StillExecute"
STUB = """\
# Write your answer here, in place of this comment and the next line.
raise NotImplementedError("not written yet")"""


class NbgraderError(Exception):
    """nbgrader refused; `log` holds what it said."""

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log


def configure(config: Config, root: Path) -> Config:
    """Fill `config` with nbgrader's settings for the course in `root`; used by nbgrader_config.py."""
    return _fill(config, load_course(root))


def settings(course: Course) -> Config:
    """The same settings for calling nbgrader's classes from Python."""
    return _fill(Config(), course)


def _fill(config: Config, course: Course) -> Config:
    ensure_commands_on_path()
    config.CourseDirectory.course_id = course.id
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.source_directory = SOURCE
    config.CourseDirectory.release_directory = RELEASE
    config.ClearSolutions.code_stub = {"python": STUB}
    config.Execute.timeout = 2 * max(a.limits.seconds_a_cell for a in course.assignments)
    config.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput",
        "autograder.grading.duplicates.ForgetDuplicates",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    # As nbgrader's own lists, but for the execution.
    config.Autograde.autograde_preprocessors = [
        EXECUTE,
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    return config


def ensure_commands_on_path() -> None:
    """Put this Python's commands on PATH: nbgrader runs `alembic` from there when it makes a gradebook."""
    commands = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "").split(os.pathsep)
    if commands not in path:
        os.environ["PATH"] = os.pathsep.join([commands, *path])


@contextmanager
def open_gradebook(course: Course) -> Iterator[Any]:
    """nbgrader's gradebook of the course, closed afterwards."""
    from nbgrader.api import Gradebook

    ensure_commands_on_path()
    with Gradebook(f"sqlite:///{course.gradebook}", course.id) as gradebook:
        yield gradebook


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
    if course.gradebook.exists():
        with open_gradebook(course) as gradebook:
            try:
                known = bool(gradebook.find_assignment(assignment).notebooks)
            except MissingEntry:
                known = False
    if not known:
        raise CourseError(
            f"{assignment} has not been released from this folder; run: cs-conv release {assignment}"
        )
