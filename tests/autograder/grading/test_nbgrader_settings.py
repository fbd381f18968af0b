"""Courses of earlier versions bring an nbgrader_config.py of theirs, which goes on working."""

from __future__ import annotations

import pytest
from traitlets.config.loader import PyFileConfigLoader

from autograder.course import Course
from autograder.grading.nbgrader_settings import settings

NOW = "from autograder.grading.nbgrader_settings import configure"
ONCE = "from autograder.stock import configure"


@pytest.mark.parametrize("line", [NOW, ONCE])
def test_a_config_file_gives_the_courses_settings(bare: Course, line: str) -> None:
    path = bare.root / "nbgrader_config.py"
    written = path.read_text(encoding="utf-8")
    assert NOW in written
    path.write_text(written.replace(NOW, line), encoding="utf-8")
    by_nbgrader = PyFileConfigLoader(path.name, path=str(bare.root)).load_config()
    assert by_nbgrader.CourseDirectory.course_id == "sample"
    assert by_nbgrader == settings(bare)
