"""Reading zip files that nobody vouches for: nothing is unpacked by its own name or without a limit."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from autograder.course import CourseError

MOST_ENTRIES = 200_000
"""The most entries of a class's file."""
_DIRECTORY_ENTRY = b"PK\x01\x02"
_UTF8, _ENCRYPTED = 0x800, 0x1
_LINK = stat.S_IFLNK
JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints", "__pycache__", ".git")
"""What programs leave in archives and nobody handed in."""


class Refused(Exception):
    """A file in an archive is not read; the message says why."""


_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError, OSError)
"""What reading a damaged archive raises, by how it is packed."""


@dataclass(frozen=True)
class Entry:
    """One file in an archive, by its name there with `/` between folders."""

    name: str
    info: zipfile.ZipInfo
    archive: zipfile.ZipFile

    @property
    def is_junk(self) -> bool:
        """Whether a program left it there, as macOS does."""
        parts = self.name.split("/")
        return parts[-1].startswith("._") or any(part in JUNK for part in parts)

    def read(self, most: int) -> bytes:
        """Its content. Raises Refused if that is more than `most` bytes, whatever the archive promises."""
        if self.info.flag_bits & _ENCRYPTED:
            raise Refused("it is encrypted; ask for it without a password")
        if stat.S_IFMT(self.info.external_attr >> 16) == _LINK:
            raise Refused("it is a link, and links are not followed")
        if self.info.file_size > most:
            raise Refused(f"it has {self.info.file_size / 2**20:,.0f} MiB; the limit is {most >> 20} MiB")
        try:
            with self.archive.open(self.info) as file:
                data = file.read(most + 1)
        except _DAMAGE as error:
            raise Refused(f"the archive is damaged there ({error})") from None
        except (NotImplementedError, RuntimeError, MemoryError) as error:
            raise Refused(f"it cannot be unpacked here ({error})") from None
        if len(data) > most:
            raise Refused(f"it grows beyond {most >> 20} MiB when it is unpacked")
        return data


@contextmanager
def opened(path: Path) -> Iterator[list[Entry]]:
    """The files in a zip file. Raises CourseError if it is not one, or not whole."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError) as error:
        raise CourseError(f"{path} cannot be read as a zip file ({error}); download it again") from None
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror or error}") from None
    with archive:
        if len(archive.infolist()) > MOST_ENTRIES:
            raise CourseError(f"{path} has {len(archive.infolist()):,} files; the limit is {MOST_ENTRIES:,}")
        yield _entries(archive)


def inner(data: bytes, most: int) -> list[Entry]:
    """The files in a zip file that somebody handed in. Raises Refused if it is damaged or has too many."""
    if data.count(_DIRECTORY_ENTRY) > most:  # counted before Python makes an object of each
        raise Refused(f"it is a zip file of more than {most} files")
    try:
        return _entries(zipfile.ZipFile(io.BytesIO(data)))
    except (*_DAMAGE, NotImplementedError) as error:
        raise Refused(f"it is a damaged zip file ({error})") from None


def _entries(archive: zipfile.ZipFile) -> list[Entry]:
    return [Entry(_name(info), info, archive) for info in archive.infolist() if not info.is_dir()]


def _name(info: zipfile.ZipInfo) -> str:
    """The entry's name as its author saw it: many programs write UTF-8 and do not say so."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return normalize("NFC", name.partition("\0")[0].replace("\\", "/"))
