"""The small sample course, released, and hands to fill in what students would write."""

from __future__ import annotations

import os

import pytest

from autograder.grading.engine import Submission
from autograder.grading.trusted.sandbox import choose
from tests.course.conftest import RIGHT, SAMPLE, HandIn, course, hand_in, released_once

__all__ = ["NAME", "RIGHT", "SAMPLE", "HandIn", "course", "hand_in", "released_once", "submissions"]
NAME = "01-sums"


def submissions(*students: str) -> list[Submission]:
    return [Submission(student, NAME) for student in students]


@pytest.fixture(scope="session", autouse=True)
def a_sandbox() -> None:
    """Where there is none, nothing here can be tested; on the machines that decide, that is a failure."""
    try:
        choose()
    except Exception as problem:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no sandbox on this machine: {problem}")
        pytest.skip(f"no sandbox on this machine: {problem}")
