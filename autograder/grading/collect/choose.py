"""What becomes of one student's files: the notebooks under their own names, the rest beside them.

Nothing disappears: what is not taken is returned with the reason, and its content where it can be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from autograder.grading.collect.archive import Entry, Refused, inner
from autograder.grading.collect.file_names import safe_path
from autograder.grading.collect.lessons import Lessons, Meant
from autograder.grading.collect.systems import Upload
from autograder.grading.submissions.intake import (
    MOST_ALTOGETHER,
    MOST_FILE,
    MOST_FILES,
    MOST_NOTEBOOK,
    SECRET,
    STAMP,
)

MOST_OF_ONE = 2 * MOST_NOTEBOOK
"""The most bytes of everything that one student handed in, unpacked."""


@dataclass(frozen=True)
class LeftOver:
    """A file that is not part of any submission, and why; without content if it could not be read."""

    who: str
    name: str
    why: str
    data: bytes | None = None


@dataclass
class Chosen:
    """One student's submission: its files by path, what each notebook was called, what was left over."""

    files: dict[str, bytes] = field(default_factory=dict)
    came_as: dict[str, str] = field(default_factory=dict)
    """The entry of the zip file that each notebook came in, by the notebook's path."""
    left: list[LeftOver] = field(default_factory=list)


@dataclass(frozen=True)
class _File:
    path: str
    data: bytes
    order: int
    entry: str
    meant: Meant | None


def choose(who: str, uploads: Sequence[Upload], lessons: Lessons, assignment: str) -> Chosen:
    """Sort out what one student handed in with one account."""
    chosen = Chosen()
    files = [_file(*found, lessons, assignment) for found in _read(who, uploads, chosen.left)]
    for notebook in sorted(lessons.names[assignment]):
        mine = [
            f for f in files if f.meant and (f.meant.assignment, f.meant.notebook) == (assignment, notebook)
        ]
        mine.sort(key=_latest, reverse=True)
        for number, file in enumerate(mine):
            path = f"{notebook}.ipynb"
            if number == 0:
                chosen.files[path], chosen.came_as[path] = file.data, file.entry
            elif file.data != mine[0].data:
                why = (
                    f"{mine[0].path} is a later {path}"
                    if mine[0].path != file.path
                    else f"it is an earlier {path}"
                )
                chosen.left.append(LeftOver(who, file.path, why, file.data))
    _beside(who, [f for f in files if not f.meant or f.meant.assignment != assignment], assignment, chosen)
    return chosen


def _latest(file: _File) -> tuple[bool, int, int, int]:
    """What decides among copies: answers in it, then the system's number, then the copy's number."""
    meant = file.meant
    return (bool(meant and meant.touched), file.order, meant.copy if meant else 0, -file.path.count("/"))


def _file(path: str, data: bytes, upload: Upload, lessons: Lessons, assignment: str) -> _File:
    return _File(path, data, upload.order, upload.entry.name, lessons.meant(assignment, path, data))


def _beside(who: str, files: Iterable[_File], assignment: str, chosen: Chosen) -> None:
    """Take what is beside the notebooks, except notebooks of other lessons and nbgrader's own two files."""
    left = MOST_ALTOGETHER
    taken = {path.casefold() for path in (*chosen.files, STAMP, SECRET)}
    folders: set[str] = set()
    later_first = [*files][::-1]
    later_first.sort(key=lambda file: (file.path, -file.order))
    for file in later_first:
        why = ""
        own = file.path.casefold()
        above = {own[:place] for place, letter in enumerate(own) if letter == "/"}
        if file.meant and file.meant.assignment != assignment:
            why = f"it is {file.meant.notebook}.ipynb of {file.meant.assignment}"
        elif file.path in (STAMP, SECRET):
            why = "a time or key that was handed in is not believed"
        elif own in taken | folders or above & taken:
            why = "another file or folder has that name"
        elif len(chosen.files) >= MOST_FILES:
            why = f"a submission may have {MOST_FILES} files"
        elif len(file.data) > min(left, MOST_FILE):
            why = f"a file may have {MOST_FILE >> 20} MiB, and all of them {MOST_ALTOGETHER >> 20} MiB"
        if why and chosen.files.get(file.path) == file.data:
            continue
        if why:
            chosen.left.append(LeftOver(who, file.path, why, file.data))
        else:
            chosen.files[file.path] = file.data
            taken.add(own)
            folders |= above
            left -= len(file.data)


def _read(who: str, uploads: Sequence[Upload], left: list[LeftOver]) -> Iterator[tuple[str, bytes, Upload]]:
    """Each file with its safe path and content; zip files that were handed in are unpacked, once."""
    room = MOST_OF_ONE
    for upload in uploads:
        for name, entry in _unpacked(who, upload, left):
            if entry.is_junk or name.rpartition("/")[2].startswith("._"):
                continue
            try:
                path = safe_path(name)
                data = entry.read(min(MOST_NOTEBOOK, room))
            except Refused as problem:
                left.append(LeftOver(who, name, str(problem)))
                continue
            room -= len(data)
            if path != name:
                left.append(LeftOver(who, name, f"it was taken as {path}: some systems forbid its own name"))
            yield path, data, upload


def _unpacked(who: str, upload: Upload, left: list[LeftOver]) -> list[tuple[str, Entry]]:
    """A file, or the files in it if it is a zip file, without a folder around all of them."""
    if not upload.name.lower().endswith(".zip"):
        return [(upload.name, upload.entry)]
    try:
        entries = [e for e in inner(upload.entry.read(MOST_NOTEBOOK), MOST_FILES) if not e.is_junk]
    except Refused as problem:
        left.append(LeftOver(who, upload.name, f"it was not unpacked: {problem}"))
        return [(upload.name, upload.entry)]
    tops = {entry.name.partition("/")[0] for entry in entries if "/" in entry.name.strip("/")}
    flat = [entry for entry in entries if "/" not in entry.name.strip("/")]
    around = f"{min(tops)}/" if len(tops) == 1 and not flat else ""
    return [(entry.name.removeprefix(around), entry) for entry in entries]
