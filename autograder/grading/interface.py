"""What a grading engine is. Whoever shows progress or writes reports knows only this.

An engine takes the course and submissions and yields a result for each as it finishes, in any order,
exactly one each: whatever a submission does, it becomes a result and the others are graded. It writes
nbgrader's gradebook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from autograder.course import Course, CourseError
from autograder.grading.gradebook.own_tables import make_tables, note_students, removed_students
from autograder.grading.nbgrader_settings import has_gradebook, open_gradebook
from autograder.grading.results import Result
from autograder.grading.submissions.other_names import students_who_handed_in


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment, or should have."""

    student: str
    assignment: str

    @property
    def problem(self) -> str:
        """Why nothing can be kept of it, empty where all can: the name of a folder need not be text."""
        try:
            self.student.encode()
        except UnicodeEncodeError:
            return "the folder's name is no text that a gradebook can hold; rename it"
        return ""


class Engine(Protocol):
    """Grades submissions."""

    @property
    def name(self) -> str:
        """What graded, for the records."""

    def grade(
        self,
        course: Course,
        submissions: Sequence[Submission],
        started: Callable[[Submission], None] = lambda submission: None,
    ) -> Iterator[Result]:
        """Yield a result for each submission; call `started` when its turn comes.

        Closing the iterator (Ctrl-C) ends what is running and leaves what was graded.
        """


def remember_students(course: Course) -> None:
    """Keep in mind who is in the gradebook, so that whoever is taken out is known to have been there."""
    with open_gradebook(course) as gradebook:
        make_tables(gradebook)
        note_students(gradebook, [student.id for student in gradebook.students])
        gradebook.db.commit()


def said_of_removed(students: Sequence[str]) -> str:
    """That these were taken out of the gradebook, and how they come back."""
    return (
        f"{', '.join(students)}: taken out of the gradebook, so not graded; "
        f"to bring them back, run: nbgrader db student add {' or '.join(students[:2])}"
    )


def removed(course: Course) -> set[str]:
    """Those whom somebody took out of the gradebook."""
    if not has_gradebook(course):
        return set()
    with open_gradebook(course) as gradebook:
        return removed_students(gradebook)


def find_submissions(course: Course, assignment: str, students: Iterable[str] = ()) -> list[Submission]:
    """Everyone who handed anything in, ever, or is in the gradebook; or only `students`.

    Whoever was taken out of the gradebook stays out. Raises CourseError for a student whom the course does
    not know, or who was taken out.
    """
    known = set(students_who_handed_in(course))
    wanted = list(students)
    if has_gradebook(course):
        remember_students(course)
        with open_gradebook(course) as gradebook:
            present = {student.id for student in gradebook.students}
            gone = removed_students(gradebook)
        if gone & set(wanted):
            raise CourseError(said_of_removed(sorted(gone & set(wanted))))
        known = (known | present) - gone
    unknown = sorted(set(wanted) - known)
    if unknown:
        raise CourseError(
            f"{', '.join(unknown)}: no such student in {course.submitted()} or the gradebook; "
            f"known are {', '.join(sorted(known)) or 'none yet'}"
        )
    return [Submission(student, assignment) for student in sorted(wanted or known)]
