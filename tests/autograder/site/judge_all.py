"""Judges answers to all exercises of the course, natively or in Pyodide: the same program, the same answers.

Of each exercise: the right answer of the notebook and another style, a mistake, and an answer that raises an
error. Races count as won, as in all tests: no clock decides one.
"""

import time

from autograder.checks import Report, find, judge, names
from autograder.checks.speed import race
from tests.autograder.exercises.right_answers import right_answers


def raises(*args, **options):
    return {}["here"]


def answers(name):
    """(kind, function) of the answers to an exercise."""
    right = right_answers(name)
    mistake = next(m for m in find(name).mistakes if not m.slow)
    return [
        *(("right", function) for function in (right[0], right[-1])),
        (mistake.name, mistake.function),
        ("error", raises),
    ]


def verdicts():
    """For each exercise: what was asked, whether it passed, the mistakes named, the report, the seconds."""
    race.race = lambda *ignored: race.Race(1.0, 0.0)
    found = {}
    for name in names():
        found[name] = []
        for kind, function in answers(name):
            began = time.perf_counter()
            report = Report(judge(name, function))
            given = [m.name for m in report.mistakes]
            found[name].append([kind, report.passed, given, report.html(), time.perf_counter() - began])
    return found
