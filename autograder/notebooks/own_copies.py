"""A learner's own copies of the notebooks. Missing ones are made; existing ones are never overwritten.

Learners work in `mine/`, which git ignores, so that `assignments/` stays as the course hands it out.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from autograder.course import Assignment, Course, CourseError

EARLIER = "earlier"
"""The folder, beside the copies, for copies that were put aside."""


def make_copies(course: Course, folder: Path) -> list[Path]:
    """Copy the files of all assignments that `folder` lacks; returns the new files."""
    if not any(course.releases.glob("*/*.ipynb")):
        raise CourseError(f"there are no notebooks in {course.releases}; run: cs-conv release")
    made = []
    for assignment in course.assignments:
        released = course.releases / assignment.name
        for path in sorted(released.rglob("*")):
            copy = folder / path.relative_to(course.releases)
            if path.is_file() and ".ipynb_checkpoints" not in path.parts and _copied(path, copy):
                made.append(copy)
    return made


def _copied(path: Path, copy: Path) -> bool:
    """Copy a file unless the copy exists, even if another process makes it at this moment."""
    if os.path.lexists(copy):
        return False
    copy.parent.mkdir(parents=True, exist_ok=True)
    beside = copy.with_name(f".{copy.name}.{os.getpid()}.new")
    try:
        shutil.copyfile(path, beside)
        try:
            os.link(beside, copy)  # unlike a rename, this replaces nothing
        except FileExistsError:
            return False
        except OSError:  # the file system has no links
            if copy.exists():
                return False
            beside.rename(copy)
        return True
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


def put_aside(folder: Path, assignment: Assignment) -> Path | None:
    """Move the copy of an assignment away; returns where it is now, or None if there was none."""
    copy = folder / assignment.name
    if not copy.exists():
        return None
    kept = folder / EARLIER / f"{assignment.name}-{datetime.now():%Y%m%d-%H%M%S-%f}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    copy.rename(kept)
    return kept


def own_notebook(course: Course, assignment: Assignment, name: str) -> Path:
    """The learner's copy of a notebook, or the released one if there is no copy."""
    copy = course.mine / assignment.name / f"{name}.ipynb"
    return copy if copy.is_file() else course.releases / assignment.name / f"{name}.ipynb"


def notebooks_meant(word: str, course: Course | None) -> list[Path]:
    """The notebooks that `word` means: a file, or the learner's copy of an assignment ("02")."""
    path = Path(word)
    if path.is_file() or course is None:
        return [path]
    try:
        assignment = course.assignment(word)
    except CourseError:
        return [path]
    return [own_notebook(course, assignment, name) for name in assignment.notebooks]
