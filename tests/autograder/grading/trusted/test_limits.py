"""What a test makes of a student's data is bounded, too: in time and memory, from outside where need be."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from autograder.grading.results import Status
from autograder.grading.trusted import child, worker
from autograder.grading.trusted import watch as watched
from autograder.grading.trusted.job import Job
from autograder.grading.trusted.notebook.template import make_template
from autograder.grading.trusted.outcome import NotebookOutcome
from autograder.grading.trusted.sandbox import choose

SETUP = "import numpy as np\nkept = [1]"
BEFORE = "twice = 2 * f('before')[0]\nassert twice == 2"
AFTER = "assert twice == 2 and kept == [1] and f('after') == kept and state == 'set'"
BASE = 150
"""Megabytes that are in flight beside what a test may hold."""


@pytest.fixture(autouse=True)
def few_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "LAST_WORDS", 1.0)


def grade(
    test: str, reply: str, answer: str = "", setup: str = SETUP, after: str = AFTER, **limits: Any
) -> NotebookOutcome:
    """A notebook whose function returns `reply` to the middle one of its three tests."""
    body = f"state = 'set'\ndef f(which):\n    return {reply} if which == 'hog' else [1]"
    cells = [
        _cell("setup", setup, locked=True),
        _cell("f", "def f(which):\n    raise NotImplementedError", solution=True),
        _cell("before", BEFORE, grade=True, locked=True),
        _cell("hog", test, grade=True, locked=True),
        _cell("after", after, grade=True, locked=True),
    ]
    known = {
        cell["metadata"]["nbgrader"]["grade_id"]: SimpleNamespace(
            source=cell["source"],
            cell_type="code",
            locked=cell["metadata"]["nbgrader"]["locked"],
            checksum="",
        )
        for cell in cells
    }
    points = dict.fromkeys(("before", "hog", "after"), 1.0)
    template = make_template("nb", {"cells": cells, "metadata": {}}, None, known, points)
    handed = [dict(c, source=answer or body) if c["id"] == "f" else c for c in cells]
    job = Job(
        student="ann", assignment="a", template=template, allow=("numpy",), seed=7, backend=choose().name,
        submitted=json.dumps({"cells": handed, "metadata": {}, "nbformat": 4}).encode(),
        **{"seconds_a_cell": 1, "seconds_in_all": 60, "memory_mb": 512, **limits},
    )  # fmt: skip
    return worker.grade_job(job)


def _cell(name: str, source: str, **marks: bool) -> dict[str, Any]:
    known = {"grade": False, "solution": False, "locked": False, "task": False, "grade_id": name} | marks
    return {"cell_type": "code", "source": source, "id": name, "metadata": {"nbgrader": known}}


def scores(outcome: NotebookOutcome) -> dict[str, float | None]:
    return {test.grade_id: test.score for test in outcome.tests}


IN_TIME = {
    "a set of numbers that collide": (
        "assert len(set(f('hog'))) > 1",
        "[(2**61 - 1) * k for k in range(100_000)]",
    ),
    "a dict of such numbers": ("assert dict.fromkeys(f('hog'))", "[(2**61 - 1) * k for k in range(100_000)]"),
    "such numbers counted": (
        "from collections import Counter\nassert Counter(f('hog'))",
        "[(2**61 - 1) * k for k in range(100_000)]",
    ),
    "a factorial": ("import math\nassert math.factorial(f('hog'))", "3_000_000"),
    "text to a number's power": ("assert 7 ** f('hog')", "10**8"),
    "a search that tries all ways": ("import re\nassert re.match(r'(a|aa)+$', f('hog'))", "'a' * 60 + 'b'"),
    "an endless iterator": ("assert sum(1 for _ in iter(lambda: f('hog'), 0))", "1"),
}

IN_C = [*IN_TIME][:3]
NOW_AND_THEN = "text to a number's power"
"""Python has a say between two products of long numbers, each of them three times as long as the last one."""


@pytest.mark.parametrize("what", IN_TIME)
def test_a_test_that_takes_too_long_is_ended_and_the_next_one_runs(what: str) -> None:
    outcome = grade(*IN_TIME[what])
    assert scores(outcome) == {"before": 1, "hog": 0, "after": 1}, outcome
    assert outcome.status is Status.TIMED_OUT
    assert re.search(r"cell 4 \(hog\)( ran longer than 1 s|: a call ran too long)", outcome.detail)
    if what != NOW_AND_THEN:
        assert ("could not be interrupted" in outcome.detail) == (what in IN_C)
    assert outcome.document is not None


IN_MEMORY = {
    "broadcasting": ("out = f('hog')\nassert (out - out.T).sum() == 0", "np.ones((15_000, 1))"),
    "numbers as a list": ("assert sum(f('hog').tolist()) > 0", "np.ones(8_000_000, bool).repeat(16)"),
    "a sum over nothing": ("assert f('hog').sum(axis=0).size > 0", "np.zeros((0, 200_000_000))"),
    "nothing of text": ("assert f('hog').sum(axis=0).size > 0", "np.zeros((0, 2, 300_000_000), 'S1')"),
    "a product of axes": ("assert np.einsum('ia,ib->ab', *f('hog')).any()", "[np.zeros((0, 30_000))] * 2"),
    "text repeated": ("assert len('ab' * f('hog')) > 1", "2_000_000_000"),
    "as many as it says": ("assert [0] * f('hog')", "10**9"),
    "so many digits": ("assert len(f'{1:0{f(\"hog\")}}') > 1", "2_000_000_000"),
    "little by little": (
        "kept_all = []\nwhile True:\n    kept_all.append(f('hog') + 1.0)",
        "np.ones(8_000_000)",
    ),
}


@pytest.mark.parametrize("what", IN_MEMORY)
def test_a_test_that_takes_too_much_memory_counts_nothing_and_the_next_one_runs(what: str) -> None:
    before = psutil.Process().memory_info().rss  # the grader is a fork of this process
    with most_memory() as held:
        outcome = grade(*IN_MEMORY[what], seconds_a_cell=10)
    assert scores(outcome) == {"before": 1, "hog": 0, "after": 1}, outcome
    assert (max(held) - before) >> 20 < 512 + BASE


@contextmanager
def most_memory() -> Iterator[list[int]]:
    """Bytes that the processes of this one hold, looked at again and again."""
    held, done = [0], threading.Event()

    def look() -> None:
        while not done.wait(0.01):
            try:
                held.append(max(child.memory_info().rss for child in psutil.Process().children()))
            except (psutil.Error, ValueError):
                continue

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield held
    finally:
        done.set()
        looking.join()


def test_a_test_that_crashes_its_process_counts_nothing_and_the_next_one_runs() -> None:
    """As the stack does of C, of data that nobody thought of."""
    kill = "faulthandler.disable()\nif f('hog'):\n    os.kill(os.getpid(), signal.SIGSEGV)"
    outcome = grade(f"import faulthandler, os, signal\n{kill}", "True")
    assert scores(outcome) == {"before": 1, "hog": 0, "after": 1}
    assert outcome.status is Status.CRASHED
    assert "cell 4 (hog) made its test crash (SIGSEGV)" in outcome.detail


def test_the_seconds_of_processes_that_were_ended_are_the_notebooks() -> None:
    """However many tests a student's data holds up, the notebook ends."""
    outcome = grade(*IN_TIME["a set of numbers that collide"], seconds_a_cell=1, seconds_in_all=2)
    assert scores(outcome) == {"before": 1, "hog": 0, "after": 0}
    assert "used up its 2 s" in outcome.detail


def test_what_a_process_before_showed_is_kept() -> None:
    outcome = grade("print('tried')\nassert len(set(f('hog')))", IN_TIME["a set of numbers that collide"][1])
    assert outcome.document is not None
    shown = {cell["id"]: cell["outputs"] for cell in outcome.document["cells"]}
    assert "this counts 0" in shown["hog"][0]["evalue"]
    assert shown["after"] == []
    assert [test.reason for test in outcome.tests if test.grade_id == "hog"] == [outcome.detail]


@pytest.mark.parametrize("end", ["os._exit(1)", f"return {IN_TIME['a set of numbers that collide'][1]}"])
def test_what_was_drawn_by_chance_is_the_same_on_both_sides_in_processes_that_come_later(end: str) -> None:
    """Whichever process is lost."""
    setup = "import numpy as np\ndata = np.random.default_rng().random(3)\ndata[0] = np.random.rand()"
    answer = f"import os\ndef f(which):\n    if which == 'hog':\n        {end}\n    return [1, data]"
    after = "assert (f('after')[1] == data).all()"
    outcome = grade("assert set(f('hog'))", "", answer, setup, after)
    assert scores(outcome) == {"before": 1, "hog": 0, "after": 1}


MANY = {
    "cells": [_cell("", "a=1;" * 2250) for _ in range(1900)],
    "words": [_cell("", "f(" + "a + " * 12_000 + "a)") for _ in range(400)],
    "lines": [_cell("", "x = [a for a in b]\n" * 2500) for _ in range(380)],
}


@pytest.mark.parametrize("what", MANY)
def test_reading_a_huge_notebook_takes_seconds(what: str) -> None:
    from autograder.grading.submissions.cells import read
    from autograder.grading.trusted.notebook.rebuild import rebuild

    data = json.dumps({"cells": MANY[what], "metadata": {}, "nbformat": 4}).encode()
    template = make_template("nb", {"cells": [_cell("f", "", solution=True)], "metadata": {}}, None, {}, {})
    began = time.process_time()
    assert len(rebuild(template, read(data)).steps) > len(MANY[what])
    assert time.process_time() - began < 15, "it took minutes"


def test_reading_is_on_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*ignored: Any) -> None:
        sum(range(10**11))

    monkeypatch.setattr(child, "rebuild", never)
    outcome = grade("assert True", "1", seconds_a_cell=1)
    assert outcome.status is Status.UNREADABLE
    assert outcome.detail == "the notebook ran longer than 1 s and could not be interrupted"
    assert scores(outcome) == {"before": 0, "hog": 0, "after": 0}


def test_points_stay_where_what_was_shown_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.grading.trusted.run import session

    worker.warm_up()
    monkeypatch.setattr(session, "document", lambda *ignored: sum(range(10**11)))
    outcome = grade("assert f('hog')", "[2]", seconds_a_cell=1)
    assert scores(outcome) == {"before": 1, "hog": 1, "after": 1}
    assert (outcome.status, outcome.document) == (Status.TIMED_OUT, None)
