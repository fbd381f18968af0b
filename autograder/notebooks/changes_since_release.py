"""What has changed in an assignment's folders since its release, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course, CourseError, short
from autograder.notebooks.released import (
    Cells,
    Released,
    cells_of,
    notebook_files,
    notebooks_in,
    other_files,
    read_released,
)


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
        mine = {path: c for path, c in other_files(folder).items() if not _is_source(path, assignment)}
        yield from _file_changes(folder, mine, released.files)
    folder = course.releases / assignment.name
    if folder.is_dir():
        for name, template in released.templates.items():
            there = notebooks_in(notebook_files(folder)).get(name)
            changed = _differences(_handed_out(template), cells_of(there or {}))
            if changed:
                yield f"{short(folder / name)}.ipynb is not what was released: {changed}"
        yield from _file_changes(folder, other_files(folder), released.files)


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
