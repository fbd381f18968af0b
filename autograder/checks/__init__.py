"""Checks: one exercise each, with its reference, its cases and the mistakes that people really make.

`judge` serves programs, `check` serves notebooks.
"""

from __future__ import annotations

import os

from .exercise import Aspect, Case, Catalogue, Exercise, Function, Mistake, aspect
from .judging import PUBLIC_SEED, judge
from .registry import find, names
from .report import MIME, Report
from .verdict import Verdict

__all__ = [
    "MIME",
    "Aspect",
    "Case",
    "Catalogue",
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


def check(exercise: str, function: Function, aspect: str | None = None, seed: int | None = None) -> None:
    """Judge `function`, show the report, and raise AssertionError where it fails.

    `aspect` limits it to one share of the points, as the test cells do. The seed is the argument, else what
    the grader put into CS_CONV_SEED, else a public constant. Nothing is written to stderr.
    """
    __tracebackhide__ = True
    if aspect is not None:
        find(exercise).aspect(aspect)
    verdict = judge(
        exercise, function, int(os.environ.get("CS_CONV_SEED", PUBLIC_SEED)) if seed is None else seed
    )
    report = Report(verdict, aspect)
    _show(report)
    if not report.passed:
        raise AssertionError(report.headline())


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
