"""Make the releases: nbgrader takes the answers out, we make sure that they are out."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Assignment, Course, CourseError
from autograder.notebooks import graded_as, read_notebook, write_notebook
from autograder.release.review import problems_of_release, problems_of_source
from autograder.release.sources import build_source
from autograder.stock import NbgraderError, open_gradebook, run, settings


@dataclass(frozen=True)
class Released:
    """What a release made: the folder, its files, and whether it differs from what was there before."""

    assignment: str
    folder: Path
    files: tuple[Path, ...]
    changed: bool


def release(course: Course, assignment: Assignment) -> Released:
    """Make the students' version of one assignment and tell the gradebook about it.

    The folder in `assignments/` is replaced only when everything is in order.
    Raises CourseError with all that is wrong with the notebooks.
    """
    sources = {path.stem: read_notebook(path) for path in build_source(course, assignment)}
    _refuse(assignment, [p for name, nb in sources.items() for p in problems_of_source(nb, assignment, name)])
    made = _generate(course, assignment)
    problems = []
    for name, source in sources.items():
        notebook = read_notebook(made / f"{name}.ipynb")
        problems += problems_of_release(notebook, source, name)
        _let_run_all_go_on(notebook)
        write_notebook(notebook, made / f"{name}.ipynb")
    _refuse(assignment, problems)
    _note_due_date(course, assignment)
    return _put_in_place(made, course.releases / assignment.name, assignment.name)


def _generate(course: Course, assignment: Assignment) -> Path:
    """nbgrader's generate_assignment into build/release, so that a failure leaves assignments/ as it was."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    config = settings(course)
    config.CourseDirectory.release_directory = "build/release"
    folder = CourseDirectory(config=config, assignment_id=assignment.name)
    app = GenerateAssignment(coursedir=folder, config=config, force=True)
    try:
        run(app, f"releasing {assignment.name}")
    except NbgraderError as error:
        raise CourseError(_explain(assignment, error)) from error
    return course.root / "build" / "release" / assignment.name


def _let_run_all_go_on(notebook: NotebookNode) -> None:
    """Mark the cells whose error shall not stop Jupyter's Run All: tests, and cells that try an answer.

    An error in an answer, or in a locked cell that all others need, does stop it.
    """
    for cell in notebook.cells:
        known = graded_as(cell)
        if cell.cell_type == "code" and not known.get("solution") and (known.get("grade") or not known):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "raises-exception"]


def _explain(assignment: Assignment, error: NbgraderError) -> str:
    if "there are submissions associated with" in error.log:
        return (
            f"{assignment.name} has submissions in the gradebook, and since then graded cells were renamed, "
            "added or removed, which nbgrader refuses; keep the cells' grade_ids, or start a new gradebook "
            "(move gradebook.db away)"
        )
    return f"nbgrader could not release {assignment.name}; it said: {error.reason}"


def _note_due_date(course: Course, assignment: Assignment) -> None:
    due = assignment.due.isoformat(sep=" ") if assignment.due else None
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_assignment(assignment.name, duedate=due)


def _put_in_place(made: Path, folder: Path, name: str) -> Released:
    before, after = _contents(folder), _contents(made)
    if before != after:
        if folder.exists():
            # Someone may have worked in it: keep what was there.
            kept = made.parent.parent / "replaced" / f"{name}-{datetime.now():%Y%m%d-%H%M%S-%f}"
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(folder, kept)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(made, folder)
    files = tuple(sorted(folder / relative for relative in after))
    return Released(name, folder, files, changed=before != after)


def _contents(folder: Path) -> dict[Path, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts)
    return {path.relative_to(folder): path.read_bytes() for path in files}


def _refuse(assignment: Assignment, problems: list[str]) -> None:
    if problems:
        raise CourseError(f"{assignment.name} is not ready to be released:\n  " + "\n  ".join(problems))
