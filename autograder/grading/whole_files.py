"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path


def write_whole(path: Path, data: bytes, sync: bool = False) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def sweep(folder: Path, name: str = "") -> None:
    """Remove what killed processes have left of files in a folder, or of the file `name`.

    Files that a running process is writing stay.
    """
    import psutil  # type: ignore[import-untyped]

    for path in folder.glob(f".{escape(name) or '*'}.*.new"):
        writer = path.name.split(".")[-2]
        if writer.isdigit() and not psutil.pid_exists(int(writer)):
            path.unlink(missing_ok=True)


@contextmanager
def writing_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """A zip file to fill, which is there whole at the end; if that fails, what was there before stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent, path.name)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            yield archive
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def add_to_zip(archive: zipfile.ZipFile, name: str, data: bytes, mode: int = 0o644) -> None:
    """Add a file; the same files give the same bytes, whenever they are packed."""
    about = zipfile.ZipInfo(name)
    about.external_attr = mode << 16
    about.create_system = 3
    archive.writestr(about, data, zipfile.ZIP_DEFLATED)
