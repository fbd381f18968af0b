"""Notebooks and folders that were handed in under another name than the released one.

nbgrader silently ignores them, and the student gets 0 points without anyone knowing why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course
from autograder.grading.submissions.cells import Unreadable, read, text_of
from autograder.grading.submissions.intake import NotPlainFile, read_notebook_file
from autograder.grading.submissions.students import students_who_handed_in, visible
from autograder.terminal import count

MOST_OTHERS = 10
"""The most other notebooks of a folder that are searched for answers."""


Templates = Mapping[str, Mapping[str, Any]]
"""The released notebooks of an assignment, by name."""


def misnamed(course: Course, assignment: Assignment, student: str, released: Templates) -> str:
    """What the student handed in of this assignment under another name; "" if nothing."""
    try:
        return _misnamed(course, assignment, student, released)
    except OSError as error:  # an archive can bring permissions
        return f"{error.filename} cannot be looked into ({error.strerror})"


def _misnamed(course: Course, assignment: Assignment, student: str, released: Templates) -> str:
    folder = course.submitted(student, assignment.name)
    if folder.is_dir():
        unread = _unread(folder, released, student)
        return "; ".join([*_notebooks(folder, assignment, student), *unread])
    for name, meant in _folders(course, student):
        if meant == assignment.name:
            return f"{student} handed in the folder {name}/, expected {meant}/"
    beside = [f"{name}.ipynb" for name in assignment.notebooks if (folder.parent / f"{name}.ipynb").is_file()]
    if beside:
        return f"{student} handed in {beside[0]} outside of a folder, expected {assignment.name}/{beside[0]}"
    return ""


def misnamed_folders(course: Course) -> list[str]:
    """A sentence for each folder in submitted/ whose name is almost that of an assignment, or that is no
    student's, and one for notebooks that are in no folder."""
    loose = [path.name for path in visible(course.submitted()) if path.suffix == ".ipynb" and path.is_file()]
    found = []
    if loose:
        found.append(
            f"{count(len(loose), 'notebook')} in submitted/ itself, as {loose[0]}, not graded; expected "
            "submitted/STUDENT/ASSIGNMENT/, where cs-conv collect puts them from a zip file"
        )
    names = {assignment.name for assignment in course.assignments}
    for name in filter(names.__contains__, students_who_handed_in(course)):
        if not course.submitted(name, name).exists():
            found.append(f"submitted/{name}/ is named as an assignment; expected submitted/STUDENT/{name}/")
    for student in students_who_handed_in(course):
        with suppress(OSError):  # grading will report a folder that cannot be read
            for name, meant in _folders(course, student):
                found.append(f"{student} handed in the folder {name}/, expected {meant}/")
    return found


def _folders(course: Course, student: str) -> Iterator[tuple[str, str]]:
    """The student's folders that have a wrong name, each with the assignment that was probably meant."""
    names = {assignment.name.casefold(): assignment.name for assignment in course.assignments}
    for folder in visible(course.submitted(student)):
        if folder.is_dir() and folder.name not in names.values():
            meant = get_close_matches(folder.name.casefold(), names, 1, 0.7)
            if meant and not course.submitted(student, names[meant[0]]).exists():
                yield folder.name, names[meant[0]]


def _notebooks(folder: Path, assignment: Assignment, student: str) -> Iterator[str]:
    """A sentence for each missing notebook of the assignment, with the file that may be it."""
    wanted = [f"{name}.ipynb" for name in assignment.notebooks]
    others = [path.name for path in visible(folder) if ".ipynb" in path.name and path.name not in wanted]
    missing = [name for name in wanted if not (folder / name).exists()]
    for name in missing:
        meant = others[:1] if len(others) == len(missing) == 1 else get_close_matches(name, others, 1, 0.6)
        deeper = next((inner.name for inner in visible(folder) if (inner / name).is_file()), None)
        if meant:
            others.remove(meant[0])
            yield f"{student} handed in {meant[0]}, expected {name}"
        elif deeper:
            yield f"{student} handed in {deeper}/{name}, expected {name} without the folder"
        else:
            yield f"{student} handed in no {name}"


def _unread(folder: Path, released: Templates, student: str) -> Iterator[str]:
    """A sentence for each extra notebook that has answers which the graded one lacks."""
    graded = [folder / f"{name}.ipynb" for name in released]
    places = (folder, *filter(Path.is_dir, visible(folder)))
    others = [path for place in places for path in visible(place) if path.suffix == ".ipynb"]
    others = [path for path in others if path not in graded][:MOST_OTHERS]
    for mine in graded if others else ():
        asked = _asked_for(released[mine.stem])
        given = _sources(mine)
        for path in others if given is not None and asked else ():
            other = _sources(path) or {}
            lacking = [
                grade_id
                for grade_id, source in asked.items()
                if (given or {}).get(grade_id, source) == source and other.get(grade_id, source) != source
            ]
            if lacking:
                which = ", ".join(lacking[:5]) + (" and more" if len(lacking) > 5 else "")
                where = path.relative_to(folder)
                yield f"{student} also handed in {where}, with answers that {mine.name} lacks: {which}"


def _asked_for(notebook: Mapping[str, Any]) -> dict[str, str]:
    """The text of the cells for answers in a released notebook, by grade_id."""
    marked = ((cell.get("metadata", {}).get("nbgrader") or {}, cell) for cell in notebook["cells"])
    return {marks["grade_id"]: text_of(cell).strip() for marks, cell in marked if marks.get("solution")}


def _sources(path: Path) -> dict[str, str] | None:
    """The cells of a notebook by grade_id; None if it cannot be read."""
    try:
        cells = read(read_notebook_file(path))
    except (OSError, NotPlainFile, Unreadable):
        return None
    return {cell.grade_id: cell.source.strip() for cell in cells}
