"""Changing a due date in course.yml: one line of it, and nothing else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import yaml

from autograder.course import strict_yaml
from autograder.course.description import COURSE_FILE, Description
from autograder.course.errors import CourseError


def with_due(root: Path, assignment: str, due: datetime) -> str:
    """The text of `root`/course.yml with another due date. Raises CourseError if that fails."""
    text = (root / COURSE_FILE).read_text(encoding="utf-8")
    node, _ = strict_yaml.read(text)
    found = _section(node, assignment)
    written = f"{due:%Y-%m-%d %H:%M} {due:%z}"
    written = f"{written[:-2]}:{written[-2:]}"
    known = {key.value: (key, value) for key, value in found.value}
    if "due" in known:
        _, old = known["due"]
        changed = text[: old.start_mark.index] + written + text[old.end_mark.index :]
    elif not found.flow_style:
        key, title = known["title"]
        end = text.find("\n", title.end_mark.index)
        end = len(text) if end < 0 else end
        changed = f"{text[:end]}\n{' ' * key.start_mark.column}due: {written}{text[end:]}"
    else:
        raise CourseError(f"write it into {COURSE_FILE} yourself: due: {written}")
    _, data = strict_yaml.read(changed)
    now = {each.name: each.due for each in Description.model_validate(data).assignments}
    if now[assignment] != due:
        raise CourseError(f"write it into {COURSE_FILE} yourself: due: {written}")
    return changed


def _section(node: yaml.Node | None, assignment: str) -> yaml.MappingNode:
    """The section of an assignment in a course.yml that was read before."""
    assert isinstance(node, yaml.MappingNode)
    listed = next(value for key, value in node.value if key.value == "assignments")
    for section in listed.value:
        if any(key.value == "name" and value.value == assignment for key, value in section.value):
            assert isinstance(section, yaml.MappingNode)
            return section
    raise CourseError(f"{COURSE_FILE} has no section of {assignment}")
