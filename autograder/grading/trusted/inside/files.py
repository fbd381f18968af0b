"""Finding the files of a folder that are new or changed since the last look."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

MOST_SYNCED = 200
_BACK = 10**10  # ns


def changed_files(
    folder: str, known: dict[str, int], most: int, folders: list[str] | None = None
) -> dict[str, bytes]:
    """The content of the plain files that are new or changed since `known` was noted, by relative path.

    `known` is brought up to date, and `folders` gets the paths of the folders within. A file that was seen is
    dated back, so that a change within the same tick of the clock is seen too. At most `most` bytes are read.
    """
    found: dict[str, bytes] = {}
    for path, name, about in _files_in(folder, folders):
        if known.get(name) == about.st_mtime_ns or about.st_size > most:
            continue
        with contextlib.suppress(OSError), Path(path).open("rb") as file:
            found[name] = file.read(most)
            most -= len(found[name])
        note_file(path, name, known)
    return found


def note_files(folder: str, known: dict[str, int]) -> None:
    """Remember all files of a folder as they are now."""
    for path, name, _ in _files_in(folder):
        note_file(path, name, known)


def _files_in(folder: str, folders: list[str] | None = None) -> Iterator[tuple[str, str, os.stat_result]]:
    folders = [] if folders is None else folders
    number = 0
    for place in itertools.chain([folder], folders):
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in itertools.islice(entries, MOST_SYNCED):
                if entry.is_dir(follow_symlinks=False):
                    folders += [entry.path] * (len(folders) < MOST_SYNCED)
                elif entry.is_file(follow_symlinks=False) and number < MOST_SYNCED:
                    number += 1
                    name = entry.path[len(folder) :].lstrip("/")
                    yield entry.path, name, entry.stat(follow_symlinks=False)


def note_file(path: str, name: str, known: dict[str, int]) -> None:
    """Remember a file as it is now."""
    with contextlib.suppress(OSError):
        then = Path(path).stat().st_mtime_ns - _BACK
        os.utime(path, ns=(then, then))
        known[name] = Path(path).stat().st_mtime_ns
