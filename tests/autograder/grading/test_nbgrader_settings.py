"""Courses of earlier versions bring an nbgrader_config.py of theirs, which goes on working."""

from __future__ import annotations

import subprocess

import pytest
from nbgrader import dbutil
from traitlets.config.loader import PyFileConfigLoader

from autograder.course import Course
from autograder.grading import nbgrader_workarounds
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


@pytest.mark.slow  # it starts alembic
def test_a_new_gradebook_has_the_version_that_alembic_says() -> None:
    """Ours comes without starting alembic."""
    with dbutil._temp_alembic_ini("sqlite://") as ini:
        said = subprocess.check_output(["alembic", "-c", ini, "heads"], text=True)
    assert f"{nbgrader_workarounds._newest_version()} (head)" in said
