"""Checks, release, grading and reports of the course. Notebooks `import check, mine, predict` from here."""

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .checks import check, judge
    from .notebooks.earlier_answers import mine
    from .predictions import predict

__all__ = ["check", "judge", "mine", "predict"]


def __getattr__(name: str) -> Any:
    """Import the checks, and NumPy with them, only when they are used: `cs-conv` starts faster without."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    places = {"mine": "notebooks.earlier_answers", "predict": "predictions"}
    return getattr(import_module(f"autograder.{places.get(name, 'checks')}"), name)


def _in_a_notebook() -> None:
    """In a notebook, have the error of an answer that is not written yet shown in one line."""
    if sys.modules.get("IPython"):  # None where it is kept out
        from IPython import get_ipython

        from autograder.notebooks.unwritten import say_in_one_line

        shell = get_ipython()
        if hasattr(shell, "kernel"):
            say_in_one_line(shell)


_in_a_notebook()
