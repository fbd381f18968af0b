"""Limits are seconds of computing; what only waits is ended after five times as many by the clock."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from autograder.grading.trusted import computing_time as clocks
from autograder.grading.trusted.computing_time import Meter, Reading, TestTooLong, limited
from autograder.grading.trusted.outcome import NotebookOutcome

from .notebook import Cell, outcome_of

STUBBORN = """import signal
for number in (signal.SIGALRM, signal.SIGPROF):
    signal.signal(number, signal.SIG_IGN)
"""
TIMERS = "import signal\nsignal.setitimer(signal.ITIMER_PROF, 0)\n"
FORKED = "import os\nif os.fork() == 0:\n    while True:\n        pass\nos.wait()"
THREADS = """import threading
def loop():
    while True:
        pass
for _ in range(3):
    threading.Thread(target=loop, daemon=True).start()
threading.Event().wait()
"""


def call(body: str, seconds: float = 1, cell: bool = False, in_all: float = 60) -> NotebookOutcome:
    """A test of a function with this body, which is right when it returns; or of a cell that is the body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    answer = f"{body}\ndef f():\n    return 1" if cell else f"def f():\n{lines}    return 1"
    cells = [
        Cell("answer", "f", "", handed=answer, solved="def f():\n    return 1"),
        Cell("test", "f_test", "assert f() == 1", points=1.0),
        Cell("test", "later_test", "assert True", points=2.0),
    ]
    return outcome_of(cells, seconds_a_cell=seconds, seconds_in_all=in_all)


def scores(outcome: NotebookOutcome) -> list[float | None]:
    return [test.score for test in outcome.tests]


@contextlib.contextmanager
def busy(loops: int) -> Iterator[None]:
    """Other processes that want all of the machine."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


COMPUTES = (
    "import time\nbegan = time.process_time()\nwhile time.process_time() - began < {seconds}:\n    pass\n"
)


@pytest.mark.slow
@pytest.mark.parametrize("cell", [False, True])
def test_a_busy_machine_costs_no_points(cell: bool) -> None:
    with busy(16):
        outcome = call(COMPUTES.format(seconds=1.2), seconds=2, cell=cell)
    assert (scores(outcome), outcome.status.value) == ([1, 2], "graded"), outcome.detail


@pytest.mark.parametrize("cell", [False, True])
def test_what_sleeps_for_less_than_five_times_its_limit_is_no_fault(cell: bool) -> None:
    outcome = call("import time\ntime.sleep(2)", cell=cell)
    assert (scores(outcome), outcome.status.value) == ([1, 2], "graded"), outcome.detail


@pytest.mark.parametrize(
    "body",
    [
        COMPUTES.format(seconds=60), THREADS, FORKED, TIMERS + COMPUTES.format(seconds=60),
        STUBBORN + COMPUTES.format(seconds=60), "import time\ntime.sleep(60)", STUBBORN + "signal.pause()",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    ],
)  # fmt: skip
def test_what_computes_or_waits_too_long_is_ended(body: str) -> None:
    outcome = call(body, seconds=0.3)
    assert (scores(outcome), outcome.status.value) == ([0, 2], "timed out"), outcome.detail
    assert outcome.seconds < 30


@pytest.mark.parametrize("body", [COMPUTES.format(seconds=60), "import time\ntime.sleep(60)"])
def test_whoever_catches_the_interrupt_has_still_run_too_long(body: str) -> None:
    caught = (
        "try:\n"
        + "".join(f"    {line}\n" for line in body.splitlines())
        + "except BaseException:\n    pass\n"
    )
    outcome = call(caught, seconds=0.3)
    assert (scores(outcome), outcome.status.value) == ([0, 2], "timed out"), outcome.detail
    outcome = call(caught, seconds=0.3, cell=True)
    assert (scores(outcome), outcome.status.value) == ([1, 2], "timed out"), outcome.detail


def test_computing_is_taken_from_the_notebooks_seconds_and_a_fifth_of_waiting() -> None:
    assert scores(call("import time\ntime.sleep(3)", seconds=1, in_all=1)) == [1, 2]
    assert scores(call(COMPUTES.format(seconds=1.5), seconds=1, in_all=1, cell=True)) == [0, 0]


def test_readings_count_computing_in_full_and_waiting_by_a_fifth() -> None:
    before = Reading(computed=10, passed=100)
    assert Reading(computed=12, passed=104).since(before) == 2
    assert Reading(computed=10, passed=110).since(before) == 2


def test_a_stopwatch_reads_no_more_often_than_it_has_to(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(clocks.time, "monotonic", lambda: now[0])
    shown = iter([Reading(0, 0), Reading(1, 1), Reading(3, 3)])
    watch = Meter(lambda: next(shown))
    assert watch.spent() == 0
    now[0] = 1.0
    assert watch.spent() == watch.spent() == 1
    assert watch.spent(precision=0) == 3


def test_a_test_may_wait_and_may_not_compute() -> None:
    with limited(0.3) as ended:
        time.sleep(0.6)
    assert not ended
    with pytest.raises(TestTooLong), limited(0.2):
        all(number >= 0 for number in itertools.count())
    with pytest.raises(TestTooLong), limited(0.1):
        time.sleep(60)
