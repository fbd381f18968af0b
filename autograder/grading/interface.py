"""The interface of a grading engine. The code that shows progress and writes reports knows only this.

An engine takes a course and submissions, and yields exactly one result for each as it finishes, in any order.
Whatever a submission does, it gets a result and the others are graded. Points go into nbgrader's gradebook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from autograder.course import Course
from autograder.grading.results import Result


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment, possibly nothing."""

    student: str
    assignment: str

    @property
    def problem(self) -> str:
        """Why its results cannot be stored, or "": a folder's name may hold bytes that are not text."""
        try:
            self.student.encode()
        except UnicodeEncodeError:
            return "the folder's name is not text that a gradebook can hold; rename it"
        return ""


class Engine(Protocol):
    """Grades submissions."""

    @property
    def name(self) -> str:
        """The engine's name and version, for the records."""

    def grade(
        self,
        course: Course,
        submissions: Sequence[Submission],
        started: Callable[[Submission], None] = lambda submission: None,
    ) -> Iterator[Result]:
        """Yield a result for each submission; call `started` when its turn comes.

        Closing the iterator (Ctrl-C) stops what is running and keeps what was graded.
        """
