"""The judge: it decides whether a function answers an exercise, and says what is wrong.

Notebooks call `check`, which shows a report; programs call `judge`, which returns a verdict.
"""

from __future__ import annotations

import os

from .catalogue import Catalogue
from .exercise import Aspect, Case, Exercise, Function, Mistake, aspect
from .judge_answer import PUBLIC_SEED, judge
from .media_type import VERDICT
from .registry import find, names
from .report import Report
from .verdict import Verdict

SEED = "CS_CONV_SEED"
"""The environment variable from which `check` takes the seed, if a grader has set it."""

__all__ = [
    "VERDICT",
    "Aspect",
    "Case",
    "Catalogue",
    "CheckFailed",
    "Exercise",
    "Function",
    "Mistake",
    "Report",
    "Verdict",
    "aspect",
    "check",
    "find",
    "judge",
    "names",
]


class CheckFailed(AssertionError):  # noqa: N818  (what students read)
    """An answer is not right. The report above says why, so a notebook shows no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"AssertionError: {self}"]


def check(exercise: str, function: Function, aspect: str | None = None, seed: int | None = None) -> None:
    """Judge `function`, show the report, and raise CheckFailed (an AssertionError) if it does not pass.

    `aspect` judges one aspect only, as the test cells of a notebook do. If no `seed` is given, it comes from
    the environment variable CS_CONV_SEED, or else it is PUBLIC_SEED. Nothing is written to stderr.
    """
    __tracebackhide__ = True
    if aspect is not None:
        find(exercise).aspect(aspect)
    verdict = judge(exercise, function, _given_seed() if seed is None else seed, aspect)
    report = Report(verdict, aspect)
    _show(report)
    if not report.passed:
        raise CheckFailed(report.headline())


def _given_seed() -> int:
    given = os.environ.get(SEED, "").strip()
    if given and not given.isdecimal():
        raise ValueError(f"{SEED}={given!r:.60} is not a seed; set it to a whole number from 0 on")
    return int(given) if given else PUBLIC_SEED


def _show(report: Report) -> None:
    """Rich output inside IPython, plain text elsewhere."""
    try:
        from IPython import get_ipython
    except ImportError:
        get_ipython = None
    if get_ipython is not None and get_ipython() is not None:
        from IPython.display import display

        display(report)  # type: ignore[no-untyped-call]
    else:
        print(report.text())
