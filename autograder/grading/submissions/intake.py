"""Reading the files of a submission safely: only plain files of limited size, and no links."""

from __future__ import annotations

import os
import stat
from pathlib import Path

MOST_FILE = 20 << 20
MOST_NOTEBOOK = 100 << 20
"""Its outputs count, but they are dropped when it is read."""
MOST_ALTOGETHER = 32 << 20
MOST_FILES = 200
MOST_FOLDERS, MOST_DEEP = 2000, 20
STAMP, SECRET = "timestamp.txt", "submission_secret.txt"
"""The files that nbgrader's exchange adds: the time of handing in, and the key to the feedback."""


class NotPlainFile(Exception):
    """It is not a plain file, or too large; the message says which."""


def read_file(path: Path, most: int = MOST_FILE) -> bytes:
    """The content of a plain file. Raises FileNotFoundError, NotPlainFile."""
    for part in (path, *list(path.parents)[:2]):
        if part.is_symlink():
            raise NotPlainFile(f"{part.name} is a link, and links are not followed")
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"):  # Windows has none of them
        flags |= getattr(os, name, 0)
    try:
        opened = os.open(path, flags)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise NotPlainFile(f"{path.name} cannot be opened ({error.strerror})") from None
    with os.fdopen(opened, "rb") as file:
        about = os.fstat(opened)
        if not stat.S_ISREG(about.st_mode):
            raise NotPlainFile(f"{path.name} is not a plain file")
        if about.st_size > most:
            raise NotPlainFile(
                f"{path.name} has {about.st_size / 2**20:.0f} MiB; the limit is {most >> 20} MiB"
            )
        return file.read(most + 1)


def read_notebook_file(path: Path) -> bytes:
    """The content of a notebook, with its outputs. Raises FileNotFoundError, NotPlainFile."""
    return read_file(path, MOST_NOTEBOOK)


def other_files(folder: Path, skip: tuple[str, ...] = (".ipynb",)) -> dict[str, bytes]:
    """The plain files of a folder except notebooks, by relative path, until the limits are reached.

    Links, hidden files and those of nbgrader's exchange are left out.
    """
    found: dict[str, bytes] = {}
    left = MOST_ALTOGETHER
    if folder.is_symlink() or not folder.is_dir():
        return found
    for number, (base, folders, names) in enumerate(os.walk(folder, followlinks=False)):
        if number >= MOST_FOLDERS or len(found) >= MOST_FILES:
            break
        deep = len(Path(base).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if deep < MOST_DEEP else []
        for name in sorted(names):
            if (
                len(found) >= MOST_FILES
                or name.startswith(".")
                or name.endswith(skip)
                or (deep == 0 and name in (STAMP, SECRET))
            ):
                continue
            path = Path(base) / name
            try:
                data = read_file(path, min(left, MOST_FILE))
            except (OSError, NotPlainFile):
                continue
            left -= len(data)
            found[_text(path.relative_to(folder))] = data
    return found


def _text(path: Path) -> str:
    """A path as text. Archives made on other systems may have names in Latin-1."""
    name = os.fsencode(path.as_posix())
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")
