"""Names of files: what browsers, systems and people add to them, and which are safe on every system."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from autograder.grading.collect.archive import Refused

LONGEST = 100
"""The most characters of a name that is written; longer ones are cut, with a digest."""
DEEPEST = 10

_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_COPY = [
    re.compile(r"^(?P<name>.*?)[ _]*\((?P<number>\d{1,4})\)$"),  # a browser: name (1)
    re.compile(r"^(?P<name>.*?)-(?P<number>\d{1,2})$"),  # Canvas: name-1
    re.compile(r"^(?P<name>.*?)-Copy(?P<number>\d{0,4})$"),  # Jupyter: name-Copy1
    re.compile(r"^(?P<name>.*?)[ _-]+(?:attempt|try|version|v)[ _-]?(?P<number>\d{1,4})$", re.IGNORECASE),
    re.compile(
        r"^(?P<name>.*?)[ _-]+(?:copy|kopie|copie|copia|final|late|new)[ _-]?(?P<number>\d{0,4})$", re.I
    ),
    re.compile(r"^(?:copy of|kopie von|copie de|copia de|late)[ _-]+(?P<name>.*?)(?P<number>)$", re.I),
]
_NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json|html?|download))?$", re.IGNORECASE)


@dataclass(frozen=True)
class Plain:
    """A notebook's name without what was added to it, and the number of the copy (0 for the first)."""

    name: str
    copy: int


def looks_like_notebook(name: str) -> bool:
    """Whether a file is named as a notebook, or as browsers save one (`name.ipynb.txt`)."""
    return _NOTEBOOK.search(name) is not None


def undone(name: str, wanted: frozenset[str]) -> Plain | None:
    """The notebook of `wanted` (names without .ipynb) that a file is named after; None if it is none of them.

    Marks of copies, attempts and lateness are taken off one after the other until a name fits.
    """
    by_name = {_key(known): known for known in wanted}
    stem, copy = _NOTEBOOK.sub("", name.rpartition("/")[2]).strip(), 0
    for _ in range(4):
        if _key(stem) in by_name:
            return Plain(by_name[_key(stem)], copy)
        found = next(filter(None, (form.match(stem) for form in _COPY)), None)
        if found is None:
            return None
        stem = found["name"].strip()
        copy = max(copy, int(found["number"] or 1))
    return None


def _key(name: str) -> str:
    return re.sub(r"[ _-]+", "_", name.casefold())


def safe_path(name: str) -> str:
    """A relative path that is safe to write on every system. Raises Refused if it leads out of its folder."""
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise Refused(f"its name {name[:80]!r} leads out of its folder")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts or len(parts) > DEEPEST:
        raise Refused("it has no name" if not parts else f"it lies more than {DEEPEST} folders deep")
    return "/".join(map(safe_name, parts))


def safe_name(name: str) -> str:
    """One part of a path, with `_` for what some system does not take."""
    plain = re.sub(r'[<>:"|?*\\/\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]', "_", name)
    plain = plain.rstrip(" .") or "_"
    if _RESERVED.match(plain) or plain.startswith(("-", "~")):
        plain = f"_{plain}"
    if len(plain) > LONGEST or len(plain.encode()) > 2 * LONGEST:
        digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
        stem, dot, ending = plain.rpartition(".")
        ending = f".{ending}" if dot and len(ending) <= 10 else ""
        cut = (stem or plain).encode()[: LONGEST - 20].decode("utf-8", "ignore")
        plain = f"{cut}-{digest}{ending}"
    return plain
