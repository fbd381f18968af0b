"""Wheels: packages as archives that Pyodide unpacks. The same files give the same bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

WHEN = (2020, 1, 1, 0, 0, 0)
"""The time of every file in a wheel, so that building again changes nothing."""


@dataclass(frozen=True)
class Wheel:
    """A package: its files by their paths below site-packages, and the packages that it needs."""

    name: str
    version: str
    files: dict[str, bytes] = field(repr=False)
    depends: tuple[str, ...] = ()
    tag: str = "py3-none-any"

    @property
    def imports(self) -> list[str]:
        """The names under which its modules are imported."""
        tops = {path.partition("/")[0] for path in self.files if path.endswith((".py", ".so"))}
        return sorted(top.removesuffix(".py") for top in tops if not top.endswith(".dist-info"))

    @property
    def file_name(self) -> str:
        """The wheel's name as a file: Pyodide reads name and version from it."""
        return f"{self.name.replace('-', '_')}-{self.version}-{self.tag}.whl"


def write_wheel(wheel: Wheel, folder: Path) -> Path:
    """Write the wheel into `folder`; returns its path."""
    info = f"{wheel.name.replace('-', '_')}-{wheel.version}.dist-info"
    about = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {wheel.name}\nVersion: {wheel.version}\n".encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {wheel.tag}\n".encode(),
    }
    files = about | wheel.files | {f"{info}/RECORD": b""}
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in sorted(files)).encode()
    path = folder / wheel.file_name
    path.unlink(missing_ok=True)
    add_files(path, files)
    return path


def add_files(path: Path, files: Mapping[str, bytes]) -> None:
    """Add files to an archive, which is made if it is not there yet."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])


def names_in(path: Path) -> set[str]:
    """The names of the files in an archive."""
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def read_wheel(path: Path) -> Wheel:
    """A wheel that somebody else made, without what describes it."""
    name, version = path.name.split("-")[:2]
    with zipfile.ZipFile(path) as archive:
        files = {entry: archive.read(entry) for entry in archive.namelist() if ".dist-info/" not in entry}
    return Wheel(name.replace("_", "-"), version, files)
