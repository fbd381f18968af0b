"""Kept for courses of earlier versions, whose nbgrader_config.py imports `configure` from here.

New courses import it from `autograder.grading.nbgrader_settings`.
"""

from autograder.grading.nbgrader_settings import configure

__all__ = ["configure"]
