"""The small sample course, released, and hands to fill in what students would write."""

from __future__ import annotations

from autograder.grading.engine import Submission
from tests.course.conftest import RIGHT, SAMPLE, HandIn, course, hand_in, released_once

__all__ = ["NAME", "RIGHT", "SAMPLE", "HandIn", "course", "hand_in", "released_once", "submissions"]
NAME = "01-sums"


def submissions(*students: str) -> list[Submission]:
    return [Submission(student, NAME) for student in students]
