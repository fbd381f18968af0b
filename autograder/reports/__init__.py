"""Reports on a graded class: tables, pages, exports. Also the certificate of a learner without a class."""

import autograder.skip_slow_imports  # noqa: F401  (before anything imports Jupyter)
