"""Check a learner's notebook: run it on the learner's own machine as grading will run it.

If a sandbox works here, the engine that grades runs the notebook in it. Otherwise an ordinary kernel does,
and remarks say what grading may do differently. The notebook on disk is never changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from typing import Any

import autograder.skip_slow_imports  # noqa: F401  (before anything imports Jupyter)
from autograder.course import CourseError
from autograder.grading.open_notebook import OpenedNotebook
from autograder.grading.process_pool import process_pool
from autograder.grading.results import Status
from autograder.grading.trusted import worker
from autograder.grading.trusted.notebook.template import Template
from autograder.grading.trusted.outcome import NotebookOutcome
from autograder.grading.trusted.run import unconfined
from autograder.notebooks.check_calls import check_call


@dataclass(frozen=True)
class CheckedTest:
    """The result of one test.

    `points` is what it is worth and `earned` what it earned, None if a person decides. `said` is what it
    showed if it did not earn all its points.
    """

    exercise: str
    test: str
    points: float
    earned: float | None
    said: str = ""

    @property
    def passed(self) -> bool:
        """Whether it earned all its points."""
        return self.earned is not None and self.earned >= self.points


@dataclass(frozen=True)
class CheckedNotebook:
    """The results of a notebook's tests, and the remarks that grading would make."""

    tests: list[CheckedTest]
    remarks: list[str]

    @property
    def automatic(self) -> list[CheckedTest]:
        """The tests that need no person."""
        return [test for test in self.tests if test.earned is not None]

    @property
    def exercises(self) -> list[str]:
        """The exercises of these tests, in the notebook's order."""
        return list(dict.fromkeys(test.exercise for test in self.automatic))

    def points(self, exercise: str | None = None) -> tuple[float, float]:
        """The points that the tests (of one exercise, or all) earned together, and the most possible."""
        tests = [test for test in self.automatic if exercise in (None, test.exercise)]
        return sum(test.earned or 0 for test in tests), sum(test.points for test in tests)


@cache
def _worker() -> ProcessPoolExecutor:
    """One process that runs all notebooks, so that only the first waits for it to start."""
    return process_pool(1, worker.start_worker)


def check_notebook(notebook: OpenedNotebook) -> CheckedNotebook:
    """Run a notebook and collect the results of its tests. Raises CourseError if it cannot be run."""
    differences: list[str] = []
    if notebook.job.backend:
        outcome = _in_the_sandbox(notebook)
    else:
        outcome, differences = unconfined.run(notebook.job, notebook.handed)
    if outcome.status is Status.NOT_GRADED:
        raise CourseError(f"{notebook.path} could not be run: {outcome.detail}")
    remarks = [*notebook.remarks, *filter(None, outcome.detail.split("; ")), *differences]
    return CheckedNotebook(list(_checked(notebook.job.template, outcome)), remarks)


def _in_the_sandbox(notebook: OpenedNotebook) -> NotebookOutcome:
    try:
        data = _worker().submit(worker.grade, notebook.job.model_dump_json().encode()).result()
    except BrokenProcessPool as error:
        raise CourseError(f"{notebook.path} could not be run: {error}") from None
    except BaseException:
        for process in list(_worker()._processes.values()):
            process.terminate()
        raise
    return NotebookOutcome.model_validate_json(data)


def _checked(template: Template, outcome: NotebookOutcome) -> Iterator[CheckedTest]:
    """The result of each test, in the notebook's order."""
    cells = {cell.grade_id: cell for cell in template.cells}
    shown = {
        cell["metadata"].get("nbgrader", {}).get("grade_id"): cell.get("outputs", [])
        for cell in (outcome.document or {}).get("cells", [])
    }
    results = {test.grade_id: test for test in outcome.tests}
    for grade_id in [name for name in cells if name in results]:
        test, call = results[grade_id], check_call(cells[grade_id].source)
        score = None if cells[grade_id].role == "written" else test.score
        failed = score is not None and score < test.max_score
        said = (_said(shown.get(grade_id, [])) or test.reason) if failed else ""
        yield CheckedTest(call.exercise if call else grade_id, grade_id, test.max_score, score, said)


def _said(outputs: list[dict[str, Any]]) -> str:
    """What a failed test showed: the check's report, or the error if there is none."""
    errors = [output for output in outputs if output["output_type"] == "error"]
    reports = ["".join(o["data"]["text/plain"]) for o in outputs if o["output_type"] == "display_data"]
    words = [f"{error['ename']}: {error['evalue']}".strip().removesuffix(":") for error in errors]
    return "\n".join(reports or words[:1])
