"""A file in which the kernel counts: it is opened once and read often, as opening takes most of the time."""

from __future__ import annotations

import os


class KernelFile:
    """Such a file, by its path. It is opened when it is first read."""

    def __init__(self, path: str) -> None:
        self._path, self._number = path, -1

    def read(self) -> bytes:
        """What it says now. Raises OSError, also if what it is about has ended."""
        if self._number < 0:
            self._number = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(self._number, 4096, 0)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Close it; reading opens it again."""
        number, self._number = self._number, -1  # first: the end of a test's time may come amid what follows
        if number >= 0:
            os.close(number)

    __del__ = close
