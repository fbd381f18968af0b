"""The folder in autograded/ of one submission: what it holds beside the graded notebooks.

That is the assignment's files, the student's files, and what nbgrader's exchange needs to return the
feedback. formgrader serves this folder to the instructor's browser. So a file that a browser would run gets a
name by which it is only shown, and a sentence takes the place of a picture that would need a gigabyte of
memory.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import mimetypes
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from autograder.grading.submissions.intake import SECRET, STAMP, NotPlainFile, read_file
from autograder.grading.submissions.pictures import too_large
from autograder.grading.submissions.timestamps import FORM, when_it_came
from autograder.grading.whole_files import write_whole

_ACTS = re.compile(r"(html|xml|xsl)$|multipart/|message/", re.IGNORECASE)
_SECRET = re.compile(r"[\x20-\x7e]{8,200}\s*")
_LONGEST = 255  # bytes of a name, as nearly all file systems have it
_ODD_NAME = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST}
"""Errors that come from a file's name (too long, or the name of a folder), and not from a full disk."""


def carried(given: Mapping[str, bytes], handed: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files beside the graded notebook, by relative path; the assignment's replace the student's."""
    found = dict(given)
    for name, data in handed.items():
        large = too_large(data)
        kept = f"{name} is in submitted/ alone: {large}\n".encode() if large else data
        found.setdefault(harmless_name(name), kept)
    return {name: data for name, data in found.items() if _fits(name)}


def harmless_name(name: str) -> str:
    """The name, with .txt after it if a browser would run the file."""
    kind = mimetypes.guess_type(name)[0] or ""
    return f"{name}.txt" if _ACTS.search(kind) else name


def _fits(name: str) -> bool:
    return all(len(part.encode("utf-8", "replace")) <= _LONGEST for part in name.split("/"))


def of_the_exchange(folder: Path, key: bytes, whose: str) -> dict[str, bytes]:
    """The two files that `nbgrader release_feedback` needs in order to return a page, by name.

    That command ends for the whole class if one student's files are missing or not text, so there are always
    both. A student who did not hand in through the exchange gets a secret that nobody knows.
    """
    came, _ = when_it_came(folder)
    secret = hmac.digest(key, b"feedback of " + whose.encode(), hashlib.sha256).hex()
    with suppress(OSError, NotPlainFile, ValueError):
        own = read_file(folder / SECRET, 1000).decode("ascii")
        secret = own if _SECRET.fullmatch(own) else secret
    return {STAMP: came.strftime(FORM).encode() if came else b"", SECRET: secret.encode()}


def mirror(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make `folder` hold exactly these files. A file that is there already is not written again.

    If names clash, the first ones are kept.
    """
    for path in _inside(folder):
        if path.is_symlink() or (path.is_file() and str(path.relative_to(folder)) not in files):
            path.unlink()
        elif path.is_dir():
            with suppress(OSError):  # it holds something that stays
                path.rmdir()
    for name, data in files.items():
        path = folder / name
        try:
            if not (path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data):
                write_whole(path, data)
        except OSError as error:
            if error.errno not in _ODD_NAME:
                raise


def _inside(folder: Path) -> Iterator[Path]:
    """Everything in a folder, the deepest first, without following links."""
    for base, folders, names in os.walk(folder, topdown=False):
        yield from (Path(base) / name for name in (*names, *folders))
