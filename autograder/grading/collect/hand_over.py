"""Putting submissions into submitted/: whole or not at all, and what was there before is kept.

The rest lies in collected/ASSIGNMENT/: earlier/ has what was replaced, left-over/ what is part of no
submission, and record.json tells where each submission came from.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from autograder.course import Course, CourseError
from autograder.grading.collect.archive import Refused
from autograder.grading.collect.choose import LeftOver
from autograder.grading.collect.file_names import safe_name, safe_path
from autograder.grading.submissions.intake import STAMP
from autograder.grading.submissions.timestamps import FORM
from autograder.grading.whole_files import write_whole
from autograder.terminal import printable

WHY = "why.txt"


class Collected(BaseModel):
    """Where one submission came from: enough to tell an older file, and to send feedback back."""

    system: str
    file: str
    account: str
    entries: dict[str, str] = {}
    """The entry of the zip file by the notebook's path."""
    order: int = 0
    came: datetime | None = None
    said: datetime | None = None
    """The time as the system said it, if it named no zone; which zone it meant may be corrected later."""
    late: bool = False


class Record(BaseModel):
    """collected/ASSIGNMENT/record.json: every student's last collected submission."""

    students: dict[str, Collected] = {}


def read_record(course: Course, assignment: str) -> Record:
    """What was collected for an assignment so far. Raises CourseError if the file is damaged."""
    path = _folder(course, assignment) / "record.json"
    try:
        return Record.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Record()
    except ValidationError as error:
        raise CourseError(
            f"{path} is damaged ({error.errors()[0]['msg']}); move it away and collect again"
        ) from None


class HandOver:
    """Hands collected submissions of one assignment over to submitted/."""

    def __init__(self, course: Course, assignment: str) -> None:
        self.course, self.assignment = course, assignment
        self.folder = _folder(course, assignment)
        self.record = read_record(course, assignment)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no second collection of this course run meanwhile; at the end, write the record."""
        place = self.course.root / ".cs-conv"
        place.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(place / "collecting", timeout=10, mode=0o600):
                for path in self.folder.glob(".new-*"):  # what a killed collection left
                    shutil.rmtree(path, ignore_errors=True)
                try:
                    yield
                finally:
                    self._save()
        except Timeout:
            raise CourseError("another cs-conv collect is running for this course; wait for it") from None

    def put(self, student: str, files: Mapping[str, bytes], about: Collected) -> str:
        """Make submitted/STUDENT/ASSIGNMENT hold these files.

        Returns `new`, `same`, `timed` (the same files with another time), `replaced` or `older`.
        """
        target = self.course.submitted(student, self.assignment)
        there = _content(target)
        alike = there is not None and _same(there, files)
        files = {**files, **({STAMP: about.came.strftime(FORM).encode()} if about.came else {})}
        earlier = self.record.students.get(student)
        older = there is not None and earlier is not None and _is_older(about, earlier)
        if older and not (alike and about.came):  # the time may have been read in a wrong zone before
            return "same" if alike else "older"
        if there is None:
            done = "new"
        else:
            done = "same" if _same(there, files) else "timed" if alike else "replaced"
        if done != "same":
            self._write(student, target, files)
        self.record.students[student] = about
        self._no_longer_aside(about.account, files.values())
        return done

    def _write(self, student: str, target: Path, files: Mapping[str, bytes]) -> None:
        """Make the folder `target` hold these files; what was there goes to earlier/."""
        new = self.folder / f".new-{safe_name(student)}"
        shutil.rmtree(new, ignore_errors=True)
        for name, data in files.items():
            write_whole(new / name, data)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() or target.is_symlink():
            kept = _free(self.folder / "earlier" / student)
            kept.parent.mkdir(parents=True, exist_ok=True)
            target.rename(kept)
        new.rename(target)

    def keep_aside(self, left: LeftOver) -> None:
        """Keep a file that is part of no submission in left-over/WHO/."""
        if left.data is not None:
            with suppress(Refused):
                name = safe_path(left.name)
                _write_beside(self._aside(left.who) / name, left.data)

    def _aside(self, who: str) -> Path:
        """The folder in left-over/ of what somebody handed in."""
        name = safe_name(who)
        return self.folder / "left-over" / (f"_{name}" if name.casefold() == WHY else name)

    def _no_longer_aside(self, account: str, taken: Iterable[bytes]) -> None:
        """Remove from left-over/ what an earlier run left there of this account and is now taken."""
        contents = set(taken)
        folder = self._aside(account)
        for path in [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else ():
            if path.read_bytes() in contents:
                path.unlink()
                with suppress(OSError):  # it holds something that stays
                    path.parent.rmdir()

    def say_why(self, left: Iterable[LeftOver]) -> None:
        """Write why.txt: who, which file and why, a line each."""
        lines = dict.fromkeys("\t".join(map(printable, (one.who, one.name, one.why))) for one in left)
        if lines or (self.folder / "left-over" / WHY).exists():
            write_whole(self.folder / "left-over" / WHY, ("\n".join(lines) + "\n").encode("utf-8", "replace"))

    def _save(self) -> None:
        if self.record.students:
            ordered: dict[str, Any] = {
                name: self.record.students[name].model_dump(mode="json")
                for name in sorted(self.record.students)
            }
            text = json.dumps({"students": ordered}, indent=1, ensure_ascii=False)
            write_whole(self.folder / "record.json", f"{text}\n".encode("utf-8", "backslashreplace"))


def _folder(course: Course, assignment: str) -> Path:
    return course.root / "collected" / assignment


def _is_older(now: Collected, earlier: Collected) -> bool:
    """Whether a submission is known to be older than the one that was collected before."""
    if now.system == earlier.system and now.said and earlier.said:
        return now.said < earlier.said
    if now.came and earlier.came:
        return now.came < earlier.came
    return now.system == earlier.system and now.account == earlier.account and now.order < earlier.order


def _content(folder: Path) -> dict[str, bytes] | None:
    """The plain files of a folder by path; None if it does not exist."""
    if not folder.exists() and not folder.is_symlink():
        return None
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = Path(base) / name
            plain = path.is_file() and not path.is_symlink()
            found[path.relative_to(folder).as_posix()] = (
                path.read_bytes() if plain else b"\0 not a plain file"
            )
    return found


def _same(there: Mapping[str, bytes], files: Mapping[str, bytes]) -> bool:
    """Whether a folder has these files; a time that only the folder has is no difference."""
    mine = {name: data for name, data in there.items() if name != STAMP or STAMP in files}
    return mine == dict(files)


def _free(folder: Path) -> Path:
    """The first path `folder`/1, /2 and so on that does not exist."""
    number = 1
    while (folder / str(number)).exists():
        number += 1
    return folder / str(number)


def _write_beside(path: Path, data: bytes) -> None:
    """Write a file; if one of that name has other content, take a free name next to it."""
    above = next((folder for folder in path.parents if folder.is_file()), None)
    if above is not None:  # a file has the name of its folder
        path = above.with_name("_".join([above.name, *path.relative_to(above).parts]))
    number, target = 1, path
    while target.exists():
        if target.is_file() and target.read_bytes() == data:
            return
        number += 1
        target = path.with_name(f"{path.stem} ({number}){path.suffix}")
    write_whole(target, data)
