"""One writer at a time: SQLite loses grades when several processes write at once.

A worker holds the turn while nbgrader reads and writes the gradebook and gives it up while the notebook
runs, which is nearly all of the time. The lock is the operating system's, so that a worker that is
killed gives its turn back.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turn:
    """The right to use the gradebook, shared by all processes that name the same file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def _take(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def _give(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Use the gradebook alone."""
        self._take()
        try:
            yield
        finally:
            self._give()

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Let others use the gradebook meanwhile; for use within `held`."""
        self._give()
        try:
            yield
        finally:
            self._take()
