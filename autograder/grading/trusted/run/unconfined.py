"""Running a rebuilt notebook in an ordinary kernel: for a learner's own work, if there is no sandbox.

It runs what grading would run, cell by cell, but in one process and unconfined. It must never run the work of
others.
"""

from __future__ import annotations

import ast
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.results import Status
from autograder.grading.run_in_kernel import LimitedExecution
from autograder.grading.submissions.cells import SubmittedCell
from autograder.grading.trusted.computing_time import WAITING
from autograder.grading.trusted.job import Job
from autograder.grading.trusted.notebook.rebuild import rebuild
from autograder.grading.trusted.notebook.step import Step
from autograder.grading.trusted.notebook.template import parse
from autograder.grading.trusted.notebook.which_side import in_one_process
from autograder.grading.trusted.outcome import NotebookOutcome, TestOutcome


def run(job: Job, handed: list[SubmittedCell]) -> tuple[NotebookOutcome, list[str]]:
    """Run a notebook: its outcome, and sentences on what may differ when it is graded."""
    rebuilt = rebuild(job.template, handed)
    steps = [step for step in rebuilt.steps if step.cell_type == "code"]
    cells = [_cell(step, source) for step, source in zip(steps, in_one_process(steps), strict=True)]
    with tempfile.TemporaryDirectory(prefix="cs-conv-check-", ignore_cleanup_errors=True) as folder:
        for name, content in (job.files | job.given).items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        LimitedExecution.happened = []
        make: Any = LimitedExecution
        patient = make(
            kernel_name="python3",
            seconds_a_cell=round(job.seconds_a_cell),
            seconds_in_all=round(job.seconds_in_all),
            timeout=round(WAITING * job.seconds_a_cell),
            interrupt_on_timeout=True,
            allow_errors=True,
            extra_arguments=["--IPKernelApp.log_level=50", "--HistoryManager.hist_file=:memory:"],
        )
        notebook: Any = new_notebook(cells=cells)  # type: ignore[no-untyped-call]
        ran, _ = patient.preprocess(notebook, {"metadata": {"path": folder}})
    outputs = {id(step): cell.outputs for step, cell in zip(steps, ran.cells, strict=True)}
    happened = list(dict.fromkeys([*(what for _, what in LimitedExecution.happened), *rebuilt.remarks]))
    outcome = NotebookOutcome(
        notebook=job.template.name,
        status=LimitedExecution.happened[0][0] if LimitedExecution.happened else Status.GRADED,
        detail="; ".join(happened),
        tests=tuple(
            _test(step, outputs.get(id(step), []))
            for step in rebuilt.steps
            if step.role in ("test", "written")
        ),
        document=ran,
    )
    return outcome, list(_differences(job, steps))


def _cell(step: Step, source: str) -> Any:
    marks = step.template.metadata.get("nbgrader") if step.template else None
    cell: Any = new_code_cell(source)  # type: ignore[no-untyped-call]
    if marks:
        cell.metadata["nbgrader"] = marks
    return cell


def _test(step: Step, outputs: list[Any]) -> TestOutcome:
    """The points as nbgrader gives them: none for an error, a number in the last line, else all."""
    assert step.template is not None
    most = step.template.points
    score: float | None = most
    values = [o for o in outputs if o.output_type == "execute_result"]
    if step.role == "written":
        score = None if step.answered else 0.0
    elif any(output.output_type == "error" for output in outputs):
        score = 0.0
    elif values:
        score = _share(values[-1].data.get("text/plain", ""), most)
    return TestOutcome(grade_id=step.template.grade_id, score=score, max_score=most)


def _share(text: str, most: float) -> float:
    try:
        return min(max(float(text), 0.0), most)
    except ValueError:
        return most


def _differences(job: Job, steps: list[Step]) -> Iterator[str]:
    """Sentences on what grading would not let these cells do."""
    packages = ", ".join(dict.fromkeys(["numpy", *job.allow]))
    yield (
        "no sandbox works here, so the notebook ran unconfined; while it is graded there is no network, "
        f"{job.memory_mb} MB of memory, and of packages only {packages}"
    )
    seen = {
        module: step.template.grade_id if step.template else "a cell of your own"
        for step in steps
        if step.role in ("answer", "written", "extra")
        for module in _imported(step.source)
        if not _is_there(module, job.allow)
    }
    for module, where in seen.items():
        yield f"{where} imports {module}, which is not there while it is graded"


def _imported(source: str) -> Iterator[str]:
    tree = parse(source)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _is_there(module: str, allow: tuple[str, ...]) -> bool:
    if module.partition(".")[0] in sys.stdlib_module_names:
        return True
    return any(module == each or module.startswith(f"{each}.") for each in ("numpy", *allow))
