"""Which students are graded: all who handed in or are in the gradebook, except those taken out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.grading.gradebook.open import has_gradebook, open_gradebook
from autograder.grading.gradebook.own_tables import make_tables, note_students, removed_students
from autograder.grading.interface import Submission

_NO_STUDENTS = ("__MACOSX", "__pycache__", "lost+found")
"""Folders that programs leave behind. Others have names that begin with a dot, as .ipynb_checkpoints."""


def visible(folder: Path) -> list[Path]:
    """The content of a folder, sorted, without hidden files and what programs leave behind."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.name[0] != "." and path.name not in _NO_STUDENTS)


def students_who_handed_in(course: Course) -> list[str]:
    """The students that have a folder in submitted/."""
    return [folder.name for folder in visible(course.submitted()) if folder.is_dir()]


def remember_students(course: Course) -> None:
    """Store who is in the gradebook now, so that it is known later who was taken out of it."""
    with open_gradebook(course) as gradebook:
        make_tables(gradebook)
        note_students(gradebook, [student.id for student in gradebook.students])
        gradebook.db.commit()


def about_removed(students: Sequence[str]) -> str:
    """A sentence: these students were taken out of the gradebook, and how to bring them back."""
    return (
        f"{', '.join(students)}: taken out of the gradebook, so not graded; "
        f"to bring them back, run: nbgrader db student add {' or '.join(students[:2])}"
    )


def removed(course: Course) -> set[str]:
    """The students who were in the gradebook and whom somebody took out."""
    if not has_gradebook(course):
        return set()
    with open_gradebook(course) as gradebook:
        return removed_students(gradebook)


def find_submissions(course: Course, assignment: str, students: Iterable[str] = ()) -> list[Submission]:
    """A submission for each student who handed in anything or is in the gradebook; or only for `students`.

    Students who were taken out of the gradebook are left out. Raises CourseError if one of `students` was, or
    is not known.
    """
    known = set(students_who_handed_in(course))
    wanted = list(students)
    if has_gradebook(course):
        remember_students(course)
        with open_gradebook(course) as gradebook:
            present = {student.id for student in gradebook.students}
            gone = removed_students(gradebook)
        if gone & set(wanted):
            raise CourseError(about_removed(sorted(gone & set(wanted))))
        known = (known | present) - gone
    unknown = sorted(set(wanted) - known)
    if unknown:
        raise CourseError(
            f"{', '.join(unknown)}: no such student in {course.submitted()} or the gradebook; "
            f"known are {', '.join(sorted(known)) or 'none yet'}"
        )
    return [Submission(student, assignment) for student in sorted(wanted or known)]
