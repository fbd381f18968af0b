"""One writer at a time: SQLite loses grades when several processes write at once.

A worker of nbgrader's engine holds the lock while nbgrader reads and writes the gradebook. It gives it up
while the notebook runs, which is nearly all of the time. The lock is the operating system's, so a worker that
is killed does not keep it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock

from autograder.course import Course


class GradebookLock:
    """The right to use a course's gradebook, which one process has at a time."""

    def __init__(self, course: Course) -> None:
        path = course.root / ".cs-conv" / "turn"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(path, mode=0o600)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Use the gradebook alone."""
        with self._lock:
            yield

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Let others use the gradebook meanwhile; only within `held`."""
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()
