"""Notebooks: their sources, cells, review and release, and the learners' own copies."""

import autograder.skip_slow_imports  # noqa: F401  (before anything imports Jupyter)
