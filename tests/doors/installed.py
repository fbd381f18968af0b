"""What is installed with a part of the course, and a process that has no more than that."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
LACKING = Path(__file__).parent / "lacking"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


Run = subprocess.CompletedProcess[str]


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def distributions(*extras: str) -> frozenset[str]:
    """The distributions that `pip install cs-conv[EXTRAS]` installs, as far as they are here."""
    ours = PROJECT["optional-dependencies"]
    wanted = [Requirement(text) for text in PROJECT["dependencies"]]
    wanted += [Requirement(text) for extra in extras for text in ours[extra]]
    found: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        requirement = wanted.pop()
        name, asked = _key(requirement.name), frozenset(requirement.extras)
        if name == "cs-conv":
            wanted += [Requirement(text) for extra in asked for text in ours[extra]]
        elif (name, asked) not in found:
            found.add((name, asked))
            needs = map(Requirement, metadata.distribution(name).requires or ())
            wanted += [need for need in needs if _applies(need, asked)]
    return frozenset(name for name, _ in found)


def _applies(need: Requirement, extras: frozenset[str]) -> bool:
    return need.marker is None or any(need.marker.evaluate({"extra": each}) for each in extras or {""})


@cache
def missing(*extras: str) -> str:
    """The modules that are here and would not be with these extras alone."""
    return all_but(distributions(*extras))


def all_but(kept: frozenset[str]) -> str:
    """The modules of all other distributions that are here."""
    kept |= {"cs-conv", "setuptools", "pip"}
    owners = metadata.packages_distributions()
    found = [module for module, names in owners.items() if not kept & set(map(_key, names))]
    return " ".join(module for module in found if module.isidentifier() and module[:2] != "__")


def run(*command: str, lacks: str = "", posix: bool = True, cwd: Path = ROOT, **variables: str) -> Run:
    """Run Python with these words where modules are missing, or (not `posix`) where the system is Windows."""
    path = os.pathsep.join([str(LACKING), str(ROOT)])
    environment = os.environ | {"PYTHONPATH": path, "LACKS_MODULES": lacks, "NO_COLOR": "1", "COLUMNS": "200"}
    if not posix:
        environment["LACKS_POSIX"] = "1"
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd, env=environment | variables, capture_output=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
