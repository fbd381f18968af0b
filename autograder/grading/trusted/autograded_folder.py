"""What lies in autograded/ beside the graded notebooks: the assignment's files, what the student handed in,
and what nbgrader's exchange needs to give the feedback back.

formgrader serves this folder to the instructor's browser. What a browser would run is kept under a name that
it only shows as text; for a picture that would take a gigabyte of its memory there is a sentence.
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
from datetime import datetime
from pathlib import Path

from autograder.grading.submissions.file_kinds import decoded
from autograder.grading.submissions.intake import SECRET, STAMP, NotPlainFile, read_file
from autograder.grading.submissions.pictures import too_large
from autograder.grading.submissions.timestamps import FORM, MEANT, read_timestamp
from autograder.grading.trusted.journal import write_whole

_ACTS = re.compile(r"(html|xml|xsl)$|multipart/|message/", re.IGNORECASE)
_SECRET = re.compile(r"[\x20-\x7e]{8,200}\s*")
_LONGEST = 255  # bytes of a name, as nearly all file systems have it
_ODD_NAME = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST}
"""What a student's file meets whose name is too long, or another file's folder; not a full disk."""


def carried(given: Mapping[str, bytes], handed: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files to lie beside the graded notebook, by relative path; the assignment's own come first."""
    found = dict(given)
    for name, data in handed.items():
        large = too_large(data)
        kept = f"{name} is in submitted/ alone: {large}\n".encode() if large else data
        found.setdefault(harmless_name(name), kept)
    return {name: data for name, data in found.items() if _fits(name)}


def harmless_name(name: str) -> str:
    """The name, or one that ends in .txt where a browser would run what is in the file."""
    kind = mimetypes.guess_type(name)[0] or ""
    return f"{name}.txt" if _ACTS.search(kind) else name


def _fits(name: str) -> bool:
    return all(len(part.encode("utf-8", "replace")) <= _LONGEST for part in name.split("/"))


def when_it_came(folder: Path) -> tuple[datetime | None, str]:
    """When a submission came, in UTC, and what is wrong with its timestamp.txt; (None, "") where there is
    none.
    """
    try:
        text = decoded(read_file(folder / STAMP, 1000))
        return read_timestamp(text), ""
    except FileNotFoundError:
        return None, ""
    except (OSError, NotPlainFile) as problem:
        why = str(problem)
    except ValueError as problem:
        why = str(problem)
    return None, f"{STAMP} cannot be read, so nothing counts as late: {why}; {MEANT}"


def of_the_exchange(folder: Path, key: bytes, whose: str) -> dict[str, bytes]:
    """The two files with which `nbgrader release_feedback` gives a page back.

    It ends for the whole class where one student's are missing or no text, so there are always both; whoever
    did not hand in through the exchange gets a secret that nobody knows.
    """
    came, _ = when_it_came(folder)
    secret = hmac.digest(key, b"feedback of " + whose.encode(), hashlib.sha256).hex()
    with suppress(OSError, NotPlainFile, ValueError):
        own = read_file(folder / SECRET, 1000).decode("ascii")
        secret = own if _SECRET.fullmatch(own) else secret
    return {STAMP: came.strftime(FORM).encode() if came else b"", SECRET: secret.encode()}


def mirror(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make `folder` hold exactly these files, the first ones for sure; what is there is not written again."""
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
    """All that is in a folder, what is deepest first; links are not followed."""
    for base, folders, names in os.walk(folder, topdown=False):
        yield from (Path(base) / name for name in (*names, *folders))
