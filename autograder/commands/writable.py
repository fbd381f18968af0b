"""Before hours of work: make sure that the results can be written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from autograder.course import Course, CourseError

LEAST_FREE = 1 << 20
"""Bytes that must be free on the disk before grading begins."""


def require_writable(path: Path) -> None:
    """Raise CourseError if this file cannot be written."""
    existed = path.exists()
    try:
        with path.open("a", encoding="utf-8"):
            pass
        if not existed:
            path.unlink()
    except OSError as error:
        folder = path.absolute().parent
        why = f"{folder} is not a folder" if not folder.is_dir() else str(error.strerror)
        raise CourseError(f"{path} cannot be written: {why}; name another file") from None


def require_room(course: Course) -> None:
    """Raise CourseError if grading cannot write into the course's folders, or the disk is full."""
    for wanted in (course.autograded(), course.reports, course.root / ".cs-conv"):
        folder = next(path for path in (wanted, *wanted.parents) if path.exists())
        if not os.access(folder, os.W_OK | os.X_OK):
            raise CourseError(f"{folder} cannot be written; change its owner or mode, and run this again")
    free = shutil.disk_usage(course.root).free
    if free < LEAST_FREE:
        raise CourseError(
            f"the disk of {course.root} is full: {free >> 10} KB are left; make room and run this again"
        )
