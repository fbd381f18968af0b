"""Outcomes on disk, before anyone relies on them: a run that was killed goes on where it was.

There are two things. Each outcome lies in a file of its own, named after its key. The journal has a line for
each event, appended and synced, with a checksum, so that a torn end is recognised and cut off. The key of an
outcome is made of everything that it depends on, so nothing here can be out of date: a changed submission has
another key.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from pathlib import Path
from typing import Any

from autograder.checked_lines import checked_line, event_in
from autograder.grading.trusted.outcome import NotebookOutcome
from autograder.grading.whole_files import sweep, write_whole


class Journal:
    """The journal of one assignment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "outcomes").mkdir(exist_ok=True)
        sweep(folder / "outcomes")
        self.path = folder / "journal"
        self.graded: dict[str, str] = {}
        self._load()
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _load(self) -> None:
        """Read every complete line; cut off what a crash has left of the last one."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return
        good = 0
        for line in data.splitlines(keepends=True):
            event = _event(line)
            if event is None:
                break
            good += len(line)
            if event["event"] == "graded":
                self.graded[event["key"]] = event["content"]
        if good < len(data):
            with self.path.open("r+b") as file:
                file.truncate(good)
                os.fsync(file.fileno())

    def _append(self, event: dict[str, Any]) -> None:
        line = checked_line(event)
        before = os.fstat(self._file).st_size
        try:
            if os.write(self._file, line) != len(line):
                raise OSError("the journal could not be written in full")
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, before)
            raise

    def _place(self, key: str) -> Path:
        return self.folder / "outcomes" / key

    def keep(self, key: str, outcome: NotebookOutcome) -> None:
        """Put an outcome on disk."""
        data = zlib.compress(outcome.model_dump_json().encode(), 1)
        write_whole(self._place(key), data, sync=True)
        content = hashlib.sha256(data).hexdigest()
        self._append({"event": "graded", "key": key, "content": content})
        self.graded[key] = content

    def find(self, key: str) -> NotebookOutcome | None:
        """The outcome of this key if it is there and undamaged, else None."""
        if key not in self.graded:
            return None
        try:
            data = self._place(key).read_bytes()
            if hashlib.sha256(data).hexdigest() != self.graded[key]:
                return None
            return NotebookOutcome.model_validate_json(zlib.decompress(data))
        except (OSError, ValueError, zlib.error):
            return None


def _event(line: bytes) -> dict[str, Any] | None:
    event = event_in(line)
    known = ("graded", "recorded")  # the second is what earlier versions wrote
    return event if event is not None and event.get("event") in known else None
