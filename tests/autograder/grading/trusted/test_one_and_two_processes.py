"""Honest cells earn the same whether their tests run beside them, as in a kernel, or in another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.autograder.grading.trusted import one_process
from tests.autograder.grading.trusted.drawn_cells import MODULES, Pair, pairs
from tests.autograder.grading.trusted.notebook import Cell, outcome_of

HELPER = "def helper_above():\n    return np.ones(3).sum()"
NOTEBOOKS = int(os.environ.get("HONEST_NOTEBOOKS", "20"))
"""How many notebooks of 50 pairs the slow test draws; each takes about three seconds of computing."""
Earned = dict[str, tuple[bool, str]]
"""Of each pair, whether its test passed, and the error that its answer's cell ended with."""


def notebook(asked: list[Pair]) -> list[Cell]:
    """The pairs as a student hands them in, below a cell of their own above the imports."""
    cells = [Cell("extra", "helper", HELPER), Cell("plain", "imports", MODULES)]
    for number, pair in enumerate(asked):
        cells.append(Cell("answer", f"answer-{number}", "# your answer", pair.answer, pair.right))
        cells.append(Cell("test", f"test-{number}", pair.test, points=1))
    cells.append(Cell("answer", "above", "# your answer", "def above():\n    return helper_above()"))
    return [*cells, Cell("test", "test-above", "assert above() == 3", points=1)]


def in_two_processes(cells: list[Cell]) -> Earned:
    outcome = outcome_of(cells, seconds_in_all=600)
    errors = {}
    for cell in outcome.document["cells"]:
        names = [each["ename"] for each in cell.get("outputs", []) if each["output_type"] == "error"]
        errors[cell["id"]] = (names or [""])[0]
    scores = {test.grade_id: test.score for test in outcome.tests}
    return {n: (scores[f"test-{n}"] == 1, errors[a]) for n, a in _numbers(cells)}


def in_one_process(notebooks: list[list[Cell]]) -> list[Earned]:
    sources = [[cell.source if cell.handed is None else cell.handed for cell in cells] for cells in notebooks]
    done = subprocess.run(
        [sys.executable, one_process.__file__],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=True,
    )
    found = []
    for cells, errors in zip(notebooks, json.loads(done.stdout), strict=True):
        by_name = {cell.name: error or "" for cell, error in zip(cells, errors, strict=True)}
        found.append(
            {n: (not by_name[f"test-{n}"], by_name[a].partition(":")[0]) for n, a in _numbers(cells)}
        )
    return found


def _numbers(cells: list[Cell]) -> list[tuple[str, str]]:
    return [(c.name.removeprefix("answer-"), c.name) for c in cells if c.kind == "answer"]


def differences(seeds: range, number: int) -> list[str]:
    """What earned something else, with the answer and the test to try it by hand."""
    asked = [pairs(seed, number) for seed in seeds]
    found = []
    notebooks = [notebook(each) for each in asked]
    for some, cells, wanted in zip(asked, notebooks, in_one_process(notebooks), strict=True):
        earned = in_two_processes(cells)
        for name, each in wanted.items():
            if earned[name] != each:
                pair = some[int(name)] if name.isdecimal() else Pair(HELPER, "above() == 3", "")
                text = f"{pair.answer}\n# ---- test\n{pair.test}"
                found.append(f"in one process {each}, in two {earned[name]}:\n{text}")
    return found


def test_honest_cells_earn_in_two_processes_what_they_earn_in_one() -> None:
    found = differences(range(3), 40)
    assert not found, "\n\n".join(found)


@pytest.mark.slow
def test_many_honest_cells_earn_in_two_processes_what_they_earn_in_one() -> None:
    found = differences(range(1000, 1000 + NOTEBOOKS), 50)
    assert not found, "\n\n".join(found)
