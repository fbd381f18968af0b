"""Checks, release, grading and reports of the course."""

from .checks import check, judge

__all__ = ["check", "judge"]
