"""The engine that calls nbgrader's own autograder, in a process for each submission, two at a time.

Like nbgrader it trusts the submissions: they run as the user who grades. Unlike nbgrader's, its run goes on
whatever a submission does, and no submission delays the others by more than its time limit.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from autograder.course import Course
from autograder.grading.gradebook.lock import GradebookLock
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.interface import Submission
from autograder.grading.results import Result, Status
from autograder.grading.seeds import read_secret, seed_for
from autograder.grading.stock.worker import SubmissionJob
from autograder.grading.trusted.computing_time import WAITING
from autograder.notebooks.points import possible_points

GRACE = 120
"""Seconds for starting Python and the notebook's kernel on a busy machine."""


class NbgraderEngine:
    """Grades with `nbgrader autograde`, through its Python interface."""

    def __init__(self, workers: int | None = None) -> None:
        self.name = f"nbgrader {version('nbgrader')}"
        self.workers = workers or min(2, os.cpu_count() or 1)
        self._possible: dict[str, float] = {}
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopping = threading.Event()

    def grade(
        self,
        course: Course,
        submissions: Sequence[Submission],
        started: Callable[[Submission], None] = lambda submission: None,
    ) -> Iterator[Result]:
        """Yield each submission's result as it finishes."""
        secret = read_secret(course)
        with open_gradebook(course) as gradebook:
            for name in {submission.assignment for submission in submissions}:
                self._possible[name] = possible_points(course, course.assignment(name), gradebook)
        done: queue.Queue[Result | BaseException] = queue.Queue()
        self._stopping.clear()

        def one(submission: Submission) -> None:
            if self._stopping.is_set():
                return
            try:
                started(submission)
                if submission.problem:
                    done.put(self._failed(course, submission, Status.NOT_GRADED, submission.problem))
                    return
                done.put(self._grade_one(course, submission, _seed(course, submission, secret)))
            except BaseException as error:
                done.put(error)

        pool = ThreadPoolExecutor(self.workers, thread_name_prefix="grade")
        try:
            for submission in submissions:
                pool.submit(one, submission)
            for _ in submissions:
                result = done.get()
                if isinstance(result, BaseException):
                    raise result
                yield result
        finally:
            self._stop()
            pool.shutdown(wait=True, cancel_futures=True)

    def _grade_one(self, course: Course, submission: Submission, seed: int) -> Result:
        """Grade in a new process; if it dies without an answer, once more."""
        for _ in range(2):
            result, end = self._in_a_process(course, submission, seed)
            if result is not None:
                return result
            if self._stopping.is_set():
                break
            if end == "timed out":
                return self._failed(course, submission, Status.TIMED_OUT, "it had to be ended from outside")
        return self._failed(
            course, submission, Status.NOT_GRADED, f"its grading process ended twice, with {end}"
        )

    def _in_a_process(self, course: Course, submission: Submission, seed: int) -> tuple[Result | None, str]:
        assignment = course.assignment(submission.assignment)
        with tempfile.TemporaryDirectory(prefix="cs-conv-") as folder:
            job, answer, said = (Path(folder) / name for name in ("job.json", "answer.json", "log.txt"))
            job.write_text(
                SubmissionJob(
                    root=course.root,
                    assignment=assignment.name,
                    student=submission.student,
                    seed=seed,
                    engine=self.name,
                    max_score=self._possible[assignment.name],
                ).model_dump_json(),
                encoding="utf-8",
            )
            command = [sys.executable, "-m", "autograder.grading.stock.worker", str(job), str(answer)]
            with said.open("wb") as log:
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )
            self._running.add(process)
            if self._stopping.is_set():  # interrupted while this one was being started
                _end(process)
            try:
                limit = WAITING * assignment.limits.seconds_in_all * len(assignment.notebooks) + GRACE
                code = process.wait(timeout=limit)
            except subprocess.TimeoutExpired:
                return None, "timed out"
            finally:
                _end(process)
                self._running.discard(process)
            if answer.exists():
                return Result.model_validate_json(answer.read_text(encoding="utf-8")), ""
            if code < 0:
                return None, f"signal {signal.Signals(-code).name}"
            last = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            return None, ": ".join([f"exit code {code}", *last])

    def _failed(self, course: Course, submission: Submission, status: Status, detail: str) -> Result:
        """The result of a submission whose process gave no answer. A notebook that did not end is worth 0."""
        assignment = course.assignment(submission.assignment)
        score = None
        if status is Status.TIMED_OUT:
            from autograder.grading.gradebook.read import set_missing_to_zero

            with GradebookLock(course).held():
                set_missing_to_zero(course, assignment, submission.student, graded=False)
            score = 0.0
        return Result(
            student=submission.student,
            assignment=submission.assignment,
            status=status,
            score=score,
            max_score=self._possible[assignment.name],
            detail=detail,
            engine=self.name,
        )

    def _stop(self) -> None:
        self._stopping.set()
        for process in list(self._running):
            _end(process)


def _seed(course: Course, submission: Submission, secret: bytes) -> int:
    """The trusted engine's seed. All notebooks run in one process, so the seed of the first one counts."""
    from autograder.grading.submissions.intake import NotPlainFile, other_files, read_notebook_file

    folder = course.submitted(submission.student, submission.assignment)
    data = b""
    for name in course.assignment(submission.assignment).notebooks:
        with suppress(OSError, NotPlainFile):
            data = read_notebook_file(folder / f"{name}.ipynb")
            break
    return seed_for(secret, submission.student, submission.assignment, data, other_files(folder))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a worker and all processes that it started. A kernel has its own session, so it must be found."""
    try:
        family = [psutil.Process(process.pid)]
        family += family[0].children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    if process.poll() is None:
        process.kill()
        process.wait()
