"""Doing once what every process that judges would do anew: grading forks one for each notebook."""

from __future__ import annotations

import inspect

from .catalogue import Changed
from .judge_answer import judge
from .registry import find
from .report import Report


def rehearse(name: str) -> None:
    """Import an exercise, compile its mistakes, and judge a right and a wrong answer to it.

    No race is run. What this leaves behind depends on no student and on no student's seed.
    """
    known = find(name)
    mistakes = [mistake.function for mistake in known.mistakes if not mistake.slow]
    for function in map(inspect.unwrap, mistakes):
        if isinstance(function, Changed):
            _ = function.function  # compiled when it is first asked for
    untimed = [
        aspect.name for aspect in known.aspects if not known.speed or aspect.name != known.speed.aspect
    ]
    for aspect in untimed[:1]:
        for function in (known.reference, *mistakes[:1]):
            report = Report(judge(known, function, aspect=aspect), aspect)
            report.text(), report.html()
