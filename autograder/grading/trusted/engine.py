"""The engine of trusted grading: submissions go in, a result for each comes out.

Workers only compute. This process alone writes, one submission at a time. So the gradebook does not depend on
the number of workers, and a run that was killed anywhere is finished by running it again.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field

from autograder.course import Assignment, Course, CourseError
from autograder.grading.gradebook.open import (
    NOT_BY_WAITING,
    database_errors,
    has_gradebook,
    require_gradebook_writable,
)
from autograder.grading.interface import Submission
from autograder.grading.one_run import one_run
from autograder.grading.process_pool import process_pool
from autograder.grading.results import Result, Status
from autograder.grading.seeds import read_secret, seed_for
from autograder.grading.submissions.intake import NotPlainFile, other_files, read_notebook_file
from autograder.grading.submissions.timestamps import when_it_came
from autograder.grading.submissions.without_outputs import without_outputs
from autograder.grading.trusted import worker
from autograder.grading.trusted.autograded_folder import mirror
from autograder.grading.trusted.job import Job, environment_of
from autograder.grading.trusted.journal import Journal
from autograder.grading.trusted.notebook.template import Template, load_templates
from autograder.grading.trusted.outcome import NotebookOutcome, unreadable
from autograder.grading.trusted.sandbox import Backend, NoSandbox, choose
from autograder.grading.trusted.write_gradebook import SEVERITY, Writer

TRIES = 4
"""How often a notebook is given to a worker before the loss of the worker is put down to the notebook."""
WAITS = (0.2, 1.0, 3.0, 6.0)
"""Seconds between attempts to reach a database that does not answer."""


@dataclass
class _Open:
    """A submission on its way: the keys, outcomes and waiting jobs of its notebooks, by name."""

    submission: Submission
    keys: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, NotebookOutcome] = field(default_factory=dict)
    waiting: dict[str, bytes] = field(default_factory=dict)
    status: Status | None = None
    detail: str = ""


@dataclass
class _Task:
    """One job, and the submission that it belongs to."""

    open: _Open
    notebook: str
    data: bytes
    tries: int = 0


class TrustedEngine:
    """Grades with tests and answers in separate processes, the answers in a sandbox."""

    def __init__(
        self,
        workers: int | None = None,
        unsafe: bool = False,
        executor: str | None = None,
        backend: str | None = None,
    ) -> None:
        self.workers = workers or os.cpu_count() or 1
        self.address = executor
        self.unsafe = unsafe
        try:
            self.backend: Backend = choose(unsafe, backend)
        except NoSandbox as problem:
            raise CourseError(str(problem)) from None
        self.name = f"trusted ({self.backend.name})"
        self._pool: Executor | None = None

    def grade(
        self,
        course: Course,
        submissions: Sequence[Submission],
        started: Callable[[Submission], None] = lambda submission: None,
    ) -> Iterator[Result]:
        """Yield a result for each submission as it is recorded."""
        by_assignment: dict[str, list[Submission]] = {}
        for submission in submissions:
            by_assignment.setdefault(submission.assignment, []).append(submission)
        try:
            for name, group in by_assignment.items():
                with one_run(course, name):
                    run = _Run(self, course, course.assignment(name))
                    try:
                        yield from run.grade(group, started)
                    finally:
                        run.close()
        finally:
            self._end_pool()

    # The executor

    def pool(self) -> Executor:
        """The executor: local processes, or the cluster at the address."""
        if self._pool is None:
            if self.address:
                from autograder.grading.trusted.cluster import executor_at

                self._pool = executor_at(self.address)
            else:
                self._pool = process_pool(self.workers, worker.start_worker)
        return self._pool

    def renew_pool(self) -> None:
        """Start new workers, after one was killed."""
        self._end_pool()

    def _end_pool(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        processes = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            with suppress(Exception):
                process.terminate()
        for process in processes:
            with suppress(Exception):
                process.join(5)


class _Run:
    """Grading one assignment."""

    def __init__(self, engine: TrustedEngine, course: Course, assignment: Assignment) -> None:
        self.engine, self.course, self.assignment = engine, course, assignment
        if has_gradebook(course):
            require_gradebook_writable(course)
        self.writer = Writer(course, assignment)
        try:
            with database_errors(course):
                templates, self.given = load_templates(course, assignment, self.writer.gradebook)
                self.writer.gradebook.db.rollback()
        except BaseException:
            self.writer.close()
            raise
        self.writer.given = self.given
        self.templates = {template.name: template for template in templates}
        self.secret = read_secret(course)
        self.journal = Journal(course.root / ".cs-conv" / "journal" / assignment.name)
        self.away = False
        """Whether the last submission could not be recorded, so that waiting again is no use."""
        self.environment = environment_of(assignment.allow) + f"\n{engine.backend.name}"

    def close(self) -> None:
        self.writer.close()
        self.journal.close()

    def grade(
        self, submissions: Sequence[Submission], started: Callable[[Submission], None]
    ) -> Iterator[Result]:
        queue = deque(submissions)
        running: dict[Future[bytes], _Task] = {}
        again: deque[_Task] = deque()
        try:
            while queue or running or again:
                while again and len(running) < 2 * self.engine.workers:
                    self._submit(again.popleft(), running)
                while queue and not again and len(running) < 2 * self.engine.workers:
                    submission = queue.popleft()
                    started(submission)
                    opened = self._open(submission)
                    if not opened.waiting:
                        yield self._finish(opened)
                    for notebook, data in opened.waiting.items():
                        self._submit(_Task(opened, notebook, data), running)
                if not running:
                    continue
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    task = running.pop(future, None)
                    if task is not None:
                        for complete in self._collect(future, task, running, again):
                            yield self._finish(complete)
        finally:
            for future in running:
                future.cancel()

    # One submission

    def _open(self, submission: Submission) -> _Open:
        """Read what was handed in, and find what of it is graded already."""
        opened = _Open(submission)
        if submission.problem:
            opened.status, opened.detail = Status.NOT_GRADED, submission.problem
            return opened
        try:
            self._read(opened)
        except Exception as error:  # whatever one student handed in, the others are graded
            opened.waiting.clear()
            opened.status = Status.NOT_GRADED
            opened.detail = (
                f"what was handed in could not be read ({type(error).__name__}: {str(error)[:300]})"
            )
        return opened

    def _read(self, opened: _Open) -> None:
        """Read its notebooks, and note which are missing, unreadable or graded already."""
        submission = opened.submission
        folder = self.course.submitted(submission.student, self.assignment.name)
        extra: dict[str, bytes] | None = None
        problems = []
        present = 0
        for name, template in self.templates.items():
            try:
                data = read_notebook_file(folder / f"{name}.ipynb")
            except FileNotFoundError:
                continue
            except (NotPlainFile, OSError) as problem:
                present += 1
                problems.append(f"{name}.ipynb: {problem}")
                opened.outcomes[name] = unreadable(template, str(problem))
                continue
            present += 1
            if extra is None:
                extra = other_files(folder)
            job = self._job(submission, template, data, extra)
            key = job.key(self.environment)
            opened.keys[name] = key
            known = self.journal.find(key)
            if known is not None:
                opened.outcomes[name] = known
            else:
                opened.waiting[name] = job.model_dump_json().encode()
        if not present:
            opened.status = Status.MISSING
            if folder.is_dir():
                opened.detail = f"{folder.name} has no {next(iter(self.templates))}.ipynb"

    def _job(self, submission: Submission, template: Template, data: bytes, files: dict[str, bytes]) -> Job:
        limits = self.assignment.limits
        return Job(
            student=submission.student,
            assignment=self.assignment.name,
            template=template,
            submitted=without_outputs(data),
            files=files,
            given=self.given,
            allow=self.assignment.allow,
            seconds_a_cell=limits.seconds_a_cell,
            seconds_in_all=limits.seconds_in_all,
            memory_mb=limits.memory_mb,
            processes=limits.processes,
            file_mb=limits.file_mb,
            output_kb=limits.output_kb,
            seed=seed_for(self.secret, submission.student, self.assignment.name, data, files),
            backend=self.engine.backend.name,
            unsafe=self.engine.unsafe,
        )

    def _submit(self, task: _Task, running: dict[Future[bytes], _Task]) -> None:
        task.tries += 1
        try:
            future = self.engine.pool().submit(worker.grade, task.data)
        except (BrokenProcessPool, RuntimeError):
            self.engine.renew_pool()
            future = self.engine.pool().submit(worker.grade, task.data)
        running[future] = task

    def _collect(
        self, future: Future[bytes], task: _Task, running: dict[Future[bytes], _Task], again: deque[_Task]
    ) -> list[_Open]:
        """Take a finished job's outcome, and return the submissions that it completes.

        A job whose worker was lost goes into `again`, with all others that were lost with it.
        """
        try:
            outcome = NotebookOutcome.model_validate_json(future.result())
        except BrokenProcessPool as error:
            # With one worker all jobs of the pool are lost, and most of them did nothing.
            lost = [task, *running.values()]
            running.clear()
            self.engine.renew_pool()
            return _try_again(lost, again, error)
        except Exception as error:
            return _try_again([task], again, error)
        if outcome.status is not Status.NOT_GRADED:
            try:
                self.journal.keep(task.open.keys[task.notebook], outcome)
            except OSError as error:
                task.open.status = Status.NOT_GRADED
                task.open.detail = f"the journal cannot be written: {error}"
        return _arrived(task, outcome)

    def _finish(self, opened: _Open) -> Result:
        """Record a complete submission; if that cannot be done, say so and change nothing."""
        seconds = round(sum(outcome.seconds for outcome in opened.outcomes.values()), 2)
        if opened.status is None:
            opened.status = min((o.status for o in opened.outcomes.values()), key=SEVERITY.index)
            notes = [(o.notebook, o.detail) for o in opened.outcomes.values() if o.detail]
            several = len(self.templates) > 1
            words = [f"{name}: {text}" if several else text for name, text in notes]
            submitted = self.course.submitted(opened.submission.student, self.assignment.name)
            opened.detail = "; ".join(filter(None, (*words, when_it_came(submitted)[1])))
        if opened.status is Status.MISSING:
            mirror(self.course.autograded(opened.submission.student, self.assignment.name), {})
            return self._bare(opened, 0.0, seconds)
        if opened.status is Status.NOT_GRADED:
            return self._bare(opened, None, seconds)
        outcomes = [opened.outcomes[name] for name in self.templates if name in opened.outcomes]
        try:
            return self._record(opened, outcomes, seconds)
        except Exception as error:
            opened.status = Status.NOT_GRADED
            what = "as the one before" if self.away else f"{type(error).__name__}: {str(error)[:300]}"
            opened.detail = f"it could not be recorded ({what}); nothing was changed"
            self.away = True
        return self._bare(opened, None, seconds)

    def _record(self, opened: _Open, outcomes: list[NotebookOutcome], seconds: float) -> Result:
        """Write it and read it back.

        An error that may pass is waited for, but only once until something could be written again.
        """
        whose, status = opened.submission.student, opened.status or Status.NOT_GRADED
        pauses = deque(() if self.away else WAITS)
        if self.away:
            self.writer.reopen()
        while True:
            try:
                self.writer.record(whose, outcomes)
                result = self.writer.result(whose, outcomes, status, opened.detail, self.engine.name, seconds)
            except Exception as error:
                if isinstance(error, OSError) or not pauses or any(w in str(error) for w in NOT_BY_WAITING):
                    raise
                time.sleep(pauses.popleft())
                with suppress(Exception):
                    self.writer.reopen()
            else:
                self.away = False
                return result

    def _bare(self, opened: _Open, score: float | None, seconds: float) -> Result:
        assert opened.status is not None
        return Result(
            student=opened.submission.student,
            assignment=self.assignment.name,
            status=opened.status,
            score=score,
            max_score=sum(cell.points for template in self.templates.values() for cell in template.cells),
            detail=opened.detail,
            seconds=seconds,
            engine=self.engine.name,
        )


def _arrived(task: _Task, outcome: NotebookOutcome) -> list[_Open]:
    """Note a job's outcome, and return its submission if it waits for no other job."""
    task.open.outcomes[task.notebook] = outcome
    task.open.waiting.pop(task.notebook, None)
    return [] if task.open.waiting else [task.open]


def _try_again(lost: list[_Task], again: deque[_Task], error: Exception) -> list[_Open]:
    """Put lost jobs into `again`; return submissions that stay ungraded because they were lost too often."""
    complete = []
    for task in lost:
        if task.tries < TRIES:
            again.append(task)
            continue
        words = f"its worker was lost {task.tries} times ({type(error).__name__}: {error})"[:500]
        outcome = NotebookOutcome(notebook=task.notebook, status=Status.NOT_GRADED, detail=words)
        complete += _arrived(task, outcome)
    return complete
