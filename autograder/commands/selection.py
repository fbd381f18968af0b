"""The course and the assignments that a command works on, from what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.course import Assignment, Course, CourseError, find_root, learners_course, load_course


def instructors_course(folder: Path | None) -> Course:
    """The course in `folder`; without one, the course that the working directory lies in."""
    return load_course(folder if folder is not None else find_root(Path.cwd()))


def course_to_study(folder: Path | None) -> Course:
    """The same for learners, who may have only the installed package; then its course is used."""
    return load_course(folder) if folder is not None else learners_course(Path.cwd())


def chosen(course: Course, names: Sequence[str]) -> list[Assignment]:
    """The assignments named, each once; without names all of them."""
    return [course.assignment(name) for name in dict.fromkeys(names)] or list(course.assignments)


def chosen_in(course: Course, names: Sequence[str], folder: Path) -> list[Assignment]:
    """The assignments named; without names those for which `folder` holds something of a student.

    Raises CourseError if it holds nothing.
    """
    if names:
        return chosen(course, names)
    from autograder.grading.submissions.other_names import misnamed_folders

    found = [a for a in course.assignments if any(folder.glob(f"*/{a.name}"))]
    if not found:
        misnamed = "; ".join(misnamed_folders(course)) if folder == course.submitted() else ""
        raise CourseError(misnamed or f"there is nothing in {folder} yet")
    return found


def chosen_graded(course: Course, names: Sequence[str]) -> list[Assignment]:
    """The assignments named; without names those that were graded. Raises CourseError if none was."""
    found = chosen(course, names) if names else _graded(course)
    if not found:
        raise CourseError("nothing has been graded yet; run: cs-conv grade")
    return found


def _graded(course: Course) -> list[Assignment]:
    """The assignments with submissions in the gradebook or with an earlier report."""
    from autograder.grading.gradebook.open import has_gradebook, open_gradebook

    found = {a.name for a in course.assignments if (course.reports / f"{a.name}.json").exists()}
    if has_gradebook(course):
        with open_gradebook(course) as gradebook:
            found |= {a.name for a in gradebook.assignments if a.num_submissions}
    return [a for a in course.assignments if a.name in found]
