"""The contents of a sandbox: Python, its shared libraries, and the packages that answers may import."""

from __future__ import annotations

import importlib.util
import platform
import re
import sys
import sysconfig
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

SITE = "/site"

ANSWERS = {
    "cs_conv": (
        *("naive", "naive_layers", "im2col", "pointwise", "depthwise", "shifted", "winograd", "choice"),
        *("layers", "locally_connected", "normalisation", "dropout", "global_pool", "receptive_field", "zoo"),
    )
}
"""Modules that hold the answers of exercises: a sandbox has them only if `allow:` names them in full."""

NEVER = frozenset({"autograder"})
"""Packages that no answer may import, whatever `allow:` says: the grader itself."""


@dataclass(frozen=True)
class Holdings:
    """Folders and files to show read-only (`binds`: where each is, and where it appears), links, and folders
    to cover with empty ones.
    """

    binds: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    covers: tuple[str, ...]
    python: str
    path: tuple[str, ...]
    packages: tuple[str, ...]
    """Name and version of each distribution, for the records."""


@lru_cache(maxsize=8)
def holdings(allow: tuple[str, ...]) -> Holdings:
    """The contents for answers that may import `allow`; Python's own library is always there."""
    python = Path(sys.executable).resolve()
    stdlib = Path(sysconfig.get_paths()["stdlib"]).resolve()
    base = Path(sys.base_prefix).resolve()
    binds = {str(python): str(python), str(stdlib): str(stdlib)}
    covers = {str(stdlib / name) for name in ("site-packages", "dist-packages") if (stdlib / name).is_dir()}
    if base not in (Path("/usr"), Path("/")):
        for library in (base / "lib").glob("lib*.so*"):
            binds[str(library)] = str(library)
    links: dict[str, str] = {}
    for place in ("/lib", "/lib64", "/usr/lib64"):
        if Path(place).is_symlink():
            links[place] = str(Path(place).readlink())
    folders = [f"/usr/lib/{platform.machine()}-linux-gnu", "/usr/lib64", "/lib64"]
    if not Path(folders[0]).is_dir() and not Path("/usr/lib64").is_dir():
        folders.append("/usr/lib")
        covers |= {
            str(found)
            for found in Path("/usr/lib").glob("python3*/*-packages")
            if found != stdlib / found.name
        }
    if not Path("/lib").is_symlink():
        folders.append(f"/lib/{platform.machine()}-linux-gnu")
    for folder in folders:
        if Path(folder).is_dir() and folder not in links:
            binds[folder] = folder
    for extra in ("/etc/ld.so.cache", "/usr/share/zoneinfo"):
        if Path(extra).exists():
            binds[extra] = extra
    packages = []
    for root in sorted(set(allow) | {"numpy"}):
        for source, name in _package(root, allow):
            binds[source] = f"{SITE}/{name}"
    for name in sorted(_distributions(allow)):
        packages.append(f"{name} {metadata.version(name)}")
        for top in _top_level(name):
            binds[str(top)] = f"{SITE}/{top.name}"
    path = (str(stdlib), str(stdlib / "lib-dynload"), SITE)
    return Holdings(
        tuple(binds.items()),
        tuple(links.items()),
        tuple(sorted(covers)),
        str(python),
        path,
        tuple(packages),
    )


def _is_local(root: str) -> bool:
    """Whether a package is the course's own, which may lie outside of site-packages."""
    return root in ANSWERS


def _package(name: str, allow: tuple[str, ...]) -> list[tuple[str, str]]:
    """The files of the course's own package that an allowed name grants."""
    root, _, rest = name.partition(".")
    if not _is_local(root):
        return []
    spec = importlib.util.find_spec(root)
    if spec is None or spec.origin is None:
        return []
    folder = Path(spec.origin).parent
    chosen = [folder / "__init__.py", *folder.glob("_*.py")]
    if rest:
        part = folder / rest.split(".")[0]
        chosen.append(part if part.is_dir() else part.with_suffix(".py"))
    else:
        withheld = {answer for answer in ANSWERS[root] if f"{root}.{answer}" not in allow}
        chosen += [
            part
            for part in folder.iterdir()
            if part.stem not in withheld
            and part.name != "__pycache__"
            and (part.is_dir() or part.suffix == ".py")
        ]
    return [
        (str(part), f"{root}/{part.relative_to(folder)}") for part in dict.fromkeys(chosen) if part.exists()
    ]


@lru_cache(maxsize=1)
def _owners() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())


def _distributions(allow: tuple[str, ...]) -> set[str]:
    """The installed distributions of the allowed names, and those that they require."""
    wanted = ["numpy"]
    for name in allow:
        root = name.split(".")[0]
        if root in sys.stdlib_module_names or root in NEVER or _is_local(root):
            continue
        wanted += _owners().get(root, [])
    found: dict[str, str] = {}
    while wanted:
        name = wanted.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found:
            continue
        try:
            found[key], needed = _name_and_requirements(key)
        except metadata.PackageNotFoundError:
            continue
        wanted += needed
    return set(found.values())


@lru_cache(256)
def _name_and_requirements(name: str) -> tuple[str, tuple[str, ...]]:
    """A distribution's name as it writes it, and what it requires here. Raises PackageNotFoundError."""
    from packaging.requirements import Requirement

    distribution = metadata.distribution(name)
    needed = []
    for line in distribution.requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            needed.append(requirement.name)
    return distribution.metadata["Name"], tuple(needed)


def _top_level(name: str) -> list[Path]:
    """The files and folders of a distribution in site-packages."""
    distribution = metadata.distribution(name)
    base = Path(str(distribution.locate_file("")))
    tops = {file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")}
    return sorted(base / top for top in tops if (base / top).exists() and not top.endswith(".pth"))
