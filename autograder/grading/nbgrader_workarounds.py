"""Workarounds for what nbgrader has no setting for: its own classes and the environment are changed."""

from __future__ import annotations

import codecs
import glob
import locale
import os
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def let_validate_show_reports() -> None:
    """Have the Validate button and `nbgrader validate` run notebooks as grading does, and show reports.

    nbgrader has no setting for the steps of its validator, so this changes their default.
    """
    from nbgrader.preprocessors import CheckCellMetadata, ClearOutput
    from nbgrader.validator import Validator

    from autograder.grading.stock.nbgrader_steps import ExecuteForValidate

    Validator.preprocessors.default_args = ([CheckCellMetadata, ClearOutput, ExecuteForValidate],)


def let_timestamps_be_read() -> None:
    """Have every part of nbgrader read timestamp.txt as our grading does.

    nbgrader ignores time zones given as numbers, and if it cannot read one student's file, formgrader shows
    no submission at all.
    """
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    def get_existing_timestamp(self: Any, folder: str) -> datetime | None:
        from autograder.grading.submissions.timestamps import when_it_came

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


def let_extensions_wait() -> None:
    """Give a new submission the extension that was granted before anything was handed in.

    nbgrader keeps extensions with submissions only.
    """
    from nbgrader.api import SubmittedAssignment
    from sqlalchemy import event

    from autograder.grading.gradebook.extensions import extend_new

    if not event.contains(SubmittedAssignment, "before_insert", extend_new):
        event.listen(SubmittedAssignment, "before_insert", extend_new)


def let_points_outlive_students() -> None:
    """Keep what people gave a student who is taken out of the gradebook, and give it back with the student.

    nbgrader deletes it.
    """
    from nbgrader.api import Gradebook

    from autograder.grading.gradebook.taken_out import give_back, keep_of_student

    take_out, add = Gradebook.remove_student, Gradebook.add_submission
    if getattr(take_out, "keeps", False):
        return

    def remove_student(self: Any, student_id: str) -> None:
        keep_of_student(self, student_id)
        take_out(self, student_id)

    def add_submission(self: Any, assignment: str, student: str, **about: Any) -> Any:
        submission = add(self, assignment, student, **about)
        give_back(self, submission)
        return submission

    remove_student.keeps = True  # type: ignore[attr-defined]
    Gradebook.remove_student, Gradebook.add_submission = remove_student, add_submission


_bracketed: set[str] = set()
"""Folders of courses whose names are patterns that do not match themselves."""


def let_the_folder_have_brackets(root: str) -> None:
    """Have nbgrader find files in a course's folder whose name is also a pattern, such as `deep [2026]`."""
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
    return glob.glob(pattern)  # noqa: PTH207 (nbgrader's patterns are strings)


def let_alembic_run() -> None:
    """Prepare the environment for the command `alembic`, with which nbgrader upgrades a gradebook.

    The command lies beside this Python and must be on PATH. It reads the gradebook's path in the locale's
    encoding, so that must not be ASCII.
    """
    commands = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "").split(os.pathsep)
    if commands not in path:
        os.environ["PATH"] = os.pathsep.join([commands, *path])
    if codecs.lookup(locale.getencoding()).name == "ascii":
        os.environ["LC_ALL"] = "C.UTF-8"


def let_new_gradebooks_be_quick() -> None:
    """Have nbgrader look up the version of a new gradebook in this process.

    It would start the command `alembic`, which imports all of nbgrader once more: seconds for an empty file.
    """
    from nbgrader import api

    api.get_alembic_version = _newest_version


def _newest_version() -> str | None:
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    return ScriptDirectory(ALEMBIC_DIR).get_current_head()
