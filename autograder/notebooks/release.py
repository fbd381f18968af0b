"""Releasing an assignment: nbgrader takes the answers out, and we make sure that they are out."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.course import Assignment, Course, CourseError
from autograder.grading.call_nbgrader import NbgraderError, run
from autograder.grading.gradebook.open import one_commit, open_gradebook
from autograder.grading.gradebook.own_tables import make_tables
from autograder.grading.nbgrader_settings import settings
from autograder.notebooks.files import read_notebook, write_notebook
from autograder.notebooks.points import Points, points_of
from autograder.notebooks.review import problems_of_release, problems_of_source
from autograder.notebooks.source import build_source
from autograder.notebooks.tell_gradebook import KeepCells, remove_notebooks


@dataclass(frozen=True)
class NewRelease:
    """What `release` made: the folder, its files, and whether they differ from those there before."""

    assignment: str
    folder: Path
    files: tuple[Path, ...]
    changed: bool
    points: Points
    remarks: tuple[str, ...] = ()
    """What the release changes for work that was handed in earlier."""


def release(course: Course, assignment: Assignment) -> NewRelease:
    """Make the students' version of one assignment and tell the gradebook about it.

    The folder in `assignments/` is replaced only when everything is in order.
    Raises CourseError with every problem of the notebooks.
    """
    sources = {path.stem: read_notebook(path) for path in build_source(course, assignment)}
    _refuse(assignment, [p for name, nb in sources.items() for p in problems_of_source(nb, assignment, name)])
    with KeepCells.held_back() as kept:
        made = _generate(course, assignment)
    problems = []
    for name, source in sources.items():
        notebook = read_notebook(made / f"{name}.ipynb")
        problems += problems_of_release(notebook, source, name)
        write_notebook(notebook, made / f"{name}.ipynb")
    _refuse(assignment, problems)
    remarks = _tell_gradebook(course, assignment, kept)
    folder = course.releases / assignment.name
    changed = _put_in_place(made, folder, assignment.name)
    files = tuple(sorted(folder / relative for relative in _contents(made)))
    return NewRelease(assignment.name, folder, files, changed, points_of(*sources.values()), tuple(remarks))


def _generate(course: Course, assignment: Assignment) -> Path:
    """Run nbgrader's generate_assignment into build/release, so that a failure leaves assignments/ alone."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    config = settings(course)
    config.CourseDirectory.release_directory = "build/release"
    folder = CourseDirectory(config=config, assignment_id=assignment.name)
    app = GenerateAssignment(coursedir=folder, config=config, force=True, no_database=True)
    try:
        run(app, f"releasing {assignment.name}")
    except NbgraderError as error:
        raise CourseError(f"nbgrader could not release {assignment.name}; it said: {error.reason}") from error
    return course.root / "build" / "release" / assignment.name


def _tell_gradebook(course: Course, assignment: Assignment, kept: Sequence[KeepCells]) -> list[str]:
    """Write the notebooks, their cells and templates, and the due date, in one transaction."""
    due = assignment.due.isoformat(sep=" ") if assignment.due else None
    with open_gradebook(course) as gradebook:
        make_tables(gradebook)
        with one_commit(gradebook):
            gradebook.update_or_create_assignment(assignment.name, duedate=due)
            said = remove_notebooks(gradebook, assignment.name, but=set(assignment.notebooks))
            for notebook in kept:
                said += notebook.write(gradebook)
    return list(dict.fromkeys(said))


def _put_in_place(made: Path, folder: Path, name: str) -> bool:
    """Make `folder` hold what was made; returns whether it held anything else before."""
    before, after = _contents(folder), _contents(made)
    if before != after:
        if folder.exists():
            # Someone may have worked in the folder: keep it.
            kept = made.parent.parent / "replaced" / f"{name}-{datetime.now():%Y%m%d-%H%M%S-%f}"
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(folder, kept)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, folder)
    return before != after


def _contents(folder: Path) -> dict[Path, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts)
    return {path.relative_to(folder): path.read_bytes() for path in files}


def _refuse(assignment: Assignment, problems: list[str]) -> None:
    if problems:
        raise CourseError(f"{assignment.name} is not ready to be released:\n  " + "\n  ".join(problems))
