"""From submissions to grades, behind an interface that any engine can serve."""

import autograder.quick_start  # noqa: F401  (before anything imports Jupyter)
from autograder.grading.engine import Engine, Submission, find_submissions
from autograder.grading.nbgrader_engine import NbgraderEngine
from autograder.grading.results import Mistake, Result, Status, TestScore

__all__ = [
    "Engine",
    "Mistake",
    "NbgraderEngine",
    "Result",
    "Status",
    "Submission",
    "TestScore",
    "find_submissions",
]
