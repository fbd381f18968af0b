"""Open a learner's notebook to check it: find its assignment and its release, and make the job for it.

A learner has no gradebook, so the tests are those of the released notebook, without hidden ones. A notebook
that belongs to no course is its own release.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import autograder.skip_slow_imports  # noqa: F401  (before anything imports Jupyter)
from autograder.checks.judge_answer import PUBLIC_SEED
from autograder.course import Assignment, Course, CourseError, Limits, NoCourseError, learners_course
from autograder.grading.nbgrader_settings import STUB
from autograder.grading.submissions.cells import SubmittedCell, Unreadable, read
from autograder.grading.submissions.file_kinds import decoded
from autograder.grading.submissions.intake import NotPlainFile, other_files, read_file
from autograder.grading.trusted.job import Job
from autograder.grading.trusted.notebook.template import Template, make_template
from autograder.grading.trusted.sandbox import NoSandbox, choose

CHECKOUT = Path(__file__).resolve().parents[2]
UNTOUCHED = STUB.splitlines()[-1]
USUAL = ("numpy", "matplotlib")
"""What an answer may import in a notebook that belongs to no course."""


@dataclass(frozen=True)
class OpenedNotebook:
    """A notebook ready to run: its cells, the job as grading would get it, and remarks on the file."""

    path: Path
    handed: list[SubmittedCell]
    job: Job
    remarks: tuple[str, ...] = ()

    @property
    def is_untouched(self) -> bool:
        """Whether no answer is written yet. Lines that were released with a bug are an answer."""
        theirs = {cell.grade_id for cell in self.job.template.cells if cell.role == "answer"}
        answers = [cell.source for cell in self.handed if cell.grade_id in theirs]
        return bool(answers) and all(UNTOUCHED in source for source in answers)

    @property
    def possible(self) -> float:
        """The points of all its tests together; points that a person gives are not among them."""
        return sum(cell.points for cell in self.job.template.cells if cell.role == "test")


def open_notebook(path: Path) -> OpenedNotebook:
    """Read a notebook to check. Raises CourseError if the file is not a notebook, or has no test cells."""
    path = path.resolve()
    try:
        data = read_file(path)
        handed = read(data)
    except FileNotFoundError:
        raise CourseError(
            f"{path} does not exist; name a notebook, for instance one in mine/, or an assignment"
        ) from None
    except (Unreadable, NotPlainFile, OSError) as error:
        if path.is_dir():
            raise CourseError(f"{path} is a folder; name a notebook in it") from None
        raise CourseError(f"{path} cannot be read as a notebook: {error}") from None
    assignment, released = _place_of(path, handed)
    name = released.stem
    files = other_files(path.parent)
    template, given = _release_at(released) or (_template(name, _json(data)), files)
    if not any(cell.role in ("test", "written") for cell in template.cells):
        raise CourseError(f"{path} holds no test cells; name a notebook of this course")
    remarks = []
    if name != path.stem:
        remarks.append(f"grading looks for {name}.ipynb: hand it in under that name")
    limits = assignment.limits if assignment else Limits()
    job = Job(
        student="you",
        assignment=assignment.name if assignment else name,
        template=template,
        submitted=data,
        files=files,
        given=given,
        allow=assignment.allow if assignment else USUAL,
        seed=PUBLIC_SEED,
        backend=_sandbox(),
        **limits.model_dump(),
    )
    return OpenedNotebook(path, handed, job, tuple(remarks))


def _place_of(path: Path, handed: list[SubmittedCell]) -> tuple[Assignment | None, Path]:
    """The assignment and the released file that a notebook belongs to; without any, None and its own path."""
    ids = {cell.grade_id for cell in handed if cell.grade_id}
    for course, around in _courses(path.parent):
        found: list[tuple[tuple[bool, bool, int], Assignment, Path]] = []
        for assignment in course.assignments:
            for name in assignment.notebooks:
                file = course.releases / assignment.name / f"{name}.ipynb"
                known = _release_at(file)
                shared = len(ids & {cell.grade_id for cell in known[0].cells}) if known else 0
                called_so = path.stem == name or re.fullmatch(rf"{re.escape(name)}\W.*", path.stem)
                if shared or (around and called_so):
                    found.append(
                        ((path.stem == name, assignment.name == path.parent.name, shared), assignment, file)
                    )
        if found:
            return max(found, key=lambda each: each[0])[1:]
    return None, path


def _courses(folder: Path) -> Iterator[tuple[Course, bool]]:
    """The courses that a notebook in `folder` may belong to, and whether the folder lies in the course.

    A notebook saved elsewhere, as in Downloads, may belong to the course of the working directory, or to the
    one that this package was checked out with.
    """
    for start in dict.fromkeys((folder, Path.cwd(), CHECKOUT)):
        with suppress(NoCourseError):
            yield learners_course(start), start == folder


_Release = tuple[Template, dict[str, bytes]]
"""The template of a released notebook, and the files beside it."""


@cache
def _release_at(path: Path) -> _Release | None:
    """The release in this file; None if there is none."""
    try:
        data = read_file(path.resolve())
    except (OSError, NotPlainFile):
        return None
    return _template(path.stem, _json(data)), other_files(path.parent)


def _json(data: bytes) -> dict[str, Any]:
    notebook = json.loads(decoded(data))
    return notebook if isinstance(notebook.get("cells"), list) else {"cells": []}


def _template(name: str, released: dict[str, Any]) -> Template:
    """The template of a released notebook; its cells' metadata says what a gradebook would know."""
    known, points = {}, {}
    for cell in released["cells"]:
        marks = cell.get("metadata", {}).get("nbgrader") or {}
        grade_id = str(marks.get("grade_id", ""))
        if grade_id:
            source = "".join(cell.get("source", ""))
            known[grade_id] = SimpleNamespace(
                source=source, cell_type=cell["cell_type"], locked=marks.get("locked"), checksum=""
            )
        if grade_id and (marks.get("grade") or marks.get("task")):
            points[grade_id] = float(marks.get("points") or 0)
    return make_template(name, released, None, known, points)


@cache
def _sandbox() -> str:
    """The name of the sandbox that works here; empty if none does."""
    try:
        return choose().name
    except NoSandbox:
        return ""
