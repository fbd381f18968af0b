"""Checks: one exercise each, with its reference, its cases and the mistakes that people really make.

`judge` serves programs, `check` serves notebooks.
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
"""The environment variable in which a grader gives the seed."""

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
    """A verdict as an error. The report above it says what is wrong: in a notebook no traceback follows."""

    def _render_traceback_(self) -> list[str]:
        return [f"AssertionError: {self}"]


def check(exercise: str, function: Function, aspect: str | None = None, seed: int | None = None) -> None:
    """Judge `function`, show the report, and raise AssertionError where it fails.

    `aspect` limits it to one share of the points, as the test cells do. The seed is the argument, else what
    the grader put into CS_CONV_SEED, else a public constant. Nothing is written to stderr.
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
        raise ValueError(f"{SEED}={given!r:.60} is no seed; set it to a whole number from 0 on")
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
