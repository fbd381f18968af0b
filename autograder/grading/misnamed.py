"""Who handed in what under which name: a notebook called otherwise than it was released is not lost silently.

nbgrader passes over what it does not expect, and the student has zero points without anyone knowing why.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

from autograder.course import Assignment, Course

NOBODY = ("__MACOSX", "__pycache__", "lost+found")
"""Folders that programs leave behind; so are those whose names begin with a dot (.ipynb_checkpoints)."""


def students_who_handed_in(course: Course) -> list[str]:
    """The students that have a folder in submitted/."""
    return [folder.name for folder in _visible(course.submitted()) if folder.is_dir()]


def misnamed(course: Course, assignment: Assignment, student: str) -> str:
    """What of this assignment is there under another name than the released one; empty where nothing is."""
    try:
        return _misnamed(course, assignment, student)
    except OSError as error:  # archives keep who may read what
        return f"{error.filename} cannot be looked into ({error.strerror})"


def _misnamed(course: Course, assignment: Assignment, student: str) -> str:
    folder = course.submitted(student, assignment.name)
    if folder.is_dir():
        return "; ".join(_notebooks(folder, assignment, student))
    for name, meant in _folders(course, student):
        if meant == assignment.name:
            return f"{student} handed in the folder {name}/, expected {meant}/"
    beside = [f"{name}.ipynb" for name in assignment.notebooks if (folder.parent / f"{name}.ipynb").is_file()]
    if beside:
        return f"{student} handed in {beside[0]} outside of a folder, expected {assignment.name}/{beside[0]}"
    return ""


def misnamed_folders(course: Course) -> list[str]:
    """A sentence for each folder in submitted/ that is called nearly like an assignment."""
    found = []
    for student in students_who_handed_in(course):
        with suppress(OSError):  # one that may not be looked into is said where it is graded
            for name, meant in _folders(course, student):
                found.append(f"{student} handed in the folder {name}/, expected {meant}/")
    return found


def _folders(course: Course, student: str) -> Iterator[tuple[str, str]]:
    """The student's folders that are no assignment's, each with the assignment that was meant."""
    names = {assignment.name.casefold(): assignment.name for assignment in course.assignments}
    for folder in _visible(course.submitted(student)):
        if folder.is_dir() and folder.name not in names.values():
            meant = get_close_matches(folder.name.casefold(), names, 1, 0.7)
            if meant and not course.submitted(student, names[meant[0]]).exists():
                yield folder.name, names[meant[0]]


def _notebooks(folder: Path, assignment: Assignment, student: str) -> Iterator[str]:
    """A sentence for each notebook of the assignment that is not there, with the file that may be it."""
    wanted = [f"{name}.ipynb" for name in assignment.notebooks]
    others = [path.name for path in _visible(folder) if ".ipynb" in path.name and path.name not in wanted]
    missing = [name for name in wanted if not (folder / name).exists()]
    for name in missing:
        meant = others[:1] if len(others) == len(missing) == 1 else get_close_matches(name, others, 1, 0.6)
        deeper = next((inner.name for inner in _visible(folder) if (inner / name).is_file()), None)
        if meant:
            others.remove(meant[0])
            yield f"{student} handed in {meant[0]}, expected {name}"
        elif deeper:
            yield f"{student} handed in {deeper}/{name}, expected {name} without the folder"
        else:
            yield f"{student} handed in no {name}"


def _visible(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.name[0] != "." and path.name not in NOBODY)
