"""Settings for nbgrader's own commands, run in this folder; what the course is comes from course.yml.

The notebooks that nbgrader works from are made by `cs-conv release` out of `solutions/`.
"""

from pathlib import Path

from autograder.grading.nbgrader_settings import configure

configure(get_config(), Path(__file__).parent)  # type: ignore[name-defined]  # noqa: F821
