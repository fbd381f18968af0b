"""One grading run at a time: two that write the same grades would undo each other's work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from autograder.course import Course, CourseError
from autograder.grading.gradebook.open import gradebook_address


@contextmanager
def one_run(course: Course, assignment: str) -> Iterator[None]:
    """Be the only run that grades this assignment; with SQLite, the only one in this course.

    Raises CourseError if there is another.
    """
    alone = gradebook_address(course).startswith("sqlite")
    path = course.root / ".cs-conv" / ("grading" if alone else f"grading-{assignment}")
    path.parent.mkdir(mode=0o700, exist_ok=True)
    lock = FileLock(path, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        where = "in this course" if alone else f"on {assignment}"
        raise CourseError(
            f"another grading run is at work {where}; wait for it, or end it, and run this again"
        ) from None
    try:
        yield
    finally:
        lock.release()
