"""The life of a notebook: its source, its cells, its review and release, and a learner's own copy."""

import autograder.skip_slow_imports  # noqa: F401  (before anything imports Jupyter)
