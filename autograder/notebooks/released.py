"""An assignment as it was released. Grading uses this, even if the folders have changed since.

The gradebook keeps a copy (`grading/gradebook/own_tables.py`). Gradebooks of earlier versions keep none: then
the folders are read as they are now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course, CourseError, short
from autograder.grading.gradebook.own_tables import kept_files

Cells = dict[str, tuple[str, str]]
"""A notebook's cells for comparison: type and text, by grade_id or, for plain cells, by id."""


@dataclass(frozen=True)
class Released:
    """The notebooks of an assignment as JSON, and its other files.

    `templates` have hidden tests and no answers; `sources` have both.
    """

    templates: dict[str, dict[str, Any]]
    sources: dict[str, dict[str, Any]]
    files: dict[str, bytes]
    kept: bool
    """True if this is the gradebook's copy, False if it was read from the folders."""


def read_released(course: Course, assignment: Assignment, gradebook: Any) -> Released:
    """The assignment from the gradebook's copy, or from its folders if there is no copy."""
    kept = kept_files(gradebook, assignment.name)
    parts: dict[str, dict[str, bytes]] = {"template": {}, "source": {}, "files": {}}
    for path, content in kept.items():
        part, _, name = path.partition("/")
        parts[part][name] = content
    if parts["template"]:
        return Released(_notebooks(parts["template"]), _notebooks(parts["source"]), parts["files"], True)
    released, built = course.releases / assignment.name, course.source / assignment.name
    sources = _notebooks(_notebook_files(built))
    return Released(sources | _notebooks(_notebook_files(released)), sources, _files(released), False)


def _files(folder: Path) -> dict[str, bytes]:
    from autograder.notebooks.source import files_beside

    return files_beside(folder)[0]


def _notebook_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.ipynb"))}


def _notebooks(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    found = {}
    for name, content in files.items():
        try:
            notebook = json.loads(content)
        except ValueError:
            continue
        if isinstance(notebook, dict) and isinstance(notebook.get("cells"), list):
            found[name.removesuffix(".ipynb")] = notebook
    return found


# What has changed since


def changes_since_release(course: Course, assignment: Assignment, gradebook: Any) -> Iterator[str]:
    """A sentence for each file that has changed since the release, and one on what to do.

    Yields nothing if nothing has changed or the assignment was never released.
    """
    from nbgrader.api import MissingEntry

    released = read_released(course, assignment, gradebook)
    if released.kept:
        changes = [*_due_changes(assignment, gradebook), *_changes(course, assignment, released)]
        yield from changes
        if changes:
            yield (
                f"{assignment.name} is graded as it was released; "
                f"to grade with what is there now, run: cs-conv release {assignment.name}"
            )
        return
    with suppress(MissingEntry):
        if gradebook.find_assignment(assignment.name).notebooks:
            yield (
                f"the gradebook keeps no copy of {assignment.name}, which an earlier version released: "
                f"grading goes by what is in {short(course.releases / assignment.name)} now; "
                f"to keep one, run: cs-conv release {assignment.name}"
            )


def _changes(course: Course, assignment: Assignment, released: Released) -> Iterator[str]:
    names = sorted(assignment.notebooks.keys() | released.templates.keys())
    for name in names:
        yield from _source_changes(course, assignment, name, released)
    folder = course.answers / assignment.name
    if folder.is_dir():
        mine = {path: c for path, c in _files(folder).items() if not _is_source(path, assignment)}
        yield from _file_changes(folder, mine, released.files)
    folder = course.releases / assignment.name
    if folder.is_dir():
        for name, template in released.templates.items():
            there = _notebooks(_notebook_files(folder)).get(name)
            changed = _differences(_handed_out(template), cells_of(there or {}))
            if changed:
                yield f"{short(folder / name)}.ipynb is not what was released: {changed}"
        yield from _file_changes(folder, _files(folder), released.files)


def _due_changes(assignment: Assignment, gradebook: Any) -> Iterator[str]:
    now, then = assignment.due, gradebook.find_assignment(assignment.name).duedate
    if (now and now.astimezone(UTC).replace(tzinfo=None)) != then:
        yield (
            f"course.yml says that {assignment.name} is due {_moment(now)}; "
            f"what is late goes by the gradebook, {_moment(then)}"
        )


def _moment(due: datetime | None) -> str:
    """A due date in words. One without a time zone is in UTC, as in the gradebook."""
    if due is None:
        return "at no date"
    return f"{due.astimezone(UTC) if due.tzinfo else due:%Y-%m-%d %H:%M} UTC"


def _is_source(path: str, assignment: Assignment) -> bool:
    return path.removesuffix(".py") in assignment.notebooks


def _source_changes(course: Course, assignment: Assignment, name: str, released: Released) -> Iterator[str]:
    from autograder.notebooks.source import read_source

    path = course.answers / assignment.name / f"{name}.py"
    if not path.is_file():
        return
    try:
        now = cells_of(read_source(path))
    except CourseError as problem:
        yield str(problem)
        return
    changed = _differences(cells_of(released.sources.get(name, {})), now)
    if changed:
        yield f"{short(path)} has changed since it was released: {changed}"


def _file_changes(folder: Path, now: Mapping[str, bytes], then: Mapping[str, bytes]) -> Iterator[str]:
    for path in sorted(now.keys() | then.keys()):
        if now.get(path) != then.get(path):
            what = "is gone" if path not in now else "is new" if path not in then else "has changed"
            yield f"{short(folder / path)} {what} since the release"


OTHER = "other cells\0"
"""The name of a cell without a grade_id begins with this; its id follows."""


def cells_of(notebook: Mapping[str, Any]) -> Cells:
    """The cells of a notebook, which is JSON or as nbformat reads it."""
    found: Cells = {}
    for cell in notebook.get("cells", []):
        marks = cell.get("metadata", {}).get("nbgrader") or {}
        found[str(marks.get("grade_id") or f"{OTHER}{cell.get('id', '')}")] = (
            str(cell.get("cell_type")),
            f"{''.join(cell.get('source', ''))}\n{marks.get('points', '')}",
        )
    return found


def _handed_out(template: dict[str, Any]) -> Cells:
    """The cells of a template as students get them, without hidden tests."""
    from nbformat import from_dict
    from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme

    notebook: Any = from_dict(template)  # type: ignore[no-untyped-call]
    for step in (ClearHiddenTests(), ClearMarkScheme()):
        notebook, _ = step.preprocess(notebook, {})
    return cells_of(notebook)


def _differences(then: Cells, now: Cells) -> str:
    """Which cells are new, gone and changed; "" if none is."""
    said = {
        "changed": [name for name in then if name in now and now[name] != then[name]],
        "gone": [name for name in then if name not in now],
        "new": [name for name in now if name not in then],
    }
    parts = [f"{what}: {', '.join(_shown(names)[:6])}" for what, names in said.items() if names]
    if not parts and list(then) != list(now):
        parts = ["its cells are in another order"]
    return "; ".join(parts)


def _shown(names: list[str]) -> list[str]:
    return list(dict.fromkeys(name.partition("\0")[0] for name in names))
