"""One writer at a time: SQLite loses grades when several processes write at once.

A worker holds the turn while nbgrader reads and writes the gradebook and gives it up while the notebook
runs, which is nearly all of the time. The lock is the operating system's, so that a worker that is
killed gives its turn back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock


class Turn:
    """The right to use the gradebook, shared by all processes that name the same file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(path, mode=0o600)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Use the gradebook alone."""
        with self._lock:
            yield

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Let others use the gradebook meanwhile; for use within `held`."""
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()
