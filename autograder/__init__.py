"""Checks, release, grading and reports of the course."""

import sys

from .checks import check, judge

__all__ = ["check", "judge"]


def _in_a_notebook() -> None:
    """In a notebook, have the error of an answer that is not written yet shown in one line."""
    if "IPython" in sys.modules:
        from IPython import get_ipython

        from autograder.notebooks.unwritten import say_in_one_line

        shell = get_ipython()
        if hasattr(shell, "kernel"):
            say_in_one_line(shell)


_in_a_notebook()
