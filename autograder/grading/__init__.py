"""From submissions to grades, behind the interface that every engine serves (`interface.py`)."""

import autograder.skip_slow_imports  # noqa: F401  (before anything imports Jupyter)
