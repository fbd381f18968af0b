"""Grade one submission with nbgrader, in a process of its own: `python -m ...worker JOB ANSWER`.

nbgrader changes the environment and working directory of its process, and a submission may do worse. In a
process of its own this affects no other submission. JOB and ANSWER are JSON files.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from pydantic import BaseModel

from autograder.course import Assignment, Course, load_course
from autograder.grading.call_nbgrader import NbgraderError, run
from autograder.grading.gradebook.lock import GradebookLock
from autograder.grading.nbgrader_settings import EXECUTE, settings
from autograder.grading.results import Result, Status
from autograder.grading.seeds import SEED_VARIABLE
from autograder.grading.trusted.computing_time import WAITING
from autograder.notebooks.files import read_notebook


class SubmissionJob(BaseModel):
    """What a worker needs to know."""

    root: Path
    assignment: str
    student: str
    seed: int
    engine: str
    max_score: float
    """All that the assignment can give."""


def grade(job: SubmissionJob) -> Result:
    """Grade the submission and write its grades into the gradebook."""
    began = time.monotonic()
    course = load_course(job.root)
    assignment = course.assignment(job.assignment)
    lock = GradebookLock(course)
    with lock.held():
        status, detail = _attempt(course, assignment, job, lock)
        if status is Status.NOT_GRADED:
            score, max_score, tests = None, job.max_score, ()
        else:
            score, max_score, tests, detail = _record(course, assignment, job, status, detail)
    return Result(
        student=job.student,
        assignment=job.assignment,
        status=status,
        score=score,
        max_score=max_score,
        detail=detail,
        tests=tests,
        seconds=round(time.monotonic() - began, 2),
        engine=job.engine,
    )


def _attempt(
    course: Course, assignment: Assignment, job: SubmissionJob, lock: GradebookLock
) -> tuple[Status, str]:
    """Run nbgrader, or say why there is nothing to run."""
    folder = course.submitted(job.student, assignment.name)
    wanted = [folder / f"{name}.ipynb" for name in assignment.notebooks]
    present = [path for path in wanted if path.is_file()]
    if not present:
        return Status.MISSING, f"{folder.name} has no {wanted[0].name}" if folder.exists() else ""
    for path in present:
        problem = _unreadable(path)
        if problem:
            return Status.UNREADABLE, f"{path.name}: {problem}"
    os.environ[SEED_VARIABLE] = str(job.seed)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _limit_memory(assignment.limits.memory_mb)
    try:
        happened = _autograde(course, assignment, job.student, lock)
    except NbgraderError as error:
        return _blame(error)
    return happened[0] if happened else (Status.GRADED, "")


def _autograde(
    course: Course, assignment: Assignment, student: str, lock: GradebookLock
) -> list[tuple[Status, str]]:
    """Run nbgrader's own autograde, with our step for running notebooks."""
    from nbgrader.converters import Autograde
    from nbgrader.coursedir import CourseDirectory

    from autograder.grading.stock.nbgrader_steps import ExecuteForEngine

    config = settings(course)
    config.ExecuteForEngine.seconds_a_cell = assignment.limits.seconds_a_cell
    config.ExecuteForEngine.timeout = WAITING * assignment.limits.seconds_a_cell
    config.ExecuteForEngine.seconds_in_all = assignment.limits.seconds_in_all
    ExecuteForEngine.without_lock = lock.given_up
    folder = CourseDirectory(config=config, assignment_id=assignment.name, student_id=student)
    app = Autograde(coursedir=folder, config=config, force=True)
    app.autograde_preprocessors = [
        ExecuteForEngine if step == EXECUTE else step for step in app.autograde_preprocessors
    ]
    run(app, f"grading {assignment.name} of {student}")
    return ExecuteForEngine.happened


def _record(
    course: Course, assignment: Assignment, job: SubmissionJob, status: Status, detail: str
) -> tuple[float, float, Any, str]:
    """Complete the gradebook, and read the submission's scores from it."""
    from autograder.grading.gradebook.read import read_scores, set_missing_to_zero

    student = job.student
    if status in (Status.MISSING, Status.UNREADABLE):
        shutil.rmtree(course.autograded(student, assignment.name), ignore_errors=True)
    if status is Status.MISSING:
        return 0.0, job.max_score, (), detail
    missing = set_missing_to_zero(course, assignment, student)
    if missing and status is Status.GRADED:
        detail = f"test cells were removed from the notebook: {', '.join(missing)}"
    score, max_score, tests = read_scores(course, assignment, student)
    return score, max_score, tests, detail


def _unreadable(path: Path) -> str:
    """Why the file cannot be read as a notebook; "" if it can."""
    try:
        notebook = read_notebook(path)
        nbformat.validate(notebook)
    except UnicodeDecodeError:
        return "not UTF-8 text"
    except Exception as error:
        return str(error).strip().splitlines()[0][:200] or type(error).__name__
    return ""


def _blame(error: NbgraderError) -> tuple[Status, str]:
    """The status and the reason of a failed run: the notebook's fault, or ours."""
    theirs = ("SchemaTooOldError", "SchemaTooNewError", "ValidationError", "metadata format")
    if any(sign in error.log for sign in theirs):
        return Status.UNREADABLE, f"its nbgrader metadata is damaged ({error.reason})"
    return Status.NOT_GRADED, error.reason


def _limit_memory(megabytes: int) -> None:
    """Limit the memory of this process and of the notebook's, if the system can."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return
    if sys.platform == "darwin":  # has this limit but does not enforce it
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = megabytes * 2**20
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def main(job: str, answer: str) -> None:
    """Read the job, grade, write the answer."""
    result = grade(SubmissionJob.model_validate_json(Path(job).read_text(encoding="utf-8")))
    Path(answer).write_text(result.model_dump_json(), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
