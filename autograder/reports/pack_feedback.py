"""Feedback for a class as the one zip file that Canvas or Moodle takes, by the names of what was collected.

Moodle finds a participant by the number in `NAME_NUMBER_assignfeedback_file/FILE`. Canvas finds a submission
by the name of the file that was handed in, and gives the new one back under that name.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import Assignment, Course, CourseError
from autograder.grading.collect.hand_over import Collected, read_record
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.whole_files import add_to_zip, writing_zip
from autograder.reports.feedback import HANDED_IN_SINCE, Pages, who_gets_pages
from autograder.reports.feedback_notebook import feedback_notebook


@dataclass
class Packed:
    """A zip file, and who is not in it."""

    path: Path
    students: int = 0
    files: int = 0
    without: dict[str, list[str]] = field(default_factory=dict)
    """Students who were left out, by why."""


def pack_feedback(
    course: Course, assignment: Assignment, system: str, students: Sequence[str] = ()
) -> Packed:
    """Write reports/ASSIGNMENT-SYSTEM.zip from the pages in feedback/.

    Raises CourseError if it would be empty.
    """
    record = read_record(course, assignment.name).students
    packed = Packed(course.reports / f"{assignment.name}-{system}.zip")
    with open_gradebook(course) as gradebook, writing_zip(packed.path) as archive:
        pages = Pages(course, assignment, gradebook)
        for student, remark in who_gets_pages(course, assignment, students).items():
            came = record.get(student)
            if came is None or came.system != system:
                packed.without.setdefault(f"not collected from {system}", []).append(student)
                continue
            if pages.handed_in_since(student):
                packed.without.setdefault(HANDED_IN_SINCE, []).append(student)
                continue
            moodle = system == "moodle"
            made = (
                _moodle(course, assignment, student, came)
                if moodle
                else _canvas(pages, student, remark, came)
            )
            for name, data in sorted(made.items()):
                add_to_zip(archive, name, data)
            if not made:
                packed.without.setdefault("without a page, or a file to give it back with", []).append(
                    student
                )
            packed.students += bool(made)
            packed.files += len(made)
        if not packed.files:
            raise CourseError(
                f"nothing of {assignment.name} can be sent back: no graded submission was collected from "
                f"{system}; collect with: cs-conv collect {system} FILE"
            )
    return packed


def _moodle(course: Course, assignment: Assignment, student: str, came: Collected) -> dict[str, bytes]:
    found = course.feedback(student, assignment.name)
    paths = [found / f"{name}.html" for name in assignment.notebooks]
    return {f"{came.account}_assignfeedback_file/{p.name}": p.read_bytes() for p in paths if p.is_file()}


def _canvas(pages: Pages, student: str, remark: str, came: Collected) -> dict[str, bytes]:
    """A notebook for each that came as one; if several came in a zip file, a zip file with their pages."""
    graded = pages.graded(student)
    contents = pages.contents(student, graded, remark)
    by_entry: dict[str, list[str]] = {}
    for path, entry in came.entries.items():
        by_entry.setdefault(entry, []).append(path.removesuffix(".ipynb"))
    made = {}
    for entry, names in by_entry.items():
        known = [name for name in names if name in contents]
        if known and entry.lower().endswith(".zip"):
            html = pages.html(student, graded, remark)
            made[entry] = _zip({f"{name}.html": html[name].encode("utf-8", "replace") for name in known})
        elif known:
            made[entry] = feedback_notebook(contents[known[0]])
    return made


def _zip(content: Mapping[str, bytes]) -> bytes:
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w") as archive:
        for name, data in sorted(content.items()):
            add_to_zip(archive, name, data)
    return place.getvalue()
