"""What a worker does before its first fork stops no grading, whatever is wrong with an exercise."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import Any

import pytest

from autograder.checks import find
from autograder.checks.registry import added
from autograder.grading.results import Status
from autograder.grading.trusted import rehearse

from .notebook import Cell, outcome_of

CHECKED = "from autograder import check\ncheck('odd_size', odd_size)"


def endless(*given: Any, **options: Any) -> Any:
    while True:
        pass


def broken(*given: Any, **options: Any) -> Any:
    raise RuntimeError


@pytest.mark.parametrize(("reference", "status"), [(endless, Status.TIMED_OUT), (broken, Status.GRADED)])
def test_an_exercise_that_never_ends_or_fails_does_so_in_its_test(
    reference: Any, status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearse, "SECONDS", 0.5)
    answer = "def odd_size(*given):\n    return 1"
    cells = [
        Cell("answer", "odd_size", "#", answer, answer),
        Cell("test", "checked", CHECKED, points=1),
        Cell("test", "plain_test", "assert odd_size() == 1", points=2),
    ]
    with added(replace(find("output_size"), name="odd_size", reference=reference)):
        outcome = outcome_of(cells, seconds_a_cell=1)
    assert (outcome.status, [test.score for test in outcome.tests]) == (status, [0.0, 2.0])
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
