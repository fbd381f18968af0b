"""The points of notebooks and assignments, added up from their cells: by tests, and by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from autograder.course import Assignment, Course
from autograder.notebooks.released import read_released


class Points(NamedTuple):
    """The points that a notebook can give."""

    by_tests: float
    by_hand: float

    @property
    def together(self) -> float:
        """The sum of both."""
        return self.by_tests + self.by_hand


def points_of(*notebooks: Mapping[str, Any]) -> Points:
    """The points of notebooks (as JSON or as nbformat reads them) by nbgrader's metadata of their cells."""
    by_tests = by_hand = 0.0
    for notebook in notebooks:
        for cell in notebook["cells"]:
            noted = cell.get("metadata", {}).get("nbgrader") or {}
            points = float(noted.get("points") or 0)
            if noted.get("task") or (noted.get("grade") and noted.get("solution")):
                by_hand += points
            elif noted.get("grade"):
                by_tests += points
    return Points(by_tests, by_hand)


def possible_points(course: Course, assignment: Assignment, gradebook: Any) -> float:
    """All points that an assignment can give, by tests and by hand.

    They are those in the gradebook; if it does not know the assignment, those of the released notebooks.
    """
    from nbgrader.api import MissingEntry

    try:
        known = gradebook.find_assignment(assignment.name)
    except MissingEntry:
        known = None
    if known is not None and known.notebooks:
        return float(known.max_score)
    return points_of(*read_released(course, assignment, gradebook).templates.values()).together
