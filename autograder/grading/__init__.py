"""From submissions to grades, behind an interface that any engine can serve (`autograder.grading.engine`)."""

import autograder.quick_start  # noqa: F401  (before anything imports Jupyter)
