"""Grading: from submissions to points in the gradebook. Every engine has the interface in `interface.py`."""

import autograder.skip_slow_imports  # noqa: F401  (before anything imports Jupyter)
